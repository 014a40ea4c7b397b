"""Mails that are owed: each goes once, and none of them keeps the others waiting."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select, update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import thai_day
from app.db import db, table, transaction
from app.mails import jobs
from app.mails.operations import note_not_taken
from app.mails.queries import due_after
from app.mails.rules import NO_ADDRESS, PAUSES, RESET, Letter, next_try
from app.models import MailLog, Profile
from app.models.enums import Role, Round
from app.nacc.mails import operations, queries
from app.nacc.mails.rules import MailFilter, MailState
from app.nacc.waiting.operations import remind_filtered
from app.nacc.waiting.rules import WaitingFilter
from tests.client import Client
from tests.factories import NOW, PASSWORD, YEAR, make_lao, make_staff
from tests.smtp import Mailbox, wait_for_mail

ROOT = Path(__file__).parents[3]
ASKED = WaitingFilter(year=YEAR, round=Round.SIX)


def _officer() -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, "65").id)


def _laos(number: int) -> list[Actor]:
    """LAOs without a project, each with an address of its own."""
    return [make_lao(f"66508{n:02}", name=f"องค์การบริหารส่วนตำบลที่ {n}") for n in range(number)]


def _owed(number: int, now: datetime = NOW) -> Actor:
    """As many reminders in the queue, the first of them to 6650800@example.go.th; gives the officer."""
    officer = _officer()
    _laos(number)
    with transaction():
        assert remind_filtered(officer, ASKED, number, now)[0] == number
    return officer


def _move(lao: str, address: str) -> None:
    with transaction():
        db.session.execute(update(Profile).where(Profile.email == f"{lao}@example.go.th").values(email=address))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let the queue's clock stand so long after NOW."""

    def stand(after: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + after)

    return stand


def test_pauses_grow_for_a_day() -> None:
    assert list(PAUSES[:-1]) == sorted(PAUSES[:-1])
    assert sum(PAUSES, timedelta()) == timedelta(days=1)
    assert next_try(1, NOW) == NOW + timedelta(minutes=5)
    assert next_try(len(PAUSES), NOW) == NOW + PAUSES[-1]
    assert next_try(len(PAUSES) + 1, NOW) is None


def test_no_address_keeps_the_others_waiting(app: Flask, client: Client, mailbox: Mailbox) -> None:
    """Whatever a server says of one mail, or does at it, is that mail's affair."""
    # given
    officer = _owed(6)
    _move("6650800", "สมชาย@dinthong.go.th")  # no server without SMTPUTF8 can be told of it
    mailbox.says = {"6650801@example.go.th": "550 no such user", "6650803@example.go.th": "450 mailbox busy"}
    mailbox.hangs_up = {"6650802@example.go.th"}
    mailbox.refused = {"6650804@example.go.th"}

    # when
    jobs.send_queued()

    # then
    assert mailbox.addresses == ["6650805@example.go.th"]
    assert queries.queue_numbers(clock.now()) == (1, 3, 2, 3)
    failed = queries.mail_lines(officer, MailFilter(state=MailState.FAILED))
    assert [line.code for line in failed] == ["6650801", "6650800"]
    assert "550" in failed[0].error
    client.sign_in("officer65", PASSWORD)
    page = client.get("/nacc/waiting/mails?state=failed").text
    assert "550" in page
    assert "6650805@example.go.th" not in page
    assert "เครื่องรับยังไม่รับ" in page
    assert "data-hx-trigger" not in page, "nothing is to be tried just now"
    client.get("/nacc/waiting/mails")
    mailbox.says, mailbox.hangs_up, mailbox.refused = {}, set(), set()
    client.send("/nacc/waiting/mails", {})
    wait_for_mail()
    assert len(mailbox.mails) == 4


def test_the_administrator_is_told_of_mails_that_were_given_up(app: Flask, client: Client, mailbox: Mailbox) -> None:
    _owed(1)
    make_staff("chief", Role.ADMINISTRATOR)
    client.sign_in("chief", PASSWORD)
    assert "ส่งไม่ได้" not in client.get("/nacc/admin").text
    mailbox.says = {"6650800@example.go.th": "550 no such user"}
    jobs.send_queued()
    page = client.get("/nacc/admin").text
    assert "อีเมลที่ส่งไม่ได้ 1 ฉบับ" in page
    assert "/nacc/waiting/mails?state=failed" in page


def test_a_mail_that_is_put_off_comes_back_for_a_day_and_is_then_given_up(
    app: Flask, mailbox: Mailbox, at: Callable[[timedelta], None]
) -> None:
    _owed(1)
    mailbox.says = {"6650800@example.go.th": "451 greylisted, try again later"}
    tried, minute = [], timedelta(minutes=1)
    for minutes in range(0, 26 * 60):
        before = len(mailbox.tries)
        at(minutes * minute)
        if due_after(0, 1, clock.now()):
            jobs.send_queued()
        if len(mailbox.tries) > before:
            tried.append(minutes)
    assert tried[:4] == [0, 5, 15, 35]
    assert tried[-1] == 24 * 60
    assert queries.queue_numbers(clock.now()) == (0, 0, 1, 0)
    assert db.session.scalar(select(MailLog.given_up_at)) == NOW + timedelta(days=1)


def test_greylisting_is_passed_at_the_second_try(app: Flask, mailbox: Mailbox, at: Callable[[timedelta], None]) -> None:
    _owed(2)
    mailbox.says = {"6650800@example.go.th": "451 greylisted"}
    at(timedelta())
    jobs.send_queued()
    mailbox.says = {}
    at(timedelta(minutes=4))
    jobs.send_queued()
    assert mailbox.addresses == ["6650801@example.go.th"]
    at(timedelta(minutes=5))
    jobs.send_queued()
    assert mailbox.addresses == ["6650800@example.go.th", "6650801@example.go.th"]
    assert len({message["Message-ID"] for message in mailbox.mails}) == 2


def test_a_server_that_hangs_up_on_everybody_is_left_alone_and_nobody_is_passed_over(
    app: Flask, mailbox: Mailbox
) -> None:
    _owed(5)
    mailbox.hangs_up = {f"66508{n:02}@example.go.th" for n in range(4)}
    jobs.send_queued()
    assert queries.queue_numbers(clock.now()) == (0, 5, 0, 3), "after three in a row it is not asked any more"
    jobs.send_queued()
    assert mailbox.addresses == ["6650804@example.go.th"], "the next run begins with those that had no try yet"


def test_a_mail_that_cannot_be_written_stops_nobody(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _owed(2)
    broken = db.session.scalars(select(MailLog.id).order_by(MailLog.id)).first()

    def letter(owed: MailLog, _url: str) -> Letter:
        if owed.id == broken:
            raise LookupError("no plan period")
        return Letter("เตือน", "เตือน")

    monkeypatch.setitem(jobs._writers, "reminder", letter)
    jobs.send_queued()
    assert mailbox.addresses == ["6650801@example.go.th"]
    assert queries.queue_numbers(clock.now()) == (1, 1, 0, 1)


def test_trouble_at_the_farewell_sends_no_mail_twice(app: Flask, mailbox: Mailbox) -> None:
    _owed(2)
    mailbox.forgets_to_say_goodbye = True
    jobs.send_queued()
    jobs.send_queued()
    assert mailbox.addresses == ["6650800@example.go.th", "6650801@example.go.th"]


def test_two_senders_at_once_send_each_mail_once(app: Flask, mailbox: Mailbox) -> None:
    _owed(6)
    mailbox.seconds = 0.02

    def send() -> None:
        with app.app_context():
            jobs.send_queued()
            db.session.remove()

    threads = [Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert mailbox.addresses == [f"66508{n:02}@example.go.th" for n in range(6)]


def test_mail_goes_where_the_coordinator_is_today(app: Flask, mailbox: Mailbox) -> None:
    """Not to the one who left between the queueing and the sending."""
    officer = _owed(2)
    _move("6650800", "new@example.go.th")
    _move("6650801", "")
    jobs.send_queued()
    assert mailbox.addresses == ["new@example.go.th"]
    lines = {line.code: line for line in queries.mail_lines(officer, MailFilter())}
    assert lines["6650800"].to_address == "new@example.go.th"
    assert (lines["6650801"].failed, lines["6650801"].error) == (True, NO_ADDRESS)


def test_a_job_that_died_half_way_is_finished_by_the_command_and_nobody_gets_two(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, laos = _officer(), _laos(25)  # more than one batch
    mailbox.refused = {"6650801@example.go.th"}
    with transaction():
        assert remind_filtered(officer, ASKED, 25, NOW)[0] == 25
    deliver, seen = jobs._deliver, []

    def die_at_the_seventh(owed: MailLog) -> None:
        seen.append(owed.id)
        if len(seen) == 7:
            raise KeyboardInterrupt  # as a signal would: nothing in the job may catch it
        deliver(owed)

    monkeypatch.setattr(jobs, "_deliver", die_at_the_seventh)
    with pytest.raises(KeyboardInterrupt):
        jobs.send_queued()
    db.session.rollback()
    monkeypatch.setattr(jobs, "_deliver", deliver)
    assert len(mailbox.mails) == 5
    assert queries.progress(officer, thai_day(NOW), clock.now())[:3] == (5, 20, 0)
    runner = app.test_cli_runner()
    assert "Sent 19, waiting 1, given up 0." in runner.invoke(args=["mail", "send-queued"]).output
    log = {line.to_address: line for line in queries.mail_lines(officer, MailFilter())}
    assert "451" in log["6650801@example.go.th"].error
    mailbox.refused = set()
    with transaction():
        assert operations.try_now(officer) == 1
    assert "Sent 1, waiting 0, given up 0." in runner.invoke(args=["mail", "send-queued"]).output
    assert "Sent 0, waiting 0, given up 0." in runner.invoke(args=["mail", "send-queued"]).output
    assert mailbox.addresses == sorted(f"{lao.organisation_code}@example.go.th" for lao in laos)
    assert len({message["Message-ID"] for message in mailbox.mails}) == 25


def test_a_command_that_is_killed_and_run_again_sends_each_mail_once(app: Flask, mailbox: Mailbox) -> None:
    officer, laos = _officer(), _laos(8)
    mailbox.seconds = 0.3
    with transaction():
        assert remind_filtered(officer, ASKED, 8, NOW)[0] == 8
    environment = {
        **os.environ,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(app.config["MAIL_PORT"]),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "send-queued"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as job:
        until = time.monotonic() + 30
        while len(mailbox.mails) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.15)  # the third is noted, the fourth not begun
        job.kill()
    assert len(mailbox.mails) == 3
    mailbox.seconds = 0
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "Sent 5, waiting 0, given up 0.\n"
    assert mailbox.addresses == sorted(f"{lao.organisation_code}@example.go.th" for lao in laos)


def test_while_the_server_is_out_of_reach_mails_wait_and_lose_no_try(
    app: Flask, client: Client, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = _officer()
    _laos(2)
    with transaction():
        remind_filtered(officer, ASKED, 2, clock.now())
    with monkeypatch.context() as down:
        down.setitem(app.config, "MAIL_PORT", 1)
        for _run in range(5):
            jobs.send_queued()
    assert queries.queue_numbers(clock.now()) == (0, 2, 0, 0)
    client.sign_in("officer65", PASSWORD)
    page = client.get("/nacc/waiting/mails").text
    assert "รอส่ง <b>2</b>" in page
    assert "data-hx-trigger" in page  # asks again while mails wait
    client.send("/nacc/waiting/mails", {})
    wait_for_mail()
    assert len(mailbox.mails) == 2
    assert "data-hx-trigger" not in client.get("/nacc/waiting/mails", headers={"HX-Request": "true"}).text


def test_the_log_shows_only_the_own_provinces(app: Flask) -> None:
    officer = _officer()
    _laos(1)
    with transaction():
        remind_filtered(officer, ASKED, 1, NOW)
    stranger = actor_of(make_staff("officer90", Role.OFFICER, "90").id)
    assert queries.mail_lines(stranger, MailFilter()) == []
    assert queries.mail_total(stranger, MailFilter()) == 0
    assert queries.progress(stranger, thai_day(NOW), NOW) == (0, 0, 0, 0)
    assert queries.mail_total(officer, MailFilter()) == 1


def test_only_what_waits_in_the_own_provinces_is_tried_at_once(app: Flask) -> None:
    officer = _owed(2)
    given_up, waiting = db.session.scalars(select(MailLog.id).order_by(MailLog.id)).all()
    with transaction():
        note_not_taken(given_up, "550", NOW, for_good=True)
        note_not_taken(waiting, "451", NOW, for_good=False)
    stranger = actor_of(make_staff("officer90", Role.OFFICER, "90").id)
    for who, tried, due in ((stranger, 0, []), (officer, 1, [waiting])):
        with transaction():
            assert operations.try_now(who) == tried
        assert due_after(0, 9, NOW) == due
    # and the log tells them apart
    for state, number in ((MailState.SENT, 0), (MailState.WAITING, 1), (MailState.FAILED, 1)):
        assert len(queries.mail_lines(officer, MailFilter(state=state))) == number
        assert queries.mail_total(officer, MailFilter(state=state)) == number


def test_an_administrator_lets_mails_to_no_lao_be_tried_at_once_too(app: Flask) -> None:
    """A link that somebody asked for is of no LAO: it stands in the log of administrators, and waits there."""
    # given
    officer, chief = _officer(), actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    with transaction():
        owed = MailLog(kind=RESET, to_address="a@example.go.th", day=NOW.date(), queued_at=NOW)
        db.session.add(owed)
    with transaction():
        note_not_taken(owed.id, "451", NOW, for_good=False)
    for who, tried, due in ((officer, 0, []), (chief, 1, [owed.id])):
        # when
        with transaction():
            assert operations.try_now(who) == tried
        # then
        assert due_after(0, 9, NOW) == due


def test_a_filled_database_of_the_last_release_keeps_its_mails_and_takes_links(app: Flask) -> None:
    # given
    _owed(3)
    db.session.rollback()
    before = db.session.execute(select(table(MailLog)).order_by(MailLog.id)).all()
    db.session.rollback()
    downgrade(revision="0023")

    # when
    upgrade()

    # then
    assert db.session.execute(select(table(MailLog)).order_by(MailLog.id)).all() == before
    with transaction():
        for address in ("a@example.go.th", "b@example.go.th"):
            db.session.add(MailLog(kind=RESET, to_address=address, day=NOW.date(), queued_at=NOW))
    db.session.rollback()
    downgrade(revision="0023")
    assert db.session.scalar(select(func.count()).select_from(MailLog)) == 3
    db.session.rollback()
    upgrade()
