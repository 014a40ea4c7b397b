"""Many reports at once: one status for the ticked, what round 6 said for round 12, and undo."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.access import Actor
from app.db import db, transaction
from app.lao.reporting.details import report_detail
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import HistoryEntry, Report
from app.models.enums import CannotReason, ReportStatus, ReviewStatus, Round
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, review
from tests.pages import enter, fields, kept

SIX = f"year={YEAR}&round=6"
TWELVE = f"year={YEAR}&round=12"


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    return actor


def _rows(round_: Round) -> list[tuple[object, ...]]:
    """All that is kept of the reports of a round but their versions."""
    db.session.rollback()
    left_out = {"version", "reported_by_id"}
    columns = [column for column in Report.__table__.c if column.name not in left_out]
    chosen = select(*columns).where(Report.round == int(round_)).order_by(Report.project_id)
    return [tuple(row) for row in db.session.execute(chosen)]


def _undo(client: Client, round_query: str, led_to: str) -> str:
    page = client.get(led_to)
    at = fields(page.text)["at"]
    return client.send(f"/reporting/grid/take-back?{round_query}", {"at": at}, follow_redirects=True).text


def test_one_status_for_the_ticked_rows_is_asked_for_with_their_number_and_taken_back_exactly(
    client: Client, lao: Actor
) -> None:
    waiting, reported, other = (make_project(lao, facts(f"โครงการ {name}")) for name in "กขค")
    make_report(lao, reported, ReportStatus.IN_PROGRESS, spent=Decimal(7), note="ก")
    make_report(lao, waiting, round_=Round.TWELVE, ordinance_budget=Decimal(900))
    before = _rows(Round.SIX)
    # When two are ticked
    asked = client.get(f"/reporting/grid/many?{SIX}&ids={waiting}&ids={reported}")
    assert "จะตั้งสถานะเดียวกันให้ 2 โครงการ" in asked.text
    assert "1 โครงการรายงานไว้แล้ว" in asked.text
    form = fields(asked.text)
    refused = client.send(f"/reporting/grid/many?{SIX}", form | {"status": "cannot"})
    assert (refused.status_code, "เลือกเหตุผล 1 ข้อ" in refused.text) == (422, True)
    assert _rows(Round.SIX) == before
    done = client.send(f"/reporting/grid/many?{SIX}", form | {"status": "cannot", "cannot_reason": "staff_short"})
    # Then both say it, with amounts and words as they were
    told = {id_: report_detail(lao, id_, YEAR, Round.SIX).facts for id_ in (waiting, reported, other)}
    why = {"status": ReportStatus.CANNOT, "cannot_reason": CannotReason.STAFF_SHORT}
    assert told[waiting] == ReportFacts(**why, ordinance_budget=Decimal(900))
    assert told[reported] == ReportFacts(**why, spent=Decimal(7), note="ก")
    assert told[other].status is ReportStatus.NOT_REPORTED
    # And undo puts all back as it stood, in that round only; the history keeps both
    twelve = _rows(Round.TWELVE)
    sent = {"at": fields(client.get(done.location).text)["at"]}
    elsewhere = client.send(f"/reporting/grid/take-back?{TWELVE}", sent, follow_redirects=True)
    assert ("เลิกทำแล้ว 0 โครงการ" in elsewhere.text, _rows(Round.TWELVE)) == (True, twelve)
    assert "เลิกทำแล้ว 2 โครงการกลับเป็นอย่างเดิม" in _undo(client, SIX, done.location)
    assert _rows(Round.SIX) == before
    actions = db.session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
    assert sorted(actions[-4:]) == ["correct report", "report", "take back report", "take back report"]


def test_all_means_the_rows_that_the_filters_show(client: Client, lao: Actor) -> None:
    waiting, reported = make_project(lao), make_project(lao)
    make_report(lao, reported)
    asked = client.get(f"/reporting/grid/many?{SIX}&status=not_reported&all=1")
    assert fields(asked.text)["ids"] == [str(waiting)]


def test_undo_leaves_what_was_changed_since(client: Client, lao: Actor) -> None:
    first, second = make_project(lao), make_project(lao)
    form = fields(client.get(f"/reporting/grid/many?{SIX}&all=1").text)
    done = client.send(f"/reporting/grid/many?{SIX}", form | {"status": "done"})
    with transaction():
        save_report(lao, second, YEAR, Round.SIX, 2, ReportFacts(ReportStatus.DONE, note="แก้แล้ว"), NOW)
    assert "อีก 1 โครงการแก้ไขหลังจากนั้น จึงคงไว้ตามที่แก้" in _undo(client, SIX, done.location)
    assert report_detail(lao, first, YEAR, Round.SIX).facts.status is ReportStatus.NOT_REPORTED
    assert report_detail(lao, second, YEAR, Round.SIX).facts.note == "แก้แล้ว"
    assert "เลิกทำแล้ว 0 โครงการ" in _undo(client, SIX, done.location)


def test_round_12_takes_over_what_is_settled_in_round_6(client: Client, lao: Actor) -> None:
    done, cannot, under_way, reported, rejected = (make_project(lao, facts(f"โครงการ {name}")) for name in "กขคงจ")
    make_report(lao, done, spent=Decimal(5), ordinance_budget=Decimal(6), obstacles="ฝนตก")
    make_report(lao, cannot, ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วม")
    make_report(lao, under_way, ReportStatus.IN_PROGRESS)
    make_report(lao, reported)
    make_report(lao, reported, ReportStatus.IN_PROGRESS, Round.TWELVE)
    make_report(lao, rejected)
    review(rejected, ReviewStatus.REJECTED, "ซ้ำ")
    before = _rows(Round.TWELVE)
    assert "ใช้ผลรอบ 6 เดือน กับ 2 โครงการ" in client.get(f"/reporting/grid?{TWELVE}").text
    assert "ใช้ผลรอบ 6 เดือน" not in client.get(f"/reporting/grid?{SIX}").text
    wrong = client.send(f"/reporting/grid/take-over?{TWELVE}", {"expected": "3"}, follow_redirects=True)
    assert "ขณะนี้มี 2 โครงการ ไม่ใช่ 3" in wrong.text
    assert _rows(Round.TWELVE) == before
    led_to = client.send(f"/reporting/grid/take-over?{TWELVE}", {"expected": "2"}).location
    for id_ in (done, cannot):
        twelve, six = (report_detail(lao, id_, YEAR, each).facts for each in (Round.TWELVE, Round.SIX))
        assert twelve == six
    assert report_detail(lao, reported, YEAR, Round.TWELVE).facts.status is ReportStatus.IN_PROGRESS
    _undo(client, TWELVE, led_to)
    assert _rows(Round.TWELVE) == before


def test_what_is_not_there_or_not_theirs_changes_nothing(client: Client, lao: Actor) -> None:
    mine = make_project(lao)
    theirs = make_project(make_lao("2900101", province="90", district="9001"))
    enter(client, lao.account_id)
    before = kept()
    answer = client.send(f"/reporting/grid/many?{SIX}", {"ids": [mine, theirs], "status": "done"})
    assert (answer.status_code, "เลือกอีกครั้ง" in answer.text) == (422, True)
    assert client.get(f"/reporting/grid/many?{SIX}").status_code == 303
    for path in ("many?round=6", "many?year=3104&round=6", f"take-over?year={YEAR}", f"take-back?{SIX}"):
        assert client.send(f"/reporting/grid/{path}", {"ids": [mine], "at": "x"}).status_code == 404, path
    assert kept() == before
    assert db.session.scalar(text("SELECT count(*) FROM history WHERE action = 'take back report'")) == 0
