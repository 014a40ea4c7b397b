"""What stands on the papers an LAO signs and publishes, and when they are drafts. Facts in, a paper out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from app.clock import thai_date, thai_time
from app.lao.fixed_rounds.rules import Edition, FixedLine
from app.lao.reporting.rules import Counts, Money, cannot_words
from app.lao.sending.rules import Receipt, RoundToSend
from app.models.enums import Kind, OrganisationType, ReportStatus, Round
from app.plans.rules import Period, heading_order
from app.typeset.content import (
    Align,
    Paper,
    PaperColumn,
    PaperRow,
    PaperTable,
    RowKind,
    Signature,
    Source,
)
from app.words import baht, count_text, percent_text

NO_BUDGET = "ไม่ใช้งบประมาณ"
PLAN = "แผนปฏิบัติการป้องกันการทุจริต"
TITLES = {
    Round.SIX: "รายงานการติดตามผลการดำเนินงานตามแผนปฏิบัติการป้องกันการทุจริต รอบ 6 เดือน",
    Round.TWELVE: "รายงานผลการดำเนินงานตามแผนปฏิบัติการป้องกันการทุจริต ประจำปี (รอบ 12 เดือน)",
}
PROJECT = "โครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"


class Executive(NamedTuple):
    name: str
    position: str


class PlannedProject(NamedTuple):
    """`budgets`: in baht by each year it runs in; None: without a budget."""

    name: str
    kind: Kind
    dimension: int
    budgets: dict[int, Decimal | None]
    sub_heading: str | None = None


class ReportedProject(NamedTuple):
    """What was reported of a project: its figures as they count, and the LAO's words."""

    line: FixedLine
    name: str
    kind: Kind
    cannot_text: str | None
    note: str | None
    obstacles: str | None
    suggestions: str | None

    @property
    def result(self) -> str:
        """Status, why not, and what was noted, each on a line of its own."""
        said = (self.line.status.label, cannot_words(self.line.cannot_reason, self.cannot_text), self.note)
        return "\n".join(each for each in said if each)


@dataclass(frozen=True)
class RoundTold:
    """A round with its projects' words. `fixed`: the edition in force, once it closed; `sent`: the last receipt."""

    now: RoundToSend
    projects: Sequence[ReportedProject]
    fixed: Edition | None
    sent: Receipt | None

    @property
    def name(self) -> str:
        return self.fixed.lao.name if self.fixed else self.now.name

    @property
    def code(self) -> str:
        return self.fixed.lao.code if self.fixed else self.now.code

    @property
    def draft(self) -> str:
        """Why it cannot be signed yet, in Thai; empty once it was sent as it stands, or its round has closed."""
        if self.fixed:
            return ""
        if not self.now.passed:
            return self.now.closed
        if waiting := self.now.summary.counts.waiting:
            return f"ยังไม่รายงานผล {count_text(waiting)} โครงการ"
        if self.sent is None:
            return "ยังไม่ได้ส่งรายงานทั้งรอบ"
        return self.sent.word_since(self.sent.id, self.now.lines)


def position(type_: OrganisationType, name: str) -> str:
    """What the executive of an LAO is called."""
    match type_:
        case OrganisationType.BANGKOK:
            return "ผู้ว่าราชการกรุงเทพมหานคร"
        case OrganisationType.PATTAYA | OrganisationType.PAO | OrganisationType.SAO:
            return f"นายก{name}"
        case _:
            return f"นายกเทศมนตรี{name.removeprefix('เทศบาล')}"


def as_of(told: RoundTold, now: datetime) -> str:
    """The moment whose figures these are."""
    if told.fixed is None:
        return f"ข้อมูล ณ วันที่ {thai_date(now)} เวลา {thai_time(now)}"
    closed = told.fixed.closed.closed_at
    edition = f" ฉบับที่ {told.fixed.number} แก้ไขโดย ป.ป.ช." if told.fixed.number > 1 else ""
    return f"ข้อมูล ณ ปิดรอบ วันที่ {thai_date(closed)} เวลา {thai_time(closed)}{edition}"


def plan_paper(
    name: str,
    period: Period,
    projects: Sequence[PlannedProject],
    executive: Executive,
    address: str,
    now: datetime,
    draft: str = "",
) -> Paper:
    years = period.years
    columns = [
        PaperColumn("ที่", 3, Align.CENTRE),
        PaperColumn("ประเภท", 6),
        PaperColumn(PROJECT, 26),
        *(PaperColumn(f"ปี {year}\n(บาท)", 8, Align.RIGHT) for year in years),
    ]
    ordered = sorted(projects, key=lambda each: heading_order(each.sub_heading) if each.sub_heading else ())
    rows = [
        _Row(each.dimension, _planned_cells(each, years), _sums_of_years([each], years), _headings(period, each))
        for each in ordered
    ]
    table = PaperTable(columns, list(_by_dimension(rows, period.dimensions, 3)), PROJECT, small=True)
    return Paper(
        (PLAN, f"ระยะเวลา {len(years)} ปี (พ.ศ. {period.first_year} - {period.last_year})", name),
        (f"จำนวน {count_text(len(projects))} รายการ · ข้อมูล ณ วันที่ {thai_date(now)} เวลา {thai_time(now)}",),
        (table,),
        Signature(*executive),
        source(address),
        draft,
    )


def _headings(period: Period, project: PlannedProject) -> tuple[str, ...]:
    """The sub-headings a project stands under, the upper one first."""
    number = project.sub_heading
    above = number.rpartition(".")[0] if number else ""
    return tuple(period.sub_heading(each) for each in (above if "." in above else "", number) if each)


def _planned_cells(project: PlannedProject, years: Iterable[int]) -> tuple[str, ...]:
    amounts = (baht(project.budgets[year], missing=NO_BUDGET) if year in project.budgets else "–" for year in years)
    return (project.kind.label, project.name, *amounts)


def _sums_of_years(projects: Iterable[PlannedProject], years: Iterable[int]) -> tuple[Decimal, ...]:
    return tuple(sum((each.budgets.get(year) or Decimal(0) for each in projects), Decimal(0)) for year in years)


Amounts = tuple[Decimal, ...]


class _Row(NamedTuple):
    """What stands below the band of its dimension, and below those of `headings`; `amounts` are what is summed."""

    dimension: int
    cells: tuple[str, ...]
    amounts: Amounts
    headings: tuple[str, ...] = ()


def _by_dimension(
    rows: Sequence[_Row], dimensions: Mapping[int, str], before: int, after: int = 0
) -> Iterator[PaperRow]:
    """The rows under a band for each dimension, with its sums and those of all.

    `before`, `after`: how many columns stand on each side of the sums, the number included.
    """
    if not rows:
        yield PaperRow(("ไม่มีโครงการ",), RowKind.BAND)
        return
    written = 0
    for dimension, name in dimensions.items():
        some = [row for row in rows if row.dimension == dimension]
        yield PaperRow((f"มิติที่ {dimension} {name}",), RowKind.BAND)
        above: tuple[str, ...] = ()
        for place, row in enumerate(some, start=written + 1):
            yield from (PaperRow((heading,), RowKind.BAND) for heading in row.headings if heading not in above)
            above = row.headings
            yield PaperRow((str(place), *row.cells))
        written += len(some)
        yield _sum_row(f"รวมมิติที่ {dimension} ({count_text(len(some))} รายการ)", some, before, after, rows)
    yield _sum_row(f"รวมทั้งสิ้น ({count_text(len(rows))} รายการ)", rows, before, after, rows)


def _sum_row(
    words: str,
    some: Iterable[_Row],
    before: int,
    after: int,
    every: Sequence[_Row],
) -> PaperRow:
    sums = [Decimal(0)] * len(every[0].amounts)
    for row in some:
        sums = [total + amount for total, amount in zip(sums, row.amounts, strict=True)]
    return PaperRow((*[""] * (before - 1), words, *map(baht, sums), *[""] * after), RowKind.SUM)


def round_paper(
    told: RoundTold, dimensions: Mapping[int, str], executive: Executive, address: str, now: datetime, receipt: str = ""
) -> Paper:
    """`receipt`: the address where anybody checks the receipt of this round, where there is one."""
    summary = told.now.summary
    lines = [
        as_of(told, now),
        f"ระดับการนำแผนไปปฏิบัติ {summary.level.label} · แล้วเสร็จร้อยละ {percent_text(summary.counts.percent)}"
        f" · เบิกจ่ายร้อยละ {percent_text(summary.money.percent)} ของงบประมาณตามแผน",
    ]
    if told.sent and receipt:
        sent = told.sent
        lines.append(f"ส่งรายงานทั้งรอบเมื่อวันที่ {thai_date(sent.at)} เวลา {thai_time(sent.at)} ตรวจใบรับได้ที่ {receipt}")
    if told.sent and told.sent.reason:
        lines.append(f"ไม่มีโครงการที่ต้องรายงานในรอบนี้ เหตุผล: {told.sent.reason}")
    return Paper(
        (TITLES[told.now.round], f"ปีงบประมาณ พ.ศ. {told.now.year}", told.name),
        lines,
        (_summary(told, dimensions), _results(told, dimensions)),
        Signature(*executive),
        source(address),
        told.draft,
    )


def source(address: str) -> Source:
    return Source(address, "ตรวจสอบและเปรียบเทียบข้อมูลล่าสุดได้ที่หน้าสาธารณะของ e-PlanNACC สแกน QR code หรือเปิด")


NUMBERS = (
    ReportStatus.DONE.label,
    ReportStatus.IN_PROGRESS.label,
    ReportStatus.CANNOT.label,
    ReportStatus.NOT_REPORTED.label,
)
SUMMARY_COLUMNS = (
    PaperColumn("มิติ", 18),
    PaperColumn("โครงการ", 8, Align.RIGHT),
    *(PaperColumn(label, 7.5, Align.RIGHT) for label in NUMBERS),
    PaperColumn("แล้วเสร็จ\n(ร้อยละ)", 8, Align.RIGHT),
    PaperColumn("ตามแผน\n(บาท)", 12, Align.RIGHT),
    PaperColumn("ตามข้อบัญญัติ\n(บาท)", 12, Align.RIGHT),
    PaperColumn("เบิกจ่ายจริง\n(บาท)", 12, Align.RIGHT),
    PaperColumn("เบิกจ่าย\n(ร้อยละ)", 8, Align.RIGHT),
)


def _summary(told: RoundTold, dimensions: Mapping[int, str]) -> PaperTable:
    summary = told.now.summary
    nothing: tuple[Any, Any] = (Counts(), Money())
    rows = [
        PaperRow(_figures(f"มิติที่ {number} {name}", *summary.by_dimension.get(number, nothing)))
        for number, name in dimensions.items()
    ]
    whole = PaperRow(_figures("รวม", summary.counts, summary.money), RowKind.SUM)
    return PaperTable(SUMMARY_COLUMNS, [*rows, whole], "สรุปผลการดำเนินงานตามมิติ", small=True)


def _figures(words: str, counts: Counts, money: Money) -> tuple[str, ...]:
    numbers = (counts.total, counts.done, counts.in_progress, counts.cannot, counts.waiting)
    amounts = (money.planned, money.ordinance, money.spent)
    return (
        words,
        *map(count_text, numbers),
        percent_text(counts.percent),
        *map(baht, amounts),
        percent_text(money.percent),
    )


RESULT_COLUMNS = (
    PaperColumn("ที่", 3, Align.CENTRE),
    PaperColumn(PROJECT, 20),
    PaperColumn("ตามแผน\n(บาท)", 8.8, Align.RIGHT),
    PaperColumn("ตามข้อบัญญัติ\n(บาท)", 8.8, Align.RIGHT),
    PaperColumn("เบิกจ่ายจริง\n(บาท)", 8.8, Align.RIGHT),
    PaperColumn("ผลการดำเนินงาน", 12),
    PaperColumn("ปัญหาอุปสรรค", 11),
    PaperColumn("ข้อเสนอแนะ", 11),
)


def _results(told: RoundTold, dimensions: Mapping[int, str]) -> PaperTable:
    rows = [_Row(each.line.dimension, _result_cells(each), _weight(each)) for each in told.projects]
    return PaperTable(
        RESULT_COLUMNS, list(_by_dimension(rows, dimensions, 2, 3)), "ผลการดำเนินงานรายโครงการ", small=True
    )


def _result_cells(project: ReportedProject) -> tuple[str, ...]:
    planned, ordinance, spent = project.line.amounts
    words = (project.result, project.obstacles or "–", project.suggestions or "–")
    return (project.name, baht(planned, missing=NO_BUDGET), baht(ordinance), baht(spent), *words)


def _weight(project: ReportedProject) -> Amounts:
    return tuple(amount or Decimal(0) for amount in project.line.amounts)
