"""Tables that are pasted instead of sent as a file."""

import csv
from collections.abc import Sequence
from io import StringIO
from itertools import islice

from app.uploads.cells import Sheet, digits_of
from app.uploads.reader import MOST_ROWS, FirstSheet, Grid, NotAWorkbook, SheetRow, csv_rows, sheet_under


def read_pasted(text: str, most_rows: int = MOST_ROWS) -> list[Grid]:
    """A table pasted out of a program: cells with tabs between, quoted where they have several lines."""
    try:
        rows = list(islice(csv_rows(StringIO(text, newline=""), "\t"), most_rows + 1))
    except NotAWorkbook:  # quotation marks that are the text's own, as Word copies them
        rows = list(islice(csv_rows(StringIO(text, newline=""), "\t", quoting=csv.QUOTE_NONE), most_rows + 1))
    if len(rows) > most_rows:
        raise NotAWorkbook(f"มีมากกว่า {most_rows:,} แถว แบ่งวางหลายครั้ง")
    return [Grid("", "paste", rows)]


def read_pasted_sheet(text: str, heads: Sequence[str], *optional: str, order: Sequence[str]) -> Sheet:
    """A pasted table under `heads`, as `read_sheet` reads a file. Raises NotAWorkbook.

    `order`: the columns of a block of rows that was copied without a heading.
    """
    rows = read_pasted(text)[0].rows
    fits = bool(rows) and max(len(row.cells) for row in rows) <= len(order)
    if fits and digits_of(rows[0].cells[0]).isdecimal():
        rows = [SheetRow(0, False, list(order)), *rows]
    return sheet_under(FirstSheet({"sheet": "", "blind": False, "merged": []}, iter(rows)), heads, optional)
