"""Reads the file on standard input and writes its first visible sheet to standard output, a line of JSON a row.

Runs as a process of its own (`python parser.py`, started by reader.py) with limits on memory and time: a file that was
made or broken so that it takes gigabytes ends this process, not the server. Imports nothing of the application.

First line: {"sheet", "kind", "blind", "merged": [[row, column, row, column]]}, or {"refused": [word, …]}. Then
[row, hidden, cells, marked]; rows and columns count from 1 and 0, empty rows are left out. A cell is null, text, a
number, true or false; where `marked` has its column, it is [kind, text or number] with one of "percent", "date",
"error", "long" (text) and "formula", which is one without a stored result. Last line: {"end": true}.

Called with `--all` it writes all visible sheets one after the other, each with its own first line; those of a Word
document (`kind` "docx") are its tables, with the paragraphs before each as "above", and the head of the first one tells
in "skipped" what of the document was left out.
"""

import gc
import json
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, BinaryIO
from zipfile import ZipFile

from looks import Look, TooLarge, day, look_at_ods, look_at_xlsx  # type: ignore[import-not-found]
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MEMORY = 48 << 20  # above what the process has when it starts; a table of 31,400 rows and 15 columns needs 46 MiB
SECONDS = 10  # of the processor
MOST_CELLS = 1_200_000  # of the rectangle around everything filled in, which calamine holds as a whole
MOST_COLUMNS = 256
MOST_MERGED = 20_000
MOST_LETTERS = 4000  # in a cell
MOST_PARTS = 2000  # of a zip; each picture in a document is one
LARGEST_ZIP = 384 << 20  # bytes, all parts unpacked, as the zip itself says: two of the largest parts that are read
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Refused(Exception):
    """The file cannot be read; the arguments are a word of reader.REFUSALS and what belongs to it."""


def main() -> None:
    gc.disable()  # rows come and go without cycles: looking for some takes a tenth of the time
    _limit()
    try:
        for line in every_line(sys.stdin.buffer) if "--all" in sys.argv else lines(sys.stdin.buffer):
            _say(line)
        _say({"end": True})
    except Refused as refused:
        _say({"refused": refused.args})
    sys.stdout.flush()


def _say(line: Any) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")


def _limit() -> None:
    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def lines(file: BinaryIO) -> Iterator[Any]:
    """The head, then the rows. Raises Refused."""
    with _refusing():
        kind = _kind(file)
        book = _open(file, kind)
        place = _visible(book)[0]
        head, sheet, look = _sheet(file, kind, book, place)
    yield head
    if sheet.start is not None:
        yield from _rows(sheet, look)


def every_line(file: BinaryIO) -> Iterator[Any]:
    """Head and rows of every visible sheet, or of every table of a document. Raises Refused."""
    with _refusing():
        kind = _kind(file, documents=True)
        if kind == "docx":
            document = _document(file)
            if not document.tables:
                raise Refused("no table")
        else:
            book = _open(file, kind)
            places = _visible(book)
    if kind == "docx":
        yield from _tables(document)
        return
    for place in places:
        with _refusing():
            head, sheet, look = _sheet(file, kind, book, place)
        yield head
        if sheet.start is not None:
            yield from _rows(sheet, look)


def _document(file: BinaryIO) -> Any:
    from documents import read_document  # type: ignore[import-not-found]

    try:
        return read_document(ZipFile(file))
    except (TooLarge, MemoryError):
        raise
    except Exception as error:
        raise Refused("broken document") from error


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Refused:
        raise
    except PasswordError as error:
        raise Refused("password") from error
    except (TooLarge, MemoryError) as error:
        raise Refused("large") from error
    except BaseException as error:  # what calamine panics with is no Exception
        raise Refused("damaged") from error


def _sheet(file: BinaryIO, kind: str, book: CalamineWorkbook, place: int) -> tuple[Any, Any, Look]:
    look = _look(file, kind, book.sheet_names[place])
    _refuse_wide(look)
    sheet = book.get_sheet_by_index(place)
    merged = [[r1 + 1, c1, r2 + 1, c2] for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or look.merged]
    return {"sheet": sheet.name, "kind": kind, "blind": look.blind, "merged": merged[:MOST_MERGED]}, sheet, look


def _tables(document: Any) -> Iterator[Any]:
    skipped = {"boxes": document.skipped, "numbers": document.numbered, "nested": document.nested}
    for table in sorted(document.tables, key=lambda each: each.number):
        head = {"sheet": f"ตารางที่ {table.number}", "kind": "docx", "blind": False, "merged": table.merged[:MOST_MERGED]}
        yield head | {"above": table.above, "skipped": skipped}
        skipped = {}
        for number, row in enumerate(table.rows, start=1):
            cells: list[Any] = [None] * max((column + span for column, span, _text in row), default=0)
            for column, _span, text in row:
                cells[column] = (_plain(text) or None) if text.strip() else None
            if any(cells):
                cells = cells[:MOST_COLUMNS]
                yield [number, False, cells, [n for n, cell in enumerate(cells) if type(cell) is list]]


def _refuse_wide(look: Look) -> None:
    if look.cells > MOST_CELLS:
        raise Refused("wide", look.bottom, look.right)


def _kind(file: BinaryIO, *, documents: bool = False) -> str:
    if file.read(len(OLE)) == OLE:
        return _kind_of_ole(file.read(), documents=documents)
    parts = ZipFile(file).infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_ZIP:
        raise TooLarge
    names = {part.filename.lower().replace("\\", "/") for part in parts}
    if "mimetype" in names and b"opendocument.text" in ZipFile(file).read("mimetype")[:100]:
        raise Refused("odt" if documents else "zip")
    for part, kind in (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"), ("content.xml", "ods")):
        if part in names:
            return kind
    if documents and "word/document.xml" in names:
        return "docx"
    raise Refused("word" if "word/document.xml" in names else "zip")


def _kind_of_ole(content: bytes, *, documents: bool) -> str:
    for stream, word in (("EncryptedPackage", "password"), ("WordDocument", "old word" if documents else "word")):
        if stream.encode("utf-16-le") in content:
            raise Refused(word)
    return "xls"


def _open(file: BinaryIO, kind: str) -> CalamineWorkbook:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise
    except CalamineError:
        if kind != "xlsx":
            raise
        # Values can be read without styles: a broken part of them is made one that calamine does not find.
        file.seek(0)
        return CalamineWorkbook.from_filelike(BytesIO(file.read().replace(b"xl/styles.xml", b"xl/hidden.xml")))


def _visible(book: CalamineWorkbook) -> list[int]:
    found = [
        place
        for place, sheet in enumerate(book.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    if not found:
        raise Refused("no sheet")
    return found


def _look(file: BinaryIO, kind: str, sheet: str) -> Look:
    if kind == "xlsx":
        return look_at_xlsx(ZipFile(file), sheet)
    if kind == "ods":
        return look_at_ods(ZipFile(file), sheet)
    return Look(blind=True)


def _rows(sheet: Any, look: Look) -> Iterator[list[Any]]:
    first_row, first_column = sheet.start
    before = [None] * first_column
    last = first_row
    for number, values in enumerate(sheet.iter_rows(), start=first_row + 1):
        yield from _row(number, before + [_plain(value) for value in values[:MOST_COLUMNS]], look)
        last = number
    for number in sorted(row for row in look.marks if row > last):
        yield from _row(number, [], look)  # rows of nothing but errors, which calamine has no value for


def _row(number: int, cells: list[Any], look: Look) -> Iterator[list[Any]]:
    for column, kind, text in look.marks.get(number, ()):
        if column >= MOST_COLUMNS:
            continue
        cells += [None] * (column + 1 - len(cells))
        cells[column] = _marked(cells[column], kind, text)
    while cells and cells[-1] is None:
        cells.pop()
    if cells:
        yield [number, number in look.hidden, cells, [n for n, cell in enumerate(cells) if type(cell) is list]]


def _marked(value: Any, kind: str, text: str) -> Any:
    if text:
        return [kind, text]
    if value is None or isinstance(value, list):
        return value
    return [kind, day(value) if kind == "date" else value]


def _plain(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, str) and len(value) > MOST_LETTERS:
        return ["long", value[:100]]
    return value if isinstance(value, str | int | float) else ["date", str(value)]


if __name__ == "__main__":
    main()
