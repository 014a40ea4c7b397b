"""Rows as the driver gives them, for files of a million rows: few of their values differ, and each is read once."""

from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Dialect, Result

DriverRow = tuple[Any, ...]
Read = Callable[[Any], Any]


def driver_rows(found: Result[*tuple[Any, ...]]) -> list[DriverRow]:
    """All rows of an answer, their values not yet of the types of their columns: see `reads`."""
    with closing(cast(CursorResult[Any], found)) as answer:
        return list(answer.cursor.fetchall()) if answer.cursor else []


def reads(columns: Iterable[ColumnElement[Any]], dialect: Dialect) -> list[Read | None]:
    """For each column what makes the driver's value one of its type; None where it is one."""
    return [each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns]
