"""What counts, and what an edit does to NACC's word. Facts in, answer out."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from app.amounts import plain
from app.lao.fixed_rounds.rules import ClosedRound, closed_years, stays_as_closed
from app.models.enums import Kind, ReviewStatus
from app.plans.rules import dimension_of
from app.words import arabic_digits, baht

MAX_NAME = 500
MAX_REASON = 500
NO_REASON = "เขียนเหตุผลที่ลบ เพราะประชาชนจะเห็นชื่อโครงการพร้อมเหตุผลนี้"
BUDGET = "budget_"  # and the year: the name of a field
# What NACC read when it approved. A change here needs a new look; budgets, years and quarters do not.
# An amount larger than this is asked about once, and saved all the same: most of them are a slip of the point.
SPENT_TIMES_PLAN = 10
TIMES_MEDIAN = 1000
SHORTEST_LIKENESS = 6  # letters: what is shorter is like everything
NEAR = 0.85  # of difflib's ratio: two letters of a dozen
MOST_ALIKE = 3
LONGEST_COMPARED = 190  # from 200 on difflib leaves out the most frequent letters
_NUMBER_AND_KIND = re.compile(rf"^[\s\d.()\-]*(?:{'|'.join(kind.label for kind in Kind)})?")
_NO_LETTER = re.compile("[^\\w\u0e30-\u0e4e]+")  # a tone mark or a vowel above is no letter to \\w
REVIEWED_FIELDS = frozenset({"name", "kind", "dimension", "further_dimensions", "target_group", "objective"})


@dataclass(frozen=True)
class ProjectFacts:
    """What an LAO says of a project. `budgets`: baht by fiscal year; None is "runs without budget", 0 is a budget."""

    name: str
    kind: Kind
    dimension: int
    further_dimensions: tuple[int, ...]
    quarters: tuple[int, ...]
    target_group: str
    objective: str
    budgets: Mapping[int, Decimal | None]
    sub_heading: str | None = None  # of the main dimension

    def as_dict(self) -> dict[str, Any]:
        return vars(self) | {"budgets": dict(self.budgets)}

    def as_fields(self) -> dict[str, Any]:
        """An entry for each field on screen: of the years only those the project runs in."""
        fields = self.as_dict()
        return fields | {f"{BUDGET}{year}": amount for year, amount in fields.pop("budgets").items()}


def facts_of(fields: Mapping[str, Any]) -> ProjectFacts:
    """What `as_fields` was made of, also where the fields come from two windows."""
    budgets = {int(name.removeprefix(BUDGET)): fields[name] for name in sorted(fields) if name.startswith(BUDGET)}
    values = {name: value for name, value in fields.items() if not name.startswith(BUDGET)}
    further = tuple(number for number in fields["further_dimensions"] if number != fields["dimension"])
    return ProjectFacts(**values | {"further_dimensions": further, "budgets": budgets})


def same_every_year(budgets: Mapping[int, Decimal | None]) -> bool:
    """Whether a project of several years has one budget, or none, in all of them."""
    return len(budgets) > 1 and len(set(budgets.values())) == 1


def kept_text(facts: ProjectFacts) -> str:
    """โครงการ · ไตรมาส 1, 2 · มิติที่ 1 · ปี 2561, 2562: what the next form begins with."""
    quarters, years = (", ".join(map(str, each)) for each in (facts.quarters, sorted(facts.budgets)))
    same = " งบประมาณเท่ากันทุกปี" if same_every_year(facts.budgets) else ""
    below = f" หัวข้อย่อย {facts.sub_heading}" if facts.sub_heading else ""
    return f"{facts.kind.label} · ไตรมาส {quarters} · มิติที่ {facts.dimension}{below} · ปี {years}{same}"


def sub_heading_refusal(dimension: int, sub_heading: str | None) -> str:
    """Why a project of that main dimension cannot stand there; empty where it can."""
    if not sub_heading or dimension_of(sub_heading) == dimension:
        return ""
    return f"หัวข้อย่อย {sub_heading} ไม่อยู่ในมิติที่ {dimension} เลือกหัวข้อย่อยของมิตินี้ หรือไม่ระบุ"


def same_words(name: str) -> str:
    """What two names have in common that differ in spaces, Thai digits or capital letters only."""
    return arabic_digits("".join(name.split())).casefold()


class Likeness(NamedTuple):
    """A project whose name is that of another but for spaces, digits, number and kind (`same`), or close to it."""

    id: int
    same: bool


def alike(name: str, others: Mapping[int, str]) -> list[Likeness]:
    """Which of `others`, names by id, may be the project called `name`: those of the same words first."""
    wanted = _bare(name)
    if len(wanted) < SHORTEST_LIKENESS:
        return []
    ids: dict[str, list[int]] = {}
    for id_, other in others.items():
        ids.setdefault(_bare(other), []).append(id_)
    close = get_close_matches(wanted, ids, MOST_ALIKE, NEAR)
    return [Likeness(id_, each == wanted) for each in close for id_ in ids[each]][:MOST_ALIKE]


def _bare(name: str) -> str:
    """What is left of a name without its number, its kind, spaces and punctuation, with one kind of digits."""
    plain = _NUMBER_AND_KIND.sub("", arabic_digits(name).casefold())
    return _NO_LETTER.sub("", plain)[:LONGEST_COMPARED]


def amount_question(amount: Decimal, median: Decimal | None, planned: Decimal | None = None) -> str:
    """What to ask about an unusual amount, in Thai; empty for a usual one.

    `median`: of the LAO's plan budgets. `planned`: what was planned, for an amount that was spent.
    """
    if planned and amount > SPENT_TIMES_PLAN * planned:
        return f"{plain(amount)} บาท มากกว่า {SPENT_TIMES_PLAN} เท่าของงบประมาณตามแผน {plain(planned)} บาท ถูกต้องหรือไม่"
    if median and amount > TIMES_MEDIAN * median:
        than = f"งบประมาณโครงการส่วนใหญ่ของท่าน (ค่ากลาง {plain(median)} บาท)"
        return f"{plain(amount)} บาท มากกว่า {TIMES_MEDIAN:,} เท่าของ{than} ถูกต้องหรือไม่"
    return ""


def budgets_text(budgets: Mapping[int, Decimal | None]) -> str:
    """ปี 2561 50,000.00 บาท, ปี 2562 ไม่ใช้งบประมาณ: what was read, said when it is saved."""
    amounts = ((year, baht(amount, missing="")) for year, amount in sorted(budgets.items()))
    return ", ".join(f"ปี {year} {amount} บาท" if amount else f"ปี {year} ไม่ใช้งบประมาณ" for year, amount in amounts)


def changed_fields(before: ProjectFacts, after: ProjectFacts) -> set[str]:
    """Names of the facts that differ."""
    old, new = before.as_dict(), after.as_dict()
    return {name for name in old if old[name] != new[name]}


def counts(review_status: ReviewStatus, *, deleted: bool) -> bool:
    """A project counts while it is neither rejected nor deleted."""
    return review_status is not ReviewStatus.REJECTED and not deleted


def review_after_edit(status: ReviewStatus, changed: Collection[str]) -> ReviewStatus:
    """Correcting a rejected project sends it back to pending; so does changing what an approval was given for."""
    if status is ReviewStatus.REJECTED and changed:
        return ReviewStatus.PENDING
    if status is ReviewStatus.APPROVED and REVIEWED_FIELDS.intersection(changed):
        return ReviewStatus.PENDING
    return status


def editable(years: Iterable[int], open_years: Collection[int]) -> bool:
    """A project can be changed or deleted while one of its years is open."""
    return any(year in open_years for year in years)


def year_removal_refusal(year: int, *, reported: bool, open_: bool) -> str:
    """Why a year cannot be taken out of a project; empty where it can. What was reported is never thrown away."""
    if not open_:
        return f"เอาปี {year} ออกไม่ได้ เพราะแผนของปีนั้นปิดอยู่"
    if reported:
        return f"เอาปี {year} ออกไม่ได้ เพราะรายงานผลของปีนั้นไว้แล้ว"
    return ""


class No(NamedTuple):
    """Why something is not done, and the field it stands beside."""

    message: str
    field: str = ""


def deletion_refusal(held: Collection[ClosedRound]) -> str:
    """Why a project cannot be deleted that counts in those closed rounds; empty where it can."""
    return stays_as_closed(max(held), "ลบโครงการนี้") if held else ""


def reason_refusal(reason: str) -> str:
    """Why a project cannot be deleted for that reason, in Thai; empty where it can: everybody reads it in its place."""
    if not reason:
        return NO_REASON
    return "" if len(reason) <= MAX_REASON else f"เหตุผลยาวเกิน {MAX_REASON} ตัวอักษร ย่อให้สั้นลง"


def return_refusal(years: Iterable[int], closed: Collection[ClosedRound], deed: str) -> str:
    """Why a project that does not count cannot count again; empty where it can: one of its years is closed for good."""
    shut = closed_years(closed)
    return next((stays_as_closed(shut[year], deed) for year in sorted(years) if year in shut), "")


def closed_edit_refusal(
    before: ProjectFacts,
    after: ProjectFacts,
    status: ReviewStatus,
    held: Collection[ClosedRound],
    closed: Collection[ClosedRound],
) -> No | None:
    """Why an edit would change a closed round. `held`: those the project counts in; `closed`: all of its years."""
    latest = {each.year: each for each in sorted(held)}
    if latest and before.dimension != after.dimension:
        return No(stays_as_closed(max(held), "เปลี่ยนมิติหลัก"), "dimension")
    for year in sorted(latest.keys() & before.budgets.keys()):
        if year not in after.budgets:
            return No(stays_as_closed(latest[year], f"เอาปี {year} ออก"), "years")
        if after.budgets[year] != before.budgets[year]:
            return No(stays_as_closed(latest[year], f"เปลี่ยนงบประมาณปี {year} "), f"{BUDGET}{year}")
    if refusal := return_refusal(after.budgets.keys() - before.budgets.keys(), closed, "เพิ่มปีนี้ให้โครงการ"):
        return No(refusal, "years")
    if status is ReviewStatus.REJECTED and (
        refusal := return_refusal(after.budgets, closed, "แก้ไขโครงการที่ถูกปฏิเสธให้กลับมานับ")
    ):
        return No(refusal)
    return None
