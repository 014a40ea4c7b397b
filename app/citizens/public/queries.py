"""Projects by words of their names, as far as a question may cost. They are public, but for deleted ones.

Where a place is named, its projects are asked for, in their index. Else all of the country are looked through, the
latest first, for a moment; whoever wants more goes on from there. No index could hold every part of every name on
both engines alike, and this one needs none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select

from app.db import db, table
from app.listing import like_pattern
from app.models import Organisation, Project
from app.registry.finding.asked import AskedPart, AskedWord, asked
from app.registry.finding.queries import find_laos
from app.words import search_key

SECONDS = 0.4
AT_ONCE = 10_000  # ids that one statement looks through
MOST_SHOWN = 10
FEWEST_LETTERS = 3
MOST_LAOS = 400
_P, _O = table(Project).c, table(Organisation).c


class FoundProject(NamedTuple):
    id: int
    name: str
    lao: str


@dataclass(frozen=True)
class FoundProjects:
    """`below`: the id from which on nobody has looked yet; 0 where all were looked through."""

    projects: list[FoundProject] = field(default_factory=list)
    below: int = 0


def find_projects(q: str, below: int = 0) -> FoundProjects:
    """Projects that have every word of `q` in their name, or in that of their LAO; `below`: where to go on."""
    words = asked(q).words
    if len(search_key(q)) < FEWEST_LETTERS or not words:
        return FoundProjects()
    for laos, left in () if below else _scopes(words):
        here = _latest_named([_P.organisation_id.in_(laos), *_named(left)])
        if here:
            return FoundProjects(here[:MOST_SHOWN])
    return _in_the_country(words, below)


def _scopes(words: Sequence[AskedWord]) -> Iterator[tuple[list[int], list[AskedWord]]]:
    """LAOs that some of the words name, and the others: those that say so, else each that is a whole name."""
    places = [word for word in words if word.types or word.part in (AskedPart.DISTRICT, AskedPart.PROVINCE)]
    for told in [places] if places else [[word] for word in words]:
        left = [word for word in words if word not in told]
        found = find_laos(" ".join(word.said for word in told), closed=True).fitting if left else []
        meant = found if places else [lao for lao in found if told[0].key in {each.short_key for each in lao.names}]
        if 0 < len(meant) <= MOST_LAOS:
            yield [lao.id for lao in meant], left


def _in_the_country(words: Sequence[AskedWord], below: int) -> FoundProjects:
    until, wanted = monotonic() + SECONDS, _named(words)
    below = below or (db.session.scalar(select(func.max(_P.id))) or 0) + 1
    found: list[FoundProject] = []
    while below > 1 and len(found) < MOST_SHOWN:
        from_ = max(1, below - AT_ONCE)
        here = _latest_named([_P.id < below, _P.id >= from_, *wanted])
        fitting = here[: MOST_SHOWN - len(found)]
        found += fitting
        below = fitting[-1].id if len(fitting) < len(here) else from_
        if monotonic() > until:
            break
    return FoundProjects(found, below if below > 1 else 0)


def _named(words: Sequence[AskedWord]) -> list[ColumnElement[bool]]:
    return [_P.name_search.like(like_pattern(word.typed), escape="/") for word in words]


def _latest_named(wanted: Sequence[ColumnElement[bool]]) -> list[FoundProject]:
    statement: Any = (
        select(_P.id, _P.name, _O.name)
        .join_from(table(Project), table(Organisation), _O.id == _P.organisation_id)
        .where(_P.deleted_at.is_(None), *wanted)
        .order_by(_P.id.desc())
        .limit(MOST_SHOWN + 1)
    )
    return [FoundProject(*row) for row in db.session.execute(statement)]
