"""Proposed changes of published scores, as a browser shows and answers them; and every address that could write one."""

import re
from io import BytesIO
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from app.access import Actor
from app.db import db, table
from app.models import Score, ScoreChange
from app.models.enums import Role
from app.nacc.evaluation.queries import max_scores
from app.nacc.evaluation.rules import heading
from tests.client import Client
from tests.factories import PASSWORD, YEAR, make_lao, make_staff
from tests.pages import enter
from tests.uploads.files import workbook_of


def _enter_officer(client: Client) -> Actor:
    return enter(client, make_staff("officer65", Role.OFFICER, "65").id)


def _published(client: Client) -> str:
    """The row of an LAO whose evaluation of the first dimension, 18.00, is published."""
    lao = make_lao()
    _enter_officer(client)
    row = f"/nacc/scores/{lao.organisation_id}/{YEAR}"
    client.get("/nacc/scores")
    client.send(row, {"evaluation_1": "18", "seen_evaluation_1": ""})
    client.send(f"{row}/publish", {})
    return row


def test_a_proposal_is_found_read_and_confirmed_by_another_person(app: Flask, client: Client) -> None:
    # given
    row = _published(client)
    client.send(row, {"evaluation_1": "17", "seen_evaluation_1": "18", "reason": "รวม<i>คะแนนผิด"})
    own = client.get(row).text
    assert "ท่านเป็นผู้เสนอ" in own
    assert f'action="{row}/confirm"' not in own
    crafted = client.send(f"{row}/confirm", {"version": "1"})
    assert crafted.status_code == 422
    assert "ผู้เสนอยืนยันเองไม่ได้" in crafted.text

    # when
    enter(client, make_staff("second", Role.OFFICER, "65").id)
    assert "ข้อเสนอแก้ไขคะแนนที่เผยแพร่แล้ว 1 รายการ" in client.get(f"/nacc/scores?year={YEAR + 1}").text
    assert f'href="{row}"' in client.get("/nacc/scores/changes").text
    page = client.get(row).text
    for words in ("officer65 เสนอเมื่อ", "รวม&lt;i&gt;คะแนนผิด", ">18.00<", "<b>17.00</b>"):
        assert words in page
    stale = client.send(f"{row}/confirm", {"version": "9"})
    assert stale.status_code == 422
    assert "ข้อเสนอนี้ถูกแก้ไขหรือมีผู้ยืนยัน" in stale.text
    assert client.send(f"{row}/confirm", {"version": "x"}).status_code == 422
    done = client.send(f"{row}/confirm", {"version": "1"}, follow_redirects=True)

    # then
    assert "ยืนยันการแก้ไขคะแนนแล้ว" in done.text
    assert 'value="17.00"' in done.text
    assert "ไม่มีข้อเสนอที่รอยืนยัน" in client.get("/nacc/scores/changes").text
    assert client.send(f"{row}/confirm", {"version": "1"}).status_code == 422
    client.sign_in("6650807", PASSWORD)
    history = client.get("/history").text
    for words in ("ป.ป.ช. แก้ไขคะแนนที่เผยแพร่แล้ว", "18.00 → 17.00", "<b>เสนอโดย</b>: – → officer65", "second"):
        assert words in history


def test_an_officer_of_another_province_neither_finds_nor_answers_a_proposal(app: Flask, client: Client) -> None:
    row = _published(client)
    client.send(row, {"evaluation_1": "17", "seen_evaluation_1": "18", "reason": "รวมคะแนนผิด"})
    enter(client, make_staff("stranger", Role.OFFICER, "90").id)
    assert "ไม่มีข้อเสนอที่รอยืนยัน" in client.get("/nacc/scores/changes").text
    for deed in ("confirm", "cancel"):
        assert client.send(f"{row}/{deed}", {"version": "1"}).status_code == 404


def test_no_address_writes_a_published_score_by_one_person(app: Flask, client: Client) -> None:
    """Every view of the feature that takes a form is sent all that could change a score; a new one must be added."""
    # given
    row = _published(client)
    before = [tuple(each) for each in db.session.execute(select(table(Score)))]
    typed = {"evaluation_1": "1", "seen_evaluation_1": "18", "sar_1": "1", "seen_sar_1": "", "reason": "คนเดียว"}
    year = f"?year={YEAR}"
    file = BytesIO(workbook_of(heading(max_scores(YEAR)), ["6650807", YEAR, *[3] * 8]))
    dry = client.send(f"/nacc/scores/file{year}", {"file": (file, "a.xlsx")}, content_type="multipart/form-data").text
    assert "ส่วนนี้เป็นข้อเสนอ" in dry
    sealed = dry.split('name="sealed" value="')[1].split('"')[0]
    sent = {
        "evaluation.save_cell": (f"{row}/1/evaluation", typed),
        "evaluation.save_row": (row, typed),
        "evaluation.do_one": (f"{row}/open", typed),
        "score_changes.answer_change": (f"{row}/confirm", {"version": "1"}),
        "evaluation.do_filtered": (f"/nacc/scores/open{year}", {"expected": "1"}),
        "evaluation.check_file": (f"/nacc/scores/file{year}", {}),
        "evaluation.confirm_file": (
            f"/nacc/scores/file/confirm{year}",
            {"sealed": sealed, "reason": "คนเดียว"},
        ),
        "evaluation.save_own": (f"/evaluation{year}", typed),
    }
    views = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {each for each in views if each.startswith(("evaluation.", "score_changes."))} == set(sent)

    # when
    for path, data in sent.values():
        assert client.send(path, data).status_code < 500
    client.sign_in("6650807", PASSWORD)
    client.send(*sent["evaluation.save_own"])

    # then
    db.session.expire_all()
    assert [tuple(each) for each in db.session.execute(select(table(Score)))] == before
    assert db.session.scalars(select(ScoreChange)).one().after["evaluation_1"] == "3.00"


def test_scores_are_written_in_one_place_only() -> None:
    """Whoever writes them elsewhere must ask for the second person, too."""
    writes = re.compile(r"(insert|update|delete)\((table\()?Score\b|\bScore\(")
    files = [path for path in Path("app").rglob("*.py") if writes.search(path.read_text(encoding="utf-8"))]
    assert [str(path) for path in files if path.name != "plans.py"] == ["app/nacc/evaluation/operations.py"]
