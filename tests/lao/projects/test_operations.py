"""Deeds on projects, on both engines."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.lao.projects.operations import delete_project, edit_project, record_projects
from app.lao.projects.queries import (
    every_project,
    number_in_year,
    project_detail,
    project_row,
    project_rows,
    review_counts,
)
from app.lao.reporting.counts import round_summary
from app.listing import ListState
from app.models import HistoryEntry, Project, Report
from app.models.enums import Kind, ReportStatus, ReviewStatus, Round
from app.plans.queries import period_of
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, review


def _edit(actor, project_id, given, version=None):
    """From a page of this moment, unless it was opened on another `version`."""
    opened = version or project_detail(actor, project_id).version
    with transaction():
        return edit_project(actor, period_of(YEAR), project_id, opened, given, NOW)


def _delete(actor, project_id, version=1):
    with transaction():
        delete_project(actor, period_of(YEAR), project_id, version, "บันทึกซ้ำ", NOW)


def _record(actor, given, key):
    with transaction():
        return record_projects(actor, period_of(YEAR), given, key, NOW)


def test_a_recorded_project_waits_in_both_rounds_of_each_year(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor, facts(budgets={2561: Decimal("10.25"), 2562: None}))
    lines = db.session.scalars(select(Report).where(Report.project_id == project_id)).all()
    assert {(line.fiscal_year, line.round, line.status) for line in lines} == {
        (year, round_, ReportStatus.NOT_REPORTED) for year in (2561, 2562) for round_ in (6, 12)
    }
    assert project_detail(actor, project_id).facts.budgets == {2561: Decimal("10.25"), 2562: None}


def test_the_same_form_sent_twice_records_one_project(app: Flask) -> None:
    actor = make_lao()
    first = make_project(actor, key="a-key")
    assert make_project(actor, key="a-key") == first
    assert make_project(actor, key="another") != first
    other = make_lao("2900101", province="90", district="9001")
    theirs = make_project(other, key="a-key")
    assert project_detail(other, theirs).organisation_id == other.organisation_id


def test_many_projects_recorded_at_once_are_what_each_alone_would_be(app: Flask) -> None:
    actor = make_lao()
    given = [
        facts("หนึ่ง", budgets={2561: Decimal("10.25"), 2562: None}, further_dimensions=(2, 4)),
        facts("สอง", kind=Kind.MEASURE, quarters=(1, 4), budgets={2562: Decimal(0)}),
        facts("หนึ่ง", budgets={2561: Decimal("10.25"), 2562: None}, further_dimensions=(2, 4)),
    ]
    alone = [make_project(actor, each) for each in given]
    together = _record(actor, given, "a form")
    for one, other, said in zip(alone, together, given, strict=True):
        lone, many = project_detail(actor, one), project_detail(actor, other)
        assert many == replace(lone, id=other)
        assert many.facts == said
        assert len(many.report_lines) == 2 * len(said.budgets)
    told = db.session.scalars(select(HistoryEntry.after).order_by(HistoryEntry.id)).all()
    assert told[:3] == told[3:]
    assert _record(actor, given, "a form") == together
    assert _record(actor, given[::-1], "another") != together
    assert _record(actor, [], "nothing") == []


def test_of_many_projects_none_is_recorded_when_one_year_is_closed(app: Flask) -> None:
    actor = make_lao()
    with pytest.raises(Refusal, match=r"ปี 2563 .*ยังไม่ส่งแผน"):
        _record(actor, [facts(), facts(budgets={2563: None})], "")
    assert not db.session.scalars(select(Project)).all()


def test_a_year_whose_plan_did_not_pass_is_refused_with_the_open_years(app: Flask) -> None:
    actor = make_lao()
    with pytest.raises(Refusal, match=r"ปี 2563 .*ยังไม่ส่งแผน.*2561, 2562"):
        make_project(actor, facts(budgets={2563: Decimal(1)}))
    assert not db.session.scalars(select(Project)).all()


def test_correcting_a_rejected_project_sends_it_back_and_counts_it_again(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    review(project_id, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    assert round_summary(actor, YEAR, Round.SIX).counts.total == 0
    _edit(actor, project_id, facts("โครงการที่แก้แล้ว"))
    detail = project_detail(actor, project_id)
    assert (detail.review_status, detail.review_reason) == (ReviewStatus.PENDING, None)
    assert round_summary(actor, YEAR, Round.SIX).counts.total == 1


def test_an_approval_stays_when_only_the_budget_changes_and_falls_when_the_name_does(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    review(project_id, ReviewStatus.APPROVED)
    _edit(actor, project_id, facts(budgets={YEAR: Decimal("2000")}))
    assert project_detail(actor, project_id).review_status is ReviewStatus.APPROVED
    _edit(actor, project_id, facts("ชื่อใหม่", budgets={YEAR: Decimal("2000")}))
    assert project_detail(actor, project_id).review_status is ReviewStatus.PENDING


def test_an_edit_of_a_stale_page_writes_nothing(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _edit(actor, project_id, facts("คนแรก"))
    with pytest.raises(Stale):
        _edit(actor, project_id, facts("คนที่สอง"), version=1)
    assert project_detail(actor, project_id).facts.name == "คนแรก"


def test_the_same_edit_sent_twice_is_one_edit(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _edit(actor, project_id, facts("ใหม่"))
    _edit(actor, project_id, facts("ใหม่"), version=1)
    assert project_detail(actor, project_id).version == 2


def test_moving_to_another_dimension_moves_the_counts_with_it(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    make_report(actor, project_id)
    _edit(actor, project_id, facts(dimension=4))
    by_dimension = round_summary(actor, YEAR, Round.SIX).by_dimension
    assert set(by_dimension) == {4}
    assert by_dimension[4][0].done == 1


def test_a_reported_year_cannot_be_taken_out_and_an_unreported_one_can(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor, facts(budgets={2561: Decimal(1), 2562: Decimal(2)}))
    make_report(actor, project_id)
    with pytest.raises(Refusal, match="รายงานผล"):
        _edit(actor, project_id, facts(budgets={2562: Decimal(2)}))
    _edit(actor, project_id, facts(budgets={2561: Decimal(1)}))
    assert set(project_detail(actor, project_id).facts.budgets) == {2561}


def test_a_deleted_project_leaves_every_count_and_keeps_its_rows_and_history(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    make_report(actor, project_id)
    stays = make_project(actor, facts("ยังอยู่"))
    _delete(actor, project_id)
    assert round_summary(actor, YEAR, Round.SIX).counts.total == 1
    assert [row.id for row in project_rows(actor, ListState(), [YEAR])] == [stays]
    assert review_counts(actor, ListState()) == {ReviewStatus.PENDING: 1}
    assert [row.facts.name for row in every_project(actor, ListState())] == ["ยังอยู่"]
    assert number_in_year(actor, YEAR) == 1
    with pytest.raises(NotTheirs):
        project_row(actor, project_id, ListState(), [YEAR], 1)
    with pytest.raises(NotTheirs):
        project_detail(actor, project_id)
    assert db.session.get(Report, (project_id, YEAR, 6)).status is ReportStatus.DONE
    actions = db.session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert actions == ["record", "report", "record", "delete"]


def test_another_laos_project_is_as_unknown_as_none_at_all(app: Flask) -> None:
    mine, theirs = make_lao(), make_lao("2900101", province="90", district="9001")
    project_id = make_project(theirs)
    for deed in (lambda: _edit(mine, project_id, facts("ของฉัน")), lambda: _delete(mine, project_id)):
        with pytest.raises(NotTheirs):
            deed()
    assert project_detail(theirs, project_id).facts.name == facts().name


def test_the_history_tells_who_what_before_and_after(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _edit(actor, project_id, replace(facts(), name="ใหม่"))
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "edit")).one()
    assert (entry.actor_id, entry.actor_name, entry.at) == (actor.account_id, actor.name, NOW)
    assert (entry.before["name"], entry.after["name"]) == (facts().name, "ใหม่")
    assert entry.before["budgets"] == {"2561": "1000.00"}


def test_a_deleted_projects_form_records_it_anew(app: Flask) -> None:
    actor = make_lao()
    first = make_project(actor, key="a-key")
    _delete(actor, first)
    assert make_project(actor, key="a-key") != first
