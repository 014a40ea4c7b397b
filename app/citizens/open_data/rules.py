"""What a data set is made of, and how its values are written. From this, and nothing else, come answers and files.

`cell_of` makes cells of CSV and Excel, `plain_row` a JSON object. Money, scores and percents are decimal strings in
JSON: most readers take a JSON number for a binary fraction, and satang would get lost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, EnumType, StrEnum
from functools import cached_property
from typing import Any

from app.spreadsheets.tables import Cell

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
MOST_IN_A_FILE = 20_000  # rows; who needs more takes the whole table, which is made once a night
PAGING = ("limit", "after")
DECIMAL = r"^-?[0-9]+\.[0-9]{2}$"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
SEPARATOR = ";"


class Type(StrEnum):
    INTEGER = "integer"
    TEXT = "text"
    DECIMAL = "decimal"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    INTEGERS = "integers"
    CODES = "codes"
    NESTED = "nested"


# What a person is told of a type.
IN_THAI = {
    Type.INTEGER: "จำนวนเต็ม",
    Type.TEXT: "ข้อความ",
    Type.DECIMAL: "ทศนิยม 2 ตำแหน่ง",
    Type.MOMENT: "วันและเวลา",
    Type.BOOLEAN: "true หรือ false",
    Type.CHOICE: "ตัวเลือก",
    Type.INTEGERS: "รายการจำนวนเต็ม",
    Type.CODES: "รายการรหัส",
    Type.NESTED: "ตารางย่อย (JSON)",
}


@dataclass(frozen=True)
class Field:
    """One column. `title` and `description` are Thai. A nested one stands in JSON only: in CSV it is another table."""

    name: str
    type: Type
    title: str
    example: Any
    description: str = ""
    optional: bool = False
    choices: EnumType | None = None
    allowed: tuple[str | int, ...] = ()
    pattern: str = ""
    unit: str = ""
    nested: tuple["Field", ...] = ()
    get: Callable[[Any], Any] | None = None  # from what a row is made of; none: a column of the table is called so

    @property
    def values(self) -> tuple[str | int, ...]:
        """The values a choice can have."""
        return values_of(self.choices) if self.choices else self.allowed


def values_of(choices: EnumType) -> tuple[str | int, ...]:
    members: Iterable[Enum] = choices.__members__.values()
    return tuple(member.value for member in members)


@dataclass(frozen=True)
class Parameter:
    """One filter of an address. A text is a pattern's, a choice's or free; `required` ones have no default."""

    name: str
    title: str
    description: str
    example: str | int
    pattern: str = ""
    choices: tuple[str | int, ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int | None = None
    required: bool = False
    default: str | int | None = None

    @property
    def is_number(self) -> bool:
        return self.least is not None or (bool(self.choices) and isinstance(self.choices[0], int))


@dataclass(frozen=True)
class Dataset:
    """One table. `key` is the primary key; `refers` names the data set a column's values come from."""

    name: str
    title: str
    title_en: str
    description: str
    description_en: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    refers: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    one: Parameter | None = None

    @property
    def filters(self) -> tuple[Parameter, ...]:
        """What narrows it down: all parameters but those of paging. A file knows no others."""
        return tuple(each for each in self.parameters if each.name not in PAGING)

    @property
    def slug(self) -> str:
        """Its name in an address."""
        return self.name.replace("_", "-")

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields of its table: all but the nested ones, which stand last."""
        return tuple(each for each in self.fields if each.type is not Type.NESTED)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each field stands in a row."""
        return {each.name: place for place, each in enumerate(self.fields)}

    def row(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """A row from its values by name. Raises KeyError for one that is missing."""
        return tuple(values[each.name] for each in self.fields)

    @property
    def row_schema(self) -> str:
        """What one row is called in the OpenAPI document."""
        return self.title_en.title().replace(" ", "")


def moment(value: datetime) -> str:
    """2018-04-02T07:32:00Z: to the second, in UTC, alike on both engines."""
    return value.astimezone(UTC).strftime(MOMENT)


def decimal(value: Decimal) -> str:
    return f"{value:.2f}"


def _same(value: Any) -> Any:
    return value


PLAIN: dict[Type, Callable[[Any], Any]] = {
    Type.INTEGER: int,
    Type.TEXT: _same,
    Type.DECIMAL: decimal,
    Type.MOMENT: moment,
    Type.BOOLEAN: bool,
    Type.CHOICE: str,
    Type.INTEGERS: list,
    Type.CODES: list,
    Type.NESTED: _same,
}


CELLS: dict[Type, Callable[[Any], Cell]] = {
    Type.INTEGER: _same,
    Type.TEXT: _same,
    Type.DECIMAL: _same,
    Type.MOMENT: moment,
    Type.BOOLEAN: lambda value: "true" if value else "false",
    Type.CHOICE: str,
    Type.INTEGERS: lambda value: SEPARATOR.join(map(str, value)),
    Type.CODES: SEPARATOR.join,
}


def plain_row(fields: Sequence[Field]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """A function from a row to its JSON object; made once for many rows."""
    ways = [(each.name, plain_of(each)) for each in fields]

    def plain(row: Sequence[Any]) -> dict[str, Any]:
        return {name: way(value) for (name, way), value in zip(ways, row, strict=True)}

    return plain


def plain_of(field: Field) -> Callable[[Any], Any]:
    """A function from a value of the field to what stands in JSON."""
    way = plain_rows(field.nested) or PLAIN[field.type]
    return lambda value: None if value is None else way(value)


def plain_rows(fields: Sequence[Field]) -> Callable[[Sequence[Sequence[Any]]], list[dict[str, Any]]] | None:
    """The same for a table inside a row; None where there is none."""
    if not fields:
        return None
    plain = plain_row(fields)
    return lambda rows: [plain(row) for row in rows]


def cell_of(field: Field) -> Callable[[Any], Cell]:
    """A function from a value of the field to its cell in CSV and Excel."""
    write = CELLS[field.type]
    return lambda value: None if value is None else write(value)
