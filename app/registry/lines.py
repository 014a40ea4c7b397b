"""An import file's cells on their way to rows: headings found, nothing invisible left. No database here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.models.enums import OrganisationType
from app.words import arabic_digits, clean_line

LIST_COLUMNS = ("code", "name", "type", "province_code", "district_code")
OLD_CODE = "old_code"
UPGRADE_COLUMNS = (OLD_CODE, "new_code", "new_type", "new_name")
THAI_HEADS = {
    "รหัส": "code",
    "รหัส อปท.": "code",
    "รหัสผู้ใช้งาน": "code",
    "ชื่อ": "name",
    "ชื่อ อปท.": "name",
    "ประเภท": "type",
    "รหัสจังหวัด": "province_code",
    "รหัสอำเภอ": "district_code",
    "รหัสเดิม": OLD_CODE,
    "รหัสใหม่": "new_code",
    "ประเภทใหม่": "new_type",
    "ชื่อใหม่": "new_name",
}
TYPE_WORDS = {each.value: each.label for each in OrganisationType}  # as our own open data calls them
HEADING_WITHIN = 20  # rows: titles may stand above it

Lines = list[list[str]]


@dataclass(frozen=True)
class Problem:
    """What is wrong where. `row` is as a spreadsheet counts, the header being 1; 0 is the file as a whole."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        place = [f"แถวที่ {self.row}"] * bool(self.row) + [f"คอลัมน์ {self.column}"] * bool(self.column)
        return f"{' '.join(place)}: {self.text}" if place else self.text


class BrokenFile(ValueError):
    """The file is refused whole; `problems` names everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class ImportRow:
    """A line of the file, cleaned: Thai digits of codes turned, nothing invisible."""

    number: int
    cells: Mapping[str, str]

    @property
    def tells_place(self) -> bool:
        """Whether the file has provinces and districts; a list of upgrades has none."""
        return "district_code" in self.cells

    def column(self, name: str) -> str:
        """The heading this file has over `name`: a list of upgrades says new_code for code."""
        return name if name in self.cells else f"new_{name}"

    def __getitem__(self, name: str) -> str:
        return self.cells[self.column(name)]

    @property
    def old_code(self) -> str:
        return self.cells.get(OLD_CODE, "")

    def problem(self, name: str, text: str) -> Problem:
        return Problem(self.number, self.column(name), text)


def read(lines: Lines, *, upgrades_only: bool = False) -> tuple[list[ImportRow], list[Problem]]:
    """The rows with a cell under each heading, and a problem for each row without.

    Raises BrokenFile where nothing can be read: no line at all, or headings of another table.
    """
    if not any(any(map(clean_line, line)) for line in lines):
        raise BrokenFile([Problem(0, "", "ไฟล์ว่างเปล่า")])
    head = next((place for place, line in enumerate(lines[:HEADING_WITHIN]) if _is_heading(line)), 0)
    columns = tuple(_without_empty(map(_heading, lines[head])))
    if problems := list(_header_problems(columns, upgrades_only, head + 1)):
        raise BrokenFile(problems)
    rows, problems = [], []
    for number, line in enumerate(lines[head + 1 :], start=head + 2):
        cells = _without_empty(map(clean_line, line))
        if not cells:
            continue  # spreadsheets leave empty rows behind
        if len(cells) > len(columns):
            problems.append(Problem(number, "", f"มี {len(cells)} ช่อง แต่หัวตารางมี {len(columns)} ช่อง"))
            continue
        cells += [""] * (len(columns) - len(cells))
        rows.append(ImportRow(number, dict(zip(columns, map(_cell, columns, cells), strict=True))))
    if not rows and not problems:
        raise BrokenFile([Problem(0, "", "ไฟล์มีแต่หัวตาราง ไม่มีข้อมูล")])
    return rows, problems


def _is_heading(line: list[str]) -> bool:
    return sum(_heading(cell) in {*LIST_COLUMNS, *UPGRADE_COLUMNS} for cell in line) > 1


def _heading(cell: str) -> str:
    """The name of the column, which a file may say in Thai too."""
    text = clean_line(cell).lower()
    return THAI_HEADS.get(text, text)


def _without_empty(cells: Iterable[str]) -> list[str]:
    """Without the empty cells at the end, which spreadsheets leave behind."""
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _cell(column: str, text: str) -> str:
    if column.endswith("type"):
        return TYPE_WORDS.get(text.lower(), text)
    return arabic_digits(text) if column.endswith("code") else text


def _header_problems(columns: tuple[str, ...], upgrades_only: bool, row: int) -> Iterator[Problem]:
    upgrades = upgrades_only or not set(columns).isdisjoint(set(UPGRADE_COLUMNS) - {OLD_CODE})
    needed = UPGRADE_COLUMNS if upgrades else LIST_COLUMNS
    for name in needed:
        if columns.count(name) != 1:
            yield Problem(row, name, "มีคอลัมน์นี้ซ้ำกัน" if name in columns else "ไม่มีคอลัมน์นี้")
    for name in dict.fromkeys(columns):
        if name not in (*needed, OLD_CODE):
            yield Problem(row, name, "ไม่รู้จักคอลัมน์นี้" if name else "มีคอลัมน์ที่ไม่มีหัวตาราง")
        elif name not in needed and columns.count(name) > 1:
            yield Problem(row, name, "มีคอลัมน์นี้ซ้ำกัน")
