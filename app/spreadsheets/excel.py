"""Workbooks as Thai offices read them: TH Sarabun New, frozen head, real numbers, A4 landscape, no user formulas."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from io import BytesIO
from itertools import chain, islice, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins

from app import clock
from app.language import said
from app.spreadsheets import sheet_lane, sheets
from app.spreadsheets.csv_files import csv_text, write_csv
from app.spreadsheets.sheets import ROW_POINTS, Block
from app.spreadsheets.tables import (
    BAHT_FORMAT,
    BAHT_WIDTH,
    COUNT_FORMAT,
    PERCENT_FORMAT,
    THAI_DATE_FORMAT,
    Cell,
    CellKind,
    Column,
    Table,
    baht,
    count,
    made,
    percent,
)

__all__ = [
    "BAHT_FORMAT",
    "BAHT_WIDTH",
    "COUNT_FORMAT",
    "PERCENT_FORMAT",
    "THAI_DATE_FORMAT",
    "Cell",
    "CellKind",
    "Column",
    "Table",
    "baht",
    "count",
    "csv_text",
    "file_content",
    "made",
    "percent",
    "workbook",
    "write_again",
    "write_csv",
    "write_workbook",
]

FONT = "TH Sarabun New"
POINTS = 16
LONG = 200  # rows: writing more of them takes openpyxl a tenth of a second and up
LETTERS = 0.8  # of TH Sarabun New at 16 points, in one unit of a column's width
LINE = Side(style="thin", color="999999")
HAIR = Side(style="hair", color="999999")
EXPLANATIONS = "คำอธิบาย"
CHOICES = "ตัวเลือก"
FORM_ROWS = 5000  # below the head that have the pick lists
AS_TEXT = "@"  # else Excel makes 1-4 a date as it is typed


def workbook(*tables: Table[Any], at: datetime | None = None) -> bytes:
    """One sheet a table, and last one that explains columns and rules, where there is anything to explain."""
    out = BytesIO()
    write_workbook(out, *tables, at=at)
    return out.getvalue()


def write_workbook(file: IO[bytes], *tables: Table[Any], at: datetime | None = None) -> None:
    """`workbook` into `file`, with LONG rows a table in memory. The same tables and the same `at`: the same bytes."""
    peeked = [_peek(table) for table in tables]
    book = Workbook(write_only=True)
    blocks = [_blocks(book.create_sheet(said(table.sheet)), table) for table, _long in peeked]
    choices = [column for table in tables for column in table.columns if column.choices]
    if choices:
        blocks.append(_choices(book.create_sheet(CHOICES), choices))
        book[CHOICES].sheet_state = "hidden"
    if any(table.rules or any(column.explain for column in table.columns) for table in tables):
        blocks.append(_explanations(book.create_sheet(said(EXPLANATIONS)), tables))
    way = sheet_lane if any(is_long for _table, is_long in peeked) else sheets
    way.write(file, book, blocks, at or clock.now())


def write_again(file: IO[bytes], old: Path, rows: int, at: datetime) -> None:
    """The workbook in `old`, of one table with so many rows, as `write_workbook` would write it at another moment."""
    sheet_lane.write_again((sheet_lane.FastArchive if rows > LONG else sheets.Archive)(file, at), old)


def _peek(table: Table[Any]) -> tuple[Table[Any], bool]:
    """The table, untouched as far as its reader can tell, and whether it is a long one."""
    rows = iter(table.rows)
    first = list(islice(rows, LONG + 1))
    return replace(table, rows=chain(first, rows)), len(first) > LONG


def file_content(kind: str, *tables: Table[Any]) -> bytes:
    """The tables as the bytes of a file; `kind` is "xlsx" or "csv"."""
    return csv_text(*tables) if kind == "csv" else workbook(*tables)


def _blocks(page: WriteOnlyWorksheet, table: Table[Any]) -> list[Block]:
    """Title, head, rows and total, and the sheet set up for them."""
    heads = table.heads
    _set_up(page, table.columns, head_row=len(table.title) + 2 if table.title else 1)
    blocks = list(_title(page, table.title))
    if table.is_form:
        _make_form(page, table)
    fits = _fits(table.columns)
    blocks.append(Block([_head(page) for _each in heads], [heads], fits))
    cells = [_form_cells(page, column, table) if table.is_form else _cells(page, column) for column in table.columns]
    blocks.append(Block(cells, table.cells(), fits, arrows=True))
    blocks.append(Block([_cells(page, column, bold=True) for column in table.columns], table.totals(), fits))
    return blocks


def _make_form(page: WriteOnlyWorksheet, table: Table[Any]) -> None:
    """Lock what is not to be filled in, without a password: it keeps from slips. Pick lists come from a sheet, for
    LibreOffice cuts those that stand in the rule itself at 255 letters."""
    page.protection.sheet = not table.grows
    for allowed in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(page.protection, allowed, False)
    first = len(table.title) + 3 if table.title else 2
    with_choices = [column for column in table.columns if column.choices]
    for place, column in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        page.column_dimensions[letter].hidden = column.hidden
        if table.grows and column.kind is CellKind.TEXT:
            page.column_dimensions[letter].number_format = AS_TEXT
        if column.choices:
            among = get_column_letter(with_choices.index(column) + 1)
            rule = DataValidation("list", formula1=f"{CHOICES}!${among}$2:${among}${len(column.choices) + 1}")
            rule.allow_blank, rule.showErrorMessage = True, not column.free
            rule.errorTitle, rule.error = column.head, "เลือกจากรายการ"
            rule.add(f"{letter}{first}:{letter}{first + FORM_ROWS}")
            page.data_validations.append(rule)


def _choices(page: WriteOnlyWorksheet, columns: Sequence[Column[Any]]) -> list[Block]:
    """The sheet of pick lists, a column each."""
    heads = [Column(column.head, itemgetter(0), column.width) for column in columns]
    _set_up(page, heads, head_row=1)
    words = zip_longest(*(column.choices for column in columns), fillvalue="")
    return [
        Block([_head(page) for _each in heads], [[column.head for column in columns]]),
        Block([_cells(page, column) for column in heads], list(words), _fits(heads)),
    ]


def _fits(columns: Sequence[Column[Any]]) -> list[int]:
    """How many letters fit on a line, the words not cut: a column's width is told in digits of a smaller font."""
    return [max(1, int(column.width * LETTERS)) for column in columns]


def _explanations(page: WriteOnlyWorksheet, tables: Sequence[Table[Any]]) -> list[Block]:
    columns = (Column(said("คอลัมน์"), itemgetter(0), 44), Column(said("ความหมาย"), itemgetter(1), 110))
    _set_up(page, columns, head_row=1)
    plain, title = [_cells(page, column) for column in columns], [(_style(page, bold=True),) * 2]  # over both columns
    blocks = [Block([_head(page) for _each in columns], [[column.head for column in columns]])]
    for table in tables:
        explained = [(said(column.head), said(column.explain)) for column in table.columns if column.explain]
        if explained or table.rules:
            blocks.append(Block(title, [(table.title[0] if table.title else said(table.sheet),)]))
            rules = ((said("กติกา"), said(rule)) for rule in table.rules)
            blocks.append(Block(plain, chain(explained, rules), _fits(columns)))
    return blocks


def _set_up(page: WriteOnlyWorksheet, columns: Sequence[Column[Any]], head_row: int) -> None:
    for place, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width
    page.sheet_format.defaultRowHeight = ROW_POINTS
    page.freeze_panes = f"A{head_row + 1}"
    page.print_title_rows = f"{head_row}:{head_row}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = "9"  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)  # inches
    page.oddFooter.right.text = said("หน้า &P / &N")


def _title(page: WriteOnlyWorksheet, lines: Sequence[str]) -> Iterator[Block]:
    for place, line in enumerate(lines):
        yield Block([(_style(page, bold=place == 0),) * 2], [[line]])
    if lines:
        yield Block((), [()])


def _style(page: WriteOnlyWorksheet, *, bold: bool = False, **more: Any) -> WriteOnlyCell:
    """A cell with a style, to be filled again and again."""
    cell = WriteOnlyCell(page)
    cell.font = Font(name=FONT, size=POINTS, bold=bold)
    for name, value in more.items():
        setattr(cell, name, value)
    return cell


def _head(page: WriteOnlyWorksheet) -> tuple[WriteOnlyCell, WriteOnlyCell]:
    cell = _style(
        page,
        bold=True,
        alignment=Alignment(horizontal="center", vertical="center", wrap_text=True),
        fill=PatternFill("solid", fgColor="EFEAE0"),
        border=Border(bottom=LINE, top=LINE),
    )
    return cell, cell


def _form_cells(
    page: WriteOnlyWorksheet, column: Column[Any], table: Table[Any]
) -> tuple[WriteOnlyCell, WriteOnlyCell]:
    if table.grows:
        text, number = _cells(page, column)
        text.number_format = AS_TEXT if column.kind is CellKind.TEXT else text.number_format
        return text, number
    if column.typed:
        return _cells(page, column, protection=Protection(locked=False))
    return _cells(page, column, fill=PatternFill("solid", fgColor="EEEEEE"))


def _cells(
    page: WriteOnlyWorksheet, column: Column[Any], *, bold: bool = False, **more: Any
) -> tuple[WriteOnlyCell, WriteOnlyCell]:
    """The styles of a column: for text, and for numbers and dates."""
    style = partial(_style, page, bold=bold, border=Border(bottom=HAIR), **more)
    text = style(alignment=Alignment(vertical="top", wrap_text=True))
    number = Alignment(horizontal="right", vertical="top", indent=1)  # off the text in the next column
    return text, style(alignment=number, number_format=column.kind.format)
