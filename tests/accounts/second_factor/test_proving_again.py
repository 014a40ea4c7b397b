"""Before what opens or takes away much, whoever sits there proves once more who that is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pyotp import TOTP

from app import clock
from app.access import Actor
from app.accounts.second_factor.rules import FRESH_FOR, STEP, is_fresh
from app.db import db, transaction
from app.models import AccountSession, HistoryEntry
from app.models.enums import Role
from tests.accounts.conftest import MONDAY
from tests.accounts.second_factor.test_second_factor import add_app
from tests.client import Client
from tests.factories import PASSWORD, make_lao, make_project, make_staff
from tests.house.test_access import address, known_routes
from tests.pages import check_refused, enter, fields, kept

CONFIRM = "/account/confirm"
OURS = {"Sec-Fetch-Site": "same-origin"}
NEW_STAFF = {"username": "new", "name": "คนใหม่", "role": "officer", "provinces": ["65"]}
# What opens or takes away much.
ASKED = {
    *("accounts.end_session", "accounts.end_sessions"),
    *("second_factor.new_app", "second_factor.add_app", "second_factor.new_passkey", "second_factor.add_passkey"),
    *("second_factor.renew_codes", "second_factor.remove_factor"),
    *("administration.invite", "administration.change_staff", "administration.lock_staff"),
    *("administration.unlock_staff", "administration.renew_staff", "administration.remove_factors"),
    *("administration.set_second_person", "blackouts.black_out", "proposals.confirm_proposals"),
    *("amendments.amend_line", "amendments.take_today", "evaluation.do_one", "evaluation.do_filtered"),
    *("nacc_accounts.issue_codes", "nacc_accounts.hand_over", "nacc_accounts.remove_factors"),
    *("registry_upkeep.close", "registry_upkeep.succeed", "registry_upkeep.import_file"),
}


def grow_old(client: Client, account_id: int) -> None:
    """Let the proof of the sessions of an account be older than asked for."""
    with transaction():
        for session in db.session.query(AccountSession).filter_by(account_id=account_id):
            session.proved_at = clock.now() - FRESH_FOR
    client.get("/help")


def ask_for_staff(client: Client, account_id: int) -> Any:
    """The page that asks, and behind it the form for a new member of staff."""
    grow_old(client, account_id)
    client.get("/nacc/admin/staff")
    return client.send("/nacc/admin/staff", NEW_STAFF, headers=OURS)


def test_a_proof_is_fresh_for_a_quarter_of_an_hour() -> None:
    assert is_fresh(MONDAY, MONDAY + FRESH_FOR - timedelta(seconds=1))
    assert not is_fresh(MONDAY, MONDAY + FRESH_FOR)
    assert not is_fresh(None, MONDAY)


def test_the_views_that_ask_are_those_of_the_list(app: Flask) -> None:
    declared = {
        name.split()[1]
        for name, _method, rule in known_routes(app)
        if getattr(app.view_functions[rule.endpoint], "asks_proof", False)
    }
    assert declared == ASKED


@pytest.mark.parametrize("role", ["administrator", "lao"])
def test_each_of_them_does_nothing_before(app: Flask, client: Client, role: str) -> None:
    # given
    lao = make_lao()
    project_id = make_project(lao)
    account_id = make_staff("chief", Role.ADMINISTRATOR).id if role == "administrator" else lao.account_id
    assert account_id
    actor = enter(client, account_id)
    grow_old(client, account_id)
    before, asked = kept(), set()

    # when
    for name, method, rule in known_routes(app):
        view = app.view_functions[rule.endpoint]
        if not getattr(view, "asks_proof", False) or not any(actor.may(each) for each in view.access):  # type: ignore[attr-defined]
            continue
        path = address(app, rule, project_id)
        if method == "GET":
            assert client.get(path).location.startswith(f"{CONFIRM}?next=%2Faccount%2Fsecond-factor%2F"), name
        else:
            client.get("/help")
            answer = client.send(path, {"reason": "เหตุผล"}, headers=OURS)
            assert (answer.status_code, "ยืนยันว่าเป็นท่าน" in answer.text) == (403, True), name
            # A page of another site cannot make us keep a form of its making
            assert "ยืนยันว่าเป็นท่าน" not in client.send(path, {"reason": "เหตุผล"}).text, name
        asked.add(name.split()[1])

    # then
    assert kept() == before
    own = {name for name in ASKED if name.startswith(("accounts.", "second_factor."))}
    assert asked == (ASKED if role == "administrator" else own)


def test_the_deed_waits_behind_the_password_and_is_then_one_button_away(app: Flask, client: Client) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)

    # when
    asked = ask_for_staff(client, chief)

    # then
    for typed, wrong in (("", "กรอกรหัสผ่านปัจจุบัน"), ("ผิด", "รหัสผ่านปัจจุบันไม่ถูกต้อง")):
        page = fields(asked.text) | {"current": typed}
        check_refused(client, CONFIRM, page, {"current": wrong}, forgets=("current", "asked", "csrf_token"))
    assert not db.session.query(HistoryEntry).filter_by(action="create").count()

    # when
    back = client.send(CONFIRM, fields(asked.text) | {"current": PASSWORD})

    # then
    assert "ยืนยันตัวตนแล้ว ทำรายการต่อได้" in back.text
    assert "คนใหม่" in back.text
    link = client.send("/nacc/admin/staff", fields(back.text))
    assert "ลิงก์นี้แสดงครั้งเดียว" in link.text
    # and it asks no more for a while
    assert client.send("/nacc/admin/staff", NEW_STAFF | {"username": "next"}).status_code == 200


def test_who_has_a_second_factor_proves_by_that(app: Flask, client: Client, at: Callable[[timedelta], None]) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    secret, codes = add_app(client)
    grow_old(client, chief)
    at(timedelta(seconds=STEP))
    asked = client.get(f"{CONFIRM}?next=/account/second-factor/app")

    # then
    for typed in ({"second_code": "000000"}, {"current": PASSWORD}, {"second_code": ""}, {"passkey": "{}"}):
        answer = client.send(CONFIRM, fields(asked.text) | typed)
        assert answer.status_code == 422, typed
    old = client.get_cookie("eplannacc")

    # when
    answer = client.send(CONFIRM, fields(asked.text) | {"second_code": TOTP(secret).at(clock.now())})

    # then
    assert answer.location == "/account/second-factor/app"
    assert client.get(answer.location).status_code == 200
    assert old
    thief = Client(app)
    thief.set_cookie("eplannacc", old.value)
    assert thief.get("/nacc").status_code == 302, "a copy of the cookie is worth nothing from then on"
    assert codes


def test_a_question_of_another_session_is_none(app: Flask, client: Client) -> None:
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    _secret, codes = add_app(client)
    other = Client(app)
    enter(other, chief)
    grow_old(client, chief)
    foreign = fields(client.get(CONFIRM).text)["asked"]
    other.get(CONFIRM)
    answer = other.send(CONFIRM, {"asked": foreign, "second_code": codes[0]})
    assert (answer.status_code, "เปิดค้างไว้นานเกินไป" in answer.text) == (422, True)
    own = other.get(CONFIRM)
    assert other.send(CONFIRM, fields(own.text) | {"second_code": codes[0]}).status_code == 303


def test_guessing_there_is_counted(app: Flask, client: Client) -> None:
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    add_app(client)
    grow_old(client, chief)
    asked = fields(client.get(CONFIRM).text)
    answers = [client.send(CONFIRM, asked | {"second_code": "000000"}) for _ in range(6)]
    assert [each.status_code for each in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_it_renews_the_key_and_not_the_hours(app: Flask, client: Client, at: Callable[[timedelta], None]) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    client.sign_in("chief", PASSWORD)
    begun = _session(chief)

    # when
    at(timedelta(minutes=40))
    client.get(CONFIRM)
    client.send(CONFIRM, {"current": PASSWORD})

    # then
    renewed = _session(chief)
    assert (renewed["begun_at"], renewed["id"]) == (begun["begun_at"], begun["id"])
    assert renewed["key_hash"] != begun["key_hash"]
    assert renewed["proved_at"] == MONDAY + timedelta(minutes=40)
    assert client.get("/nacc").status_code == 200


def _session(account_id: int) -> dict[str, Any]:
    db.session.rollback()
    row = db.session.query(AccountSession).filter_by(account_id=account_id).one()
    return {name: getattr(row, name) for name in ("id", "begun_at", "key_hash", "proved_at")}


def test_where_it_leads_is_on_this_site(app: Flask, client: Client) -> None:
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    client.get(f"{CONFIRM}?next=https://elsewhere.example")
    assert client.send(CONFIRM, {"current": PASSWORD, "next": "//elsewhere.example"}).location == "/nacc"


def test_a_form_of_another_account_is_not_done_as_this_one(app: Flask, client: Client) -> None:
    # given
    actor: Actor = make_lao()
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    sealed = fields(ask_for_staff(client, chief).text)["resume"]
    other = Client(app)
    enter(other, actor.account_id)

    # when
    other.get(CONFIRM)
    answer = other.send(CONFIRM, {"current": PASSWORD, "resume": sealed})

    # then
    assert answer.location == "/home"


def test_a_new_password_is_no_proof_by_the_second_factor(app: Flask, client: Client) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    client.sign_in("chief", PASSWORD)
    add_app(client)
    grow_old(client, chief)
    client.get("/nacc/account")

    # when
    changed = client.send("/nacc/account/password", {"current": PASSWORD, "password": "ปลาทู แมว ดินสอ ฝน"})

    # then
    assert changed.status_code == 303
    assert client.get("/account/second-factor/app").location.startswith(CONFIRM)


def test_a_proof_sent_again_leads_on_and_tells_of_nothing_done(app: Flask, client: Client) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    typed = fields(ask_for_staff(client, chief).text) | {"current": PASSWORD}

    # when: the first answer was lost
    key = {"Idempotency-Key": "k1"}
    answers = [client.send(CONFIRM, typed, headers=OURS | key).text for _ in range(2)]

    # then
    for each in answers:
        assert "ยืนยันตัวตนแล้ว ทำรายการต่อได้" in each
        assert "คนใหม่" in each
        assert "บันทึกไว้แล้ว" not in each


@pytest.mark.parametrize("what", ["session over", "signed in anew", "old token"])
def test_what_waits_behind_the_page_outlives_its_session(app: Flask, client: Client, what: str) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    typed = fields(ask_for_staff(client, chief).text) | {"current": PASSWORD}

    # when
    if what == "session over":
        client.delete_cookie("eplannacc")
    else:
        enter(client, chief)
    if what == "old token":
        typed["csrf_token"] = ["worn out"]
    answer = client.post(CONFIRM, data=typed, headers=OURS)

    # then
    if what == "session over":
        answer = client.send("/login", fields(answer.text) | {"username": "chief", "password": PASSWORD})
    assert "คนใหม่" in answer.text
    assert PASSWORD not in answer.text
    assert "ลิงก์นี้แสดงครั้งเดียว" in client.send("/nacc/admin/staff", fields(answer.text)).text


def test_who_turns_back_leaves_the_page(app: Flask, client: Client) -> None:
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    grow_old(client, chief)
    page = client.get(f"{CONFIRM}?next=/account/second-factor/app").text
    assert '<a class="btn-q" href="/nacc">ยกเลิก</a>' in page, "not to what asks again"
    answer = client.send(CONFIRM, {"current": "ผิด", "next": "//elsewhere.example", "resume": "x"}).text
    assert "elsewhere" not in answer
