"""What a published number is made of: its formula, and which projects stand behind it.

A figure is defined once, as data. The query that lists its projects and the sum that proves it both read that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from app.citizens.places.rules import Place
from app.language import said
from app.lao.reporting.rules import NO_BAHT, REPORTED, Counts, Money, Summed, budget_percent, percent_done
from app.models.enums import Kind, Labelled, ReportStatus, ReviewStatus, Round
from app.words import baht, count_text, percent_text


class Figure(Labelled):
    """A number of a place; the value is its name in an address."""

    TOTAL = "total", "โครงการทั้งหมด"
    REPORTED = "reported", "รายงานแล้ว"
    WAITING = "waiting", "ยังไม่รายงานผล"
    IN_PROGRESS = "in-progress", "อยู่ระหว่างดำเนินการ"
    DONE = "done", "ดำเนินการแล้วเสร็จ"
    CANNOT = "cannot", "ไม่สามารถดำเนินการได้"
    PERCENT = "percent", "ร้อยละของโครงการที่แล้วเสร็จ"
    IN_ORDINANCE = "in-ordinance", "โครงการที่บรรจุในข้อบัญญัติ/เทศบัญญัติ"
    PLANNED = "planned", "งบประมาณตามแผน"
    ORDINANCE = "ordinance", "งบประมาณตามข้อบัญญัติ/เทศบัญญัติ"
    SPENT = "spent", "เบิกจ่ายจริง"
    BUDGET_PERCENT = "budget-percent", "ร้อยละของงบประมาณที่เบิกจ่าย"


class Side(StrEnum):
    """Where a project stands for one figure."""

    COUNTED = "counted"
    REST = "rest"
    LEFT_OUT = "left-out"


class Amount(StrEnum):
    """An amount of a report line; the value is its column."""

    PLANNED = "plan_budget_satang"
    ORDINANCE = "ordinance_budget_satang"
    SPENT = "spent_satang"


@dataclass(frozen=True)
class Definition:
    """`statuses` a project must have and `amount` it must bring; `ratio`: divided by what all the others bring too."""

    statuses: frozenset[ReportStatus] = frozenset(ReportStatus)
    amount: Amount | None = None
    ratio: bool = False
    formula: str = ""

    def called(self, side: Side) -> str:
        """What the projects on that side are to the number."""
        if side is Side.LEFT_OUT:
            return said("ไม่นับ และเหตุผล")
        if self.ratio:
            return said("ตัวตั้ง") if side is Side.COUNTED else said("อยู่ในตัวหารเท่านั้น")
        return said("นับในตัวเลขนี้") if side is Side.COUNTED else said("ไม่อยู่ในตัวเลขนี้")


DEFINITIONS: dict[Figure, Definition] = {
    Figure.TOTAL: Definition(formula="จำนวนโครงการที่ดำเนินการในปีงบประมาณนั้น ไม่ถูกปฏิเสธ และไม่ถูกลบ"),
    Figure.REPORTED: Definition(REPORTED, formula="จำนวนโครงการที่รายงานผลในรอบนั้นแล้ว ไม่ว่าสถานะใด"),
    Figure.WAITING: Definition(frozenset({ReportStatus.NOT_REPORTED}), formula="โครงการทั้งหมด − โครงการที่รายงานแล้ว"),
    Figure.IN_PROGRESS: Definition(
        frozenset({ReportStatus.IN_PROGRESS}), formula="จำนวนโครงการที่รายงานว่า “อยู่ระหว่างดำเนินการ”"
    ),
    Figure.DONE: Definition(frozenset({ReportStatus.DONE}), formula="จำนวนโครงการที่รายงานว่า “ดำเนินการแล้วเสร็จ”"),
    Figure.CANNOT: Definition(frozenset({ReportStatus.CANNOT}), formula="จำนวนโครงการที่รายงานว่า “ไม่สามารถดำเนินการได้”"),
    Figure.PERCENT: Definition(
        frozenset({ReportStatus.DONE}), ratio=True, formula="โครงการที่แล้วเสร็จ ÷ โครงการทั้งหมด × 100"
    ),
    Figure.IN_ORDINANCE: Definition(
        amount=Amount.ORDINANCE, formula="จำนวนโครงการที่บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน"
    ),
    Figure.PLANNED: Definition(
        amount=Amount.PLANNED, formula="ผลรวมงบประมาณตามแผนของโครงการที่นับ (ไม่ใช้งบประมาณ = ไม่มียอด)"
    ),
    Figure.ORDINANCE: Definition(amount=Amount.ORDINANCE, formula="ผลรวมงบประมาณตามข้อบัญญัติของโครงการที่บรรจุไว้"),
    Figure.SPENT: Definition(amount=Amount.SPENT, formula="ผลรวมยอดที่เบิกจ่ายจริงของโครงการที่นับ"),
    Figure.BUDGET_PERCENT: Definition(amount=Amount.SPENT, ratio=True, formula="เบิกจ่ายจริง ÷ งบประมาณตามแผน × 100"),
}


@dataclass(frozen=True)
class FigureRequest:
    """One figure of one place; `dimension` 0: all of them."""

    place: Place
    year: int
    round: Round
    figure: Figure
    dimension: int = 0

    @property
    def values(self) -> dict[str, Any]:
        return {
            "codes": list(self.place.province_codes),
            "year": self.year,
            "round": int(self.round),
            "dimension": self.dimension,
            "district": self.place.code,
            "organisation": self.place.id,
        }


class ProjectLine(NamedTuple):
    """One project of a place in one year and round, whether it counts or not. Amounts in baht."""

    project_id: int
    name: str
    kind: Kind
    dimension: int
    lao_code: str
    lao: str
    status: ReportStatus
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None
    review: ReviewStatus
    deleted: bool
    reason: str

    @property
    def counted(self) -> bool:
        return not self.deleted and self.review is not ReviewStatus.REJECTED

    @property
    def in_public(self) -> "ProjectLine":
        """Of a deleted project only that it was there (tombstones.py)."""
        return self._replace(planned=None, ordinance=None, spent=None, reason="") if self.deleted else self

    def amount(self, which: Amount) -> Decimal | None:
        return {Amount.PLANNED: self.planned, Amount.ORDINANCE: self.ordinance, Amount.SPENT: self.spent}[which]

    @property
    def why_left_out(self) -> str:
        """Why the project is in no count; empty where it counts."""
        if self.deleted:
            return said("อปท. ลบโครงการแล้ว")
        rejected = self.review is ReviewStatus.REJECTED
        return said("ป.ป.ช. ปฏิเสธ: {reason}", reason=self.reason) if rejected else ""


def side_of(figure: Figure, line: ProjectLine) -> Side:
    if not line.counted:
        return Side.LEFT_OUT
    wanted = DEFINITIONS[figure]
    given = wanted.amount is None or line.amount(wanted.amount) is not None
    return Side.COUNTED if line.status in wanted.statuses and given else Side.REST


Value = int | Decimal | None


def value_of(figure: Figure, counts: Counts, money: Money) -> Value:
    """The number as the tables show it."""
    values: dict[Figure, Value] = {
        Figure.TOTAL: counts.total,
        Figure.REPORTED: counts.reported,
        Figure.WAITING: counts.waiting,
        Figure.IN_PROGRESS: counts.in_progress,
        Figure.DONE: counts.done,
        Figure.CANNOT: counts.cannot,
        Figure.PERCENT: counts.percent,
        Figure.IN_ORDINANCE: money.in_ordinance,
        Figure.PLANNED: money.planned,
        Figure.ORDINANCE: money.ordinance,
        Figure.SPENT: money.spent,
        Figure.BUDGET_PERCENT: money.percent,
    }
    return values[figure]


def recomputed(figure: Figure, lines: Iterable[ProjectLine]) -> Value:
    """The number again, from the listed projects alone: as anybody with the list can do it."""
    wanted, counted, whole = DEFINITIONS[figure], list[ProjectLine](), list[ProjectLine]()
    for line in lines:
        side = side_of(figure, line)
        whole += [line] if side is not Side.LEFT_OUT else []
        counted += [line] if side is Side.COUNTED else []
    if figure is Figure.PERCENT:
        return percent_done(len(counted), len(whole))
    if figure is Figure.BUDGET_PERCENT:
        return budget_percent(_sum(counted, Amount.SPENT), _sum(whole, Amount.PLANNED))
    if wanted.amount is None or figure is Figure.IN_ORDINANCE:
        return len(counted)
    return _sum(counted, wanted.amount)


def _sum(lines: Iterable[ProjectLine], which: Amount) -> Decimal:
    return sum((line.amount(which) or NO_BAHT for line in lines), NO_BAHT)


def written(figure: Figure, value: Value) -> str:
    """The number as it is printed."""
    if isinstance(value, int):
        return count_text(value)
    return percent_text(value) if DEFINITIONS[figure].ratio else baht(value)


def calculation(figure: Figure, counts: Counts, money: Money) -> str:
    """The formula with its numbers, as one reads it aloud."""
    if figure is Figure.PERCENT:
        return f"{counts.done:,} ÷ {counts.total:,} × 100 = {percent_text(counts.percent)}"
    if figure is Figure.BUDGET_PERCENT:
        return f"{baht(money.spent)} ÷ {baht(money.planned)} × 100 = {percent_text(money.percent)}"
    if figure is Figure.WAITING:
        return f"{counts.total:,} − {counts.reported:,} = {counts.waiting:,}"
    return written(figure, value_of(figure, counts, money))


def sums_of(summary: Summed, dimension: int) -> tuple[Counts, Money]:
    """Counts and money of one dimension; 0 is all of them."""
    return summary.dimension(dimension) if dimension else (summary.counts, summary.money)
