"""What may be entered as a score, by whom and until when; totals; what a file says. Scores have two decimals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from app.amounts import NotAnAmount, Wanted, read_number_cell
from app.models.enums import Role, Which
from app.plan_years.rules import CellProblem
from app.words import arabic_digits, clean_line


class Deed(StrEnum):
    """What is done to the scores of a plan year as a whole."""

    CLOSE = "close"
    OPEN = "open"
    PUBLISH = "publish"

    @property
    def label(self) -> str:
        return {"close": "ปิดรับคะแนน SAR", "open": "เปิดรับคะแนน SAR", "publish": "เผยแพร่คะแนน"}[self.value]


class Cell(NamedTuple):
    """One cell of the grid; also the name of its field, in forms and in the history: sar_1."""

    which: Which
    dimension: int

    @property
    def name(self) -> str:
        return f"{self.which.value}_{self.dimension}"

    @property
    def label(self) -> str:
        return f"{self.which.label} มิติที่ {self.dimension}"


class Entry(NamedTuple):
    """What somebody typed into a cell, and what stood there when they began."""

    value: Decimal | None
    seen: Decimal | None


Values = Mapping[Cell, Decimal | None]


@dataclass(frozen=True)
class Scores:
    """The scores of one LAO in one fiscal year; what is missing in `values` was never entered."""

    values: Values = field(default_factory=dict)
    sar_closed_at: datetime | None = None
    published_at: datetime | None = None

    def value(self, cell: Cell) -> Decimal | None:
        return self.values.get(cell)

    def evaluation(self, dimension: int) -> Decimal | None:
        return self.value(Cell(Which.EVALUATION, dimension))

    def total(self, which: Which) -> Decimal | None:
        """The sum of what was entered; None where nothing was: no score is not zero. A template may say "sar"."""
        return total(value for cell, value in self.values.items() if cell.which == which)

    @property
    def sar_open(self) -> bool:
        """Whether the LAO itself may still enter its SAR."""
        return self.sar_closed_at is None and self.published_at is None

    @property
    def evaluated(self) -> int:
        """In how many dimensions NACC gave a score."""
        return sum(cell.which is Which.EVALUATION and value is not None for cell, value in self.values.items())


NO_SCORES = Scores()


def as_the_lao_sees(kept: Scores) -> Scores:
    """Without NACC's scores until they are published."""
    if kept.published_at is not None:
        return kept
    own = {cell: value for cell, value in kept.values.items() if cell.which is Which.SAR}
    return replace(kept, values=own)


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    given = [value for value in values if value is not None]
    return sum(given, Decimal("0.00")) if given else None


def cells(dimensions: Iterable[int]) -> list[Cell]:
    """Every cell of one LAO, in the order they are shown."""
    numbers = list(dimensions)
    return [Cell(which, dimension) for which in Which for dimension in numbers]


def refusal(role: Role, which: Iterable[Which], kept: Scores, reason: str) -> str:
    """The Thai sentence why those scores cannot be changed; empty where they can."""
    if role is Role.LAO:
        return _lao_refusal(set(which), kept)
    if kept.published_at is not None and not reason.strip():
        return "เผยแพร่คะแนนแล้ว ระบุเหตุผลที่แก้ไข"
    return ""


def _lao_refusal(which: set[Which], kept: Scores) -> str:
    if which - {Which.SAR}:
        return "ผลประเมินเป็นคะแนนของ ป.ป.ช. แก้ไขจากหน้านี้ไม่ได้"
    if kept.published_at is not None:
        return "ป.ป.ช. เผยแพร่ผลประเมินปีนี้แล้ว แก้ไขคะแนน SAR ไม่ได้ หากต้องแก้ไข ให้ติดต่อ ป.ป.ช."
    if kept.sar_closed_at is not None:
        return "ป.ป.ช. ปิดรับคะแนน SAR ปีนี้แล้ว หากต้องแก้ไข ให้ติดต่อ ป.ป.ช."
    return ""


def problem_with(value: Decimal | None, maximum: Decimal | None) -> str:
    """The Thai sentence why `value` is no score; empty where it is one. `maximum` None: there is no such dimension."""
    if maximum is None:
        return "ไม่มีมิตินี้ในแผนของปีนี้"
    if value is None:
        return ""
    if not 0 <= value <= maximum:
        return f"คะแนนต้องอยู่ระหว่าง 0 ถึง {maximum:,.2f}"
    return "" if value == round(value, 2) else "คะแนนมีทศนิยมได้ไม่เกิน 2 ตำแหน่ง"


def stale_cells(entries: Mapping[Cell, Entry], kept: Scores) -> list[Cell]:
    """Cells somebody else changed meanwhile to something this person neither saw nor typed."""
    return [cell for cell, entry in entries.items() if kept.value(cell) not in (entry.seen, entry.value)]


def changes(wanted: Values, kept: Scores) -> dict[Cell, Decimal | None]:
    """What is really different."""
    return {cell: value for cell, value in wanted.items() if kept.value(cell) != value}


def applies(deed: Deed, kept: Scores) -> bool:
    """Whether the deed would change anything: nothing without a score of NACC's is published."""
    if deed is Deed.PUBLISH:
        return kept.published_at is None and kept.evaluated > 0
    return (kept.sar_closed_at is None) is (deed is Deed.CLOSE)


CODE, YEAR = "รหัส", "ปีงบประมาณ"


@dataclass(frozen=True)
class FileLine:
    """One row of a score file; an empty cell is not in `values`, and changes nothing."""

    row: int
    code: str
    year: int
    values: Mapping[Cell, Decimal]

    @property
    def plain(self) -> list[Any]:
        """The line as JSON can hold it, for `of`."""
        scores = [[cell.which.value, cell.dimension, str(value)] for cell, value in self.values.items()]
        return [self.row, self.code, self.year, scores]

    @classmethod
    def of(cls, plain: Sequence[Any]) -> "FileLine":
        row, code, year, scores = plain
        return cls(row, code, year, {Cell(Which(which), place): Decimal(value) for which, place, value in scores})


def values_by_year(lines: Iterable[FileLine], ids: Mapping[str, int]) -> dict[int, dict[int, Values]]:
    """Scores by fiscal year and organisation id; a code that is not in `ids` is left out."""
    found: dict[int, dict[int, Values]] = {}
    for line in lines:
        if line.code in ids:
            found.setdefault(line.year, {})[ids[line.code]] = line.values
    return found


def heading(maxima: Mapping[int, Decimal]) -> list[str]:
    """The first columns of a score file, in order."""
    short = {Which.SAR: "SAR", Which.EVALUATION: "ผลประเมิน"}
    return [CODE, YEAR, *(f"{short[cell.which]} มิติ {cell.dimension}" for cell in cells(maxima))]


def read_file(
    rows: Sequence[Sequence[str]], maxima: Mapping[int, Decimal], years: range
) -> tuple[list[FileLine], list[CellProblem]]:
    """Each filled row, and every problem with its cell; `years` and `maxima` are those of one plan period."""
    columns = heading(maxima)
    if not rows or [clean_line(cell) for cell in rows[0][: len(columns)]] != columns:
        return [], [CellProblem(1, "A…", f"หัวตารางต้องเป็น {', '.join(columns)} ตามลำดับ")]
    lines: list[FileLine] = []
    problems: list[CellProblem] = []
    seen: dict[tuple[str, int], int] = {}
    for number, row in enumerate(rows[1:], start=2):
        typed = [*row[: len(columns)], *[""] * (len(columns) - len(row))]
        if not any(typed):
            continue
        line, wrong = _read_line(number, dict(zip(columns, typed, strict=True)), maxima, years)
        if seen.setdefault((line.code, line.year), number) != number and not wrong:
            wrong = [CellProblem(number, CODE, f"{line.code} ปี {line.year} ซ้ำกับแถวที่ {seen[line.code, line.year]}")]
        lines.append(line)
        problems += wrong
    return lines, problems or ([] if lines else [CellProblem(2, CODE, "ไฟล์ไม่มีข้อมูล")])


def _read_line(
    number: int, typed: Mapping[str, str], maxima: Mapping[int, Decimal], years: range
) -> tuple[FileLine, list[CellProblem]]:
    code, year = arabic_digits(typed[CODE]), arabic_digits(typed[YEAR])
    problems = []
    if len(code) != 7 or not code.isdecimal():
        problems.append(CellProblem(number, CODE, f"“{typed[CODE]}” ไม่ใช่รหัส 7 หลัก"))
    if year not in map(str, years):
        problems.append(CellProblem(number, YEAR, f"“{typed[YEAR]}” ไม่ใช่ปีงบประมาณของแผนนี้ ({years[0]}–{years[-1]})"))
    values: dict[Cell, Decimal] = {}
    for cell, column in zip(cells(maxima), heading(maxima)[2:], strict=True):
        value, problem = _read_score(typed[column], maxima[cell.dimension])
        if problem:
            problems.append(CellProblem(number, column, problem))
        elif value is not None:
            values[cell] = value
    return FileLine(number, code, 0 if problems else int(year), values), problems


def _read_score(typed: str, maximum: Decimal) -> tuple[Decimal | None, str]:
    """(score, "") or (None, what is wrong); (None, "") for an empty cell."""
    try:
        value = read_number_cell(typed, Wanted("คะแนน", unit="คะแนน", example=f"0 ถึง {maximum:,.2f}"))
    except NotAnAmount as refusal:
        return None, str(refusal)
    problem = problem_with(value, maximum)
    return (None, problem) if problem else (value, "")


def unknown_codes(lines: Iterable[FileLine], known: Mapping[str, int]) -> list[CellProblem]:
    """A problem for each code that is no LAO of the officer's provinces."""
    return [
        CellProblem(line.row, CODE, f"ไม่พบรหัส {line.code} ในจังหวัดที่ท่านดูแล") for line in lines if line.code not in known
    ]
