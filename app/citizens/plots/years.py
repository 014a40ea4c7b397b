"""The plot of years and rounds: where marks, lines and words stand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from app.citizens.plots.rules import Key
from app.language import in_english, said
from app.lao.reporting.rules import HUNDRED, THRESHOLDS, PlaceSummary, RoundSummary, Summed
from app.models.enums import Level, Round
from app.words import half_up, percent_text

LEFT, ROOM = 9, 66  # per cent of the width: where years begin, and how much they have


class YearMark(NamedTuple):
    """The percent of one round of a year. `above`: its number stands above the mark, that of the other below."""

    round: Round
    percent: Decimal
    above: bool


class YearSlot(NamedTuple):
    """A year of the picture; `start`, `middle` and `width` in per cent of the whole. `lacking`: why marks are missing,
    line by line, at the foot where the mark that is there stands `high`."""

    year: int
    start: Decimal
    middle: Decimal
    width: Decimal
    marks: list[YearMark]
    lacking: list[str]

    @property
    def high(self) -> bool:
        return any(2 * mark.percent > HUNDRED for mark in self.marks)


class YearLine(NamedTuple):
    """From a year's mark to the next year's of the same round."""

    round: Round
    start: Decimal
    end: Decimal
    first: Decimal
    last: Decimal


@dataclass(frozen=True)
class YearsPlot:
    slots: list[YearSlot]
    lines: list[YearLine]


class ThresholdLine(NamedTuple):
    """Where a level of a round begins; `shift`: lines of text that its name is moved down by, beside another's."""

    round: Round
    level: Level
    percent: int
    shift: int


def threshold_lines() -> list[ThresholdLine]:
    found: list[ThresholdLine] = []
    for round_, percents in THRESHOLDS.items():
        for level_, percent in zip((Level.HIGH, Level.MEDIUM), percents, strict=True):
            found.append(ThresholdLine(round_, level_, percent, sum(each.percent == percent for each in found)))
    return found


class Lack(Enum):
    """Why there is no percent to draw, in short lines between strokes: 0.00 is drawn only where somebody reported."""

    NOT_PASSED = "แผน|ไม่ผ่าน"
    NONE_PASSED = "ไม่มีแผน|ที่ผ่าน"
    NO_PROJECT = "ไม่มี|โครงการ"
    NOT_REPORTED = "ยังไม่|รายงาน"

    @property
    def lines(self) -> list[str]:
        return said(self.value).split("|")

    @property
    def words(self) -> str:
        return (" " if in_english() else "").join(self.lines)


def lacking(summary: Summed) -> Lack | None:
    if isinstance(summary, RoundSummary) and not summary.passed:
        return Lack.NOT_PASSED
    if isinstance(summary, PlaceSummary) and not summary.passed:
        return Lack.NONE_PASSED
    if not summary.counts.total:
        return Lack.NO_PROJECT
    return None if summary.counts.reported else Lack.NOT_REPORTED


def years_plot(compared: Mapping[tuple[int, Round], Summed]) -> YearsPlot:
    years = sorted({year for year, _round in compared})
    width = half_up(HUNDRED * ROOM / 100 / max(len(years), 1))
    slots = []
    for place, year in enumerate(years):
        of_year = {round_: each for (of, round_), each in compared.items() if of == year}
        start = LEFT + width * place
        slots.append(YearSlot(year, start, start + width / 2, width, _marks(of_year), _lacking_lines(of_year)))
    lines = [
        YearLine(first.round, before.middle, after.middle, first.percent, last.percent)
        for before, after in pairwise(slots)
        for first in before.marks
        for last in after.marks
        if first.round is last.round
    ]
    return YearsPlot(slots, lines)


def _marks(of_year: Mapping[Round, Summed]) -> list[YearMark]:
    percents = {round_: each.counts.percent for round_, each in of_year.items() if not lacking(each)}
    top = max(percents, key=lambda round_: (percents[round_], round_), default=None)
    return [YearMark(round_, percent, round_ is top) for round_, percent in percents.items()]


def _lacking_lines(of_year: Mapping[Round, Summed]) -> list[str]:
    """One reason for the whole year, or that of a round."""
    reasons = {round_: found for round_, each in of_year.items() if (found := lacking(each))}
    if len(reasons) == len(of_year) and len(set(reasons.values())) == 1:
        return next(iter(reasons.values())).lines
    return [line for round_, found in reasons.items() for line in (_months(round_), *found.lines)]


def _months(round_: Round) -> str:
    return said("{months} ด.", months=int(round_))


def year_keys() -> list[Key]:
    found = [Key(f"mark-{int(round_)}", round_.label) for round_ in Round]
    for round_, (high, medium) in THRESHOLDS.items():
        words = said(
            "เกณฑ์ระดับของ อปท. {round}: ปานกลาง {medium} มาก {high}", round=round_.label, medium=medium, high=high
        )
        found.append(Key(f"rule-{int(round_)}", words))
    return [*found, Key("p-none", said("ไม่มีข้อมูลให้วาด (ไม่ใช่ร้อยละ 0)"))]


def said_of_years(compared: Mapping[tuple[int, Round], Summed]) -> str:
    """Every year and round, in words."""
    found = {moment: (lacking(each), percent_text(each.counts.percent)) for moment, each in compared.items()}
    return " · ".join(
        said("ปี {year} {round} {percent}", year=year, round=round_.label, percent=lack.words if lack else percent)
        for (year, round_), (lack, percent) in found.items()
    )
