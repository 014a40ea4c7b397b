"""What the history tells of since a process last asked: by that, whoever keeps something forgets it in time."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal, or_, select, text

from app.db import db, is_sqlite, table
from app.models import HistoryEntry
from app.models.enums import Entity

_H = table(HistoryEntry).c
# Entries that are asked after one by one: those of deeds that had a number before others, and were kept after them.
MOST_MISSING, WINDOW = 500, 2000
MOST_AT_ONCE = 5000
_NEW = (
    select(_H.id, _H.organisation_id, _H.entity)
    .where(or_(_H.id >= bindparam("last"), _H.id.in_(bindparam("missing", expanding=True))))
    .order_by(_H.id)
    .limit(MOST_AT_ONCE)
)
_KNOWN = select(_H.id).where(_H.id > bindparam("last"))


class NewEntries(NamedTuple):
    """`laos`: the ids that new entries are about; None: it may be any, or it is not known which.

    `generation` is another one after each entry. None: whoever asks reads the database as it was before entries that
    this process knows of, so what it makes of that must not be kept.
    """

    laos: frozenset[int] | None
    generation: int | None


class Since:
    """What is new to one process, which asks by one thread at a time.

    Two deeds that run at once may be kept in another order than they got their numbers in. So a number that is
    lacking is asked for again, until 2,000 later ones were seen: most were rolled back.

    An entry about one of `of_any` may change what is kept of others than it names, and one `apart_from` these nothing.
    """

    def __init__(self, *, apart_from: frozenset[Entity], of_any: frozenset[Entity]) -> None:
        self._apart_from, self._of_any = apart_from, of_any
        self._last: int | None = None
        self._missing: set[int] = set()
        self.generation = 0

    def ask(self) -> NewEntries:
        if self._last is None:
            return self._begin()
        rows = db.session.execute(_NEW, {"last": self._last, "missing": sorted(self._missing)}).all()
        ids = {row.id for row in rows}
        if self._last and self._last not in ids:
            return NewEntries(frozenset(), None)
        new = [row for row in rows if row.id != self._last]
        if not new:
            return NewEntries(frozenset(), self.generation)
        last = max(ids)
        lacking = (self._missing | set(range(self._last + 1, last))) - ids
        self._last, self._missing = last, {each for each in lacking if each > last - WINDOW}
        self.generation += 1
        if len(rows) == MOST_AT_ONCE or len(self._missing) > MOST_MISSING:
            return self._begin()
        told = [row for row in new if row.entity not in self._apart_from]
        is_of_any = any(row.organisation_id is None or row.entity in self._of_any for row in told)
        return NewEntries(None if is_of_any else frozenset(row.organisation_id for row in told), self.generation)

    def begin_anew(self) -> None:
        """Let the next one who asks hear that it may be any: what this one was told came to nobody."""
        self._last = None

    def _begin(self) -> NewEntries:
        last = db.session.scalar(select(func.max(_H.id))) or 0
        first = max(0, last - WINDOW)
        missing = set(range(first + 1, last + 1)).difference(db.session.scalars(_KNOWN, {"last": first}))
        self._last, self._missing = (last, missing) if len(missing) <= MOST_MISSING else (None, set())
        self.generation += 1
        return NewEntries(None, self.generation)


class Stand(NamedTuple):
    """Of the last entry about an LAO or a place, and of the last about what all have in common.

    `settled`: no deed is under way that got its number before them and is kept after them. Who reads after that keeps
    what he made of it for as long as there are no others.
    """

    own: int | None
    common: int | None
    settled: bool


_LAST = (
    select(func.max(_H.id)).where(_H.organisation_id == bindparam("organisation_id")).scalar_subquery(),
    select(func.max(_H.id)).where(_H.organisation_id.is_(None)).scalar_subquery(),
)
# On SQLite whoever writes is alone. PostgreSQL's transactions have their number before their entries have one.
_STAND: dict[bool, Any] = {
    True: select(*_LAST, literal(True)),
    False: select(*_LAST, text("pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())")),
}


def stand_of(organisation_id: int) -> Stand:
    """How far the history of an LAO has come."""
    row = db.session.execute(_STAND[is_sqlite(db.engine)], {"organisation_id": organisation_id}).one()
    return Stand(*row)
