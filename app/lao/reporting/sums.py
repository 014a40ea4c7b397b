"""Sums over places of any size, from the covering indexes alone: what is reported and what was planned.

Lines are first summed where they lie in the index (an LAO, a status, a dimension) and those sums by what is asked:
one sort of 100,000 sums instead of 350,000 lines. Provinces are always named, also for the country: an index that
begins with them is of no use otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, bindparam, case, func, select

from app import clock
from app.db import db, table
from app.lao.fixed_rounds.queries import was_not_there
from app.lao.fixed_rounds.sums import ANY_DIMENSION, By, LiveLaos, fixed_standings, fixed_sums, live_laos
from app.lao.reporting.rules import NO_BAHT, Counts, Money, Sums, add_up
from app.lao.standings.rules import LaoStanding, levels_among, standing
from app.models import Organisation, PlanYear, ProjectYear, Report
from app.models.enums import Level, PlanStatus, ReportStatus, Round
from app.registry.past import moment_of

_R, _Y, _PY, _O = table(Report).c, table(ProjectYear).c, table(PlanYear).c, table(Organisation).c
_CODES: Any = bindparam("codes", expanding=True)
_LAOS: Any = bindparam("laos", expanding=True)
_REPORTED = (
    _R.province_code.in_(_CODES),
    _R.fiscal_year == bindparam("year"),
    _R.round == bindparam("round"),
    _R.counted,
)
_PLANNED = (_Y.province_code.in_(_CODES), _Y.fiscal_year == bindparam("year"), _Y.counted)
_STATUSES = (ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.CANNOT, ReportStatus.NOT_REPORTED)


@lru_cache(maxsize=8)
def _reported(by: By, some: bool, apart: bool) -> Select[Any]:
    """Counts and reported amounts by the column `by` and, `apart`, by dimension; `some`: of the LAOs named only."""
    fine = (_R.province_code, _R.organisation_id, _R.status, *([_R.dimension] if apart else ()))
    lines = (
        select(
            *fine,
            *(() if apart else (ANY_DIMENSION,)),
            func.count().label("number"),
            func.sum(_R.ordinance_budget_satang).label("ordinance"),
            func.count(_R.ordinance_budget_satang).label("in_ordinance"),
            func.sum(_R.spent_satang).label("spent"),
        )
        .where(*_REPORTED)
        .group_by(*fine)
        .subquery()
    )
    keys = (lines.c[by], lines.c.dimension)
    numbers = (func.sum(case((lines.c.status == status, lines.c.number), else_=0)) for status in _STATUSES)
    amounts = (func.sum(lines.c[name]) for name in ("ordinance", "spent", "in_ordinance"))
    return select(*keys, *numbers, *amounts).where(*_among(lines, some)).group_by(*keys)


def _among(lines: Subquery, some: bool) -> list[ColumnElement[bool]]:
    """Asked of the sums, not of the lines: in the index it would be one search for each province and LAO."""
    return [lines.c.organisation_id.in_(_LAOS)] if some else []


@lru_cache(maxsize=8)
def _planned(by: By, some: bool, apart: bool) -> Select[Any]:
    """Plan budgets by the same."""
    fine = (_Y.province_code, _Y.organisation_id, *([_Y.dimension] if apart else ()))
    planned = (*(() if apart else (ANY_DIMENSION,)), func.sum(_Y.plan_budget_satang).label("planned"))
    lines = select(*fine, *planned).where(*_PLANNED).group_by(*fine).subquery()
    keys = (lines.c[by], lines.c.dimension)
    return select(*keys, func.sum(lines.c.planned)).where(*_among(lines, some)).group_by(*keys)


def sums_by(by: By, codes: Iterable[str], year: int, round_: Round, *, apart: bool = True) -> dict[Any, Sums]:
    """Counts and money by dimension, of each province or each LAO of those provinces that has projects.

    Not `apart`: all dimensions as one, which takes a quarter of the time.
    """
    known = list(codes)
    live = live_laos(known, year, round_)
    if live is None:
        return _live_sums(by, {"codes": known, "year": year, "round": int(round_)}, apart)
    found = fixed_sums(by, known, year, round_, apart)
    for key, sums in _standing_sums(by, live, year, round_, apart):
        found[key] = add_up(found.get(key, {}), sums)
    return found


def _standing_sums(by: By, live: LiveLaos, year: int, round_: Round, apart: bool) -> Iterator[tuple[Any, Sums]]:
    """Those of the LAOs that are live; one that has moved stands in the province it was in then."""
    place = {"codes": list(live.codes), "year": year, "round": int(round_)}
    moved = live.moved if by == "province_code" else {}
    if rest := live.ids - moved.keys():
        yield from _live_sums(by, place | {"laos": list(rest)}, apart).items()
    if moved:
        for id_, sums in _live_sums("organisation_id", place | {"laos": list(moved)}, apart).items():
            yield moved[id_], sums


def _live_sums(by: By, place: dict[str, Any], apart: bool) -> dict[Any, Sums]:
    how = by, "laos" in place, apart
    planned = {(key, dimension): amount for key, dimension, amount in db.session.execute(_planned(*how), place)}
    found: dict[Any, dict[int, tuple[Counts, Money]]] = {}
    for key, dimension, *numbers in db.session.execute(_reported(*how), place):
        found.setdefault(key, {})[dimension] = _counts_and_money(numbers, planned.get((key, dimension)))
    return {**found}


# Without any grouping: nothing is sorted, and eight of these cost a quarter of one that groups by year and round.
_TOTAL = select(
    *(func.count().filter(_R.status == status) for status in _STATUSES),
    *(func.sum(_R.ordinance_budget_satang), func.sum(_R.spent_satang), func.count(_R.ordinance_budget_satang)),
).where(*_REPORTED)
_PLAN_TOTAL = select(func.sum(_Y.plan_budget_satang)).where(*_PLANNED)


def totals(codes: Iterable[str], year: int) -> dict[Round, tuple[Counts, Money]]:
    """Counts and money of whole provinces taken together, in each round of a year."""
    known = list(codes)
    return {round_: _total(known, year, round_) for round_ in Round}


def _total(codes: list[str], year: int, round_: Round) -> tuple[Counts, Money]:
    place = {"codes": codes, "year": year, "round": int(round_)}
    if live_laos(codes, year, round_) is None:
        return _counts_and_money(db.session.execute(_TOTAL, place).one(), db.session.scalar(_PLAN_TOTAL, place))
    sums = add_up(*sums_by("province_code", codes, year, round_).values()).values()
    return sum((counts for counts, _money in sums), Counts()), sum((money for _counts, money in sums), Money())


def _counts_and_money(numbers: Sequence[Any], planned: Decimal | None) -> tuple[Counts, Money]:
    """From the numbers of each status, two amounts and how many are in the ordinance, as the statements give them."""
    *statuses, ordinance, spent, in_ordinance = numbers
    money = Money(planned or NO_BAHT, ordinance or NO_BAHT, spent or NO_BAHT, int(in_ordinance))
    return Counts(*map(int, statuses)), money


_THEN: Any = bindparam("then", type_=_O.closed_at.type)
_PLANS = (
    select(_O.id, _O.province_code, was_not_there(_THEN), _PY.status)
    .outerjoin_from(
        table(Organisation),
        table(PlanYear),
        and_(_PY.organisation_id == _O.id, _PY.fiscal_year == bindparam("year")),
    )
    .where(_O.province_code.in_(_CODES))
)
_NUMBERS = (
    func.count(),
    func.count().filter(_R.status == ReportStatus.DONE),
    func.count().filter(_R.status == ReportStatus.NOT_REPORTED),
)
_COUNTS = (
    select(_R.province_code, _R.organisation_id, *_NUMBERS)
    .where(*_REPORTED)
    .group_by(_R.province_code, _R.organisation_id)
)


def levels_by_province(codes: Iterable[str], year: int, round_: Round) -> dict[str, Counter[Level]]:
    """How many LAOs of each province have each level."""
    return {code: levels_among(found) for code, found in standings_by_province(codes, year, round_).items()}


def standings_by_province(codes: Iterable[str], year: int, round_: Round) -> dict[str, Counter[LaoStanding]]:
    """How many LAOs of each province stand where; one that is closed only where it has projects in that year."""
    known = list(codes)
    live = live_laos(known, year, round_)
    found: dict[str, Counter[LaoStanding]] = {code: Counter() for code in known}
    if live is not None:
        found |= fixed_standings(known, year, round_)
    if live is None or live.ids:
        _add_live_standings(found, sorted(live.codes) if live else known, year, round_, live)
    return found


def _add_live_standings(
    found: dict[str, Counter[LaoStanding]], codes: list[str], year: int, round_: Round, live: LiveLaos | None
) -> None:
    place = {"codes": codes, "year": year, "then": moment_of(year, clock.now())}
    counted = {
        id_: (done, total, total - waiting)
        for _code, id_, total, done, waiting in db.session.execute(_COUNTS, place | {"round": int(round_)})
    }
    for id_, code, absent, status in db.session.execute(_PLANS, place):
        if (absent and id_ not in counted) or (live and id_ not in live.ids):
            continue
        passed = status is PlanStatus.PASSED
        stood_in = live.moved.get(id_, code) if live else code
        found[stood_in][standing(round_, *counted.get(id_, (0, 0, 0)), passed=passed)] += 1
