"""The job that sends what is owed: after a request, by the worker each minute, or by `flask mail send-queued`.

Each mail is committed on its own, under a lock that only one process holds, so a job that is killed loses
nothing and repeats nothing it has noted as sent. Between the server's "250 OK" and that note there are a few
milliseconds; a mail tried again keeps its Message-ID, by which mail servers know a double.

Only a server that is not there stops the job. What a server says of one mail is that mail's affair: it waits for its
next try, or is given up, and the others go on.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import text

from app import clock, mail
from app.db import db, is_sqlite, transaction
from app.jobs import daily, upkeep
from app.mail import MailNotTaken, MailServerAway
from app.mails import operations, queries
from app.mails.rules import MAILS_KEPT, NO_ADDRESS, TO_THE_OLD_ADDRESS, Letter
from app.models import MailLog

BATCH = 20  # then urgent mails have their turn: a forgotten password must not wait for a whole province
MOST_UNANSWERED = 3  # in a row: a server that lets every mail hang takes 20 seconds for each
TURN = timedelta(seconds=20)  # then the worker's other duties have theirs
ADVISORY_KEY = 0x6D61696C  # "mail"
Writer = Callable[[MailLog, str], Letter | None]
_writers: dict[str, Writer] = {}


def letter(kind: str) -> Callable[[Writer], Writer]:
    """Declare that a function writes the mails of `kind`, from the owed row and PUBLIC_URL, at the moment they go.

    It gives None where there is nothing left to say: the mail is dropped.
    """

    def declare(write: Writer) -> Writer:
        _writers[kind] = write
        return write

    return declare


def send_behind_the_request(after: int = 0) -> None:
    """Send a batch after the answer has gone, and then the next one, until none is left."""
    mail.behind_the_request(_batch_and_on, after)


def _batch_and_on(after: int) -> None:
    last = send_batch(after)
    if last is not None:
        send_behind_the_request(last)


def send_queued() -> None:
    """Send all that are due, each tried once; raises nothing: what went wrong stands in the log."""
    last: int | None = 0
    while last is not None:
        last = send_batch(last)


@upkeep
def send_for_a_turn() -> None:
    """What is due, for as long as this worker's turn lasts."""
    last: int | None = 0
    until = monotonic() + TURN.total_seconds()
    while last is not None and monotonic() < until:
        last = send_batch(last)


@daily
def forget_old_mails() -> None:
    with transaction():
        operations.forget_before(clock.now() - MAILS_KEPT)


def send_batch(after: int) -> int | None:
    """Try those somebody waits for, else the next mails behind id `after`, each once.

    Gives the id to go on behind, or None where there is no more to do.
    """
    unanswered = 0
    with _one_sender():
        urgent = queries.urgent_and_due(BATCH, clock.now())
        ids = urgent or queries.due_after(after, BATCH, clock.now())
        db.session.rollback()
        for id_ in ids:
            try:
                unanswered = unanswered + 1 if _is_unanswered(id_) else 0
            except MailServerAway:
                return None
            if unanswered == MOST_UNANSWERED:
                return None
    if urgent:
        return after
    return ids[-1] if len(ids) == BATCH else None


def _is_unanswered(id_: int) -> bool:
    """Try one mail and note what came of it; whether the server left us without an answer. Raises MailServerAway."""
    owed = db.session.get_one(MailLog, id_, populate_existing=True)
    try:
        _deliver(owed)
    except MailServerAway as error:
        current_app.logger.warning("mail server: %s", error)
        with transaction():
            operations.note_server_away(id_, str(error))
        raise
    except MailNotTaken as error:
        with transaction():
            operations.note_not_taken(id_, str(error), clock.now(), for_good=error.for_good)
        return error.unanswered
    except Exception as error:  # of whatever kind: the others must not wait for this one
        current_app.logger.exception("mail %s", id_)
        with transaction():
            operations.note_not_taken(id_, mail.in_one_line(error), clock.now(), for_good=False)
    return False


def _deliver(owed: MailLog) -> None:
    """Send it to where the LAO's mail goes today, and note that.

    To the address in the row where it is to no LAO, or tells of a change to whoever had the address before.
    """
    address = owed.to_address
    if owed.organisation_id is not None and owed.kind not in TO_THE_OLD_ADDRESS:
        address = queries.present_address(owed.organisation_id)
    if not address:
        with transaction():
            operations.note_not_taken(owed.id, NO_ADDRESS, clock.now(), for_good=True)
        return
    letter = _writers[owed.kind](owed, current_app.config["PUBLIC_URL"])
    db.session.rollback()  # the server may take seconds: no transaction waits with it
    if letter is None:
        with transaction():
            operations.drop(owed.id)
        return
    mail.send(address, letter.subject, letter.text, _message_id(owed))
    with transaction():
        operations.note_sent(owed.id, address, clock.now())


def _message_id(owed: MailLog) -> str:
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    return f"<{owed.kind}-{owed.id}-{owed.day:%Y%m%d}@{host}>"


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
