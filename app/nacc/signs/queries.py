"""Reads for the desk of what should be checked: signs the job kept, of LAOs of the actor's provinces.

The LAO has each sign first: until when an officer sees which is decided in one place, app/lao/signs/rules.py.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from app.access import Actor
from app.clock import thai_date
from app.db import db, table
from app.errors import NotTheirs
from app.lao.signs.queries import closings
from app.lao.signs.rules import officers_see_until, sentence
from app.models import District, Organisation, Project, Province, Sign
from app.models.enums import Labelled, Round, SignKind, SignVerdict
from app.nacc.desk.queries import (
    IN_ONE_STATEMENT,
    IN_THAI_ORDER,
    PAGE_SIZE,
    batches,
    filtered_laos,
    in_scope,
    place_words,
    with_places,
)
from app.nacc.signs.rules import STATES, SignFilter, Unjudged

_S, _O, _P, _D, _V = (table(model).c for model in (Sign, Organisation, Project, District, Province))
_ALL = with_places(table(Sign).join(table(Organisation), _O.id == _S.organisation_id))
_WITH_PROJECTS = _ALL.outerjoin(table(Project), _P.id == _S.project_id)
_IN_ORDER = (*IN_THAI_ORDER, _S.kind, _S.id)
_SHOWN = (
    *(_S.id, _S.organisation_id, _O.code, _O.name, _V.name.label("province"), _D.name.label("district")),
    *(_S.fiscal_year, _S.round, _S.kind, _S.project_id, _P.name.label("project"), _S.facts, _S.arose_at, _S.gone_at),
    *(_S.verdict, _S.note, _S.judged_at, _S.version),
)


class SignRow(NamedTuple):
    """A sign, ready to print. No project: it is of the LAO's whole round. `gone`: it no longer holds."""

    id: int
    organisation_id: int
    code: str
    name: str
    place: str
    year: int
    round: Round
    kind: SignKind
    project_id: int | None
    project: str
    sentence: str
    arose_on: str
    gone: bool
    verdict: SignVerdict | None
    note: str
    judged_on: str
    version: int

    @property
    def state(self) -> Labelled:
        return self.verdict or Unjudged.WAITING


def _seen(year: int, round_: Round, now: datetime) -> ColumnElement[bool]:
    """What the LAOs have had before: by the closing of all, and by that of those that were given more time."""
    closing = closings(year, round_)
    here = _S.fiscal_year == year, _S.round == int(round_)
    whose: dict[datetime | None, list[int]] = {}
    for id_, own in closing.longer.items():
        whose.setdefault(officers_see_until(own, now), []).append(id_)
    others = _S.organisation_id.not_in([*closing.longer])
    seen = [and_(others, _by(officers_see_until(closing.of_all, now)))]
    seen += [and_(_S.organisation_id.in_(ids), _by(until)) for until, ids in whose.items()]
    return and_(*here, or_(*seen))


def _by(until: datetime | None) -> ColumnElement[bool]:
    return false() if until is None else _S.arose_at <= until


def _wanted(actor: Actor, asked: SignFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of the filter, without its state."""
    kind = [_S.kind == SignKind(asked.kind)] if asked.kind else []
    return [*filtered_laos(actor, asked), _seen(asked.year, asked.round, now), *kind]


def _of_state(state: str) -> list[ColumnElement[bool]]:
    if not state:
        return []
    return [_S.verdict.is_(None) if state == Unjudged.WAITING else _S.verdict == SignVerdict(state)]


def state_counts(actor: Actor, asked: SignFilter, now: datetime) -> dict[Labelled, int]:
    """How many signs of the filter are in each state."""
    rows = db.session.execute(
        select(_S.verdict, func.count()).select_from(_ALL).where(*_wanted(actor, asked, now)).group_by(_S.verdict)
    )
    found = {verdict or Unjudged.WAITING: number for verdict, number in rows}
    return {state: found.get(state, 0) for state in STATES}


def sign_rows(actor: Actor, asked: SignFilter, now: datetime) -> list[SignRow]:
    """A page of the signs that the filter shows: put in order by their numbers alone, for there can be thousands."""
    page = _numbers(actor, asked, now).order_by(*_IN_ORDER).limit(PAGE_SIZE).offset((asked.page - 1) * PAGE_SIZE)
    return list(_signs_in_full(db.session.scalars(page).all()))


def every_row(actor: Actor, asked: SignFilter, now: datetime) -> Iterator[SignRow]:
    """All of them, for a file."""
    ids = db.session.scalars(_numbers(actor, asked, now).order_by(*_IN_ORDER)).all()
    return (row for some in batches(ids) for row in _signs_in_full(some))


def _numbers(actor: Actor, asked: SignFilter, now: datetime) -> Select[Any]:
    return select(_S.id).select_from(_ALL).where(*_wanted(actor, asked, now), *_of_state(asked.state))


def _signs_in_full(ids: Collection[int]) -> Iterator[SignRow]:
    return map(_row, db.session.execute(_in_full(_S.id.in_(ids)).order_by(*_IN_ORDER)))


def _in_full(*wanted: ColumnElement[bool]) -> Select[Any]:
    return select(*_SHOWN).select_from(_WITH_PROJECTS).where(*wanted)


def sign_row(actor: Actor, id_: int, now: datetime) -> SignRow:
    """One sign that the actor may see. Raises NotTheirs for any other."""
    row = db.session.execute(_in_full(_S.id == id_, in_scope(actor))).first()
    if row is None or not _is_seen(row, now):
        raise NotTheirs
    return _row(row)


def _is_seen(row: Any, now: datetime) -> bool:
    closing = closings(row.fiscal_year, Round(row.round)).of(row.organisation_id)
    until = officers_see_until(closing, now)
    return until is not None and row.arose_at <= until


def chosen(actor: Actor, ids: Collection[int], asked: SignFilter, now: datetime) -> list[int]:
    """Those of `ids` that the actor may see and that wait."""
    some = sorted(ids)[:IN_ONE_STATEMENT]
    conditions = (in_scope(actor), _seen(asked.year, asked.round, now), _S.id.in_(some), _S.verdict.is_(None))
    return list(db.session.scalars(select(_S.id).select_from(_ALL).where(*conditions)))


def filtered(actor: Actor, asked: SignFilter, now: datetime) -> list[int]:
    """Every sign the filter shows that waits."""
    return list(db.session.scalars(_numbers(actor, asked, now).where(_S.verdict.is_(None))))


def _row(row: Any) -> SignRow:
    return SignRow(
        id=row.id,
        organisation_id=row.organisation_id,
        code=row.code,
        name=row.name,
        place=place_words(row.province, row.district),
        year=row.fiscal_year,
        round=Round(row.round),
        kind=row.kind,
        project_id=row.project_id,
        project=row.project or "",
        sentence=sentence(row.kind, row.facts),
        arose_on=thai_date(row.arose_at, short=True),
        gone=row.gone_at is not None,
        verdict=row.verdict,
        note=row.note,
        judged_on=thai_date(row.judged_at, short=True) if row.judged_at else "",
        version=row.version,
    )
