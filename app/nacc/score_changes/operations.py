"""The second person: a change of published scores is confirmed by another one than who proposed it, or cancelled."""

from datetime import datetime

from app.access import Actor
from app.db import db, write
from app.errors import Refusal, Stale
from app.history.operations import record
from app.history.rules import PROPOSED_BY
from app.models import ScoreChange
from app.models.enums import Action, Entity
from app.nacc.evaluation.operations import enter_confirmed
from app.nacc.evaluation.queries import scores_of_one, waiting_changes
from app.nacc.evaluation.rules import ProposedChange
from app.nacc.score_changes.rules import ChangeAnswer, answer_refusal


def answer_change(
    actor: Actor, organisation_id: int, year: int, answer: ChangeAnswer, version: int, now: datetime
) -> None:
    """Confirm a proposed change as its second person, which enters the scores; or cancel it.

    Raises NotTheirs; Refusal, so for whoever proposed it; Stale where it is another one by now, or answered.
    """
    kept = scores_of_one(actor, organisation_id, year)
    waiting = waiting_changes(actor, [organisation_id], year).get(organisation_id)
    if waiting is None or waiting.version != version:
        raise Stale
    if problem := answer_refusal(answer, waiting, actor.account_id, kept):
        raise Refusal(problem)
    write(db.session.get_one(ScoreChange, (organisation_id, year)), version, settled_at=now)
    if answer is ChangeAnswer.CONFIRM:
        enter_confirmed(actor, organisation_id, year, waiting, now)
    else:
        _tell_cancelled(actor, organisation_id, year, waiting, now)


def _tell_cancelled(actor: Actor, organisation_id: int, year: int, change: ProposedChange, now: datetime) -> None:
    record(
        actor,
        Action.CANCEL_SCORES,
        Entity.SCORE_CHANGE,
        f"{organisation_id}/{year}",
        organisation_id=organisation_id,
        before={cell.name: value for cell, value in change.after.items()},
        after={cell.name: value for cell, value in change.before.items()} | {PROPOSED_BY: change.by_id},
        reason=change.reason,
        at=now,
    )
