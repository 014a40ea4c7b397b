"""The job that fixes what has closed, some LAOs at a time. What is left to do is asked anew each time: nothing is lost
with a worker that is stopped half way, and two of them do the same work once.
"""

import time
from datetime import timedelta

from sqlalchemy import text

from app import clock
from app.db import db, transaction
from app.jobs import upkeep
from app.lao.fixed_rounds.operations import fix_due
from app.models import FixedRound, FixedSum

AT_ONCE = 100  # LAOs in one transaction: well under a second, in which SQLite lets nobody else write
PAUSE_SECONDS = 0.02  # between two: savers come in
TURN = timedelta(seconds=40)  # then the worker's other duties have their turn; the next minute goes on
# A save that began in the last moment of a window has come to its end by then: nothing waits for it, nothing is lost.
AFTER_CLOSING = timedelta(minutes=1)


def fix_some() -> int:
    """Fix a part of what is due; gives how many, 0 when all is done."""
    now = clock.now()
    with transaction():
        return fix_due(now - AFTER_CLOSING, now, limit=AT_ONCE)


@upkeep
def fix_closed_rounds() -> None:
    """Fix what is due, for as long as this worker's turn lasts."""
    until, total = time.monotonic() + TURN.total_seconds(), 0
    while time.monotonic() < until and (number := fix_some()):
        total += number
        db.session.expunge_all()
        time.sleep(PAUSE_SECONDS)
    if total:
        _tell_the_planner()


def _tell_the_planner() -> None:
    """Thousands of rows in tables that were empty: PostgreSQL would read them one against all until it has looked."""
    with transaction():
        for model in (FixedRound, FixedSum):
            db.session.execute(text(f"ANALYZE {model.__tablename__}"))  # nosem: sql-put-together
