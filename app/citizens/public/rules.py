"""How the map is coloured, and what stands beside it."""

import json
from pathlib import Path
from typing import NamedTuple

from app.language import said
from app.lao.reporting.rules import THRESHOLDS, Counts, level
from app.models.enums import Level, Round

_DATA = json.loads((Path(__file__).parent / "data" / "thailand-provinces.json").read_text(encoding="utf-8"))
VIEW_BOX: str = _DATA["viewBox"]
LAKE: str = _DATA["lake_songkhla"]
OUTLINES: dict[str, tuple[str, str]] = {each["code"]: (each["name_th"], each["path"]) for each in _DATA["provinces"]}
NOTHING = 0


class Shade(NamedTuple):
    """A colour of the map: from `least` per cent to below the next one's. `level`: what an LAO there would have."""

    number: int
    least: int
    below: int
    level: Level

    @property
    def label(self) -> str:
        if self.below > 100:
            return f"{self.least} – 100"
        return said("{least} – ต่ำกว่า {below}", least=self.least, below=self.below)


def shades(round_: Round) -> list[Shade]:
    """The five colours, the darkest first; their bounds are those of the levels, halved."""
    high, medium = THRESHOLDS[round_]
    bounds = (high, (high + medium) // 2, medium, medium // 2, 0)
    return [
        Shade(5 - place, least, (101, *bounds)[place], level(round_, least, 100, 100, passed=True))
        for place, least in enumerate(bounds)
    ]


def shade(counts: Counts, round_: Round) -> int:
    """The number of a province's colour, 5 the darkest; NOTHING where nobody has reported."""
    if not counts.reported:
        return NOTHING
    # The exact ratio, as of the levels: 79.995 is not 80.
    return next(each.number for each in shades(round_) if 100 * counts.done >= each.least * counts.total)
