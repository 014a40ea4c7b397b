"""Guessing is slow whatever it comes from, never locks an owner out, and is seen; changes ask for the password."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts import jobs
from app.accounts.rules import (
    ALARM_AT_ACCOUNT,
    FAILURES_KEPT,
    FREE_TRIES,
    LONGEST_WAIT,
    TOO_OFTEN,
    brake,
    too_often,
)
from app.db import db, transaction
from app.extensions import neighbourhood
from app.mails import jobs as mail_jobs
from app.models import Account, FailedSignIn, MailLog, Profile
from app.models.enums import FailedBecause, Role
from tests.accounts.conftest import CODE, MONDAY
from tests.client import Client
from tests.factories import PASSWORD, make_account, make_lao, make_organisation, make_staff, profile_form
from tests.pages import check_refused, enter, fields, form_token, kept
from tests.smtp import Mailbox, wait_for_mail

ROOT = Path(__file__).parents[2]
NEW = "รหัสใหม่ ยาวพอ๒๕๖๑"
OLD = f"{CODE}@example.go.th"


def _guess(client: Client, times: int, name: str = CODE, first: int = 1) -> list[int]:
    """The statuses of wrong tries, each from another address."""
    wrong = {"username": name, "password": "เดา"}
    return [
        client.send("/login", wrong, environ_base={"REMOTE_ADDR": f"198.51.100.{first + n}"}).status_code
        for n in range(times)
    ]


def _failures() -> list[FailedSignIn]:
    db.session.rollback()
    return list(db.session.scalars(select(FailedSignIn).order_by(FailedSignIn.id)))


# --- the brake ------------------------------------------------------------------------------------------------------
def test_the_wait_grows_to_some_minutes_and_ends() -> None:
    waits = [brake(failures, MONDAY, MONDAY).total_seconds() for failures in range(FREE_TRIES + 10)]
    assert waits[:FREE_TRIES] == [0] * FREE_TRIES
    assert waits[FREE_TRIES:] == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300]
    assert brake(10**9, MONDAY, MONDAY) == LONGEST_WAIT
    assert brake(10**9, MONDAY, MONDAY + LONGEST_WAIT) == timedelta()
    assert brake(10**9, None, MONDAY) == timedelta()


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 วินาที"), (59, "59 วินาที"), (60, "1 นาที"), (61, "2 นาที"), (3600, "60 นาที")]
)
def test_the_page_says_how_long_to_wait(seconds: float, words: str) -> None:
    assert too_often(timedelta(seconds=seconds)) == f"{TOO_OFTEN} รออีกประมาณ {words} แล้วลองอีกครั้ง"


@pytest.mark.parametrize("name", ["admin", CODE, "nobody"])
def test_guessing_from_many_addresses_is_slowed(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None], name: str
) -> None:
    """160 tries in 35 seconds went through once. A name that nobody has is answered as one that somebody has."""
    # given
    make_staff("admin", Role.ADMINISTRATOR)
    # when
    statuses = _guess(client, 40, name)
    # then
    assert statuses == [422] * FREE_TRIES + [429] * 30
    at(timedelta(seconds=5))
    assert _guess(client, 2, name, first=100) == [422, 429], "one more try, and a longer wait"
    answer = client.send("/login", {"username": name, "password": "เดา"}, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert "รออีกประมาณ 10 วินาที" in answer.text
    assert answer.headers["Retry-After"] == "10"
    at(timedelta(hours=1, seconds=6))
    assert _guess(client, 1, name) == [422]


def test_the_owner_is_not_shut_out_by_strangers_who_guess(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given an owner with a known device, at home and in the office, and strangers who never stop
    right, home, office = {"username": CODE, "password": PASSWORD}, "192.0.2.7", "203.0.113.5"
    client.send("/login", right, environ_base={"REMOTE_ADDR": office})
    client.send("/logout", {})
    strangers = Client(app)
    assert _guess(strangers, 20)[-1] == 429
    # when, then
    assert client.send("/login", right, environ_base={"REMOTE_ADDR": home}).location == "/home", "a known device"
    colleague = Client(app)
    assert colleague.send("/login", right, environ_base={"REMOTE_ADDR": office}).location == "/home", "a known address"
    phone = Client(app)
    assert phone.send("/login", right, environ_base={"REMOTE_ADDR": "192.0.2.99"}).status_code == 429
    at(LONGEST_WAIT)
    assert phone.send("/login", right, environ_base={"REMOTE_ADDR": "192.0.2.99"}).location == "/home", "never for long"


def test_behind_one_office_address_somebody_who_guesses_shuts_no_known_device_out(
    app: Flask, client: Client, lao: Actor
) -> None:
    # given
    right, wrong = {"username": CODE, "password": PASSWORD}, {"username": CODE, "password": "เดา"}
    client.send("/login", right)
    client.send("/logout", {})
    neighbour = Client(app)
    # when
    statuses = [neighbour.send("/login", wrong).status_code for _try in range(7)]
    # then
    assert statuses[-1] == 429
    assert neighbour.send("/login", right).status_code == 429
    assert client.send("/login", right).location == "/home"


def test_a_known_device_may_not_guess_for_ever(app: Flask, client: Client, lao: Actor) -> None:
    client.send("/login", {"username": CODE, "password": PASSWORD})
    client.send("/logout", {})
    assert _guess(client, 7)[-1] == 429
    assert all(each.known for each in _failures())


def test_a_device_known_for_one_account_is_a_stranger_to_others_and_a_forged_one_to_all(
    app: Flask, client: Client, lao: Actor
) -> None:
    make_account(make_organisation("2900101"))
    client.send("/login", {"username": CODE, "password": PASSWORD})
    client.send("/logout", {})
    assert _guess(client, 20, "2900101")[-1] == 429
    client.set_cookie("eplannacc-device", "forged", path="/login")
    assert _guess(client, 20)[-1] == 429


@pytest.mark.parametrize("way", ["own change", "link", "officer"])
def test_a_new_password_makes_every_device_a_stranger(
    app: Flask, client: Client, lao: Actor, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Whoever has a copy of the cookie, or sat at that machine, has nothing of it any more."""
    # given a device where somebody has signed in, and where no code is asked for
    right = {"username": CODE, "password": PASSWORD}
    client.send("/login", right)
    client.send("/logout", {})
    monkeypatch.setitem(app.config, "SECOND_FACTOR_LAO", True)
    assert client.send("/login", right).location == "/home"

    # when
    if way == "own change":
        client.get("/profile")
        client.send("/profile", profile_form({"version": "1", "current": PASSWORD, "password": NEW}))
    else:
        officer = Client(app)
        if way == "officer":
            enter(officer, make_staff("somsri", Role.OFFICER, "65").id)
            officer.get(f"/nacc/accounts/{lao.organisation_id}")
            officer.send(f"/nacc/accounts/{lao.organisation_id}/reset", {})
        else:
            officer.get("/forgot")
            officer.send("/forgot", {"email": f"{CODE}@example.go.th"})
        wait_for_mail()
        link = re.search(r"/forgot/([\w-]+)", mailbox.mails[-1].get_content())  # type: ignore[attr-defined]
        assert link
        officer.get(f"/forgot/{link[1]}")
        officer.send(f"/forgot/{link[1]}", {"password": NEW})

    # then it is asked like any other, and the second time it is not
    device = Client(app)
    device._cookies = {key: each for key, each in client._cookies.items() if key[2] == "eplannacc-device"}
    asked = device.send("/login", right | {"password": NEW})
    assert "รหัส 6 หลักจากอีเมล" in asked.text
    wait_for_mail()
    mails = "\n".join(each.get_content() for each in mailbox.mails)  # type: ignore[attr-defined]
    code = re.findall(r"^(\d{6})$", mails, re.MULTILINE)[-1]
    device.send("/login/second", fields(asked.text) | {"second_code": code})
    device.send("/logout", {})
    assert device.send("/login", right | {"password": NEW}).location == "/home"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("203.0.113.5", "203.0.113.5"),
        ("nowhere", "nowhere"),
    ],
)
def test_an_ipv6_visitor_is_counted_by_network(address: str, network: str) -> None:
    assert neighbourhood(address) == network


def test_another_address_of_the_same_network_is_no_other_visitor(client: Client, lao: Actor) -> None:
    wrong = {"username": CODE, "password": "เดา"}
    answers = [
        client.send("/login", wrong, environ_base={"REMOTE_ADDR": f"2001:db8::{n}"}).status_code for n in range(1, 8)
    ]
    assert answers == [422] * 5 + [429] * 2


# --- what is written down, and who sees it --------------------------------------------------------------------------
def test_every_failure_is_a_row_that_its_owner_and_administrators_see(app: Flask, client: Client, lao: Actor) -> None:
    # given
    unclaimed = make_account(make_organisation("2900101"), claimed=False)
    locked = make_staff("locked", Role.OFFICER, "65")
    admin = make_staff("admin", Role.ADMINISTRATOR)
    with transaction():
        db.session.get_one(Account, locked.id).locked_at = MONDAY
    app.config["FIRST_LOGIN_CODE_REQUIRED"] = True
    stranger = Client(app)
    # when
    for name, password in ((CODE, "เดา"), ("2900101", ""), ("locked", PASSWORD), ("ความลับของฉัน", "x"), (CODE, "")):
        stranger.send("/login", {"username": name, "password": password}, environ_base={"REMOTE_ADDR": "198.51.100.9"})
    app.config["FIRST_LOGIN_CODE_REQUIRED"] = False
    # then
    assert [(each.account_id, each.because) for each in _failures()] == [
        (lao.account_id, FailedBecause.WRONG_PASSWORD),
        (unclaimed.id, FailedBecause.WRONG_CODE),
        (locked.id, FailedBecause.LOCKED),
        (None, FailedBecause.UNKNOWN_NAME),
        (lao.account_id, FailedBecause.WRONG_PASSWORD),
    ]
    assert "ความลับของฉัน" not in str([vars(each) for each in _failures()])
    assert "198.51.100.9" not in str(kept()), "in no history, log or mail"
    enter(client, lao.account_id)
    page = client.get("/account/sessions").text
    assert page.count("198.51.100.9") == 2
    assert client.get("/nacc/admin/failed-sign-ins").status_code == 403
    enter(client, admin.id)
    page = client.get("/nacc/admin/failed-sign-ins").text
    assert page.count("198.51.100.9") == 5
    assert "ชื่อที่ไม่มีในระบบ" in page
    assert CODE in page
    assert "198.51.100.9" not in client.get("/account/sessions").text


def test_failures_are_forgotten_after_some_weeks(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    _guess(client, 1)
    for age, number in ((FAILURES_KEPT, 1), (FAILURES_KEPT + timedelta(seconds=1), 0)):
        at(age)
        jobs.forget_old_failures()
        assert len(_failures()) == number


def test_owner_and_office_are_told_once_a_day_of_many_failures(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None], mailbox: Mailbox
) -> None:
    # given
    app.config["ALARM_EMAIL"], staff = "office@example.go.th", make_staff("chief", Role.ADMINISTRATOR)
    minutes = iter(range(1000))

    def fail(name: str, times: int) -> None:
        for _try in range(times):
            number = next(minutes)
            at(timedelta(minutes=6 * number))
            _guess(client, 1, name, first=number)

    fail(CODE, ALARM_AT_ACCOUNT - 1)
    jobs.owe_alarms()
    assert db.session.scalars(select(MailLog)).all() == []
    # when
    fail(CODE, 1)
    fail("chief", ALARM_AT_ACCOUNT)
    for _minute in range(3):
        jobs.owe_alarms()
    mail_jobs.send_queued()
    # then
    assert mailbox.addresses == [OLD, "office@example.go.th"]
    told = {mail["To"]: mail.get_content() for mail in mailbox.mails}
    assert "ไม่สำเร็จ 20 ครั้ง" in told[OLD]
    assert "ไม่สำเร็จ 40 ครั้ง มี 2 บัญชี" in told["office@example.go.th"]
    assert staff.username not in str(told)


def test_the_alarm_is_of_today_and_of_accounts_that_were_tried_often(
    app: Flask, lao: Actor, at: Callable[[timedelta], None], mailbox: Mailbox
) -> None:
    # given
    app.config["ALARM_EMAIL"], chief = "office@example.go.th", make_staff("chief", Role.ADMINISTRATOR)

    def failed(account_id: int | None, times: int, moment: datetime) -> None:
        values = {"name_print": "x", "because": FailedBecause.WRONG_PASSWORD, "account_id": account_id, "at": moment}
        with transaction():
            db.session.add_all(FailedSignIn(**values) for _try in range(times))

    midnight = clock.day_start(MONDAY)
    failed(lao.account_id, ALARM_AT_ACCOUNT, midnight - timedelta(seconds=1))
    failed(lao.account_id, ALARM_AT_ACCOUNT - 1, midnight)
    failed(None, ALARM_AT_ACCOUNT, MONDAY)

    # when, then
    jobs.owe_alarms()
    assert db.session.scalars(select(MailLog)).all() == []

    # when
    db.session.rollback()
    failed(chief.id, ALARM_AT_ACCOUNT, MONDAY)
    jobs.owe_alarms()
    mail_jobs.send_queued()

    # then
    (mail,) = mailbox.mails
    assert mail["To"] == "office@example.go.th"
    assert "ไม่สำเร็จ 59 ครั้ง มี 1 บัญชี" in mail.get_content()  # type: ignore[attr-defined]


# --- the present password -------------------------------------------------------------------------------------------
CHANGES = {"password": {"password": NEW, "email": OLD}, "e-mail": {"password": "", "email": "new@example.go.th"}}


@pytest.mark.parametrize("change", CHANGES)
def test_a_new_password_or_address_asks_for_the_present_password_and_tells_the_old_address(
    app: Flask, client: Client, lao: Actor, mailbox: Mailbox, change: str
) -> None:
    # given
    client.sign_in(CODE, PASSWORD)
    client.get("/profile")
    typed = profile_form({"version": "1"} | CHANGES[change])
    for current, sentence in (("", "กรอกรหัสผ่านปัจจุบัน"), ("เดา", "รหัสผ่านปัจจุบันไม่ถูกต้อง")):
        check_refused(
            client, "/profile", typed | {"current": current}, {"current": sentence}, forgets=("password", "current")
        )
    assert [each.because for each in _failures()] == [FailedBecause.WRONG_PRESENT]
    # when
    client.get("/profile")
    answer = client.send("/profile", typed, follow_redirects=True)
    # then
    assert "บันทึกข้อมูลพื้นฐานแล้ว" in answer.text
    assert ("ตั้งรหัสผ่านใหม่แล้ว" in answer.text) is (change == "password")
    mail_jobs.send_queued()
    assert mailbox.addresses == [OLD]
    assert ("รหัสผ่าน" if change == "password" else "อีเมล") in mailbox.mails[0]["Subject"]
    assert "new@example.go.th" not in mailbox.mails[0].get_content()
    assert NEW not in str(kept())
    assert client.get("/home").status_code == 200


def test_who_tries_the_present_password_too_often_is_told_how_long_to_wait(client: Client, lao: Actor) -> None:
    # given
    enter(client, lao.account_id)
    typed = profile_form({"version": "1", "current": "เดา"})
    client.get("/profile")
    # when
    for _try in range(6):
        answer = client.send("/profile", typed)
    # then
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "ลองรหัสผ่านหลายครั้งเกินไป" in answer.text


def test_whatever_counts_tries_tells_programs_how_long_to_wait() -> None:
    counting = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"\bproof\.(prove|prove_again|count|count_try)\(", path.read_text())
    }
    assert "app/lao/profile/routes.py" in counting
    assert [path for path in counting if "proof.told_to_wait(" not in (ROOT / path).read_text()] == []


def test_each_old_address_of_a_day_is_told(app: Flask, client: Client, lao: Actor, mailbox: Mailbox) -> None:
    """Else whoever takes an account over in the afternoon of a day on which its owner changed the address is unseen."""
    client.sign_in(CODE, PASSWORD)
    for version, address in ((1, "second@example.go.th"), (2, "thief@example.go.th")):
        client.get("/profile")
        client.send("/profile", profile_form({"version": str(version), "password": "", "email": address}))
    mail_jobs.send_queued()
    assert mailbox.addresses == sorted([OLD, "second@example.go.th"])


def test_other_changes_ask_for_no_password(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    client.get("/profile")
    same = {"version": "1", "password": "", "current": "", "email": OLD, "clerk_name": "ปลัดคนใหม่"}
    assert client.send("/profile", profile_form(same)).location == "/profile"
    assert db.session.scalars(select(Profile.clerk_name)).one() == "ปลัดคนใหม่"
    assert db.session.scalars(select(MailLog)).all() == []


def test_a_first_login_has_no_present_password_to_ask_for(app: Flask, client: Client) -> None:
    client.get("/login")
    make_account(make_organisation(CODE), claimed=False)
    client.sign_in(CODE, "")
    assert 'id="current"' not in client.get("/profile").text
    assert client.send("/profile", profile_form()).location == "/home"
    assert db.session.scalars(select(MailLog)).all() == []


def test_a_lost_session_carries_no_present_password_along(app: Flask, client: Client, lao: Actor) -> None:
    own, typed = {"Sec-Fetch-Site": "same-origin"}, profile_form({"csrf_token": form_token(lao.account_id)})
    asked = client.post("/profile", data=typed, headers=own)
    back = client.send("/login", {"username": CODE, "password": PASSWORD, "resume": fields(asked.text)["resume"][0]})
    assert "current" not in fields(back.text)
    assert PASSWORD not in back.text


def test_the_word_of_a_known_device_goes_to_the_sign_in_alone(app: Flask, client: Client) -> None:
    """With each save over a slow line it would be a fifth of what is sent."""
    # given
    make_lao()

    # when
    client.sign_in("6650807", PASSWORD)

    # then
    known = client.get_cookie("eplannacc-device", path="/login")
    assert known is not None
    assert (known.path, client.get_cookie("eplannacc-device")) == ("/login", None)
