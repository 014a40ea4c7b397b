"""Reads of the mails that are owed: those that are due, and where they go."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from app.db import db, table
from app.mails.rules import URGENT
from app.models import MailLog, Profile

_M, _C = table(MailLog).c, table(Profile).c
WAITS = and_(_M.sent_at.is_(None), _M.given_up_at.is_(None))


def urgent_and_due(limit: int, now: datetime) -> list[int]:
    """Ids of mails that somebody sits and waits for, and that are to be tried now."""
    return _due(limit, now, _M.kind.in_(URGENT))


def due_after(id_: int, limit: int, now: datetime) -> list[int]:
    """Ids of the next mails that are to be tried now."""
    return _due(limit, now, _M.id > id_)


def _due(limit: int, now: datetime, which: ColumnElement[bool]) -> list[int]:
    due = or_(_M.next_try_at.is_(None), _M.next_try_at <= now)
    return list(db.session.scalars(select(_M.id).where(WAITS, due, which).order_by(_M.id).limit(limit)))


def present_address(organisation_id: int) -> str:
    """Where mail to the LAO goes today; "" where its coordinator left and nobody has come."""
    return (db.session.scalar(select(_C.email).where(_C.organisation_id == organisation_id)) or "").strip()
