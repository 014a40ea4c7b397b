"""Which table of a document is the next page of a plan. Pure."""

from collections.abc import Iterable

from app.lao.plan_files.columns import Heading
from app.lao.plan_files.rules import amount_in
from app.uploads.cells import Value
from app.uploads.reader import Grid, SheetRow
from app.words import clean_line


def goes_on(grid: Grid, heading: Heading) -> bool:
    """Whether a table of a document is the next page of the one before: as wide, and without a head."""
    width = max(heading.texts) + 1
    if grid.kind != "docx" or grid.above or all(len(row.cells) != width for row in grid.rows):
        return False
    amounts = (_under(row, heading.years.values()) for row in grid.rows)
    return all(map(_like_an_amount, next(filter(None, amounts), ())))


def _under(row: SheetRow, columns: Iterable[int]) -> list[Value]:
    return [cell for column in columns if column < len(row.cells) and (cell := row.cells[column]) is not None]


def _like_an_amount(cell: Value) -> bool:
    """Whether it is one, well or badly written: words are the head of another table."""
    return isinstance(cell, str) and (not amount_in(clean_line(cell))[1] or not any(map(str.isalpha, cell)))
