"""Rows on their way into openpyxl's sheets, and the zip file they end in.

Short tables, and that is nearly every file, go through openpyxl's own write-only mode here; long ones take the fast
lane in app/spreadsheets/sheet_lane.py, which writes the same bytes (tests/house/test_sheet_lane.py compares them).
"""

import shutil
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from re import compile as pattern
from typing import IO, Any
from zipfile import ZIP64_LIMIT, ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from app.remembered import Remembered
from app.spreadsheets.tables import ROWS_AT_ONCE, Cell

ROW_POINTS, LINE_POINTS, MOST_POINTS = 26, 25, 409  # of a row, of each further line in it; Excel's largest row
# Vowels and tones above and below take no room on the line: in Thailand's one-byte code they are easily counted out.
_THAI, _MARKS = "cp874", bytes({0xD1, *range(0xD4, 0xDB), *range(0xE7, 0xEF)})
_POINTS = Remembered(lambda lines: min(ROW_POINTS + LINE_POINTS * (lines - 1), MOST_POINTS) if lines > 1 else 0)
MOST_CHARACTERS = 32_767  # in one cell of Excel
_NO_XML = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Styles = Sequence[tuple[WriteOnlyCell, WriteOnlyCell]]


@dataclass(frozen=True)
class Block:
    """Rows of one kind; `styles`: for each column a cell styled for its texts, and one for its numbers and dates.

    `fits`: for each column how many letters fit on a line; a row with a longer text is made higher, because
    LibreOffice does not do it by itself. Empty: texts do not wrap. `arrows`: the row above is a head that filters
    these rows.
    """

    styles: Styles
    rows: Iterable[Sequence[Cell]]
    fits: Sequence[int] = ()
    arrows: bool = False

    def __post_init__(self) -> None:
        """Have the styles numbered in this order, whichever of them the rows come to use."""
        for text, other in self.styles:
            text.style_id, other.style_id  # noqa: B018 - asking for the number gives it

    def filter_range(self, first: int, after: int) -> str | None:
        """Head and rows, where they are those from `first` to before `after`; None where there is nothing to filter."""
        if not self.arrows or first == after:
            return None
        return f"A{first - 1}:{get_column_letter(len(self.styles))}{after - 1}"


def batches(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    taken = iter(rows)
    while some := list(islice(taken, ROWS_AT_ONCE)):
        yield some


def plain_text(value: str) -> str:
    """As much of a text as a cell can hold."""
    return _NO_XML.sub("", value)[:MOST_CHARACTERS]


def heights(columns: Sequence[Sequence[Cell]], fits: Sequence[int], rows: int) -> list[int]:
    """Points that make each row high enough for its texts; 0 where all stand on one line."""
    lines = [more for fit, column in zip(fits, columns, strict=False) if (more := line_counts(column, fit))]
    if not lines:
        return [0] * rows
    return list(map(_POINTS.__getitem__, map(max, *lines) if len(lines) > 1 else lines[0]))


def line_counts(column: Sequence[Cell], fit: int) -> list[int]:
    """Lines that each text takes, about: words are not cut. Nothing where one line is enough for all."""
    kinds = set(map(type, column))
    if str not in kinds:
        return []
    texts: Sequence[Any] = column if len(kinds) == 1 else [value if type(value) is str else "" for value in column]
    once = list(set(texts))
    if len(once) * 2 > len(texts):
        return _line_counts(texts, fit)
    lines = dict(zip(once, _line_counts(once, fit), strict=False))
    return list(map(lines.__getitem__, texts)) if lines else []


def _line_counts(texts: Sequence[str], fit: int) -> list[int]:
    together = "\n".join(texts)
    single = together.count("\n") == len(texts) - 1
    if single and max(map(len, texts)) <= fit:
        return []
    if single:
        return [-(-len(letters) // fit) or 1 for letters in _letters(together)]
    return [sum(-(-len(letters) // fit) or 1 for letters in _letters(text)) for text in texts]


def _letters(text: str) -> list[bytes]:
    """What takes room, line by line."""
    return text.encode(_THAI, "replace").translate(None, _MARKS).split(b"\n")


def write(file: IO[bytes], book: Workbook, sheets: Sequence[Sequence[Block]], at: datetime) -> None:
    """Write `book`, made write-only, with `sheets` as the rows of its sheets.

    `at` is the only time in the file: the same rows with the same `at` make the same bytes.
    """
    for page, blocks in zip(book.worksheets, sheets, strict=True):
        _append(page, blocks)
    with Archive(file, at) as archive:
        archive.date(book)
        ExcelWriter(book, archive).write_data()


def _append(page: WriteOnlyWorksheet, blocks: Iterable[Block]) -> None:
    number = 1
    for block in blocks:
        first = number
        for some in batches(block.rows):
            columns = list(zip(*some, strict=True)) if block.styles else []
            for row, height in zip(some, heights(columns, block.fits, len(some)), strict=True):
                if height:  # a RowDimension would say customHeight, and Excel no longer fit the row to an edited text
                    page.row_dimensions[number] = {"ht": str(height)}
                page.append([_cell(*style, value) for style, value in zip(block.styles, row, strict=True)])
                number += 1
        if arrows := block.filter_range(first, number):
            page.auto_filter.ref = arrows


def _cell(text: WriteOnlyCell, other: WriteOnlyCell, value: Cell) -> WriteOnlyCell:
    """The styled cell of a column with this row's value: a text stays text, whatever it looks like."""
    if isinstance(value, str):
        text.value = plain_text(value)
        text.data_type = "s"
        return text
    other.value = to_excel(value) if isinstance(value, date) else value
    return other


# An extra field for padding that Office itself writes ("growth hint"): as long as that of ZIP64.
_ROOM = struct.pack("<HHHH12x", 0xA220, 16, 0xA028, 12)


class _Entry(ZipInfo):
    """A part of the file. How long it gets is known when it is written, and its header stands before it.

    So the header keeps room for ZIP64 and uses it only above 2 GiB: SheetJS, and all that is built on it, cannot
    read a header that uses it.
    """

    def FileHeader(self, zip64: bool | None = None) -> bytes:
        del zip64  # zipfile asks for it beforehand
        if max(self.file_size, self.compress_size) > ZIP64_LIMIT:
            return super().FileHeader(True)
        self.extra = _ROOM
        try:
            return super().FileHeader(False)
        finally:
            self.extra = b""


class Archive(ZipFile):
    """A zip file whose entries all bear one time."""

    def __init__(self, file: IO[bytes], at: datetime) -> None:
        super().__init__(file, "w", ZIP_DEFLATED)
        self._moment = at.astimezone(UTC)

    def date(self, book: Workbook) -> None:
        book.properties.created = book.properties.modified = self._moment.replace(tzinfo=None)

    def entry(self, name: str) -> IO[bytes]:
        info = _Entry(name, self._moment.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        return self.open(info, "w", force_zip64=True)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_how: Any, **_else: Any) -> None:
        with self.entry(zinfo_or_arcname) as stream:
            stream.write(data.encode() if isinstance(data, str) else data)

    def write(self, filename: Any, arcname: Any = None, *_how: Any, **_else: Any) -> None:
        with Path(filename).open("rb") as content, self.entry(arcname) as stream:
            shutil.copyfileobj(content, stream)
