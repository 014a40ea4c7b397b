"""What the desk does to mails that are owed."""

from sqlalchemy import select, update

from app.access import Actor
from app.db import db, table
from app.mails.queries import WAITS
from app.models import MailLog
from app.nacc.desk.queries import in_scope
from app.nacc.mails.queries import WITH_LAO

_M = table(MailLog).c


def try_now(actor: Actor) -> int:
    """Let the mails of the actor's log that wait for a later try be tried at once; gives how many wait in all."""
    theirs = select(_M.id).select_from(WITH_LAO).where(in_scope(actor))
    tried = update(table(MailLog)).where(WAITS, _M.id.in_(theirs)).values(next_try_at=None)
    return int(db.session.execute(tried).rowcount)  # type: ignore[attr-defined]
