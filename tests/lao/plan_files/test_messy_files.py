"""Plans as clerks lay them out: merged cells, other tables, sums, footnotes, headings without numbers; no database."""

import csv
import re
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from app.lao.plan_files.reading import understand
from app.lao.plan_files.rules import Spot, Understood, row_seen_from
from app.uploads.pasted import read_pasted
from app.uploads.reader import NotAWorkbook, read_grids
from tests.lao.plan_files.files import as_docx, as_pasted, document, paragraph, table

DIMENSIONS = {1: "การสร้างสังคมที่ไม่ทนต่อการทุจริต", 2: "การบริหารราชการ", 3: "การมีส่วนร่วม", 4: "กลไกตรวจสอบ"}
PLAN = ["ภารกิจตามมิติ", "โครงการ/กิจกรรม/มาตรการ", "ปี 2561 งบประมาณ (บาท)", "ปี 2562 งบประมาณ (บาท)", "หมายเหตุ"]


def read(content: bytes | str, kept: dict[str, str] | None = None) -> Understood:
    grids = read_pasted(content) if isinstance(content, str) else read_grids(BytesIO(content))
    return understand(grids, DIMENSIONS, kept or {})


def book(rows: list[list[Any]], *merged: str) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def pasted(*rows: list[str]) -> Understood:
    return read(as_pasted([["มิติ", "โครงการ", "2561", "ไตรมาส"], *rows]))


def problems(found: Understood) -> list[str]:
    return [each.text for line in found.lines for each in line.problems]


def told(found: Understood) -> list[tuple[Any, str, dict[int, Decimal | None]]]:
    return [(line.said.get("dimension"), line.name, line.budgets) for line in found.lines]


def test_a_merged_cell_holds_for_every_place_it_covers() -> None:
    rows = [
        ["มิติ", "โครงการ", "2561", "2562", "2563", "ไตรมาส"],
        [1, "โครงการ ก", "ไม่ใช้งบประมาณ", None, None, "1-4"],
        [None, "โครงการ ข", 500, 600, "-", None],
    ]
    found = read(book(rows, "A2:A3", "C2:E2", "F2:F3"))
    assert told(found) == [
        (1, "โครงการ ก", {2561: None, 2562: None, 2563: None}),
        (1, "โครงการ ข", {2561: Decimal(500), 2562: Decimal(600), 2563: None}),
    ]
    assert {line.said["quarters"] for line in found.lines} == {(1, 2, 3, 4)}
    assert not problems(found)


@pytest.mark.parametrize("cells", ["C2:D2", "C2:C3"])
def test_one_amount_for_several_years_or_projects_is_refused(cells: str) -> None:
    rows = [["มิติ", "โครงการ", "2561", "2562"], [1, "โครงการ ก", 5000, None], [1, "โครงการ ข", None, 7]]
    found = read(book(rows, cells))
    assert len(problems(found)) == 2
    assert all("“5000” ผสานหลายปีหรือหลายรายการไว้" in text for text in problems(found))


OTHERS = {
    "summary": [
        ["มิติ", "จำนวนโครงการ", "งบประมาณปี 2561", "งบประมาณปี 2562", "ร้อยละ"],
        ["มิติที่ 1", "5", "500", "600", "10"],
    ],
    "persons": [["คณะกรรมการ", "ตำแหน่ง", "โทรศัพท์", "สังกัด", "ลำดับ"], ["นาย ก", "ประธาน", "0812345678", "", ""]],
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_table_of_something_else_is_no_next_page(name: str) -> None:
    plan = table([PLAN, ["1.1 ก", "โครงการ ก", "1", "2", ""]])
    found = read(document(paragraph("มิติที่ 1") + plan + paragraph("") + table(OTHERS[name])))
    assert told(found) == [(1, "โครงการ ก", {2561: Decimal(1), 2562: Decimal(2)})]
    assert [each.text for each in found.skipped] == ["“ตารางที่ 2” ไม่มีหัวตารางของแผน"]


def test_only_a_column_of_the_plans_budget_is_a_years_budget() -> None:
    heads = ["มิติ", "โครงการ", "เป้าหมายปี 2561", "งบประมาณปี 2561", "เบิกจ่ายปี 2562", "ผลปี 2562", "งบประมาณปี 2562"]
    found = read(book([heads, [1, "โครงการ ก", "50 คน", 100, 90, "ดี", 5]]))
    assert told(found) == [(1, "โครงการ ก", {2561: Decimal(100), 2562: Decimal(5)})]


def test_a_sum_is_no_project_wherever_it_stands_and_a_project_is_no_sum() -> None:
    found = pasted(
        ["1", "รวมพลังต้านโกง", "1", ""],
        ["1", "รวมเงินวันละบาท", "3", "1"],
        ["", "รวม", "4", ""],
        ["มิติที่ 1", "รวม 2 โครงการ", "4", ""],
        ["1", "รวมเป็นเงิน", "4", ""],
        ["", "รวมทั้งสิ้น", "4", ""],
    )
    assert [line.name for line in found.lines] == ["รวมพลังต้านโกง", "รวมเงินวันละบาท"]
    assert len(found.skipped) == 4


def test_the_sum_of_a_dimension_beside_its_heading_is_no_project() -> None:
    rows = [
        PLAN,
        ["1. มิติที่ 1 สร้างสังคม", "", "100", "200", ""],
        ["1.1 ก", "โครงการ ก", "100", "200", ""],
        ["", "2. มิติที่ 2 บริหาร", "5", "", ""],
        ["", "โครงการ ข", "5", "", ""],
    ]
    found = read(as_docx(rows))
    assert [(dimension, name) for dimension, name, _budgets in told(found)] == [(1, "โครงการ ก"), (2, "โครงการ ข")]
    assert [each.text[:18] for each in found.skipped] == ["ยอดของทั้งมิติ ไม่"] * 2


def test_a_dimension_may_be_called_by_its_name_or_within_a_title() -> None:
    rows = [
        PLAN,
        ["", "โครงการ ก", "1", "", ""],
        ["การบริหารราชการ", "", "", "", ""],
        ["", "โครงการ ข", "1", "", ""],
        ["", "", "", "", ""],
        ["", "๓. มิติที่ ๓", "", "", ""],
        ["", "โครงการ ค", "1", "", ""],
    ]
    found = read(as_docx(rows, "แผน 4 มิติ", "รายละเอียดโครงการ มิติที่ 1 การสร้างสังคม"))
    assert [dimension for dimension, *_ in told(found)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("said", "dimension"),
    [
        *(("๓", 3), ("มิติที่ ๓ การมีส่วนร่วม", 3), ("3. การมีส่วนร่วม", 3), ("การมีส่วนร่วม", 3), ("1.0", 1)),
        *(("1, 2", None), ("1.5", None), ("1-2", None), ("มิติที่ 1 และ 2", None), ("12", None)),
    ],
)
def test_a_cell_names_one_dimension_or_is_refused(said: str, dimension: int | None) -> None:
    found = pasted([said, "โครงการ ก", "1", ""])
    assert found.lines[0].said.get("dimension") == dimension
    assert bool(problems(found)) == (dimension is None)


@pytest.mark.parametrize(
    ("said", "quarters"),
    [
        *(("1 - 4", (1, 2, 3, 4)), ("ไตรมาส 2 ถึง ไตรมาส 3", (2, 3)), ("ตลอดปี", (1, 2, 3, 4))),
        *(("ไตรมาสที่ ๑", (1,)), ("4-1", None), ("1.2", None), ("12", None)),
    ],
)
def test_quarters_as_clerks_write_them(said: str, quarters: tuple[int, ...] | None) -> None:
    assert pasted(["1", "โครงการ ก", "1", said]).lines[0].said.get("quarters") == quarters


def test_a_heading_with_nothing_below_is_told_and_so_is_a_footnote() -> None:
    rows = [
        PLAN,
        ["มิติที่ 1", "", "", "", ""],
        ["", "1.1 การสร้างจิตสำนึก", "", "", ""],
        ["", "1.1.1 อบรมคุณธรรม", "", "", ""],
        ["", "1.1.2 ส่งเสริมคุณธรรม", "5", "", ""],
        ["* งบประมาณอาจเปลี่ยนแปลง", "", "", "", ""],
        ["", "หมายเหตุ ดูหน้า 3", "", "", ""],
    ]
    found = read(as_docx(rows))
    assert [line.name for line in found.lines] == ["ส่งเสริมคุณธรรม"]
    assert [(each.place.row, each.text[:13]) for each in found.skipped] == [
        (4, "อ่านเป็นหัวข้"),
        (6, "หมายเหตุของตา"),
        (7, "หมายเหตุของตา"),
    ]


def test_a_number_is_no_name() -> None:
    assert problems(pasted(["1", "25", "1", ""])) == ["“25” ไม่ใช่ชื่อโครงการ"]


def test_what_a_clerk_said_of_a_column_goes_before_the_words_of_another() -> None:
    rows = [["มิติ", "โครงการหลัก", "รายละเอียดงาน", "2561"], [1, "โครงการใหญ่", "กิจกรรมย่อย", 5]]
    found = read(book(rows), {"รายละเอียดงาน": "name"})
    assert [line.name for line in found.lines] == ["กิจกรรมย่อย"]


LISTS = [
    ["ที่", "มิติ", "โครงการ", "2561", "2562", "2563", "2564", "ไตรมาส"],
    *([str(number), "1", "โครงการ ก, ข และ ค", "5,000", "5,000", "1,005,000", "-", "1, 2, 3, 4"] for number in (1, 2)),
]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp874", "utf-16"])
def test_commas_in_amounts_do_not_hide_what_separates_the_cells(mark: str, encoding: str) -> None:
    text = StringIO()
    csv.writer(text, delimiter=mark).writerows(LISTS)
    budgets = {2561: Decimal(5000), 2562: Decimal(5000), 2563: Decimal(1005000), 2564: None}
    assert told(read(text.getvalue().encode(encoding))) == [(1, "โครงการ ก, ข และ ค", budgets)] * 2


def test_quotation_marks_of_a_name_stay_in_a_pasted_table() -> None:
    found = read('มิติ\tโครงการ\t2561\n1\t"สุจริต" นำไทย\t5\n1\tโครงการ "ข"\t6\n')
    assert [line.name for line in found.lines] == ['"สุจริต" นำไทย', 'โครงการ "ข"']


def test_a_cell_of_a_document_too_long_to_keep_is_told_and_never_cut() -> None:
    rows = [
        ["มิติ", "โครงการ", "2561", "วัตถุประสงค์"],
        ["1", "โครงการ ก", "5", "ก" * 4001],
        ["1", "โครงการ ข", "5", "ก" * 4000],
    ]
    found = read(as_docx(rows))
    assert [("objective" in line.said, [each.text[-9:] for each in line.problems]) for line in found.lines] == [
        (False, ["ยาวเกินไป"]),
        (True, []),
    ]


def _zipped(**parts: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("_", "."), content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (OLE + "WordDocument".encode("utf-16-le"), "Word รุ่นเก่า (.doc) เปิดด้วย Word แล้วบันทึกเป็น .docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "มีรหัสผ่าน เปิดด้วยโปรแกรมเดิม (Excel หรือ Word)"),
        (_zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_xml=b"<x/>"), "เอกสาร .odt"),
        (b"%PDF-1.7", "เป็น PDF ใช้ไฟล์ Excel (.xlsx, .xlsm, .xls, .xlsb), OpenDocument (.ods) CSV หรือ Word (.docx)"),
        (document("<w:tbl>"), "ไฟล์ Word นี้เสีย"),
    ],
)
def test_a_refused_file_says_what_to_do_with_this_kind(content: bytes, sentence: str) -> None:
    with pytest.raises(NotAWorkbook, match=re.escape(sentence)):
        read_grids(BytesIO(content))


def _spanning(cells: list[str], *spans: int) -> str:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="{}"/></w:tcPr>{}</w:tc>'.format
    return f"<w:tr>{''.join(cell(span, paragraph(text)) for text, span in zip(cells, spans, strict=True))}</w:tr>"


def test_rows_whose_borders_were_dragged_stay_below_their_heads() -> None:
    rows = [
        _spanning(PLAN, 1, 1, 2, 1, 1),
        _spanning(["1.1 ก", "โครงการ ก", "1", "2", ""], 1, 2, 1, 1, 1),
        _spanning(["", "โครงการ ข", "3", "4", ""], 2, 1, 1, 1, 1),
        _spanning(["มิติที่ 2"], 6),
        _spanning(["", "โครงการ ค", "-", ""], 1, 2, 2, 1),  # without budget in both years
        _spanning(["", "โครงการ ง", "5", "6", ""], 1, 1, 2, 1, 1),
    ]
    found = read(document(paragraph("มิติที่ 1") + f"<w:tbl>{''.join(rows)}</w:tbl>"))
    assert told(found) == [
        (1, "โครงการ ก", {2561: Decimal(1), 2562: Decimal(2)}),
        (1, "โครงการ ข", {2561: Decimal(3), 2562: Decimal(4)}),
        (2, "โครงการ ค", {2561: None, 2562: None}),
        (2, "โครงการ ง", {2561: Decimal(5), 2562: Decimal(6)}),
    ]


@pytest.mark.parametrize("where", ["head", "below", "title", "above"])
def test_amounts_told_in_thousands_are_never_taken_for_baht(where: str) -> None:
    said = "หน่วย : พันบาท"
    head = ["มิติ", "โครงการ", "งบประมาณปี 2561 (พันบาท)" if where == "head" else "งบประมาณปี 2561"]
    rows = [head, ["1", "โครงการ ก", "5"], ["1", "โครงการ ข", "-"]]
    rows[:0] = [["", "", said]] if where == "title" else []
    rows[1:1] = [["", "", "(พันบาท)"]] if where == "below" else []
    found = read(as_docx(rows, *([said] if where == "above" else [])))
    assert [line.name for line in found.lines if line.problems] == ["โครงการ ก"]
    assert problems(found) == ["หัวตารางบอกจำนวนเป็นพันบาท พิมพ์เป็นบาทเต็มจำนวน แล้วแก้หัวตาราง"]


def test_a_row_that_numbers_columns_and_the_signatures_are_no_projects() -> None:
    found = pasted(
        ["(๑)", "(๒)", "(๓)", "(๔)"],
        ["1", "โครงการ ก", "5", "1"],
        ["", "ลงชื่อ........................ผู้จัดทำ", "", ""],
        ["", "(นายหนึ่ง สอง)", "", ""],
        ["", "", "ปลัดองค์การบริหารส่วนตำบล", ""],
    )
    assert told(found) == [(1, "โครงการ ก", {2561: Decimal(5)})]
    assert [each.place.row for each in found.skipped] == [4, 5, 6]


def test_another_row_is_named_with_its_table_where_that_is_another() -> None:
    assert row_seen_from(Spot(0, 3), Spot(0, 9)) == "แถวที่ 3"
    assert row_seen_from(Spot(0, 3), Spot(1, 3)) == "แถวที่ 3 ของแผ่นงานหรือตารางที่ 1"
