"""What one report shows by itself, and that each item leads to its field."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.lao.checks.rules import CheckedReport, CheckKind, kinds_of
from app.lao.reporting.forms import ReportForm
from app.lao.reporting.rules import ReportFacts, field_address
from app.models.enums import CannotReason, ReportStatus, Round

DONE, CANNOT, BUSY = ReportStatus.DONE, ReportStatus.CANNOT, ReportStatus.IN_PROGRESS
PLANNED, NOTHING = Decimal(1000), Decimal(0)
FLOOD = ReportFacts(CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วมพื้นที่", obstacles="น้ำท่วม")


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (ReportFacts(ReportStatus.NOT_REPORTED), {CheckKind.NOT_REPORTED}),
        (ReportFacts(DONE, spent=Decimal(9)), set()),
        (ReportFacts(DONE, ordinance_budget=NOTHING), {CheckKind.NO_ORDINANCE_BUDGET}),
        (ReportFacts(BUSY), set()),
        (FLOOD, set()),
        (replace(FLOOD, obstacles=""), {CheckKind.NO_OBSTACLES}),
        (replace(FLOOD, cannot_text=" อื่นๆ - "), {CheckKind.NO_REASON}),
        (replace(FLOOD, spent=NOTHING), set()),
        (replace(FLOOD, spent=Decimal("0.25")), {CheckKind.SPENT_CANNOT}),
        (replace(FLOOD, cannot_reason=CannotReason.NO_BUDGET, cannot_text=None), set()),
    ],
)
def test_what_a_report_shows(facts: ReportFacts, kinds: set[CheckKind]) -> None:
    found = dict(kinds_of(CheckedReport(1, "โครงการ", PLANNED, facts), Round.SIX))
    assert found.keys() == kinds
    assert all(hasattr(ReportForm, field) for field in found.values())


@pytest.mark.parametrize(
    ("changes", "round_", "kinds"),
    [
        ({"facts": ReportFacts(BUSY)}, Round.TWELVE, {CheckKind.UNFINISHED}),
        ({"facts": ReportFacts(DONE, ordinance_budget=NOTHING), "planned": NOTHING}, Round.SIX, set()),
        ({"facts": ReportFacts(DONE, ordinance_budget=NOTHING), "planned": None}, Round.SIX, set()),
    ],
)
def test_the_round_and_the_plan_decide_too(changes: dict[str, Any], round_: Round, kinds: set[CheckKind]) -> None:
    report = CheckedReport(1, "โครงการ", PLANNED, ReportFacts(DONE))._replace(**changes)
    assert dict(kinds_of(report, round_)).keys() == kinds


def test_a_status_is_chosen_by_a_button_and_what_no_field_holds_leads_to_the_form() -> None:
    here = "/reporting/7/2561/6?year=2561&round=6"
    assert field_address(7, 2561, Round.SIX, "spent") == f"{here}#spent-7"
    assert field_address(7, 2561, Round.SIX, "status") == f"{here}#status-7-0"
    assert field_address(7, 2561, Round.SIX, "") == here
