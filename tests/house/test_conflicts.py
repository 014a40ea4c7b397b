"""What two windows say of one row: what a window left alone is not undone by it."""

from decimal import Decimal

import pytest

from app.conflicts import form_name, seal, together
from app.history.rules import changed_by
from app.lao.projects import rules as projects
from app.lao.reporting.rules import ReportFacts, facts_of
from app.models.enums import CannotReason, ReportStatus, Role
from tests.factories import facts

OPENED = {"name": "ก", "amount": Decimal("1000.00"), "note": ""}


@pytest.mark.parametrize(
    ("theirs", "ours", "both"),
    [
        ({"name": "ข"}, {"note": "ใหม่"}, {"name": "ข", "note": "ใหม่"}),
        ({"name": "ข"}, {"name": "ค"}, {"name": "ค"}),
        ({"name": "ข"}, {}, {"name": "ข"}),
        ({}, {"amount": None}, {"amount": None}),
        ({"amount": Decimal(5)}, {"amount": Decimal(1000)}, {"amount": Decimal(5)}),  # 1000 is 1000.00: left alone
    ],
)
def test_only_what_this_window_changed_is_taken_from_it(theirs: dict, ours: dict, both: dict) -> None:
    assert together(seal(OPENED), OPENED | theirs, OPENED | ours) == OPENED | both


def test_a_field_that_one_window_takes_out_or_brings_in() -> None:
    sealed = seal(OPENED)
    without = {name: value for name, value in OPENED.items() if name != "note"}
    assert together(sealed, OPENED, without) == without
    assert together(sealed, without, OPENED) == without
    assert together(sealed, OPENED, OPENED | {"more": 1}) == OPENED | {"more": 1}


@pytest.mark.parametrize("sealed", ["", "x", "= =", "a b=c", "name="])
def test_without_a_seal_everything_counts_as_typed_here(sealed: str) -> None:
    ours = OPENED | {"name": "ของฉัน"}
    assert together(sealed, OPENED | {"note": "ของเขา"}, ours) == ours


def test_each_form_has_a_name_of_its_own() -> None:
    assert form_name(seal(OPENED)) != form_name(seal(OPENED))


def test_years_of_a_project_are_fields_of_their_own_and_a_main_dimension_is_no_further_one() -> None:
    opened = facts(budgets={2561: Decimal(1), 2562: None}, further_dimensions=(3,))
    theirs = facts(budgets={2561: Decimal(9), 2562: None}, further_dimensions=(2, 3))
    ours = facts(budgets={2561: Decimal(1)}, dimension=2, further_dimensions=(3,))
    both = projects.facts_of(together(seal(opened.as_fields()), theirs.as_fields(), ours.as_fields()))
    assert both == facts(budgets={2561: Decimal(9)}, dimension=2, further_dimensions=(3,))


def test_a_reason_belongs_to_its_status() -> None:
    opened = ReportFacts(ReportStatus.IN_PROGRESS)
    theirs = ReportFacts(ReportStatus.CANNOT, cannot_reason=CannotReason.NO_BUDGET)
    ours = ReportFacts(ReportStatus.DONE, note="เสร็จแล้ว")
    both = facts_of(together(seal(opened.as_fields()), theirs.as_fields(), ours.as_fields()))
    assert both == ours
    left_alone = ReportFacts(ReportStatus.IN_PROGRESS, note="รอ")
    assert facts_of(together(seal(opened.as_fields()), theirs.as_fields(), left_alone.as_fields())) == ReportFacts(
        ReportStatus.CANNOT, cannot_reason=CannotReason.NO_BUDGET, note="รอ"
    )


@pytest.mark.parametrize(
    ("role", "own", "asked_by", "said"),
    [
        (Role.LAO, True, Role.LAO, "จากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้"),
        (Role.OFFICER, False, Role.LAO, "โดย ป.ป.ช."),
        (Role.OFFICER, True, Role.OFFICER, "โดยท่านเองในหน้าต่างอื่น"),
        (Role.OFFICER, False, Role.OFFICER, "โดย สมศรี"),
        (None, False, Role.OFFICER, "หลังจากเปิดหน้านี้"),
    ],
)
def test_the_sentence_says_who(role: Role | None, own: bool, asked_by: Role, said: str) -> None:
    sentence = changed_by(role, "สมศรี", own=own, asked_by=asked_by)
    assert said in sentence
    assert "ผู้อื่น" not in sentence
