"""Who counts, percent, level and order: the file that settles disputes."""

import csv
import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lao.reporting.rules import (
    THRESHOLDS,
    Counts,
    Money,
    ProvinceTableRow,
    RoundSummary,
    budget_percent,
    counts_of,
    in_table_order,
    level,
    percent_done,
    plot_bars,
)
from app.models.enums import Level, ReportStatus, Round
from app.words import thai_sort_key

GOLDEN = Path(__file__).parents[2] / "golden"
SONGKHLA = json.loads((GOLDEN / "songkhla_pao_2561_round6.json").read_text(encoding="utf-8"))
with (GOLDEN / "province_tables.csv").open(encoding="utf-8") as lines:
    TABLES = list(csv.DictReader(lines))

numbers = st.integers(0, 500)
some_counts = st.builds(Counts, numbers, numbers, numbers, numbers)
rounds = st.sampled_from(list(Round))


@pytest.mark.parametrize("row", TABLES, ids=lambda row: f"{row['table']}-{row['rank']}-{row['organisation'][-12:]}")
def test_percent_and_level_are_those_of_the_manual(row: dict[str, str]) -> None:
    done, total, reported = int(row["done"]), int(row["total"]), int(row["reported"])
    assert f"{percent_done(done, total):.2f}" == row["percent"]
    passed = row["plan_passed"] == "yes"
    assert level(Round(int(row["round"])), done, total, reported, passed=passed).label == row["level"]


@pytest.mark.parametrize("row", SONGKHLA["dimensions"], ids=lambda row: f"dimension {row['dimension']}")
def test_the_percents_of_each_dimension_are_those_of_the_manual(row: dict[str, str]) -> None:
    assert str(percent_done(int(row["done"]), int(row["projects"]))) == row["project_percent"]
    assert str(budget_percent(Decimal(row["spent"]), Decimal(row["plan_budget"]))) == row["budget_percent"]


def test_the_tables_are_in_the_order_of_the_manual() -> None:
    for table in ("songkhla", "phitsanulok"):
        golden = [row for row in TABLES if row["table"] == table]
        shuffled = sorted((_place(row) for row in golden), key=lambda place: place.name[::-1])
        ordered = [(district, [place.marked_name for place in places]) for district, places in in_table_order(shuffled)]
        expected: dict[str, list[str]] = {}
        for row in golden:
            expected.setdefault(row["district"], []).append(row["organisation"])
        assert sorted(ordered) == sorted(expected.items())
        assert [district for district, _ in ordered] == sorted(expected, key=thai_sort_key)


def _place(row: dict[str, str]) -> ProvinceTableRow:
    name = row["organisation"].removeprefix("** ")
    done, reported, total = int(row["done"]), int(row["reported"]), int(row["total"])
    return ProvinceTableRow(
        organisation_id=0,
        code="",
        name=name,
        name_sort=thai_sort_key(name),
        district=row["district"],
        district_sort=thai_sort_key(row["district"]),
        counts=Counts(in_progress=reported - done, done=done, waiting=total - reported),
        passed=row["plan_passed"] == "yes",
        round=Round(int(row["round"])),
    )


@pytest.mark.parametrize(
    ("round_", "done", "total", "expected"),
    [
        (Round.SIX, 50, 100, Level.HIGH),
        (Round.SIX, 49999, 100000, Level.MEDIUM),  # 49.999 rounds to 50.00, the level looks at the exact ratio
        (Round.SIX, 20, 100, Level.MEDIUM),
        (Round.SIX, 19999, 100000, Level.LOW),
        (Round.TWELVE, 80, 100, Level.HIGH),
        (Round.TWELVE, 79999, 100000, Level.MEDIUM),
        (Round.TWELVE, 50, 100, Level.MEDIUM),
        (Round.TWELVE, 49999, 100000, Level.LOW),
    ],
)
def test_a_level_begins_exactly_at_its_threshold(round_: Round, done: int, total: int, expected: Level) -> None:
    assert level(round_, done, total, total, passed=True) is expected


def test_nothing_reported_and_not_passed_have_levels_of_their_own() -> None:
    assert level(Round.SIX, 0, 5, 0, passed=True) is Level.NOT_REPORTED
    assert level(Round.SIX, 0, 0, 0, passed=True) is Level.NOT_REPORTED
    assert level(Round.SIX, 5, 5, 5, passed=False) is Level.NOT_PASSED


def test_percents_round_half_up_and_nothing_divides_by_zero() -> None:
    assert str(percent_done(1, 800)) == "0.13"  # 0.125
    assert str(percent_done(0, 0)) == "0.00"
    assert budget_percent(Decimal(5), Decimal(0)) is None
    assert str(budget_percent(Decimal("150.01"), Decimal(100))) == "150.01"


@given(some_counts)
def test_percent_never_leaves_0_to_100(counts: Counts) -> None:
    assert Decimal(0) <= counts.percent <= Decimal(100)


@given(st.lists(st.tuples(st.sampled_from(list(ReportStatus)), numbers)))
def test_the_statuses_partition_the_projects(pairs: list[tuple[ReportStatus, int]]) -> None:
    counts = counts_of(pairs)
    assert counts.total == sum(number for _status, number in pairs)
    assert counts.reported + counts.waiting == counts.total


@given(st.lists(some_counts, max_size=6), rounds)
def test_sums_over_dimensions_equal_the_total(dimensions: list[Counts], round_: Round) -> None:
    money = [Money(Decimal(n), Decimal(2 * n), Decimal(3 * n), n) for n in range(len(dimensions))]
    summary = RoundSummary(round_, True, dict(enumerate(zip(dimensions, money, strict=True))))
    for name in ("total", "done", "in_progress", "cannot", "waiting", "reported"):
        assert getattr(summary.counts, name) == sum(getattr(each, name) for each in dimensions)
    assert summary.money.spent == sum((each.spent for each in money), Decimal(0))


@given(some_counts, rounds)
def test_one_more_done_never_lowers_the_level(counts: Counts, round_: Round) -> None:
    if not counts.in_progress:
        return
    order = [Level.NOT_REPORTED, Level.LOW, Level.MEDIUM, Level.HIGH]
    before = level(round_, counts.done, counts.total, counts.reported, passed=True)
    after = level(round_, counts.done + 1, counts.total, counts.reported, passed=True)
    assert order.index(after) >= order.index(before)


@given(some_counts)
def test_the_bars_of_a_plot_stand_side_by_side_and_fill_it(counts: Counts) -> None:
    bars = plot_bars(counts)
    assert sum(bar.number for bar in bars) == counts.total
    for left, right in pairwise(bars):
        assert right.start == left.start + left.width
    if bars:
        assert (bars[0].start, bars[-1].start + bars[-1].width) == (0, 100)


def test_the_thresholds_are_those_of_the_manual() -> None:
    assert THRESHOLDS == {Round.SIX: (50, 20), Round.TWELVE: (80, 50)}
