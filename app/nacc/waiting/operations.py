"""Reminding LAOs. A reminder is written down here, with who asked for it; the job in `jobs.py` sends it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite

from app.access import Actor
from app.clock import thai_day
from app.db import db, is_sqlite, table
from app.errors import Refusal
from app.history.operations import entry, record_all
from app.models import MailLog
from app.models.enums import Action, Entity
from app.models.mails import ONE_A_DAY
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.waiting import queries
from app.nacc.waiting.rules import (
    REMINDER,
    ReminderCandidate,
    RoundWork,
    SortedCandidates,
    WaitingFilter,
    sort_out,
)
from app.plans.queries import everybodys_window

ROWS_AT_ONCE = 200


def remind_chosen(
    actor: Actor, ids: Collection[int], asked: WaitingFilter, now: datetime
) -> tuple[int, SortedCandidates]:
    """Queue a reminder to each of `ids` that needs one; gives how many were queued, and why others were not.

    Raises Refusal where the round is open for none of them.
    """
    return _remind(actor, queries.chosen_works(actor, ids, asked.year, asked.round), asked, now)


def remind_filtered(actor: Actor, asked: WaitingFilter, expected: int, now: datetime) -> tuple[int, SortedCandidates]:
    """Queue a reminder to every LAO the filters show and that needs one.

    Raises Refusal where their number is not the one that was said before, or the round is open for none of them.
    """
    works = queries.shown(actor, asked).works
    refuse_unexpected(len(sort_out(queries.candidates(works, asked, now)).mailed), expected, "จะส่งถึง")
    return _remind(actor, works, asked, now)


def _remind(
    actor: Actor, works: dict[int, RoundWork], asked: WaitingFilter, now: datetime
) -> tuple[int, SortedCandidates]:
    found = sort_out(queries.candidates(works, asked, now))
    if found.not_open and not found.mailed:
        raise Refusal(f"ไม่ส่งอีเมลเตือน เพราะ{everybodys_window(asked.year, asked.round).refusal(now)}")
    queued = 0
    for first in range(0, len(found.mailed), ROWS_AT_ONCE):
        queued += _queue(actor, found.mailed[first : first + ROWS_AT_ONCE], asked, now)
    return queued, found


def _queue(actor: Actor, some: list[ReminderCandidate], asked: WaitingFilter, now: datetime) -> int:
    """Whoever was queued by somebody else at this very moment is passed over: the unique key decides, not a look."""
    insert: Any = sqlite.insert if is_sqlite(db.engine) else postgresql.insert
    statement = insert(table(MailLog)).values([_mail_row(actor, each, asked, now) for each in some])
    one_a_day = {"index_elements": ["organisation_id", "kind", "day"], "index_where": text(ONE_A_DAY)}
    statement = statement.on_conflict_do_nothing(**one_a_day)
    queued = list(db.session.scalars(statement.returning(table(MailLog).c.organisation_id)))
    about = {"year": asked.year, "round": int(asked.round)}
    record_all([entry(actor, Action.QUEUE_REMINDER, Entity.MAIL, id_, id_, None, about, "", now) for id_ in queued])
    return len(queued)


def _mail_row(actor: Actor, candidate: ReminderCandidate, asked: WaitingFilter, now: datetime) -> dict[str, Any]:
    return {
        "organisation_id": candidate.organisation_id,
        "kind": REMINDER,
        "to_address": candidate.email,
        "day": thai_day(now),
        "fiscal_year": asked.year,
        "round": int(asked.round),
        "total": candidate.work.total,
        "waiting": candidate.work.waiting,
        "queued_at": now,
        "queued_by_id": actor.account_id,
        "attempts": 0,
        "error": "",
    }
