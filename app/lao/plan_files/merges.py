"""What a merged cell says of the places it covers: its value stands in the first of them only. Pure.

Down a column that says what a project is, it holds for every row. Across years, or down several projects, "without
budget" holds for each; one amount for several does not say how it is shared, and is refused at its places.
"""

from collections.abc import Iterable, Iterator, Sequence

from app.amounts import NotAnAmount
from app.lao.plan_files.columns import ColumnRole, Heading
from app.lao.plan_files.rules import of_cell
from app.uploads.cells import Marked, Value, text_of
from app.uploads.reader import Grid, SheetRow

SHARED = {
    *(ColumnRole.DIMENSION, ColumnRole.SUB_HEADING, ColumnRole.KIND, ColumnRole.QUARTERS),
    *(ColumnRole.TARGET, ColumnRole.OBJECTIVE, ColumnRole.FURTHER),
}


def without_merges(grid: Grid, heading: Heading, head_row: int) -> Sequence[SheetRow]:
    """The rows of the grid with each place of a merged cell below `head_row` filled."""
    ranges = [each for each in map(tuple, grid.merged) if each[2] > head_row]
    if not ranges:
        return grid.rows
    rows = {row.number: row._replace(cells=list(row.cells)) for row in grid.rows}
    for top, left, bottom, right in ranges:
        first = rows.get(top)
        if first is None or left >= len(first.cells) or first.cells[left] is None:
            continue
        covered = [row for number in range(top, bottom + 1) if (row := rows.get(number))]
        _fill(covered, range(left, right + 1), first.cells[left], heading)
    return list(rows.values())


def _fill(covered: Sequence[SheetRow], columns: range, value: Value, heading: Heading) -> None:
    name = heading.column(ColumnRole.NAME)
    roles = [heading.columns.get(column, "") for column in columns]
    if name is not None and name not in columns and all(role.isdecimal() for role in roles if role) and any(roles):
        covered = [row for row in covered if name < len(row.cells) and row.cells[name] is not None]
        said = (
            value if _is_for_each(value) or len(covered) * len([role for role in roles if role]) < 2 else _shared(value)
        )
        _put(covered, (column for column in columns if column in heading.columns), said)
    elif len(columns) == 1 and roles[0] in SHARED:
        _put(covered, columns, value)


def _put(rows: Iterable[SheetRow], columns: Iterable[int], value: Value) -> None:
    for row, column in _places(rows, list(columns)):
        cells = row.cells
        assert isinstance(cells, list)
        cells += [None] * (column + 1 - len(cells))
        cells[column] = value


def _places(rows: Iterable[SheetRow], columns: Sequence[int]) -> Iterator[tuple[SheetRow, int]]:
    return ((row, column) for row in rows for column in columns)


def _is_for_each(value: Value) -> bool:
    """Whether it is no amount: "without budget" can be said once for several."""
    try:
        return of_cell(value) is None
    except NotAnAmount:
        return True  # refused wherever it stands


def _shared(value: Value) -> Marked:
    return Marked("merged", text_of(value))
