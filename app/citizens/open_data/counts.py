"""The results of places, from the same sums, percents and levels as the public pages: see app/lao/reporting.

The country's, regions' and provinces' results are read in one go. A page of districts or LAOs reads only the provinces
it shows.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import exists, select

from app.citizens.open_data.datasets import RESULTS
from app.citizens.open_data.parts import PLACE_KINDS
from app.citizens.open_data.queries import DataPage, DataRow
from app.citizens.places.rules import region_name
from app.citizens.results.queries import province_rows
from app.db import db, reading_once, table
from app.lao.fixed_rounds.sums import PlaceThen, place_then
from app.lao.reporting.rules import Counts, Money, PlaceSummary, ProvinceTableRow, ReportingRound, Sums, add_up
from app.lao.reporting.sums import levels_by_province, sums_by
from app.models import District, Organisation, PlanYear, Province
from app.models.enums import Level, Round
from app.registry.queries import find_by_code

_O, _PY, _PV, _D = (table(each).c for each in (Organisation, PlanYear, Province, District))
IN_PROVINCE = "in province"  # of what is asked for: where to look
COUNTRY = ("TH", "ทั้งประเทศ")
ABOVE, BELOW = PLACE_KINDS[:3], PLACE_KINDS[3:]  # provinces and larger places; what lies in one province
_GETS = tuple(field.get for field in RESULTS.fields if field.get)
Provinces = dict[str, tuple[str, int | None]]
DataFilter = Mapping[str, Any]


class ResultPlace(NamedTuple):
    """What stands before the figures in a row."""

    kind: str
    code: str
    name: str
    province: str | None


class PlaceResult(NamedTuple):
    """What a place's row is made of: see the fields of RESULTS."""

    place: ResultPlace
    when: ReportingRound
    summary: PlaceSummary
    counts: Counts
    money: Money

    @property
    def level(self) -> Level | None:
        """Only an LAO has one."""
        return next(iter(self.summary.levels)) if self.place.kind == "organisation" else None


class PlacedResult(NamedTuple):
    """A row, and where it stands: its province, and its place in it, that of an LAO by its id, which never changes."""

    key: tuple[int, int]
    place: ResultPlace
    when: ReportingRound
    row: DataRow


Reader = Callable[[str, ReportingRound], list[PlacedResult]]


def of_country(kind: str, when: ReportingRound) -> list[PlacedResult]:
    """The country, all its regions, or all its provinces: reads every LAO's sums."""
    return _of_provinces((kind,), _provinces(), when)


def results(asked: DataFilter, after: tuple[int, ...], limit: int, read: Reader = of_country) -> DataPage:
    """Results of places of one kind, in the order of their keys, those behind `after`.

    DataFilter for a province: what lies in it, or what it lies in. `read` reads the whole country.
    """
    kind, when = asked["kind"], ReportingRound(asked["year"], Round(asked["round"]))
    asked = _as_called_then(asked, when)
    found: list[PlacedResult] = []
    for some in _steps(asked, when, after) if kind in BELOW else [read(kind, when)]:
        found += [each for each in some if _fits(each.place, asked) and (not after or each.key > after)]
        if len(found) > limit:
            return DataPage([each.row for each in found[:limit]], found[limit - 1].key)
    return DataPage([each.row for each in found], None)


def _steps(asked: DataFilter, when: ReportingRound, after: tuple[int, ...]) -> Iterator[list[PlacedResult]]:
    """Rows of places that lie in a province, province by province; one alone where the address names it or a place."""
    districts = _districts()
    known = asked.get("province") or asked.get(IN_PROVINCE)
    known = known or (_province_of(asked["code"]) if "code" in asked else None)
    for code in _provinces():
        if known in (None, code) and (not after or int(code) >= after[0]):
            yield _in_province((asked["kind"],), code, districts, when)


def _as_called_then(asked: DataFilter, when: ReportingRound) -> DataFilter:
    """An LAO asked for by any code it ever had: under the one, and in the province, it stands in that round."""
    lao = find_by_code(asked["code"]) if asked["kind"] == "organisation" and "code" in asked else None
    if lao is None:
        return asked
    then = place_then(lao.id, *when) or PlaceThen(lao.code, lao.name, lao.province_code)
    return {**asked, "code": then.code, IN_PROVINCE: then.province_code}


def _province_of(code: str) -> str:
    """The province of a district; "" where there is none."""
    return db.session.scalar(select(_D.province_code).where(_D.code == code)) or ""


def _fits(place: ResultPlace, asked: DataFilter) -> bool:
    """Whether it is the place that is asked for, and lies in the province that is, or around it."""
    if asked.get("code", place.code) != place.code:
        return False
    province = asked.get("province")
    if province is None or place.kind == "country":
        return True
    if place.kind == "region":
        return place.code == str(_provinces().get(province, ("", None))[1])
    return bool(place.province == province)


def every_result() -> Iterator[list[DataRow]]:
    """All results of every year in which a plan was judged: the country's, regions' and provinces', then place by place
    those of each province's districts and LAOs, province by province.
    """
    years = db.session.scalars(select(_PY.fiscal_year).distinct().order_by(_PY.fiscal_year)).all()
    whens = [ReportingRound(year, round_) for year in years for round_ in Round]
    provinces, districts = _provinces(), _districts()
    above = _in_order(found for when in whens for found in _of_provinces(ABOVE, provinces, when))
    for _kind, rows in groupby(above, key=itemgetter(RESULTS.places["place_kind"])):
        yield list(rows)
    for code in provinces:
        with reading_once():
            below = _in_order(found for when in whens for found in _in_province(BELOW, code, districts, when))
        yield below


def _in_order(found: Iterable[PlacedResult]) -> list[DataRow]:
    """By kind of place, place, year and round."""
    ordered = sorted(found, key=lambda each: (PLACE_KINDS.index(each.place.kind), each.key, each.when))
    return [each.row for each in ordered]


def _of_provinces(kinds: Sequence[str], provinces: Provinces, when: ReportingRound) -> list[PlacedResult]:
    """The country, its regions, or provinces. Bangkok lies in no region."""
    sums = sums_by("province_code", provinces, *when, apart=False)
    levels = levels_by_province(provinces, *when)
    groups: dict[ResultPlace, list[str]] = {}
    for code, (name, region) in provinces.items():
        around = {"country": COUNTRY, "region": (str(region), region_name(region)), "province": (code, name)}
        for kind in kinds:
            if kind != "region" or region:
                place = ResultPlace(kind, *around[kind], code if kind == "province" else None)
                groups.setdefault(place, []).append(code)
    found = []
    for place, codes in groups.items():
        key = (int(place.province or 0), 0 if place.kind == "country" else int(place.code))
        whole = sum((levels[code] for code in codes), Counter())
        found.append(_placed(key, place, when, whole, [sums.get(code, {}) for code in codes]))
    return sorted(found)


def _in_province(
    kinds: Sequence[str], province: str, districts: Mapping[str, str], when: ReportingRound
) -> list[PlacedResult]:
    """The LAOs of a province or its districts, by the same rows as the province table."""
    sums = sums_by("organisation_id", [province], *when, apart=False)
    groups: dict[tuple[int, ResultPlace], tuple[Counter[Level], list[Sums]]] = {}
    for lao in province_rows(province, *when):
        own = sums.get(lao.organisation_id, {})
        for key, place in _places(kinds, province, lao, districts):
            levels, some = groups.setdefault((key, place), (Counter(), []))
            levels[lao.level] += 1
            some.append(own)
    found = (_placed((int(province), key), place, when, *sums_of) for (key, place), sums_of in groups.items())
    return sorted(found, key=lambda each: (each.key, each.place.kind))


def _places(
    kinds: Sequence[str], province: str, lao: ProvinceTableRow, names: Mapping[str, str]
) -> Iterator[tuple[int, ResultPlace]]:
    """Where an LAO's results belong: to itself, and to its district; Bangkok has none."""
    if "organisation" in kinds:
        yield lao.organisation_id, ResultPlace("organisation", lao.code, lao.name, province)
    if "district" in kinds and lao.district_code:
        yield int(lao.district_code), ResultPlace("district", lao.district_code, names[lao.district_code], province)


def _placed(
    key: tuple[int, int], place: ResultPlace, when: ReportingRound, levels: Counter[Level], sums: Sequence[Sums]
) -> PlacedResult:
    summary = PlaceSummary(when.round, levels, add_up(*sums))
    result = PlaceResult(place, when, summary, summary.counts, summary.money)
    return PlacedResult(key, place, when, tuple(get(result) for get in _GETS))


def _provinces() -> Provinces:
    """Name and NACC region of each province that has an LAO, in the order of codes."""
    rows = db.session.execute(
        select(_PV.code, _PV.name, _PV.nacc_region)
        .where(exists().where(_O.province_code == _PV.code))
        .order_by(_PV.code)
    )
    return {code: (name, region) for code, name, region in rows}


def _districts() -> dict[str, str]:
    return dict(db.session.execute(select(_D.code, _D.name)).all())
