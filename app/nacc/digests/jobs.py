"""The job that looks once a day what LAOs should be told of; what was owed is sent as every other mail."""

from contextlib import suppress

from app import clock
from app.db import db, transaction
from app.errors import Stale
from app.jobs import upkeep
from app.nacc.digests import operations, queries
from app.nacc.digests.rules import is_morning
from app.nacc.waiting.rules import thai_day


@upkeep
def owe_todays_digests() -> None:
    """From the morning on, unless it was done today."""
    now = clock.now()
    if not is_morning(now) or queries.is_done(thai_day(now)):
        db.session.rollback()
        return
    with suppress(Stale), transaction():
        operations.owe_digests(now)
