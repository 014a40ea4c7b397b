"""What of a table of LAOs is shown. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.lao.reporting.rules import Grouping, ProvinceTableRow
from app.models.enums import Level, OrganisationType


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
