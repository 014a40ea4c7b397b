"""The review desk over HTTP, with and without htmx."""

import re

from flask import Flask
from sqlalchemy import select

from app.db import db
from app.lao.projects.queries import project_detail
from app.models import HistoryEntry
from app.models.enums import ReviewStatus, Role
from app.nacc.review.queries import rejection_reasons
from tests.client import Client
from tests.factories import PASSWORD, facts, make_lao, make_project, make_staff
from tests.pages import enter


def _desk(client: Client, *provinces: str) -> Client:
    make_staff("officer65", Role.OFFICER, *(provinces or ("65",)))
    client.sign_in("officer65", PASSWORD)
    return client


def test_a_decision_goes_on_to_the_next_project_and_can_be_undone(app: Flask, client: Client) -> None:
    lao = make_lao()
    first, second = make_project(lao, facts("โครงการแรก")), make_project(lao, facts("โครงการที่สอง"))
    _desk(client).get(f"/nacc/review/{first}")
    answer = client.send(f"/nacc/review/{first}?status=pending", {"verdict": "approve", "version": "1"})
    assert answer.status_code == 303
    assert f"/nacc/review/{second}" in answer.location
    page = client.get(answer.location)
    assert "บันทึกผลพิจารณา 1 โครงการแล้ว" in page.text
    assert project_detail(lao, first).review_status is ReviewStatus.APPROVED
    at = re.search(r'name="at" value="([^"]+)"', page.text)
    assert at
    client.send("/nacc/review/take-back", {"at": at[1]}, follow_redirects=True)
    assert project_detail(lao, first).review_status is ReviewStatus.PENDING


def test_a_rejection_without_reason_keeps_the_project_open_and_says_why(app: Flask, client: Client) -> None:
    project_id = make_project(make_lao())
    _desk(client).get(f"/nacc/review/{project_id}")
    for htmx in (False, True):
        answer = client.send(f"/nacc/review/{project_id}", {"verdict": "reject", "version": "1"}, htmx=htmx)
        assert answer.status_code == 422
        assert "เลือกหรือเขียนเหตุผลที่ปฏิเสธ" in answer.text
        assert ("<html" in answer.text) is not htmx


def test_many_at_once_says_the_number_before(app: Flask, client: Client) -> None:
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการ {number}")) for number in range(3)]
    page = _desk(client).get("/nacc/review/many?status=pending&all=1")
    assert "จะเปลี่ยน 3 โครงการ" in page.text
    assert all(f"<li>โครงการ {number} – {lao.name}</li>" in page.text for number in range(3))
    ticked = client.get(f"/nacc/review/many?status=pending&ids={ids[1]}").text
    assert [f"<li>โครงการ {number} –" in ticked for number in range(3)] == [False, True, False]
    sent = {"verdict": "reject", "picked": "ไม่สอดคล้องกับมิติที่กำหนด", "reason": "ทุกโครงการ", "expected": "3", "all": "1"}
    answer = client.send("/nacc/review/many?status=pending", sent, follow_redirects=True)
    assert "บันทึกผลพิจารณา 3 โครงการแล้ว" in answer.text
    assert project_detail(lao, ids[0]).review_reason == "ไม่สอดคล้องกับมิติที่กำหนด – ทุกโครงการ"


def test_of_very_many_the_first_are_named_and_the_others_numbered(app: Flask, client: Client) -> None:
    lao = make_lao()
    for number in range(13):
        make_project(lao, facts(f"โครงการที่ {number}"))
    page = _desk(client).get("/nacc/review/many?status=pending&all=1").text
    assert page.count("<li>โครงการที่") == 10
    assert "และอีก 3 โครงการ" in page


def test_a_stranger_province_and_bad_addresses_are_404_or_empty(app: Flask, client: Client) -> None:
    project_id = make_project(make_lao())
    _desk(client, "90")
    assert client.get(f"/nacc/review/{project_id}").status_code == 404
    assert client.get("/nacc/review/99999999999999999999").status_code == 404
    assert "ไม่มีโครงการ" in client.get("/nacc/review?page=999&days=x&kind=zzz&year=๒๕๖๑&q=%25").text
    assert client.send("/nacc/review/take-back", {"at": "yesterday"}).status_code == 404


def test_a_verdict_is_changed_on_its_page_and_told_on_the_laos_home(app: Flask, client: Client) -> None:
    # given an approval
    lao = make_lao()
    project_id = make_project(lao, facts("โครงการที่รับรองผิด"))
    _desk(client).send(f"/nacc/review/{project_id}", {"verdict": "approve", "version": "1"})
    assert "เปลี่ยนเป็นปฏิเสธ" in client.get(f"/nacc/review/{project_id}?status=approved").text
    # when it is changed without a word, it is asked for; with one it is done
    sent = {"verdict": "reject", "version": "2", "change": "1"}
    refused = client.send(f"/nacc/review/{project_id}?status=approved", sent)
    assert refused.status_code == 422
    assert "เหตุผลที่เปลี่ยนผลพิจารณา" in refused.text
    answer = client.send(f"/nacc/review/{project_id}?status=approved", sent | {"reason": "อ่านอีกครั้งแล้วผิดมิติ"})
    assert f"/nacc/review/{project_id}" in answer.location
    assert project_detail(lao, project_id).review_status is ReviewStatus.REJECTED
    # then the LAO reads it first thing
    enter(client, lao.account_id)
    home = client.get("/home?year=2561").text
    assert "ป.ป.ช. เปลี่ยนผลพิจารณา 1 โครงการ" in home
    assert "อ่านอีกครั้งแล้วผิดมิติ" in home


def test_ticked_projects_that_were_judged_meanwhile_are_not_in_the_number(app: Flask, client: Client) -> None:
    lao = make_lao()
    judged, waiting = make_project(lao, facts("พิจารณาแล้ว")), make_project(lao, facts("ยังรออยู่"))
    _desk(client).send(f"/nacc/review/{judged}", {"verdict": "approve", "version": "1"})
    page = client.get(f"/nacc/review/many?status=pending&ids={judged}&ids={waiting}").text
    assert "จะเปลี่ยน 1 โครงการ" in page
    assert ("ยังรออยู่ –" in page, "พิจารณาแล้ว –" in page) == (True, False)


def test_words_meant_for_a_rejection_are_not_told_with_an_approval(app: Flask, client: Client) -> None:
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการ {number}")) for number in range(2)]
    words = {"verdict": "approve", "picked": "ไม่สอดคล้องกับมิติที่กำหนด", "reason": "ขาดงบประมาณ"}
    _desk(client).send(f"/nacc/review/{ids[0]}", words | {"version": "1"})
    client.send("/nacc/review/many?status=pending", words | {"expected": "1", "all": "1"})
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "approve"))
    assert [each.reason for each in told] == ["", ""]
    enter(client, lao.account_id)
    assert "ขาดงบประมาณ" not in client.get("/history").text


def test_a_picked_reason_stays_picked_where_the_word_is_refused(app: Flask, client: Client) -> None:
    project = make_project(make_lao())
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    reasons = rejection_reasons()
    sent = {"verdict": "reject", "picked": reasons[1], "reason": "และอีกเรื่อง", "version": "9"}
    for path in (f"/nacc/review/{project}", "/nacc/review/many"):
        form = sent | ({"all": "1", "expected": "7"} if "many" in path else {})
        refused = client.send(path, form)
        assert refused.status_code == 422
        assert re.findall(r"<option[^>]* selected[^>]*>([^<]+)</option>", refused.text.partition('name="picked"')[2])[
            :1
        ] == [reasons[1]]
        assert "และอีกเรื่อง" in refused.text
