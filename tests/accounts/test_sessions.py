"""Sessions on the server: a cookie holds a key, and whatever ends the row ends every copy of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import event, select, text

from app import clock
from app.access import Actor, system
from app.accounts import jobs, operations
from app.accounts.queries import actor_of
from app.accounts.rules import SEEN_EVERY, SESSIONS_KEPT, fingerprint
from app.db import db, transaction
from app.history.operations import record
from app.ledger.jobs import head_of_now
from app.models import Account, AccountSession, HistoryEntry
from app.models.enums import Action, EndedBecause, Entity, Role
from app.nacc.administration.operations import change_staff, lock_staff
from app.nacc.lao_accounts.operations import hand_over, set_locked
from app.registry.operations import set_closed
from tests.accounts.conftest import CODE, MONDAY
from tests.client import Client
from tests.factories import PASSWORD, make_account, make_lao, make_organisation, make_project, make_staff, profile_form
from tests.ledger.world import make_world, verified
from tests.pages import enter, fields, form_token, kept

LIST = "/account/sessions"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def _copy(app: Flask, client: Client) -> Client:
    """Another browser with the very same cookie."""
    cookie = client.get_cookie("eplannacc")
    assert cookie
    thief = Client(app)
    thief.set_cookie("eplannacc", cookie.value)
    return thief


def _rows() -> list[AccountSession]:
    db.session.rollback()
    return list(db.session.scalars(select(AccountSession).order_by(AccountSession.id)))


def _key(client: Client) -> str:
    with client.session_transaction() as session:
        return str(session["_user_id"])


def _is_in(client: Client, page: str = "/help") -> bool:
    return "Logout" in client.get(page).text


def test_signing_out_ends_the_session_wherever_its_cookie_was_copied_to(app: Flask, client: Client, lao: Actor) -> None:
    # given
    client.sign_in(CODE, PASSWORD)
    thief = _copy(app, client)
    assert _is_in(thief)
    # when
    client.send("/logout", {})
    # then
    assert thief.get("/home").location.startswith("/login")
    before = kept()
    assert thief.send("/profile", profile_form({"version": "1"})).location.startswith("/login")
    assert kept() == before
    assert _rows()[0].ended_because is EndedBecause.SIGNED_OUT


def test_the_cookie_holds_a_random_key_and_the_database_only_its_hash(app: Flask, client: Client, lao: Actor) -> None:
    keys = set()
    for _time in range(3):
        client.sign_in(CODE, PASSWORD)
        keys.add(_key(client))
        client.send("/logout", {})
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}, "24 random bytes"
    assert {row.key_hash for row in _rows()} == {fingerprint(key) for key in keys}
    assert not any(key in str(kept()) for key in keys)


def test_signing_in_again_at_the_same_browser_begins_a_new_session_and_ends_the_old_one(
    app: Flask, client: Client, lao: Actor
) -> None:
    client.sign_in(CODE, PASSWORD)
    thief = _copy(app, client)
    client.send("/login", {"username": CODE, "password": PASSWORD})
    assert _is_in(client)
    assert not _is_in(thief)
    assert [row.ended_because for row in _rows()] == [EndedBecause.SIGNED_IN_ANEW, None]


def test_no_save_makes_a_session_live_longer_than_a_working_day(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given somebody who works all day long
    client.sign_in(CODE, PASSWORD)
    for hour in range(1, 10):
        at(timedelta(hours=hour))
        client.get("/profile")
        typed = profile_form({"version": str(hour), "clerk_name": f"ปลัด {hour}", "password": ""})
        assert client.send("/profile", typed).status_code == 302
    at(timedelta(hours=10) - timedelta(seconds=1))
    assert _is_in(client)
    # when
    at(timedelta(hours=10))
    # then
    assert client.get("/home").location.startswith("/login")


@pytest.mark.parametrize(("name", "minutes"), [(CODE, 240), ("officer65", 60), ("chief", 60)])
def test_a_session_that_is_not_used_ends_by_its_role(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None], name: str, minutes: int
) -> None:
    # given
    make_staff("officer65", Role.OFFICER, "65")
    make_staff("chief", Role.ADMINISTRATOR)
    client.sign_in(name, PASSWORD)
    at(timedelta(minutes=minutes - 1))
    assert _is_in(client)
    # when it was used then, and is not used for as long
    at(timedelta(minutes=2 * minutes - 2))
    assert _is_in(client)
    at(timedelta(minutes=3 * minutes - 2))
    # then
    assert not _is_in(client)


def test_that_a_session_is_used_is_written_once_in_some_minutes(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    client.sign_in(CODE, PASSWORD)
    writes = []
    for seconds in (10, 60, 200, 300, 310, 500, 599, 600, 601):
        at(timedelta(seconds=seconds))
        client.get("/home")
        if (seen := _rows()[0].last_seen_at) not in writes:
            writes.append(seen)
    assert writes == [MONDAY, MONDAY + SEEN_EVERY, MONDAY + 2 * SEEN_EVERY]


def test_who_asks_is_one_statement_of_a_page(app: Flask, client: Client, lao: Actor) -> None:
    """Sessions cost a list page no statement: the row is read with the account and its LAO."""
    make_project(lao)
    client.sign_in(CODE, PASSWORD)
    client.get("/projects?year=2561")
    told: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        told.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    client.get("/projects?year=2561")
    event.remove(db.engine, "before_cursor_execute", note)
    asking = [each for each in told if "FROM accounts" in each or "FROM sessions" in each or "UPDATE" in each]
    assert len(asking) == 1, asking
    assert "sessions" in asking[0]
    assert len([each for each in told if each != "BEGIN"]) <= 6


LOCKS: dict[str, Callable[[Actor, int], None]] = {
    "lock": lambda admin, lao_id: set_locked(admin, lao_id, True, "สงสัย", clock.now()),
    "hand over": lambda admin, lao_id: hand_over(admin, lao_id, "ย้าย", clock.now()),
    "close": lambda _admin, lao_id: set_closed(system("test"), lao_id, True, "ยุบรวม", clock.now()),
}


@pytest.mark.parametrize("deed", LOCKS)
def test_what_shuts_an_lao_out_ends_its_sessions_for_good(app: Flask, client: Client, lao: Actor, deed: str) -> None:
    # given
    client.sign_in(CODE, PASSWORD)
    admin, lao_id = actor_of(make_staff("chief", Role.ADMINISTRATOR).id), lao.own_organisation_id
    # when
    with transaction():
        LOCKS[deed](admin, lao_id)
    # then, also where it is undone
    assert client.get("/home").location.startswith("/login")
    with transaction():
        if deed == "lock":
            set_locked(admin, lao_id, False, "ตรวจแล้ว", clock.now())
        if deed == "close":
            set_closed(system("test"), lao_id, False, "ปิดผิด", clock.now())
    assert client.get("/home").location.startswith("/login")
    assert _rows()[0].ended_because is EndedBecause.SHUT_OUT


def test_staff_are_out_for_good_once_locked_and_when_their_role_changes_and_go_on_with_other_provinces(
    app: Flask, client: Client
) -> None:
    # given
    staff = {name: make_staff(name, Role.OFFICER, "65").id for name in ("locked", "promoted", "moved")}
    admin = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    browsers = {name: Client(app) for name in staff}
    for name, browser in browsers.items():
        browser.sign_in(name, PASSWORD)
    # when
    with transaction():
        lock_staff(admin, staff["locked"], True, "สอบ", clock.now())
        lock_staff(admin, staff["locked"], False, "สอบแล้ว", clock.now())
        change_staff(admin, staff["promoted"], "promoted", Role.ADMINISTRATOR, (), "เลื่อนตำแหน่ง", 1, clock.now())
        change_staff(admin, staff["moved"], "moved", Role.OFFICER, ("90",), "คำสั่งย้าย", 1, clock.now())
    # then
    assert {name: _is_in(browser) for name, browser in browsers.items()} == {
        "locked": False,
        "promoted": False,
        "moved": True,
    }


@pytest.mark.parametrize("name", [CODE, "officer65"])
def test_the_owner_sees_every_device_and_ends_one_of_them_or_all(
    app: Flask, client: Client, lao: Actor, name: str
) -> None:
    # given a session at the office, one at home, one that is over, and somebody else's
    make_staff("officer65", Role.OFFICER, "65")
    stranger = Client(app)
    make_account(make_organisation("2900101"))
    stranger.sign_in("2900101", PASSWORD)
    home, phone = Client(app), Client(app)
    home.environ_base["HTTP_USER_AGENT"] = FIREFOX
    home.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    for browser in (client, home, phone):
        browser.sign_in(name, PASSWORD)
    phone.send("/logout", {})

    # when, then
    page = client.get(LIST).text
    assert "Firefox บน Windows" in page
    assert "203.0.113.7" in page
    assert page.count("เครื่องนี้</span>") == 1
    assert "ที่ออกจากระบบแล้ว 1 รายการ" in page
    ids = [row.id for row in _rows()]
    assert client.send(f"{LIST}/{ids[0]}", {}).status_code == 404, "a stranger's"
    assert f"{LIST}/{ids[0]}" not in page
    assert client.send(f"{LIST}/99999", {}).status_code == 404

    # when one is ended
    answer = client.send(f"{LIST}/{ids[2]}", {}, follow_redirects=True)
    # then
    assert "เครื่องนั้นออกจากระบบแล้ว" in answer.text
    assert (_is_in(client), _is_in(home), _is_in(stranger)) == (True, False, True)

    # when all others, and then all are
    home.sign_in(name, PASSWORD)
    client.get(LIST)
    client.send(LIST, {"which": "others"})
    assert (_is_in(client), _is_in(home)) == (True, False)
    home.sign_in(name, PASSWORD)
    client.get(LIST)
    assert client.send(LIST, {"which": "all"}).location == "/login"
    # then
    assert (_is_in(client), _is_in(home), _is_in(stranger)) == (False, False, True)
    told = db.session.scalars(select(HistoryEntry.action).where(HistoryEntry.action == "end sessions")).all()
    assert len(told) == 3


def test_a_sign_in_that_is_overtaken_by_a_new_password_begins_no_session(
    app: Flask, client: Client, lao: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was right when it was asked, and what ends sessions would not have met the one that begins."""
    # given
    prove = operations.prove

    def overtaken(*args: Any, **kwargs: Any) -> operations.Proven:
        proven = prove(*args, **kwargs)
        with transaction():
            operations.change_password(lao, "another hash", clock.now())
        return proven

    monkeypatch.setattr(operations, "prove", overtaken)
    # when
    answer = client.send("/login", {"username": CODE, "password": PASSWORD})
    # then
    assert answer.status_code == 422
    assert _rows() == []


def test_the_profile_leads_an_lao_to_its_sessions(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    assert f'href="{LIST}"' in client.get("/profile").text


def test_a_cookie_of_the_program_before_asks_to_sign_in_and_brings_back_what_was_typed(
    app: Flask, client: Client, lao: Actor
) -> None:
    # given
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"{lao.account_id}.1.full", True
    typed = profile_form({"version": "1", "csrf_token": form_token(lao.account_id), "clerk_name": "ปลัดคนใหม่"})
    own = {"Sec-Fetch-Site": "same-origin"}
    # when
    asked = client.post("/profile", data=typed, headers=own)
    # then
    assert asked.status_code == 401
    resume = fields(asked.text)["resume"][0]
    back = client.send("/login", {"username": CODE, "password": PASSWORD, "resume": resume})
    assert fields(back.text)["clerk_name"] == ["ปลัดคนใหม่"]


def test_sessions_that_are_over_are_forgotten_after_some_days(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    client.sign_in(CODE, PASSWORD)
    client.send("/logout", {})
    longest = app.permanent_session_lifetime + SESSIONS_KEPT
    for age, kept_still in ((longest, 1), (longest + timedelta(seconds=1), 0)):
        at(age)
        jobs.forget_old_sessions()
        assert len(_rows()) == kept_still


def test_neither_history_nor_public_log_knows_where_somebody_signed_in(app: Flask, client: Client, lao: Actor) -> None:
    client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    client.sign_in(CODE, PASSWORD)
    client.get(LIST)
    client.send(LIST, {"which": "all"})
    told = {name: rows for name, rows in kept().items() if "203.0.113.7" in str(rows)}
    assert not told, "sessions are the only table that holds an address, and `kept` leaves them out"
    assert "203.0.113.7" in {row.address for row in _rows()}


def test_the_history_keeps_when_somebody_signed_in_and_nothing_of_the_machine(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX

    # when
    client.sign_in(CODE, PASSWORD)
    at(app.permanent_session_lifetime + SESSIONS_KEPT + timedelta(seconds=1))
    jobs.forget_old_sessions()

    # then
    assert _rows() == []
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == Action.SIGN_IN)).one()
    assert (entry.before, entry.after, entry.at) == (None, None, MONDAY)
    promised = client.get("/help/privacy").text
    assert "เวลาที่เข้าสู่ระบบแต่ละครั้ง" in promised
    assert "เครื่องที่เข้าใช้: เบราว์เซอร์ ที่อยู่เครือข่าย" in promised


def test_a_sign_in_of_before_that_names_the_machine_is_still_read_and_the_log_holds(app: Flask, client: Client) -> None:
    # given
    lao = make_lao("6650809")
    make_world()
    with transaction():
        account = {"organisation_id": lao.organisation_id, "at": MONDAY}
        record(lao, Action.SIGN_IN, Entity.ACCOUNT, lao.account_id, after={"browser": "Firefox · Windows"}, **account)

    # when
    head_of_now()

    # then
    assert "all holds" in verified(app)
    enter(client, lao.account_id)
    assert "Firefox · Windows" in client.get("/history").text


def test_the_upgrade_keeps_accounts_and_goes_back(app: Flask, client: Client, lao: Actor) -> None:
    before = db.session.scalar(select(Account.password_hash).where(Account.id == lao.account_id))
    db.session.rollback()
    downgrade(revision="0024")
    assert db.session.execute(text("SELECT session_epoch FROM accounts")).scalars().all() == [1]
    db.session.rollback()
    upgrade()
    assert db.session.scalar(select(Account.password_hash).where(Account.id == lao.account_id)) == before
    client.sign_in(CODE, PASSWORD)
    assert _is_in(client)


def test_a_logout_in_a_tab_older_than_the_session_signs_out_all_the_same(app: Flask, client: Client) -> None:
    """“Not done” was the answer, with a button that said the same: who left the desk then was still signed in."""
    # given
    account_id = make_staff("somsri", Role.OFFICER, "65").id
    enter(client, account_id)
    cookie = client.get_cookie("eplannacc")
    assert cookie
    old = {"csrf_token": form_token(account_id)}

    # when a strange site sends it, nobody is signed out
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post("/logout", data=old, headers=headers).status_code == 400
    assert client.get("/nacc").status_code == 200

    # when
    answer = client.post("/logout", data=old, headers={"Sec-Fetch-Site": "same-origin"})

    # then
    assert answer.location == "/login"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    client.set_cookie("eplannacc", cookie.value)
    assert client.get("/nacc").status_code == 302
