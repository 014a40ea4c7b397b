"""The columns of results, each once: the province table on screen, files of results, the national export, the API.

A column more is one entry here. It stands in COUNTS or MONEY, and from there in every file and in the API; one that is
`shown` stands on screen, too.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from operator import attrgetter
from typing import Any, NamedTuple, cast

from app.lao.reporting.rules import Counts, Money, PlaceSummary, ProvinceTableRow, budget_percent, percent_done
from app.models.enums import Level
from app.spreadsheets.tables import BAHT_WIDTH, CellKind, Column, Rule, ratio_of
from app.words import baht, count_text, percent_text

COUNTED = "นับโครงการที่ดำเนินการในปีงบประมาณนั้น ไม่ถูก ป.ป.ช. ปฏิเสธ และไม่ถูกลบ โครงการหนึ่งนับครั้งเดียวในมิติหลัก"
PERCENTS = "ร้อยละแล้วเสร็จ = แล้วเสร็จ ÷ ทั้งหมด × 100 ปัดครึ่งขึ้นเป็นทศนิยม 2 ตำแหน่ง (0.00 เมื่อไม่มีโครงการ)"
SPENDING = "ร้อยละเบิกจ่าย = เบิกจ่ายจริง ÷ งบประมาณตามแผน × 100 (ว่างเมื่อไม่มีงบประมาณตามแผน) อาจเกิน 100"


# --- rows: whatever has counts and money ------------------------------------------------------------
class LaoLine(NamedTuple):
    """An LAO in a table of them: its row, its money, and where it stands. On screen there is no money."""

    number: int
    row: ProvinceTableRow
    counts: Counts
    money: Money = Money()
    group: str = ""
    province: str = ""

    @property
    def level(self) -> Level:
        return self.row.level


class PlaceLine(NamedTuple):
    """A place inside another one, and the heading it stands under."""

    group: str
    name: str
    summary: PlaceSummary

    @property
    def counts(self) -> Counts:
        return self.summary.counts

    @property
    def money(self) -> Money:
        return self.summary.money


class DimensionLine(NamedTuple):
    """A dimension, or all of them."""

    name: str
    counts: Counts
    money: Money


# --- columns ----------------------------------------------------------------------------------------
class Drawn(StrEnum):
    """How the screen draws a cell; templates/citizens/results/_row.html knows each."""

    NUMBER = "number"
    LAO = "lao"
    WORDS = "words"
    PERCENT = "percent"
    GAUGE = "gauge"
    LEVEL = "level"


class Shown(NamedTuple):
    """A column on screen: what it is called there and on a narrow one, and the figure that its number leads to."""

    drawn: Drawn
    head: str
    label: str = ""
    figure: str = ""


@dataclass(frozen=True, eq=False)
class ResultColumn(Column[Any]):
    """A column of results; `name`, `title`, `note` and `example` are the API's, `title` the national export's, too."""

    name: str = ""
    title: str = ""
    example: Any = None
    note: str = ""
    unit: str = ""
    optional: bool = False
    shown: Shown | None = None


def _number(get: str, width: int, **said: Any) -> ResultColumn:
    """A number of projects."""
    return ResultColumn(get=attrgetter(get), width=width, kind=CellKind.COUNT, summed=True, unit="โครงการ", **said)


def _amount(get: str, **said: Any) -> ResultColumn:
    """An amount in baht."""
    return ResultColumn(get=attrgetter(get), width=BAHT_WIDTH, kind=CellKind.BAHT, summed=True, unit="บาท", **said)


def _percent(rule: Rule, part: Column[Any], whole: Column[Any], **said: Any) -> ResultColumn:
    """A percent of one column in another, in each row and of the sums."""
    get, ratio = ratio_of(rule, part, whole)
    return ResultColumn(get=get, ratio=ratio, width=11, kind=CellKind.PERCENT, unit="ร้อยละ", **said)


TOTAL = _number(
    "counts.total",
    width=10,
    name="total",
    head="ทั้งหมด",
    title="โครงการทั้งหมด",
    explain="โครงการที่นับในปีงบประมาณนั้น",
    example=85,
)
DONE = _number(
    "counts.done",
    width=10,
    name="done",
    head="แล้วเสร็จ",
    title="แล้วเสร็จ",
    explain="รายงานว่า “ดำเนินการแล้วเสร็จ”",
    example=24,
)
IN_PROGRESS = _number(
    "counts.in_progress",
    width=12,
    name="in_progress",
    head="ระหว่างดำเนินการ",
    title="อยู่ระหว่างดำเนินการ",
    explain="รายงานว่า “อยู่ระหว่างดำเนินการ”",
    example=55,
)
CANNOT = _number(
    "counts.cannot",
    width=12,
    name="cannot",
    head="ไม่สามารถดำเนินการ",
    title="ไม่สามารถดำเนินการได้",
    explain="รายงานว่า “ไม่สามารถดำเนินการได้”",
    example=6,
)
WAITING = _number(
    "counts.waiting",
    width=12,
    name="waiting",
    head="ยังไม่รายงาน",
    title="ยังไม่รายงานผล",
    explain="ทั้งหมด − รายงานแล้ว",
    example=0,
)
PERCENT = _percent(
    percent_done,
    DONE,
    TOTAL,
    name="percent",
    head="ร้อยละแล้วเสร็จ",
    title="ร้อยละที่แล้วเสร็จ",
    explain=PERCENTS,
    note="แล้วเสร็จ ÷ ทั้งหมด × 100 ปัดครึ่งขึ้น",
    example="28.24",
    shown=Shown(Drawn.PERCENT, "ร้อยละ", "ร้อยละ", "percent"),
)
IN_ORDINANCE = _number(
    "money.in_ordinance",
    width=12,
    name="in_ordinance",
    head="ในข้อบัญญัติ (โครงการ)",
    title="โครงการที่อยู่ในข้อบัญญัติ",
    explain="โครงการที่บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน",
    example=16,
)
PLANNED = _amount(
    "money.planned",
    name="plan_budget",
    head="งบประมาณตามแผน (บาท)",
    title="งบประมาณตามแผน",
    explain="งบประมาณตามแผนป้องกันการทุจริตของโครงการที่นับ",
    example="15679000.00",
)
ORDINANCE = _amount(
    "money.ordinance",
    name="ordinance_budget",
    head="ตามข้อบัญญัติ (บาท)",
    title="งบตามข้อบัญญัติ",
    explain="งบประมาณตามข้อบัญญัติ/เทศบัญญัติ",
    example="19679100.00",
)
SPENT = _amount(
    "money.spent",
    name="spent",
    head="เบิกจ่ายจริง (บาท)",
    title="เบิกจ่ายจริง",
    explain="ยอดที่เบิกจ่ายจริงถึงรอบที่รายงาน",
    example="8763466.00",
)
BUDGET_PERCENT = _percent(
    budget_percent,
    SPENT,
    PLANNED,
    name="budget_percent",
    head="ร้อยละเบิกจ่าย",
    title="ร้อยละที่เบิกจ่าย",
    explain=SPENDING,
    note="ว่าง: งบตามแผนเป็น 0",
    example="55.89",
    optional=True,
)
LEVEL = ResultColumn(
    get=attrgetter("level"),
    width=24,
    kind=CellKind.CHOICE,
    name="level",
    head="ระดับการนำแผนไปปฏิบัติ",
    title="ระดับการนำแผนไปปฏิบัติ",
    example="medium",
    note="มีเฉพาะ อปท.",
    optional=True,
    shown=Shown(Drawn.LEVEL, "ระดับการนำแผนไปปฏิบัติ", "ระดับ"),
)
# What results hold, in this order. Money is asked for from rows that have some: a screen of LAOs has none.
COUNTS: tuple[ResultColumn, ...] = (TOTAL, DONE, IN_PROGRESS, CANNOT, WAITING, PERCENT)
MONEY: tuple[ResultColumn, ...] = (PLANNED, ORDINANCE, SPENT, BUDGET_PERCENT)


# --- the province table on screen -------------------------------------------------------------------
def _on_screen(name: str, get: Callable[[LaoLine], Any], shown: Shown, kind: CellKind = CellKind.TEXT) -> ResultColumn:
    return ResultColumn(shown.head, get, 0, kind, name=name, shown=shown)


SCREEN: tuple[ResultColumn, ...] = (
    _on_screen("number", attrgetter("number"), Shown(Drawn.NUMBER, "ลำดับ"), CellKind.NUMBER),
    _on_screen("lao", attrgetter("row.marked_name"), Shown(Drawn.LAO, "ชื่อ อปท.")),
    _on_screen(
        "done_of_total",
        lambda line: f"{line.counts.done:,}/{line.counts.total:,}",
        Shown(Drawn.WORDS, "แล้วเสร็จ/ทั้งหมด", "แล้วเสร็จ/ทั้งหมด"),
    ),
    *(each for each in COUNTS if each.shown),
    _on_screen("gauge", lambda _line: "", Shown(Drawn.GAUGE, "แถบร้อยละ")),  # as long as the percent is high
    LEVEL,
)
WRITTEN: Mapping[CellKind, Callable[[Any], Any]] = {
    CellKind.NUMBER: str,
    CellKind.COUNT: count_text,
    CellKind.PERCENT: percent_text,
    CellKind.BAHT: baht,
}
# One LAO, as app/rows.py draws it: what is in no column, and a field for each column on screen.
_FIELDS = [(each.name, Level if each.kind is CellKind.CHOICE else str) for each in SCREEN]
DrawnRow = cast(Any, NamedTuple)(
    "DrawnRow", [("code", str), ("passed", bool), ("own", bool), ("said_nothing", bool), *_FIELDS]
)
DrawnRow.columns = SCREEN


def drawn_rows(rows: Sequence[ProvinceTableRow], own: str = "", first: int = 1, said: Container[int] = ()) -> list[Any]:
    """Each as a DrawnRow, numbered from `first`; `own` is the code of the LAO that is looking, if one is.

    `said`: those that answered that there is nothing to report.

    Column by column, which takes less time than row by row.
    """
    lines = list(map(LaoLine, count(first), rows, (row.counts for row in rows)))
    cells = zip(*(_written(column, lines) for column in SCREEN), strict=True)
    return [
        DrawnRow(row.code, row.passed, row.code == own, row.organisation_id in said, *of_row)
        for row, of_row in zip(rows, cells, strict=True)
    ]


def _written(column: ResultColumn, lines: list[LaoLine]) -> list[Any]:
    """What stands in the column: words, or a choice."""
    facts, write = list(map(column.get, lines)), WRITTEN.get(column.kind)
    return list(map(write, facts)) if write else facts


# --- the places inside a place ------------------------------------------------------------------------
_PART_WORDS = ("path", "name", "laos", "passed", *(level.name for level in Level))
_PART_NUMBERS = ("done", "total", "percent", "planned", "spent")
DrawnPart = cast(Any, NamedTuple)("DrawnPart", [(name, str) for name in (*_PART_WORDS, *_PART_NUMBERS)])
DrawnPart.columns = tuple(Level)


def drawn_part(path: str, name: str, summary: PlaceSummary) -> Any:
    """A province or district as a DrawnPart; a level that no LAO has is no words."""
    counts, money = summary.counts, summary.money
    levels = (count_text(number) if (number := summary.levels.get(level, 0)) else "" for level in Level)
    numbers = count_text(counts.done), count_text(counts.total), percent_text(counts.percent)
    laos = count_text(summary.laos), count_text(summary.passed)
    return DrawnPart(path, name, *laos, *levels, *numbers, baht(money.planned), baht(money.spent))
