"""Workbooks as Thai offices read them: TH Sarabun New, frozen head, real numbers, A4 landscape, no user formulas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from urllib.parse import quote
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from flask import Response
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as OpenpyxlCell
from openpyxl.cell.cell import WriteOnlyCell as make_cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from app.clock import thai_date, thai_time
from app.words import clean_line

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "TH Sarabun New"
ROW_HEIGHT = 26  # points, for 16 pt Thai with two storeys of marks
LINE = Side(style="thin", color="999999")
Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Column:
    """`width` in characters; `format` an Excel number format for numbers."""

    head: str
    width: int
    format: str = "General"


BAHT_FORMAT = "#,##0.00"


def workbook(sheet: str, title: Sequence[str], columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet: the title lines, a head, the rows."""
    book = Workbook(write_only=True)
    page: WriteOnlyWorksheet = book.create_sheet(sheet)
    _set_up(page, columns, head_row=len(title) + 2 if title else 1)
    for place, line in enumerate(title):
        page.append([_text(page, line, bold=place == 0)])
    if title:
        page.append([])
    page.append([_head(page, column.head) for column in columns])
    for row in rows:
        page.append([_cell(page, value, column) for value, column in zip(row, columns, strict=True)])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


class NotAWorkbook(Exception):
    """The file is not what its name says; the message is for the person who sent it."""


def rows_of(content: bytes, limit: int) -> list[list[str]]:
    """The first sheet as text, row by row, as the person sees it. Raises NotAWorkbook, also above `limit` rows."""
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = [[_as_text(value) for value in row] for row in sheet.iter_rows(max_row=limit + 1, values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError, ParseError) as error:
        raise NotAWorkbook("ไฟล์นี้ไม่ใช่ไฟล์ Excel (.xlsx) หรือไฟล์เสีย เปิดด้วย Excel แล้วบันทึกเป็น .xlsx ใหม่") from error
    if len(rows) > limit:
        raise NotAWorkbook(f"ไฟล์มีมากกว่า {limit:,} แถว แบ่งเป็นหลายไฟล์")
    return rows


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else clean_line(str(value))


def made(now: datetime, by: str) -> str:
    """The line that says when and by whom a file was made."""
    return f"จัดทำเมื่อ {thai_date(now)} เวลา {thai_time(now)} โดย {by}"


def download(content: bytes, name: str) -> Response:
    """The file as a download; its Thai name as RFC 6266 has it, with a plain one for old browsers."""
    response = Response(content, mimetype=MIMETYPE)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"report.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx"
    )
    return response


def _set_up(page: WriteOnlyWorksheet, columns: Sequence[Column], head_row: int) -> None:
    for place, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width
    page.sheet_format.defaultRowHeight = ROW_HEIGHT
    page.sheet_format.customHeight = True
    page.freeze_panes = f"A{head_row + 1}"
    page.print_title_rows = f"{head_row}:{head_row}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = "9"  # A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _text(page: WriteOnlyWorksheet, value: str, *, bold: bool = False) -> OpenpyxlCell:
    """Text stays text: what begins like a formula is never one."""
    cell = make_cell(page, value=value)
    cell.data_type = "s"
    cell.font = Font(name=FONT, size=16, bold=bold)
    return cell


def _head(page: WriteOnlyWorksheet, value: str) -> OpenpyxlCell:
    cell = _text(page, value, bold=True)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.fill = PatternFill("solid", fgColor="EFEAE0")
    cell.border = Border(bottom=LINE, top=LINE)
    return cell


def _cell(page: WriteOnlyWorksheet, value: Cell, column: Column) -> OpenpyxlCell:
    if isinstance(value, str):
        cell = _text(page, value)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    else:
        cell = make_cell(page, value=value)
        cell.font = Font(name=FONT, size=16)
        cell.number_format = column.format
    return cell
