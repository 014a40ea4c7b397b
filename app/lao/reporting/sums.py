"""Sums over places of any size, from the covering indexes alone: what is reported and what was planned.

Lines are first summed where they lie in the index (an LAO, a status, a dimension) and those sums by what is asked:
one sort of 100,000 sums instead of 350,000 lines. Provinces are always named, also for the country: an index that
begins with them is of no use otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Select, and_, bindparam, case, func, select

from app.db import db, table
from app.lao.reporting.rules import NO_BAHT, Counts, Money, level
from app.models import Organisation, PlanYear, ProjectYear, Report
from app.models.enums import Level, PlanStatus, ReportStatus, Round

By = Literal["province_code", "organisation_id"]
Sums = dict[int, tuple[Counts, Money]]  # by dimension
_R, _Y, _PY, _O = table(Report).c, table(ProjectYear).c, table(PlanYear).c, table(Organisation).c
_CODES: Any = bindparam("codes", expanding=True)
_REPORTED = (
    _R.province_code.in_(_CODES),
    _R.fiscal_year == bindparam("year"),
    _R.round == bindparam("round"),
    _R.counted,
)
_PLANNED = (_Y.province_code.in_(_CODES), _Y.fiscal_year == bindparam("year"), _Y.counted)
_STATUSES = (ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.CANNOT, ReportStatus.NOT_REPORTED)


@lru_cache(maxsize=2)
def _reported(by: By) -> Select[Any]:
    """Counts and reported amounts by the column `by` and by dimension."""
    fine = (_R.province_code, _R.organisation_id, _R.status, _R.dimension)
    lines = (
        select(
            *fine,
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
    return select(*keys, *numbers, *amounts).group_by(*keys)


@lru_cache(maxsize=2)
def _planned(by: By) -> Select[Any]:
    """Plan budgets by the column `by` and by dimension."""
    fine = (_Y.province_code, _Y.organisation_id, _Y.dimension)
    lines = select(*fine, func.sum(_Y.plan_budget_satang).label("planned")).where(*_PLANNED).group_by(*fine).subquery()
    keys = (lines.c[by], lines.c.dimension)
    return select(*keys, func.sum(lines.c.planned)).group_by(*keys)


def sums_by(by: By, codes: Iterable[str], year: int, round_: Round) -> dict[Any, Sums]:
    """Counts and money by dimension, of each province or each LAO of those provinces that has projects."""
    place = {"codes": list(codes), "year": year, "round": int(round_)}
    planned = {(key, dimension): amount for key, dimension, amount in db.session.execute(_planned(by), place)}
    found: dict[Any, Sums] = {}
    for key, dimension, *numbers in db.session.execute(_reported(by), place):
        found.setdefault(key, {})[dimension] = _counts_and_money(numbers, planned.get((key, dimension)))
    return found


# Without any grouping: nothing is sorted, and eight of these cost a quarter of one that groups by year and round.
_TOTAL = select(
    *(func.count().filter(_R.status == status) for status in _STATUSES),
    *(func.sum(_R.ordinance_budget_satang), func.sum(_R.spent_satang), func.count(_R.ordinance_budget_satang)),
).where(*_REPORTED)
_PLAN_TOTAL = select(func.sum(_Y.plan_budget_satang)).where(*_PLANNED)


def totals(codes: Iterable[str], year: int) -> dict[Round, tuple[Counts, Money]]:
    """Counts and money of whole provinces taken together, in each round of a year."""
    place = {"codes": list(codes), "year": year}
    planned = db.session.scalar(_PLAN_TOTAL, place)
    rounds = {round_: db.session.execute(_TOTAL, place | {"round": int(round_)}).one() for round_ in Round}
    return {round_: _counts_and_money(row, planned) for round_, row in rounds.items()}


def _counts_and_money(numbers: Sequence[Any], planned: Decimal | None) -> tuple[Counts, Money]:
    """From the numbers of each status, two amounts and how many are in the ordinance, as the statements give them."""
    *statuses, ordinance, spent, in_ordinance = numbers
    money = Money(planned or NO_BAHT, ordinance or NO_BAHT, spent or NO_BAHT, int(in_ordinance))
    return Counts(*map(int, statuses)), money


_PLANS = (
    select(_O.id, _O.province_code, _O.closed_at.is_not(None), _PY.status)
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
    """How many LAOs of each province have each level; one that is closed only where it has projects in that year."""
    known = list(codes)
    place = {"codes": known, "year": year}
    counted = {
        id_: (done, total, total - waiting)
        for _code, id_, total, done, waiting in db.session.execute(_COUNTS, place | {"round": int(round_)})
    }
    found: dict[str, Counter[Level]] = {code: Counter() for code in known}
    for id_, code, closed, status in db.session.execute(_PLANS, place):
        if closed and id_ not in counted:
            continue
        passed = status is PlanStatus.PASSED
        found[code][level(round_, *counted.get(id_, (0, 0, 0)), passed=passed)] += 1
    return found
