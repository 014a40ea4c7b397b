"""Results of places of any size, in one year and round or in all. All of it is public: no actor is asked for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import URL, Select, String, and_, bindparam, func, select, type_coerce

from app import clock
from app.citizens.places.rules import Place, path_of, region_name
from app.citizens.results.kept import province_summaries
from app.citizens.results.rules import PartSort
from app.db import db, table
from app.errors import NotTheirs
from app.lao.fixed_rounds.queries import was_not_there
from app.lao.fixed_rounds.sums import LaoInRound, LiveLaos, TableState, fixed_laos, live_laos, place_then
from app.lao.fixed_rounds.sums import table_state as fixed_state
from app.lao.reporting.counts import counted_laos, lao_summary, live_counts
from app.lao.reporting.rules import (
    REPORTED,
    Counts,
    Money,
    PlaceSummary,
    ProvinceTableRow,
    Summed,
    Sums,
    add_up,
)
from app.lao.reporting.sums import levels_by_province, sums_by, totals
from app.lao.sending.queries import said_nothing
from app.lao.standings.rules import levels_among, standings_of, tens_among
from app.models import District, Organisation, PlanYear, Province, Report
from app.models.enums import PlaceKind, PlanStatus, Round
from app.registry.english import spelled
from app.registry.past import LaoThen, laos_then, moment_of
from app.words import thai_sort_key

_P, _D, _O, _PY, _R = (table(model).c for model in (Province, District, Organisation, PlanYear, Report))
NO_DISTRICT = "ไม่ระบุอำเภอ"
WHOLE = 0  # in place of a dimension: all of them

# --- the province table ---------------------------------------------------------------------------
_THEN: Any = bindparam("then", type_=_O.closed_at.type)
_LAOS: Select[Any] = (
    select(
        _O.id,
        _O.code,
        _O.name,
        _O.name_sort,
        _O.type,
        was_not_there(_THEN),
        _O.district_code,
        _D.name,
        _D.name_sort,
        _PY.status,
    )
    .select_from(
        table(Organisation)
        .outerjoin(table(District), _D.code == _O.district_code)
        .outerjoin(table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == bindparam("year")))
    )
    .where(_O.province_code == bindparam("province_code"))
)


def said_nothing_of(rows: Iterable[ProvinceTableRow], year: int, round_: Round) -> set[int]:
    """The LAOs of a table that answered that there is nothing to report; their level stays what it is."""
    return said_nothing((row.organisation_id for row in rows if row.passed and not row.counts.total), year, round_)


_VERSIONS: Select[Any] = (
    select(_O.id, _O.version, type_coerce(_PY.status, String), _D.name)
    .outerjoin_from(
        table(Organisation), table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == bindparam("year"))
    )
    .outerjoin(table(District), _D.code == _O.district_code)
    .where(_O.province_code == bindparam("province_code"))
    .order_by(_O.id)
)


def table_state(province_code: str, year: int, round_: Round) -> list[Any]:
    """All that can change in a province table, in few words: facts of LAOs by version, districts by name, numbers."""
    fixed = fixed_state(province_code, year, round_)
    live = live_laos([province_code], year, round_, some_fixed=fixed.number > 0)
    if live is not None and not live.ids:
        return [fixed]
    standing: list[Any] = []
    for code in sorted(live.codes) if live else [province_code]:
        place = {"province_code": code, "year": year}
        laos = db.session.execute(_VERSIONS, place).all()
        counted = counted_laos(code, year, round_)
        empty = {id_ for id_, _version, status, _district in laos if status == PlanStatus.PASSED} - {
            row[0] for row in counted
        }
        standing += [*laos, *counted, sorted(said_nothing(empty, year, round_))]
    return [fixed, *map(tuple, standing)]


def province_rows(province_code: str, year: int, round_: Round) -> list[ProvinceTableRow]:
    """The LAOs of a province, not yet in order; one that is closed only where it has projects in that year.

    Of a closed round, the LAOs that were there, as they were. Raises NotTheirs for a code that is no province's.
    """
    state = fixed_state(province_code, year, round_)
    live = live_laos([province_code], year, round_, some_fixed=state.number > 0)
    found = list(_fixed_rows(db.engine.url, province_code, year, round_, state)) if state.number else []
    if live is None or live.ids:
        found += live_rows(province_code, year, round_, live)
    if not found and db.session.get(Province, province_code) is None:
        raise NotTheirs
    return found


NOWHERE = thai_sort_key(NO_DISTRICT)


@lru_cache(maxsize=96)  # a round of all 77 provinces, some 6 MiB: with fewer whoever goes through them finds none kept
def _fixed_rows(
    _database: URL, province_code: str, year: int, round_: Round, _state: TableState
) -> tuple[ProvinceTableRow, ...]:
    """What is fixed never changes, so it is kept in memory for as long as its editions are those in force."""
    return tuple(_table_row(lao, round_) for lao in fixed_laos(province_code, year, round_))


def forget_fixed_rows() -> None:
    """For whoever puts another database in the place of one (tests)."""
    _fixed_rows.cache_clear()


def _table_row(lao: LaoInRound, round_: Round) -> ProvinceTableRow:
    passed = lao.plan_status is PlanStatus.PASSED
    id_, code, name, name_sort, type_, district_code, district, district_sort, _status, counts = lao
    place = (district or NO_DISTRICT, district_sort or NOWHERE)
    return ProvinceTableRow(id_, code, name, name_sort, *place, counts, passed, round_, type_, district_code)


def live_rows(province_code: str, year: int, round_: Round, live: LiveLaos | None = None) -> list[ProvinceTableRow]:
    """The same from what stands now, of all LAOs or of the `live`; each under the facts of the end of a past year."""
    now = clock.now()
    then = laos_then(year, now)
    place = {"year": year, "then": moment_of(year, now)}
    found: list[ProvinceTableRow] = []
    for code in sorted(live.codes) if live else [province_code]:
        laos = db.session.execute(_LAOS, place | {"province_code": code})
        counted, none = live_counts(code, year, round_), Counts()
        for id_, *facts, absent, district_code, district, district_sort, status in laos:
            if (absent and id_ not in counted) or (live is not None and id_ not in live.ids):
                continue
            counts = counted.get(id_, none)
            lao = LaoInRound._make((id_, *facts, district_code, district, district_sort, status, counts))
            found.append(_table_row(_as_it_was(lao, then[id_]) if id_ in then else lao, round_))
    return found


def _as_it_was(lao: LaoInRound, then: LaoThen) -> LaoInRound:
    return lao._replace(
        code=then.code,
        name=then.name,
        name_sort=then.name_sort,
        type=then.type,
        district_code=then.district_code,
        district=then.district,
        district_sort=then.district_sort,
    )


# --- roll-ups ---------------------------------------------------------------------------------------
@dataclass(frozen=True)
class InnerPlace:
    """A place inside another one, with its results; `group` is the heading it stands under."""

    kind: PlaceKind
    code: str
    name: str
    group: str
    summary: PlaceSummary

    @property
    def path(self) -> str:
        return path_of(self.kind, self.code)


@dataclass(frozen=True)
class Results:
    """A place larger than an LAO in one year and round: in all, by part, and LAO by LAO where it is a province's."""

    whole: PlaceSummary
    parts: list[InnerPlace]
    rows: list[ProvinceTableRow]
    money: Mapping[int, Money]  # by organisation id

    @property
    def by_code(self) -> dict[str, InnerPlace]:
        return {part.code: part for part in self.parts}

    def grouped(self, by: PartSort | None = None) -> list[tuple[str, list[InnerPlace]]]:
        """The parts by the heading they stand under, or in one order without headings."""
        if by:
            return [("", self.ranked(by))]
        ordered = sorted(self.parts, key=lambda part: part.group)
        return [(group, list(inside)) for group, inside in groupby(ordered, key=lambda part: part.group)]

    def ranked(self, by: PartSort = PartSort.PERCENT) -> list[InnerPlace]:
        """The parts downward; equal ones as they stand."""
        return sorted(self.parts, key=lambda part: by.key(part.summary))


def results(place: Place, year: int, round_: Round) -> Results:
    """Results of any place larger than an LAO."""
    if place.kind in (PlaceKind.COUNTRY, PlaceKind.REGION):
        return _results_by_province(place, year, round_)
    return _results_by_district(place, year, round_)


def _results_by_province(place: Place, year: int, round_: Round) -> Results:
    summaries = province_summaries(place.province_codes, year, round_)
    provinces = db.session.execute(
        select(_P.code, _P.name, _P.nacc_region)
        .where(_P.code.in_(place.province_codes))
        .order_by(func.coalesce(_P.nacc_region, 0), _P.name_sort)
    )
    parts = [
        InnerPlace(PlaceKind.PROVINCE, code, spelled(name), region_name(region), summaries[code])
        for code, name, region in provinces
    ]
    return Results(_whole(parts, round_), parts, [], {})


def _results_by_district(place: Place, year: int, round_: Round) -> Results:
    rows = province_rows(place.one_province, year, round_)
    if place.kind is PlaceKind.DISTRICT:
        rows = [row for row in rows if row.district_code == place.code]
    sums = sums_by("organisation_id", place.province_codes, year, round_)
    by_district: dict[tuple[str, str, str], list[ProvinceTableRow]] = {}
    for row in rows:
        by_district.setdefault((row.district_sort, row.district_code or "", row.district), []).append(row)
    parts = [
        InnerPlace(PlaceKind.DISTRICT, code, spelled(name), "", _summary(inside, sums, round_))
        for (_order, code, name), inside in sorted(by_district.items())
    ]
    money = {row.organisation_id: _money(sums.get(row.organisation_id, {})) for row in rows}
    return Results(_whole(parts, round_), parts if place.kind is PlaceKind.PROVINCE else [], rows, money)


def _summary(rows: list[ProvinceTableRow], sums: Mapping[int, Sums], round_: Round) -> PlaceSummary:
    inside = (sums[row.organisation_id] for row in rows if row.organisation_id in sums)
    return PlaceSummary(round_, levels_among(found := standings_of(rows)), add_up(*inside), tens_among(found))


def _whole(parts: Iterable[InnerPlace], round_: Round) -> PlaceSummary:
    return sum((part.summary for part in parts), PlaceSummary(round_, {}, {}))


def _money(sums: Sums) -> Money:
    return sum((money for _counts, money in sums.values()), Money())


def lao_money(province_code: str, year: int, round_: Round) -> dict[int, Money]:
    """Money of each LAO of a province that has projects, by organisation id."""
    return {id_: _money(sums) for id_, sums in sums_by("organisation_id", (province_code,), year, round_).items()}


def summed(place: Place, year: int, round_: Round) -> Summed:
    """Results of any place in one sum."""
    if place.kind is PlaceKind.ORGANISATION:
        return lao_summary(place.id, place.one_province, year, round_)
    return results(place, year, round_).whole


# --- years and rounds side by side ------------------------------------------------------------------
def compared(place: Place, years: Sequence[int]) -> dict[tuple[int, Round], Summed]:
    """Results by fiscal year and round, those of larger places in one sum; a year without a project has nothing."""
    moments = [(year, round_) for year in years for round_ in Round]
    if place.kind is PlaceKind.ORGANISATION:
        return {moment: lao_summary(place.id, place.one_province, *moment) for moment in moments}
    if place.kind is PlaceKind.DISTRICT:
        return {moment: results(place, *moment).whole for moment in moments}
    found: dict[tuple[int, Round], Summed] = {}
    for year in years:
        for round_, sums in totals(place.province_codes, year).items():
            levels = levels_by_province(place.province_codes, year, round_).values()
            found[year, round_] = PlaceSummary(round_, sum(levels, Counter()), {WHOLE: sums})
    return found


def row_of(place: Place, year: int, round_: Round) -> ProvinceTableRow:
    """The line of one LAO in its province's table. Raises NotTheirs for a closed one that has none in that year."""
    then = place_then(place.id, year, round_)
    for row in province_rows(then.province_code if then else place.one_province, year, round_):
        if row.organisation_id == place.id:
            return row
    raise NotTheirs


_ANY_REPORT = (
    select(_R.fiscal_year)
    .where(
        _R.province_code.in_(bindparam("codes", expanding=True)),
        _R.fiscal_year == bindparam("year"),
        _R.round == bindparam("round"),
        _R.status.in_(sorted(REPORTED)),
        _R.counted,
    )
    .limit(1)
)


def latest_reported(province_codes: Iterable[str], years: Iterable[int]) -> tuple[int, Round] | None:
    """The latest of `years`, and its latest round, that somebody in those provinces has reported for."""
    codes = list(province_codes)
    for year in sorted(years, reverse=True):
        for round_ in sorted(Round, reverse=True):
            asked = {"codes": codes, "year": year, "round": int(round_)}
            if db.session.execute(_ANY_REPORT, asked).first():
                return year, round_
    return None
