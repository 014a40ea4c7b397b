"""A table: its columns, each with its head and what of a row stands under it, and its rows.

Files are written from it, and whoever shows the same rows elsewhere (a screen, the API) asks the same columns. No list
of heads stands beside a list of values.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar, cast

from app.clock import thai_date, thai_time
from app.language import said
from app.remembered import Remembered

Cell = str | int | Decimal | date | None
NUMBERS = (int, Decimal)  # a union would be put together for each value it is asked about

BAHT_FORMAT = "#,##0.00"
PERCENT_FORMAT = "0.00"
COUNT_FORMAT = "#,##0"
BAHT_WIDTH = 26  # room for 99,999,999,999.99, and for bold sums of such
ROWS_AT_ONCE = 400
THAI_DATE_FORMAT = "[$-107041E]d mmmm yyyy"  # 1 ตุลาคม 2569: Thai words, Buddhist era, Arabic digits


class CellKind(Enum):
    """What stands in a column. Each place where it is shown writes a kind in its own way, a file in these formats."""

    TEXT = "text"
    NUMBER = "number"  # that nobody counts with: of a line, a year, a project
    COUNT = "count"
    BAHT = "baht"
    PERCENT = "percent"
    SCORE = "score"
    DATE = "date"
    CHOICE = "choice"  # a member of an enum of app/models/enums.py, whose words are its label

    @property
    def format(self) -> str:
        """Excel's number format."""
        return FORMATS.get(self, "General")


FORMATS = {
    CellKind.NUMBER: "0",
    CellKind.COUNT: COUNT_FORMAT,
    CellKind.BAHT: BAHT_FORMAT,
    CellKind.PERCENT: PERCENT_FORMAT,
    CellKind.SCORE: "0.00",
    CellKind.DATE: THAI_DATE_FORMAT,
}

Row = TypeVar("Row")
Get = Callable[[Any], Any]
Rule = Callable[[Any, Any], Cell]


class Ratio(NamedTuple):
    """How a column follows from two others, in a row and in the total: `rule(part, whole)`."""

    rule: Rule
    part: Get
    whole: Get


@dataclass(frozen=True, eq=False)
class Column(Generic[Row]):
    """`get` gives what of a row stands under `head`; `width` in characters; `explain` a Thai sentence.

    `typed`: it is to be filled in; a table that has such columns is a form, and its others are locked. `choices`: what
    to fill in, as a pick list; `free`: or something else. `hidden`: for us alone, when the file comes back.

    In the total row stand the sum of one that is `summed`, and the ratio of two sums.
    """

    head: str
    get: Callable[[Row], Any]
    width: int
    kind: CellKind = CellKind.TEXT
    explain: str = ""
    summed: bool = False
    ratio: Ratio | None = None
    typed: bool = False
    choices: Sequence[Any] = ()
    free: bool = False
    hidden: bool = False

    @property
    def cell(self) -> Callable[[Row], Cell]:
        """`get`, as a cell of a file: of a choice its words, in the language of the page that asks."""
        if self.kind is not CellKind.CHOICE:
            return self.get
        get, words = self.get, Remembered(attrgetter("label"))
        return lambda row: words[get(row)]

    @property
    def has_total(self) -> bool:
        return self.summed or self.ratio is not None


def baht(head: str, get: Get, explain: str = "") -> Column[Any]:
    """A column of money, with its sum."""
    return Column(head, get, BAHT_WIDTH, CellKind.BAHT, explain, summed=True)


def count(head: str, get: Get, width: int, explain: str = "") -> Column[Any]:
    """A column of numbers of something, with its sum."""
    return Column(head, get, width, CellKind.COUNT, explain, summed=True)


def ratio_of(rule: Rule, part: Column[Any], whole: Column[Any]) -> tuple[Get, Ratio]:
    """`get` and `ratio` of a column that follows from two others; nothing where one of them holds nothing."""
    ratio = Ratio(rule, part.get, whole.get)

    def get(row: Any) -> Cell:
        upper, lower = ratio.part(row), ratio.whole(row)
        return None if upper is None or lower is None else rule(upper, lower)

    return get, ratio


def percent(head: str, rule: Rule, part: Column[Any], whole: Column[Any], width: int, explain: str = "") -> Column[Any]:
    """A column of percents of one column in another."""
    get, ratio = ratio_of(rule, part, whole)
    return Column(head, get, width, CellKind.PERCENT, explain, ratio=ratio)


@dataclass(frozen=True)
class Table(Generic[Row]):
    """One table. `rows` may be a generator: it is consumed once, a few hundred rows at a time.

    Its total row is added up while they pass by, or got from `whole`, where somebody knows better. There is one where
    a column has a total. `are_cells`: the rows stand there as cells already, and nothing is added up.
    """

    sheet: str
    title: Sequence[str]
    columns: Sequence[Column[Row]]
    rows: Iterable[Row]
    rules: Sequence[str] = ()
    whole: Row | None = None
    are_cells: bool = False
    _sums: dict[Get, int | Decimal] = field(default_factory=dict, init=False, repr=False)

    @property
    def heads(self) -> list[str]:
        """In the language of the page that the file was taken from."""
        return [said(column.head) for column in self.columns]

    @property
    def is_form(self) -> bool:
        return any(column.typed for column in self.columns)

    @property
    def grows(self) -> bool:
        """Whether rows are added to the form: all that is in it is filled in."""
        return all(column.typed for column in self.columns)

    def cells(self) -> Iterator[Sequence[Cell]]:
        """The rows, each as the cells under the heads."""
        if self.are_cells:
            yield from cast(Iterable[Sequence[Cell]], self.rows)
            return
        cells, sums, taken = [column.cell for column in self.columns], self._sums, iter(self.rows)
        sums.update(dict.fromkeys(self._to_sum(), 0))
        while some := list(islice(taken, ROWS_AT_ONCE)):  # column by column: half the time of row by row
            for get in sums:
                sums[get] += sum(value for value in map(get, some) if isinstance(value, NUMBERS))
            yield from zip(*(map(cell, some) for cell in cells), strict=True)

    def _to_sum(self) -> Iterator[Get]:
        """What the total row needs the sums of."""
        for column in self.columns if self.whole is None else ():
            if column.ratio:
                yield from (column.ratio.part, column.ratio.whole)
            elif column.summed:
                yield column.get

    def totals(self) -> Iterator[Sequence[Cell]]:
        """The total row, if there is one: to be asked for after the cells."""
        if any(column.has_total for column in self.columns):
            yield [said("รวม"), *map(self._total, self.columns[1:])]

    def _total(self, column: Column[Row]) -> Cell:
        if not column.has_total:
            return None
        if self.whole is not None:
            return column.cell(self.whole)
        if column.ratio:
            return column.ratio.rule(self._sums[column.ratio.part], self._sums[column.ratio.whole])
        return self._sums[column.get]


def made(now: datetime, by: str) -> str:
    """The line that says when and by whom a file was made."""
    return said("จัดทำเมื่อ {date} เวลา {time} โดย {by}", date=thai_date(now), time=thai_time(now), by=by)
