"""What a table of LAOs shows: its filter, and a row ready to print. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.lao.reporting.rules import Grouping, ProvinceTableRow
from app.models.enums import Level, OrganisationType
from app.words import percent_text


@dataclass(frozen=True)
class TableFilter:
    """What of a table of LAOs is shown, and by what it is grouped. Nonsense in an address is left out."""

    by: Grouping = Grouping.DISTRICT
    district: str = ""
    type: str = ""
    level: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "TableFilter":
        def known(name: str, values: Iterable[str]) -> str:
            return next((value for value in values if value == args.get(name)), "")

        by = known("by", Grouping) or Grouping.DISTRICT
        return cls(Grouping(by), args.get("district", "")[:4], known("type", OrganisationType), known("level", Level))

    def fits(self, row: ProvinceTableRow) -> bool:
        return (
            self.district in ("", row.district_code) and self.type in ("", row.type) and self.level in ("", row.level)
        )

    @property
    def narrows(self) -> bool:
        return bool(self.district or self.type or self.level)

    @property
    def values(self) -> dict[str, Any]:
        by = "" if self.by is Grouping.DISTRICT else self.by.value
        return {"by": by, "district": self.district, "type": self.type, "level": self.level}


class DrawnRow(NamedTuple):
    """One LAO of a table, as app/rows.py draws it."""

    number: int
    code: str
    name: str
    type: str
    done: str
    total: str
    percent: str
    level: Level
    passed: bool
    own: bool


def drawn_row(number: int, row: ProvinceTableRow, own: str = "") -> DrawnRow:
    """`own` is the code of the LAO that is looking, if one is."""
    counts = row.counts
    percent = percent_text(row.percent)
    return DrawnRow(
        number, row.code, row.marked_name, row.type.label, f"{counts.done:,}", f"{counts.total:,}", percent, row.level,
        row.passed, row.code == own,
    )  # fmt: skip
