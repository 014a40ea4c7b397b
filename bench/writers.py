"""`python -m bench.writers ours 47100`: one writer, one file, in a process of its own.

Prints seconds, the peak of memory above the idle process in MiB, and the size of the file. All write the same cells:
a head with fill and border, Thai text that wraps, money and a percent with their formats. The rows come from a pool
that is made before, so that making them costs nobody anything.
"""

import json
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import cycle, islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from app.models.enums import Kind, ReportStatus
from app.nacc.exports.queries import ExportedProject
from app.nacc.exports.workbooks import PROJECT_COLUMNS
from app.spreadsheets import sheet_lane
from app.spreadsheets.excel import BAHT_FORMAT, FONT, POINTS, Cell, CellKind, Table, write_workbook

POOL = 5_000
Row = tuple[Cell, ...]
Writer = Callable[[Path, Iterator[Row]], Any]
AS_THEY_ARE = [  # choices are words already
    replace(column, get=itemgetter(place), kind=CellKind.TEXT, summed=False, ratio=None)
    if column.kind is CellKind.CHOICE
    else replace(column, get=itemgetter(place), summed=False, ratio=None)
    for place, column in enumerate(PROJECT_COLUMNS)
]
FORMATS = [column.kind.format for column in PROJECT_COLUMNS]


def projects() -> list[ExportedProject]:
    """Rows like those of the country's projects."""
    return [
        ExportedProject(
            code=f"{6_000_000 + n}",
            lao=f"องค์การบริหารส่วนตำบลดินทองที่ {n}",
            district="เมืองพิษณุโลก",
            province="พิษณุโลก",
            kind=Kind.ACTIVITY,
            project=f"โครงการส่งเสริมคุณธรรมและจริยธรรมผู้บริหาร สมาชิกสภา และพนักงาน ครั้งที่ {n} ประจำปีงบประมาณ",
            dimension=1 + n % 4,
            planned=Decimal(n * 700_001 + 1) / 100,
            ordinance=Decimal(n * 500_003) / 100,
            spent=Decimal(n * 300_007) / 100,
            status=ReportStatus.DONE,
            cannot_reason=None,
            cannot_text=None,
        )
        for n in range(POOL)
    ]


def pool() -> list[Row]:
    """The cells of those rows."""
    return list(map(tuple, Table("โครงการ", (), PROJECT_COLUMNS, projects()).cells()))


def ours(path: Path, rows: Iterator[Row]) -> None:
    """The cells as they are, as all others get them."""
    with path.open("wb") as file:
        write_workbook(file, Table("โครงการ", (), AS_THEY_ARE, rows))


def ours_small(path: Path, rows: Iterator[Row]) -> None:
    """With the compressor openpyxl uses, for a file of its size."""
    sheet_lane.fast = lambda: zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
    ours(path, rows)


def openpyxl(path: Path, rows: Iterator[Row]) -> None:
    """Write-only mode, with one styled cell a column used again and again: the fastest way it offers."""
    book = Workbook(write_only=True)
    page = book.create_sheet("โครงการ")
    line = Side(style="thin", color="999999")
    head = []
    for column in PROJECT_COLUMNS:
        cell = WriteOnlyCell(page, value=column.head)
        cell.font = Font(name=FONT, size=POINTS, bold=True)
        cell.fill, cell.border = PatternFill("solid", fgColor="EFEAE0"), Border(bottom=line, top=line)
        head.append(cell)
    page.append(head)
    cells = []
    for value, number_format in zip(pool()[0], FORMATS, strict=True):
        cell = WriteOnlyCell(page, value=value)
        cell.font, cell.number_format = Font(name=FONT, size=POINTS), number_format
        cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
        cells.append(cell)
    for row in rows:
        for cell, value in zip(cells, row, strict=True):
            cell.value = value
        page.append(cells)
    book.save(path)


def xlsxwriter(path: Path, rows: Iterator[Row]) -> None:
    from xlsxwriter import Workbook as Book

    book = Book(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("โครงการ")
    head = book.add_format({"font_name": FONT, "font_size": POINTS, "bold": True, "bg_color": "EFEAE0", "top": 1})
    page.write_row(0, 0, [column.head for column in PROJECT_COLUMNS], head)
    formats = [
        book.add_format(
            {"font_name": FONT, "font_size": POINTS, "num_format": each, "text_wrap": True, "valign": "top"}
        )
        for each in FORMATS
    ]
    texts = [isinstance(value, str) for value in pool()[0]]
    writers = [page.write_string if text else page.write_number for text in texts]
    columns = list(enumerate(zip(writers, formats, strict=True)))
    for number, row in enumerate(rows, start=1):
        for place, (write, style) in columns:
            write(number, place, row[place], style)
    book.close()


def pyexcelerate(path: Path, rows: Iterator[Row]) -> None:
    """It takes numbers as floats only, and styles by column; it holds all rows in memory."""
    from pyexcelerate import Font as Letters
    from pyexcelerate import Format, Style
    from pyexcelerate import Workbook as Book

    data = [[float(value) if isinstance(value, Decimal) else value for value in row] for row in rows]
    book = Book()
    page = book.new_sheet("โครงการ", data=[[column.head for column in PROJECT_COLUMNS], *data])
    page.set_row_style(1, Style(font=Letters(bold=True)))
    for place, number_format in enumerate(FORMATS, start=1):
        if number_format == BAHT_FORMAT:
            page.set_col_style(place, Style(format=Format(number_format)))
    book.save(str(path))


def rust(path: Path, rows: Iterator[Row]) -> None:
    """rustpy-xlsxwriter: rows as dictionaries; it writes what it does not know, such as a Decimal, as text."""
    from rustpy_xlsxwriter import Format, write_worksheet

    def style() -> Any:
        return Format().set_font_name(FONT).set_font_size(POINTS)

    heads = [column.head for column in PROJECT_COLUMNS]
    plain = (
        {head: float(value) if isinstance(value, Decimal) else value for head, value in zip(heads, row, strict=True)}
        for row in rows
    )
    write_worksheet(
        plain,
        str(path),
        sheet_name="โครงการ",
        header_format=style().set_bold().set_background_color("#EFEAE0").set_border_top("thin"),
        column_formats=[style().set_num_format(each).set_text_wrap() for each in FORMATS],
    )


WRITERS: dict[str, Writer] = {
    each.__name__: each for each in (ours, ours_small, openpyxl, xlsxwriter, pyexcelerate, rust)
}


def memory(what: str) -> float:
    """MiB of this process, from its own counters: getrusage would begin at the parent's peak."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) / 1024


def main(name: str, rows: int) -> None:
    made = pool()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xlsx"
        idle, start = memory("VmRSS"), perf_counter()
        WRITERS[name](path, islice(cycle(made), rows))
        seconds = perf_counter() - start
        print(json.dumps({"seconds": seconds, "mib": memory("VmHWM") - idle, "size": path.stat().st_size}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
