"""Both uploads of the NACC desk, as a browser sends them: what is shown before, what is done, what is not."""

import re
from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from app.access import Actor
from app.db import db, transaction
from app.models import Organisation
from app.models.enums import PlanStatus, Role, Which
from app.nacc.evaluation.queries import max_scores, scores_of
from app.nacc.evaluation.rules import ScoreCell, heading
from app.nacc.plan_years.operations import set_many
from app.plans.queries import plan_statuses
from tests.client import Client
from tests.factories import NOW, YEAR, make_former, make_lao, make_organisation, make_staff
from tests.pages import enter
from tests.uploads.files import workbook_of

PLANS, SCORES = "/nacc/plan-years/file", "/nacc/scores/file"
HEAD = ["รหัส", "ปีงบประมาณ", "ผลแผน"]
FAILING, WHY = [*HEAD, "เหตุผลที่แผนไม่ผ่าน"], "ไม่มีตัวชี้วัด"


def _officer(client: Client) -> Actor:
    return enter(client, make_staff("officer65", Role.OFFICER, "65").id)


def _send(client: Client, path: str, content: bytes | None, year: int = YEAR) -> TestResponse:
    sent = {} if content is None else {"file": (BytesIO(content), "แผน.xlsx")}
    client.get(path)
    return client.send(f"{path}?year={year}", sent, content_type="multipart/form-data")


def _confirm(client: Client, path: str, dry: TestResponse, **more: str) -> TestResponse:
    sealed = re.search(r'name="sealed" value="([^"]*)"', dry.text)
    assert sealed
    return client.send(f"{path}/confirm?year={YEAR}", {"sealed": sealed[1]} | more)


def _exported(client: Client, path: str) -> list[list[object]]:
    content = client.get(path.replace("/file", f"/table.xlsx?year={YEAR}")).data
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def _status(lao_id: int, year: int = YEAR) -> PlanStatus:
    return plan_statuses(lao_id).get(year, PlanStatus.NOT_SENT)


@pytest.mark.parametrize("path", [PLANS, SCORES, "/nacc/admin/registry/file"])
def test_no_file_chosen_and_a_damaged_one_are_told_apart(app: Flask, client: Client, path: str) -> None:
    enter(client, make_staff("admin", Role.ADMINISTRATOR).id)
    client.get("/nacc/plan-years")
    for sent, words in (({}, "เลือกไฟล์ก่อน"), ({"file": (BytesIO(b"PK\x03\x04x"), "a.xlsx")}, "ไฟล์เสีย")):
        answer = client.send(path, dict(sent), content_type="multipart/form-data")
        assert answer.status_code == 422
        assert words in answer.text


def test_only_what_would_change_is_shown_old_and_new_with_names(app: Flask, client: Client) -> None:
    lao, _other = make_lao(), make_organisation("6650808", "องค์การบริหารส่วนตำบลอื่น", passed=(YEAR,))
    _officer(client)
    rows = [["6650807", YEAR, "แผนไม่ผ่าน", WHY], ["6650808", YEAR, "แผนผ่าน"]]
    dry = _send(client, PLANS, workbook_of(FAILING, *rows))
    assert "ยืนยันการเปลี่ยน 1 แห่ง" in dry.text
    assert "อีก 1 แถวตรงกับในระบบแล้ว" in dry.text
    assert "ตำบลอื่น" not in dry.text
    text = re.sub(r"<[^>]+>|\s+", " ", dry.text)
    assert re.search("ดินทอง +6650807 +2561 .*แผนผ่าน.*→.*แผนไม่ผ่าน", text)
    done = _confirm(client, PLANS, dry)
    assert f"year={YEAR}" in done.headers["Location"]
    assert _status(lao.own_organisation_id) is PlanStatus.FAILED


def test_a_file_of_another_year_says_so_first_and_leads_to_its_list(app: Flask, client: Client) -> None:
    lao = make_lao()
    _officer(client)
    dry = _send(client, PLANS, workbook_of(["ผลแผน"], FAILING, ["6650807", 2562, "แผนไม่ผ่าน", WHY]))
    assert dry.text.index("ไฟล์นี้มีปีงบประมาณ 2562 จำนวน 1 แถว") < dry.text.index("ไฟล์นี้จะเปลี่ยน")
    assert "ช่อง B3" in dry.text
    assert "year=2562" in _confirm(client, PLANS, dry).headers["Location"]
    assert _status(lao.own_organisation_id, 2562) is PlanStatus.FAILED


def test_what_was_changed_after_the_file_was_made_is_left_alone_unless_asked_for(app: Flask, client: Client) -> None:
    lao, other = make_lao(), make_organisation("6650808", "องค์การบริหารส่วนตำบลอื่น", passed=(YEAR,))
    officer = _officer(client)
    head, first, second = _exported(client, PLANS)
    with transaction():
        set_many(officer, [lao.own_organisation_id], YEAR, PlanStatus.FAILED, NOW)
    mine, theirs = (first, second) if first[0] == "6650808" else (second, first)
    content = workbook_of(head, theirs, [*mine[:2], "ยังไม่ส่งแผน", *mine[3:]])
    dry = _send(client, PLANS, content)
    assert "1 แห่งถูกเปลี่ยนในระบบหลังทำไฟล์นี้" in dry.text
    assert "ยืนยันการเปลี่ยน 1 แห่ง" in dry.text
    assert "ยืนยันทั้งหมด 2 แห่ง" in dry.text
    _confirm(client, PLANS, dry)
    assert (_status(lao.own_organisation_id), _status(other.id)) == (PlanStatus.FAILED, PlanStatus.NOT_SENT)
    _confirm(client, PLANS, _send(client, PLANS, content), everything="1")
    assert _status(lao.own_organisation_id) is PlanStatus.PASSED


def test_a_verdict_given_while_the_file_was_looked_at_is_not_overwritten(app: Flask, client: Client) -> None:
    lao, other = make_lao(), make_organisation("6650808", "องค์การบริหารส่วนตำบลอื่น", passed=(YEAR,))
    officer = _officer(client)
    rows = [[code, YEAR, "ยังไม่ส่งแผน"] for code in ("6650807", "6650808")]
    dry = _send(client, PLANS, workbook_of(FAILING, *rows))
    with transaction():
        set_many(officer, [lao.own_organisation_id], YEAR, PlanStatus.FAILED, NOW)
    stale = _confirm(client, PLANS, dry)
    assert stale.status_code == 422
    assert "ระหว่างที่ท่านตรวจ มีผู้เปลี่ยนค่าในระบบ" in stale.text
    assert "เปลี่ยนในระบบหลังทำไฟล์" in stale.text
    assert (_status(lao.own_organisation_id), _status(other.id)) == (PlanStatus.FAILED, PlanStatus.PASSED)
    assert _confirm(client, PLANS, stale).status_code == 303
    assert (_status(lao.own_organisation_id), _status(other.id)) == (PlanStatus.FAILED, PlanStatus.NOT_SENT)


def test_a_score_given_meanwhile_is_not_overwritten(app: Flask, client: Client) -> None:
    lao = make_lao()
    officer = _officer(client)
    dry = _send(client, SCORES, workbook_of(heading(max_scores(YEAR)), ["6650807", YEAR, 20, 21]))
    assert "ยืนยันการเปลี่ยน 1 แห่ง" in dry.text
    assert "(2 ช่อง)" in dry.text
    cell = f"/nacc/scores/{lao.organisation_id}/{YEAR}/1/sar"
    client.send(cell, {"sar_1": "19", "seen_sar_1": ""}, htmx=True)
    stale = _confirm(client, SCORES, dry)
    assert stale.status_code == 422
    assert "19.00" in stale.text
    assert _confirm(client, SCORES, stale).status_code == 303
    found = scores_of(officer, [lao.own_organisation_id], YEAR)[lao.own_organisation_id]
    assert [str(found.value(ScoreCell(Which.SAR, number))) for number in (1, 2)] == ["19.00", "21.00"]


def test_a_morning_s_scores_do_not_undo_those_given_since(app: Flask, client: Client) -> None:
    lao = make_lao()
    officer = _officer(client)
    client.get("/nacc/scores")
    cell = f"/nacc/scores/{lao.organisation_id}/{YEAR}/1/sar"
    client.send(cell, {"sar_1": "10", "seen_sar_1": ""}, htmx=True)
    head, row = _exported(client, SCORES)
    client.send(cell, {"sar_1": "12", "seen_sar_1": "10"}, htmx=True)
    row[3] = 15
    dry = _send(client, SCORES, workbook_of(head, row))
    assert "1 แห่งถูกเปลี่ยนในระบบหลังทำไฟล์นี้" in dry.text
    assert "ยืนยันการเปลี่ยน 1 แห่ง" in dry.text, "what nobody changed of it can be confirmed"
    _confirm(client, SCORES, dry)
    found = scores_of(officer, [lao.own_organisation_id], YEAR)[lao.own_organisation_id]
    assert [str(found.value(ScoreCell(Which.SAR, number))) for number in (1, 2)] == ["12.00", "15.00"]


def test_former_codes_lead_on_and_closed_laos_are_named(app: Flask, client: Client) -> None:
    lao, closed = make_lao(), make_organisation("6650808", "องค์การบริหารส่วนตำบลเก่า")
    make_former(db.session.get_one(Organisation, lao.own_organisation_id), code="6650107")
    with transaction():
        db.session.get_one(Organisation, closed.id).closed_at = NOW
    _officer(client)
    dry = _send(client, PLANS, workbook_of(FAILING, [6650107, YEAR, "แผนไม่ผ่าน", WHY]))
    assert ">6650807<" in dry.text
    refused = _send(client, PLANS, workbook_of(FAILING, ["6650808", YEAR, "แผนไม่ผ่าน", WHY]))
    assert "องค์การบริหารส่วนตำบลเก่า (รหัส 6650808) ปิดไปแล้ว" in refused.text


def test_every_problem_has_its_true_cell_and_the_page_says_how_many_it_shows(app: Flask, client: Client) -> None:
    _officer(client)
    rows = [[str(6650900 + n), YEAR, "แผนผ่าน"] for n in range(60)]
    answer = _send(client, PLANS, workbook_of(["ผลแผน ปี 2561"], [], FAILING, *rows))
    assert answer.status_code == 422
    assert "มี 60 จุดที่ต้องแก้ไข" in answer.text
    assert "แสดง 50 จุดแรก" in answer.text
    assert "แถวที่ 4 คอลัมน์ รหัส (ช่อง A4): ไม่พบรหัส 6650900" in answer.text


def test_another_account_does_not_confirm_what_it_did_not_check(app: Flask, client: Client) -> None:
    lao = make_lao()
    _officer(client)
    dry = _send(client, PLANS, workbook_of(FAILING, ["6650807", YEAR, "แผนไม่ผ่าน", WHY]))
    enter(client, make_staff("officer66", Role.OFFICER, "65").id)
    client.get(PLANS)
    answer = _confirm(client, PLANS, dry)
    assert answer.status_code == 422
    assert "ตรวจโดยบัญชีอื่น" in answer.text
    assert _status(lao.own_organisation_id) is PlanStatus.PASSED
