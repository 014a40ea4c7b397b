"""Reads for NACC's plan-year desk: each LAO of the actor's provinces in one fiscal year."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from app.access import Actor
from app.db import db, table
from app.listing import like_pattern
from app.models import District, Organisation, PlanYear, ProjectYear, Province
from app.models.enums import PlanStatus, Role
from app.plan_years.rules import PlanFilter

PAGE_SIZE = 50
IN_ONE_STATEMENT = 500  # values; SQLite takes a limited number of them
_O, _PY, _Y, _D, _P = (table(model).c for model in (Organisation, PlanYear, ProjectYear, District, Province))


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
    if asked.status == PlanStatus.NOT_SENT:
        wanted.append(or_(_PY.status.is_(None), _PY.status == PlanStatus.NOT_SENT))
    elif asked.status:
        wanted.append(_PY.status == PlanStatus(asked.status))
    for word in asked.q.split()[:8]:
        wanted.append(or_(_O.name.like(like_pattern(word), escape="/"), _O.code.startswith(word, autoescape=True)))
    return wanted


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


def ids_by_code(actor: Actor, codes: list[str]) -> dict[str, int]:
    """Organisation id of each of `codes` that the actor oversees."""
    found: dict[str, int] = {}
    for first in range(0, len(codes), IN_ONE_STATEMENT):
        some = _O.code.in_(codes[first : first + IN_ONE_STATEMENT])
        rows = db.session.execute(select(_O.code, _O.id).where(some, in_scope(actor), _O.closed_at.is_(None)))
        found |= dict(rows.all())
    return found
