"""Closed is closed: what happened once, and can no longer."""

from decimal import Decimal

from flask import Flask

from app import clock
from app.access import Actor
from app.db import transaction
from app.lao.reporting.counts import lao_summary, round_summary
from app.lao.reporting.queries import every_reported, reported_count
from app.listing import ListState
from app.models.enums import Level, ReportStatus, Role, Round
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from tests.client import Client
from tests.factories import YEAR, make_lao
from tests.lao.fixed_rounds.closing import close, fix, reported
from tests.pages import enter, tree

DONE, WAITING = ReportStatus.DONE, ReportStatus.IN_PROGRESS
OFFICER = Actor(Role.OFFICER, "officer", province_codes=frozenset({"65"}))
PAGE = f"/public/organisations/6650807?year={YEAR}&round=6"


def words(html: str) -> str:
    return " ".join("".join(tree(html).itertext()).split())


def test_nobody_moves_a_closed_round_by_what_comes_later(app: Flask, client: Client) -> None:
    # Given an LAO that did two projects of five, and a year whose rounds are both closed
    lao = make_lao()
    _one, _two, third, fourth, fifth = reported(lao, DONE, DONE, WAITING, WAITING, WAITING)
    close(Round.SIX)
    close(Round.TWELVE)
    fix()
    enter(client, lao.account_id)

    # When it tries to delete two that it did not do
    for project in (third, fourth):
        answer = client.send(f"/projects/{project}/delete", {"version": "1", "reason": "บันทึกซ้ำ"})
        # Then it is told which round stands against it, and the ways out
        assert answer.status_code == 422
        assert "ลบโครงการนี้ไม่ได้ เพราะรอบ 12 เดือน ปีงบประมาณ 2561 ปิดแล้ว" in answer.text
        assert "ขอ ป.ป.ช. ขยายเวลารายงาน หรือขอให้ ป.ป.ช. แก้ไขผลของรอบที่ปิดแล้ว" in answer.text
    summary = round_summary(lao, YEAR, Round.SIX)
    assert (summary.counts.percent, summary.level) == (Decimal("40.00"), Level.MEDIUM)

    # And when an officer rejects two of them afterwards
    for project in (third, fourth):
        with transaction():
            decide(OFFICER, project, 1, Verdict.REJECT, "ไม่สอดคล้องกับมิติ", clock.now())
    # Then the closed round stays as it was
    summary = lao_summary(lao.own_organisation_id, "65", YEAR, Round.SIX)
    assert (summary.counts.total, summary.counts.percent, summary.level) == (5, Decimal("40.00"), Level.MEDIUM)

    # And its page says what is different now, and why
    told = words(client.get(PAGE).text)
    assert "ณ ปิดรอบ 2/5 ร้อยละ 40.00 ปานกลาง" in told
    assert "ปัจจุบัน 2/3 ร้อยละ 66.67 มาก" in told
    assert told.count("ป.ป.ช. ปฏิเสธ") == 2
    assert "โครงการที่ 2: ป.ป.ช. ปฏิเสธ" in told
    assert f"/public/projects/{fifth}" not in client.get(PAGE).text.split("ต่างกันเพราะ")[1].split("</section>")[0]


def test_a_closed_round_that_nothing_has_moved_shows_no_second_figure(app: Flask, client: Client) -> None:
    lao = make_lao()
    reported(lao, DONE, WAITING)
    assert "ผลของรอบที่ปิดแล้ว" not in client.get(PAGE).text
    close()
    fix()
    app.extensions["public-pages"].clear()
    told = words(client.get(PAGE).text)
    assert "ตัวเลขในหน้านี้คงไว้ตามที่ปิดรอบ" in told
    assert "ฉบับที่แสดง" in told
    assert "ปัจจุบัน" not in told


def test_the_lists_of_the_lao_are_what_stands_now_with_all_their_pages(app: Flask, client: Client) -> None:
    lao = make_lao()
    first, *_others = reported(lao, DONE, DONE, DONE)
    close()
    fix()
    with transaction():
        decide(OFFICER, first, 1, Verdict.REJECT, "ไม่สอดคล้อง", clock.now())
    enter(client, lao.account_id)
    assert round_summary(lao, YEAR, Round.SIX).counts.reported == 3
    state = ListState(year=YEAR, round=6)
    assert reported_count(lao, state) == len(every_reported(lao, state)) == 2
    assert client.get(f"/reporting/all?year={YEAR}&round=6").status_code == 200
