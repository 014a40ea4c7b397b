"""The job that sends what is queued: after a request, or by `flask mail send-queued`.

Each mail is committed on its own, under a lock that only one process holds, so a job that is killed loses
nothing and repeats nothing it has noted as sent. Between the server's "250 OK" and that note there are a few
milliseconds; a mail tried again keeps its Message-ID, by which mail servers know a double.
"""

import fcntl
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select, text

from app import clock, mail
from app.db import db, is_sqlite, transaction
from app.models import MailLog, Organisation
from app.models.enums import Round
from app.nacc.waiting.queries import queued_after
from app.nacc.waiting.rules import body, subject
from app.plans.queries import window_for

BATCH = 20  # then others' mails have their turn: a forgotten password must not wait for a whole province
ADVISORY_KEY = 0x6D61696C  # "mail"
# The server took the connection but not this mail; anything else is trouble that the next mail would have too.
ABOUT_THIS_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, ValueError)


def send_behind_the_request(after: int = 0) -> None:
    """Send a batch after the answer has gone, and then the next one, until none is left."""
    mail.behind_the_request(_batch_and_on, after)


def _batch_and_on(after: int) -> None:
    last = send_batch(after)
    if last is not None:
        send_behind_the_request(last)


def send_queued() -> None:
    """Send all that wait, each tried once; raises nothing: what went wrong stands in the log."""
    last: int | None = 0
    while last is not None:
        last = send_batch(last)


def send_batch(after: int) -> int | None:
    """Try the next mails behind id `after`, each once. Gives the last id, or None where there is no more to do."""
    with _one_sender():
        ids = queued_after(after, BATCH)
        db.session.rollback()
        for id_ in ids:
            if not _send_one(id_):
                return None
    return ids[-1] if len(ids) == BATCH else None


def _send_one(id_: int) -> bool:
    """Whether going on makes sense; not while the mail server is out of reach. That costs no attempt."""
    owed = db.session.get_one(MailLog, id_, populate_existing=True)
    try:
        _deliver(owed)
    except ABOUT_THIS_MAIL as error:
        _note(id_, error=_words(error), attempts=owed.attempts + 1)
    except OSError as error:
        current_app.logger.warning("mail server: %s", error)
        _note(id_, error=_words(error))
        return False
    else:
        _note(id_, sent_at=clock.now(), error="", attempts=owed.attempts + 1)
    return True


def _deliver(owed: MailLog) -> None:
    round_ = Round(owed.round)
    name = db.session.scalar(select(Organisation.name).where(Organisation.id == owed.organisation_id)) or ""
    window = window_for(owed.organisation_id, owed.fiscal_year, round_)
    public_url = current_app.config["PUBLIC_URL"]
    text_ = body(name, owed.total, owed.waiting, owed.queued_at, window, public_url)
    db.session.rollback()  # the server may take seconds: no transaction waits with it
    message_id = f"<reminder-{owed.id}-{owed.day:%Y%m%d}@{urlsplit(public_url).hostname or 'localhost'}>"
    mail.send(owed.to_address, subject(owed.fiscal_year, round_), text_, message_id)


def _note(id_: int, **changes: object) -> None:
    with transaction():
        owed = db.session.get_one(MailLog, id_)
        for name, value in changes.items():
            setattr(owed, name, value)


def _words(error: Exception) -> str:
    """What the server said, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


@contextmanager
def _one_sender() -> Iterator[None]:
    """Only one process sends at a time; the operating system or the server lets go of a dead one's lock."""
    if is_sqlite(db.engine):
        with open(f"{db.engine.url.database}.mail-lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with db.engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY})
        yield
