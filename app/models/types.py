"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Computed, DateTime, Enum, SmallInteger, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator

from app.words import THAI_DIGITS, UNSEARCHED

QUARTERS = (1, 2, 3, 4)

# Thai sort keys and codes compare by code point on both engines, whatever the server's locale.
SortKey = String(700).with_variant(String(700, collation="C"), "postgresql")
# Nothing is NULL, not the JSON word null: "WHERE before IS NULL" finds what is new.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


@compiles(Computed, "sqlite")
def _virtual(kept: Computed, _compiler: Any, **_more: Any) -> str:
    """Made while it is read: SQLite can add no other kind to a table that is there."""
    return f"GENERATED ALWAYS AS ({kept.sqltext}) VIRTUAL"


def searched(column: str) -> MappedColumn[str]:
    """The search key of a column (app/words.py), kept by the database itself: no way of writing a row can miss it."""
    expression = f"lower({column})"
    for letter in UNSEARCHED:
        expression = f"replace({expression}, '{letter}', '')"
    for digit, thai in enumerate(THAI_DIGITS):
        expression = f"replace({expression}, '{thai}', '{digit}')"
    return mapped_column(Text, Computed(expression, persisted=True), nullable=True, deferred=True)


class Hundredths(TypeDecorator[Decimal]):
    """An exact Decimal with two places, kept as a whole number of hundredths.

    SQLite has no decimal type; this way SUM is exact on both engines. Raises ValueError on a third place.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value * 100
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than two decimals")
        return int(scaled)

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Baht(Hundredths):
    """Thai baht; the column holds satang."""

    cache_ok = True


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. Refuses a naive one: nobody could tell whose clock it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Quarters(TypeDecorator[tuple[int, ...]]):
    """The quarters of the fiscal year a project runs in, (1, 3); kept as a bit set, Q1 being 1 and Q4 being 8."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> int | None:
        return None if value is None else sum(1 << (quarter - 1) for quarter in set(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> tuple[int, ...] | None:
        return None if value is None else tuple(q for q in QUARTERS if value & (1 << (q - 1)))


def one_of(enum: type[StrEnum], name: str) -> Enum:
    """A column that holds the readable value of `enum`, checked by the database."""

    def values(choices: Any) -> list[str]:
        return [choice.value for choice in choices]

    return Enum(enum, native_enum=False, create_constraint=True, length=32, name=name, values_callable=values)
