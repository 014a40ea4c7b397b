"""The job that looks once a day what LAOs should be told of; what was owed is sent as every other mail."""

from contextlib import suppress

from app import clock
from app.clock import thai_day
from app.db import db, transaction
from app.errors import Stale
from app.jobs import upkeep
from app.mails.jobs import send_for_a_turn
from app.nacc.digests import operations, queries
from app.nacc.digests.rules import is_morning


@upkeep
def send_todays_digests() -> None:
    """Owe them, and send what is due: whichever of the worker's duties comes first, they go in its first minute."""
    owe_todays_digests()
    send_for_a_turn()


def owe_todays_digests() -> None:
    """From the morning on, unless it was done today."""
    now = clock.now()
    if not is_morning(now) or queries.is_done(thai_day(now)):
        db.session.rollback()
        return
    with suppress(Stale), transaction():
        operations.owe_digests(now)
