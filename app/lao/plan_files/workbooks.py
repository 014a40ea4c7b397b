"""The template of one LAO, and the copy of a file with everything that is wrong with it at its place."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.lao.plan_files.outcomes import DryRun
from app.lao.plan_files.rules import EXAMPLES, RULES, PlanProblem, Understood
from app.lao.projects.queries import NO_BUDGET, ProjectDetail
from app.models.enums import Kind
from app.plans.rules import Period, YearGate
from app.spreadsheets.excel import BAHT_FORMAT, BAHT_WIDTH, FONT, LINE, POINTS
from app.spreadsheets.sheets import plain_text
from app.uploads.cells import Marked, Value, text_of
from app.uploads.reader import Grid

PLAN, PICKED = "แผน", "ตัวเลือก"
ID, DIMENSION, KIND, NAME = "รหัสรายการ", "มิติหลัก", "ประเภทงาน", "ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"
QUARTERS, TARGET, OBJECTIVE = "ดำเนินการในไตรมาส", "กลุ่มเป้าหมาย", "วัตถุประสงค์"
FURTHER = "มิติที่สอดคล้องเพิ่มเติม"
CHECKED = "ผลการตรวจ"
HEAD_ROW = 5
FILLED_ROWS = 2000  # as far as pick lists reach
AS_TEXT = {QUARTERS, FURTHER}  # else Excel makes 1-4 a date
WIDTHS = {NAME: 60, TARGET: 36, OBJECTIVE: 44, KIND: 18, DIMENSION: 12, ID: 14, QUARTERS: 18, FURTHER: 20}
# Made once: making them takes longer than the cell.
BOLD, THIN = (Font(name=FONT, size=POINTS, bold=bold) for bold in (True, False))
WRAPPED, ON_A_LINE = (Alignment(vertical="top", wrap_text=wrapped) for wrapped in (True, False))
HEAD, WRONG, ODD = (PatternFill("solid", fgColor=color) for color in ("EFEAE0", "F6C6C0", "FCE9B2"))


def heads(period: Period) -> list[str]:
    """The heads of the template: those of the LAO's own years between what a project is and what it is for."""
    years = [f"งบประมาณปี {year} (บาท)" for year in period.years]
    return [ID, DIMENSION, KIND, NAME, *years, QUARTERS, TARGET, OBJECTIVE, FURTHER]


def template(
    period: Period, gates: Sequence[YearGate], lao: tuple[str, str], projects: Iterable[ProjectDetail] = ()
) -> bytes:
    """The workbook for one LAO (its code and name); with `projects` it holds what is recorded already."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = PLAN
    code, name = lao
    titles = (
        f"แผนปฏิบัติการป้องกันการทุจริต {period.label}",
        f"{name} รหัส อปท. {code}",
        f"กรอกตั้งแต่แถวที่ {HEAD_ROW + 1} แถวละ 1 รายการ ดูแผ่นงาน “{RULES}” และ “{EXAMPLES}”",
    )
    for number, title in enumerate(titles, start=1):
        _put(page, number, 1, title, bold=number == 1)
    _table(page, HEAD_ROW, period, [_cells_of(each, period) for each in projects])
    page.freeze_panes = f"A{HEAD_ROW + 1}"
    page.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    _as_text(page, period)
    _pick_lists(book, page, period)
    _table(book.create_sheet(EXAMPLES), 1, period, _examples(period))
    _rules(book.create_sheet(RULES), period, gates)
    return _bytes(book)


def _table(page: Worksheet, head_row: int, period: Period, rows: Iterable[Sequence[Any]]) -> None:
    columns = heads(period)
    for place, head in enumerate(columns, start=1):
        cell = _put(page, head_row, place, head, bold=True)
        cell.fill, cell.border = HEAD, Border(bottom=LINE, top=LINE)
        page.column_dimensions[get_column_letter(place)].width = WIDTHS.get(head, BAHT_WIDTH)
    for number, row in enumerate(rows, start=head_row + 1):
        for place, value in enumerate(row, start=1):
            cell = _put(page, number, place, value)
            if columns[place - 1].startswith("งบประมาณ"):
                cell.number_format = BAHT_FORMAT


def _cells_of(project: ProjectDetail, period: Period) -> list[Any]:
    facts = project.facts
    budgets = [
        None if year not in facts.budgets else NO_BUDGET if facts.budgets[year] is None else facts.budgets[year]
        for year in period.years
    ]
    last = [_numbers(facts.quarters), facts.target_group, facts.objective, _numbers(facts.further_dimensions)]
    return [project.id, facts.dimension, facts.kind.label, facts.name, *budgets, *last]


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _examples(period: Period) -> list[list[Any]]:
    years = len(period.years)
    group, aim = "บุคลากรของ อปท. 50 คน", "เพื่อปลูกจิตสำนึกในการป้องกันการทุจริต"
    return [
        [None, 1, Kind.PROJECT.label, "โครงการอบรมคุณธรรมจริยธรรม", *[30000] * years, "1, 2", group, aim, ""],
        [None, 2, Kind.MEASURE.label, "มาตรการสร้างความโปร่งใส", *["-"] * years, "1-4", group, aim, "4"],
        [None, 3, Kind.ACTIVITY.label, "กิจกรรมประชาคมปีแรก", 0, *[None] * (years - 1), "3", "ประชาชน", aim, ""],
    ]


def _as_text(page: Worksheet, period: Period) -> None:
    for place, head in enumerate(heads(period), start=1):
        if head in AS_TEXT:
            page.column_dimensions[get_column_letter(place)].number_format = "@"
            for row in range(HEAD_ROW + 1, page.max_row + 1):
                page.cell(row, place).number_format = "@"


def _pick_lists(book: Workbook, page: Worksheet, period: Period) -> None:
    """From a sheet of their own: LibreOffice cuts those that stand in the rule itself at 255 letters."""
    picked = book.create_sheet(PICKED)
    picked.sheet_state = "hidden"
    columns = heads(period)
    lists: Mapping[str, Sequence[Any]] = {
        DIMENSION: list(period.dimensions),
        KIND: [kind.label for kind in Kind],
        QUARTERS: ["1, 2, 3, 4", *"1234", "1, 2", "3, 4"],
    }
    for place, (head, values) in enumerate(lists.items(), start=1):
        for number, value in enumerate((head, *values), start=1):
            picked.cell(number, place, value)
        letter = get_column_letter(place)
        rule = DataValidation("list", formula1=f"'{PICKED}'!${letter}$2:${letter}${len(values) + 1}", allow_blank=True)
        rule.showErrorMessage = head != QUARTERS  # any other choice of quarters may be typed
        column = get_column_letter(columns.index(head) + 1)
        rule.add(f"{column}{HEAD_ROW + 1}:{column}{HEAD_ROW + FILLED_ROWS}")
        page.add_data_validation(rule)


def _rules(page: Worksheet, period: Period, gates: Sequence[YearGate]) -> None:
    dimensions = [f"มิติที่ {number} {name}" for number, name in period.dimensions.items()]
    years = [f"ปี {gate.year}: {'บันทึกได้' if gate.open else 'ยังบันทึกไม่ได้ เพราะ' + gate.why}" for gate in gates]
    told = [
        f"{ID}: เว้นว่างสำหรับรายการใหม่ ห้ามแก้เลขของรายการเดิม เพราะใช้บอกว่าแก้รายการใด",
        "ช่องงบประมาณว่าง = ไม่ดำเนินการในปีนั้น, 0 = มีงบประมาณ 0 บาท, - หรือ ไม่ใช้งบประมาณ = ดำเนินการโดยไม่ใช้งบประมาณ",
        "จำนวนเงินพิมพ์เป็นตัวเลข มีทศนิยมไม่เกิน 2 ตำแหน่ง เลขไทยก็ได้",
        f"{QUARTERS}: 1, 2, 3, 4 หรือ 1-4 ไตรมาสที่ 1 คือตุลาคมถึงธันวาคม",
        "รายการที่ชื่อตรงกับในระบบ และไม่มีรหัส จะแก้รายการเดิม ไม่บันทึกซ้ำ",
        "ลบแถวในไฟล์ไม่ได้ลบรายการในระบบ",
        *dimensions,
        *years,
    ]
    page.column_dimensions["A"].width = 120
    for number, line in enumerate(told, start=1):
        _put(page, number, 1, line)


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
            page.column_dimensions[get_column_letter(place + 1)].width = WIDTHS[KIND]
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
