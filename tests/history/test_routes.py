"""The LAO sees every decision on it with who and why; NACC sees it for the provinces given."""

import re
from datetime import timedelta
from decimal import Decimal

from flask import Flask

from app.accounts.queries import actor_of
from app.db import db, transaction
from app.history.operations import record
from app.models import Organisation, PlanYear
from app.models.enums import Action, Entity, PlanStatus, Role, Which
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.lao_accounts.operations import set_locked
from app.nacc.plan_years.operations import set_status
from app.nacc.review.operations import decide_chosen
from app.nacc.review.rules import Verdict
from tests.client import Client
from tests.factories import (
    NOW,
    PASSWORD,
    YEAR,
    facts,
    make_former,
    make_lao,
    make_project,
    make_report,
    make_staff,
    profile_form,
)
from tests.pages import enter


def test_a_decision_is_told_to_the_lao_with_its_reason(app: Flask, client: Client) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    with transaction():
        decide_chosen(officer, [project_id], Verdict.REJECT, "ไม่สอดคล้องกับมิติ", NOW)
    client.sign_in("6650807", PASSWORD)
    page = client.get("/history").text
    for told in ("ป.ป.ช. ปฏิเสธ", "officer65", "ไม่สอดคล้องกับมิติ", f"โครงการ {project_id}", "บันทึกโครงการ"):
        assert told in page


def test_nacc_sees_its_own_provinces_only(app: Flask, client: Client) -> None:
    make_lao()
    make_staff("officer65", Role.OFFICER, "65")
    make_staff("officer90", Role.OFFICER, "90")
    client.sign_in("officer65", PASSWORD)
    assert client.get("/nacc/history/6650807").status_code == 200
    stranger = Client(app)
    stranger.sign_in("officer90", PASSWORD)
    assert stranger.get("/nacc/history/6650807").status_code == 404
    assert stranger.get("/history").status_code == 403


def test_a_former_code_leads_to_the_history_of_the_lao_of_today(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_former(db.session.get_one(Organisation, lao.organisation_id), code="6650107")
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    assert lao.name in client.get("/nacc/history/6650107").text
    assert client.get("/nacc/history/6650108").status_code == 404


def test_contact_details_are_not_spread_by_the_history(app: Flask, client: Client) -> None:
    make_lao()
    client.sign_in("6650807", PASSWORD)
    client.get("/profile")
    sent = profile_form({"email": "secret@example.go.th", "version": "1", "password": ""})
    assert client.send("/profile", sent).status_code == 302
    page = client.get("/history").text
    assert "แก้ไข" in page
    assert "secret@example.go.th" not in page


def test_scores_and_plan_years_are_told_in_thai_and_nacc_s_score_only_from_its_publishing_on(
    app: Flask, client: Client
) -> None:
    # given
    lao, cell = make_lao(), ScoreCell(Which.EVALUATION, 2)
    id_ = lao.own_organisation_id
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)

    def score(value: str, seen: str | None, reason: str) -> None:
        entry = ScoreEntry(Decimal(value), None if seen is None else Decimal(seen))
        with transaction():
            save_scores(chief, id_, YEAR, {cell: entry}, reason, NOW)

    def pages() -> tuple[str, str]:
        own = client.get("/history").text
        return own, overseer.get("/nacc/history/6650807").text

    overseer = Client(app)
    enter(overseer, chief.account_id)
    enter(client, lao.account_id)

    # when
    score("7.25", None, "")
    with transaction():
        set_locked(chief, id_, True, "ทดสอบ", NOW)
    with transaction():
        set_locked(chief, id_, False, "ทดสอบ", NOW)
    enter(client, lao.account_id)
    before_publishing = pages()
    with transaction():
        do_one(chief, id_, YEAR, ScoreDeed.PUBLISH, NOW)
    score("17.50", "7.25", "รวมคะแนนผิด")
    with transaction():
        set_status(chief, id_, YEAR, PlanStatus.FAILED, db.session.get_one(PlanYear, (id_, YEAR)).version, NOW)
    own, nacc = pages()

    # then
    assert "7.25" not in before_publishing[0]
    assert "7.25" in before_publishing[1]
    for page in (own, nacc):
        for words in (
            "<b>ผลประเมิน มิติที่ 2</b>: 7.25 → 17.50",
            "คะแนนปี 2561 องค์การบริหารส่วนตำบลดินทอง",
            "แผนปี 2561 องค์การบริหารส่วนตำบลดินทอง",
            "ป.ป.ช. ล็อกบัญชี",
            "ป.ป.ช. ปลดล็อกบัญชี",
            "ป.ป.ช. เผยแพร่คะแนน",
        ):
            assert words in page
        assert f"{id_}/{YEAR}" not in page
        assert not re.search(r'<th scope="row">[a-z]', page)
    assert "– → 7.25" in nacc
    assert "– → 7.25" not in own


def test_a_history_is_narrowed_by_day_role_kind_and_project(app: Flask, client: Client) -> None:
    # given two projects, one of them reviewed
    actor = make_lao()
    first, second = (make_project(actor, facts(f"โครงการที่ {number}")) for number in (1, 2))
    make_report(actor, first)
    officer = make_staff("officer65", Role.OFFICER, "65")
    with transaction():
        decide_chosen(actor_of(officer.id), [second], Verdict.APPROVE, "", NOW)
    client.sign_in("6650807", PASSWORD)

    def told(query: str) -> list[str]:
        return re.findall(r'<th scope="row">(\S+)', client.get(f"/history?{query}").text)

    # then
    assert told("") == ["เข้าสู่ระบบ", "ป.ป.ช.", "รายงานผล", "บันทึกโครงการ", "บันทึกโครงการ"]
    assert told(f"project={first}") == ["รายงานผล", "บันทึกโครงการ"]
    assert told("role=officer") == ["ป.ป.ช."]
    assert told("entity=report") == ["รายงานผล"]
    assert told("since=3/4/2561") == ["เข้าสู่ระบบ"]
    assert told("until=2/4/2561&entity=project&role=lao") == ["บันทึกโครงการ", "บันทึกโครงการ"]
    assert len(told("role=nobody&entity=nothing&project=x")) == 5
    wrong = client.get("/history?since=วันก่อน")
    assert "กรอกตั้งแต่วันที่เป็น วัน/เดือน/ปี" in wrong.text
    assert 'value="วันก่อน"' in wrong.text
    file = client.get(f"/history/table.csv?project={first}").data.decode("utf-8-sig")
    assert "รายงานผล" in file
    assert f"โครงการ {second}" not in file


def test_a_history_goes_on_on_the_next_page_only_where_there_is_more(app: Flask, client: Client) -> None:
    actor = make_lao()

    def tell(number: int) -> None:
        with transaction():
            for _each in range(number):
                facts_ = {"organisation_id": actor.organisation_id, "after": {"name": "โครงการ"}, "at": NOW}
                record(actor, Action.EDIT, Entity.PROJECT, 1, **facts_)

    enter(client, actor.account_id)
    tell(50)
    assert "page=2" not in client.get("/history?entity=project").text
    tell(1)
    assert "page=2" in client.get("/history?entity=project").text
    assert client.get("/history?entity=project&page=2").text.count('<th scope="row">') == 1


def test_the_last_day_of_a_history_ends_at_midnight_in_thailand(app: Flask, client: Client) -> None:
    actor = make_lao()
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=1)
    with transaction():
        for name, at in (("ก่อนเที่ยงคืน", midnight - timedelta(seconds=1)), ("หลังเที่ยงคืน", midnight)):
            told = {"organisation_id": actor.organisation_id, "after": {"name": name}, "at": at}
            record(actor, Action.EDIT, Entity.PROJECT, 1, **told)
    enter(client, actor.account_id)
    last = client.get("/history?until=2/4/2561").text
    assert ("ก่อนเที่ยงคืน" in last, "หลังเที่ยงคืน" in last) == (True, False)
    next_day = client.get("/history?since=3/4/2561").text
    assert ("ก่อนเที่ยงคืน" in next_day, "หลังเที่ยงคืน" in next_day) == (False, True)


def test_the_administration_has_a_history_of_its_own(app: Flask, client: Client) -> None:
    make_lao()
    make_staff("admin", Role.ADMINISTRATOR)
    officer = make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("admin", PASSWORD)
    client.get("/nacc/admin/contact")
    client.send("/nacc/admin/contact", {"contact": "สำนักป้องกันฯ"})
    client.get(f"/nacc/admin/staff/{officer.id}")
    client.send(f"/nacc/admin/staff/{officer.id}/lock", {"reason": "พ้นจากตำแหน่ง"})
    client.get("/nacc/admin/registry/6650807")
    client.send("/nacc/admin/registry/6650807/close", {"why": "ยุบรวมแล้ว"})

    page = client.get("/nacc/admin/history").text

    for words in ("ค่าของระบบ", "สำนักป้องกันฯ", "บัญชีผู้ใช้ officer65", "ยุบรวมแล้ว", "ทะเบียน อปท. องค์การบริหารส่วนตำบลดินทอง"):
        assert words in page, words
    assert "officer65" not in client.get("/nacc/admin/history?entity=setting").text
    assert "ยุบรวมแล้ว" in client.get("/nacc/admin/history/table.csv").data.decode("utf-8-sig")


def test_who_coordinates_is_told_as_changed_and_never_by_name(app: Flask, client: Client) -> None:
    actor = make_lao()
    with transaction():
        record(
            actor, Action.EDIT, Entity.PROFILE, 1, organisation_id=actor.organisation_id, after={"phone": "0812345678"}
        )
    client.sign_in("6650807", PASSWORD)
    page = client.get("/history").text
    assert "โทรศัพท์</b>: – → (ไม่แสดง)" in page
    assert "0812345678" not in page
