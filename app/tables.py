"""A table on its way into a file: what Excel and CSV are both written from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.clock import thai_date, thai_time

Cell = str | int | Decimal | date | None

BAHT_FORMAT = "#,##0.00"
PERCENT_FORMAT = "0.00"
COUNT_FORMAT = "#,##0"
THAI_DATE_FORMAT = "[$-107041E]d mmmm yyyy"  # 1 ตุลาคม 2569: Thai words, Buddhist era, Arabic digits


@dataclass(frozen=True)
class Column:
    """`width` in characters; `format` an Excel number format for numbers and dates; `explain` a Thai sentence."""

    head: str
    width: int
    format: str = "General"
    explain: str = ""


@dataclass(frozen=True)
class Table:
    """One table. `rows` may be a generator: it is consumed once, a few hundred rows at a time."""

    sheet: str
    title: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    rules: Sequence[str] = ()

    @property
    def heads(self) -> list[str]:
        return [column.head for column in self.columns]


def made(now: datetime, by: str) -> str:
    """The line that says when and by whom a file was made."""
    return f"จัดทำเมื่อ {thai_date(now)} เวลา {thai_time(now)} โดย {by}"
