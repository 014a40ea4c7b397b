"""The gate of a year and the window of a round: facts in, answer out."""

from datetime import UTC, datetime, timedelta

import pytest

from app.clock import BANGKOK, fiscal_year, fiscal_year_start
from app.models.enums import PlanStatus, Round
from app.plans.rules import (
    WAYS_OUT,
    Period,
    closed_year_sentence,
    default_year,
    gates,
    open_years,
    report_window,
    round_of,
)

STATUSES = {2561: PlanStatus.PASSED, 2562: PlanStatus.FAILED, 2564: PlanStatus.PASSED}
GATES = gates(range(2561, 2565), STATUSES)
OPENS = datetime(2018, 4, 1, tzinfo=BANGKOK)
CLOSES = datetime(2018, 4, 30, 16, 30, tzinfo=BANGKOK)
SECOND = timedelta(seconds=1)


def test_only_a_year_that_passed_is_open_and_the_others_say_why() -> None:
    assert open_years(GATES) == [2561, 2564]
    assert [gate.why for gate in GATES] == ["", "แผนยังไม่ผ่าน", "ยังไม่ส่งแผน", ""]


def test_a_closed_year_is_refused_with_the_reason_and_the_open_years() -> None:
    assert closed_year_sentence(2562, GATES) == (
        "ปี 2562 ยังบันทึกหรือรายงานไม่ได้ เพราะแผนยังไม่ผ่าน ปีที่บันทึกและรายงานได้คือ 2561, 2564"
    )
    assert "เพราะยังไม่ส่งแผน" in closed_year_sentence(2563, GATES)
    assert "เพราะไม่อยู่ในช่วงของแผน" in closed_year_sentence(2570, GATES)
    assert "ขณะนี้ยังไม่มีปีที่บันทึกหรือรายงานได้" in closed_year_sentence(2561, gates([2561], {}))


@pytest.mark.parametrize(
    ("statuses", "this_year", "expected"),
    [
        ({2561: PlanStatus.PASSED, 2562: PlanStatus.PASSED}, 2561, 2561),
        ({2561: PlanStatus.PASSED, 2562: PlanStatus.PASSED}, 2570, 2562),
        ({2561: PlanStatus.PASSED, 2564: PlanStatus.PASSED}, 2562, 2561),
        ({2563: PlanStatus.PASSED, 2564: PlanStatus.PASSED}, 2561, 2563),
        ({}, 2563, 2563),
        ({}, 2550, 2561),
        ({}, 2570, 2564),
    ],
)
def test_a_page_opens_with_this_year_or_the_nearest_that_can_be_worked_in(
    statuses: dict[int, PlanStatus], this_year: int, expected: int
) -> None:
    years = range(2561, 2565)
    assert default_year(gates(years, statuses), this_year) == expected


def test_a_period_has_both_its_ends() -> None:
    period = Period(1, 2566, 2570, {1: "มิติ"})
    assert list(period.years) == [2566, 2567, 2568, 2569, 2570]
    assert period.label == "แผน 2566 - 2570"


def test_the_fiscal_year_begins_at_midnight_of_1_october_in_thailand() -> None:
    start = fiscal_year_start(2561)
    assert start == datetime(2017, 9, 30, 17, 0, tzinfo=UTC)
    assert fiscal_year(start) == 2561
    assert fiscal_year(start - SECOND) == 2560


def test_without_a_window_a_round_is_open_from_the_years_first_moment_for_ever() -> None:
    start = fiscal_year_start(2561)
    for round_ in Round:
        window = report_window(2561, round_, None, None)
        assert not window.is_open(start - SECOND)
        assert window.is_open(start)
        assert window.is_open(start + timedelta(days=36_500))
        assert window.refusal(start - SECOND) == (
            f"{round_.label} ปีงบประมาณ 2561 ยังไม่เปิดรับรายงาน เปิดวันที่ 1 ตุลาคม 2560 เวลา 00.00 น."
        )
        assert window.sentence(start) == f"{round_.label} ปีงบประมาณ 2561 เปิดรับรายงานโดยไม่มีกำหนดปิด"


def test_the_opening_moment_is_inside_a_window_and_the_closing_moment_is_not() -> None:
    window = report_window(2561, Round.SIX, (OPENS, CLOSES), None)
    moments = [OPENS - SECOND, OPENS, CLOSES - SECOND, CLOSES]
    assert [window.is_open(moment) for moment in moments] == [False, True, True, False]
    assert [window.refusal(moment) == "" for moment in moments] == [False, True, True, False]
    assert window.refusal(CLOSES) == (
        f"รอบ 6 เดือน ปีงบประมาณ 2561 ปิดรับรายงานแล้วเมื่อวันที่ 30 เมษายน 2561 เวลา 16.30 น. {WAYS_OUT}"
    )
    assert window.sentence(OPENS).endswith("เปิดรับรายงานถึงวันที่ 30 เมษายน 2561 เวลา 16.30 น.")


def test_an_exception_only_ever_gives_more_time() -> None:
    later, earlier = CLOSES + timedelta(days=7), CLOSES - timedelta(days=7)
    longer = report_window(2561, Round.SIX, (OPENS, CLOSES), later)
    assert (longer.opens_at, longer.closes_at, longer.extended) == (OPENS, later, True)
    assert longer.is_open(CLOSES)
    for exception in (earlier, CLOSES):
        same = report_window(2561, Round.SIX, (OPENS, CLOSES), exception)
        assert (same.closes_at, same.extended) == (CLOSES, False)
    for window in (None, (OPENS, None)):
        endless = report_window(2561, Round.SIX, window, earlier)
        assert (endless.closes_at, endless.extended) == (None, False)


def test_an_address_names_any_round_there_is_and_the_first_where_it_names_none() -> None:
    assert [round_of(str(int(each))) for each in Round] == list(Round)
    assert {round_of(text) for text in ("", "7", "x", "๖ เดือน", "-6", "6.0")} == {min(Round)}
