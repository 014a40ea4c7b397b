"""Sums over places of any size, from the covering indexes alone: what is reported and what was planned.

Lines are first summed where they lie in the index (an LAO, a status, a dimension) and those sums by what is asked:
one sort of 100,000 sums instead of 350,000 lines. Provinces are always named, also for the country: an index that
begins with them is of no use otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Select, and_, bindparam, case, func, select

from app.db import db, table
from app.models import Organisation, PlanYear, ProjectYear, Report
from app.models.enums import Level, PlanStatus, ReportStatus, Round
from app.reporting.rules import NO_BAHT, Counts, Money, level

By = Literal["province_code", "organisation_id"]
Sums = dict[int, tuple[Counts, Money]]  # by dimension
_R, _Y, _PY, _O = table(Report).c, table(ProjectYear).c, table(PlanYear).c, table(Organisation).c
_CODES: Any = bindparam("codes", expanding=True)
_ROUNDS: Any = bindparam("rounds", expanding=True)


@lru_cache(maxsize=8)
def _reported(*by: str) -> Select[Any]:
    """Counts and reported amounts by the columns `by` and by dimension."""
    fine = (_R.province_code, _R.fiscal_year, _R.round, _R.organisation_id, _R.status, _R.dimension)
    lines = (
        select(
            *fine,
            func.count().label("number"),
            func.sum(_R.ordinance_budget_satang).label("ordinance"),
            func.count(_R.ordinance_budget_satang).label("in_ordinance"),
            func.sum(_R.spent_satang).label("spent"),
        )
        .where(_R.province_code.in_(_CODES), _years(_R.fiscal_year), _R.round.in_(_ROUNDS), _R.counted)
        .group_by(*fine)
        .subquery()
    )
    keys = [lines.c[name] for name in (*by, "dimension")]
    numbers = (
        func.sum(case((lines.c.status == status, lines.c.number), else_=0)).label(status.value)
        for status in (ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.CANNOT, ReportStatus.NOT_REPORTED)
    )
    amounts = (func.sum(lines.c[name]) for name in ("ordinance", "spent", "in_ordinance"))
    return select(*keys, *numbers, *amounts).group_by(*keys)


@lru_cache(maxsize=8)
def _planned(*by: str) -> Select[Any]:
    """Plan budgets by the columns `by` and by dimension."""
    fine = (_Y.province_code, _Y.fiscal_year, _Y.organisation_id, _Y.dimension)
    lines = (
        select(*fine, func.sum(_Y.plan_budget_satang).label("planned"))
        .where(_Y.province_code.in_(_CODES), _years(_Y.fiscal_year), _Y.counted)
        .group_by(*fine)
        .subquery()
    )
    keys = [lines.c[name] for name in (*by, "dimension")]
    return select(*keys, func.sum(lines.c.planned)).group_by(*keys)


def _years(column: Any) -> Any:
    return column.in_(bindparam("years", expanding=True))


def sums_by(by: By, codes: Iterable[str], year: int, round_: Round) -> dict[Any, Sums]:
    """Counts and money by dimension, of each province or each LAO of those provinces that has projects."""
    found = _sums((by,), codes, (year,), (round_,))
    return {key: sums for (key,), sums in found.items()}


def sums_by_round(codes: Iterable[str], years: Sequence[int]) -> dict[tuple[int, int], Sums]:
    """Counts and money of whole provinces taken together, by fiscal year and round."""
    found = _sums(("fiscal_year", "round"), codes, years, tuple(Round))
    return {(year, round_): sums for (year, round_), sums in found.items()}


def _sums(by: tuple[str, ...], codes: Iterable[str], years: Sequence[int], rounds: Sequence[Round]) -> dict[Any, Sums]:
    place = {"codes": list(codes), "years": list(years)}
    without_round = tuple(name for name in by if name != "round")
    planned = {
        tuple(row[:-1]): row[-1] for row in db.session.execute(_planned(*without_round), place)
    }  # by the keys without the round, and dimension
    keep = [place for place, name in enumerate(by) if name != "round"]
    found: dict[Any, Sums] = {}
    for row in db.session.execute(_reported(*by), place | {"rounds": [int(each) for each in rounds]}):
        key, dimension, numbers = tuple(row[: len(by)]), row[len(by)], row[len(by) + 1 :]
        in_progress, done, cannot, waiting, ordinance, spent, in_ordinance = numbers
        plan = planned.get((*(key[place] for place in keep), dimension))
        money = Money(plan or NO_BAHT, ordinance or NO_BAHT, spent or NO_BAHT, int(in_ordinance))
        found.setdefault(key, {})[dimension] = (Counts(*map(int, (in_progress, done, cannot, waiting))), money)
    return found


_PLANS = (
    select(_O.id, _O.province_code, _O.district_code, _O.closed_at.is_not(None), _PY.status)
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
    .where(
        _R.province_code.in_(_CODES), _R.fiscal_year == bindparam("year"), _R.round == bindparam("round"), _R.counted
    )
    .group_by(_R.province_code, _R.organisation_id)
)


def levels_by_province(codes: Iterable[str], year: int, round_: Round) -> dict[str, Counter[Level]]:
    """How many LAOs of each province have each level; one that is closed only where it has projects in that year."""
    known = list(codes)
    place = {"codes": known, "year": year}
    counted = {
        id_: (done, total, total - waiting)
        for _code, id_, total, done, waiting in db.session.execute(_COUNTS, place | {"round": int(round_)})
    }
    found: dict[str, Counter[Level]] = {code: Counter() for code in known}
    for id_, code, _district, closed, status in db.session.execute(_PLANS, place):
        if closed and id_ not in counted:
            continue
        passed = status is PlanStatus.PASSED
        found[code][level(round_, *counted.get(id_, (0, 0, 0)), passed=passed)] += 1
    return found
