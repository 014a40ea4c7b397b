"""Reporting one project, on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text, update

from app.access import Actor
from app.clock import fiscal_year_start
from app.db import db, transaction
from app.errors import NotTheirs, Refusal, Stale, Unanswered
from app.history.rules import changes
from app.lao.projects.operations import delete_project, edit_project
from app.lao.reporting.counts import round_summary
from app.lao.reporting.details import ReportDetail, report_detail
from app.lao.reporting.operations import SavedReport, SeenReport, save_report, save_reports
from app.lao.reporting.rules import ReportFacts
from app.ledger.rules import LATER_TEXTS
from app.models import HistoryEntry, PlanYear, Report, Window, WindowException
from app.models.enums import CannotReason, PlanStatus, ReportStatus, ReviewStatus, Round
from app.plans.queries import period_of
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, review
from tests.pages import kept

DONE = ReportFacts(ReportStatus.DONE, ordinance_budget=Decimal("900.50"), spent=Decimal("850.25"), note="เรียบร้อย")
CANNOT = ReportFacts(ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วม")
BUSY = ReportFacts(ReportStatus.IN_PROGRESS)


def _save(
    actor: Actor,
    project_id: int,
    given: ReportFacts = DONE,
    version: int = 1,
    *,
    year: int = YEAR,
    round_: Round = Round.SIX,
    now: datetime = NOW,
) -> SavedReport:
    with transaction():
        return save_report(actor, project_id, year, round_, version, given, now)


def test_a_report_is_kept_with_who_and_when_and_counts_at_once(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _save(actor, project_id)
    line = db.session.get_one(Report, (project_id, YEAR, 6))
    assert (line.status, line.ordinance_budget, line.spent) == (ReportStatus.DONE, Decimal("900.50"), Decimal("850.25"))
    assert (line.reported_at, line.reported_by_id, line.version) == (NOW, actor.account_id, 2)
    six, twelve = (round_summary(actor, YEAR, round_).counts for round_ in Round)
    assert (six.done, six.waiting, twelve.done, twelve.waiting) == (1, 0, 0, 1)


def test_a_save_tells_its_line_as_it_is_read_afterwards(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    for version, given in enumerate((DONE, DONE, CANNOT, BUSY, replace(DONE, spent=Decimal("0.00"))), 1):
        saved = _save(actor, project_id, given, version - (version > 2), now=NOW + timedelta(minutes=version))
        assert saved == SavedReport(report_detail(actor, project_id, YEAR, Round.SIX), changed=version != 2)


def test_what_a_form_asks_about_is_asked_before_anything_is_written_and_after_what_is_refused(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    seen = []

    def asks(line: ReportDetail) -> bool:
        seen.append(line)
        return True

    with pytest.raises(Unanswered), transaction():
        save_report(actor, project_id, YEAR, Round.SIX, 1, DONE, NOW, asks)
    assert seen == [report_detail(actor, project_id, YEAR, Round.SIX)]
    assert (seen[0].version, seen[0].waits) == (1, True)
    assert db.session.scalar(select(HistoryEntry.id).where(HistoryEntry.entity == "report")) is None
    review(project_id, ReviewStatus.REJECTED, "ไม่ตรงมิติ")
    with pytest.raises(Refusal), transaction():
        save_report(actor, project_id, YEAR, Round.SIX, 1, DONE, NOW, asks)
    assert len(seen) == 1


def test_the_history_has_nothing_before_the_first_report_and_both_sides_of_a_correction(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _save(actor, project_id)
    _save(actor, project_id, CANNOT, version=2)
    first, second = db.session.scalars(
        select(HistoryEntry).where(HistoryEntry.entity == "report").order_by(HistoryEntry.id)
    )
    assert (first.action, first.entity_key, first.before) == ("report", f"{project_id}/2561/6", None)
    assert (first.after["status"], first.after["spent"]) == ("done", "850.25")
    assert (second.action, second.actor_id, second.at) == ("correct report", actor.account_id, NOW)
    assert second.before == first.after
    assert (second.after["cannot_reason"], second.after["cannot_text"]) == ("other", "น้ำท่วม")


def test_obstacles_and_suggestions_are_kept_and_told_and_an_older_entry_without_them_is_no_change(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    told = replace(DONE, obstacles="วิทยากรติดภารกิจ", suggestions="กำหนดวันล่วงหน้า")
    _save(actor, project_id, told)
    assert report_detail(actor, project_id, YEAR, Round.SIX).facts == told
    _save(actor, project_id, DONE, version=2)
    first, second = db.session.scalars(
        select(HistoryEntry).where(HistoryEntry.entity == "report").order_by(HistoryEntry.id)
    )
    assert [each.label for each in changes(first.after, second.after)] == ["ปัญหาอุปสรรค", "ข้อเสนอแนะ"]
    older = {name: value for name, value in second.after.items() if name not in LATER_TEXTS}
    assert changes(older, second.after) == []


def test_a_filled_database_of_before_gets_empty_texts(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _save(actor, project_id)
    db.session.rollback()
    downgrade(revision="0014")
    db.session.execute(text("UPDATE reports SET note = 'ของเดิม' WHERE round = 6"))
    db.session.commit()
    upgrade()
    line = report_detail(actor, project_id, YEAR, Round.SIX)
    assert line.facts == replace(DONE, note="ของเดิม")


def test_a_report_is_corrected_in_place_and_the_rounds_stay_apart(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _save(actor, project_id, BUSY)
    _save(actor, project_id, DONE, version=2)
    _save(actor, project_id, BUSY, round_=Round.TWELVE)
    assert report_detail(actor, project_id, YEAR, Round.SIX).facts == DONE
    assert report_detail(actor, project_id, YEAR, Round.TWELVE).facts == BUSY


def test_the_same_report_sent_twice_is_one(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _save(actor, project_id)
    before = kept()
    _save(actor, project_id)
    assert kept() == before


def test_a_report_of_a_stale_page_writes_nothing(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    _save(actor, project_id)
    before = kept()
    with pytest.raises(Stale):
        _save(actor, project_id, BUSY, version=1)
    assert kept() == before


def test_of_reports_at_the_same_moment_one_is_kept_and_the_others_are_told(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    db.session.rollback()
    outcomes: list[str] = []
    together = Barrier(4)

    def report(spent: int) -> None:
        with app.app_context():
            together.wait(timeout=10)
            try:
                _save(actor, project_id, ReportFacts(ReportStatus.DONE, spent=Decimal(spent)))
                outcomes.append("kept")
            except Stale:
                outcomes.append("stale")
            db.session.remove()

    threads = [Thread(target=report, args=(spent,)) for spent in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["kept", "stale", "stale", "stale"]
    assert len(db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "report")).all()) == 1


def test_what_a_rule_closes_is_refused_in_words_and_left_as_it_was(app: Flask) -> None:
    actor = make_lao(passed=(2561, 2562))
    rejected, open_, later = (
        make_project(actor, facts(name, budgets={2561: Decimal(1), 2562: Decimal(2)})) for name in "กขค"
    )
    review(rejected, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    with transaction():
        status = update(PlanYear).where(PlanYear.fiscal_year == 2562).values(status=PlanStatus.FAILED)
        db.session.execute(status)
    before = kept()
    with pytest.raises(Refusal, match="โครงการนี้ถูกปฏิเสธ ไม่ต้องรายงานผล"):
        _save(actor, rejected)
    with pytest.raises(Refusal, match=r"ปี 2562 .* เพราะแผนยังไม่ผ่าน ปีที่บันทึกและรายงานได้คือ 2561"):
        _save(actor, later, year=2562)
    with pytest.raises(Refusal, match=r"ยังไม่เปิดรับรายงาน เปิดวันที่ 1 ตุลาคม 2560 เวลา 00\.00"):
        _save(actor, open_, now=fiscal_year_start(2561) - timedelta(seconds=1))
    assert kept() == before


def test_a_closed_window_refuses_corrections_too_and_an_exception_opens_it_for_one_lao(app: Flask) -> None:
    mine, other = make_lao(), make_lao("2900101", province="90", district="9001")
    projects = {actor: make_project(actor) for actor in (mine, other)}
    _save(mine, projects[mine], BUSY)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=NOW - timedelta(days=9), closes_at=NOW))
    before = kept()
    for actor, version in ((mine, 2), (other, 1)):
        with pytest.raises(Refusal, match="ปิดรับรายงานแล้วเมื่อวันที่ 2 เมษายน 2561"):
            _save(actor, projects[actor], version=version)
    assert kept() == before
    with transaction():
        more = {"organisation_id": mine.organisation_id, "fiscal_year": YEAR, "round": 6, "reason": "น้ำท่วม"}
        db.session.add(WindowException(**more, closes_at=NOW + timedelta(seconds=1)))
    _save(mine, projects[mine], version=2)
    with pytest.raises(Refusal):
        _save(other, projects[other])
    _save(other, projects[other], round_=Round.TWELVE)


def test_what_is_not_theirs_deleted_or_of_another_year_is_unknown(app: Flask) -> None:
    mine, other = make_lao(), make_lao("2900101", province="90", district="9001")
    theirs, deleted = make_project(other), make_project(mine)
    with transaction():
        delete_project(mine, period_of(YEAR), deleted, 1, "บันทึกซ้ำ", NOW)
    before = kept()
    for project_id, year in ((theirs, YEAR), (deleted, YEAR), (theirs + 99, YEAR), (make_project(mine), 2562)):
        before = kept()
        with pytest.raises(NotTheirs):
            _save(mine, project_id, year=year)
    assert kept() == before


def test_a_rejected_project_that_was_corrected_can_be_reported_and_keeps_its_report(app: Flask) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    make_report(actor, project_id, ReportStatus.IN_PROGRESS)
    review(project_id, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    assert round_summary(actor, YEAR, Round.SIX).counts.total == 0
    with transaction():
        edit_project(actor, period_of(YEAR), project_id, 2, facts("แก้แล้ว"), NOW)
    assert round_summary(actor, YEAR, Round.SIX).counts.in_progress == 1
    _save(actor, project_id, version=2)
    assert round_summary(actor, YEAR, Round.SIX).counts.done == 1


def test_many_reports_are_saved_at_once_or_none_of_them(app: Flask) -> None:
    actor = make_lao()
    first, second, same = (make_project(actor, facts(f"โครงการที่ {number}")) for number in range(3))
    make_report(actor, same, ReportStatus.IN_PROGRESS)
    before = kept()
    seen = {first: SeenReport(1, DONE), second: SeenReport(1, BUSY), same: SeenReport(2, BUSY)}
    with pytest.raises(Stale), transaction():
        save_reports(actor, YEAR, Round.SIX, seen | {same: SeenReport(1, DONE)}, NOW)
    with pytest.raises(NotTheirs), transaction():
        save_reports(actor, YEAR, Round.SIX, seen | {same + 9: SeenReport(1, DONE)}, NOW)
    assert kept() == before
    with transaction():
        assert save_reports(actor, YEAR, Round.SIX, seen, NOW) == 2
    assert [report_detail(actor, id_, YEAR, Round.SIX).facts for id_ in (first, second, same)] == [DONE, BUSY, BUSY]
    assert report_detail(actor, first, YEAR, Round.SIX).version == 2
    keys = db.session.scalars(select(HistoryEntry.entity_key).where(HistoryEntry.action == "report")).all()
    assert sorted(keys) == sorted(f"{id_}/{YEAR}/6" for id_ in (first, second, same))
    review(second, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    with pytest.raises(Refusal, match="ปฏิเสธ"), transaction():
        save_reports(actor, YEAR, Round.SIX, {second: SeenReport(2, DONE)}, NOW)
