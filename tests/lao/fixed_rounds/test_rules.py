"""What a round looked like when it closed: the document, and that every number of it comes from its projects."""

import json
from datetime import datetime
from decimal import Decimal

from app.clock import BANGKOK
from app.lao.fixed_rounds.rules import (
    ClosedRound,
    Edition,
    FixedLine,
    LaoFacts,
    closed_years,
    digest_of,
    lines_of,
    open_rounds,
    stays_as_closed,
)
from app.models.enums import CannotReason, Level, OrganisationType, PlanStatus, ReportStatus, ReviewStatus, Round

AT = datetime(2018, 4, 30, 16, 30, tzinfo=BANGKOK)
SIX, TWELVE = ClosedRound(2561, Round.SIX, AT), ClosedRound(2561, Round.TWELVE, AT.replace(month=10))
LAO = LaoFacts(
    *("6650807", "อบต.ดินทอง", "key", OrganisationType.SAO, "65", "6508", "วังทอง", "key"), plan_status=PlanStatus.PASSED
)


def line(id_: int, status: ReportStatus = ReportStatus.DONE, **changes: object) -> FixedLine:
    known = FixedLine(id_, 1, status, Decimal("1000.00"), None, None, None, ReviewStatus.PENDING, False)
    return known._replace(**changes)


LINES = [
    line(1, ordinance=Decimal("900.00"), spent=Decimal("800.50")),
    line(2, ReportStatus.CANNOT, cannot_reason=CannotReason.NO_BUDGET, planned=None),
    line(3, ReportStatus.NOT_REPORTED, dimension=2),
    line(4, review=ReviewStatus.REJECTED),
    line(5, deleted=True),
]


def edition(lines: list[FixedLine] = LINES, number: int = 1) -> Edition:
    return Edition(7, SIX, number, LAO, lines)


def test_every_number_is_counted_from_the_projects() -> None:
    sums, summary = edition().sums, edition().summary
    assert summary.counts.total == 3
    assert summary.counts.done == 1
    assert summary.counts.percent == Decimal("33.33")
    assert summary.level is Level.MEDIUM
    assert summary.money.planned == Decimal("2000.00")
    assert (sums[1].with_plan, sums[1].with_spent, sums[1].left_out) == (1, 1, 2)
    assert sums[1].money.in_ordinance == 1


def test_a_document_is_plain_json_and_gives_its_projects_back() -> None:
    document = json.loads(json.dumps(edition().document))
    assert lines_of(document) == LINES
    assert document["result"]["percent"] == "33.33"
    assert document["dimensions"]["1"]["spent"] == "800.50"
    assert document["organisation"]["code"] == "6650807"
    assert document["level"] == "medium"


def test_no_name_of_a_project_is_kept() -> None:
    assert set(edition().document["projects"][0]) == set(FixedLine._fields)
    assert not {"name", "note", "cannot_text"} & set(FixedLine._fields)


def test_another_figure_is_another_digest() -> None:
    assert digest_of(edition().document) == edition().told["sha256"]
    assert digest_of(edition(LINES[:-1]).document) != digest_of(edition().document)


def test_an_lao_without_a_project_has_a_result_too() -> None:
    nothing = edition([])
    assert nothing.sums == {}
    assert nothing.summary.level is Level.NOT_REPORTED
    assert Edition(7, SIX, 1, LAO._replace(plan_status=PlanStatus.FAILED), []).document["level"] == "not_passed"


def test_a_year_is_closed_when_both_its_rounds_are() -> None:
    assert closed_years([SIX]) == {}
    assert closed_years([SIX, TWELVE]) == {2561: TWELVE}
    assert open_rounds(2561, [SIX]) == [Round.TWELVE]
    assert open_rounds(2562, [SIX]) == [Round.SIX, Round.TWELVE]


def test_a_refusal_names_the_round_and_the_ways_out() -> None:
    sentence = stays_as_closed(SIX, "ลบโครงการนี้")
    assert "ลบโครงการนี้ไม่ได้ เพราะรอบ 6 เดือน ปีงบประมาณ 2561 ปิดแล้วเมื่อวันที่ 30 เมษายน 2561 เวลา 16.30 น." in sentence
    assert "ขยายเวลา" in sentence
    assert "แก้ไขผลของรอบ" in sentence
