"""One small file for each kind that offices send: what is read of it, or the sentence that says why not."""

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from app.uploads import looks
from app.uploads.cells import Marked, Sheet, TableLine
from app.uploads.reader import HEADING_WITHIN, NotAWorkbook, opened, read_sheet
from tests.uploads.files import SHEET, STYLES, with_parts, workbook_of

HEADS = ("รหัส", "ปีงบประมาณ", "ผลแผน")
ROW = ["6650807", 2561, "แผนผ่าน"]
READ = TableLine(2, ("6650807", 2561.0, "แผนผ่าน"))
FILLED = PatternFill("solid", fgColor="FFFF00")


def read(content: bytes) -> Sheet:
    return read_sheet(BytesIO(content), HEADS)


def on_sheet(change: Callable[[Worksheet], object]) -> Callable[[Workbook], None]:
    def do(book: Workbook) -> None:
        change(book.active)

    return do


def _paint(*cells: str) -> Callable[[Workbook], None]:
    return on_sheet(lambda sheet: [setattr(sheet[cell], "fill", FILLED) for cell in cells])


def _hidden_first(book: Workbook) -> None:
    old = book.create_sheet("เก่า", 0)
    old.append(HEADS)
    old.append(["6650808", 2561, "แผนไม่ผ่าน"])
    old.sheet_state = "hidden"


def _chart_first(book: Workbook) -> None:
    book.create_chartsheet("แผนภูมิ", 0).add_chart(BarChart())


PLAIN = workbook_of(HEADS, ROW)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN, id="as openpyxl writes it"),
        pytest.param(workbook_of(HEADS, ROW, change=_paint("A45000", "XFD1", "XFD4000")), id="colour far away"),
        pytest.param(workbook_of(HEADS, ROW, change=_hidden_first), id="hidden first sheet"),
        pytest.param(workbook_of(HEADS, ROW, change=_chart_first), id="chart sheet first"),
        pytest.param(with_parts(PLAIN, {SHEET: lambda s: s.replace("A1:C2", "A1")}), id="wrong dimension"),
        pytest.param(with_parts(PLAIN, {SHEET: lambda s: s.replace("A1:C2", "A1:XFD1048576")}), id="huge dimension"),
        pytest.param(with_parts(PLAIN, {STYLES: None}), id="no styles"),
        pytest.param(with_parts(PLAIN, {STYLES: lambda s: s.replace("<fill>", "<fill/><fill>")}), id="empty fill"),
        pytest.param(with_parts(PLAIN, {STYLES: lambda _s: "<styleSheet"}), id="broken styles"),
        pytest.param(
            with_parts(PLAIN, {"docProps/core.xml": lambda s: s.replace("20", "2569-02-29T00:00:00Z 20", 1)}),
            id="a date in Buddhist years in the core part",
        ),
        pytest.param(
            with_parts(PLAIN, {SHEET: lambda s: s.replace('left="0.75"', 'left="0,75"')}), id="a comma in the margins"
        ),
        pytest.param(
            with_parts(
                PLAIN,
                {
                    SHEET: lambda s: s.replace(
                        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                        "http://purl.oclc.org/ooxml/spreadsheetml/main",
                    )
                },
            ),
            id="strict",
        ),
        pytest.param("\ufeffรหัส,ปีงบประมาณ,ผลแผน\n6650807,2561,แผนผ่าน\n,,\n".encode(), id="csv with a mark"),
        pytest.param("รหัส;ปีงบประมาณ;ผลแผน\n6650807;2561;แผนผ่าน\n".encode("cp874"), id="csv in windows-874"),
        pytest.param("รหัส\tปีงบประมาณ\tผลแผน\n6650807\t2561\tแผนผ่าน\n".encode("utf-16"), id="text of Excel"),
    ],
)
def test_a_file_as_people_have_it_is_read(content: bytes) -> None:
    lines = read(content).lines
    assert [(line.number, *map(str, line.values)) for line in lines] in (
        [(2, "6650807", "2561.0", "แผนผ่าน")],
        [(2, "6650807", "2561", "แผนผ่าน")],
    )


def test_the_heading_stands_under_titles_in_any_order_and_notes_beside_it_are_left() -> None:
    rows = [["ผลแผนจังหวัดพิษณุโลก"], [], ["ลำดับ", "ผลแผน", "ปีงบประมาณ ", None, "รหัส", "หมายเหตุ"]]
    found = read(workbook_of(*rows, [], [1, "แผนผ่าน", 2561, None, 6650807, "x"], [2, None, None, None, None, "y"]))
    assert (found.head_row, found.letters) == (3, ("E", "C", "B"))
    assert found.lines == [TableLine(5, (6650807.0, 2561.0, "แผนผ่าน"))]
    assert found.beside == (("ลำดับ", "A"), ("หมายเหตุ", "F"))


def test_the_heading_stands_within_the_first_rows_the_last_of_them_too() -> None:
    def with_titles(number: int) -> bytes:
        return workbook_of(*[["ชื่อเรื่อง"]] * number, HEADS, ROW)

    assert read(with_titles(HEADING_WITHIN - 1)).head_row == HEADING_WITHIN
    with pytest.raises(NotAWorkbook, match=f"ใน {HEADING_WITHIN} แถวแรก"):
        read(with_titles(HEADING_WITHIN))


def test_a_column_beside_the_table_is_told_only_when_it_holds_something() -> None:
    found = read(workbook_of([*HEADS, "SAR มิติ 5", "SAR มิติ 6"], [*ROW, None, None], [*ROW, None, 20]))
    assert found.beside == (("SAR มิติ 6", "E"),)


def test_cells_that_say_more_than_their_value_are_told_apart() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A3"], sheet["B3"], sheet["C3"] = 0.85, "=61/3", date(2018, 1, 2)
        sheet["A3"].number_format = "0%"
        sheet["A4"], sheet["B4"] = 0.5, 43101
        sheet["A4"].number_format, sheet["B4"].number_format = '0.0" ร้อยละ"', "[$-107041E]d mmm yyyy"
        sheet["C4"] = "#REF!"
        sheet["C4"].data_type = "e"
        sheet.row_dimensions[4].hidden = True

    found = read(workbook_of(HEADS, ROW, change=on_sheet(change)))
    assert found.lines[1:] == [
        TableLine(3, (Marked("percent", 0.85), Marked("formula", "=61/3"), Marked("date", "2018-01-02"))),
        TableLine(4, (0.5, Marked("date", "2018-01-01"), Marked("error", "#REF!"))),
    ]
    assert found.hidden == 1
    assert "ซ่อนหรือกรองไว้ 1 แถว" in " ".join(found.notes)


def test_a_formula_with_a_stored_result_is_its_result() -> None:
    stored = {SHEET: lambda s: s.replace("<v>2561</v>", "<f>2560+1</f><v>2561</v>")}
    empty = {SHEET: lambda s: s.replace('<c r="B2" t="n"><v>2561</v>', '<c r="B2" t="str"><f>""</f><v></v>')}
    assert read(with_parts(PLAIN, stored)).lines == [READ]
    assert read(with_parts(PLAIN, empty)).lines == [TableLine(2, ("6650807", None, "แผนผ่าน"))]


def test_merged_cells_of_the_table_are_told_with_their_range() -> None:
    rows = [["ชื่อ"], HEADS, ROW, ["6650808", 2561]]
    found = read(workbook_of(*rows, change=on_sheet(lambda s: [s.merge_cells(r) for r in ("A1:C1", "C3:C4", "E3:F9")])))
    assert [str(problem) for problem in found.problems] == [
        "แถวที่ 3 คอลัมน์ ผลแผน (ช่อง C3): ผสานเซลล์ C3:C4 ไว้ เลิกผสานเซลล์ แล้วกรอกให้ครบทุกช่อง"
    ]


def _encrypted() -> bytes:
    """The beginning of what Excel writes with a password: enough to be told by."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(400)


def _zip_of(name: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr(name, "x")
    return out.getvalue()


# What would read a file of the server, where a parser resolves it.
FOREIGN = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def _of_parts(number: int) -> bytes:
    out = BytesIO(PLAIN)
    with zipfile.ZipFile(out, "a") as book:
        for place in range(number):
            book.writestr(f"xl/media/{place}.png", b"")
    return out.getvalue()


def _says(content: bytes, at: int, width: int, value: int) -> bytes:
    """The zip's own list of contents says something else of the sheet: `at` bytes into its entry."""
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode())) + at
    return content[:place] + value.to_bytes(width, "little") + content[place + width :]


def _hurt(content: bytes) -> bytes:
    """Four bytes of the sheet overwritten."""
    at = zipfile.ZipFile(BytesIO(content)).getinfo(SHEET).header_offset + 120
    return content[:at] + b"\xff\x00\xff\x00" + content[at + 4 :]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ไฟล์ว่างเปล่า"),
        (_encrypted(), "มีรหัสผ่าน"),
        (b"%PDF-1.7", "ไฟล์นี้เป็น PDF ใช้ไฟล์"),
        (b"{\\rtf1", "ไฟล์นี้เป็น Word ใช้ไฟล์"),
        (b"<html><body><table>,</table>", "หน้าเว็บ"),
        (b"\x89PNG\r\n", "รูปภาพ"),
        (_zip_of("word/document.xml"), "Word"),
        (_zip_of("a.txt"), "zip"),
        (b"PK\x03\x04 not really", "ไฟล์เสีย"),
        (PLAIN[:1500], "ไฟล์เสีย"),
        (_hurt(PLAIN), "ไฟล์เสีย"),
        (_says(PLAIN, 8, 2, 1), "ไฟล์เสีย"),  # an entry under a password
        (_says(PLAIN, 10, 2, 99), "ไฟล์เสีย"),  # packed in a way that nobody knows
        (_says(PLAIN, 6, 2, 200), "ไฟล์เสีย"),  # of a later zip
        (_says(PLAIN, 24, 4, 2**31), "ใหญ่หรือซับซ้อนเกินกว่าจะอ่านได้"),  # two gigabytes unpacked, as it says
        (with_parts(PLAIN, {SHEET: lambda s: s.replace("<worksheet", f"{FOREIGN}<worksheet", 1)}), "ใหญ่หรือซับซ้อน"),
        (_of_parts(2000), "ใหญ่หรือซับซ้อนเกินกว่าจะอ่านได้"),
        (with_parts(PLAIN, {SHEET: lambda s: s.replace("<sheetData>", "<sheetData><row>")}), "ไฟล์เสีย"),
        (b"no table here", "ไม่ใช่ไฟล์ Excel"),
        (workbook_of(["รหัส", "ปีงบประมาณ"], ROW), "ไม่พบหัวตาราง ผลแผน ใน 20 แถวแรก"),
        (workbook_of([*HEADS, "รหัส"], ROW), "แถวที่ 1 มีหัวตาราง รหัส ซ้ำกัน"),
        (workbook_of(*[["ชื่อ"]] * 20, HEADS, ROW), "ใน 20 แถวแรก"),
        ('รหัส,ปีงบประมาณ,ผลแผน\n"6650807,2561,'.encode(), "เครื่องหมายอัญประกาศ"),
        (workbook_of(HEADS, ROW, change=on_sheet(lambda s: s.cell(9000, 16384, "หมายเหตุ"))), "ช่อง XFD9,000"),
        (
            workbook_of(HEADS, ROW, change=on_sheet(lambda s: [s.cell(r, 16384, 1) for r in range(9, 509)])),
            "ช่อง XFD508",
        ),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, words: str) -> None:
    with pytest.raises(NotAWorkbook) as refused:
        read(content)
    assert words in refused.value.message


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.uploads.reader.MOST_ROWS", 1)
    with pytest.raises(NotAWorkbook, match="แบ่งเป็นหลายไฟล์"):
        read(workbook_of(HEADS, ROW, ROW))


def test_a_parser_that_ends_before_it_is_done_is_no_short_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    short = tmp_path / "parser.py"
    short.write_text('print(\'{"sheet":"x","kind":"xlsx","blind":false,"merged":[]}\\n[1,false,["a"],[]]\')')
    monkeypatch.setattr("app.uploads.reader.PARSER", short)
    with pytest.raises(NotAWorkbook, match="ใหญ่หรือซับซ้อน"), opened(BytesIO(PLAIN)) as raw:
        list(raw.rows)


SIGNS: dict[str, Callable[[Any], None]] = {
    "a percent": lambda page: setattr(page["B2"], "number_format", "0%"),
    "a formula": lambda page: setattr(page["B3"], "value", "=1+1"),
    "an error": lambda page: setattr(page["B3"], "value", "#N/A"),
    "a hidden row": lambda page: setattr(page.row_dimensions[2], "hidden", True),
    "a cell far to the right": lambda page: setattr(page["AA2"], "value", 1),
    "a cell far down": lambda page: setattr(page["A10000"], "value", 1),
}


@pytest.mark.parametrize(("sign", "plain"), [("", True), *((sign, False) for sign in SIGNS)])
def test_only_a_sheet_without_any_sign_is_not_looked_at_in_full(sign: str, plain: bool) -> None:
    # given a short sheet with one thing out of the ordinary, or with none
    book = Workbook()
    page = book.worksheets[0]
    page.append(["รหัส", "ปี"])
    page.append(["6650807", 2561])
    if sign:
        SIGNS[sign](page)
    file = BytesIO()
    book.save(file)
    zipped, formats = zipfile.ZipFile(file), looks._Formats()
    looks.parse(zipped, "xl/styles.xml", formats.start)

    # when, then
    assert looks._is_plain(zipped, "xl/worksheets/sheet1.xml", formats.special()) is plain
