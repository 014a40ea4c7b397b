"""What of a table of LAOs is shown. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.lao.reporting.rules import Grouping, PlaceSummary, ProvinceTableRow
from app.lao.standings.rules import TENS, standing_of
from app.models.enums import Level, OrganisationType


@dataclass(frozen=True)
class TableFilter:
    """What of a table of LAOs is shown, and by what it is grouped. Nonsense in an address is left out."""

    by: Grouping = Grouping.DISTRICT
    district: str = ""
    type: str = ""
    level: str = ""
    ten: str = ""  # of the percent, as app/lao/standings counts

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "TableFilter":
        def known(name: str, values: Iterable[str]) -> str:
            return next((value for value in values if value == args.get(name)), "")

        by = known("by", Grouping) or Grouping.DISTRICT
        rest = known("type", OrganisationType), known("level", Level), known("ten", map(str, TENS))
        return cls(Grouping(by), args.get("district", "")[:4], *rest)

    def fits(self, row: ProvinceTableRow) -> bool:
        return (
            self.district in ("", row.district_code)
            and self.type in ("", row.type)
            and self.level in ("", row.level)
            and self.ten in ("", str(standing_of(row).ten))
        )

    @property
    def narrows(self) -> bool:
        return bool(self.district or self.type or self.level or self.ten)

    @property
    def values(self) -> dict[str, Any]:
        by = "" if self.by is Grouping.DISTRICT else self.by.value
        return {"by": by, "district": self.district, "type": self.type, "level": self.level, "ten": self.ten}


class PartSort(StrEnum):
    """The column that the places inside a place are ordered by, downward; without one they stand under headings."""

    LAOS = "laos"
    PASSED = "passed"
    DONE = "done"
    TOTAL = "total"
    PERCENT = "percent"
    PLANNED = "planned"
    SPENT = "spent"

    def key(self, summary: PlaceSummary) -> Any:
        """What a place's summary is ordered by: by percent, who has not reported is last."""
        match self:
            case PartSort.LAOS:
                return -summary.laos
            case PartSort.PASSED:
                return -summary.passed
            case PartSort.DONE:
                return -summary.counts.done
            case PartSort.TOTAL:
                return -summary.counts.total
            case PartSort.PERCENT:
                return not summary.counts.reported, -summary.counts.percent
            case PartSort.PLANNED:
                return -summary.money.planned
            case PartSort.SPENT:
                return -summary.money.spent
