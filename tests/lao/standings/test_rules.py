"""Tens of a percent are as exact as levels, and every LAO is in one bar only."""

import pytest

from app.lao.reporting.rules import THRESHOLDS, level
from app.lao.standings.rules import TENS, LaoStanding, levels_among, standing, ten_of, tens_among
from app.models.enums import Level, Round


@pytest.mark.parametrize(
    ("done", "total", "expected"),
    [
        (0, 7, 0),
        (9_999, 100_000, 0),  # 9.999, shown as 10.00
        (1, 10, 1),
        (49_995, 100_000, 4),  # 49.995, shown as 50.00
        (50_000, 100_000, 5),
        (79_995, 100_000, 7),  # 79.995, shown as 80.00
        (8, 10, 8),
        (99_999, 100_000, 9),
        (3, 3, 9),
    ],
)
def test_a_ten_begins_exactly_where_it_says(done: int, total: int, expected: int) -> None:
    assert ten_of(done, total) == expected


@pytest.mark.parametrize("round_", list(Round))
def test_all_of_a_ten_have_one_level(round_: Round) -> None:
    """Bars stand under the words of a level, so a threshold must not lie within one."""
    assert all(percent % 10 == 0 for percent in THRESHOLDS[round_])
    for ten in TENS:
        inside = {level(round_, done, 1000, 1000, passed=True) for done in range(1001) if ten_of(done, 1000) == ten}
        assert len(inside) == 1, ten


def test_nothing_reported_and_not_passed_are_not_nought_per_cent() -> None:
    assert standing(Round.SIX, 0, 5, 5, passed=True) == LaoStanding(Level.LOW, 0)
    assert standing(Round.SIX, 0, 5, 0, passed=True) == LaoStanding(Level.NOT_REPORTED, None)
    assert standing(Round.SIX, 0, 0, 0, passed=True) == LaoStanding(Level.NOT_REPORTED, None)
    assert standing(Round.SIX, 5, 5, 5, passed=False) == LaoStanding(Level.NOT_PASSED, None)


def test_standings_are_counted_by_level_and_by_ten() -> None:
    found = {
        LaoStanding(Level.HIGH, 9): 2,
        LaoStanding(Level.HIGH, 5): 1,
        LaoStanding(Level.LOW, 0): 4,
        LaoStanding(Level.NOT_PASSED, None): 3,
    }
    assert levels_among(found) == {Level.HIGH: 3, Level.LOW: 4, Level.NOT_PASSED: 3}
    assert tens_among(found) == {9: 2, 5: 1, 0: 4}
