"""Where the LAOs of a place stand in a round: how many have each level, and a percent in each ten."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.language import said
from app.lao.reporting.rules import LAST, ProvinceTableRow, level
from app.models.enums import Level, Round

TENS = range(10)


class LaoStanding(NamedTuple):
    """The level of an LAO, and the ten that its percent lies in; None where it has no percent to tell of."""

    level: Level
    ten: int | None


def standing(round_: Round, done: int, total: int, reported: int, *, passed: bool) -> LaoStanding:
    return standing_at(level(round_, done, total, reported, passed=passed), done, total)


def standing_at(level_: Level, done: int, total: int) -> LaoStanding:
    """The same where the level is known already, as of a closed round. Not reported is not 0 per cent."""
    return LaoStanding(level_, None if level_ in LAST or not total else ten_of(done, total))


def ten_of(done: int, total: int) -> int:
    """0 below 10 per cent, 9 from 90 to 100; from the exact ratio, as levels: 79.995 is not 80."""
    return min(TENS[-1], 10 * done // total)


def ten_words(ten: int) -> str:
    below = 10 * ten + 10
    return said("{least} – ต่ำกว่า {below}", least=10 * ten, below=below) if ten < TENS[-1] else f"{10 * ten} – 100"


def standings_of(rows: Iterable[ProvinceTableRow]) -> Counter[LaoStanding]:
    """How many LAOs of a table stand where."""
    return Counter(map(standing_of, rows))


def standing_of(row: ProvinceTableRow) -> LaoStanding:
    return standing_at(row.level, row.counts.done, row.counts.total)


def levels_among(standings: Mapping[LaoStanding, int]) -> Counter[Level]:
    """How many LAOs have each level."""
    found: Counter[Level] = Counter()
    for each, number in standings.items():
        found[each.level] += number
    return found


def tens_among(standings: Mapping[LaoStanding, int]) -> Counter[int]:
    """How many LAOs have a percent in each ten."""
    found: Counter[int] = Counter()
    for each, number in standings.items():
        if each.ten is not None:
            found[each.ten] += number
    return found
