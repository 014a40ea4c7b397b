"""Reads that all desks share: whom the actor oversees, and which of those LAOs a filter leaves."""

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, false, or_, select, true

from app.access import Actor
from app.citizens.places.queries import filter_name
from app.db import db, table
from app.models import District, FormerFacts, Organisation, Province
from app.models.enums import Role
from app.nacc.desk.rules import DeskFilter
from app.registry.queries import fits, named_like
from app.uploads.rules import UploadLao

PAGE_SIZE = 50
IN_ONE_STATEMENT = 500  # values; SQLite takes a limited number of them
_O, _D, _P, _F = (table(model).c for model in (Organisation, District, Province, FormerFacts))
_LAO = (_O.id, _O.code, _O.name, _O.closed_at.is_not(None))
IN_THAI_ORDER = (_P.name_sort, _D.name_sort, _O.name_sort, _O.code)
Value = TypeVar("Value", int, str)


def in_scope(actor: Actor, province: ColumnElement[str] = _O.province_code) -> ColumnElement[bool]:
    """Rows in the provinces given to an officer; all for an administrator; none for anybody else.

    `province`: the column that has it, of LAOs if nothing else is said.
    """
    if actor.role is Role.ADMINISTRATOR:
        return true()
    return province.in_(sorted(actor.province_codes)) if actor.role is Role.OFFICER else false()


def own_provinces(actor: Actor) -> list[tuple[str, str]]:
    """Code and name of the provinces the actor oversees, in Thai order."""
    rows = db.session.execute(select(_P.code, _P.name).where(in_scope(actor, _P.code)).order_by(_P.name_sort))
    return [(code, name) for code, name in rows]


def filtered_laos(actor: Actor, asked: DeskFilter) -> list[ColumnElement[bool]]:
    """Conditions on organisations: open, overseen by the actor, and of the filter's place and words."""
    wanted: list[ColumnElement[bool]] = [in_scope(actor), _O.closed_at.is_(None)]
    if asked.province:
        wanted.append(_O.province_code == asked.province)
    if asked.district:
        wanted.append(_O.district_code == asked.district)
    if asked.lao:
        wanted.append(_O.code == asked.lao)
    return [*wanted, *(or_(fits(word), in_named_place(word)) for word in asked.words)]


def in_named_place(word: str) -> ColumnElement[bool]:
    """LAOs of a district or province with `word` in its name."""
    districts = select(_D.code).where(named_like(District, word))
    provinces = select(_P.code).where(named_like(Province, word))
    return or_(_O.district_code.in_(districts), _O.province_code.in_(provinces))


def laos_of_place(actor: Actor, asked: DeskFilter) -> list[tuple[str, str]]:
    """Code and name of the open LAOs of the filter's district, or else its province; none without either."""
    if not asked.province:
        return []
    here = _O.district_code == asked.district if asked.district else _O.province_code == asked.province
    named = select(_O.code, _O.name).where(here, in_scope(actor), _O.closed_at.is_(None))
    return [(code, name) for code, name in db.session.execute(named.order_by(_O.name_sort, _O.code))]


def filter_words(asked: DeskFilter) -> str:
    """The filter as papers say it, and the pages that ask before many rows are changed."""
    place = filter_name(asked.province, asked.district)
    lao = db.session.scalar(select(_O.name).where(_O.code == asked.lao)) or f"รหัส {asked.lao}" if asked.lao else ""
    return asked.in_words(f"{place} · {lao}" if lao else place)


def with_places(laos: Any) -> Any:
    """A join that has organisations, with the province and, where there is one, the district of each."""
    places = laos.join(table(Province), _P.code == _O.province_code)
    return places.outerjoin(table(District), _D.code == _O.district_code)


def place_words(province: str, district: str | None) -> str:
    return f"{province} {district}" if district else province


def batches(values: Collection[Value]) -> Iterator[list[Value]]:
    """`values` in their order, as many at a time as one statement takes."""
    ordered = list(values)
    return (ordered[first : first + IN_ONE_STATEMENT] for first in range(0, len(ordered), IN_ONE_STATEMENT))


def laos_by_code(actor: Actor, codes: Collection[str]) -> dict[str, UploadLao]:
    """The LAO that each of `codes`, of today or former, leads to, where the actor oversees it; closed ones too."""
    found: dict[str, UploadLao] = {}
    for some in batches(sorted(set(codes))):
        former = select(_F.code, *_LAO).join_from(table(FormerFacts), table(Organisation), _O.id == _F.organisation_id)
        for statement in (former.where(_F.code.in_(some)), select(_O.code, *_LAO).where(_O.code.in_(some))):
            rows = db.session.execute(statement.where(in_scope(actor)))
            found |= {code: UploadLao(*facts) for code, *facts in rows}  # today's come last: they go before former ones
    return found


def laos_by_id(actor: Actor, ids: Collection[int]) -> dict[int, UploadLao]:
    """Those of `ids` that the actor oversees."""
    found: dict[int, UploadLao] = {}
    for some in batches(sorted(set(ids))):
        rows = db.session.execute(select(*_LAO).where(_O.id.in_(some), in_scope(actor)))
        found |= {id_: UploadLao(id_, *facts) for id_, *facts in rows}
    return found
