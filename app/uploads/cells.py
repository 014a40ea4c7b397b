"""A table as it stands in a file somebody sent: where its cells are, what is in them, and how to speak of both."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from app.amounts import NotAnAmount, Wanted, read_number_cell
from app.words import arabic_digits, clean_line

APOSTROPHES = str.maketrans("", "", "'’‘`")  # in front of digits: how Excel is told that they are text
QUOTED = 40  # characters of a cell that a sentence repeats


class Marked(NamedTuple):
    """A cell that is more than its value: a percent, a date, an error, too long a text, one amount for several."""

    kind: str
    value: str | float | None

    def __str__(self) -> str:
        if self.kind == "percent" and isinstance(self.value, int | float):
            return f"{self.value * 100:.10g}%"
        return str(self.value)


Value = str | int | float | bool | Marked | None


class TableLine(NamedTuple):
    """One row of the file, numbered as there, with a value under each head that was asked for."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True)
class CellProblem:
    """What is wrong in one cell: its row, its head and its column's letter."""

    row: int
    column: str
    text: str
    letter: str = ""

    def __str__(self) -> str:
        place = f"แถวที่ {self.row} คอลัมน์ {self.column}"
        return f"{place} (ช่อง {self.letter}{self.row}): {self.text}" if self.letter else f"{place}: {self.text}"


@dataclass
class Problems:
    """Everything that is wrong with a file: the first of it in words, all of it as a number."""

    most: int = 50
    first: list[CellProblem] = field(default_factory=list)
    total: int = 0

    def add(self, problem: CellProblem) -> None:
        self.total += 1
        if len(self.first) < self.most:
            self.first.append(problem)

    def __bool__(self) -> bool:
        return self.total > 0


@dataclass(frozen=True)
class Sheet:
    """The part of a file below its heading: `letters` of the columns under `heads`, "" for one that is not there.

    `beside`: head and letter of every other column that holds something and has a head.
    """

    name: str
    heads: tuple[str, ...]
    letters: tuple[str, ...]
    head_row: int
    lines: list[TableLine]
    merged: tuple[tuple[int, int, str], ...] = ()  # row, place among the heads, the range in letters
    hidden: int = 0
    blind: bool = False
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def codes(self) -> list[str]:
        """What stands in the first column, each code once."""
        return sorted({digits_of(line.values[0]) for line in self.lines})

    def problem(self, row: int, place: int, text: str) -> CellProblem:
        return CellProblem(row, self.heads[place], text, self.letters[place])

    @property
    def problems(self) -> Iterator[CellProblem]:
        """What is wrong whatever the table is about."""
        for row, place, cells in self.merged:
            yield self.problem(row, place, f"ผสานเซลล์ {cells} ไว้ เลิกผสานเซลล์ แล้วกรอกให้ครบทุกช่อง")
        if not self.lines:
            yield self.problem(self.head_row + 1, 0, "ไฟล์ไม่มีข้อมูลใต้หัวตาราง")

    @property
    def notes(self) -> list[str]:
        """What the person should know of how the file was read."""
        notes = [f"อ่านจากแผ่นงาน “{self.name}”"] if self.name else []
        if self.hidden:
            notes.append(f"มีแถวที่ซ่อนหรือกรองไว้ {self.hidden:,} แถว อ่านด้วย")
        if self.blind:
            notes.append("ไฟล์ชนิดนี้ไม่บอกว่าช่องใดเป็น % หรือเป็นสูตรที่ผิดพลาด ตรวจตัวเลขก่อนยืนยัน หรือบันทึกเป็น .xlsx แล้วส่งใหม่")
        return notes


def text_of(value: Value) -> str:
    """A cell as the person sees it, on one line: 2561.0 is 2561."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean_line(str(value))


def digits_of(value: Value) -> str:
    """A code or a year: Thai digits turned, without spaces, and without the apostrophe that marks text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return value  # as nearly all are
    return arabic_digits(text_of(value)).translate(APOSTROPHES).replace(" ", "")


def quoted(value: Value) -> str:
    """What stands in the cell, for a sentence; cells that show something else say what they are."""
    text = text_of(value)
    shown = f"“{text if len(text) <= QUOTED else text[:QUOTED] + '…'}”"
    if isinstance(value, Marked):
        return f"{shown} {KINDS[value.kind]}"
    return shown if text else "ช่องว่าง"


KINDS = {
    "percent": "เป็นร้อยละ",
    "date": "เป็นวันที่หรือเวลา",
    "error": "เป็นค่าผิดพลาดของสูตร",
    "formula": "เป็นสูตรที่ยังไม่มีผล เปิดไฟล์ด้วย Excel แล้วบันทึกใหม่ หรือพิมพ์ค่าแทนสูตร",
    "long": "ยาวเกินไป",
    "merged": "ผสานหลายปีหรือหลายรายการไว้ เลิกผสานเซลล์ แล้วใส่จำนวนเงินของแต่ละช่อง",
}


def amount_in(value: Value, wanted: Wanted) -> Decimal | None:
    """The amount in a cell, None for a blank one. Raises NotAnAmount."""
    if not isinstance(value, Marked):
        return read_number_cell(value, wanted)
    if value.kind == "percent":
        return read_number_cell(value.value, wanted, percent=True)
    raise NotAnAmount(f"{quoted(value)} พิมพ์ตัวเลข {wanted.example}")


def column_letters(place: int) -> str:
    """A, B … Z, AA … of a column counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
