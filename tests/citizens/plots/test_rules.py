"""What plots show: every LAO in one bar, nothing drawn as 0 that is none, and numbers that do not cover each other."""

from collections.abc import Mapping

import pytest

from app.citizens.plots.drawing import EDGE, in_light, sheet
from app.citizens.plots.rules import (
    Key,
    Plot,
    level_bars,
    plots_of,
    said_of_spread,
    shade_keys,
    spread_bars,
)
from app.citizens.plots.years import Lack, lacking, threshold_lines, years_plot
from app.lao.reporting.rules import Counts, Money, PlaceSummary, RoundSummary, Summed
from app.models.enums import Level, PlaceKind, Round

LEVELS = {Level.HIGH: 3, Level.MEDIUM: 2, Level.LOW: 5, Level.NOT_REPORTED: 4, Level.NOT_PASSED: 6}


def _place(round_: Round = Round.TWELVE, done: int = 1, waiting: int = 0) -> PlaceSummary:
    tens = {9: 1, 8: 2, 6: 2, 4: 1, 0: 4} if round_ is Round.TWELVE else {9: 2, 5: 1, 2: 2, 0: 5}
    return PlaceSummary(round_, LEVELS, {1: (Counts(done=done, waiting=waiting), Money())}, tens)


def _lao(percent: int | None, round_: Round, *, passed: bool = True) -> RoundSummary:
    """With 100 projects; None: with those that nobody has reported of."""
    counts = Counts(waiting=100) if percent is None else Counts(done=percent, in_progress=100 - percent)
    return RoundSummary(round_, passed, {1: (counts, Money())})


# --- bars -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("round_", list(Round))
def test_every_lao_is_in_one_bar_under_its_level(round_: Round) -> None:
    groups = spread_bars(_place(round_))
    assert [group.level for group in groups] == list(Level)
    assert {group.level: group.number for group in groups} == LEVELS
    assert sum(len(group.bars) for group in groups) == 12
    assert groups[0].bars[0].label == "90 – 100"
    assert groups[2].bars[-1].label == "0 – ต่ำกว่า 10"
    assert max(bar.width for group in groups for bar in group.bars) == 100


def test_thresholds_of_the_round_are_named() -> None:
    assert [group.words for group in spread_bars(_place(Round.TWELVE))][:3] == [
        "มาก ตั้งแต่ 80",
        "ปานกลาง ตั้งแต่ 50",
        "น้อย ต่ำกว่า 50",
    ]
    assert spread_bars(_place(Round.SIX))[2].words == "น้อย ต่ำกว่า 20"
    assert "3 จาก 20 แห่ง แล้วเสร็จตั้งแต่ร้อยละ 80" in said_of_spread(_place())
    assert "ไม่มีร้อยละ 10 แห่ง" in said_of_spread(_place())


def test_levels_are_told_apart_and_a_place_without_laos_has_no_bar() -> None:
    bars = [group.bars[0] for group in level_bars(_place())]
    assert [(bar.number, str(bar.width)) for bar in bars] == [
        (3, "50.00"),
        (2, "33.33"),
        (5, "83.33"),
        (4, "66.67"),
        (6, "100.00"),
    ]
    assert len({bar.look for bar in bars}) == len(Level)
    empty = PlaceSummary(Round.SIX, {}, {})
    for groups in (level_bars(empty), spread_bars(empty)):
        assert {bar.width for group in groups for bar in group.bars} == {0}


def test_sums_of_places_keep_their_tens() -> None:
    assert (_place() + _place()).tens == {9: 2, 8: 4, 6: 4, 4: 2, 0: 8}


# --- years ------------------------------------------------------------------------------------------
def _years(of: Mapping[int, tuple[int | None, int | None]], failed: int = 0) -> dict[tuple[int, Round], Summed]:
    return {
        (year, round_): _lao(percent, round_, passed=year != failed)
        for year, percents in of.items()
        for round_, percent in zip(Round, percents, strict=True)
    }


def test_what_is_missing_is_not_drawn_as_nought() -> None:
    found = years_plot(_years({2561: (0, 40), 2562: (None, None), 2563: (5, 6), 2564: (7, None)}, failed=2563))
    assert [[(mark.round, int(mark.percent)) for mark in slot.marks] for slot in found.slots] == [
        [(6, 0), (12, 40)],
        [],
        [],
        [(6, 7)],
    ]
    assert [slot.lacking for slot in found.slots] == [
        [],
        ["ยังไม่", "รายงาน"],
        ["แผน", "ไม่ผ่าน"],
        ["12 ด.", "ยังไม่", "รายงาน"],
    ]
    assert found.lines == [], "no line leads over a year without a percent"


def test_lines_join_years_beside_each_other_in_one_round() -> None:
    found = years_plot(_years({2561: (10, 40), 2562: (20, None)}))
    assert [(line.round, int(line.first), int(line.last)) for line in found.lines] == [(6, 10, 20)]


@pytest.mark.parametrize(("six", "twelve", "above"), [(10, 40, 12), (40, 10, 6), (30, 30, 12)])
def test_numbers_stand_on_two_sides_of_their_marks(six: int, twelve: int, above: int) -> None:
    """The higher one has its number above it, the lower one below, so that they never meet."""
    (slot,) = years_plot(_years({2561: (six, twelve)})).slots
    assert [mark.round for mark in slot.marks if mark.above] == [above]


def test_a_place_lacks_a_percent_for_its_own_reasons() -> None:
    assert lacking(PlaceSummary(Round.SIX, {Level.NOT_PASSED: 2}, {})) is Lack.NONE_PASSED
    assert lacking(PlaceSummary(Round.SIX, {Level.LOW: 2}, {})) is Lack.NO_PROJECT
    assert lacking(_place(done=0, waiting=3)) is Lack.NOT_REPORTED
    assert lacking(_place()) is None


def test_each_round_has_its_thresholds_and_their_names_stand_apart() -> None:
    found = threshold_lines()
    assert {(each.round, each.level, each.percent) for each in found} == {
        (6, Level.HIGH, 50),
        (6, Level.MEDIUM, 20),
        (12, Level.HIGH, 80),
        (12, Level.MEDIUM, 50),
    }
    assert len({(each.percent, each.shift) for each in found}) == 4


# --- the map, and files -----------------------------------------------------------------------------
def test_classes_of_the_map_say_their_level_and_how_many_provinces_they_have() -> None:
    texts = [key.text for key in shade_keys(Round.TWELVE, {5: 1, 0: 3})]
    assert texts[0] == "80 – 100 (มาก) 1 จังหวัด"
    assert texts[1] == "65 – ต่ำกว่า 80 (ปานกลาง) 0 จังหวัด"
    assert texts[-1] == "ยังไม่รายงานผล 3 จังหวัด"
    assert [text.split("(")[1].split(")")[0] for text in texts[:5]] == ["มาก", "ปานกลาง", "ปานกลาง", "น้อย", "น้อย"]


def test_plots_are_of_places_that_have_them() -> None:
    assert plots_of(PlaceKind.ORGANISATION) == (Plot.STATUSES, Plot.YEARS)
    assert Plot.MAP not in plots_of(PlaceKind.PROVINCE)
    assert plots_of(PlaceKind.REGION) == tuple(Plot)
    assert len({plot.unit for plot in Plot}) > 3


def test_a_long_name_stands_on_several_lines_and_nothing_upon_another() -> None:
    found = sheet([("title", "องค์การบริหารส่วนตำบล" * 15), ("sub", "ปี")], 100, [Key("p-ok", "ก")] * 2, ["ที่มา", "ที่"])
    bases = [line.y for line in found.lines]
    assert bases == sorted(set(bases))
    assert len(found.lines) > 6
    assert [line.look for line in found.lines][-2:] == ["src", "src"]
    above = [line.y for line in found.lines if line.look != "src"]
    assert max(above) < found.top < found.top + found.room < found.keys[0].y < found.keys[1].y < bases[-2]
    assert bases[-1] < found.high - EDGE / 4


def test_colours_of_a_file_are_those_of_the_light_pages() -> None:
    sheets = (
        ":root { --ink: #111; --ink-2: #222; }\n@media dark { :root { --ink: #eee; } }\n.p { fill: var(--act); }",
        "/* Drawn: in files */ .x { fill: var(--ink); } /* why */ .y { fill: var(--surface); } "
        "/* Drawn until here */ .z { }",
    )
    told = in_light(*sheets)
    assert ".x { fill: #111; } .y { fill: #fff; }" in told
    assert "var(" not in told
    assert ".z" not in told
