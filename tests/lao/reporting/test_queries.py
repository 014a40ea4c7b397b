"""What stands in a line of a report list, on both engines: each amount in its own column, each round in its own."""

from decimal import Decimal

import pytest
from flask import Flask

from app.access import Actor
from app.errors import NotTheirs
from app.lao.reporting.details import report_detail
from app.lao.reporting.queries import exported_reports, report_row, report_rows, reported_rows, row_of
from app.listing import ListState
from app.models.enums import CannotReason, ReportStatus, ReviewStatus, Round
from tests.factories import YEAR, facts, make_lao, make_project, make_report, review

SIX, TWELVE = (ListState(year=YEAR, round=int(round_)) for round_ in Round)


def _reported_in_round_six() -> tuple[Actor, int]:
    """An LAO with one project, reported in round 6 only, no two of whose amounts are alike; and a rejected one."""
    lao = make_lao()
    project_id = make_project(lao, facts(budgets={YEAR: Decimal("1111.00")}))
    amounts = {"ordinance_budget": Decimal("2222.00"), "spent": Decimal("3333.00")}
    make_report(lao, project_id, ReportStatus.IN_PROGRESS, Round.SIX, **amounts)
    review(make_project(lao, facts("ที่ถูกปฏิเสธ")), ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    return lao, project_id


def test_a_line_has_each_amount_and_each_round_in_its_place(app: Flask) -> None:
    lao, project_id = _reported_in_round_six()
    for state, ordinance, spent in ((SIX, "2,222.00", "3,333.00"), (TWELVE, "–", "–")):
        (row,) = report_rows(lao, state)  # the rejected one is none
        assert (row.id, row.number, row.planned, row.ordinance, row.spent) == (
            *(project_id, 1, "1,111.00"),
            *(ordinance, spent),
        )
        assert [each.reported for each in row.rounds] == [True, False]
        assert report_row(lao, project_id, state, 1) == row


def test_all_reports_and_the_file_have_them_in_the_same_places(app: Flask) -> None:
    lao, project_id = _reported_in_round_six()
    (row,) = reported_rows(lao, SIX)
    assert (row.id, row.planned, row.ordinance, row.spent) == (project_id, "1,111.00", "2,222.00", "3,333.00")
    assert reported_rows(lao, TWELVE) == []
    (exported,) = exported_reports(lao, SIX)
    assert (exported.planned, exported.ordinance, exported.spent) == (
        Decimal("1111.00"),
        Decimal("2222.00"),
        Decimal("3333.00"),
    )


def test_the_row_after_a_save_is_the_row_of_the_list(app: Flask) -> None:
    """One is made of the line that was read for the save, the other of what the list reads."""
    # given
    lao, project_id = _reported_in_round_six()
    make_report(lao, project_id, ReportStatus.CANNOT, Round.TWELVE, cannot_reason=CannotReason.NO_BUDGET)
    for round_, state in ((Round.SIX, SIX), (Round.TWELVE, TWELVE)):
        # when
        line = report_detail(lao, project_id, YEAR, round_)

        # then
        assert row_of(line, round_, 3, round_) == report_row(lao, project_id, state, 3, round_)
    review(project_id, ReviewStatus.REJECTED, "ซ้ำ")
    with pytest.raises(NotTheirs):
        row_of(report_detail(lao, project_id, YEAR, Round.SIX), Round.SIX, 3)
