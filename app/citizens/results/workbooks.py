"""Results as files: the same numbers as on the page, from the same reads, one sheet for each table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from app.citizens.places.rules import Place
from app.citizens.results.columns import (
    COUNTED,
    COUNTS,
    IN_ORDINANCE,
    LEVEL,
    MONEY,
    ORDINANCE,
    PERCENTS,
    PLANNED,
    SPENDING,
    TOTAL,
    DimensionLine,
    LaoLine,
    PlaceLine,
)
from app.citizens.results.queries import Results
from app.citizens.results.rules import TableFilter
from app.lao.reporting.rules import (
    THRESHOLDS,
    Counts,
    Grouping,
    Money,
    ProvinceTableRow,
    RoundSummary,
    Summed,
    in_table_order,
)
from app.models.enums import Level, PlaceKind, Round
from app.spreadsheets.excel import CellKind, Column, Table, count, made
from app.spreadsheets.tables import Get

FIGURES = (*COUNTS, IN_ORDINANCE, *MONEY)
NAME: Get = attrgetter("name")
DIMENSION = Column("มิติ", NAME, 60)


def _of_level(level: Level) -> Column[PlaceLine]:
    """How many LAOs of a place have it."""
    return Column(
        level.label,
        lambda line: line.summary.levels.get(level, 0),
        11,
        CellKind.COUNT,
        f"จำนวน อปท. ระดับ “{level.label}”",
        True,
    )


LAOS = (
    count("อปท. ทั้งหมด", attrgetter("summary.laos"), 10),
    count("แผนผ่าน", attrgetter("summary.passed"), 10, "อปท. ที่แผนของปีนั้นผ่านแล้ว"),
    *map(_of_level, Level),
)


@dataclass(frozen=True)
class About:
    """What the title block of a file says: of what, when, made when and by whom."""

    place: Place
    year: int
    round: Round
    dimensions: Mapping[int, str]
    now: datetime
    by: str

    def title(self, report: str) -> tuple[str, ...]:
        where = " · ".join(each.name for each in (self.place, *reversed(self.place.parents)))
        moment = f"ปีงบประมาณ {self.year} {self.round.label}"
        return (report, where, moment, made(self.now, self.by))

    @property
    def name(self) -> str:
        """The file's, without its ending."""
        return f"ผลการดำเนินงาน {self.place.name} ปี {self.year} รอบ {int(self.round)} เดือน"

    @property
    def rules(self) -> tuple[str, ...]:
        high, medium = THRESHOLDS[self.round]
        levels = (
            f"ระดับ {self.round.label}: มาก ตั้งแต่ร้อยละ {high} ปานกลาง ตั้งแต่ร้อยละ {medium} ต่ำกว่านั้น น้อย "
            "ไม่มีรายงานในรอบนั้นเลย: ยังไม่รายงานผล แผนของปียังไม่ผ่าน: ยังไม่ส่งแผน หรือแผนไม่ผ่าน และมี ** หน้าชื่อ"
        )
        return (COUNTED, PERCENTS, levels, SPENDING)


class StatusLine(NamedTuple):
    """How many projects of an LAO have a status."""

    name: str
    number: int


def lao_tables(about: About, summary: RoundSummary) -> list[Table[Any]]:
    """The four tables of an LAO's summary."""
    number = replace(TOTAL, head="จำนวนโครงการ", width=16, explain="")
    c = summary.counts
    statuses = [
        StatusLine("อยู่ระหว่างดำเนินการ", c.in_progress),
        StatusLine("ดำเนินการแล้วเสร็จ", c.done),
        StatusLine("ไม่สามารถดำเนินการได้", c.cannot),
        StatusLine("ยังไม่รายงานผล", c.waiting),
    ]
    return [
        Table(
            "ตามแผน",
            about.title("จำนวนโครงการและงบประมาณตามแผนปฏิบัติการป้องกันการทุจริต"),
            (DIMENSION, number, PLANNED),
            _dimensions(about, summary),
            rules=about.rules,
            whole=_all_dimensions(summary),
        ),
        Table(
            "ในข้อบัญญัติ",
            about.title("โครงการที่บรรจุในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน"),
            (DIMENSION, replace(number, get=IN_ORDINANCE.get), ORDINANCE),
            _dimensions(about, summary),
            whole=_all_dimensions(summary),
        ),
        Table(
            "สถานะ",
            about.title(f"สถานะการดำเนินงาน · ระดับการนำแผนไปปฏิบัติ: {summary.level.label}"),
            (Column("สถานะ", NAME, 40), count("จำนวนโครงการ", attrgetter("number"), 16)),
            statuses,
            whole=StatusLine("", c.total),
        ),
        by_dimension_table(about, summary),
    ]


def by_dimension_table(about: About, summary: Summed) -> Table[DimensionLine]:
    return Table(
        "ผลตามมิติ",
        about.title("ผลการดำเนินงานตามมิติ"),
        (DIMENSION, *FIGURES),
        _dimensions(about, summary),
        rules=about.rules,
        whole=_all_dimensions(summary),
    )


def _dimensions(about: About, summary: Summed) -> list[DimensionLine]:
    return [DimensionLine(f"มิติที่ {n} {name}", *summary.dimension(n)) for n, name in about.dimensions.items()]


def _all_dimensions(summary: Summed) -> DimensionLine:
    return DimensionLine("", summary.counts, summary.money)


def place_tables(about: About, results: Results, asked: TableFilter) -> list[Table[Any]]:
    """All tables of a larger place; the LAOs as the page's filter shows them."""
    tables: list[Table[Any]] = [by_dimension_table(about, results.whole)]
    if results.parts:
        tables.append(_parts_table(about, results))
    if results.rows:
        tables.insert(0, lao_table(about, results.rows, results.money, asked))
    return tables


def _parts_table(about: About, results: Results) -> Table[PlaceLine]:
    inner = "จังหวัด" if results.parts[0].kind is PlaceKind.PROVINCE else "อำเภอ"
    return Table(
        f"ราย{inner}",
        about.title(f"ผลการดำเนินงานราย{inner}"),
        (Column("ภาค", attrgetter("group"), 10), Column(inner, NAME, 22), *LAOS, *FIGURES),
        [PlaceLine(part.group, part.name, part.summary) for part in results.parts],
        rules=about.rules,
        whole=PlaceLine("", "", results.whole),
    )


LAO_COLUMNS: tuple[Column[LaoLine], ...] = (
    Column(
        "ลำดับที่",
        attrgetter("number"),
        8,
        CellKind.COUNT,
        explain="ร้อยละมากไปน้อย แล้วเรียงชื่อ ยังไม่รายงานอยู่หลังผู้ที่รายงาน แผนไม่ผ่านอยู่ท้าย",
    ),
    Column("รหัส", attrgetter("row.code"), 10, explain="รหัส 7 หลักของ อปท."),
    Column("ชื่อ อปท.", attrgetter("row.marked_name"), 40, explain="** คือ ยังไม่ส่งแผน หรือแผนไม่ผ่าน"),
    Column("ประเภท", attrgetter("row.type"), 22, CellKind.CHOICE),
    LEVEL,
    *FIGURES,
)


def lao_table(about: About, rows: list[ProvinceTableRow], money: Mapping[int, Money], asked: TableFilter) -> Table[Any]:
    """The province table: groups, numbers and order are those of the screen."""
    shown = [row for row in rows if asked.fits(row)]
    lines = [
        LaoLine(place, row, row.counts, money.get(row.organisation_id, Money()), _heading(label, row, asked.by))
        for label, group in in_table_order(shown, asked.by)
        for place, row in enumerate(group, start=1)
    ]
    return Table(
        "อปท.",
        about.title("ผลการนำแผนไปปฏิบัติของ อปท."),
        (Column(asked.by.label, attrgetter("group"), 22, explain="ลำดับที่เริ่มใหม่ในแต่ละกลุ่ม"), *LAO_COLUMNS),
        lines,
        rules=about.rules,
        whole=DimensionLine("", *_added_up(lines)),
    )


def _added_up(lines: Iterable[LaoLine]) -> tuple[Counts, Money]:
    counts, money = Counts(), Money()
    for line in lines:
        counts, money = counts + line.counts, money + line.money
    return counts, money


def _heading(label: str, row: ProvinceTableRow, by: Grouping) -> str:
    """The group's, empty where an LAO lies in no district."""
    return "" if by is Grouping.DISTRICT and not row.district_code else label
