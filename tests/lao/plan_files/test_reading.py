"""What is read out of plans as offices have them; no database."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest

from app.lao.plan_files.reading import understand
from app.lao.plan_files.rules import Understood
from app.models.enums import Kind
from app.uploads.pasted import read_pasted
from app.uploads.reader import Grid, NotAWorkbook, read_grids
from app.words import arabic_digits
from tests.lao.plan_files.files import (
    PLANS,
    as_docx,
    as_pasted,
    as_xlsx,
    document,
    paragraph,
    run,
    table,
)

DIMENSIONS = {number: f"มิติ {number}" for number in range(1, 5)}
HEADS = ["ภารกิจตามมิติ", "โครงการ/กิจกรรม/มาตรการ", "ปี ๒๕๖๑ งบประมาณ (บาท)", "ปี ๒๕๖๒ งบประมาณ (บาท)"]
EXPECTED = sorted(path.name.removesuffix(".expected.json") for path in PLANS.glob("*.expected.json"))


def grids_of(name: str) -> list[Grid]:
    content = (PLANS / name).read_bytes()
    return read_pasted(content.decode()) if name.endswith(".txt") else read_grids(BytesIO(content))


def read(content: bytes | str) -> Understood:
    grids = read_pasted(content) if isinstance(content, str) else read_grids(BytesIO(content))
    return understand(grids, DIMENSIONS, {})


@pytest.mark.parametrize("name", EXPECTED)
def test_a_plan_as_an_office_has_it_is_read_field_by_field(name: str) -> None:
    expected = json.loads((PLANS / f"{name}.expected.json").read_text(encoding="utf-8"))["projects"]
    found = understand(grids_of(name), DIMENSIONS, {})
    said = [
        {
            "dimension": line.said["dimension"],
            "mission": arabic_digits(line.mission) or given["mission"],  # a pasted table has no column for it
            "kind": line.said["kind"].label,
            "name": line.name,
            "budgets": {str(year): amount if amount is None else str(amount) for year, amount in line.budgets.items()},
        }
        for line, given in zip(found.lines, expected, strict=True)
    ]
    assert said == expected
    assert not [problem for line in found.lines for problem in line.problems]
    assert not found.warnings


CELL = "๑) โครงการหนึ่ง\nทำต่อเนื่อง\n๒) กิจกรรมสอง\n๓) มาตรการสาม"


@pytest.mark.parametrize(
    ("amounts", "budgets"),
    [
        pytest.param("1,000\n-\n0", [{2561: Decimal(1000)}, {2561: None}, {2561: Decimal(0)}], id="one line a project"),
        pytest.param("1,000\n\n-\n0", [{2561: Decimal(1000)}, {2561: None}, {2561: Decimal(0)}], id="beside its line"),
        pytest.param("1,000\n\n2", [{2561: Decimal(1000)}, {}, {2561: Decimal(2)}], id="none for the second"),
        pytest.param("1,000", None, id="one amount for three"),
    ],
)
def test_several_projects_in_one_cell(amounts: str, budgets: list[dict[int, Decimal | None]] | None) -> None:
    found = read(as_docx([HEADS, ["1.1 จิตสำนึก", CELL, amounts, ""]], "มิติที่ 1 สังคม"))
    assert [line.name for line in found.lines] == ["โครงการหนึ่ง ทำต่อเนื่อง", "กิจกรรมสอง", "มาตรการสาม"]
    if budgets is None:
        assert all("ช่องชื่อมี 3 รายการ แต่ช่องนี้มี 1 จำนวน" in line.problems[0].text for line in found.lines)
    else:
        assert [line.budgets for line in found.lines] == budgets


def test_headings_stand_in_rows_or_paragraphs_and_numbers_are_no_part_of_a_name() -> None:
    rows = [
        HEADS,
        ["1.1.1 สร้างจิตสำนึก", "", "", ""],
        ["", "1.1.1.1 โครงการอบรม", "๑๐,๐๐๐", "-"],
        ["", "มาตรการส่งเสริม", "", "๕"],
        ["มิติที่ ๒ การบริหาร", "", "", ""],
        ["๒.๑ เจตจำนง", "๑. กิจกรรมประกาศ", "-", ""],
        ["", "รวม", "10,001", ""],
    ]
    found = read(as_docx(rows, "แผน", "มิติที่ 1. สังคม"))
    told = [(line.said["dimension"], line.mission, line.name, line.said["kind"]) for line in found.lines]
    assert told == [
        (1, "1.1.1 สร้างจิตสำนึก", "โครงการอบรม", Kind.PROJECT),
        (1, "1.1.1 สร้างจิตสำนึก", "มาตรการส่งเสริม", Kind.MEASURE),
        (2, "๒.๑ เจตจำนง", "กิจกรรมประกาศ", Kind.ACTIVITY),
    ]
    (warning,) = found.warnings
    assert warning.text == "ยอดรวมในไฟล์ 10,001 แต่รวมที่อ่านได้ 10,000"
    assert (warning.place.row, warning.place.column) == (7, 2)


def test_a_table_that_goes_on_on_the_next_page_needs_no_head_there() -> None:
    first, second = [HEADS, ["1.1 ก", "โครงการหนึ่ง", "1", ""]], [["1.2 ข", "โครงการสอง", "", "2"]]
    found = read(document(paragraph("มิติที่ 1") + table(first) + table(second) + table([HEADS, second[0]])))
    assert [(line.name, line.budgets) for line in found.lines] == [
        ("โครงการหนึ่ง", {2561: Decimal(1)}),
        ("โครงการสอง", {2562: Decimal(2)}),
        ("โครงการสอง", {2562: Decimal(2)}),
    ]


def test_word_says_more_than_its_plain_text() -> None:
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    inserted = f"<w:ins>{run('โครงการใส่เพิ่ม')}</w:ins><w:del><w:r><w:delText>เก่า</w:delText></w:r></w:del>"
    numbered = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>{}</w:p>'.format
    box = f"<w:r><w:txbxContent>{paragraph('ในกล่อง')}</w:txbxContent></w:r>"
    cells = [
        f"<w:tc>{paragraph('1.1 ก')}<w:p>{box}</w:p></w:tc>",
        f"<w:tc>{numbered(inserted)}{numbered(run('กิจกรรมสอง'))}</w:tc>",
        control(f"<w:tc>{control(paragraph('5,000'))}{paragraph('-')}</w:tc>"),
        f"<w:tc>{paragraph('')}</w:tc>",
    ]
    body = control(table([HEADS]).replace("</w:tbl>", control(f"<w:tr>{''.join(cells)}</w:tr>") + "</w:tbl>"))
    found = read(document(paragraph("มิติที่ 3") + body))
    assert [(line.name, line.budgets) for line in found.lines] == [
        ("โครงการใส่เพิ่ม", {2561: Decimal(5000)}),
        ("กิจกรรมสอง", {2561: None}),
    ]
    assert [note.split(" แห่ง")[0] for note in found.notes] == [
        "ในเอกสารมีกล่องข้อความ 1",
        "ในเอกสารมีเลขข้อที่ Word ใส่ให้เอง 2",
    ]


def test_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    inner = table([HEADS, ["1.1 ก", "โครงการข้างใน", "7", ""]])
    outer = f"<w:tbl><w:tr><w:tc>{paragraph('มิติที่ 1')}{inner}</w:tc></w:tr></w:tbl>"
    found = read(document(outer))
    assert [line.name for line in found.lines] == ["โครงการข้างใน"]
    assert any("ตารางซ้อน" in note for note in found.notes)


WRONG = [
    ["มิติ", "ประเภทงาน", "ชื่อโครงการ", "2561", "ไตรมาส", "รหัสรายการ"],
    ["9", "โครงการ", "โครงการ ก", "1", "", ""],
    ["1", "งานเลี้ยง", "โครงการ ข", "1500,50", "5", "x"],
    ["1", "โครงการ", "", "1", "", ""],
]


@pytest.mark.parametrize("make", [as_xlsx, as_docx, as_pasted])
def test_every_error_is_told_at_its_cell_all_at_once(make) -> None:
    grids = read_pasted(make(WRONG)) if make is as_pasted else read_grids(BytesIO(make(WRONG)))
    found = understand(grids, DIMENSIONS, {})
    told = {(each.place.row, each.place.column) for line in found.lines for each in line.problems}
    assert told == {(2, 0), (3, 1), (3, 3), (3, 4), (3, 5), (4, 2)}
    place = found.lines[1].problems[-1].place.told(grids)
    assert place == ("ตารางที่ 1 แถวที่ 3 ช่องที่ 4" if make is as_docx else "แถวที่ 3 (ช่อง D3)")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: document(paragraph("ไม่มีตาราง")), id="no table"),
        pytest.param(lambda: document(table([HEADS]), before='<!DOCTYPE x [<!ENTITY a "aa">]>'), id="entities"),
        pytest.param(lambda: document("<w:tbl><w:tr><w:tc>" * 20), id="nested without an end"),
        pytest.param(lambda: document(table([["x"]]) * 600), id="too many tables"),
        pytest.param(lambda: document(paragraph("a" * 200_000_000)), id="a bomb"),
        pytest.param(lambda: document("<w:tbl>"), id="broken"),
    ],
)
def test_a_hostile_document_is_a_sentence(make: Callable[[], bytes]) -> None:
    content = make()  # not where tests are collected: each worker would make a bomb of 200 MB
    with pytest.raises(NotAWorkbook):
        read_grids(BytesIO(content))


def test_a_row_of_a_repeated_head_is_no_project() -> None:
    found = read(as_docx([HEADS, ["1.1 ก", "โครงการหนึ่ง", "1", ""], HEADS, ["", "โครงการสอง", "2", ""]], "มิติที่ 1"))
    assert [line.name for line in found.lines] == ["โครงการหนึ่ง", "โครงการสอง"]
