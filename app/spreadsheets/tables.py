"""A table on its way into a file: what Excel and CSV are both written from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.clock import thai_date, thai_time

Cell = str | int | Decimal | date | None

BAHT_FORMAT = "#,##0.00"
PERCENT_FORMAT = "0.00"
COUNT_FORMAT = "#,##0"
BAHT_WIDTH = 26  # room for 99,999,999,999.99, and for bold sums of such
THAI_DATE_FORMAT = "[$-107041E]d mmmm yyyy"  # 1 ตุลาคม 2569: Thai words, Buddhist era, Arabic digits


@dataclass(frozen=True)
class Column:
    """`width` in characters; `format` an Excel number format for numbers and dates; `explain` a Thai sentence.

    `summed`: its sum stands in the total row.
    """

    head: str
    width: int
    format: str = "General"
    explain: str = ""
    summed: bool = False


def baht(head: str, explain: str = "") -> Column:
    """A column of money, with its sum."""
    return Column(head, BAHT_WIDTH, BAHT_FORMAT, explain, summed=True)


def count(head: str, width: int, explain: str = "") -> Column:
    """A column of numbers of something, with its sum."""
    return Column(head, width, COUNT_FORMAT, explain, summed=True)


Percents = Callable[[Sequence[Cell]], Sequence[Cell]]


class Totals:
    """The total row of `columns`, added up while the rows pass by.

    `percents` makes the row whole where it holds what is no sum: a percent of sums.
    """

    def __init__(self, columns: Sequence[Column], percents: Percents = list) -> None:
        self._percents, self._width = percents, len(columns)
        self._sums: dict[int, int | Decimal] = {place: 0 for place, each in enumerate(columns) if each.summed}

    def over(self, rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        """`rows` as they are."""
        for row in rows:
            for place in self._sums:
                value = row[place]
                if isinstance(value, int | Decimal):
                    self._sums[place] += value
            yield row

    def row(self) -> Sequence[Cell]:
        """Once all rows have passed."""
        return self._percents(["รวม", *(self._sums.get(place) for place in range(1, self._width))])


@dataclass(frozen=True)
class Table:
    """One table. `rows` may be a generator: it is consumed once, a few hundred rows at a time.

    `total`: the row below them, or a function that gives it once they are consumed.
    """

    sheet: str
    title: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    total: Sequence[Cell] | Callable[[], Sequence[Cell]] | None = None
    rules: Sequence[str] = ()

    @property
    def heads(self) -> list[str]:
        return [column.head for column in self.columns]

    def totals(self) -> Iterator[Sequence[Cell]]:
        """The total row, if there is one: to be asked for after the rows."""
        if callable(self.total):
            yield self.total()
        elif self.total is not None:
            yield self.total


def summed(
    sheet: str,
    title: Sequence[str],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    percents: Percents = list,
    rules: Sequence[str] = (),
) -> Table:
    """A table whose total row is added up from its rows."""
    totals = Totals(columns, percents)
    return Table(sheet, title, columns, totals.over(rows), totals.row, rules)


def made(now: datetime, by: str) -> str:
    """The line that says when and by whom a file was made."""
    return f"จัดทำเมื่อ {thai_date(now)} เวลา {thai_time(now)} โดย {by}"
