"""The fast lane writes what openpyxl writes: the same bytes of every part, whatever stands in the cells."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from app import sheet_lane
from app.sheet_lane import MOST_CHARACTERS, ROWS_AT_ONCE, Block
from app.tables import BAHT_FORMAT, THAI_DATE_FORMAT, Cell

MOMENT = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
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


def _styles(page: object) -> list[tuple[int, int]]:
    return [(_cell(page, "", place).style_id, _cell(page, 0, place).style_id) for place in range(3)]


def ours(rows: Sequence[Sequence[Cell]], pack: sheet_lane.Pack = sheet_lane.fast) -> bytes:
    book = Workbook(write_only=True)
    styles = _styles(book.create_sheet("แผน"))
    out = BytesIO()
    width = len(rows[0]) if rows else 0
    sheet_lane.save(book, out, [[Block(styles[:width], iter(rows))]], MOMENT, pack)
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
    book = Workbook(write_only=True)
    styles = _styles(book.create_sheet("แผน"))
    out = BytesIO()
    sheet_lane.save(book, out, [[Block(styles[:2], rows, fits=[10, 10])]], MOMENT)
    assert re.findall(rb"<row [^>]*>", parts(out.getvalue())["xl/worksheets/sheet1.xml"]) == [
        *(b'<row r="1">', b'<row r="2" ht="51">', b'<row r="3">', b'<row r="4" ht="76">', b'<row r="5" ht="409">'),
    ]


@settings(max_examples=150, deadline=None)
@given(tables())
@example([("ก", "ข" * 40_000), ("  ", " ก")])
@example([(f"โครงการที่ {number}", Decimal(number) / 3) for number in range(ROWS_AT_ONCE + 3)])
def test_the_workbook_is_openpyxls_own_byte_for_byte(rows: list[tuple[Cell, ...]]) -> None:
    assert parts(ours(rows)) == parts(plain(rows))


def test_a_number_that_is_none_is_an_empty_cell_as_openpyxl_has_it() -> None:
    rows = [(Decimal("Infinity"), 10**300, Decimal("1E300"))] * 2
    assert parts(ours(rows)) == parts(plain(rows))


def test_the_same_rows_at_the_same_moment_are_the_same_bytes() -> None:
    rows = [("ก", 1, None), ("ข", Decimal("2.50"), date(2020, 1, 1))]
    assert ours(rows) == ours(rows)
    with ZipFile(BytesIO(ours(rows))) as book:
        assert {info.date_time for info in book.infolist()} == {(2020, 2, 3, 4, 5, 6)}


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        ours([("ก", "ข"), ("ก",)])


def test_another_openpyxl_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl, "__version__", "3.2.0")
    source = compile(Path(sheet_lane.__file__).read_text(), "sheet_lane.py", "exec")
    with pytest.raises(ImportError, match=r"3\.2\.0 is installed"):
        exec(source, {"__name__": "sheet_lane"})
