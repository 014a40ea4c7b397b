"""Whatever a test has recorded must be readable: each fact and choice has its Thai words, each entry a page."""

from collections.abc import Iterator

from sqlalchemy import select

from app.db import db, table
from app.history.forms import OF_AN_LAO, OF_THE_ADMINISTRATION
from app.history.rules import FACTS, LABELS, OF_NACC_ONLY, SCORE
from app.models import HistoryEntry


def untold_entries() -> Iterator[str]:
    """What of the history as it stands nobody could read, in words."""
    h = table(HistoryEntry).c
    for entity, action, lao, before, after in db.session.execute(
        select(h.entity, h.action, h.organisation_id, h.before, h.after)
    ):
        if entity not in (OF_THE_ADMINISTRATION if lao is None else (*OF_AN_LAO, *OF_NACC_ONLY)):
            yield f"{entity}: on no page"
        for name, value in {**(before or {}), **(after or {})}.items():
            if name not in FACTS and not SCORE.fullmatch(name):
                yield f"{entity} ({action}): no label for {name}"
            elif name in LABELS and value is not None and value not in LABELS[name]:
                yield f"{entity} ({action}): no label for {name} {value}"
