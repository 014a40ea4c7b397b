"""The job that searches all reports for signs: each round once a day, and soon after it closed.

A province is one short transaction. A search that is stopped half way is begun anew: what it kept stays right.
"""

import time

from app import clock
from app.db import db, transaction
from app.jobs import upkeep
from app.lao.signs import operations, queries
from app.models.enums import Round

PAUSE_SECONDS = 0.02  # between two provinces: savers come in


def search(year: int, round_: Round) -> None:
    """Find the signs of one round in all provinces."""
    now, closing = clock.now(), queries.closings(year, round_)
    for code in queries.provinces():
        found = queries.province_signs(code, year, round_, closing)
        with transaction():
            operations.keep_province(code, year, round_, found, now)
        time.sleep(PAUSE_SECONDS)
    shared = queries.shared_texts(year, round_, now)
    with transaction():
        operations.keep_shared(year, round_, shared, now)
        operations.note_search(year, round_, now)


def search_next() -> tuple[int, Round] | None:
    """Search the next round that is due; gives which, None where none is."""
    now = clock.now()
    moment = next(queries.due(now, clock.fiscal_year(now)), None)
    if moment:
        search(*moment)
        db.session.expunge_all()
    return moment


@upkeep
def search_for_signs() -> None:
    search_next()
