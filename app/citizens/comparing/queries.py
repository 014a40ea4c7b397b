"""LAOs in the order of how much they have done: those of any place, and where one of them stands."""

from collections.abc import Iterable
from typing import NamedTuple

from app.citizens.comparing.rules import RankedLao, ranked
from app.citizens.places.rules import Place
from app.citizens.results.queries import province_rows
from app.language import said
from app.lao.reporting.rules import Counts, ProvinceTableRow
from app.models.enums import PlaceKind, Round
from app.registry.english import spelled
from app.registry.queries import provinces
from app.registry.rules import province_words, whole_name


class Comparison(NamedTuple):
    """An LAO next to others: all of a place, or those of its type there. `rank` among `of`; 0 where it has none."""

    label: str
    path: str
    query: str
    laos: int
    counts: Counts
    rank: int
    of: int


def beside(place: Place, year: int, round_: Round) -> list[Comparison]:
    """An LAO's district, its type in the province, and its province."""
    rows = province_rows(place.one_province, year, round_)
    groups = []
    for each in reversed(place.parents):
        if each.kind is PlaceKind.DISTRICT:
            groups.append((each.name, each.path, "", [row for row in rows if row.district_code == each.code]))
        elif each.kind is PlaceKind.PROVINCE and place.type:
            alike = [row for row in rows if row.type is place.type]
            label = said("{type} ใน{place}", type=place.type.label, place=each.name)
            groups.append((label, each.path, f"type={place.type.value}&", alike))
            groups.append((each.name, each.path, "", rows))
    return [_comparison(place.id, *group) for group in groups]


def _comparison(id_: int, label: str, path: str, query: str, rows: list[ProvinceTableRow]) -> Comparison:
    order = ranked(rows)
    rank = next((each.rank for each in order if each.row.organisation_id == id_), 0)
    counts = sum((row.counts for row in rows), Counts())
    return Comparison(label, path, query, len(rows), counts, rank, len(order))


def rows_of_all(place: Place, year: int, round_: Round) -> list[ProvinceTableRow]:
    """The LAOs of a place of any size, not yet in order, each with its province."""
    found = []
    for code in place.province_codes:
        rows = province_rows(code, year, round_)
        if place.kind is PlaceKind.DISTRICT:
            rows = [row for row in rows if row.district_code == place.code]
        found += [row._replace(province_code=code) for row in rows]
    return found


def under_whole_names(order: Iterable[RankedLao]) -> list[RankedLao]:
    """The same, each LAO under its name with the places it lies in."""
    known = {code: spelled(province_words(code, name)) for code, name in provinces()}
    return [each._replace(row=each.row._replace(name=_name(each.row, known[each.row.province_code]))) for each in order]


def _name(row: ProvinceTableRow, province: str) -> str:
    district = spelled(f"อำเภอ{row.district}") if row.district_code else ""
    return whole_name(spelled(row.name), row.type, district, province)
