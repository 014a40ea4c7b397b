"""What a round that closed looked like, as a document, and what may no longer be done to it. Facts in, answer out.

All numbers of a fixed round are counted from the projects in its document, by the rules of `reporting/rules.py`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from app.clock import thai_date, thai_time
from app.lao.reporting.rules import NO_BAHT, Counts, Money, RoundSummary, counts_of
from app.models.enums import CannotReason, OrganisationType, PlanStatus, ReportStatus, ReviewStatus, Round
from app.plans.rules import WAYS_OUT


class ClosedRound(NamedTuple):
    """A round of a fiscal year whose window has closed for one LAO, its own extra time included."""

    year: int
    round: Round
    closed_at: datetime


class FixedLine(NamedTuple):
    """One project in a fixed round. Amounts in baht. No word of the LAO is kept: what is blacked out later is gone."""

    project_id: int
    dimension: int
    status: ReportStatus
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None
    cannot_reason: CannotReason | None
    review: ReviewStatus
    deleted: bool
    reason: str = ""  # NACC's, where it rejected the project

    @property
    def counted(self) -> bool:
        return not self.deleted and self.review is not ReviewStatus.REJECTED

    @property
    def weight(self) -> tuple[Any, ...]:
        """All by which it moves a figure; nothing where it does not count."""
        return (self.dimension, self.status, *self.amounts) if self.counted else ()

    @property
    def amounts(self) -> tuple[Decimal | None, ...]:
        return (self.planned, self.ordinance, self.spent)


NOTHING, NO_MONEY = Counts(), Money()


@dataclass(frozen=True)
class DimensionSums:
    """What one dimension adds up to, and how many of its projects have an amount, or count for nothing."""

    counts: Counts = NOTHING
    money: Money = NO_MONEY
    with_plan: int = 0
    with_spent: int = 0
    left_out: int = 0

    def __add__(self, other: "DimensionSums") -> "DimensionSums":
        return DimensionSums(
            self.counts + other.counts,
            self.money + other.money,
            self.with_plan + other.with_plan,
            self.with_spent + other.with_spent,
            self.left_out + other.left_out,
        )


def sums_of(lines: Iterable[FixedLine]) -> dict[int, DimensionSums]:
    """By dimension, of all projects of one LAO in one round."""
    found: dict[int, DimensionSums] = {}
    for line in lines:
        found[line.dimension] = found.get(line.dimension, DimensionSums()) + _alone(line)
    return found


def _alone(line: FixedLine) -> DimensionSums:
    if not line.counted:
        return DimensionSums(left_out=1)
    in_ordinance = line.ordinance is not None
    money = Money(line.planned or NO_BAHT, line.ordinance or NO_BAHT, line.spent or NO_BAHT, int(in_ordinance))
    counts = counts_of([(line.status, 1)])
    return DimensionSums(counts, money, int(line.planned is not None), int(line.spent is not None))


class LaoFacts(NamedTuple):
    """An LAO and its plan year as they are at one moment."""

    code: str
    name: str
    name_sort: str
    type: OrganisationType
    province_code: str
    district_code: str | None
    district: str | None
    district_sort: str | None
    plan_status: PlanStatus


@dataclass(frozen=True)
class Edition:
    """The result of one LAO in a round that closed. `number`: 1 is what the closing left, later ones were amended."""

    organisation_id: int
    closed: ClosedRound
    number: int
    lao: LaoFacts
    lines: Sequence[FixedLine]

    @cached_property
    def sums(self) -> dict[int, DimensionSums]:
        return sums_of(self.lines)

    @cached_property
    def summary(self) -> RoundSummary:
        counted = {number: (each.counts, each.money) for number, each in self.sums.items() if each.counts.total}
        return RoundSummary(self.closed.round, self.lao.plan_status is PlanStatus.PASSED, counted)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The result whole: for readers of JSON, with amounts and percents as decimal strings."""
        lao, summary = self.lao, self.summary
        facts = ("code", "name", "type", "province_code", "district_code", "district")
        return {
            "organisation": {name: getattr(lao, name) for name in facts},
            "fiscal_year": self.closed.year,
            "round": int(self.closed.round),
            "closed_at": self.closed.closed_at.astimezone(UTC).isoformat(),
            "edition": self.number,
            "plan_status": lao.plan_status.value,
            "level": summary.level.value,
            "result": _result(summary.counts, summary.money),
            "dimensions": {str(number): _result(*sums) for number, sums in sorted(summary.by_dimension.items())},
            "projects": [_written(line) for line in self.lines],
        }

    @property
    def told(self) -> dict[str, Any]:
        """What the history keeps of it: the figures, and the digest of the document."""
        counts = self.summary.counts
        return {
            "edition": self.number,
            "total": counts.total,
            "done": counts.done,
            "percent": counts.percent,
            "level": self.summary.level,
            "spent": self.summary.money.spent,
            "sha256": digest_of(self.document),
        }


def _result(counts: Counts, money: Money) -> dict[str, Any]:
    return {
        "total": counts.total,
        "in_progress": counts.in_progress,
        "done": counts.done,
        "cannot": counts.cannot,
        "not_reported": counts.waiting,
        "in_ordinance": money.in_ordinance,
        "percent": str(counts.percent),
        "planned": str(money.planned),
        "ordinance": str(money.ordinance),
        "spent": str(money.spent),
        "budget_percent": None if money.percent is None else str(money.percent),
    }


AMOUNTS = ("planned", "ordinance", "spent")


def _written(line: FixedLine) -> dict[str, Any]:
    amounts = {name: None if amount is None else str(amount) for name, amount in _amounts(line)}
    return {**line._asdict(), **amounts}


def _amounts(line: FixedLine) -> Iterable[tuple[str, Decimal | None]]:
    return ((name, getattr(line, name)) for name in AMOUNTS)


def lines_of(document: Mapping[str, Any]) -> list[FixedLine]:
    """The projects of a document that `Edition.document` wrote."""
    return [_read(each) for each in document["projects"]]


def _read(kept: Mapping[str, Any]) -> FixedLine:
    amounts = {name: None if kept[name] is None else Decimal(kept[name]) for name in AMOUNTS}
    reason = kept["cannot_reason"]
    chosen = {
        "status": ReportStatus(kept["status"]),
        "review": ReviewStatus(kept["review"]),
        "cannot_reason": CannotReason(reason) if reason else None,
    }
    return FixedLine(**{**kept, **amounts, **chosen})


def line_facts(line: FixedLine | None, year: int) -> dict[str, Any]:
    """A project as the history writes its facts down; nothing where there is none."""
    if line is None:
        return {}
    planned, ordinance, spent = (None if amount is None else str(amount) for amount in line.amounts)
    return {
        "dimension": line.dimension,
        "budgets": {str(year): planned},
        "review_status": line.review,
        "status": line.status,
        "ordinance_budget": ordinance,
        "spent": spent,
    }


def digest_of(document: Any) -> str:
    """SHA-256 of a document with its keys in order and no space: what the history keeps of it."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


REPORTED_FACTS = ("project_id", "dimension", "status", *AMOUNTS, "cannot_reason")


def digest_of_reports(lines: Iterable[FixedLine]) -> str:
    """SHA-256 of what an LAO reported of the projects that count: one and the same of a receipt and of a document.

    NACC's word is not in it: a project that is approved later was reported as it was.
    """
    written = [_written(line) for line in lines if line.counted]
    return digest_of([{name: line[name] for name in REPORTED_FACTS} for line in written])


# --- what a closed round refuses --------------------------------------------------------------------


def stays_as_closed(closed: ClosedRound, deed: str) -> str:
    """The sentence for an LAO that wants to do what would change a closed round; `deed`: ลบโครงการนี้."""
    when = f"{thai_date(closed.closed_at)} เวลา {thai_time(closed.closed_at)}"
    return (
        f"{deed}ไม่ได้ เพราะ{closed.round.label} ปีงบประมาณ {closed.year} ปิดแล้วเมื่อวันที่ {when} "
        f"และผลของรอบนั้นต้องคงเดิม {WAYS_OUT}"
    )


def closed_years(closed: Iterable[ClosedRound]) -> dict[int, ClosedRound]:
    """The years in which nothing can be reported any more, each with the round that closed last."""
    rounds: dict[int, list[ClosedRound]] = {}
    for each in closed:
        rounds.setdefault(each.year, []).append(each)
    whole = (each for each in rounds.values() if len(each) == len(Round))
    return {each[0].year: max(each, key=lambda one: (one.closed_at, one.round)) for each in whole}


def open_rounds(year: int, closed: Iterable[ClosedRound]) -> list[Round]:
    """The rounds a project that is recorded for `year` now counts in."""
    shut = {each.round for each in closed if each.year == year}
    return [round_ for round_ in Round if round_ not in shut]
