"""The grid, one LAO's row, the file and the LAO's own page, as a browser sends them."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.models import ScoreChange
from app.models.enums import Role, Which
from app.nacc.evaluation import queries
from app.nacc.evaluation.operations import save_from_file, save_scores
from app.nacc.evaluation.queries import max_scores, own_scores, scores_of
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry, YearScores, heading
from app.nacc.plan_years.rules import PlanFilter
from tests.client import Client
from tests.factories import NOW, YEAR, make_lao, make_organisation, make_project, make_staff
from tests.house.test_pages import check_htmx
from tests.pages import enter, kept

EVALUATION = ScoreCell(Which.EVALUATION, 1)


def _enter_officer(client: Client, *provinces: str) -> Actor:
    return enter(client, make_staff("officer65", Role.OFFICER, *(provinces or ("65",))).id)


def _scores(actor: Actor, lao: Actor) -> YearScores:
    return scores_of(actor, [lao.own_organisation_id], YEAR)[lao.own_organisation_id]


def _cell(client: Client, lao: Actor, which: str, value: str, seen: str = "", **more: str) -> TestResponse:
    typed = {f"{which}_1": value, f"seen_{which}_1": seen} | more
    return client.send(f"/nacc/scores/{lao.organisation_id}/{YEAR}/1/{which}", typed, htmx=True)


@pytest.mark.parametrize("which", Which)
def test_a_cell_is_saved_in_place_with_its_total(app: Flask, client: Client, which: Which) -> None:
    # given a score of each kind in another dimension
    lao, officer = make_lao(), _enter_officer(client)
    for each, value in ((Which.SAR, "3"), (Which.EVALUATION, "5")):
        with transaction():
            entry = {ScoreCell(each, 2): ScoreEntry(Decimal(value), None)}
            save_scores(officer, lao.own_organisation_id, YEAR, entry, "", NOW)
    page = client.get(f"/nacc/scores?year={YEAR}")
    check_htmx("/nacc/scores", page.text)
    assert "grid.js" in page.text
    # when
    answer = _cell(client, lao, which.value, "๑๘.๕")
    # then the cell comes back, and with it the total of its kind, which goes where that stands
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'value="18.50"' in answer.text
    place, total = f"t{lao.organisation_id}-{which.value}", {"sar": "21.50", "evaluation": "23.50"}[which.value]
    (target,) = re.findall(r'<hx-partial hx-target="#([^"]+)"', answer.text)
    assert target == place
    assert f'<b id="{place}">{total}</b>' in answer.text
    assert str(_scores(officer, lao).value(ScoreCell(which, 1))) == "18.50"
    shown = client.get(f"/nacc/scores?year={YEAR}&q=ดินทอง").text
    assert 'value="18.50"' in shown
    assert f'<b id="{place}">{total}</b>' in shown


def test_a_refused_cell_keeps_what_was_typed_and_saves_nothing(app: Flask, client: Client) -> None:
    lao, _officer = make_lao(), _enter_officer(client)
    client.get("/nacc/scores")
    before = kept()
    for typed, words in (("26", "ไม่เกิน 25.00"), ("สิบ", "เป็นตัวเลข"), ("1.234", "ทศนิยม"), ("-1", "ต้องไม่ติดลบ")):
        answer = _cell(client, lao, "sar", typed)
        assert answer.status_code == 422, typed
        assert f'value="{typed}"' in answer.text
        assert words in answer.text
        assert "hx-partial" not in answer.text
    assert kept() == before


def test_a_stale_cell_shows_both_and_saves_when_sent_again(app: Flask, client: Client) -> None:
    lao, officer = make_lao(), _enter_officer(client)
    client.get("/nacc/scores")
    _cell(client, lao, "evaluation", "18")
    stale = _cell(client, lao, "evaluation", "12")
    assert stale.status_code == 422
    assert "คะแนนนี้มีการแก้ไขโดยท่านเองในหน้าต่างอื่น เป็น 18.00" in stale.text
    assert 'value="12"' in stale.text
    assert 'name="seen_evaluation_1" value="18.00"' in stale.text
    assert _cell(client, lao, "evaluation", "12", "18.00").status_code == 200
    assert str(_scores(officer, lao).value(EVALUATION)) == "12.00"


def test_another_province_and_what_is_not_there_are_404(app: Flask, client: Client) -> None:
    lao, _officer = make_lao(), _enter_officer(client, "90")
    assert "ดินทอง" not in client.get(f"/nacc/scores?year={YEAR}").text
    row = f"/nacc/scores/{lao.organisation_id}/{YEAR}"
    before = kept()
    assert _cell(client, lao, "sar", "1").status_code == 404
    assert _cell(client, lao, "sar", "bad").status_code == 404
    assert client.get(row).status_code == 404
    assert client.send(f"{row}/close", {}).status_code == 404
    assert client.send(row, {"sar_1": "1"}).status_code == 404
    assert client.send(f"{row}/7/sar", {"sar_7": "1"}).status_code == 404
    assert kept() == before


def test_a_row_without_javascript_publishing_and_the_reason(app: Flask, client: Client) -> None:
    lao, officer = make_lao(), _enter_officer(client)
    row = f"/nacc/scores/{lao.organisation_id}/{YEAR}"
    assert "เผยแพร่คะแนน</button>" not in client.get(row).text
    saved = client.send(row, {"evaluation_1": "18", "seen_evaluation_1": "", "sar_1": "20"}, follow_redirects=True)
    assert "บันทึกคะแนนแล้ว" in saved.text
    assert "เผยแพร่คะแนนแล้ว" in client.send(f"{row}/publish", {}, follow_redirects=True).text
    in_grid = _cell(client, lao, "evaluation", "17", "18")
    assert in_grid.status_code == 422
    assert "ระบุเหตุผล" in in_grid.text
    assert f'href="{row}"' in in_grid.text
    typed = {"evaluation_1": "17", "seen_evaluation_1": "18"}
    refused = client.send(row, typed)
    assert refused.status_code == 422
    assert 'href="#reason"' in refused.text
    told = client.send(row, typed | {"reason": "รวมคะแนนผิด"}, follow_redirects=True).text
    assert "คะแนนที่เผยแพร่ยังเป็นค่าเดิม" in told
    assert str(_scores(officer, lao).value(EVALUATION)) == "18.00"


def test_all_filtered_with_the_number_said_before(app: Flask, client: Client) -> None:
    lao, officer = make_lao(), _enter_officer(client)
    asked = client.get(f"/nacc/scores/close?year={YEAR}")
    assert "จะปิดรับคะแนน SAR 1 แห่ง" in asked.text
    assert client.send(f"/nacc/scores/close?year={YEAR}", {"expected": "2"}).status_code == 422
    assert "แล้ว 1 แห่ง" in client.send(f"/nacc/scores/close?year={YEAR}", {"expected": "1"}, follow_redirects=True).text
    assert _scores(officer, lao).sar_closed_at


def test_the_lao_enters_its_sar_and_sees_the_evaluation_when_published(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_project(lao)
    enter(client, lao.account_id)
    page = client.get(f"/evaluation?year={YEAR}")
    assert "1,000.00" in page.text
    assert client.send(f"/evaluation?year={YEAR}", {"sar_1": "20", "evaluation_1": "25"}).status_code == 303
    assert str(own_scores(lao, YEAR).total(Which.SAR)) == "20.00"
    assert own_scores(lao, YEAR).value(EVALUATION) is None
    bad = client.send(f"/evaluation?year={YEAR}", {"sar_1": "26", "seen_sar_1": "20", "sar_2": "5"})
    assert bad.status_code == 422
    assert 'value="26"' in bad.text
    assert 'id="sar_1-e"' in bad.text
    assert str(own_scores(lao, YEAR).total(Which.SAR)) == "20.00"
    row = f"/nacc/scores/{lao.organisation_id}/{YEAR}"
    _enter_officer(client)
    client.send(row, {"evaluation_1": "18.25"})
    client.send(f"{row}/close", {})
    enter(client, lao.account_id)
    assert "18.25" not in client.get(f"/evaluation?year={YEAR}").text
    closed = client.send(f"/evaluation?year={YEAR}", {"sar_1": "21", "seen_sar_1": "20"})
    assert closed.status_code == 422
    assert "ปิดรับคะแนน SAR" in closed.text
    assert client.send(f"{row}/1/evaluation", {"evaluation_1": "25"}).status_code == 403
    enter(client, make_staff("admin", Role.ADMINISTRATOR).id)
    client.send(f"{row}/publish", {})
    enter(client, lao.account_id)
    assert "18.25" in client.get(f"/evaluation?year={YEAR}").text


def _upload(client: Client, rows: list[list[object]]) -> TestResponse:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    file = (BytesIO(out.getvalue()), "scores.xlsx")
    client.get("/nacc/scores/file")
    return client.send(f"/nacc/scores/file?year={YEAR}", {"file": file}, content_type="multipart/form-data")


def _sealed(answer: TestResponse) -> str:
    return answer.text.split('name="sealed" value="')[1].split('"')[0]


def test_excel_goes_out_comes_back_and_changes_only_after_confirming(app: Flask, client: Client) -> None:
    lao, officer = make_lao(), _enter_officer(client)
    head: list[object] = [*heading(max_scores(YEAR))]
    row = ["6650807", YEAR, 20, 21.5, None, None, 18]
    dry = _upload(client, [head, row])
    assert "ยืนยันการเปลี่ยน 1 แห่ง" in dry.text
    assert _scores(officer, lao).total(Which.SAR) is None
    done = client.send("/nacc/scores/file/confirm", {"sealed": _sealed(dry)}, follow_redirects=True)
    assert "เปลี่ยน 3 ช่อง" in done.text
    assert str(_scores(officer, lao).total(Which.SAR)) == "41.50"
    out = client.get(f"/nacc/scores/table.xlsx?year={YEAR}")
    sheet = list(load_workbook(BytesIO(out.data)).active.iter_rows(values_only=True))
    assert list(sheet[0][: len(head)]) == head
    assert sheet[1][:7] == ("6650807", YEAR, 20, 21.5, None, None, 18)
    assert sheet[1][-1] == "20.00|21.50|||18.00|||"
    again = _upload(client, [list(line) for line in sheet])
    assert "ไม่มีอะไรต้องเปลี่ยน" in again.text
    assert "ยืนยันการเปลี่ยน" not in again.text
    assert client.send("/nacc/scores/file/confirm", {"sealed": _sealed(again) + "x"}).status_code == 404


def test_a_file_over_published_scores_needs_a_reason(app: Flask, client: Client) -> None:
    lao, officer = make_lao(), _enter_officer(client)
    row = f"/nacc/scores/{lao.organisation_id}/{YEAR}"
    client.get(row)
    client.send(row, {"evaluation_1": "18"})
    client.send(f"{row}/publish", {})
    head: list[object] = [*heading(max_scores(YEAR))]
    dry = _upload(client, [head, ["6650807", YEAR, 20]])
    assert "ต้องระบุเหตุผล" in dry.text
    refused = client.send("/nacc/scores/file/confirm", {"sealed": _sealed(dry)})
    assert refused.status_code == 422
    assert _scores(officer, lao).total(Which.SAR) is None
    client.send("/nacc/scores/file/confirm", {"sealed": _sealed(refused), "reason": "แก้ตามหนังสือ"})
    assert _scores(officer, lao).total(Which.SAR) is None
    assert db.session.scalars(select(ScoreChange)).one().reason == "แก้ตามหนังสือ"


def test_a_bad_file_says_where_and_changes_nothing(app: Flask, client: Client) -> None:
    make_lao()
    _enter_officer(client)
    head: list[object] = [*heading(max_scores(YEAR))]
    answer = _upload(client, [head, ["2900101", YEAR, 1], ["6650807", YEAR, 26]])
    assert answer.status_code == 422
    assert "แถวที่ 2 คอลัมน์ รหัส (ช่อง A2): ไม่พบรหัส 2900101 ในจังหวัดที่ท่านดูแล" in answer.text
    assert "แถวที่ 3 คอลัมน์ SAR มิติ 1 (ช่อง C3): คะแนนมากเกินไป กรอกได้ไม่เกิน 25.00 ไม่ใช่ “26”" in answer.text


def test_publishing_warns_where_a_dimension_has_no_score(app: Flask, client: Client) -> None:
    # given an LAO scored in one of four dimensions
    lao = make_lao()
    officer = enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    with transaction():
        given = {ScoreCell(Which.EVALUATION, 1): ScoreEntry(Decimal(5), None)}
        save_from_file(officer, {(lao.own_organisation_id, YEAR): given}, "", NOW)
    # then both ways to publish say so before
    assert "1 แห่งยังให้คะแนนไม่ครบทุกมิติ" in client.get(f"/nacc/scores/publish?year={YEAR}").text
    assert "ขาด 3 จาก 4 มิติ" in client.get(f"/nacc/scores/{lao.own_organisation_id}/{YEAR}").text
    assert "ไม่ครบทุกมิติ" not in client.get(f"/nacc/scores/close?year={YEAR}").text
    # and no more once all are there
    with transaction():
        rest = {ScoreCell(Which.EVALUATION, each): ScoreEntry(Decimal(5), None) for each in (2, 3, 4)}
        save_from_file(officer, {(lao.own_organisation_id, YEAR): rest}, "", NOW)
    assert "ไม่ครบทุกมิติ" not in client.get(f"/nacc/scores/publish?year={YEAR}").text
    assert "จาก 4 มิติ" not in client.get(f"/nacc/scores/{lao.own_organisation_id}/{YEAR}").text


def test_the_file_has_the_rows_of_all_pages(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_organisation(f"665080{number}", f"องค์การบริหารส่วนตำบลที่ {number}")
    _enter_officer(client)
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    assert len(queries.grid(actor_of(make_staff("admin", Role.ADMINISTRATOR).id), PlanFilter(year=YEAR))) == 2
    table = load_workbook(BytesIO(client.get(f"/nacc/scores/table.xlsx?year={YEAR}").data)).active
    assert table is not None
    assert [row[0] for row in table.iter_rows(min_row=2, values_only=True)] == ["6650800", "6650801", "6650802"]
