"""The template of one LAO, and the copy of a file with everything that is wrong with it at its place."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from io import BytesIO
from operator import attrgetter
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.lao.plan_files.outcomes import DryRun
from app.lao.plan_files.rules import EXAMPLES, PlanProblem, Understood
from app.lao.projects.queries import NO_BUDGET, ProjectDetail
from app.models.enums import Kind
from app.plans.rules import Period, YearGate
from app.spreadsheets.excel import BAHT_WIDTH, EXPLANATIONS, FONT, POINTS, CellKind, Column, Table, workbook
from app.spreadsheets.sheets import plain_text
from app.uploads.cells import Marked, Value, text_of
from app.uploads.reader import Grid

PLAN = "แผน"
ID, DIMENSION, KIND, NAME = "รหัสรายการ", "มิติหลัก", "ประเภทงาน", "ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"
QUARTERS, TARGET, OBJECTIVE = "ดำเนินการในไตรมาส", "กลุ่มเป้าหมาย", "วัตถุประสงค์"
FURTHER, SUB_HEADING = "มิติที่สอดคล้องเพิ่มเติม", "หัวข้อย่อย"
CHECKED = "ผลการตรวจ"
WIDE = 18  # characters of a column whose content nobody knows
# Made once: making them takes longer than the cell.
BOLD, THIN = (Font(name=FONT, size=POINTS, bold=bold) for bold in (True, False))
WRAPPED, ON_A_LINE = (Alignment(vertical="top", wrap_text=wrapped) for wrapped in (True, False))
HEAD, WRONG, ODD = (PatternFill("solid", fgColor=color) for color in ("EFEAE0", "F6C6C0", "FCE9B2"))


class TemplateRow(NamedTuple):
    """A project as it stands in the template; a year without a budget there is one in which it does not run."""

    id: int | None
    dimension: int
    kind: str
    name: str
    budgets: Mapping[int, Decimal | int | str]
    quarters: str
    target_group: str
    objective: str
    further: str = ""
    sub_heading: str = ""


def columns(period: Period) -> list[Column[TemplateRow]]:
    """The template: the LAO's own years between what a project is and what it is for. All of it is filled in."""
    typed = partial(Column, typed=True)
    below = [words for dimension in period.sub_headings for words in period.told(dimension)]
    return [
        typed(
            ID,
            attrgetter("id"),
            14,
            CellKind.NUMBER,
            "เว้นว่างสำหรับรายการใหม่ ห้ามแก้เลขของรายการเดิม เพราะใช้บอกว่าแก้รายการใด",
        ),
        typed(DIMENSION, attrgetter("dimension"), 12, CellKind.NUMBER, choices=list(period.dimensions)),
        *([typed(SUB_HEADING, attrgetter("sub_heading"), 30, choices=below)] if below else []),
        typed(KIND, attrgetter("kind"), 18, choices=[kind.label for kind in Kind]),
        typed(NAME, attrgetter("name"), 60),
        *(typed(f"งบประมาณปี {year} (บาท)", partial(_budget, year), BAHT_WIDTH, CellKind.BAHT) for year in period.years),
        typed(
            *(QUARTERS, attrgetter("quarters"), WIDE, CellKind.TEXT, "1, 2, 3, 4 หรือ 1-4 ไตรมาสที่ 1 คือตุลาคมถึงธันวาคม"),
            choices=["1, 2, 3, 4", *"1234", "1, 2", "3, 4"],
            free=True,
        ),
        typed(TARGET, attrgetter("target_group"), 36),
        typed(OBJECTIVE, attrgetter("objective"), 44),
        typed(FURTHER, attrgetter("further"), 20),
    ]


def _budget(year: int, row: TemplateRow) -> Decimal | int | str | None:
    return row.budgets.get(year)


def template(
    period: Period, gates: Sequence[YearGate], lao: tuple[str, str], projects: Iterable[ProjectDetail] = ()
) -> bytes:
    """The workbook for one LAO (its code and name); with `projects` it holds what is recorded already."""
    code, name = lao
    titles = (
        f"แผนปฏิบัติการป้องกันการทุจริต {period.label}",
        f"{name} รหัส อปท. {code}",
        f"กรอกใต้หัวตาราง แถวละ 1 รายการ ดูแผ่นงาน “{EXPLANATIONS}” และ “{EXAMPLES}”",
    )
    heads = columns(period)
    shown = [Column(each.head, each.get, each.width, each.kind) for each in heads]
    return workbook(
        Table(
            PLAN, titles, heads, [_template_row(period, project) for project in projects], rules=_rules(period, gates)
        ),
        Table(EXAMPLES, (), shown, _examples(period)),
    )


def _template_row(period: Period, project: ProjectDetail) -> TemplateRow:
    facts = project.facts
    return TemplateRow(
        id=project.id,
        dimension=facts.dimension,
        kind=facts.kind.label,
        name=facts.name,
        budgets={year: NO_BUDGET if amount is None else amount for year, amount in facts.budgets.items()},
        quarters=_numbers(facts.quarters),
        target_group=facts.target_group,
        objective=facts.objective,
        further=_numbers(facts.further_dimensions),
        sub_heading=period.sub_heading(facts.sub_heading),
    )


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _examples(period: Period) -> list[TemplateRow]:
    group, aim = "บุคลากรของ อปท. 50 คน", "เพื่อปลูกจิตสำนึกในการป้องกันการทุจริต"
    every, without = dict.fromkeys(period.years, 30000), dict.fromkeys(period.years, "-")
    first = {period.years[0]: 0}
    return [
        TemplateRow(None, 1, Kind.PROJECT.label, "โครงการอบรมคุณธรรมจริยธรรม", every, "1, 2", group, aim),
        TemplateRow(None, 2, Kind.MEASURE.label, "มาตรการสร้างความโปร่งใส", without, "1-4", group, aim, "4"),
        TemplateRow(None, 3, Kind.ACTIVITY.label, "กิจกรรมประชาคมปีแรก", first, "3", "ประชาชน", aim),
    ]


def _rules(period: Period, gates: Sequence[YearGate]) -> list[str]:
    return [
        "ช่องงบประมาณว่าง = ไม่ดำเนินการในปีนั้น, 0 = มีงบประมาณ 0 บาท, - หรือ ไม่ใช้งบประมาณ = ดำเนินการโดยไม่ใช้งบประมาณ",
        "จำนวนเงินพิมพ์เป็นตัวเลข มีทศนิยมไม่เกิน 2 ตำแหน่ง เลขไทยก็ได้",
        "รายการที่ชื่อตรงกับในระบบ และไม่มีรหัส จะแก้รายการเดิม ไม่บันทึกซ้ำ",
        "ลบแถวในไฟล์ไม่ได้ลบรายการในระบบ",
        *(f"มิติที่ {number} {name}" for number, name in period.dimensions.items()),
        *(f"ปี {gate.year}: {'บันทึกได้' if gate.open else 'ยังบันทึกไม่ได้ เพราะ' + gate.why}" for gate in gates),
    ]


def annotated(grids: Sequence[Grid], found: Understood, run: DryRun) -> bytes:
    """The cells of the file where they stood, what is wrong in colour with a comment, and a column that tells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    told = [(each, WRONG) for each in run.problems] + [(each, ODD) for each in (*found.warnings, *run.twins)]
    results = {(each.line.place.grid, each.line.place.row): each.what.label for each in run.outcomes}
    for number, grid in enumerate(grids):
        page = book.create_sheet(_sheet_name(grid.name, number))
        width = max((len(row.cells) for row in grid.rows), default=0)
        for row in grid.rows:
            for place, value in enumerate(row.cells, start=1):
                _put(page, row.number, place, _plain(value))
            if result := results.get((number, row.number)):
                _put(page, row.number, width + 1, result)
        first = grid.rows[0].number if grid.rows else 1
        _put(page, first, width + 1, CHECKED, bold=True).fill = HEAD
        for place in range(width):
            page.column_dimensions[get_column_letter(place + 1)].width = WIDE
        page.column_dimensions[get_column_letter(width + 1)].width = 70
        _mark(page, [each for each in told if each[0].place.grid == number], width + 1)
    return _bytes(book)


def _mark(page: Worksheet, told: Iterable[tuple[PlanProblem, PatternFill]], last: int) -> None:
    for problem, fill in told:
        where = page.cell(problem.place.row, last if problem.place.column is None else problem.place.column + 1)
        where.fill = fill
        before = where.comment.text + "\n" if where.comment else ""
        where.comment = Comment(before + problem.text, "e-PlanNACC")
        words = page.cell(problem.place.row, last)
        _put(page, problem.place.row, last, f"{words.value}; {problem.text}" if words.value else problem.text)
        words.fill = fill


def _sheet_name(name: str, number: int) -> str:
    plain = "".join(letter for letter in name if letter not in "[]:*?/\\'")[:28]
    return plain or f"ตาราง {number + 1}"


def _plain(value: Value) -> Any:
    return text_of(value) if isinstance(value, Marked) else value


def _put(page: Worksheet, row: int, column: int, value: Any, *, bold: bool = False) -> Any:
    """A cell in the offices' font; a text stays a text, whatever it looks like."""
    cell: Any = page.cell(row, column)
    if isinstance(value, str):
        cell.value = plain_text(value)
        cell.data_type = "s"
    else:
        cell.value = value
    cell.font, cell.alignment = BOLD if bold else THIN, WRAPPED if row >= 4 else ON_A_LINE
    return cell


def _bytes(book: Workbook) -> bytes:
    for page in book.worksheets:
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", "9"  # A4
        page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
