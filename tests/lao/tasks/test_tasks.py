"""What is to be done next and by when: in all years that are open, what closes first before all else."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.access import Actor
from app.clock import BANGKOK
from app.db import db, transaction
from app.lao.sending.operations import send_round
from app.lao.sending.queries import round_to_send
from app.lao.sending.rules import sealed
from app.lao.tasks.queries import other_tasks
from app.lao.tasks.rules import RoundTask, due, next_tasks
from app.models import Window
from app.models.enums import CannotReason, ReportStatus, Round
from app.plans.rules import ReportWindow
from tests.citizens.results.test_routes import words
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report
from tests.pages import enter

MIDNIGHT = datetime(2018, 5, 1, tzinfo=BANGKOK)
OPENED = MIDNIGHT - timedelta(days=200)


def task(closes_at: datetime | None, year: int = YEAR, waiting: int = 1) -> RoundTask:
    return RoundTask(year, Round.SIX, waiting, ReportWindow(year, Round.SIX, OPENED, closes_at))


def test_what_closes_first_is_next_and_what_is_closed_or_whole_is_nothing_to_do() -> None:
    soon, later, never = task(MIDNIGHT), task(MIDNIGHT + timedelta(days=3), YEAR - 1), task(None)
    old, closed, whole = task(None, YEAR - 2), task(OPENED), task(MIDNIGHT, waiting=0)
    now = MIDNIGHT - timedelta(days=1)
    assert next_tasks([never, whole, later, closed, old, soon], now) == [soon, later, old, never]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=1), "(เหลือ 1 วัน)"),  # at night, the closing is on the next day
        (timedelta(days=1), "(เหลือ 1 วัน)"),
        (timedelta(days=14), "(เหลือ 14 วัน)"),
        (timedelta(days=15), "เวลา 00.00 น."),
        (timedelta(), ""),
    ],
)
def test_how_many_days_are_left_is_said_when_they_are_few(before: timedelta, words: str) -> None:
    told = due(task(MIDNIGHT).window, MIDNIGHT - before)
    assert told.endswith(words)
    assert told.startswith("ภายในวันที่ 1 พฤษภาคม 2561" if words else "")


def test_the_last_day_says_so() -> None:
    noon = MIDNIGHT + timedelta(hours=12)
    assert due(task(noon).window, MIDNIGHT).endswith("(วันนี้วันสุดท้าย)")
    assert due(task(None).window, MIDNIGHT) == ""


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    """One project in two years; in both the plan passed."""
    actor = make_lao()
    make_project(actor, facts(budgets={YEAR: None, YEAR + 1: None}))
    enter(client, actor.account_id)
    return actor


def todo(client: Client, year: int = YEAR) -> str:
    page = client.get(f"/home?year={year}").text
    return words(page[page.index('id="todo-h"') :].partition("</section>")[0])


def test_home_tells_of_every_open_year_and_no_other_laos(lao: Actor, client: Client) -> None:
    # given a window of the next year that closes
    closes = datetime.now(BANGKOK) + timedelta(days=5)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR + 1, round=6, opens_at=OPENED, closes_at=closes))
    make_project(make_lao("6650102", district="6501"))

    # then
    tasks = other_tasks(lao, {YEAR + 1}, datetime.now(BANGKOK))
    assert [(each.year, each.round, each.waiting) for each in tasks] == [(YEAR + 1, 6, 1), (YEAR + 1, 12, 1)]
    told = todo(client)
    assert f"ปี {YEAR + 1}: รายงานผลรอบ 6 เดือน อีก 1 โครงการ" in told
    assert "เหลือ 5 วัน" in told
    assert f"ปี {YEAR}:" not in told


def test_a_round_that_is_whole_is_not_done_before_it_is_sent(lao: Actor, client: Client) -> None:
    # given every project reported
    make_report(lao, 1)
    assert "ส่งรายงานทั้งรอบ 6 เดือน และรับใบรับ" in todo(client)
    assert "ยังไม่ส่ง" in todo(client)

    # when it is sent
    with transaction():
        send_round(lao, YEAR, Round.SIX, sealed(round_to_send(lao, YEAR, Round.SIX, NOW).figures), NOW)

    # then
    told = todo(client)
    assert "ส่งทั้งรอบแล้วเมื่อ" in told
    assert "ยังไม่ส่ง" not in told

    # and when a report is changed behind it, it is to be sent once more
    make_report(lao, 1, ReportStatus.CANNOT, cannot_reason=CannotReason.OTHER, cannot_text="น้ำท่วม", note="แก้ไข")
    assert "มีการแก้ไขหลังส่ง" in todo(client)
    assert "ยังไม่ส่ง" in todo(client)


def test_to_have_had_nothing_to_report_is_not_to_have_sent_what_came_later(app: Flask, client: Client) -> None:
    # given the answer of an LAO without a project that there is nothing
    actor = make_lao()
    enter(client, actor.account_id)
    with transaction():
        nothing = round_to_send(actor, YEAR, Round.SIX, NOW).figures
        send_round(actor, YEAR, Round.SIX, sealed(nothing), NOW, "ไม่มีโครงการ")

    # when one is recorded and reported after all
    make_report(actor, make_project(actor))

    # then the round is still to be sent
    assert "ยังไม่ส่ง" in todo(client)
