"""What counts, and what an edit does to NACC's word."""

from dataclasses import fields
from decimal import Decimal

import pytest

from app.lao.projects.rules import (
    ProjectFacts,
    alike,
    amount_question,
    changed_fields,
    counts,
    editable,
    kept_text,
    review_after_edit,
    year_removal_refusal,
)
from app.models.enums import Kind, ReviewStatus
from tests.factories import facts


@pytest.mark.parametrize(
    ("status", "deleted", "expected"),
    [
        (ReviewStatus.PENDING, False, True),
        (ReviewStatus.APPROVED, False, True),
        (ReviewStatus.REJECTED, False, False),
        (ReviewStatus.APPROVED, True, False),
    ],
)
def test_a_project_counts_while_neither_rejected_nor_deleted(
    status: ReviewStatus, deleted: bool, expected: bool
) -> None:
    assert counts(status, deleted=deleted) is expected


def test_any_correction_of_a_rejected_project_makes_it_pending() -> None:
    assert review_after_edit(ReviewStatus.REJECTED, {"budgets"}) is ReviewStatus.PENDING
    assert review_after_edit(ReviewStatus.REJECTED, set()) is ReviewStatus.REJECTED


NOT_REVIEWED = {"budgets", "quarters", "sub_heading"}


@pytest.mark.parametrize("field", [each.name for each in fields(ProjectFacts)])
def test_an_approval_falls_with_what_it_was_given_for(field: str) -> None:
    """Every fact stands on one side or the other, also one that a project gets later."""
    expected = ReviewStatus.APPROVED if field in NOT_REVIEWED else ReviewStatus.PENDING
    assert review_after_edit(ReviewStatus.APPROVED, {field}) is expected
    assert review_after_edit(ReviewStatus.APPROVED, NOT_REVIEWED) is ReviewStatus.APPROVED


def test_a_project_can_be_changed_while_one_of_its_years_is_open() -> None:
    assert editable([2561, 2562], {2562})
    assert not editable([2561], {2562})


def test_a_year_leaves_a_project_only_while_nothing_is_lost() -> None:
    assert year_removal_refusal(2561, reported=False, open_=True) == ""
    assert "รายงานผล" in year_removal_refusal(2561, reported=True, open_=True)
    assert "ปิดอยู่" in year_removal_refusal(2561, reported=False, open_=False)


def test_zero_baht_and_no_budget_are_different_facts() -> None:
    one = ProjectFacts("ก", Kind.PROJECT, 1, (), (1,), "ข", "ค", {2561: Decimal(0)})
    other = ProjectFacts("ก", Kind.PROJECT, 1, (), (1,), "ข", "ค", {2561: None})
    assert changed_fields(one, other) == {"budgets"}


def test_only_what_is_far_out_of_the_usual_is_asked_about() -> None:
    median = Decimal(5000)
    assert amount_question(Decimal(5_000_000), median) == ""
    assert "1,000 เท่า" in amount_question(Decimal("5000000.01"), median)
    assert amount_question(Decimal(10**9), None) == "", "nothing to compare with"
    assert amount_question(Decimal(200_000), median, Decimal(20_000)) == ""
    assert "10 เท่าของงบประมาณตามแผน 20,000 บาท" in amount_question(Decimal(200_001), median, Decimal(20_000))
    assert amount_question(Decimal(200_001), median, Decimal(0)) == "", "ten times nothing says nothing"


NAME = "โครงการฝึกอบรมคุณธรรม จริยธรรม แก่บุคลากร อบต.ดินทอง ปี 2561"


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        (NAME, True),
        ("โครงการ ฝึกอบรมคุณธรรม จริยธรรม แก่บุคลากร  อบต.ดินทอง ปี๒๕๖๑", True),
        ("๑.๑) กิจกรรม “ฝึกอบรมคุณธรรมจริยธรรม แก่บุคลากร อบต.ดินทอง” (ปี ๒๕๖๑)", True),
        ("ฝึกอบรมคุณธรรม จริยธรรม แก่บุคลากร อบตดินทอง ปี 2561", True),
        ("โครงการฝึกอบรมคุณธรรม จริยธรรม แก่บุคลากร อบต.ดินทอง ปี 2562", False),
        ("โครงการฝึกอบรมคุณธรรมและจริยธรรมแก่บุคลากร อบต.ดินทอง ปี 2561", False),
        ("โครงการฝึกอบรมคุนธรรม จริยธรรม แก่บุคลากร อบต.ดินทอง", False),
        ("โครงการฝึกอบรมคุณธรรม จริยธรรม แก่เด็กและเยาวชนในตำบล", None),
        ("โครงการ", None),
        ("", None),
    ],
)
def test_a_project_with_the_same_or_nearly_the_same_words_is_found(typed: str, same: bool | None) -> None:
    found = alike(typed, {1: "โครงการปรับปรุงถนน", 2: NAME, 3: "โครงการ"})
    assert found == ([] if same is None else [(2, same)])


def test_those_of_the_same_words_come_first_and_at_most_three() -> None:
    others = {number: f"{NAME} รุ่นที่ {number}" for number in range(1, 7)} | {7: NAME.replace(" ", "")}
    found = alike(NAME, others)
    assert found[0] == (7, True)
    assert len(found) == 3
    long = "โครงการ" + "เสริมสร้างคุณธรรม" * 25  # longer than what difflib compares without leaving letters out
    assert alike(long, {1: long, 2: NAME}) == [(1, True)]


def test_what_the_next_form_begins_with_is_said_in_one_line() -> None:
    given = facts(quarters=(1, 2), budgets={2561: Decimal(5), 2562: Decimal(5)})
    assert kept_text(given) == "โครงการ · ไตรมาส 1, 2 · มิติที่ 1 · ปี 2561, 2562 งบประมาณเท่ากันทุกปี"
    assert "เท่ากัน" not in kept_text(facts())
