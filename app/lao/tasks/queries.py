"""Reads of what is to be done: takes the actor, and sees only its own LAO's."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from app.access import Actor
from app.lao.reporting.counts import waiting_by_round
from app.lao.sending.queries import receipts, word_since
from app.lao.tasks.rules import RoundTask, next_tasks
from app.models.enums import Round
from app.plans.queries import window_for


class LastSending(NamedTuple):
    """A round that was sent; `changed`: something in it is another since."""

    at: datetime
    changed: bool


def other_tasks(actor: Actor, years: Collection[int], now: datetime) -> list[RoundTask]:
    """Rounds of `years` in which reports are missing and can be given now, the most pressing first."""
    own = actor.own_organisation_id
    missing = [each for each in waiting_by_round(actor) if each[0] in years]
    tasks = (RoundTask(year, round_, number, window_for(own, year, round_)) for year, round_, number in missing)
    return next_tasks(tasks, now)


def sent(actor: Actor, year: int, round_: Round) -> LastSending | None:
    """When the round was sent last, and whether it still is what was sent; None where it never was."""
    last = next(iter(receipts(actor.own_organisation_id, year, round_)), None)
    return LastSending(last.at, changed=bool(word_since(last))) if last else None
