"""Reading what a plan-year file says. Rows in, changes or problems out; a broken file is refused whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.listing import in_words, query_of, searched
from app.models.enums import PlanStatus
from app.words import arabic_digits

COLUMNS = ("รหัส", "ปีงบประมาณ", "ผลแผน")
STATUS_BY_WORD = {status.label: status for status in PlanStatus} | {
    "ผ่าน": PlanStatus.PASSED,
    "ไม่ผ่าน": PlanStatus.FAILED,
    "ไม่ส่ง": PlanStatus.NOT_SENT,
}


@dataclass(frozen=True)
class CellProblem:
    """What is wrong in one cell. `row` as the spreadsheet counts: the heading is row 1."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"แถวที่ {self.row} คอลัมน์ {self.column}: {self.text}"


@dataclass(frozen=True)
class PlanLine:
    code: str
    year: int
    status: PlanStatus


def read_lines(
    rows: Sequence[Sequence[str]], years: Collection[int]
) -> tuple[list[tuple[int, PlanLine]], list[CellProblem]]:
    """(row number, line) of each filled row, and every problem; `years` are those of the plan periods."""
    if not rows or [cell.strip() for cell in rows[0][: len(COLUMNS)]] != list(COLUMNS):
        return [], [CellProblem(1, "A–C", f"หัวตารางต้องเป็น {', '.join(COLUMNS)} ตามลำดับ")]
    lines: list[tuple[int, PlanLine]] = []
    problems: list[CellProblem] = []
    seen: dict[tuple[str, int], int] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [*row[: len(COLUMNS)], "", "", ""][: len(COLUMNS)]
        if not any(cells):
            continue
        line, wrong = _read_line(number, cells, years)
        problems += wrong
        if line is None:
            continue
        first = seen.setdefault((line.code, line.year), number)
        if first != number:
            problems.append(CellProblem(number, COLUMNS[0], f"{line.code} ปี {line.year} ซ้ำกับแถวที่ {first}"))
        lines.append((number, line))
    if not lines and not problems:
        problems.append(CellProblem(2, COLUMNS[0], "ไฟล์ไม่มีข้อมูล"))
    return lines, problems


def _read_line(number: int, cells: Sequence[str], years: Collection[int]) -> tuple[PlanLine | None, list[CellProblem]]:
    code, year, word = arabic_digits(cells[0]), arabic_digits(cells[1]), cells[2].strip()
    problems = []
    if len(code) != 7 or not code.isdecimal():
        problems.append(CellProblem(number, COLUMNS[0], f"“{cells[0]}” ไม่ใช่รหัส 7 หลัก"))
    known_years = f"{min(years)}–{max(years)}"
    if not year.isdecimal() or int(year) not in years:
        problems.append(CellProblem(number, COLUMNS[1], f"“{cells[1]}” ไม่ใช่ปีงบประมาณของแผน ({known_years})"))
    if word not in STATUS_BY_WORD:
        known = ", ".join(status.label for status in PlanStatus)
        problems.append(CellProblem(number, COLUMNS[2], f"“{word}” ไม่ใช่ผลแผน ใช้ {known}"))
    if problems:
        return None, problems
    return PlanLine(code, int(year), STATUS_BY_WORD[word]), []


def unknown_codes(lines: Sequence[tuple[int, PlanLine]], known: Mapping[str, int]) -> list[CellProblem]:
    """A problem for each code that is no LAO of the officer's provinces."""
    return [
        CellProblem(number, COLUMNS[0], f"ไม่พบรหัส {line.code} ในจังหวัดที่ท่านดูแล")
        for number, line in lines
        if line.code not in known
    ]


@dataclass(frozen=True)
class PlanFilter:
    """Which LAOs the desk shows for `year`; empty does not narrow."""

    year: int
    province: str = ""
    district: str = ""
    status: str = ""
    q: str = ""
    page: int = 1

    def query(self, **changes: Any) -> str:
        return query_of({**self.__dict__, **changes})

    def in_words(self, place: str) -> str:
        """`place`: what province and district are called."""
        status = f"ผลแผน “{PlanStatus(self.status).label}”" if self.status else ""
        return in_words(f"ปีงบประมาณ {self.year}", place, status, searched(self.q))
