"""Rows of the data sets as CSV and Excel: machine names in the head, what they mean on a sheet beside."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.citizens.open_data.queries import DataRow
from app.citizens.open_data.rules import Dataset, Field, Type, cell_of
from app.spreadsheets.excel import BAHT_WIDTH, Cell, CellKind, Column, Table, csv_text, workbook

KINDS = {Type.DECIMAL: CellKind.BAHT, Type.INTEGER: CellKind.NUMBER}
WIDE = {
    "name": 60,
    "objective": 50,
    "target_group": 40,
    "note": 40,
    "obstacles": 40,
    "suggestions": 40,
    "review_reason": 40,
    "place_name": 40,
}
# A workbook says when it was made; where nothing was ever changed, this does.
BEGINNING = datetime.fromisoformat("2017-10-01T00:00:00+07:00")


def table(dataset: Dataset, rows: Iterable[DataRow]) -> Table[DataRow]:
    """The rows on their way into a file; a generator is consumed as it is written."""
    columns = [_column(each, dataset.places[each.name]) for each in dataset.columns]
    return Table(dataset.name, (), columns, rows)


def cell_table(dataset: Dataset, cells: Iterable[tuple[Cell, ...]]) -> Table[DataRow]:
    """The same of rows that are cells already."""
    return replace(table(dataset, ()), rows=cells, are_cells=True)


def file_of(dataset: Dataset, ending: str, rows: Iterable[DataRow], changed: datetime | None) -> bytes:
    """One page as CSV or Excel. The same rows and the same moment make the same bytes."""
    if ending == "csv":
        return csv_text(table(dataset, rows))
    return workbook(table(dataset, rows), at=changed or BEGINNING)


def _column(field: Field, place: int) -> Column[DataRow]:
    """The column of a field that stands at `place` in a row."""
    explain = " ".join(filter(None, (field.title, field.description, f"({field.unit})" if field.unit else "")))
    width = BAHT_WIDTH if field.type is Type.DECIMAL else WIDE.get(field.name, 18)
    write = cell_of(field)
    return Column(field.name, lambda row: write(row[place]), width, KINDS.get(field.type, CellKind.TEXT), explain)
