"""What the desk does to mails that are owed."""

from sqlalchemy import select, update

from app.access import Actor
from app.db import db, table
from app.mails.queries import WAITS
from app.models import MailLog, Organisation
from app.nacc.desk.queries import in_scope

_O, _M = table(Organisation).c, table(MailLog).c


def try_now(actor: Actor) -> int:
    """Let the mails to the actor's LAOs that wait for a later try be tried at once; gives how many wait in all."""
    laos = select(_O.id).where(in_scope(actor))
    tried = update(table(MailLog)).where(WAITS, _M.organisation_id.in_(laos)).values(next_try_at=None)
    return int(db.session.execute(tried).rowcount)  # type: ignore[attr-defined]
