"""Small files for the tests of uploads: made here, some then changed inside as other programs and accidents do."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from app.uploads.cells import Sheet, TableLine, column_letters

SHEET = "xl/worksheets/sheet1.xml"
STYLES = "xl/styles.xml"


def sheet_of(heads: Sequence[str], *rows: Sequence[Any]) -> Sheet:
    """A sheet that was read, with its heading in row 1; `rows` may be shorter than the heads."""
    heads = [*heads, "ค่าเดิมตอนทำไฟล์"] if "ค่าเดิมตอนทำไฟล์" not in heads else heads
    lines = [TableLine(n, (*row, *[None] * (len(heads) - len(row)))) for n, row in enumerate(rows, start=2)]
    return Sheet("", tuple(heads), tuple(map(column_letters, range(len(heads)))), 1, lines)


def workbook_of(*rows: Sequence[Any], change: Callable[[Workbook], Any] | None = None) -> bytes:
    """An .xlsx of these rows; `change` may do more to the book."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_parts(content: bytes, changes: Mapping[str, Callable[[str], str] | None]) -> bytes:
    """The workbook with the text of some parts changed, or None: taken out."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.get(name, str)
            if change:
                data = old.read(name)
                new.writestr(name, change(data.decode()).encode() if name in changes else data)
    return out.getvalue()
