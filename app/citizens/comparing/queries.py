"""LAOs, districts and provinces in the order of how much was done there, and where one LAO stands among others."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.citizens.comparing.rules import RankedLao, ranked, ranks
from app.citizens.places.rules import Place
from app.citizens.results.queries import WHOLE, InnerPlace, province_rows, results
from app.citizens.results.rules import PartSort
from app.language import said
from app.lao.reporting.rules import Counts, Money, PlaceSummary, ProvinceTableRow
from app.lao.standings.rules import levels_among, standings_of
from app.models.enums import PlaceKind, Round
from app.registry.english import spelled
from app.registry.queries import provinces
from app.registry.rules import province_words, whole_name
from app.words import thai_sort_key


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


class RankedPlace(NamedTuple):
    """A place in which somebody reported, and its place among others."""

    rank: int
    place: InnerPlace


def ranked_places(places: Iterable[InnerPlace]) -> list[RankedPlace]:
    """By percent downward, as a table of places is ordered; where nobody has reported, there is no rank."""
    reported = [each for each in places if each.summary.counts.reported]
    order = sorted(reported, key=lambda each: PartSort.PERCENT.key(each.summary))
    return list(map(RankedPlace, ranks([each.summary.counts.percent for each in order]), order))


def places_inside(place: Place, kind: PlaceKind, year: int, round_: Round) -> list[InnerPlace]:
    """The provinces or the districts of a place, by name; an LAO that lies in no district is in none of these."""
    if kind is PlaceKind.PROVINCE:
        return sorted(results(place, year, round_).parts, key=lambda part: thai_sort_key(part.name))
    inside: dict[str, list[ProvinceTableRow]] = {}
    for row in sorted(rows_of_all(place, year, round_), key=lambda row: (row.district_sort, row.province_code)):
        if row.district_code:
            inside.setdefault(row.district_code, []).append(row)
    known = dict(provinces()) if len(place.province_codes) > 1 else {}
    return [_district(code, rows, known) for code, rows in inside.items()]


def _district(code: str, rows: list[ProvinceTableRow], known: Mapping[str, str]) -> InnerPlace:
    """Its LAOs in one sum; with its province where there are districts of several."""
    first, name = rows[0], f"อำเภอ{rows[0].district}"
    if first.province_code in known:
        name = f"{name} {province_words(first.province_code, known[first.province_code])}"
    sums = {WHOLE: (sum((row.counts for row in rows), Counts()), Money())}
    summary = PlaceSummary(first.round, levels_among(standings_of(rows)), sums)
    return InnerPlace(PlaceKind.DISTRICT, code, spelled(name), "", summary)
