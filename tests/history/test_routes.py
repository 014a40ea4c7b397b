"""The LAO sees every decision on it with who and why; NACC sees it for the provinces given."""

import re
from decimal import Decimal

from flask import Flask

from app.accounts.queries import actor_of
from app.db import db, transaction
from app.models import PlanYear
from app.models.enums import PlanStatus, Role, Which
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.lao_accounts.operations import set_locked
from app.nacc.plan_years.operations import set_status
from app.nacc.review.operations import decide_chosen
from app.nacc.review.rules import Verdict
from tests.client import Client
from tests.factories import NOW, PASSWORD, YEAR, make_lao, make_project, make_staff, profile_form
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
