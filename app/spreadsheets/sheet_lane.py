"""The fast lane for long tables: openpyxl makes the workbook (styles, parts, sheet settings), we write the rows.

openpyxl spends 40 seconds on the country's 471,000 projects, one XML element a cell; here a few hundred rows are
written at once, column by column, and deflated by ISA-L. What comes out is, byte for byte, the sheet that openpyxl's
write-only mode writes (tests/house/test_sheet_lane.py compares them). It stands on names that openpyxl and zipfile
keep to themselves; this file is the only one that knows them, and it knows them for one version.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from math import isfinite
from pathlib import Path
from types import NoneType
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import openpyxl
from isal import isal_zlib
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from app.remembered import Remembered
from app.spreadsheets.sheets import MOST_CHARACTERS, Archive, Block, batches, heights, plain_text
from app.spreadsheets.tables import Cell

KNOWN_VERSION = "3.1.5"
if openpyxl.__version__ != KNOWN_VERSION:
    raise ImportError(
        f"sheet_lane.py uses private names of openpyxl {KNOWN_VERSION}, and {openpyxl.__version__} is installed: "
        "install the pinned one, or compare the new one with tests/house/test_sheet_lane.py and raise KNOWN_VERSION."
    )
if openpyxl.xml.LXML:
    raise ImportError("openpyxl was imported before the app could tell it to leave lxml alone")

# Bytes of UTF-8 after which a text needs a closer look: controls, markup, and the first bytes of every space that
# is not ASCII's and of U+FFFE. Thai letters begin with E0.
_LOOK_CLOSER = bytes({*range(0x20), *b"&<>", 0xC2, 0xE1, 0xE2, 0xE3, 0xEF} - {0x0A})
_HIGH = Remembered(lambda points: b' ht="%d"' % points if points else b"")
AT_ONCE = 1 << 20
_NO_ROWS = b"<sheetData></sheetData>"


def fast() -> Any:
    """A compressor: a seventh of zlib's time, a file about a quarter larger."""
    return isal_zlib.compressobj(isal_zlib.ISAL_DEFAULT_COMPRESSION, isal_zlib.DEFLATED, -15)


def write(file: IO[bytes], book: Workbook, sheets: Sequence[Sequence[Block]], at: datetime) -> None:
    """As `app.spreadsheets.sheets.write`."""
    with FastArchive(file, at) as archive:
        archive.date(book)
        _Writer(book, archive, sheets).write_data()


def write_again(archive: Archive, old: Path) -> None:
    """The workbook in `old` with the moment of `archive`: all but the part that tells it is taken as it is packed."""
    with archive, ZipFile(old) as source:
        for told in source.infolist():
            if told.filename == ARC_CORE:
                archive.date(book := Workbook(write_only=True))
                archive.writestr(ARC_CORE, tostring(book.properties.to_tree()))
            else:
                _take(archive, source, told)


def _take(archive: Archive, source: ZipFile, told: ZipInfo) -> None:
    """Another file's entry, packed as it is: to zipfile it is one that is read without and written without packing."""
    raw: Any = copy(told)
    raw.compress_type, raw.file_size, raw.CRC = ZIP_STORED, told.compress_size, None
    with source.open(raw) as packed, archive.entry(told.filename) as entry:
        stream: Any = entry
        shutil.copyfileobj(packed, stream._fileobj, AT_ONCE)
        stream._crc, stream._file_size, stream._compress_size = told.CRC, told.file_size, told.compress_size
        stream._compressor = _Packed()


class _Packed:
    """In place of a compressor, where all that there is has been packed and written."""

    def flush(self) -> bytes:
        return b""


class FastArchive(Archive):
    def entry(self, name: str) -> IO[bytes]:
        stream = super().entry(name)
        stream._compressor = fast()  # type: ignore[attr-defined]
        return stream


class _Writer(ExcelWriter):
    """openpyxl's own writer of all the parts, but for the rows."""

    def __init__(self, book: Workbook, archive: FastArchive, sheets: Sequence[Sequence[Block]]) -> None:
        super().__init__(book, archive)
        self._blocks = dict(zip(book.worksheets, sheets, strict=True))

    def write_worksheet(self, ws: WriteOnlyWorksheet) -> None:
        ws._drawing = None
        before, _after, _frame = _around(ws)
        with self._archive.entry(ws.path[1:]) as stream:
            stream.write(before + b"<sheetData>")
            for xml in _rows_xml(ws, self._blocks[ws]):
                stream.write(xml)
            _before, after, frame = _around(ws)  # once more: what is filtered is known only now
            stream.write(b"</sheetData>" + after)
        ws._rels = frame._rels
        self.manifest.append(ws)


def _around(ws: WriteOnlyWorksheet) -> tuple[bytes, bytes, WorksheetWriter]:
    """What openpyxl writes before and after the rows."""
    frame = WorksheetWriter(ws, BytesIO())
    frame.write()
    before, marker, after = frame.read().partition(_NO_ROWS)
    if not marker:
        raise RuntimeError(f"openpyxl no longer writes an empty sheet as {_NO_ROWS.decode()}")
    return before, after, frame


def _rows_xml(ws: WriteOnlyWorksheet, blocks: Iterable[Block]) -> Iterator[bytes]:
    number = 1
    for block in blocks:
        first = number
        cells = [Remembered(partial(_cell, text=text.style_id, other=other.style_id)) for text, other in block.styles]
        for some in batches(block.rows):
            yield _some_rows(block, cells, some, number)
            number += len(some)
        if arrows := block.filter_range(first, number):
            ws.auto_filter.ref = arrows


Piece = bytes | list[bytes]  # of a row: the same in all of them, or one for each


def _some_rows(block: Block, cells: Sequence[Remembered], rows: Sequence[Sequence[Cell]], first: int) -> bytes:
    numbers = [b"%d" % number for number in range(first, first + len(rows))]
    columns = list(zip(*rows, strict=True)) if block.styles else []
    high = list(map(_HIGH.__getitem__, heights(columns, block.fits, len(rows))))
    pieces: list[Piece] = [b'<row r="', numbers, b'"', high, b">"]
    for place, ((text, other), kept, column) in enumerate(zip(block.styles, cells, columns, strict=True), start=1):
        address = b'<c r="%s' % get_column_letter(place).encode()
        pieces += [address, numbers, b'"', *_column(column, text.style_id, other.style_id, kept)]
    return _woven([*pieces, b"</row>"], len(rows))


def _woven(pieces: Sequence[Piece], rows: int) -> bytes:
    """The pieces behind each other, row after row."""
    apart: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, bytes) and apart and isinstance(apart[-1], bytes):
            apart[-1] += piece
        else:
            apart.append(piece)
    whole: list[Any] = [None] * (len(apart) * rows)
    for place, piece in enumerate(apart):
        whole[place :: len(apart)] = [piece] * rows if isinstance(piece, bytes) else piece
    return b"".join(whole)


def _column(column: Sequence[Cell], text: int, other: int, cells: Remembered) -> list[Piece]:
    """What follows the cells' addresses: cells of one kind differ in their value alone."""
    kinds = set(map(type, column))
    if kinds in ({str}, {int}) and len(differing := set(column)) * 2 <= len(column):
        return [cells[column[0]] if len(differing) == 1 else list(map(cells.__getitem__, column))]
    if kinds == {str}:
        if (texts := _plain_texts(column)) is not None:  # type: ignore[arg-type]
            return [b' s="%d" t="inlineStr"><is><t>' % text, texts, b"</t></is></c>"]
    elif kinds <= {int, Decimal}:
        floats = [float(value) for value in column]  # type: ignore[arg-type]
        if isfinite(sum(floats)):
            return [b' s="%d" t="n"><v>' % other, [b"%.16g" % value for value in floats], b"</v></c>"]
    elif kinds <= {int, Decimal, NoneType}:
        sparse = [None if value is None else float(value) for value in column]  # type: ignore[arg-type]
        if isfinite(sum(filter(None, sparse))):
            values = [b" />" if value is None else b"><v>%.16g</v></c>" % value for value in sparse]
            return [b' s="%d" t="n"' % other, values]
    return [list(map(cells.__getitem__, column))]


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
        return b' s="%d" t="inlineStr"%b' % (text, _text(plain_text(value)))
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
