"""The second person: what somebody proposed is done by the very deed that would have done it, or is declined."""

from collections.abc import Callable, Sequence
from datetime import datetime

from app.access import Actor
from app.errors import NotTheirs, Refusal, Stale
from app.models.enums import ProposalAnswer, ProposedKind
from app.nacc.evaluation.operations import publish_proposed
from app.nacc.plan_years.operations import set_proposed
from app.nacc.review.operations import decide_proposed
from app.nacc.second_person import queries
from app.nacc.second_person.operations import keep_number, settle
from app.nacc.second_person.rules import WantedRow, answer_refusal

DEEDS: dict[ProposedKind, Callable[[Actor, Sequence[WantedRow], str, datetime], int]] = {
    ProposedKind.VERDICTS: decide_proposed,
    ProposedKind.PLAN_YEARS: set_proposed,
    ProposedKind.PUBLISHING: publish_proposed,
}


def answer_proposal(actor: Actor, deed_id: int, answer: ProposalAnswer, reason: str, now: datetime) -> tuple[int, int]:
    """Confirm, decline or withdraw what waits; gives how many rows were changed, and how many were left out.

    The rights are those of this moment, over all provinces involved. What changed since it was proposed is left out.
    Raises NotTheirs; Refusal, so where who proposed it would confirm it; Stale where it was answered before.
    """
    found = queries.proposal(actor, deed_id)
    if found is None:
        raise Stale if queries.was_answered(actor, deed_id) else NotTheirs
    if problem := answer_refusal(answer, own=found.by_id == actor.account_id, reason=reason):
        raise Refusal(problem, "reason" if answer is ProposalAnswer.DECLINE else "")
    if not settle(actor, deed_id, answer, reason, now):
        raise Stale
    if answer is not ProposalAnswer.CONFIRM:
        return 0, 0
    done = DEEDS[found.kind](actor, queries.wanted_rows(deed_id), found.reason, now)
    keep_number(deed_id, done)
    return done, found.number - done
