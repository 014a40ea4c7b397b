"""What becomes of a mail that is owed: written down after each try, on its own."""

from datetime import datetime

from sqlalchemy import delete

from app.db import db
from app.mails.rules import next_try
from app.models import MailLog


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


def forget_before(moment: datetime) -> None:
    """Delete what was queued before that moment, whatever became of it."""
    db.session.execute(delete(MailLog).where(MailLog.queued_at < moment))


def note_server_away(id_: int, words: str) -> None:
    """That costs no try: nothing was learnt of this mail."""
    db.session.get_one(MailLog, id_).error = words
