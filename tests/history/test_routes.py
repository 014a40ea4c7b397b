"""The LAO sees every decision on it with who and why; NACC sees it for the provinces given."""

from flask import Flask

from app.accounts.queries import actor_of
from app.db import transaction
from app.models.enums import Role
from app.review.operations import decide_chosen
from app.review.rules import Verdict
from tests.client import Client
from tests.factories import NOW, PASSWORD, make_lao, make_project, make_staff, profile_form


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
