"""What an LAO reads of its own signs: after saving, in the open report, and on its home."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.models import Window
from app.models.enums import ReportStatus
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report
from tests.pages import elements, enter, text_of

UNSPENT = "มีงบประมาณตามแผน 1,000.00 บาท แต่ยังไม่มียอดเบิกจ่าย"
OVER = "เบิกจ่าย 900.00 บาท มากกว่างบประมาณตามข้อบัญญัติ/เทศบัญญัติ 500.00 บาท"
DONE = {"status": "done", "version": "1"}


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    lao = make_lao()
    enter(client, lao.account_id or 0)
    return lao


def test_the_filer_is_told_after_saving_and_nothing_is_held_up(lao: Actor, client: Client) -> None:
    # given a project with a budget
    project = make_project(lao)
    address = f"/reporting/{project}/{YEAR}/6?year={YEAR}&round=6"

    # when it is reported as done, and nothing was spent
    saved = client.send(address, DONE, htmx=True)

    # then it is saved, and its row says what to check
    assert saved.status_code == 200
    assert "บันทึกแล้ว" in saved.text
    assert UNSPENT in saved.text
    assert UNSPENT in client.get(address).text

    # and so it is without JavaScript; once it is corrected, nothing is said any more
    paid = {"status": "done", "version": "2", "spent": "900", "in_ordinance": "y", "ordinance_budget": "500"}
    page = client.send(address, paid, follow_redirects=True).text
    assert "บันทึกรายงาน" in page
    assert OVER in page
    assert UNSPENT not in page
    calm = client.send(address, paid | {"version": "3", "ordinance_budget": "1000"}, follow_redirects=True).text
    assert "ควรตรวจสอบ" not in calm


def test_home_lists_what_to_check_before_the_round_closes(lao: Actor, client: Client) -> None:
    # given two projects to check, one that is in order, and one of which nothing is reported
    for name in ("โครงการที่หนึ่ง", "โครงการที่สอง"):
        make_report(lao, make_project(lao, facts(name), key=name))
    make_report(lao, make_project(lao, key="3"), spent=Decimal(900))
    make_project(lao, key="4")

    # then home has a list of them, with the way to each report, and says who sees it when
    page = client.get(f"/home?year={YEAR}").text
    (card,) = (each for each in elements(page, "section") if "สิ่งที่ควรตรวจสอบ" in text_of(each))
    words = text_of(card)
    assert "สิ่งที่ควรตรวจสอบก่อนปิดรอบ 6 เดือน" in words
    assert "แล้วเสร็จโดยยังไม่มีการเบิกจ่าย (2)" in words
    assert "เมื่อครบ 7 วัน" in words
    to = [each.get("href") for each in card.iter() if each.get("href")]
    assert to == [f"/reporting/{id_}/{YEAR}/6?year={YEAR}&round=6#spent-{id_}" for id_ in (1, 2)]
    assert all(client.get(each).status_code == 200 for each in to)


def test_home_says_nothing_where_there_is_nothing_to_check(lao: Actor, client: Client) -> None:
    make_report(lao, make_project(lao), ReportStatus.IN_PROGRESS)
    assert "ควรตรวจสอบ" not in client.get(f"/home?year={YEAR}").text


def test_after_the_closing_home_says_that_nacc_reads_it(lao: Actor, client: Client) -> None:
    make_report(lao, make_project(lao))
    opens, closes = clock.fiscal_year_start(YEAR), clock.now() - timedelta(days=1)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=opens, closes_at=closes))
    page = client.get(f"/home?year={YEAR}").text
    assert "สิ่งที่ควรตรวจสอบรอบ 6 เดือน" in page
    assert "หลังปิดรอบ" in page


def test_no_lao_reads_of_another(lao: Actor, client: Client) -> None:
    make_report(lao, make_project(lao))
    enter(client, make_lao("6650808").account_id or 0)
    assert "ควรตรวจสอบ" not in client.get(f"/home?year={YEAR}").text
