"""Reads for NACC's plan-year desk: each LAO of the actor's provinces in one fiscal year."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from app.access import Actor
from app.db import db, table
from app.models import District, FormerFacts, Organisation, PlanYear, ProjectYear, Province
from app.models.enums import PlanStatus, Role
from app.nacc.plan_years.rules import PlanFilter
from app.registry.queries import fits
from app.uploads.rules import UploadLao

PAGE_SIZE = 50
IN_ONE_STATEMENT = 500  # values; SQLite takes a limited number of them
_O, _PY, _Y, _D, _P = (table(model).c for model in (Organisation, PlanYear, ProjectYear, District, Province))
_F = table(FormerFacts).c
_LAO = (_O.id, _O.code, _O.name, _O.closed_at.is_not(None))
T = TypeVar("T", int, str)


class PlanRow(NamedTuple):
    """One LAO in one year. `projects`: recorded for that year and not deleted nor rejected."""

    organisation_id: int
    code: str
    name: str
    place: str
    status: PlanStatus
    version: int
    projects: int


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """LAOs of the provinces given to an officer; all for an administrator; none for anybody else."""
    if actor.role is Role.ADMINISTRATOR:
        return true()
    return _O.province_code.in_(sorted(actor.province_codes)) if actor.role is Role.OFFICER else false()


def _wanted(actor: Actor, asked: PlanFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [in_scope(actor), _O.closed_at.is_(None)]
    if asked.province:
        wanted.append(_O.province_code == asked.province)
    if asked.district:
        wanted.append(_O.district_code == asked.district)
    return [*fits(asked.q, wanted), *_has(asked.status)]


def _has(status: str) -> list[ColumnElement[bool]]:
    if status == PlanStatus.NOT_SENT:
        return [or_(_PY.status.is_(None), _PY.status == PlanStatus.NOT_SENT)]
    return [_PY.status == PlanStatus(status)] if status else []


def _joined(year: int) -> Any:
    return table(Organisation).outerjoin(table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == year))


def plan_rows(actor: Actor, asked: PlanFilter, page_size: int = PAGE_SIZE) -> list[PlanRow]:
    """One page of LAOs: by province, district and name in Thai order."""
    return _rows(_listed(actor, asked).limit(page_size).offset((asked.page - 1) * page_size))


def every_row(actor: Actor, asked: PlanFilter) -> list[PlanRow]:
    """All LAOs the filters show, in the same order."""
    return _rows(_listed(actor, asked))


def _listed(actor: Actor, asked: PlanFilter) -> Select[Any]:
    projects = (
        select(func.count())
        .select_from(table(ProjectYear))
        .where(
            _Y.province_code == _O.province_code,
            _Y.fiscal_year == asked.year,
            _Y.organisation_id == _O.id,
            _Y.counted == true(),
        )
        .scalar_subquery()
    )
    places = _joined(asked.year).join(table(Province), _P.code == _O.province_code)
    places = places.outerjoin(table(District), _D.code == _O.district_code)
    columns = (_O.id, _O.code, _O.name, _P.name, _D.name, _PY.status, _PY.version, projects)
    order = (_P.name_sort, _D.name_sort, _O.name_sort, _O.code)
    return select(*columns).select_from(places).where(*_wanted(actor, asked)).order_by(*order)


def _rows(statement: Select[Any]) -> list[PlanRow]:
    return [
        PlanRow(
            id_,
            code,
            name,
            " ".join(filter(None, (province, district))),
            status or PlanStatus.NOT_SENT,
            version or 0,
            n,
        )
        for id_, code, name, province, district, status, version, n in db.session.execute(statement)
    ]


def plan_counts(actor: Actor, asked: PlanFilter) -> dict[PlanStatus, int]:
    """How many LAOs have each status under the same filters, whatever the status filter says."""
    everything = PlanFilter(asked.year, asked.province, asked.district, "", asked.q)
    rows = db.session.execute(
        select(_PY.status, func.count())
        .select_from(_joined(asked.year))
        .where(*_wanted(actor, everything))
        .group_by(_PY.status)
    )
    found = dict.fromkeys(PlanStatus, 0)
    for status, number in rows:
        found[status or PlanStatus.NOT_SENT] += number
    return found


def filtered_ids(actor: Actor, asked: PlanFilter) -> list[int]:
    """Every LAO the filters show, on whatever page."""
    return list(db.session.scalars(select(_O.id).select_from(_joined(asked.year)).where(*_wanted(actor, asked))))


def laos_by_code(actor: Actor, codes: Collection[str]) -> dict[str, UploadLao]:
    """The LAO that each of `codes`, of today or former, leads to, where the actor oversees it; closed ones too."""
    found: dict[str, UploadLao] = {}
    for some in _batches(codes):
        former = select(_F.code, *_LAO).join_from(table(FormerFacts), table(Organisation), _O.id == _F.organisation_id)
        for statement in (former.where(_F.code.in_(some)), select(_O.code, *_LAO).where(_O.code.in_(some))):
            rows = db.session.execute(statement.where(in_scope(actor)))
            found |= {code: UploadLao(*facts) for code, *facts in rows}  # today's come last: they go before former ones
    return found


def laos_by_id(actor: Actor, ids: Collection[int]) -> dict[int, UploadLao]:
    """Those of `ids` that the actor oversees."""
    found: dict[int, UploadLao] = {}
    for some in _batches(ids):
        rows = db.session.execute(select(*_LAO).where(_O.id.in_(some), in_scope(actor)))
        found |= {id_: UploadLao(id_, *facts) for id_, *facts in rows}
    return found


def statuses(places: Collection[tuple[int, int]], *, lock: bool = False) -> dict[tuple[int, int], PlanStatus]:
    """The status of each (organisation id, fiscal year) that has one; with `lock`, nobody changes it meanwhile."""
    found: dict[tuple[int, int], PlanStatus] = {}
    for year in {year for _id, year in places}:
        for some in _batches({id_ for id_, each in places if each == year}):
            here = _PY.organisation_id.in_(some), _PY.fiscal_year == year
            wanted = select(_PY.organisation_id, _PY.status).where(*here).order_by(_PY.organisation_id)
            rows = db.session.execute(wanted.with_for_update() if lock else wanted)
            found |= {(id_, year): status for id_, status in rows}
    return found


def _batches(values: Collection[T]) -> Iterator[list[T]]:
    ordered = sorted(set(values))
    return (ordered[first : first + IN_ONE_STATEMENT] for first in range(0, len(ordered), IN_ONE_STATEMENT))
