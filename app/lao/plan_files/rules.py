"""What a plan can say, and how its words are read: numbers, kinds, amounts, places. Facts in, answer out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from app.amounts import NotAnAmount, read_amount, read_number_cell
from app.models.enums import Kind
from app.spreadsheets.excel import CHOICES, EXPLANATIONS
from app.uploads.cells import Marked, column_letters, quoted
from app.uploads.reader import Grid
from app.words import arabic_digits, clean_line

MAX_TEXT = 4000
EXAMPLES = "ตัวอย่าง"
OURS = {EXAMPLES, EXPLANATIONS, CHOICES}  # sheets of our template that hold no plan
DIMENSION = re.compile(r"^มิติ(?:ที่)?\s*([0-9])(?![0-9.])[.:]?\s*(.*)")
DIMENSION_WITHIN = re.compile(r"มิติ(?:ที่)?\s*([0-9])(?!\s*(?:[-–—,0-9.]|ถึง|และ))")
DIMENSION_CELL = re.compile(r"^(?:มิติ(?:ที่)?)?\s*([0-9])(?:\.0|[.:]?\s*[^0-9.,]*)$")
MISSION = re.compile(r"^([0-9])\.[0-9]+(?:\.[0-9]+)?\.?(?![0-9.])\s*\D")
MISSION_NUMBER = re.compile(r"^[0-9]+(?:\.[0-9]+)+\.?")
NUMBER = re.compile(r"^\s*(?:\(?[0-9]{1,3}\)|[0-9]{1,3}\.(?![0-9])|[0-9]+(?:\.[0-9]+){1,4}\.?(?=\s|[ก-๙]))\s*")
# รวมใจต้านโกง is a project: behind the word stands nothing, a number, or what is added up.
TOTAL = re.compile(
    r"^(?:ยอด)?รวม(?:ยอด|เป็น)?(?=$|[\s0-9(:.]|ทั้ง|ทุก|มิติ|งบ|จำนวน|เงิน|โครงการ|กิจกรรม|มาตรการ|ปี|สุทธิ|ภารกิจ|ด้าน|ข้อ|หน้า|แผน)"
)
SIGNED = re.compile(r"^\(?\s*(?:ลงชื่อ|ลงนาม)")
LARGE_UNIT = re.compile(r"(?:หน่วย\s*(?:นับ)?\s*[:=]?\s*|\(\s*(?:หน่วย\s*[:=]?\s*)?)((?:พัน|หมื่น|แสน|ล้าน)บาท)")
COLUMN_NUMBER = re.compile(r"\(?([0-9]{1,2})\)?")
FOOTNOTE = re.compile(r"^(?:[*†#]|หมายเหตุ|เชิงอรรถ|ที่มา\s*:)")
WHOLE_TOTAL = re.compile("ทั้งสิ้น|ทั้งหมด|ทุกมิติ")
LINE_END = re.compile("\r\n|[\r\x0b\n]")
CODE = re.compile(r"รหัส\s*อปท\.?\s*:?\s*([0-9]{7})")
EVERY_QUARTER = {"ทุกไตรมาส", "ตลอดปี", "ตลอดทั้งปี", "ตลอดปีงบประมาณ"}
# The longest first: แนวปฏิบัติงาน begins as แนวปฏิบัติ does.
KIND_WORDS = (*((kind.label, kind) for kind in Kind), ("แนวปฏิบัติ", Kind.GUIDELINE), ("แนวทาง", Kind.GUIDELINE))
KINDS = tuple(sorted(KIND_WORDS, key=lambda each: -len(each[0])))


class Spot(NamedTuple):
    """A cell of the file: the sheet or table, the row as counted there, and the column."""

    grid: int
    row: int
    column: int | None = None

    def told(self, grids: Sequence[Grid]) -> str:
        grid = grids[self.grid]
        if grid.kind == "docx":
            where = f" ช่องที่ {self.column + 1}" if self.column is not None else ""
            return f"{grid.name} แถวที่ {self.row}{where}"
        sheet = f"แผ่นงาน “{grid.name}” " if grid.name and len(grids) > 1 else ""
        cell = f" (ช่อง {column_letters(self.column)}{self.row})" if self.column is not None else ""
        return f"{sheet}แถวที่ {self.row}{cell}"


def row_seen_from(place: Spot, here: Spot) -> str:
    """Another row, for a sentence that stands at `here`: its sheet or table too, where that is another."""
    row = f"แถวที่ {place.row}"
    return row if place.grid == here.grid else f"{row} ของแผ่นงานหรือตารางที่ {place.grid + 1}"


class PlanProblem(NamedTuple):
    """What is wrong, or odd, at a place of the file."""

    place: Spot
    text: str


@dataclass
class ReadLine:
    """One project of the file. `said`: what it says, by the name of the fact; what is missing there it does not say.

    `stood`: its name, and the heading above it, as they stand in the file.
    """

    place: Spot
    name: str
    stood: str
    mission: str = ""
    project_id: int | None = None
    said: dict[str, Any] = field(default_factory=dict)
    budgets: dict[int, Decimal | None] = field(default_factory=dict)
    year_columns: dict[int, int] = field(default_factory=dict)
    problems: list[PlanProblem] = field(default_factory=list)

    def wrong(self, text: str, column: int | None = None) -> None:
        self.problems.append(PlanProblem(self.place._replace(column=column), text))

    def column_of(self, year: int) -> Spot:
        return self.place._replace(column=self.year_columns.get(year))


@dataclass
class Understood:
    """What was read out of a file. `heads`: every head with what it was taken for, "" where nobody knows."""

    lines: list[ReadLine] = field(default_factory=list)
    skipped: list[PlanProblem] = field(default_factory=list)
    warnings: list[PlanProblem] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    code: str = ""  # of the LAO whose template it is
    found: bool = False  # a heading


def code_in(grid: Grid) -> str:
    """The LAO whose template it is; "" of any other file."""
    for row in grid.rows[:8]:
        for cell in row.cells:
            if isinstance(cell, str) and (match := CODE.search(arabic_digits(cell))):
                return match[1]
    return ""


def notes_on(grids: Sequence[Grid]) -> Iterator[str]:
    """What a clerk should know of how the file was read."""
    if any(grid.name == EXAMPLES for grid in grids):
        yield f"ไม่อ่านแผ่นงาน “{EXAMPLES}” กรอกรายการในแผ่นงานแรก"
    if any(grid.blind for grid in grids):
        yield "ไฟล์ชนิดนี้ไม่บอกว่าช่องใดเป็น % หรือเป็นสูตรที่ผิดพลาด ตรวจตัวเลขก่อนยืนยัน หรือบันทึกเป็น .xlsx แล้วส่งใหม่"
    if hidden := sum(row.hidden for grid in grids for row in grid.rows):
        yield f"มีแถวที่ซ่อนหรือกรองไว้ {hidden:,} แถว อ่านด้วย"


@lru_cache(maxsize=4096)
def amount_in(text: str) -> tuple[Decimal | None, str]:
    try:
        return read_amount(text), ""
    except NotAnAmount as error:
        return None, str(error)


def of_cell(cell: Any) -> Decimal | None:
    if isinstance(cell, Marked):
        if cell.kind == "merged":
            raise NotAnAmount(quoted(cell))
        percent, formula = cell.kind == "percent", cell.kind == "formula"
        value = cell.value if percent or cell.kind == "long" else quoted(cell)
        return read_number_cell(value, percent=percent, uncalculated=formula)
    return read_number_cell(cell)


def kept_lines(cell: str) -> list[str]:
    """The lines of a cell, the empty ones too: they say which project of several has no amount."""
    return [clean_line(line) for line in LINE_END.split(cell)]


def parts(text: str) -> list[tuple[int, str]]:
    """The projects of one cell, each with the line it begins in: as many as there are numbered lines, else one."""
    lines = text.split("\n")
    starts = [place for place, line in enumerate(lines) if NUMBER.match(arabic_digits(line))]
    if len(starts) < 2:
        return [(0, clean_line(text))]
    starts[0] = 0
    ends = [*starts[1:], len(lines)]
    return [(start, clean_line(" ".join(lines[start:end]))) for start, end in zip(starts, ends, strict=True)]


def without_number(text: str) -> str:
    match = NUMBER.match(arabic_digits(text))
    return text[match.end() :].strip() if match else text.strip()


def kind_of(text: str) -> Kind | None:
    return next((kind for words, kind in KINDS if text.startswith(words)), None)


def without_spaces(text: str) -> str:
    return clean_line(text).replace(" ", "")


def dimension_named(text: str, dimensions: Mapping[int, str]) -> int | None:
    """The dimension whose whole name `text` is, or begins with; its number is often left out."""
    words = without_spaces(without_number(text)).removeprefix("ด้าน")
    names = ((number, without_spaces(name)) for number, name in dimensions.items() if name)
    return next((number for number, name in names if words.startswith(name)), None)


def dimension_in_title(text: str) -> int | None:
    """The one dimension a title speaks of, wherever in it."""
    found = {int(match) for match in DIMENSION_WITHIN.findall(arabic_digits(clean_line(text)))}
    return found.pop() if len(found) == 1 else None


def first_digit(mission: str) -> int | None:
    match = MISSION.match(arabic_digits(mission))
    return int(match[1]) if match else None


def mission_number(text: str) -> str:
    """1.2 of `1.2 สร้างจิตสำนึก`."""
    match = MISSION_NUMBER.match(arabic_digits(clean_line(text)))
    return match[0].rstrip(".") if match else ""


def numbers_in(text: str, known: Sequence[int]) -> tuple[int, ...] | None:
    """1, 3 or 1-4 as numbers in order; None for anything else."""
    plain = re.sub(r"(?<=[0-9])\s*(?:[-–—]|ถึง)\s*(?:ไตรมาส(?:ที่)?\s*)?(?=[0-9])", "-", arabic_digits(text))
    words = re.sub(r"ไตรมาส(ที่)?|มิติ(ที่)?|และ|[,;/]|\s", " ", plain).split()
    found: set[int] = set()
    for word in words:
        match = re.fullmatch(r"([0-9])(?:[-–—]([0-9]))?", word)
        if not match:
            return None
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(found)) if found and found <= set(known) else None
