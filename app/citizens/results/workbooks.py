"""Results as files: the same numbers as on the page, from the same reads, one sheet for each table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.citizens.places.rules import Place
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
from app.spreadsheets.excel import COUNT_FORMAT, PERCENT_FORMAT, Cell, Column, Table, baht, count, made

COUNTED = "นับโครงการที่ดำเนินการในปีงบประมาณนั้น ไม่ถูก ป.ป.ช. ปฏิเสธ และไม่ถูกลบ โครงการหนึ่งนับครั้งเดียวในมิติหลัก"
PERCENTS = "ร้อยละแล้วเสร็จ = แล้วเสร็จ ÷ ทั้งหมด × 100 ปัดครึ่งขึ้นเป็นทศนิยม 2 ตำแหน่ง (0.00 เมื่อไม่มีโครงการ)"
SPENDING = "ร้อยละเบิกจ่าย = เบิกจ่ายจริง ÷ งบประมาณตามแผน × 100 (ว่างเมื่อไม่มีงบประมาณตามแผน) อาจเกิน 100"
COUNTS = (
    count("ทั้งหมด", 10, "โครงการที่นับในปีงบประมาณนั้น"),
    count("แล้วเสร็จ", 10, "รายงานว่า “ดำเนินการแล้วเสร็จ”"),
    count("ระหว่างดำเนินการ", 12, "รายงานว่า “อยู่ระหว่างดำเนินการ”"),
    count("ไม่สามารถดำเนินการ", 12, "รายงานว่า “ไม่สามารถดำเนินการได้”"),
    count("ยังไม่รายงาน", 12, "ทั้งหมด − รายงานแล้ว"),
    Column("ร้อยละแล้วเสร็จ", 11, PERCENT_FORMAT, PERCENTS),
)
AMOUNTS = (
    count("ในข้อบัญญัติ (โครงการ)", 12, "โครงการที่บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน"),
    baht("งบประมาณตามแผน (บาท)", "งบประมาณตามแผนป้องกันการทุจริตของโครงการที่นับ"),
    baht("ตามข้อบัญญัติ (บาท)", "งบประมาณตามข้อบัญญัติ/เทศบัญญัติ"),
    baht("เบิกจ่ายจริง (บาท)", "ยอดที่เบิกจ่ายจริงถึงรอบที่รายงาน"),
    Column("ร้อยละเบิกจ่าย", 11, PERCENT_FORMAT, SPENDING),
)
LEVELS = tuple(Column(level.label, 11, COUNT_FORMAT, f"จำนวน อปท. ระดับ “{level.label}”") for level in Level)


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


def lao_tables(about: About, summary: RoundSummary) -> list[Table]:
    """The four tables of an LAO's summary."""
    by_dimension = {number: summary.dimension(number) for number in about.dimensions}
    label, head = about.dimensions, Column("มิติ", 60)
    planned: list[list[Cell]] = [[f"มิติที่ {n} {label[n]}", c.total, m.planned] for n, (c, m) in by_dimension.items()]
    ordinance: list[list[Cell]] = [
        [f"มิติที่ {n} {label[n]}", m.in_ordinance, m.ordinance] for n, (_c, m) in by_dimension.items()
    ]
    c, m = summary.counts, summary.money
    statuses: list[list[Cell]] = [
        ["อยู่ระหว่างดำเนินการ", c.in_progress],
        ["ดำเนินการแล้วเสร็จ", c.done],
        ["ไม่สามารถดำเนินการได้", c.cannot],
        ["ยังไม่รายงานผล", c.waiting],
    ]
    number = Column("จำนวนโครงการ", 16, COUNT_FORMAT)
    return [
        Table(
            "ตามแผน",
            about.title("จำนวนโครงการและงบประมาณตามแผนปฏิบัติการป้องกันการทุจริต"),
            (head, number, AMOUNTS[1]),
            planned,
            ["รวม", c.total, m.planned],
            rules=about.rules,
        ),
        Table(
            "ในข้อบัญญัติ",
            about.title("โครงการที่บรรจุในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน"),
            (head, number, AMOUNTS[2]),
            ordinance,
            ["รวม", m.in_ordinance, m.ordinance],
        ),
        Table(
            "สถานะ",
            about.title(f"สถานะการดำเนินงาน · ระดับการนำแผนไปปฏิบัติ: {summary.level.label}"),
            (Column("สถานะ", 40), number),
            statuses,
            ["รวม", c.total],
        ),
        by_dimension_table(about, summary),
    ]


def by_dimension_table(about: About, summary: Summed) -> Table:
    rows = [[f"มิติที่ {n} {name}", *_numbers(*summary.dimension(n))] for n, name in about.dimensions.items()]
    return Table(
        "ผลตามมิติ",
        about.title("ผลการดำเนินงานตามมิติ"),
        (Column("มิติ", 60), *COUNTS, *AMOUNTS),
        rows,
        ["รวม", *_numbers(summary.counts, summary.money)],
        rules=about.rules,
    )


def _numbers(counts: Counts, money: Money) -> list[Cell]:
    """The cells under COUNTS and AMOUNTS."""
    numbers = (counts.total, counts.done, counts.in_progress, counts.cannot, counts.waiting, counts.percent)
    return [*numbers, money.in_ordinance, money.planned, money.ordinance, money.spent, money.percent]


def place_tables(about: About, results: Results, asked: TableFilter) -> list[Table]:
    """All tables of a larger place; the LAOs as the page's filter shows them."""
    tables = [by_dimension_table(about, results.whole)]
    if results.parts:
        tables.append(_parts_table(about, results))
    if results.rows:
        tables.insert(0, lao_table(about, results.rows, results.money, asked))
    return tables


def _parts_table(about: About, results: Results) -> Table:
    inner = "จังหวัด" if results.parts[0].kind is PlaceKind.PROVINCE else "อำเภอ"
    laos = (
        Column("อปท. ทั้งหมด", 10, COUNT_FORMAT),
        count("แผนผ่าน", 10, "อปท. ที่แผนของปีนั้นผ่านแล้ว"),
    )
    rows: list[list[Cell]] = []
    for part in results.parts:
        s = part.summary
        levels = [s.levels.get(level, 0) for level in Level]
        rows.append([part.group, part.name, s.laos, s.passed, *levels, *_numbers(s.counts, s.money)])
    w = results.whole
    levels = [w.levels.get(level, 0) for level in Level]
    return Table(
        f"ราย{inner}",
        about.title(f"ผลการดำเนินงานราย{inner}"),
        (Column("ภาค", 10), Column(inner, 22), *laos, *LEVELS, *COUNTS, *AMOUNTS),
        rows,
        ["รวม", "", w.laos, w.passed, *levels, *_numbers(w.counts, w.money)],
        rules=about.rules,
    )


def lao_table(about: About, rows: list[ProvinceTableRow], money: Mapping[int, Money], asked: TableFilter) -> Table:
    """The province table: groups, numbers and order are those of the screen."""
    groups = in_table_order([row for row in rows if asked.fits(row)], asked.by)
    cells: list[list[Cell]] = []
    counted, spent = Counts(), Money()
    for label, group in groups:
        for place, row in enumerate(group, start=1):
            own = money.get(row.organisation_id, Money())
            counted, spent = counted + row.counts, spent + own
            numbers = _numbers(row.counts, own)
            nowhere = asked.by is Grouping.DISTRICT and not row.district_code
            cells.append(
                ["" if nowhere else label, place, row.code, row.marked_name, row.type.label, row.level.label, *numbers]
            )
    return Table(
        "อปท.",
        about.title("ผลการนำแผนไปปฏิบัติของ อปท."),
        (
            Column(asked.by.label, 22, explain="ลำดับที่เริ่มใหม่ในแต่ละกลุ่ม"),
            Column("ลำดับที่", 8, COUNT_FORMAT, "ร้อยละมากไปน้อย แล้วเรียงชื่อ ยังไม่รายงานอยู่หลังผู้ที่รายงาน แผนไม่ผ่านอยู่ท้าย"),
            Column("รหัส", 10, explain="รหัส 7 หลักของ อปท."),
            Column("ชื่อ อปท.", 40, explain="** คือ ยังไม่ส่งแผน หรือแผนไม่ผ่าน"),
            Column("ประเภท", 22),
            Column("ระดับการนำแผนไปปฏิบัติ", 24),
            *COUNTS,
            *AMOUNTS,
        ),
        cells,
        ["รวม", None, "", "", "", "", *_numbers(counted, spent)],
        rules=about.rules,
    )
