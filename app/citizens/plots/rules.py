"""What each plot shows, as data: a page and the file to take away are drawn from the same. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from app.citizens.public.rules import shades
from app.language import said
from app.lao.reporting.rules import (
    HUNDRED,
    LAST,
    THRESHOLDS,
    Counts,
    PlaceSummary,
    ReportingRound,
    level,
)
from app.lao.standings.rules import TENS, ten_words
from app.models.enums import Labelled, Level, PlaceKind, ReportStatus, Round
from app.words import count_text, half_up, percent_text

WITH_LEVEL = (Level.HIGH, Level.MEDIUM, Level.LOW)


class Plot(Labelled):
    """The value is its part of an address, the label its title."""

    STATUSES = "statuses", "โครงการตามสถานะ"
    LEVELS = "levels", "อปท. ตามระดับการนำแผนไปปฏิบัติ"
    SPREAD = "spread", "อปท. ตามร้อยละของโครงการที่แล้วเสร็จ"
    YEARS = "years", "ร้อยละของโครงการที่แล้วเสร็จ ทุกปีและทุกรอบ"
    MAP = "map", "ร้อยละของโครงการที่แล้วเสร็จ รายจังหวัด"

    @property
    def unit(self) -> str:
        """What is counted, and in what."""
        match self:
            case Plot.STATUSES:
                return said("จำนวนโครงการ แถบคือส่วนแบ่งเป็นร้อยละของโครงการทั้งหมด")
            case Plot.LEVELS:
                return said("จำนวน อปท. (แห่ง)")
            case Plot.SPREAD:
                return said("จำนวน อปท. (แห่ง) ในแต่ละช่วงร้อยละ ช่วงละ 10")
            case Plot.YEARS:
                return said("ร้อยละของโครงการทั้งหมด (0–100)")
            case Plot.MAP:
                return said("ร้อยละของโครงการทั้งหมด (0–100) ในวงเล็บคือระดับของ อปท. ที่มีร้อยละเท่านั้น")


def plots_of(kind: PlaceKind) -> tuple[Plot, ...]:
    """The plots that there are of such a place."""
    match kind:
        case PlaceKind.ORGANISATION:
            return (Plot.STATUSES, Plot.YEARS)
        case PlaceKind.COUNTRY | PlaceKind.REGION:
            return tuple(Plot)
        case _:
            return (Plot.STATUSES, Plot.LEVELS, Plot.SPREAD, Plot.YEARS)


class Key(NamedTuple):
    """An entry of a legend; `look`: how it is drawn, templates/macros/plot.html knows each."""

    look: str
    text: str


# --- one bar by status ------------------------------------------------------------------------------
STATUS_LOOKS = {
    ReportStatus.DONE: "p-ok",
    ReportStatus.IN_PROGRESS: "p-warn",
    ReportStatus.CANNOT: "p-bad",
    ReportStatus.NOT_REPORTED: "p-idle",
}


def status_keys(counts: Counts) -> list[Key]:
    """Every status with its number, also of none."""
    numbers = (counts.done, counts.in_progress, counts.cannot, counts.waiting)
    return [
        Key(look, said("{status} {number} โครงการ", status=status.label, number=count_text(number)))
        for (status, look), number in zip(STATUS_LOOKS.items(), numbers, strict=True)
    ]


def said_of_statuses(counts: Counts) -> str:
    if not counts.total:
        return said("ไม่มีโครงการที่นับ")
    return said(
        "แล้วเสร็จ {done} จาก {total} โครงการ (ร้อยละ {percent}) ยังไม่รายงานผล {waiting}",
        done=count_text(counts.done),
        total=count_text(counts.total),
        percent=percent_text(counts.percent),
        waiting=count_text(counts.waiting),
    )


# --- bars of LAOs -----------------------------------------------------------------------------------
LEVEL_LOOKS = {
    Level.HIGH: "p-ok",
    Level.MEDIUM: "p-warn",
    Level.LOW: "p-bad",
    Level.NOT_REPORTED: "p-idle",
    Level.NOT_PASSED: "p-none",
}


class Bar(NamedTuple):
    """A number of LAOs; `width` in per cent of the room, 0 for none."""

    label: str
    number: int
    width: Decimal
    look: str
    ten: int | None = None


class BarGroup(NamedTuple):
    """Bars of LAOs of one level, under words on it where it has several."""

    level: Level
    words: str
    bars: list[Bar]

    @property
    def number(self) -> int:
        return sum(bar.number for bar in self.bars)


def _bar(label: str, number: int, whole: int, level_: Level) -> Bar:
    return Bar(label, number, half_up(HUNDRED * number / whole) if whole else HUNDRED * 0, LEVEL_LOOKS[level_])


def level_bars(summary: PlaceSummary) -> list[BarGroup]:
    """LAOs by level. The longest bar is full."""
    numbers = {each: summary.levels.get(each, 0) for each in Level}
    most = max(numbers.values())
    return [BarGroup(each, "", [_bar(each.label, number, most, each)]) for each, number in numbers.items()]


def spread_bars(summary: PlaceSummary) -> list[BarGroup]:
    """LAOs by tens of their percent, the highest first; who has no percent stands apart. The longest bar is full."""
    apart = {each: summary.levels.get(each, 0) for each in LAST}
    most = max([*summary.tens.values(), *apart.values()], default=0)
    groups = {each: BarGroup(each, threshold_words(summary.round, each), []) for each in WITH_LEVEL}
    for ten in reversed(TENS):
        # Thresholds are whole tens, so all of a ten have the level of its first percent.
        own = level(summary.round, ten, len(TENS), len(TENS), passed=True)
        bar = _bar(ten_words(ten), summary.tens.get(ten, 0), most, own)
        groups[own].bars.append(bar._replace(ten=ten))
    groups |= {each: BarGroup(each, "", [_bar(each.label, apart[each], most, each)]) for each in LAST}
    return list(groups.values())


def threshold_words(round_: Round, level_: Level) -> str:
    """From which percent on an LAO has the level in that round."""
    high, medium = THRESHOLDS[round_]
    match level_:
        case Level.HIGH:
            return said("{level} ตั้งแต่ {percent}", level=level_.label, percent=high)
        case Level.MEDIUM:
            return said("{level} ตั้งแต่ {percent}", level=level_.label, percent=medium)
        case _:
            return said("{level} ต่ำกว่า {percent}", level=level_.label, percent=medium)


def said_of_levels(summary: PlaceSummary) -> str:
    found = (f"{each.label} {count_text(summary.levels.get(each, 0))}" for each in Level)
    return said("จาก อปท. {laos} แห่ง {levels}", laos=count_text(summary.laos), levels=" · ".join(found))


def said_of_spread(summary: PlaceSummary) -> str:
    high, _medium = THRESHOLDS[summary.round]
    reached, apart = summary.levels.get(Level.HIGH, 0), sum(summary.levels.get(each, 0) for each in LAST)
    return said(
        "อปท. {reached} จาก {laos} แห่ง แล้วเสร็จตั้งแต่ร้อยละ {high} (ระดับมาก{round}) · ไม่มีร้อยละ {apart} แห่ง",
        reached=count_text(reached),
        laos=count_text(summary.laos),
        high=high,
        round=summary.round.label,
        apart=count_text(apart),
    )


# --- the map ----------------------------------------------------------------------------------------
def shade_keys(round_: Round, numbers: Mapping[int, int]) -> list[Key]:
    """The classes of the map: their bounds, the level an LAO has there, and how many provinces are in each."""
    found = [
        Key(f"q{each.number}", _provinces(f"{each.label} ({each.level.label})", numbers.get(each.number, 0)))
        for each in shades(round_)
    ]
    return [*found, Key("q0", _provinces(Level.NOT_REPORTED.label, numbers.get(0, 0)))]


def _provinces(words: str, number: int) -> str:
    return said("{class} {number} จังหวัด", **{"class": words, "number": count_text(number)})


def said_of_map(parts: list[Any]) -> str:
    """The highest and the lowest, of provinces that have reported."""
    told = [part for part in parts if part.summary.counts.reported]
    if not told:
        return said("ยังไม่มีจังหวัดใดรายงานผล")
    high = max(told, key=lambda part: part.summary.counts.percent)
    low = min(told, key=lambda part: part.summary.counts.percent)
    return said(
        "สูงสุด {highest} {most} · ต่ำสุด {lowest} {least}",
        highest=high.name,
        most=percent_text(high.summary.counts.percent),
        lowest=low.name,
        least=percent_text(low.summary.counts.percent),
    )


# --- words around all of them -------------------------------------------------------------------------
def subtitle(plot: Plot, moment: ReportingRound, period: str) -> str:
    year = said("ปีงบประมาณ {year} {round}", year=moment.year, round=moment.round.label)
    return f"{period if plot is Plot.YEARS else year} · {plot.unit}"
