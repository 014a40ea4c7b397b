"""What counts, and what an edit does to NACC's word."""

from dataclasses import fields
from decimal import Decimal

import pytest

from app.lao.projects.rules import (
    ProjectFacts,
    amount_question,
    changed_fields,
    counts,
    editable,
    review_after_edit,
    year_removal_refusal,
)
from app.models.enums import Kind, ReviewStatus


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


NOT_REVIEWED = {"budgets", "quarters"}


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
