"""What a plan takes over from the one before it. Facts in, answer out. Years are FYs, B.E."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from app.lao.projects.rules import ProjectFacts
from app.plans.rules import Period
from app.words import baht, search_key

NO_YEAR = 0  # "this year takes nothing over"


class Renamed(NamedTuple):
    """A dimension that is called otherwise in the next plan; `now` is "" where that plan has none of this number."""

    number: int
    before: str
    now: str


def by_position(source: Period, target: Period, opened: Iterable[int]) -> dict[int, int]:
    """The year each open year takes its projects from: the one at the same place in its plan, where there is one."""
    places = {year: source.first_year + year - target.first_year for year in opened}
    return {year: place if place in source.years else NO_YEAR for year, place in places.items()}


def renamed(source: Period, target: Period) -> list[Renamed]:
    return [
        Renamed(number, name, target.dimensions.get(number, ""))
        for number, name in source.dimensions.items()
        if target.dimensions.get(number) != name
    ]


def same_sub_headings(source: Period, target: Period) -> set[str]:
    """The numbers of the sub-headings that both plans have under the same name."""
    before, now = (
        {(number, search_key(name)) for names in plan.sub_headings.values() for number, name in names.items()}
        for plan in (source, target)
    )
    return {number for number, _name in before & now}


def taken_over(
    facts: ProjectFacts, years: Mapping[int, int], dimensions: Collection[int], sub_headings: Collection[str] = ()
) -> ProjectFacts | None:
    """The project in the next plan, with the budget of the year each year takes it from.

    `sub_headings`: those that stay. None where it runs in none of those years, or its dimension has no namesake by
    number.
    """
    budgets = {year: facts.budgets[before] for year, before in years.items() if before in facts.budgets}
    if not budgets or facts.dimension not in dimensions:
        return None
    further = tuple(number for number in facts.further_dimensions if number in dimensions)
    below = facts.sub_heading if facts.sub_heading in sub_headings else None
    return replace(facts, budgets=budgets, further_dimensions=further, sub_heading=below)


def count_sentence(copies: Sequence[ProjectFacts], chosen: int, target: Period) -> str:
    """How many projects come into which year with how much, and how many of the chosen ones do not come along."""
    years = sorted({year for facts in copies for year in facts.budgets})
    told = " · ".join(
        _year_text(year, [facts.budgets[year] for facts in copies if year in facts.budgets]) for year in years
    )
    left = chosen - len(copies)
    why = f" อีก {left:,} โครงการที่เลือกไว้ไม่ได้คัดลอก เพราะไม่ได้ดำเนินการในปีต้นทาง หรือไม่มีมิตินั้นใน{target.label}" if left else ""
    return f"จะบันทึก {len(copies):,} โครงการใน{target.label}: {told}{why}"


def _year_text(year: int, budgets: Sequence[Decimal | None]) -> str:
    total = sum((amount for amount in budgets if amount is not None), Decimal(0))
    return f"ปี {year} {len(budgets):,} โครงการ {baht(total)} บาท"
