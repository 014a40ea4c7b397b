"""Tables as text for spreadsheets. CSV: UTF-8 with a byte order mark, which Excel needs to read Thai."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any, TextIO

from app.spreadsheets.tables import Cell, Table

BYTE_ORDER_MARK = "\ufeff"
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # OWASP, "CSV Injection"


def csv_text(*tables: Table[Any]) -> bytes:
    """The tables below each other, each under its title lines."""
    out = StringIO(newline="")
    write_csv(out, *tables)
    return out.getvalue().encode()


def tab_text(table: Table[Any]) -> str:
    """Heads and rows with tabs between, as spreadsheets exchange them by the clipboard."""
    out = StringIO(newline="")
    lines = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    lines.writerow(map(csv_value, table.heads))
    lines.writerows(map(csv_value, row) for row in table.cells())
    return out.getvalue()


def write_csv(file: TextIO, *tables: Table[Any]) -> None:
    """Write the tables to `file`, which is text in UTF-8 opened with `newline=""`."""
    file.write(BYTE_ORDER_MARK)
    lines = csv.writer(file)
    for place, table in enumerate(tables):
        if place:
            lines.writerow(())
        lines.writerows([csv_value(line)] for line in table.title)
        if table.title:
            lines.writerow(())
        lines.writerow(map(csv_value, table.heads))
        lines.writerows(map(csv_value, row) for row in table.cells())
        lines.writerows(map(csv_value, row) for row in table.totals())


def csv_value(value: Cell) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe; a number is no text and stays one."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = value.replace("\0", "")
        return f"'{value}" if value.startswith(STARTS_FORMULA) else value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
