"""What becomes of a mail: written down after each try, on its own."""

from datetime import datetime

from sqlalchemy import select, update

from app.access import Actor
from app.db import db, table
from app.models import MailLog, Organisation
from app.nacc.desk.queries import in_scope
from app.nacc.mails.queries import WAITS
from app.nacc.mails.rules import next_try

_O, _M = table(Organisation).c, table(MailLog).c


def note_sent(id_: int, address: str, now: datetime) -> None:
    owed = db.session.get_one(MailLog, id_)
    owed.to_address, owed.sent_at, owed.error = address, now, ""
    owed.attempts += 1


def note_not_taken(id_: int, words: str, now: datetime, *, for_good: bool) -> None:
    """It is tried again later, or given up: at once where it never will go, else after a day of trying."""
    owed = db.session.get_one(MailLog, id_)
    owed.error = words
    owed.attempts += 1
    owed.next_try_at = None if for_good else next_try(owed.attempts, now)
    if owed.next_try_at is None:
        owed.given_up_at = now


def drop(id_: int) -> None:
    """There is nothing left to say in it."""
    db.session.delete(db.session.get_one(MailLog, id_))


def note_server_away(id_: int, words: str) -> None:
    """That costs no try: nothing was learnt of this mail."""
    db.session.get_one(MailLog, id_).error = words


def try_now(actor: Actor) -> int:
    """Let the mails to the actor's LAOs that wait for a later try be tried at once; gives how many wait in all."""
    laos = select(_O.id).where(in_scope(actor))
    tried = update(table(MailLog)).where(WAITS, _M.organisation_id.in_(laos)).values(next_try_at=None)
    return int(db.session.execute(tried).rowcount)  # type: ignore[attr-defined]
