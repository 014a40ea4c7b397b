"""A plan read row by row: dimension, mission, projects with their budgets, totals. Pure.

Nothing is guessed in silence: what was not taken for a project stands among `skipped`, with the reason, and what a
project does not say is left open, to be asked for once.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.amounts import NotAnAmount, plain, read_number_cell
from app.lao.plan_files.budgets import put_budget
from app.lao.plan_files.columns import (
    NO_SUB_HEADINGS,
    ColumnRole,
    Heading,
    Kept,
    find_heading,
    first_filled,
    same_heading,
)
from app.lao.plan_files.headings import NONE, SubHeadings, put_sub_headings
from app.lao.plan_files.merges import without_merges
from app.lao.plan_files.pages import goes_on
from app.lao.plan_files.rules import (
    DIMENSION_CELL,
    EVERY_QUARTER,
    FOOTNOTE,
    MAX_TEXT,
    NUMBER,
    OURS,
    SIGNED,
    TOTAL,
    WHOLE_TOTAL,
    PlanProblem,
    ReadLine,
    Spot,
    Understood,
    code_in,
    dimension_named,
    kind_of,
    mission_number,
    notes_on,
    numbers_in,
    parts,
    without_number,
    without_spaces,
)
from app.lao.plan_files.titles import Titles, explains_columns, large_unit, says_dimension
from app.lao.projects.rules import MAX_NAME
from app.models.enums import Kind
from app.uploads.cells import Marked, Value, digits_of, quoted, text_of
from app.uploads.reader import Grid, SheetRow
from app.words import arabic_digits, clean_line, clean_text


def understand(
    grids: Sequence[Grid], dimensions: Mapping[int, str], kept: Kept, sub_headings: SubHeadings = NONE
) -> Understood:
    """Every project of a file. `kept`: what an LAO said of its columns; the rest is of the plan period."""
    found = Understood()
    reading = _Reading(found, dimensions, sub_headings)
    kept = kept if sub_headings else {**kept, **NO_SUB_HEADINGS}
    heading: Heading | None = None
    for number, grid in enumerate(grids):
        if grid.name in OURS:
            continue
        found.notes += grid.notes
        own = find_heading(grid.rows, kept)
        found.code = found.code or code_in(grid)
        if own is None:
            heading = heading if heading and goes_on(grid, heading) else None
            if heading is None:
                _without_heading(found, number, grid)
                continue
        heading = own or heading
        assert heading is not None
        found.found = True
        for column, text in heading.texts.items():
            found.heads.setdefault(text, heading.columns.get(column, ""))
        _read_grid(reading, number, grid, heading, from_row=own.last_row if own else 0)
    found.notes += notes_on(grids)
    found.warnings += put_sub_headings(found.lines, sub_headings)
    return found


def years_of(grids: Sequence[Grid], kept: Kept) -> list[int]:
    """The fiscal years that heads of the file name: they say which plan period it is of."""
    found = (find_heading(grid.rows, kept) for grid in grids if grid.name not in OURS)
    return sorted({year for heading in found if heading for year in heading.years})


def _without_heading(found: Understood, number: int, grid: Grid) -> None:
    guess = first_filled(grid.rows)
    for text in guess.texts.values() if guess else ():
        found.heads.setdefault(text, "")
    name = f"“{grid.name}” " if grid.name else ""
    found.skipped.append(PlanProblem(Spot(number, grid.rows[0].number if grid.rows else 1), f"{name}ไม่มีหัวตารางของแผน"))


def _read_grid(reading: "_Reading", number: int, grid: Grid, heading: Heading, from_row: int) -> None:
    reading.begin(number, grid, heading)
    for text in grid.above:
        reading.titles.take_above(text)
    reading.titles.take_above(grid.name)
    for row in without_merges(grid, heading, from_row):
        if row.number < (from_row and heading.row):
            for cell in row.cells:
                reading.titles.take_above(text_of(cell))
        elif row.number > from_row:
            reading.row(row)
    reading.end()


class _Reading:
    """Where in the plan the reader stands: the dimension and the mission that rows below belong to."""

    def __init__(self, found: Understood, dimensions: Mapping[int, str], sub_headings: SubHeadings) -> None:
        self.found, self.dimensions, self.titles = found, dimensions, Titles(dimensions, sub_headings)
        self.since_total: list[ReadLine] = []
        self.childless: tuple[SheetRow, str, int] | None = None  # a heading of one cell, and how many lines stood then

    def begin(self, number: int, grid: Grid, heading: Heading) -> None:
        self.number, self.grid, self.heading = number, grid, heading
        self.signed = False
        over = [text_of(cell) for row in grid.rows if row.number <= heading.last_row for cell in row.cells]
        self.unit = large_unit([*grid.above, *heading.texts.values(), *over])
        self.columns = {role: heading.column(role) for role in ColumnRole}
        self.years = heading.years
        self.name_column = self.columns[ColumnRole.NAME] or 0
        if grid.kind != "docx":
            self.titles.forget()

    def end(self) -> None:
        self._heads_nothing("")

    def row(self, row: SheetRow) -> None:
        if same_heading(row, self.heading) or explains_columns(row):
            return
        self.signed = self.signed or any(isinstance(cell, str) and SIGNED.match(cell) for cell in row.cells)
        if self.signed:
            self._skip(row, "ส่วนลงนามและข้อความใต้ลายมือชื่อ")
        else:
            self._row_of_plan(row)

    def _row_of_plan(self, row: SheetRow) -> None:
        has_amount = any(self._cell(row, column) is not None for column in self.years.values())
        if total := self._total_words(row):
            self._total(row, total)
        elif not has_amount and self._is_title(row):
            return
        elif has_amount and self._is_dimension_with_amounts(row):
            self._skip(row, "ยอดของทั้งมิติ ไม่ใช่โครงการ")
        elif not has_amount and self._is_footnote(row):
            self._skip(row, "หมายเหตุของตาราง")
        elif self._cell(row, self.name_column) is None and not has_amount:
            self._note_mission(row)
            if any(
                column != self.columns[ColumnRole.MISSION] for column, cell in enumerate(row.cells) if cell is not None
            ):
                self._skip(row, "ไม่มีชื่อโครงการ")
        else:
            self._note_mission(row)
            self._projects(row)

    def _total_words(self, row: SheetRow) -> str:
        """What a row of totals is called; "" of any other row."""
        if self._facts(row):
            return ""
        first = [cell for cell in row.cells if cell is not None][:2]
        texts = [
            cell for cell in (*first, self._cell(row, self.name_column)) if isinstance(cell, str) and "รวม" in cell
        ]
        return next((text for each in texts if TOTAL.match(arabic_digits(text := clean_line(each)))), "")

    def _facts(self, row: SheetRow) -> list[ColumnRole]:
        """What only a project says of itself."""
        facts = (ColumnRole.KIND, ColumnRole.QUARTERS, ColumnRole.TARGET, ColumnRole.OBJECTIVE)
        return [role for role in facts if self._of(row, role) is not None]

    def _is_dimension_with_amounts(self, row: SheetRow) -> bool:
        """A heading with the sum of what stands below it."""
        words = [cell for cell in row.cells if isinstance(cell, str)]
        name = self._cell(row, self.name_column)
        heads = [text for text in words if says_dimension(text)]
        if not heads or (name is not None and name not in heads) or self._facts(row):
            return False
        if name is None and self._of(row, ColumnRole.DIMENSION) is not None:
            return False  # a project whose name is missing
        return self.titles.take(heads[0])

    def _is_footnote(self, row: SheetRow) -> bool:
        texts = {text_of(cell) for cell in row.cells if cell is not None}
        return len(texts) == 1 and bool(FOOTNOTE.match(texts.pop()))

    def _is_title(self, row: SheetRow) -> bool:
        """A row that only says a dimension or a mission, wherever in it that stands."""
        words = [text for cell in row.cells if (text := text_of(cell))]
        own = self._of(row, ColumnRole.DIMENSION)
        if (own is not None and len(words) > 1) or self._facts(row) or len(words) > 2:
            return False
        name = text_of(self._cell(row, self.name_column))
        if (
            name
            and NUMBER.match(arabic_digits(name))
            and kind_of(without_number(name))
            and not self.titles.is_mission(name)
        ):
            return False
        if not any(self.titles.take(text) for text in words):
            return False
        self._heads_nothing(words[0])
        if name and self.titles.is_mission(name):
            self.childless = row, name, len(self.found.lines)
        return True

    def _heads_nothing(self, following: str) -> None:
        """Tell of a heading with nothing below: it may be a project whose amounts are missing."""
        if self.childless:
            row, text, lines = self.childless
            own, next_one = mission_number(text), mission_number(following)
            beside = next_one.count(".") == own.count(".")
            if beside if lines < len(self.found.lines) else not next_one.startswith(f"{own}."):
                self._skip(row, "อ่านเป็นหัวข้อ แต่ไม่มีโครงการใต้หัวข้อ (หากเป็นโครงการ ใส่งบประมาณหรือขีด -)")
        self.childless = None

    def _note_mission(self, row: SheetRow) -> None:
        self.titles.take_mission(clean_line(text_of(self._of(row, ColumnRole.MISSION))))

    def _below(self, row: SheetRow) -> str:
        """The heading a row stands below: what its own column says, where there is one, else the last one above."""
        own = self.columns[ColumnRole.SUB_HEADING]
        return self.titles.mission if own is None else clean_line(text_of(self._cell(row, own)))

    def _cell(self, row: SheetRow, column: int | None) -> Value:
        return None if column is None or column >= len(row.cells) else row.cells[column]

    def _of(self, row: SheetRow, role: ColumnRole) -> Value:
        return self._cell(row, self.columns[role])

    def _skip(self, row: SheetRow, why: str) -> None:
        words = " | ".join(text for cell in row.cells if (text := text_of(cell)))
        self.found.skipped.append(PlanProblem(Spot(self.number, row.number), f"{why}: {quoted(words)}"))

    def _total(self, row: SheetRow, words: str) -> None:
        """A total is no project: it is held against the sum of what was read."""
        whole = WHOLE_TOTAL.search(words)
        lines = self.found.lines if whole else self.since_total
        for year, column in sorted(self.years.items()):
            cell = self._cell(row, column)
            if cell is None or isinstance(cell, Marked):
                continue
            try:
                told = read_number_cell(cell)
            except NotAnAmount:
                continue
            found = sum((line.budgets.get(year) or Decimal(0) for line in lines), Decimal(0))
            if told is not None and told != found:
                text = f"ยอดรวมในไฟล์ {plain(told)} แต่รวมที่อ่านได้ {plain(found)}"
                self.found.warnings.append(PlanProblem(Spot(self.number, row.number, column), text))
        if not whole:
            self.since_total = []
        self._skip(row, "แถวยอดรวม ใช้ตรวจเท่านั้น")

    def _projects(self, row: SheetRow) -> None:
        cell = self._cell(row, self.name_column)
        listed = parts(clean_text(cell)) if isinstance(cell, str) else [(0, text_of(cell))]
        place = Spot(self.number, row.number)
        lines = [ReadLine(place, without_number(text), text, self._below(row)) for _line, text in listed]
        for line in lines:
            self._said_once(line, row)
        starts = [start for start, _text in listed]
        for year, column in self.years.items():
            put_budget(lines, starts, year, column, self._cell(row, column))
            if self.unit and any(line.budgets.get(year) for line in lines):
                lines[0].wrong(f"หัวตารางบอกจำนวนเป็น{self.unit} พิมพ์เป็นบาทเต็มจำนวน แล้วแก้หัวตาราง", column)
        self.found.lines += lines
        self._heads_nothing(lines[0].stood)
        self.since_total += lines

    def _said_once(self, line: ReadLine, row: SheetRow) -> None:
        """All that a row says of its projects but their budgets."""
        line.year_columns = self.years
        if not line.name:
            line.wrong("ไม่มีชื่อโครงการ", self.name_column)
        elif not any(map(str.isalpha, line.name)):
            line.wrong(f"{quoted(line.name)} ไม่ใช่ชื่อโครงการ", self.name_column)
        elif len(line.name) > MAX_NAME:
            line.wrong(f"ชื่อยาว {len(line.name):,} ตัวอักษร ย่อให้ไม่เกิน {MAX_NAME}", self.name_column)
        name = self._cell(row, self.name_column)
        if isinstance(name, Marked):
            line.wrong(quoted(name), self.name_column)
        self._id(line, row)
        self._dimension(line, row)
        self._kind(line, row)
        self._numbers(line, row, ColumnRole.QUARTERS, (1, 2, 3, 4), "ไตรมาส")
        self._numbers(line, row, ColumnRole.FURTHER, tuple(self.dimensions), "มิติ")
        for role in (ColumnRole.TARGET, ColumnRole.OBJECTIVE):
            value = self._of(row, role)
            if isinstance(value, Marked):
                line.wrong(quoted(value), self.columns[role])
            elif value is not None and (text := clean_text(text_of(value) if not isinstance(value, str) else value)):
                line.said[role.value] = text[:MAX_TEXT]

    def _id(self, line: ReadLine, row: SheetRow) -> None:
        value = self._of(row, ColumnRole.ID)
        if value is None:
            return
        digits = digits_of(value)
        if digits.isdecimal() and 0 < int(digits) < 2**31:
            line.project_id = int(digits)
        else:
            line.wrong(f"{quoted(value)} ไม่ใช่รหัสรายการ เว้นว่างไว้สำหรับรายการใหม่", self.columns[ColumnRole.ID])

    def _dimension(self, line: ReadLine, row: SheetRow) -> None:
        value = self._of(row, ColumnRole.DIMENSION)
        if value is None:
            number = self.titles.number
            column: int | None = self.name_column
            if number is None:
                line.wrong("ไม่พบว่าอยู่มิติใด ใส่คอลัมน์มิติ หรือหัวข้อ “มิติที่ …” เหนือรายการ", column)
                return
        else:
            column = self.columns[ColumnRole.DIMENSION]
            match = DIMENSION_CELL.match(arabic_digits(text_of(value)))
            number = int(match[1]) if match else dimension_named(text_of(value), self.dimensions) or 0
        if number in self.dimensions:
            line.said["dimension"] = number
        else:
            said = quoted(value) if value is not None else f"มิติที่ {number}"
            line.wrong(f"{said} ไม่ใช่มิติของแผนนี้ ({min(self.dimensions)}–{max(self.dimensions)})", column)

    def _kind(self, line: ReadLine, row: SheetRow) -> None:
        value = self._of(row, ColumnRole.KIND)
        kind = kind_of(text_of(value) if value is not None else line.name)
        if kind:
            line.said["kind"] = kind
        elif value is not None:
            kinds = ", ".join(each.label for each in Kind)
            line.wrong(f"{quoted(value)} ไม่ใช่ประเภทงาน ใช้ {kinds}", self.columns[ColumnRole.KIND])

    def _numbers(self, line: ReadLine, row: SheetRow, role: ColumnRole, known: Sequence[int], what: str) -> None:
        value = self._of(row, role)
        if value is None or text_of(value) in ("-", "–"):
            return
        every = role is ColumnRole.QUARTERS and without_spaces(text_of(value)) in EVERY_QUARTER
        numbers = tuple(known) if every else numbers_in(text_of(value), known)
        if numbers is None:
            line.wrong(f"{quoted(value)} ไม่ใช่{what} ใช้ {', '.join(map(str, known))}", self.columns[role])
        else:
            line.said[role.value] = numbers
