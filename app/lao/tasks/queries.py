"""Reads of what is to be done: takes the actor, and sees only its own LAO's."""

from collections.abc import Collection
from datetime import datetime

from app.access import Actor
from app.lao.reporting.counts import waiting_by_round
from app.lao.sending.queries import receipts
from app.lao.tasks.rules import RoundTask, next_tasks
from app.models.enums import Round
from app.plans.queries import window_for


def other_tasks(actor: Actor, years: Collection[int], now: datetime) -> list[RoundTask]:
    """Rounds of `years` in which reports are missing and can be given now, the most pressing first."""
    own = actor.own_organisation_id
    missing = [each for each in waiting_by_round(actor) if each[0] in years]
    tasks = (RoundTask(year, round_, number, window_for(own, year, round_)) for year, round_, number in missing)
    return next_tasks(tasks, now)


def sent_at(actor: Actor, year: int, round_: Round) -> datetime | None:
    """When the round was sent last; None where it never was."""
    return next((each.at for each in receipts(actor.own_organisation_id, year, round_)), None)
