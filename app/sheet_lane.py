"""The fast lane: openpyxl makes the workbook (styles, parts, sheet settings), we write the rows into its sheets.

openpyxl spends 40 seconds on the country's 471,000 projects, one XML element a cell; here a few hundred rows are
written at once, column by column, and deflated by ISA-L. What comes out is, byte for byte, the sheet that openpyxl's
write-only mode writes (tests/house/test_sheet_lane.py compares them). It stands on names that openpyxl and zipfile
keep to themselves; this file is the only one that knows them, and it knows them for one version.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import islice
from math import isfinite
from re import compile as pattern
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import openpyxl
from isal import isal_zlib
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from app.tables import Cell

KNOWN_VERSION = "3.1.5"
if openpyxl.__version__ != KNOWN_VERSION:
    raise ImportError(
        f"app/sheet_lane.py uses private names of openpyxl {KNOWN_VERSION}, and {openpyxl.__version__} is installed: "
        "install the pinned one, or compare the new one with tests/house/test_sheet_lane.py and raise KNOWN_VERSION."
    )

ROWS_AT_ONCE = 400
ROW_POINTS, LINE_POINTS, MOST_POINTS = 26, 25, 409  # of a row, of each further line in it; Excel's largest row
# Vowels and tones above and below take no room on the line: in Thailand's one-byte code they are easily counted out.
_THAI, _MARKS = "cp874", bytes({0xD1, *range(0xD4, 0xDB), *range(0xE7, 0xEF)})
MOST_CHARACTERS = 32_767  # in one cell of Excel
_NO_XML = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Bytes of UTF-8 after which a text needs a closer look: controls, markup, and the first bytes of every space that
# is not ASCII's and of U+FFFE. Thai letters begin with E0.
_LOOK_CLOSER = bytes({*range(0x20), *b"&<>", 0xC2, 0xE1, 0xE2, 0xE3, 0xEF} - {0x0A})
_NO_ROWS = b"<sheetData></sheetData>"

Pack = Callable[[], Any]


def fast() -> Any:
    """A compressor: a seventh of zlib's time, a file about a quarter larger."""
    return isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION, isal_zlib.DEFLATED, -15)


@dataclass(frozen=True)
class Block:
    """Rows of one kind; `styles`: for each column the style of its texts, and of its numbers and dates.

    `fits`: for each column how many letters fit on a line; a row with a longer text is made higher, because
    LibreOffice does not do it by itself. Empty: texts do not wrap.
    """

    styles: Sequence[tuple[int, int]]
    rows: Iterable[Sequence[Cell]]
    fits: Sequence[int] = ()


def save(book: Workbook, file: IO[bytes], sheets: Sequence[Sequence[Block]], at: datetime, pack: Pack = fast) -> None:
    """Write `book`, made write-only, with `sheets` as the rows of its sheets.

    `at` is the only time in the file: the same rows with the same `at` make the same bytes.
    """
    moment = at.astimezone(UTC)
    book.properties.created = book.properties.modified = moment.replace(tzinfo=None)
    with _Archive(file, moment, pack) as archive:
        _Writer(book, archive, sheets).write_data()


class _Archive(ZipFile):
    """A zip file whose entries all bear one time."""

    def __init__(self, file: IO[bytes], moment: datetime, pack: Pack) -> None:
        super().__init__(file, "w", ZIP_DEFLATED)
        self._moment, self._pack = moment, pack

    def entry(self, name: str) -> IO[bytes]:
        info = ZipInfo(name, self._moment.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        stream = self.open(info, "w", force_zip64=True)
        stream._compressor = self._pack()  # type: ignore[attr-defined]
        return stream

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_how: Any, **_else: Any) -> None:
        with self.entry(zinfo_or_arcname) as stream:
            stream.write(data.encode() if isinstance(data, str) else data)


class _Writer(ExcelWriter):
    """openpyxl's own writer of all the parts, but for the rows."""

    def __init__(self, book: Workbook, archive: _Archive, sheets: Sequence[Sequence[Block]]) -> None:
        super().__init__(book, archive)
        self._blocks = dict(zip(book.worksheets, sheets, strict=True))

    def write_worksheet(self, ws: WriteOnlyWorksheet) -> None:
        ws._drawing = None
        frame = WorksheetWriter(ws, BytesIO())
        frame.write()
        before, marker, after = frame.read().partition(_NO_ROWS)
        if not marker:
            raise RuntimeError(f"openpyxl no longer writes an empty sheet as {_NO_ROWS.decode()}")
        with self._archive.entry(ws.path[1:]) as stream:
            stream.write(before + b"<sheetData>")
            for xml in _rows_xml(self._blocks[ws]):
                stream.write(xml)
            stream.write(b"</sheetData>" + after)
        ws._rels = frame._rels
        self.manifest.append(ws)


def _rows_xml(blocks: Iterable[Block]) -> Iterator[bytes]:
    number = 1
    for block in blocks:
        rows = iter(block.rows)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            yield _some_rows(block, some, number)
            number += len(some)


def _some_rows(block: Block, rows: Sequence[Sequence[Cell]], first: int) -> bytes:
    """One `%` a row, on a template that holds all that its cells have in common."""
    numbers = [b"%d" % number for number in range(first, first + len(rows))]
    columns = list(zip(*rows, strict=True)) if block.styles else []
    template, values = [b'<row r="%b"%b>'], [numbers, _heights(columns, block.fits, len(rows))]
    for place, ((text, other), column) in enumerate(zip(block.styles, columns, strict=True), start=1):
        cell, found = _column(column, text, other)
        template.append(b'<c r="%s%%b"%s' % (get_column_letter(place).encode(), cell))
        values += [numbers, found]
    return b"".join(map(b"".join([*template, b"</row>"]).__mod__, zip(*values, strict=True)))


def _heights(columns: Sequence[Sequence[Cell]], fits: Sequence[int], rows: int) -> list[bytes]:
    """What makes each row high enough for its texts; nothing where all stand on one line."""
    lines = [1] * rows
    for fit, column in zip(fits, columns, strict=False):
        if more := line_counts(column, fit):
            lines = list(map(max, lines, more))
    return [_HEIGHTS[number] if number < len(_HEIGHTS) else _HEIGHTS[-1] for number in lines]


_HEIGHTS = [b"", b"", *(b' ht="%d"' % min(ROW_POINTS + LINE_POINTS * more, MOST_POINTS) for more in range(1, 17))]


def line_counts(column: Sequence[Cell], fit: int) -> list[int]:
    """Lines that each text takes, about: words are not cut. Nothing where one line is enough for all."""
    kinds = set(map(type, column))
    if str not in kinds:
        return []
    texts: Sequence[Any] = column if len(kinds) == 1 else [value if type(value) is str else "" for value in column]
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


def _column(column: Sequence[Cell], text: int, other: int) -> tuple[bytes, list[Any]]:
    """What follows the cell's address, and the value for each row: cells of one kind differ in nothing else."""
    kinds = set(map(type, column))
    if kinds == {str}:
        if (texts := _plain_texts(column)) is not None:  # type: ignore[arg-type]
            return b' s="%d" t="inlineStr"><is><t>%%b</t></is></c>' % text, texts
    elif kinds <= {int, Decimal}:
        floats = [float(value) for value in column]  # type: ignore[arg-type]
        if isfinite(sum(floats)):
            return b' s="%d" t="n"><v>%%.16g</v></c>' % other, floats
    return b"%b", [_cell(value, text, other) for value in column]


def _plain_texts(column: Sequence[str]) -> list[bytes] | None:
    """The texts in UTF-8 where none needs escaping, shortening or `xml:space`; else None."""
    try:
        together = "\n".join(column).encode()
    except UnicodeEncodeError:
        return None
    if (
        len(together.translate(None, _LOOK_CLOSER)) != len(together)
        or together.count(b"\n") != len(column) - 1
        or (len(together) > MOST_CHARACTERS and max(map(len, column)) > MOST_CHARACTERS)
    ):
        return None
    texts = together.split(b"\n")
    return None if b"" in texts or list(map(bytes.strip, texts)) != texts else texts


def _cell(value: Cell, text: int, other: int) -> bytes:
    if isinstance(value, str):
        return b' s="%d" t="inlineStr"%b' % (text, _text(_NO_XML.sub("", value)[:MOST_CHARACTERS]))
    return b' s="%d" t="n"%b' % (other, _number(value))


def _text(value: str) -> bytes:
    if not value:
        return b" />"
    stripped = value.strip()
    space = ' xml:space="preserve"' if stripped and stripped != value else ""
    return f"><is><t{space}>{escape(value)}</t></is></c>".encode()


def _number(value: int | Decimal | date | None) -> bytes:
    if value is None:
        return b" />"
    number = to_excel(value) if isinstance(value, date) else value
    return b"><v>%.16g</v></c>" % number if isfinite(number) else b"><v /></c>"
