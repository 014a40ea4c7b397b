"""A way back: each deed of today is listed with its undo, for verdicts and for plan years, one, many or a file."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.queries import actor_of
from app.clock import BANGKOK
from app.db import db, transaction
from app.lao.projects.queries import project_detail
from app.models import HistoryEntry
from app.models.enums import PlanStatus, ReviewStatus, Role
from app.nacc.my_deeds import queries
from app.nacc.plan_years.operations import set_many
from app.nacc.review.operations import decide_chosen
from app.nacc.review.rules import Verdict
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_organisation, make_project, make_staff
from tests.pages import enter

AT = r'action="(/nacc[^"]+)".*?name="at"\s+value="([^"]+)"'


def _undo(client: Client, page: str, place: int = 0) -> str:
    address, at = re.findall(AT, page, re.DOTALL)[place]
    return client.send(address, {"at": at, "back": "deeds"}, follow_redirects=True).text


def test_a_verdict_of_this_morning_is_taken_back(app: Flask, client: Client) -> None:
    # given three approvals at once, and then the rejection of another project
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการ {number}")) for number in range(4)]
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    client.send("/nacc/review/many", {"verdict": "approve", "ids": ids[:3]})
    sent = {"verdict": "reject", "reason": "ผิดมิติ", "version": "1"}
    client.send(f"/nacc/review/{ids[3]}", sent)
    # when the approvals are undone, which are not the last deed
    page = client.get("/nacc/deeds").text
    assert page.index("โครงการ 3") < page.index("3 โครงการ")
    assert "เลิกทำแล้ว 3 โครงการ" in _undo(client, page, 1)
    # then they wait again, the rejection stands, and nothing is left to undo twice
    assert [project_detail(lao, id_).review_status for id_ in ids] == [ReviewStatus.PENDING] * 3 + [
        ReviewStatus.REJECTED
    ]
    assert "ไม่มีอะไรให้เลิกทำ" in _undo(client, page, 1)
    assert [len(re.findall(AT, each, re.DOTALL)) for each in (page, client.get("/nacc/deeds").text)] == [2, 2]


def test_the_day_begins_at_midnight_in_thailand(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a deed of last night and one of this morning, when it was still yesterday in Greenwich
    lao, morning = make_lao(), datetime(2018, 4, 3, 8, tzinfo=BANGKOK)
    officer = enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    for name, before in (("เมื่อคืน", timedelta(hours=9)), ("เช้านี้", timedelta(hours=2))):
        id_ = make_project(lao, facts(name))
        with transaction():
            decide_chosen(officer, [id_], Verdict.APPROVE, "", morning - before)
    # when the officer looks at eight, then only the latter is of today
    monkeypatch.setattr(clock, "now", lambda: morning)
    page = client.get("/nacc/deeds").text
    assert ("เช้านี้" in page, "เมื่อคืน" in page) == (True, False)


def test_of_many_moments_the_latest_are_listed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lao, officer = make_lao(), actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    monkeypatch.setattr(queries, "MOST_SHOWN", 2)
    moments = [datetime(2018, 4, 3, hour, tzinfo=BANGKOK) for hour in (8, 9, 10)]
    for hour, moment in enumerate(moments):
        project = make_project(lao, facts(f"โครงการ {hour}"))
        with transaction():
            decide_chosen(officer, [project], Verdict.APPROVE, "", moment)
    listed = queries.deeds_since(officer, moments[0])
    assert [(deed.at, deed.name) for deed in listed] == [(moments[2], "โครงการ 2"), (moments[1], "โครงการ 1")]


def test_plan_years_set_together_are_as_they_were_before(app: Flask, client: Client) -> None:
    # given plans of which one passed and one was not sent in, both failed at once
    lao = make_lao()
    other = make_organisation("6650808", "องค์การบริหารส่วนตำบลที่อื่น", passed=())
    ids = [lao.own_organisation_id, other.id]
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    path = f"/nacc/plan-years/many?year={YEAR}"
    client.send(path, {"status": "failed", "ids": ids, "reason": "ไม่มีงบประมาณ"})
    page = client.get("/nacc/deeds").text
    assert "2 แห่ง" in page
    assert "เปลี่ยนผลแผน “แผนไม่ผ่าน”" in page
    assert "ไม่มีงบประมาณ" in page
    one = client.get(f"{path}&ids={other.id}&to=failed").text
    assert "องค์การบริหารส่วนตำบลที่อื่น ปีงบประมาณ" in one
    # and one of them set again since
    client.send(f"/nacc/plan-years/{other.id}?year={YEAR}", {"status": "passed", "version": "1"})
    # when the deed is undone
    assert "เลิกทำแล้ว 1 แห่ง" in _undo(client, page)
    # then what nobody touched is as it was, and what was set since stays
    shown = client.get(f"/nacc/plan-years?year={YEAR}").text
    assert "แผนไม่ผ่าน <b>0</b>" in shown
    assert "แผนผ่าน <b>2</b>" in shown
    assert "ไม่มีอะไรให้เลิกทำ" in _undo(client, page)


def test_a_plan_that_failed_before_fails_again_with_its_own_reason(app: Flask, client: Client) -> None:
    lao = make_lao()
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    path = f"/nacc/plan-years/{lao.own_organisation_id}?year={YEAR}"
    client.send(path, {"status": "failed", "version": "1", "reason": "ส่งไม่ครบ"})
    client.send(path, {"status": "passed", "version": "2"})
    assert "เลิกทำแล้ว 1 แห่ง" in _undo(client, client.get("/nacc/deeds").text)
    assert "ส่งไม่ครบ" in client.get(f"/nacc/plan-years?year={YEAR}").text


def test_nobody_undoes_the_deed_of_another(app: Flask, client: Client) -> None:
    lao = make_lao()
    first, second = make_staff("officer65", Role.OFFICER, "65"), make_staff("other65", Role.OFFICER, "65")
    enter(client, first.id)
    many = {"status": PlanStatus.FAILED.value, "ids": [lao.own_organisation_id], "reason": "ส่งไม่ครบ"}
    client.send(f"/nacc/plan-years/many?year={YEAR}", many)
    page = client.get("/nacc/deeds").text
    enter(client, second.id)
    assert "วันนี้ท่านยังไม่ได้บันทึกผล" in client.get("/nacc/deeds").text
    assert "ไม่มีอะไรให้เลิกทำ" in _undo(client, page)
    assert len(db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "set plan year")).all()) == 1


def test_a_file_that_set_several_outcomes_is_not_told_as_one_of_them(app: Flask, client: Client) -> None:
    laos = [make_organisation(f"665080{number}", f"องค์การบริหารส่วนตำบลที่ {number}") for number in range(2)]
    officer, now = enter(client, make_staff("officer65", Role.OFFICER, "65").id), clock.now()
    for lao, status in zip(laos, (PlanStatus.FAILED, PlanStatus.NOT_SENT), strict=True):
        with transaction():
            set_many(officer, [lao.id], YEAR, status, now, "ส่งไม่ครบ")
    page = client.get("/nacc/deeds").text
    assert "2 แห่ง" in page
    assert "เปลี่ยนผลแผน" in page
    assert "เปลี่ยนผลแผน “" not in page
