"""What anybody may open: the three doors, the manual, the look-up of codes, the public table."""

from datetime import timedelta

from flask import Flask

from app import clock
from app.db import db, transaction
from app.models import Window
from tests.client import Client
from tests.factories import make_lao, make_organisation, make_project, make_report
from tests.pages import enter

TITLE = "ระบบรายงานและติดตามประเมินผลงานการดำเนินงาน"
HTMX = {"HX-Request": "true"}


def test_the_landing_page_has_three_doors_and_the_public_page(app: Flask, client: Client) -> None:
    page = client.get("/").text
    assert TITLE in page
    for words in ("คู่มือการใช้งานระบบ", "รหัสผู้ใช้งาน Username", "e-PlanNACC", "สำหรับประชาชน"):
        assert words in page


def test_the_landing_page_announces_the_window_that_closes_next(app: Flask, client: Client) -> None:
    assert "เปิดรับรายงาน" not in client.get("/").text
    with transaction():
        now = clock.now()
        db.session.add(Window(fiscal_year=2561, round=6, opens_at=now, closes_at=now + timedelta(days=3)))
    assert "เปิดรับรายงานรอบ 6 เดือน ปีงบประมาณ 2561" in client.get("/").text


def test_codes_are_found_by_name_province_and_district_and_typing_narrows_in_place(app: Flask, client: Client) -> None:
    make_organisation()
    make_organisation("2900101", "เทศบาลนครสงขลา", province="90", district="9001")
    assert "6650807" in client.get("/codes?q=ดินทอง").text
    assert "6650807" in client.get("/codes?province=65&district=6508").text
    fragment = client.get("/codes?q=สงขลา&province=90", headers=HTMX).text
    assert fragment.lstrip().startswith('<section id="codes"')
    assert "2900101" in fragment
    assert "6650807" not in fragment
    assert "ไม่พบ อปท. ที่ค้นหา" in client.get("/codes?q=ไม่มีแน่").text
    near = client.get("/codes?q=อบต.ดืนท่อง", headers=HTMX).text
    assert "ใกล้เคียง" in near
    assert "/login?username=6650807" in near


def test_whatever_a_stranger_asks_for_there_is_an_answer(app: Flask, client: Client) -> None:
    make_organisation()
    huge = "9" * 400
    for path in [
        *(f"/codes?q={q}" for q in ("%00", "%ED%A0%80", "%25%25__", "'", "ก" * 5000, huge, "%3Cscript%3E", "๖๖๕๐๘๐๗")),
        *(f"/codes?province={code}&district={code}" for code in ("%00", "99", huge, "65'")),
        *(f"/public?year={year}" for year in ("๒๕๖๑", "99999", huge, "-1", "%00")),
        *(f"/public?round={round_}" for round_ in ("7", "๑๒", huge)),
        *(f"/login?username={name}" for name in ("%00", "%3Cscript%3E", huge)),
    ]:
        for headers in ({}, HTMX):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 200, path
            assert "<script>" not in answer.text, path
    for code in ("%00", "99", huge, "65'", "๖๕"):
        assert client.get(f"/public/provinces/{code}").status_code == 404, code


def test_the_public_page_shows_results_and_no_personal_data(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    page = client.get("/public/provinces/65?year=2561&round=6").text
    assert "องค์การบริหารส่วนตำบลดินทอง" in page
    assert "100.00" in page
    for secret in ("ผู้ประสานงาน", "6650807@example.go.th", "055000000"):
        assert secret not in page


def test_a_report_stands_in_every_table_at_the_next_request(app: Flask, client: Client) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    enter(client, lao.account_id)
    places = (
        "/home?year=2561",
        "/reporting?year=2561",
        "/public/provinces/65?year=2561&round=6",
        "/reports/province?year=2561",
    )
    for path in places:
        assert ">100.00" not in client.get(path).text, path
    client.get("/profile")
    client.send(f"/reporting/{project_id}/2561/6", {"status": "done", "version": "1"})
    for path in places:
        assert ">100.00" in client.get(path).text, path


def test_the_server_says_that_it_is_well(app: Flask, client: Client) -> None:
    assert client.get("/healthz").text == "ok"
