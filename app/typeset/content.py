"""What a paper says, before it is PDF or Word: both writers are handed the very same."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


class Align(Enum):
    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


class PaperColumn(NamedTuple):
    """`share`: of the paper's width, against the other columns."""

    head: str
    share: float
    side: Align = Align.LEFT


class RowKind(Enum):
    PLAIN = "plain"
    BAND = "band"  # one heading over the whole width: its only cell
    SUM = "sum"


class PaperRow(NamedTuple):
    cells: tuple[str, ...]
    kind: RowKind = RowKind.PLAIN


@dataclass(frozen=True)
class PaperTable:
    """`small`: set in the size of long lists."""

    columns: Sequence[PaperColumn]
    rows: Sequence[PaperRow]
    heading: str = ""
    small: bool = False


class Signature(NamedTuple):
    """Who signs. Signature and date stay blank: they are written by hand."""

    name: str
    position: str


class Source(NamedTuple):
    """Where anybody finds the same figures, as a QR code too, and what stands beside it."""

    address: str
    words: str


@dataclass(frozen=True)
class Paper:
    """A paper to be signed. `draft`: why it is none yet, in Thai; empty where it can be signed."""

    title: Sequence[str]
    lines: Sequence[str]
    tables: Sequence[PaperTable]
    signature: Signature
    source: Source
    draft: str = ""

    @property
    def name(self) -> str:
        return " ".join(self.title)


DRAFT, BLANK = "ร่าง", "." * 50


def page_mark(number: int | str) -> str:
    """The number of a page as Thai offices write it; the first page has none."""
    return f"- {str(number).translate(THAI_DIGITS)} -"


def signed(signature: Signature) -> tuple[str, ...]:
    """The lines of who signs, as every Thai letter ends; both writers have them."""
    return (f"(ลงชื่อ) {BLANK}", f"( {signature.name or BLANK} )", signature.position, f"วันที่ {BLANK}")


def column_widths(columns: Sequence[PaperColumn], room: float) -> list[float]:
    unit = room / sum(column.share for column in columns)
    return [column.share * unit for column in columns]


@dataclass(frozen=True)
class FigureCard:
    """`percent`: of the bar, 0 to 100; `figure` says it in words."""

    head: str
    name: str
    moment: str
    figure: str
    percent: Decimal
    lines: Sequence[str]
