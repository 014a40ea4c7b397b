"""Rows of a data set as text and cells, column by column: each value that comes again is written once.

How a value is written stands in `rules.py` and `csv_files.py`, and how a column is read in its type; here is only that
it need not be asked millions of times.
"""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Any

from app.citizens.open_data.rules import Dataset, Field, Type, cell_of, plain_of
from app.remembered import Remembered
from app.spreadsheets.csv_files import csv_value
from app.spreadsheets.tables import Cell

Values = Sequence[Any]
Write = Callable[[Any], Any]
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Texts:
    """`reads`: for each field how a value of the driver becomes one of its column's type; None: it is one."""

    def __init__(self, dataset: Dataset, reads: Sequence[Write | None]) -> None:
        fields = list(zip(dataset.fields, reads, strict=True))
        self._places = [dataset.places[each.name] for each in dataset.columns]
        columns = [fields[place] for place in self._places]
        self._csv = [_writer(each, read, _csv_of(each)) for each, read in columns]
        self._cells = [_writer(each, read, cell_of(each)) for each, read in columns]
        self._json = [_writer(each, read, _json_of(each)) for each, read in fields]
        self._line = _object(dataset.fields) + "\n"

    def csv(self, columns: Sequence[Values]) -> bytes:
        out = StringIO(newline="")
        csv.writer(out).writerows(self._rows(self._csv, columns))
        return out.getvalue().encode()

    def lines(self, columns: Sequence[Values]) -> bytes:
        """JSON, an object a line."""
        texts = [map(write, column) for write, column in zip(self._json, columns, strict=True)]
        return "".join(map(self._line.__mod__, zip(*texts, strict=True))).encode()

    def cells(self, columns: Sequence[Values]) -> Iterable[tuple[Cell, ...]]:
        return self._rows(self._cells, columns)

    def _rows(self, writers: Sequence[Write], columns: Sequence[Values]) -> Iterable[tuple[Any, ...]]:
        some = [map(write, columns[place]) for write, place in zip(writers, self._places, strict=True)]
        return zip(*some, strict=True)


def _writer(field: Field, read: Write | None, write: Write) -> Write:
    if read is None:
        # Equal decimals can be written in two ways (0, 0.00); nested rows hardly come again.
        return write if field.type in (Type.DECIMAL, Type.NESTED) else Remembered(write).__getitem__
    return Remembered(lambda value: write(read(value))).__getitem__


def _csv_of(field: Field) -> Callable[[Any], str]:
    cell = cell_of(field)
    return lambda value: csv_value(cell(value))


def _json_of(field: Field) -> Callable[[Any], str]:
    if field.nested:
        return _nested_json_of(field.nested)
    plain = plain_of(field)
    return lambda value: encode(plain(value))


def _nested_json_of(fields: Sequence[Field]) -> Callable[[Any], str]:
    line, writers = _object(fields), [Remembered(_json_of(each)).__getitem__ for each in fields]

    def write(rows: Sequence[Values]) -> str:
        objects = [line % tuple([each(value) for each, value in zip(writers, row, strict=True)]) for row in rows]
        return f"[{','.join(objects)}]"

    return write


def _object(fields: Iterable[Field]) -> str:
    """What an object of JSON is filled in with."""
    return "{{{}}}".format(",".join(f'"{each.name}":%s' for each in fields))
