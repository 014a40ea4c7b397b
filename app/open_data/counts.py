"""The results of places, from the counting indexes. Percent and level come from app/reporting/rules.py, as everywhere.

A province is read in two steps, each from an index: what its LAOs reported, and what they planned. So a page of
districts or LAOs reads only the provinces it shows; that of regions or provinces reads the whole country once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select

from app.db import db, table
from app.models import District, Organisation, PlanYear, ProjectYear, Province, Report
from app.models.enums import Level, PlanStatus, ReportStatus, Round
from app.open_data.datasets import PLACE_KINDS
from app.open_data.queries import Page, Row
from app.reporting.rules import NO_BAHT, Counts, Money, level

_O, _PY, _PV, _D = (table(each).c for each in (Organisation, PlanYear, Province, District))
_R, _Y = table(Report).c, table(ProjectYear).c
COUNTRY = ("TH", "ทั้งประเทศ")
BELOW = ("district", "organisation")  # places that lie in one province
Provinces = dict[str, tuple[str, int | None]]

_OF_ROUND = (_R.province_code.in_(bindparam("provinces", expanding=True)), _R.fiscal_year == bindparam("year"))
REPORTED = (
    select(
        _R.organisation_id,
        func.count(),
        *(
            func.count().filter(_R.status == status)
            for status in (ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.CANNOT)
        ),
        func.sum(_R.ordinance_budget_satang),
        func.sum(_R.spent_satang),
        func.count(_R.ordinance_budget_satang),
    )
    .where(*_OF_ROUND, _R.round == bindparam("round"), _R.counted)
    .group_by(_R.organisation_id)
)
PLANNED = (
    select(_Y.organisation_id, func.sum(_Y.plan_budget_satang))
    .where(
        _Y.province_code.in_(bindparam("provinces", expanding=True)), _Y.fiscal_year == bindparam("year"), _Y.counted
    )
    .group_by(_Y.organisation_id)
)
LAOS = (
    select(_O.id, _O.code, _O.name, _O.province_code, _O.district_code, _O.closed_at.is_not(None), _PY.status)
    .join_from(
        table(Organisation),
        table(PlanYear),
        and_(_PY.organisation_id == _O.id, _PY.fiscal_year == bindparam("year")),
        isouter=True,
    )
    .where(_O.province_code.in_(bindparam("provinces", expanding=True)))
)


class When(NamedTuple):
    """The fiscal year and round that results are of."""

    year: int
    round: Round


class Lao(NamedTuple):
    """One LAO in one year and round."""

    code: str
    name: str
    province: str
    district: str | None
    level: Level
    counts: Counts
    money: Money


class Place(NamedTuple):
    """What stands before the figures in a row."""

    kind: str
    code: str
    name: str
    province: str | None


def results(kind: str, province: str | None, when: When, after: tuple[int, ...], limit: int) -> Page:
    """Results of places of one kind, in the order of (province, code), those behind `after`."""
    codes = [code for code in _provinces() if province in (None, code)]
    rows: list[Row] = []
    for some in [[code] for code in codes if not after or int(code) >= after[0]] if kind in BELOW else [codes]:
        rows += [row for row in _rows_of(kind, _laos(some, when), when) if not after or _key(row) > after]
        if len(rows) > limit:
            return Page(rows[:limit], _key(rows[limit - 1]))
    return Page(rows, None)


def _key(row: Row) -> tuple[int, ...]:
    """Where a result stands: its province, and its place in it. The country stands alone in its list."""
    return (int(row[3] or 0), 0 if row[0] == "country" else int(row[1]))


def every_result() -> Iterator[Row]:
    """All results of every year in which a plan was judged, by kind, place, year and round."""
    codes = list(_provinces())
    years = db.session.scalars(select(_PY.fiscal_year).distinct().order_by(_PY.fiscal_year)).all()
    all_whens = [When(year, round_) for year in years for round_ in Round]
    for kind in PLACE_KINDS:
        for some in [[code] for code in codes] if kind in BELOW else [codes]:
            found = [row for when in all_whens for row in _rows_of(kind, _laos(some, when), when)]
            yield from sorted(found, key=lambda row: (_key(row), row[4], row[5]))


def _rows_of(kind: str, laos: Sequence[Lao], when: When) -> list[Row]:
    """One row for each place of a kind, in order."""
    provinces, districts = _provinces(), _districts() if kind == "district" else {}
    groups: dict[Place, list[Lao]] = {}
    for lao in laos:
        place = _place_of(kind, lao, provinces, districts)
        if place:
            groups.setdefault(place, []).append(lao)
    return sorted((_row(place, when, some) for place, some in groups.items()), key=_key)


def _place_of(kind: str, lao: Lao, provinces: Provinces, districts: dict[str, str]) -> Place | None:
    """The place of a kind that an LAO lies in; Bangkok has neither region nor district."""
    name, region = provinces[lao.province]
    match kind:
        case "country":
            return Place(kind, *COUNTRY, None)
        case "region":
            return Place(kind, str(region), f"ภาค {region}", None) if region else None
        case "province":
            return Place(kind, lao.province, name, lao.province)
        case "district":
            return Place(kind, lao.district, districts[lao.district], lao.province) if lao.district else None
        case _:
            return Place(kind, lao.code, lao.name, lao.province)


def _row(place: Place, when: When, laos: Sequence[Lao]) -> Row:
    """Added up column by column: adding 7,850 small objects to each other takes five times as long."""
    counts = Counts(*map(sum, zip(*(_numbers(each.counts) for each in laos), strict=True)))
    money = Money(
        sum((each.money.planned for each in laos), NO_BAHT),
        sum((each.money.ordinance for each in laos), NO_BAHT),
        sum((each.money.spent for each in laos), NO_BAHT),
        sum(each.money.in_ordinance for each in laos),
    )
    levels = Counter(each.level for each in laos)
    of_lao = laos[0].level if place.kind == "organisation" else None
    return (
        *place,
        when.year,
        int(when.round),
        counts.total,
        counts.done,
        counts.in_progress,
        counts.cannot,
        counts.waiting,
        Decimal("0.00") if of_lao is Level.NOT_PASSED else counts.percent,
        of_lao,
        len(laos),
        *(levels[each] for each in Level),
        money.planned,
        money.ordinance,
        money.spent,
        money.percent,
        money.in_ordinance,
    )


def _numbers(counts: Counts) -> tuple[int, ...]:
    return counts.in_progress, counts.done, counts.cannot, counts.waiting


def _laos(provinces: Sequence[str], when: When) -> list[Lao]:
    """The LAOs of these provinces: those that are open, and closed ones that have projects in that year."""
    asked = {"provinces": provinces, "year": when.year, "round": int(when.round)}
    planned = dict(db.session.execute(PLANNED, asked).all())
    reported = {row[0]: row[1:] for row in db.session.execute(REPORTED, asked)}
    found = []
    for id_, code, name, province, district, closed, status in db.session.execute(LAOS, asked):
        if closed and id_ not in reported:
            continue
        counts, money = _sums(reported.get(id_), planned.get(id_))
        passed = status is PlanStatus.PASSED
        reached = level(when.round, counts.done, counts.total, counts.reported, passed=passed)
        found.append(Lao(code, name, province, district, reached, counts, money))
    return found


def _sums(reported: Sequence[Any] | None, planned: Decimal | None) -> tuple[Counts, Money]:
    if reported is None:
        return Counts(), Money()
    total, in_progress, done, cannot, ordinance, spent, in_ordinance = reported
    counts = Counts(in_progress, done, cannot, total - in_progress - done - cannot)
    return counts, Money(planned or NO_BAHT, ordinance or NO_BAHT, spent or NO_BAHT, in_ordinance)


def _provinces() -> Provinces:
    """Name and NACC region of each province, in the order of codes."""
    rows = db.session.execute(select(_PV.code, _PV.name, _PV.nacc_region).order_by(_PV.code))
    return {code: (name, region) for code, name, region in rows}


def _districts() -> dict[str, str]:
    return dict(db.session.execute(select(_D.code, _D.name)).all())
