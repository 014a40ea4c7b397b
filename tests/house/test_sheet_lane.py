"""Both ways of writing rows make what openpyxl makes: the same bytes of every part, whatever stands in the cells."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from app.spreadsheets import excel, sheet_lane, sheets
from app.spreadsheets.sheets import MOST_CHARACTERS, Block
from app.spreadsheets.tables import BAHT_FORMAT, ROWS_AT_ONCE, THAI_DATE_FORMAT, Cell, CellKind, Column, Table

MOMENT = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
COLUMNS = (
    Column("ชื่อ", itemgetter(0), 40, explain="ชื่อ"),
    Column("บาท", itemgetter(1), 24, CellKind.BAHT),
    Column("วันที่", itemgetter(2), 20, CellKind.DATE),
)
FORMATS = (BAHT_FORMAT, "General", THAI_DATE_FORMAT)

SPACES = " \t\n\r\u00a0\u2003\u2028\u3000"
texts = st.one_of(
    st.text(alphabet="กขเแำ่้ๆ abc019", max_size=12),
    st.text(alphabet=f"ก&<>\"'_x000D\ufffe{SPACES}", max_size=12),
    st.text(max_size=12),
    st.sampled_from(["", " ", "=1+1", "#N/A", "_x000D_", "x" * (MOST_CHARACTERS + 5), "ก\x0bข", "“คำพูด”", "\ud800"]),
)
numbers = st.one_of(
    st.integers(-(10**25), 10**25),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15),
    st.sampled_from([Decimal("1E400"), Decimal("1E-400"), Decimal("-0.00"), Decimal("NaN"), Decimal("1E300")]),
)
dates = st.dates(date(1901, 1, 1), date(2200, 1, 1))
columns = st.sampled_from([texts, numbers, dates, st.none(), st.one_of(texts, numbers, dates, st.none())])


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[Cell, ...]]:
    """Rows whose columns hold one kind of cell each, or everything."""
    kinds = draw(st.lists(columns, min_size=1, max_size=3))
    return draw(st.lists(st.tuples(*kinds), max_size=6))


def plain(rows: Sequence[Sequence[Cell]]) -> bytes:
    """What openpyxl's own write-only mode makes of `rows`."""
    book = Workbook(write_only=True)
    page = book.create_sheet("แผน")
    _styles(page)
    for row in rows:
        page.append([_cell(page, value, place) for place, value in enumerate(row)])
    book.properties.created = MOMENT.replace(tzinfo=None)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: object, value: Cell, place: int) -> WriteOnlyCell:
    cell = WriteOnlyCell(page)
    if isinstance(value, str):
        cell.value, cell.data_type = ILLEGAL.sub("", value), "s"
        cell.alignment = Alignment(wrap_text=True)
    else:
        cell.number_format = FORMATS[place % 3]
        # Set as a value, a date would leave a format of openpyxl's own choice behind among the styles.
        cell._value, cell.data_type = value, "d" if isinstance(value, date) else "n"
    cell.font = Font(name="TH Sarabun New", size=16)
    return cell


def _styles(page: object) -> list[tuple[WriteOnlyCell, WriteOnlyCell]]:
    styles = [(_cell(page, "", place), _cell(page, 0, place)) for place in range(3)]
    Block(styles, ())  # numbers them
    return styles


WAYS: tuple[Any, ...] = (sheet_lane.write, sheets.write)


def ours(rows: Sequence[Sequence[Cell]], way: Any = sheet_lane.write, **more: Any) -> bytes:
    book = Workbook(write_only=True)
    styles = _styles(book.create_sheet("แผน"))
    out = BytesIO()
    width = len(rows[0]) if rows else 0
    way(out, book, [[Block(styles[:width], iter(rows), **more)]], MOMENT)
    return out.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    """Every file in the workbook; when it was last changed is not what is compared."""
    with ZipFile(BytesIO(content)) as book:
        assert book.testzip() is None
        found = {name: book.read(name) for name in book.namelist()}
    found["docProps/core.xml"] = re.sub(rb"<dcterms:modified.*?</dcterms:modified>", b"", found["docProps/core.xml"])
    return found


def test_a_row_is_as_high_as_its_longest_text() -> None:
    """As openpyxl writes a height, but that Excel may still change it when somebody edits the row."""
    rows = [("ก" * 10, 1), ("ก" * 11, "ข"), ("กี่" * 10, "น้ำ"), ("ก\nข\nค", None), ("ก" * 9_999, "")]
    for way in WAYS:
        assert re.findall(rb"<row [^>]*>", parts(ours(rows, way, fits=[10, 10]))["xl/worksheets/sheet1.xml"]) == [
            *(b'<row r="1">', b'<row r="2" ht="51">', b'<row r="3">', b'<row r="4" ht="76">', b'<row r="5" ht="409">'),
        ]


@settings(max_examples=150, deadline=None)
@given(tables())
@example([("ก", "ข" * 40_000), ("  ", " ก")])
@example([(f"โครงการที่ {number}", Decimal(number) / 3) for number in range(ROWS_AT_ONCE + 3)])
@example([("เดียวกัน", f" แถว <{number % 3}>", number % 2) for number in range(9)])  # few that differ
def test_the_workbook_is_openpyxls_own_byte_for_byte(rows: list[tuple[Cell, ...]]) -> None:
    expected = parts(plain(rows))
    for way in WAYS:
        assert parts(ours(rows, way)) == expected


TOTAL = ("รวม", 3, None)
SUMMED = (COLUMNS[0], replace(COLUMNS[1], summed=True), COLUMNS[2])
TABLES = [
    Table("ก", ("รายงาน", "ปี 2561"), SUMMED, [("ก" * 90, number, date(2020, 1, 1)) for number in range(3)]),
    Table("ข", (), COLUMNS[:2], [], rules=("กติกา",)),
    Table("ค", ("ว่าง",), SUMMED, [("", None, None)], whole=TOTAL),
]


def test_both_ways_write_the_same_tables_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles, heads, totals, filter arrows, explanations; short tables are written by openpyxl alone."""
    with monkeypatch.context() as patched:
        patched.delattr(sheet_lane, "write")
        short = parts(excel.workbook(*TABLES, at=MOMENT))
    monkeypatch.setattr(excel, "LONG", 2)
    monkeypatch.delattr(sheets, "write")
    assert parts(excel.workbook(*TABLES, at=MOMENT)) == short
    sheet = short["xl/worksheets/sheet1.xml"].decode()
    assert re.findall(r"<autoFilter[^>]*>", sheet) == ['<autoFilter ref="A4:C7" />']
    assert "autoFilter" not in short["xl/worksheets/sheet2.xml"].decode()  # a head alone has nothing to filter


def test_zip64_only_above_two_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A header with it cannot be read by SheetJS; a longer part cannot be written without it."""
    rows = [("ก", 1)]
    for way in WAYS:
        small = ours(rows, way)
        with monkeypatch.context() as patched:
            patched.setattr(sheets, "ZIP64_LIMIT", 0)
            large = ours(rows, way)
        assert parts(small) == parts(large)
        sizes = [
            {content[at + 22 : at + 26] for at in _headers(content)} for content in (small, large)
        ]  # what each header says of the unpacked size
        assert b"\xff" * 4 not in sizes[0]
        assert sizes[1] == {b"\xff" * 4}


def _headers(content: bytes) -> list[int]:
    with ZipFile(BytesIO(content)) as book:
        return [each.header_offset for each in book.infolist()]


def test_a_number_that_is_none_is_an_empty_cell_as_openpyxl_has_it() -> None:
    rows = [(Decimal("Infinity"), 10**300, Decimal("1E300"))] * 2
    for way in WAYS:
        assert parts(ours(rows, way)) == parts(plain(rows))


def test_the_same_rows_at_the_same_moment_are_the_same_bytes() -> None:
    rows = [("ก", 1, None), ("ข", Decimal("2.50"), date(2020, 1, 1))]
    for way in WAYS:
        assert ours(rows, way) == ours(rows, way)
        with ZipFile(BytesIO(ours(rows, way))) as book:
            assert {info.date_time for info in book.infolist()} == {(2020, 2, 3, 4, 5, 6)}


def test_rows_of_different_lengths_are_refused() -> None:
    for way in WAYS:
        with pytest.raises(ValueError, match="zip"):
            ours([("ก", "ข"), ("ก",)], way)


def test_another_openpyxl_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl, "__version__", "3.2.0")
    source = compile(Path(sheet_lane.__file__).read_text(), "sheet_lane.py", "exec")
    with pytest.raises(ImportError, match=r"3\.2\.0 is installed"):
        exec(source, {"__name__": "sheet_lane"})
