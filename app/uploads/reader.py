"""The one reader of files that people send: Excel old and new, OpenDocument, CSV; told apart by what is in them.

Workbooks are opened by parser.py in a process of its own, which cannot take more than its share of memory and time.
CSV is read here, a line at a time. Both give numbered rows; the heading is looked for in the first rows, under titles.
"""

import codecs
import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from threading import Timer
from typing import Any, BinaryIO, Literal, NamedTuple

from app.errors import Refusal
from app.uploads.cells import Marked, Sheet, TableLine, Value, column_letters
from app.uploads.separators import SAMPLE, separator
from app.words import arabic_digits, clean_line

MOST_ROWS = 40_000
TOO_MANY_ROWS = f"ไฟล์มีมากกว่า {MOST_ROWS:,} แถว แบ่งเป็นหลายไฟล์"
HEADING_WITHIN = 20  # rows
SECONDS = 60  # by the clock; parser.py has its own limit of the processor's
MOST_IN_A_CELL = 4000  # letters
CHUNK = 1 << 16
PARSER = Path(__file__).with_name("parser.py")
WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
OTHERS = {b"%PDF": " PDF", b"{\\rtf": " Word", b"\xff\xd8\xff": "รูปภาพ", b"\x89PNG": "รูปภาพ", b"GIF8": "รูปภาพ"}
TAKEN = "ใช้ไฟล์ Excel (.xlsx, .xlsm, .xls, .xlsb), OpenDocument (.ods) หรือ CSV"
NO_WORKBOOK = f"ไฟล์นี้ไม่ใช่ไฟล์ Excel {TAKEN}"
REFUSALS = {
    "damaged": "ไฟล์นี้ไม่ใช่ไฟล์ Excel หรือไฟล์เสีย เปิดด้วย Excel แล้วบันทึกเป็น .xlsx ใหม่",
    "large": "ไฟล์นี้ใหญ่หรือซับซ้อนเกินกว่าจะอ่านได้ คัดลอกเฉพาะตารางไปไว้ในไฟล์ใหม่ หรือแบ่งเป็นหลายไฟล์ แล้วบันทึกเป็น .xlsx",
    "password": "ไฟล์นี้มีรหัสผ่าน เปิดด้วยโปรแกรมเดิม (Excel หรือ Word) เอารหัสผ่านออก แล้วบันทึกใหม่",
    "old word": "ไฟล์นี้เป็นไฟล์ Word รุ่นเก่า (.doc) เปิดด้วย Word แล้วบันทึกเป็น .docx",
    "odt": "ไฟล์นี้เป็นเอกสาร .odt เปิดด้วย Word หรือ LibreOffice แล้วบันทึกเป็น .docx",
    "broken document": "ไฟล์ Word นี้เสีย เปิดด้วย Word แล้วบันทึกเป็น .docx ใหม่",
    "word": f"ไฟล์นี้เป็นไฟล์ Word {TAKEN}",
    "zip": f"ไฟล์นี้เป็นไฟล์ zip หรือชนิดอื่น {TAKEN}",
    "no table": "ไฟล์ Word นี้ไม่มีตาราง คัดลอกรายการไปไว้ในตาราง หรือใช้ไฟล์แบบของระบบ",
    "no sheet": "ทุกแผ่นงานในไฟล์ถูกซ่อนไว้หรือเป็นแผนภูมิ เลิกซ่อนแผ่นงานที่จะนำเข้า",
}
NOT_READ = {
    "boxes": "ในเอกสารมีกล่องข้อความ {:,} แห่ง ระบบไม่อ่านข้อความในกล่อง",
    "numbers": "ในเอกสารมีเลขข้อที่ Word ใส่ให้เอง {:,} แห่ง ระบบนับเลขเอง อาจไม่ตรงกับที่เห็น",
    "nested": "ในเอกสารมีตารางซ้อนอยู่ในตาราง {:,} ตาราง อ่านแยกเป็นตารางของตัวเอง",
}
Places = Sequence[int | None]  # columns from 0


class NotAWorkbook(Refusal):
    """The file cannot be read; the message is for the person who sent it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


class SheetRow(NamedTuple):
    number: int
    hidden: bool
    cells: Sequence[Value]


class Grid(NamedTuple):
    """A sheet as it stands, or a table of a document, with nothing said yet of what it is about.

    `above`: the paragraphs before a table. `notes`: what of the file was not read. `blind`: see Sheet.
    """

    name: str
    kind: str
    rows: Sequence[SheetRow]
    merged: Sequence[Sequence[int]] = ()  # row, column, row, column; rows from 1, columns from 0
    above: Sequence[str] = ()
    notes: Sequence[str] = ()
    blind: bool = False


class FirstSheet(NamedTuple):
    """A file's first visible sheet: what is known of it, and its filled rows, read as they are asked for."""

    facts: Mapping[str, Any]
    rows: Iterator[SheetRow]


def read_sheet(file: BinaryIO, heads: Sequence[str], *optional: str) -> Sheet:
    """The table under `heads`, which may stand in any order and under titles. Raises NotAWorkbook."""
    with opened(file) as raw:
        return sheet_under(raw, heads, optional)


def sheet_under(raw: FirstSheet, heads: Sequence[str], optional: Sequence[str]) -> Sheet:
    head, places = _heading(raw.rows, heads, optional)
    beside = _Beside(head, places)
    lines, hidden = _lines(beside.watched(raw.rows), places, len(heads))
    letters = tuple("" if place is None else column_letters(place) for place in places)
    merged = tuple(_merged(raw.facts["merged"], head.number, places[: len(heads)]))
    facts = raw.facts
    names = (*heads, *optional)
    return Sheet(facts["sheet"], names, letters, head.number, lines, merged, hidden, facts["blind"], beside.filled)


def read_grids(file: BinaryIO, most_rows: int = MOST_ROWS) -> list[Grid]:
    """Every visible sheet of a workbook, every table of a document, the table of a CSV file. Raises NotAWorkbook."""
    try:
        return _every_grid(file, most_rows)
    except NotAWorkbook as refusal:  # here documents are taken as well
        raise NotAWorkbook(refusal.message.replace(" หรือ CSV", " CSV หรือ Word (.docx)")) from refusal


def _every_grid(file: BinaryIO, most_rows: int) -> list[Grid]:
    start = file.read(CHUNK)
    file.seek(0)
    if start.startswith(WORKBOOKS):
        with _parsed(file, "--all") as lines:
            found = list(_grids(lines))
    else:
        with opened(file) as first:
            found = [Grid("", "csv", list(islice(first.rows, most_rows + 1)))]
    if sum(len(grid.rows) for grid in found) > most_rows:
        raise NotAWorkbook(f"ไฟล์มีมากกว่า {most_rows:,} แถว แบ่งเป็นหลายไฟล์")
    return found


def _grids(lines: Iterator[bytes]) -> Iterator[Grid]:
    facts: dict[str, Any] = {}
    rows: list[SheetRow] = []
    for line in lines:
        said = _said(line)
        if isinstance(said, list):
            rows.append(_sheet_row(said))
            continue
        if "refused" in said:
            raise NotAWorkbook(_refusal(*said["refused"]))
        if facts:
            yield _grid(facts, rows)
        if "end" in said:
            return
        facts, rows = said, []
    raise NotAWorkbook(REFUSALS["large"])  # the process ended before it was done


def _grid(facts: dict[str, Any], rows: list[SheetRow]) -> Grid:
    skipped = facts.get("skipped", {})
    notes = [NOT_READ[word].format(number) for word, number in skipped.items() if number]
    merged, above = facts["merged"], facts.get("above", ())
    return Grid(facts["sheet"], facts["kind"], rows, merged, above, notes, facts["blind"])


class _Beside:
    """Columns that have a head and are not asked for: which of them hold something."""

    def __init__(self, head: SheetRow, places: Places) -> None:
        texts = {column: clean_line(cell) for column, cell in enumerate(head.cells) if isinstance(cell, str)}
        self.heads = {column: text for column, text in texts.items() if text and column not in places}
        self.empty = set(self.heads)

    def watched(self, rows: Iterable[SheetRow]) -> Iterator[SheetRow]:
        for row in rows:
            if self.empty:  # most are filled in the first row, and looked at no more
                there = len(row.cells)
                self.empty -= {column for column in self.empty if column < there and row.cells[column] is not None}
            yield row

    @property
    def filled(self) -> tuple[tuple[str, str], ...]:
        return tuple((text, column_letters(column)) for column, text in self.heads.items() if column not in self.empty)


def _lines(rows: Iterator[SheetRow], places: Places, needed: int) -> tuple[list[TableLine], int]:
    """The rows with something under one of the first `needed` heads, and how many of them are hidden."""
    lines, hidden = [], 0
    for row in rows:
        there = len(row.cells)
        values = tuple([None if place is None or place >= there else row.cells[place] for place in places])
        if values.count(None) < len(values) and any(value is not None for value in values[:needed]):
            lines.append(TableLine(row.number, values))
            hidden += row.hidden
        if len(lines) > MOST_ROWS:
            raise NotAWorkbook(TOO_MANY_ROWS)
    return lines, hidden


def _heading(rows: Iterator[SheetRow], heads: Sequence[str], optional: Sequence[str]) -> tuple[SheetRow, Places]:
    """(row, column of each head) of the first row that has them all. Raises NotAWorkbook, naming what is missing."""
    nearest: list[str] = list(heads)
    for row in rows:
        if row.number > HEADING_WITHIN:
            break
        found = [_plain(cell) for cell in row.cells]
        missing = [head for head in heads if _plain(head) not in found]
        if not missing:
            if twice := [head for head in heads if found.count(_plain(head)) > 1]:
                raise NotAWorkbook(f"แถวที่ {row.number} มีหัวตาราง {', '.join(twice)} ซ้ำกัน ลบคอลัมน์ที่ไม่ใช้")
            return row, [found.index(_plain(h)) if _plain(h) in found else None for h in (*heads, *optional)]
        nearest = min(nearest, missing, key=len)
    raise NotAWorkbook(f"ไม่พบหัวตาราง {', '.join(nearest)} ใน {HEADING_WITHIN} แถวแรก")


def _plain(cell: Value) -> str:
    return arabic_digits(clean_line(str(cell))).replace(" ", "").lower() if isinstance(cell, str) else ""


def _merged(ranges: Iterable[Sequence[int]], head_row: int, places: Places) -> Iterator[tuple[int, int, str]]:
    """Merged ranges that hide cells of the table: (row, place among the heads, range in letters)."""
    for top, left, bottom, right in sorted(map(tuple, ranges)):
        inside = [place for place, column in enumerate(places) if column is not None and left <= column <= right]
        if inside and bottom > head_row:
            cells = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
            yield max(top, head_row + 1), inside[0], cells


@contextmanager
def opened(file: BinaryIO) -> Iterator[FirstSheet]:
    """The file's rows, whatever kind of file it is. Raises NotAWorkbook, also while rows are read."""
    start = file.read(CHUNK)
    file.seek(0)
    if not start.strip():
        raise NotAWorkbook("ไฟล์ว่างเปล่า")
    if start.startswith(WORKBOOKS):
        with _parsed(file) as lines:
            yield _workbook(lines)
    else:
        text = TextIOWrapper(file, encoding=_encoding(file, start), newline="")
        try:
            yield _csv(text)
        finally:
            text.detach()  # the file is the caller's to close


# Workbooks


@contextmanager
def _parsed(sent: BinaryIO, *wanted: str) -> Iterator[Iterator[bytes]]:
    """What parser.py says of the workbook, line by line."""
    with TemporaryFile() as file:
        copyfileobj(sent, file)
        file.seek(0)
        command = [sys.executable, "-E", "-s", str(PARSER), *wanted]
        with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own program
            timer = Timer(SECONDS, process.kill)
            timer.start()
            try:
                assert process.stdout
                yield iter(process.stdout)
            finally:
                timer.cancel()
                process.kill()


def _workbook(lines: Iterator[bytes]) -> FirstSheet:
    facts = _said(next(lines, b""))
    if "refused" in facts:
        raise NotAWorkbook(_refusal(*facts["refused"]))
    return FirstSheet(facts, _sheet_rows(lines))


def _refusal(word: str, *place: int) -> str:
    if word == "wide":
        row, column = place
        return f"ไฟล์มีข้อมูลไกลถึงช่อง {column_letters(column)}{row:,} ลบข้อมูลที่อยู่ห่างจากตาราง แล้วบันทึกใหม่"
    return REFUSALS[word]


def _sheet_rows(lines: Iterator[bytes]) -> Iterator[SheetRow]:
    for line in lines:
        said = _said(line)
        if isinstance(said, dict):
            return
        yield _sheet_row(said)
    raise NotAWorkbook(REFUSALS["large"])  # the process ended before it was done


def _sheet_row(said: list[Any]) -> SheetRow:
    number, hidden, cells, marked = said
    for place in marked:
        cells[place] = Marked(*cells[place])
    return SheetRow(number, hidden, cells)


def _said(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise NotAWorkbook(REFUSALS["large"]) from error


# CSV


def _csv(text: TextIOWrapper) -> FirstSheet:
    shown = text.read(SAMPLE)
    text.seek(0)
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in shown) or not set(shown) & set(",;\t"):
        raise NotAWorkbook(NO_WORKBOOK)
    if shown.lstrip().startswith("<"):
        raise NotAWorkbook("ไฟล์นี้เป็นหน้าเว็บ (HTML) หรือ XML เปิดด้วย Excel แล้วบันทึกเป็น .xlsx ใหม่")
    return FirstSheet({"sheet": "", "blind": False, "merged": []}, csv_rows(text, separator(shown)))


def _encoding(file: BinaryIO, start: bytes) -> str:
    """The one the whole file can be read in. Raises NotAWorkbook."""
    for first, kind in OTHERS.items():
        if start.startswith(first):
            raise NotAWorkbook(f"ไฟล์นี้เป็น{kind} {TAKEN}")
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp874"):
        try:
            for _part in codecs.iterdecode(iter(partial(file.read, CHUNK), b""), encoding):
                pass
        except UnicodeError:
            continue
        finally:
            file.seek(0)
        return encoding
    raise NotAWorkbook(NO_WORKBOOK)


def csv_rows(text: Iterable[str], delimiter: str, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL) -> Iterator[SheetRow]:
    lines = csv.reader(text, delimiter=delimiter, quoting=quoting, strict=True)
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            if any(map(str.strip, line)):
                yield SheetRow(number, False, [_csv_cell(cell) for cell in line])
    except csv.Error:
        where = f"แถวที่ {number + 1}: "
        raise NotAWorkbook(f'{where}เครื่องหมายอัญประกาศ (") ไม่ครบคู่หรืออยู่ผิดที่ จึงอ่านต่อไม่ได้') from None


def _csv_cell(cell: str) -> Value:
    if len(cell) > MOST_IN_A_CELL:
        return Marked("long", cell[:100])
    return cell if cell.strip() else None
