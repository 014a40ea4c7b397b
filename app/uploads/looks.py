"""What calamine does not tell of a sheet: percents, formulas without a result, errors, hidden rows, how far it reaches.

Each look streams through the sheet's XML with expat and keeps only what is out of the ordinary. Works in the process
of parser.py; imports nothing of the application.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

LARGEST_PART = 192 << 20  # bytes, unpacked: 40,000 rows of 30 columns are about 100 MiB
MOST_MARKS = 150_000
CHUNK = 1 << 16
WORDS = 40  # characters of a formula that are kept
PERCENTS = {9, 10, 67, 68}  # number formats that are built in, the Thai ones of ECMA-376 18.8.30 too
THAI_DATES = {*range(71, 78), 81}  # built in; calamine takes them for numbers
NOT_SIGNS = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')  # what stands for itself in a number format
MOST_SEARCHED = 8 << 20  # bytes, unpacked
USUAL_ROW = re.compile(rb'<row r="\d{1,4}"')
USUAL_CELL = re.compile(rb'<c r="[A-Z]\d{1,4}"')
SIGNS = (b"<f", b'="e"', b"='", b"hidden", b"<!", b":c ", b":row")
EPOCH = date(1899, 12, 30)
DIGITS = "0123456789"


class TooLarge(Exception):
    """More than an upload of ours can need: not read."""


class Look:
    """Rows from 1, columns from 0. `marks`: (column, kind, text) by row. `blind`: percents are not known.

    No dataclass: importing those takes a tenth of the process's start.
    """

    def __init__(self, blind: bool = False) -> None:
        self.blind = blind
        self.marks: dict[int, list[tuple[int, str, str]]] = {}
        self.hidden: set[int] = set()
        self.merged: list[tuple[tuple[int, int], tuple[int, int]]] = []
        self.top = self.left = 1 << 30
        self.bottom, self.right = 0, -1
        self.marked = 0

    @property
    def cells(self) -> int:
        """Size of the rectangle around everything that is filled in."""
        return max(0, self.bottom - self.top + 1) * max(0, self.right - self.left + 1)

    def fill(self, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        self.top, self.left = min(self.top, row), min(self.left, column)
        self.bottom, self.right = max(self.bottom, row + rows - 1), max(self.right, column + columns - 1)

    def mark(self, row: int, column: int, kind: str, text: str = "") -> None:
        self.marked += 1
        if self.marked > MOST_MARKS:
            raise TooLarge
        self.marks.setdefault(row, []).append((column, kind, text))


Start = Callable[[str, dict[str, str]], None]


class Names(dict[str, Any]):
    """What to do at an element, by its name, whatever prefix a file gives its names."""

    def __missing__(self, name: str) -> Any:
        self[name] = does = self.get(name.rpartition(":")[2]) if ":" in name else None
        return does


def parse(book: ZipFile, name: str, start: Start, parser: Any = None) -> None:
    """Call `start` at each element of a part. Raises TooLarge, ExpatError and what zipfile raises."""
    if book.getinfo(name).file_size > LARGEST_PART:
        raise TooLarge
    parser = parser or expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with book.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk)
    parser.Parse(b"", True)


def _refuse_doctype(*_declared: Any) -> None:
    raise TooLarge  # workbooks declare no entities; bombs do


def _local(name: str) -> str:
    return name.rpartition(":")[2]


# Excel


def look_at_xlsx(book: ZipFile, sheet: str) -> Look:
    """The look at the sheet of that name. Styles that cannot be read leave the look blind to percents."""
    look, formats = Look(), _Formats()
    try:
        parse(book, _named(book, "xl/styles.xml"), formats.start)
    except TooLarge:
        raise
    except Exception:
        look.blind = True
    part, special = _path_of(book, sheet), formats.special()
    if not _is_plain(book, part, special):
        handler = _Sheet(look, special)
        parse(book, part, handler.start, handler.parser)
        handler.close()
    return look


def _is_plain(book: ZipFile, part: str, special: Mapping[str, str]) -> bool:
    """Whether a short, narrow sheet shows no sign of anything a look tells: seen by searching, in a tenth of the time.

    Whatever is written in another way than Excel, LibreOffice and openpyxl write it is looked at in full.
    """
    if book.getinfo(part).file_size > MOST_SEARCHED:
        return False
    text = book.read(part)
    usual = len(USUAL_ROW.findall(text)) == text.count(b"<row") > 0 and len(USUAL_CELL.findall(text)) == text.count(
        b"<c "
    )
    signs = (*SIGNS, *(f' s="{style}"'.encode() for style in special))
    return usual and not any(sign in text for sign in signs)


def _named(book: ZipFile, wanted: str) -> str:
    """The part's name as the file spells it. Raises KeyError."""
    spelled = {name.replace("\\", "/").lower(): name for name in book.namelist()}
    return spelled[wanted.lower()]


def _path_of(book: ZipFile, sheet: str) -> str:
    sheets = _all(book, "xl/workbook.xml", "sheet")
    links = _all(book, "xl/_rels/workbook.xml.rels", "Relationship")
    found = next(each for each in sheets if each.get("name") == sheet)
    identity = next(value for name, value in found.items() if _local(name) == "id")
    target = next(each["Target"] for each in links if each["Id"] == identity)
    return _named(book, posixpath.normpath(posixpath.join("/xl", target.replace("\\", "/"))).lstrip("/"))


def _all(book: ZipFile, part: str, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of one name."""
    found = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == wanted:
            found.append(attributes)

    parse(book, _named(book, part), start)
    return found


class _Formats:
    """The number formats of a styles part."""

    def __init__(self) -> None:
        self.codes: dict[int, str] = {}
        self.styles: list[int] = []
        self.in_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = _local(name)
        if name == "numFmt":
            self.codes[int(attributes["numFmtId"])] = NOT_SIGNS.sub("", attributes.get("formatCode", ""))
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self.in_cells = name == "cellXfs"
        elif name == "xf" and self.in_cells:
            self.styles.append(int(attributes.get("numFmtId", 0)))

    def special(self) -> dict[str, str]:
        """ "percent" or "date" by the number of the style, where it is one that calamine does not tell."""
        kinds = {place: self._kind(each) for place, each in enumerate(self.styles)}
        return {str(place): kind for place, kind in kinds.items() if kind}

    def _kind(self, number: int) -> str:
        if number in self.codes:
            return "percent" if "%" in self.codes[number] else ""
        return "percent" if number in PERCENTS else "date" if number in THAI_DATES else ""


class _Sheet:
    """Follows row, c (cell), f (formula), v and is (value). Only cells out of the ordinary have their text read."""

    def __init__(self, look: Look, formats: Mapping[str, str]) -> None:
        self.look, self.formats = look, formats
        self.parser = expat.ParserCreate()
        self.does = Names(c=self._cell, v=self._value, f=self._formula, row=self._row)
        self.does["is"] = self._value
        self.row, self.column = 0, -1
        self.hidden = self.listens = False
        self.attributes: dict[str, str] = {}
        self.told = {"f": "", "v": ""}
        self.inside = "f"

    def start(self, name: str, attributes: dict[str, str]) -> None:
        does = self.does[name]
        if does:
            does(attributes)

    def _row(self, attributes: dict[str, str]) -> None:
        self.close()
        self.row = int(attributes.get("r") or self.row + 1)
        self.column = -1
        self.hidden = attributes.get("hidden") in ("1", "true")

    def _cell(self, attributes: dict[str, str]) -> None:
        if self.listens:
            self.close()
        place = attributes.get("r")
        self.column = column_number(place.rstrip(DIGITS)) if place else self.column + 1
        self.attributes = attributes
        if attributes.get("t") == "e":
            self._listen("v")

    def _listen(self, inside: str) -> None:
        self.listens, self.inside = True, inside
        self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        self.told[self.inside] += text[:WORDS]

    def _formula(self, _attributes: dict[str, str]) -> None:
        self._listen("f")

    def _value(self, _attributes: dict[str, str]) -> None:
        self.inside = "v"
        look, row, column = self.look, self.row, self.column
        if row > look.bottom or not look.left <= column <= look.right:
            look.fill(row, column)
        if self.hidden:
            look.hidden.add(row)
        kind = self.formats.get(self.attributes.get("s", ""))
        if kind and self.attributes.get("t", "n") == "n":
            look.mark(row, column, kind)

    def close(self) -> None:
        """Tell of the cell that ends here, where it is an error or a formula without a result."""
        if self.listens:
            kind, formula, value = self.attributes.get("t"), self.told["f"], self.told["v"].strip()
            if kind == "e":
                self._tell("error", value or "#N/A")
            elif not value and kind != "str":  # "str" is a formula whose result has no letter
                self._tell("formula", f"={formula.strip()[:WORDS]}")
            self.listens, self.told = False, {"f": "", "v": ""}
            self.parser.CharacterDataHandler = None

    def _tell(self, kind: str, text: str) -> None:
        self.look.fill(self.row, self.column)
        self.look.mark(self.row, self.column, kind, text)


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """From 0: A is 0, XFD 16383. Raises ValueError."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= 16384:
        raise ValueError(letters)
    return number - 1


# OpenDocument


def look_at_ods(book: ZipFile, sheet: str) -> Look:
    look = Look()
    parse(book, "content.xml", _Table(look, sheet).start)
    return look


class _Table:
    """Follows table, table-row and table-cell of one sheet; rows and cells may stand for many."""

    def __init__(self, look: Look, sheet: str) -> None:
        self.look, self.sheet = look, sheet
        self.here = self.hidden = False
        self.row, self.rows, self.column, self.columns = 1, 0, 0, 0
        names = {"table-cell": self._cell, "covered-table-cell": self._cell}
        self.does = Names(names | {"table": self._table, "table-row": self._row})

    def start(self, name: str, attributes: dict[str, str]) -> None:
        does = self.does[name]
        if does and (self.here or does == self._table):
            does({_local(key): value for key, value in attributes.items()}, attributes)

    def _table(self, told: Mapping[str, str], _attributes: Mapping[str, str]) -> None:
        self.here, self.row, self.rows = told.get("name") == self.sheet, 1, 0

    def _row(self, told: Mapping[str, str], _attributes: Mapping[str, str]) -> None:
        self.row += self.rows
        self.rows = int(told.get("number-rows-repeated", 1))
        self.column = self.columns = 0
        self.hidden = told.get("visibility", "visible") != "visible"

    def _cell(self, told: Mapping[str, str], attributes: Mapping[str, str]) -> None:
        self.column += self.columns
        self.columns = int(told.get("number-columns-repeated", 1))
        self._merge(told)
        kind = _kind_of_cell(told, attributes)
        if not kind:
            return
        self.look.fill(self.row, self.column, self.rows, self.columns)
        rows = range(self.row, self.row + self.rows)
        if self.hidden:
            self.look.hidden.update(rows)
        if kind != "value":
            text = {"error": "#N/A", "formula": told.get("formula", "").partition(":")[2][:WORDS]}.get(kind, "")
            for row, column in self._places(rows):
                self.look.mark(row, column, kind, text)

    def _places(self, rows: range) -> Iterator[tuple[int, int]]:
        return ((row, column) for row in rows for column in range(self.column, self.column + self.columns))

    def _merge(self, told: Mapping[str, str]) -> None:
        rows, columns = (int(told.get(f"number-{what}-spanned", 1)) for what in ("rows", "columns"))
        if rows > 1 or columns > 1:
            first = self.row - 1, self.column
            self.look.merged.append((first, (first[0] + rows - 1, first[1] + columns - 1)))


def _kind_of_cell(told: Mapping[str, str], attributes: Mapping[str, str]) -> str:
    """ "" for an empty cell, "value" for an ordinary one."""
    if attributes.get("calcext:value-type") == "error":
        return "error"
    kind = attributes.get("office:value-type")
    if kind == "percentage":
        return "percent"
    if kind is None:
        return "formula" if "formula" in told else ""
    return "value"


def day(number: float) -> str:
    """The date of a day's number in a workbook."""
    return str(EPOCH + timedelta(days=number))
