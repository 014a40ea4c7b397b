"""The tables of a Word document, walked through element by element: what python-docx does not tell of stays in.

Content controls are seen through, tracked insertions are read and deletions are not, a merged cell stands once, and a
table in a cell is a table of its own. Numbers that Word draws by itself are counted. Works in the process of parser.py;
imports nothing of the application.
"""

from collections import Counter
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from looks import Names, TooLarge, parse  # type: ignore[import-not-found]

MOST_TABLES = 500
MOST_CELLS = 200_000
MOST_NESTED = 8
LETTERS = 4001  # of a cell: one more than parser.py takes, so that it sees which are too long
ABOVE = 40  # paragraphs before a table that are kept: its titles are among the last
GONE = {"del", "moveFrom", "Fallback", "instrText", "delText", "rPrChange", "pPrChange"}


class WordTable:
    """One table: `rows` of cells, each (column from 0, columns it spans, text); `above`: the paragraphs before it."""

    def __init__(self, number: int, above: list[str]) -> None:
        self.number, self.above = number, above
        self.rows: list[list[tuple[int, int, str]]] = []
        self.starts: list[list[int]] = []  # of every cell of a row, those that go on from above too
        self.merged: list[list[int]] = []  # row, column, row, column as in a workbook
        self.open: dict[int, list[int]] = {}  # a cell that goes on downwards, by its column
        self.column = 0
        self.span, self.merge = 1, ""
        self.cell: list[str] | None = None
        self.boxes = 0  # text boxes it stands in

    def start_row(self) -> None:
        self.rows.append([])
        self.starts.append([])
        self.column = 0

    def start_cell(self) -> None:
        self.span, self.merge, self.cell = 1, "", []

    def end_cell(self) -> None:
        text = "".join(self.cell or [])[:-1][:LETTERS]  # without the end of the last paragraph
        self.cell = None
        row, first, last = len(self.rows), self.column, self.column + self.span - 1
        self.starts[-1].append(first)
        if self.merge == "continue" and first in self.open:
            self.open[first][2] = row
        else:
            self.open.pop(first, None)
            self.rows[-1].append((first, self.span, text))
            if self.merge == "restart":
                self.open[first] = [row, first, row, last]
                self.merged.append(self.open[first])
            elif self.span > 1:
                self.merged.append([row, first, row, last])
        self.column = last + 1

    def align(self) -> None:
        """Put rows of as many cells as most have below each other.

        Where somebody dragged the border of one row, Word counts its cells by other columns than the rest.
        """
        usual = _usual(self.starts)
        for place, starts in enumerate(self.starts):
            if moved := _moved(starts, usual):
                self.rows[place] = [(moved[first], span, text) for first, span, text in self.rows[place]]
                for range_ in self.merged:
                    if range_[0] == place + 1:
                        after = [moved[start] for start in starts if start > range_[3]]
                        range_[1], range_[3] = moved[range_[1]], after[0] - 1 if after else range_[3]


def _usual(rows: list[list[int]]) -> tuple[int, ...]:
    """The columns in which the cells of most rows begin."""
    lengths = Counter(len(starts) for starts in rows if len(starts) > 2)
    length = max(lengths, key=lambda each: (lengths[each], each), default=0)
    layouts = Counter(tuple(starts) for starts in rows if len(starts) == length)
    return max(layouts, key=lambda each: layouts[each], default=())


def _moved(starts: list[int], usual: tuple[int, ...]) -> dict[int, int]:
    """Where each cell of a row belongs; nothing for a row that needs no moving, or is built otherwise."""
    if len(starts) > len(usual) or set(starts) <= set(usual):
        return {}
    if len(starts) == len(usual):
        return dict(zip(starts, usual, strict=True))
    nearest = [min(usual, key=lambda column: abs(column - start)) for start in starts]
    return dict(zip(starts, nearest, strict=True)) if len(set(nearest)) == len(nearest) else {}


class Document:
    """Follows the body of a document."""

    def __init__(self) -> None:
        self.tables: list[WordTable] = []
        self.stack: list[WordTable] = []
        self.above: list[str] = []
        self.outside: list[str] = []  # of the paragraph that is being read, outside of tables
        self.gone = self.boxes = self.skipped = self.numbered = self.cells = self.nested = 0
        self.listening = False
        self.counts: dict[tuple[str, str], int] = {}
        self.number, self.level = "", "0"
        self.parser = expat.ParserCreate()
        self.starts = Names(tbl=self._table, tr=self._row, tc=self._cell, p=self._paragraph, t=self._text)
        self.starts |= {"br": self._break, "cr": self._break, "tab": self._tab, "txbxContent": self._box}
        self.starts |= {"gridSpan": self._span, "vMerge": self._merge, "gridBefore": self._before}
        self.starts |= {"numId": self._numbered, "ilvl": self._level}
        self.ends = Names(tbl=self._end_table, tc=self._end_cell, p=self._end_paragraph, t=self._end_text)
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.words

    # What is deleted, and what stands twice for old programs, is passed over as a whole.

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in GONE or self.gone:
            self.gone += 1
        elif does := self.starts[name]:
            does({key.rpartition(":")[2]: value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        if self.gone:
            self.gone -= 1
        elif name.rpartition(":")[2] == "txbxContent":
            self.boxes -= 1
        elif does := self.ends[name]:
            does()

    def words(self, text: str) -> None:
        if self.listening and not self.gone:
            self._say(text)

    def _say(self, text: str) -> None:
        if self.boxes and not self._inside_of_box():
            self.skipped += 1
        elif self.stack and self.stack[-1].cell is not None:
            self.stack[-1].cell.append(text)
        elif not self.stack:
            self.outside.append(text)

    def _inside_of_box(self) -> bool:
        return bool(self.stack and self.stack[-1].cell is not None and self.stack[-1].boxes == self.boxes)

    def _table(self, _attributes: Any) -> None:
        if len(self.tables) + len(self.stack) >= MOST_TABLES or len(self.stack) >= MOST_NESTED:
            raise TooLarge
        self.nested += bool(self.stack)
        table = WordTable(len(self.tables) + len(self.stack) + 1, self.above[-ABOVE:])
        table.boxes = self.boxes
        self.above = []
        self.stack.append(table)

    def _end_table(self) -> None:
        self.stack[-1].align()
        self.tables.append(self.stack.pop())

    def _row(self, _attributes: Any) -> None:
        self.stack[-1].start_row()

    def _cell(self, _attributes: Any) -> None:
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise TooLarge
        self.stack[-1].start_cell()

    def _end_cell(self) -> None:
        self.stack[-1].end_cell()

    def _paragraph(self, _attributes: Any) -> None:
        self.number, self.level = "", "0"

    def _end_paragraph(self) -> None:
        if self.stack:
            if self.stack[-1].cell is not None and not (self.boxes and not self._inside_of_box()):
                self.stack[-1].cell.append("\n")
        elif not self.boxes:
            if text := "".join(self.outside).strip():
                self.above.append(text[:LETTERS])
            self.outside = []

    def _text(self, _attributes: Any) -> None:
        if self.number and self.number != "0":
            self._count()
        self.listening = True

    def _end_text(self) -> None:
        self.listening = False

    def _count(self) -> None:
        """The number that Word draws before this paragraph: which letters and dots it has is not looked up."""
        key = (self.number, self.level)
        self.counts[key] = self.counts.get(key, 0) + 1
        self.numbered += 1
        self.number = ""
        self._say(f"{self.counts[key]}) ")

    def _break(self, _attributes: Any) -> None:
        self._say("\n")

    def _tab(self, attributes: dict[str, str]) -> None:
        if not attributes:  # one with a place is a stop of the ruler, not a letter
            self._say(" ")

    def _span(self, attributes: dict[str, str]) -> None:
        if self.stack:
            self.stack[-1].span = min(max(1, int(attributes.get("val", 1))), 63)

    def _before(self, attributes: dict[str, str]) -> None:
        if self.stack:
            self.stack[-1].column = min(int(attributes.get("val", 0)), 63)

    def _merge(self, attributes: dict[str, str]) -> None:
        if self.stack:
            self.stack[-1].merge = attributes.get("val", "continue")

    def _numbered(self, attributes: dict[str, str]) -> None:
        self.number = attributes.get("val", "")

    def _level(self, attributes: dict[str, str]) -> None:
        self.level = attributes.get("val", "0")

    def _box(self, _attributes: Any) -> None:
        self.boxes += 1


def read_document(book: ZipFile) -> Document:
    """The document with all its tables. Raises TooLarge, ExpatError and what zipfile raises."""
    found = Document()
    parse(book, "word/document.xml", found.start, found.parser)
    return found
