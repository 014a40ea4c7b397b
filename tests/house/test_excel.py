"""What an office opens: read back by another library, cell by cell."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from operator import itemgetter
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from app.lao.reporting.rules import percent_done
from app.spreadsheets.excel import (
    BAHT_FORMAT,
    EXPLANATIONS,
    THAI_DATE_FORMAT,
    Cell,
    CellKind,
    Column,
    Table,
    baht,
    count,
    csv_text,
    file_content,
    made,
    percent,
    workbook,
)
from app.uploads.cells import TableLine
from app.uploads.reader import read_sheet
from app.web import attachment, disposition

MOMENT = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
COLUMNS = (
    Column("ชื่อ", itemgetter(0), 40, explain="ชื่อโครงการ"),
    Column("งบประมาณ", itemgetter(1), 18, CellKind.BAHT, summed=True),
    Column("วันที่", itemgetter(2), 20, CellKind.DATE),
)
PLAIN = [replace(column, summed=False) for column in COLUMNS]
ROWS: list[tuple[Cell, ...]] = [
    ("=HYPERLINK(1)", Decimal("150000.50"), date(2020, 1, 31)),
    ("น้ำใจ & <ไมตรี>\nบรรทัดสอง", -7, None),
    ("+66", Decimal("0.00"), None),
]


def table(**changes: Any) -> Table[Any]:
    given: dict[str, Any] = {"sheet": "โครงการ", "title": ("รายงาน", "ปี 2561"), "columns": COLUMNS, "rows": iter(ROWS)}
    given |= {"rules": ("นับเฉพาะโครงการที่ไม่ถูกปฏิเสธ",), "whole": ("", Decimal("149993.50"), None)}
    return Table(**given | changes)


def test_every_cell_reads_back_with_another_library() -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(table())))
    assert book.sheet_names == ["โครงการ", "คำอธิบาย"]
    assert book.get_sheet_by_name("โครงการ").to_python() == [
        ["รายงาน", "", ""],
        ["ปี 2561", "", ""],
        ["", "", ""],
        ["ชื่อ", "งบประมาณ", "วันที่"],
        ["=HYPERLINK(1)", 150000.5, date(2020, 1, 31)],
        ["น้ำใจ & <ไมตรี>\nบรรทัดสอง", -7, ""],
        ["+66", 0, ""],
        ["รวม", 149993.5, ""],
    ]
    assert book.get_sheet_by_name("คำอธิบาย").to_python() == [
        ["คอลัมน์", "ความหมาย"],
        ["รายงาน", ""],
        ["ชื่อ", "ชื่อโครงการ"],
        ["กติกา", "นับเฉพาะโครงการที่ไม่ถูกปฏิเสธ"],
    ]


def test_the_sheet_is_made_for_an_office_and_its_printer() -> None:
    sheet = load_workbook(BytesIO(workbook(table())))["โครงการ"]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$4:$4")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (
        "landscape",
        9,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.column_dimensions["A"].width == 40
    assert {cell.font.name for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"TH Sarabun New"}
    assert [cell.number_format for cell in sheet[5]] == ["General", BAHT_FORMAT, THAI_DATE_FORMAT]
    assert (sheet["A5"].data_type, sheet["B5"].data_type) == ("s", "n")
    assert [row[0].font.b for row in (sheet[1], sheet[2], sheet[4], sheet[5], sheet[8])] == [
        *(True, False, True, False, True)
    ]


def test_a_title_among_the_explanations_stands_on_one_line() -> None:
    """Longer than its column, it goes on over the empty one beside it: a wrapped line would lie in the next row."""
    sheet = load_workbook(BytesIO(workbook(table(title=("ผลการดำเนินงาน " * 8,)))))[EXPLANATIONS]
    assert sheet["A2"].font.b
    assert not sheet["A2"].alignment.wrap_text
    assert sheet["B2"].value is None
    assert sheet.row_dimensions[2].height is None


def test_a_total_is_added_up_while_the_rows_pass_by() -> None:
    part, whole = count("แล้ว", itemgetter(2), 10), count("แห่ง", itemgetter(3), 10)
    columns = (
        Column("ชื่อ", itemgetter(0), 40),
        baht("บาท", itemgetter(1)),
        replace(part, head="เรียกอีกอย่าง"),
        percent("ร้อยละ", percent_done, part, whole, 10),
    )
    rows: list[tuple[Cell, ...]] = [
        ("ก", Decimal("0.10"), 1, 2),
        ("ข", None, 2, 2),
        ("ค", "ไม่ใช้งบประมาณ", 0, 2),
    ]
    book = CalamineWorkbook.from_filelike(BytesIO(workbook(Table("ก", (), columns, iter(rows)))))
    assert book.get_sheet_by_index(0).to_python()[1:] == [
        ["ก", 0.1, 1, 50],
        ["ข", "", 2, 100],
        ["ค", "ไม่ใช้งบประมาณ", 0, 0],
        ["รวม", 0.1, 3, 50],
    ]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("รายงาน ปี 2561", "รายงาน ปี 2561"),
        ("รายงาน ปี 2561.xlsx", "รายงาน ปี 2561"),
        ("รหัสผู้ใช้งาน อปท.", "รหัสผู้ใช้งาน อปท"),
        ("อบต.ดินทอง พ.ศ. 2561", "อบต ดินทอง พ ศ 2561"),
        ('ก/ข\\ค:ง*?"<>|\nจ', "ก ข ค ง จ"),
    ],
)
def test_a_file_name_has_one_dot(name: str, told: str) -> None:
    assert unquote(disposition(name, "xlsx")).endswith(f"filename*=UTF-8''{told}.xlsx")


def test_a_sheet_without_anything_to_explain_stands_alone_and_comes_back() -> None:
    columns = (Column("รหัส", itemgetter(0), 10), Column("ปี", itemgetter(1), 10, CellKind.NUMBER))
    content = workbook(Table("ผลแผน", (), columns, [("0650807", 2561)]))
    assert CalamineWorkbook.from_filelike(BytesIO(content)).sheet_names == ["ผลแผน"]
    assert read_sheet(BytesIO(content), ["รหัส", "ปี"]).lines == [TableLine(2, ("0650807", 2561))]


def test_the_same_tables_at_the_same_moment_make_the_same_file() -> None:
    assert workbook(table(), at=MOMENT) == workbook(table(), at=MOMENT)


def test_csv_holds_the_same_rows_and_no_formula() -> None:
    content = csv_text(table(), table(title=(), columns=PLAIN, rows=iter(ROWS[:1])))
    assert content.startswith("\ufeffรายงาน".encode())
    assert list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))) == [
        ["รายงาน"],
        ["ปี 2561"],
        [],
        ["ชื่อ", "งบประมาณ", "วันที่"],
        ["'=HYPERLINK(1)", "150000.50", "2020-01-31"],
        ["น้ำใจ & <ไมตรี>\nบรรทัดสอง", "-7", ""],
        ["'+66", "0.00", ""],
        ["รวม", "149993.50", ""],
        [],
        ["ชื่อ", "งบประมาณ", "วันที่"],
        ["'=HYPERLINK(1)", "150000.50", "2020-01-31"],
    ]


@pytest.mark.parametrize(
    ("typed", "written"),
    [("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"), ("\tก", "'\tก"), ("ก=1", "ก=1"), (-1, "-1")],
)
def test_only_text_that_begins_like_a_formula_is_neutralised(typed: Cell, written: str) -> None:
    lines = csv_text(Table("ก", (), COLUMNS[:1], [(typed,)])).decode("utf-8-sig")
    assert list(csv.reader(StringIO(lines, newline="")))[1] == [written]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_download_has_a_thai_name_and_its_kind(kind: str) -> None:
    answer = attachment("รายงาน ปี 2561", kind, file_content(kind, table()))
    name = "%E0%B8%A3%E0%B8%B2%E0%B8%A2%E0%B8%87%E0%B8%B2%E0%B8%99%20%E0%B8%9B%E0%B8%B5%202561"
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=\"report.{kind}\"; filename*=UTF-8''{name}.{kind}"
    )
    assert answer.mimetype == {"csv": "text/csv"}.get(
        kind, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


def test_rows_are_taken_as_they_are_needed() -> None:
    taken = []

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number in range(3):
            taken.append(number)
            yield (number, None, None)

    waiting = table(rows=rows())
    assert taken == []
    workbook(waiting)
    assert taken == [0, 1, 2]


def test_when_and_by_whom() -> None:
    assert made(MOMENT, "สมชาย") == "จัดทำเมื่อ 3 กุมภาพันธ์ 2563 เวลา 11.05 น. โดย สมชาย"
