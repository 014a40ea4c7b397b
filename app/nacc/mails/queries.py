"""The log of the mails to the actor's LAOs."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.access import Actor
from app.db import db, table
from app.mails.queries import WAITS
from app.models import MailLog, Organisation
from app.nacc.desk.queries import PAGE_SIZE, in_scope
from app.nacc.mails.rules import MailFilter, MailState, about, mail_words

_O, _M = table(Organisation).c, table(MailLog).c
_IN_STATE = {
    MailState.SENT: _M.sent_at.is_not(None),
    MailState.WAITING: WAITS,
    MailState.FAILED: and_(_M.sent_at.is_(None), _M.given_up_at.is_not(None)),
}
# A link for a new password that somebody asked for is to no LAO: only administrators see it.
WITH_LAO = table(MailLog).outerjoin(table(Organisation), _O.id == _M.organisation_id)


class MailLine(NamedTuple):
    """One mail of the log."""

    code: str
    name: str
    to_address: str
    about: str
    queued_at: datetime
    words: str
    failed: bool
    error: str


class MailProgress(NamedTuple):
    """How many mails have gone, wait, and were given up; `paused`: of those that wait, not to be tried just yet."""

    sent: int
    waiting: int
    failed: int
    paused: int


def _numbers(now: datetime) -> list[ColumnElement[int]]:
    states = [func.count().filter(_IN_STATE[state]) for state in MailState]
    return [*states, func.count().filter(WAITS, _M.next_try_at > now)]


def progress(actor: Actor, today: date, now: datetime) -> MailProgress:
    """Of the mails to the actor's LAOs that were queued today, or that still wait."""
    wanted = in_scope(actor), or_(_M.day == today, WAITS)
    return _progress(db.session.execute(select(*_numbers(now)).select_from(WITH_LAO).where(*wanted)).one())


def queue_numbers(now: datetime) -> MailProgress:
    """Of all mails there are: what the command tells."""
    return _progress(db.session.execute(select(*_numbers(now))).one())


def _progress(row: Any) -> MailProgress:
    return MailProgress(*row)


def failed_total() -> int:
    """Mails that were given up, in the whole country: what the administrator is told."""
    return db.session.scalar(select(func.count()).where(_IN_STATE[MailState.FAILED])) or 0


def mail_lines(actor: Actor, asked: MailFilter) -> list[MailLine]:
    """One page of the log of the actor's LAOs, the latest mail first."""
    rows = db.session.execute(
        select(_O.code, _O.name, table(MailLog))
        .select_from(WITH_LAO)
        .where(*_wanted(actor, asked))
        .order_by(_M.id.desc())
        .limit(PAGE_SIZE)
        .offset((asked.page - 1) * PAGE_SIZE)
    )
    return [
        MailLine(
            row.code or "",
            row.name or "",
            row.to_address,
            about(row.kind, row.round, row.fiscal_year),
            row.queued_at,
            mail_words(row.day, row.sent_at, row.given_up_at, row.next_try_at),
            row.sent_at is None and row.given_up_at is not None,
            row.error,
        )
        for row in rows
    ]


def mail_total(actor: Actor, asked: MailFilter) -> int:
    statement = select(func.count()).select_from(WITH_LAO).where(*_wanted(actor, asked))
    return db.session.scalar(statement) or 0


def _wanted(actor: Actor, asked: MailFilter) -> list[ColumnElement[bool]]:
    return [in_scope(actor), *([_IN_STATE[MailState(asked.state)]] if asked.state else [])]
