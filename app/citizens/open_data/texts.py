"""Rows of a data set as text and cells, column by column: each value that comes again is written once.

How a value is written stands in `rules.py` and `csv_files.py`, and how a column is read in its type; here is only that
it need not be asked millions of times.
"""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.citizens.open_data.rules import Dataset, Field, Type, cell_of, plain_of
from app.remembered import Remembered
from app.spreadsheets.csv_files import csv_value
from app.spreadsheets.tables import Cell

Values = Sequence[Any]
Write = Callable[[Any], Any]
Text = Callable[[Any], str]
Read = Write | list[Write | None] | None  # a list: of what stands in a nested field
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Texts:
    """`reads`: for each field how a value of the driver becomes one of its column's type; None: it is one."""

    def __init__(self, dataset: Dataset, reads: Sequence[Read]) -> None:
        fields = list(zip(dataset.fields, reads, strict=True))
        self._places = [dataset.places[each.name] for each in dataset.columns]
        columns: Any = [fields[place] for place in self._places]
        ends = [","] * (len(columns) - 1) + ["\r\n"]
        ways = [(each, read, _framed("", _csv_of(each), end)) for (each, read), end in zip(columns, ends, strict=True)]
        self._csv = [_column_writer(*way) for way in ways]
        self._cells = [_column_writer(each, read, cell_of(each)) for each, read in columns]
        self._json = _object(fields, "\n")

    def csv(self, columns: Sequence[Values]) -> bytes:
        return _woven(self._csv, [columns[place] for place in self._places])

    def lines(self, columns: Sequence[Values]) -> bytes:
        """JSON, an object a line."""
        return _woven(self._json, columns)

    def cells(self, columns: Sequence[Values]) -> Iterable[tuple[Cell, ...]]:
        some = [map(write, columns[place]) for write, place in zip(self._cells, self._places, strict=True)]
        return zip(*some, strict=True)


def _woven(writers: Sequence[Write], columns: Sequence[Values]) -> bytes:
    """The texts behind each other, row after row."""
    whole = [""] * (len(columns) * len(columns[0]))
    for place, (write, column) in enumerate(zip(writers, columns, strict=True)):
        whole[place :: len(columns)] = map(write, column)
    return "".join(whole).encode()


def _writer(read: Write | None, write: Write, *, alike: bool) -> Write:
    """`alike`: equal values are written alike."""
    way = write if read is None else lambda value: write(read(value))
    return Remembered(way).__getitem__ if alike else way


def _column_writer(field: Field, read: Write | None, write: Write) -> Write:
    """Of equal decimals one can be 0 and one 0.00."""
    return _writer(read, write, alike=read is not None or field.type is not Type.DECIMAL)


def _framed(before: str, write: Text, after: str) -> Text:
    return lambda value: f"{before}{write(value)}{after}"


class _Given:
    """A file that gives back what is written into it; csv's writer hands it on."""

    def write(self, text: str) -> str:
        return text


_row_of = csv.writer(_Given()).writerow


def _csv_of(field: Field) -> Text:
    cell = cell_of(field)
    if field.type in (Type.INTEGER, Type.DECIMAL, Type.MOMENT, Type.BOOLEAN):
        return lambda value: csv_value(cell(value))  # nothing in it is ever quoted
    return lambda value: _row_of((csv_value(cell(value)), ""))[: -len(",\r\n")]  # by itself, an empty one is quoted


def _json_of(field: Field) -> Text:
    plain = plain_of(field)
    return lambda value: _encoded(plain(value))


def _encoded(value: Any) -> str:
    """In JSON, whose encoder takes ten times as long for a number that stands by itself."""
    return repr(value) if type(value) is int else _encode(value)


def _object(fields: Sequence[tuple[Field, Read]], end: str = "") -> list[Write]:
    """What writes the values of an object of JSON, each with its name."""
    befores = ["{", *[","] * (len(fields) - 1)]
    afters = [*[""] * (len(fields) - 1), f"}}{end}"]
    return [
        _member(each, read, f'{before}"{each.name}":', after)
        for (each, read), before, after in zip(fields, befores, afters, strict=True)
    ]


def _member(field: Field, read: Any, before: str, after: str) -> Write:
    if field.nested:
        return _framed(before, _list_of(field.nested, read or [None] * len(field.nested)), after)  # hardly comes again
    return _writer(read, _framed(before, _json_of(field), after), alike=True)


def _list_of(fields: Sequence[Field], reads: Sequence[Write | None]) -> Text:
    writers = _object(list(zip(fields, reads, strict=True)))

    def write(rows: Sequence[Values]) -> str:
        objects = ["".join([each(value) for each, value in zip(writers, row, strict=True)]) for row in rows]
        return f"[{','.join(objects)}]"

    return write
