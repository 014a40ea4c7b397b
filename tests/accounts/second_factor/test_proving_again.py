"""Before what opens or takes away much, whoever sits there proves once more who that is."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from pyotp import TOTP

from app import clock
from app.access import Actor
from app.accounts.operations import end_sessions_of
from app.accounts.second_factor.rules import FRESH_FOR, STEP, is_fresh
from app.db import db, transaction
from app.models import AccountSession, FailedSignIn, HistoryEntry, SecondFactor
from app.models.enums import EndedBecause, FactorKind, FailedBecause, Role
from app.nacc.administration.forms import ContactForm
from tests.accounts.conftest import MONDAY
from tests.accounts.second_factor.test_second_factor import add_app
from tests.client import TOKEN, Client
from tests.factories import PASSWORD, make_lao, make_project, make_staff
from tests.house.test_access import address, known_routes
from tests.pages import check_refused, enter, fields, kept

CONFIRM = "/account/confirm"
OURS = {"Sec-Fetch-Site": "same-origin"}
HTMX = {"HX-Request": "true", "HX-Boosted": "true"}
NEW_STAFF = {"username": "new", "name": "คนใหม่", "role": "officer", "provinces": ["65"], "reason": "บรรจุใหม่"}
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


def _meanwhile(monkeypatch: pytest.MonkeyPatch, do: Callable[[], Any]) -> None:
    """Lets `do` happen while a save of the contact is under way, and is answered only then."""
    whole = ContactForm.validate

    def validate(form: ContactForm) -> bool:
        monkeypatch.setattr(ContactForm, "validate", whole)
        do()
        return bool(whole(form))

    monkeypatch.setattr(ContactForm, "validate", validate)


def _two_windows(app: Flask) -> tuple[Client, Client]:
    """Of one browser, with one jar of cookies."""
    one, other = Client(app), Client(app)
    other._cookies = one._cookies
    return one, other


CONTACT = {"contact": "โทร 1205", "version": "0"}


def test_a_save_under_way_while_the_session_is_renewed_brings_no_old_key_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    one, other = _two_windows(app)
    one.sign_in("chief", PASSWORD)
    asked = ask_for_staff(one, chief)
    other.get("/nacc/admin/contact")
    _meanwhile(monkeypatch, lambda: one.send(CONFIRM, fields(asked.text) | {"current": PASSWORD}))

    # when
    saved = other.send("/nacc/admin/contact", CONTACT)

    # then both windows are in the session that was renewed, and the save is told
    assert saved.status_code == 303
    assert "บันทึกข้อความติดต่อแล้ว" in other.get("/nacc/admin/contact").text
    assert one.send("/nacc/admin/staff", NEW_STAFF, headers=OURS).status_code == 200
    assert [each.ended_at for each in db.session.query(AccountSession)] == [None]


def test_a_save_under_way_while_somebody_signs_out_leaves_nothing_for_who_comes_next(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    make_staff("chief", Role.ADMINISTRATOR)
    make_staff("somsri", Role.OFFICER, "65")
    one, other = _two_windows(app)
    one.sign_in("chief", PASSWORD)
    other.get("/nacc/admin/contact")
    one.get("/nacc")
    _meanwhile(monkeypatch, lambda: one.send("/logout", {}))

    # when
    other.send("/nacc/admin/contact", CONTACT)

    # then
    assert one.get("/nacc").status_code == 302
    assert "บันทึกข้อความติดต่อแล้ว" not in one.get("/login").text
    one.send("/login", {"username": "somsri", "password": PASSWORD})
    assert "บันทึกข้อความติดต่อแล้ว" not in one.get("/nacc").text


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


# --- at one moment --------------------------------------------------------------------------------------------------
def waiting(client: Client, account_id: int) -> dict[str, Any]:
    """The page that asks, as it is sent, with a form that waits behind it."""
    page = ask_for_staff(client, account_id).text
    found = TOKEN.search(page)
    assert found
    return fields(page) | {"csrf_token": found[1]}


def side_by_side(
    app: Flask,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    forms: list[dict[str, Any]],
    headers: dict[str, str] = OURS,
) -> list[tuple[Client, Any]]:
    """Send `forms` from one session, each read before another is answered; gives what stands where, one by one."""
    cookie, together = client.get_cookie("eplannacc"), Barrier(len(forms))
    assert cookie
    both: list[tuple[Client, Any]] = []

    def wait_and_ask(*words: Any) -> bool:
        together.wait(timeout=10)
        return is_fresh(*words)

    def send(form: dict[str, Any]) -> None:
        window = Client(app)
        window.set_cookie("eplannacc", cookie.value)
        both.append((window, window.post(CONFIRM, data=form, headers=headers)))

    db.session.rollback()
    with monkeypatch.context() as patch:
        patch.setattr("app.accounts.second_factor.routes.is_fresh", wait_and_ask)
        threads = [Thread(target=send, args=(form,)) for form in forms]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(both) == len(forms)
    return both


@pytest.mark.parametrize("by", ["password", "app"])
def test_a_proof_sent_twice_at_one_moment_leads_both_on_in_one_session(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, at: Callable[[timedelta], None], by: str
) -> None:
    """A double click: of the first answer the browser may never see the cookie."""
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    secret = add_app(client)[0] if by == "app" else ""
    at(timedelta(seconds=STEP))
    typed = waiting(client, chief)
    typed |= {"second_code": TOTP(secret).at(clock.now())} if secret else {"current": PASSWORD}

    # when
    both = side_by_side(app, client, monkeypatch, [typed, typed])

    # then
    for window, answer in both:
        assert "ยืนยันตัวตนแล้ว ทำรายการต่อได้" in answer.text
        assert window.get("/nacc").status_code == 200, "in the cookie of either answer the session goes on"
    assert not db.session.query(FailedSignIn).count()
    assert client.get("/nacc").status_code == 302, "a copy of the cookie before is worth nothing"


@pytest.mark.parametrize("headers", [OURS, OURS | HTMX], ids=["plain", "htmx"])
def test_of_two_proofs_in_two_windows_the_later_leads_on_and_leaves_the_cookie_alone(
    app: Flask,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    at: Callable[[timedelta], None],
    headers: dict[str, str],
) -> None:
    """By htmx, too, the browser sends the form itself: led to the page anew, it would lose the form that waits."""
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    secret, codes = add_app(client)
    at(timedelta(seconds=STEP))
    asked = waiting(client, chief)
    one, other = asked | {"second_code": TOTP(secret).at(clock.now())}, asked | {"second_code": codes[0]}

    # when
    both = side_by_side(app, client, monkeypatch, [one, other], headers)

    # then
    (first, led_on), (_window, later) = sorted(both, key=lambda each: each[1].status_code)
    assert "ยืนยันตัวตนแล้ว ทำรายการต่อได้" in led_on.text
    assert (later.status_code, later.location, "Set-Cookie" in later.headers) == (307, CONFIRM, False)
    # and the browser, which has one cookie, sends the form of the later window once more
    assert "ยืนยันตัวตนแล้ว ทำรายการต่อได้" in first.post(CONFIRM, data=other, headers=headers).text
    assert first.get("/nacc").status_code == 200
    # of two right proofs one was spent
    spent = db.session.query(SecondFactor).filter_by(kind=FactorKind.RECOVERY).count() < len(codes)
    used = db.session.query(SecondFactor).filter_by(kind=FactorKind.APP).one().used_at is not None
    assert [spent, used].count(True) == 1


def test_a_wrong_proof_beside_a_right_one_gets_no_session(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    asked = waiting(client, chief)

    # when
    both = side_by_side(app, client, monkeypatch, [asked | {"current": PASSWORD}, asked | {"current": "ผิด"}])

    # then
    wrong = [(window, answer) for window, answer in both if answer.status_code == 422]
    assert [(window.get("/nacc").status_code, "Set-Cookie" in answer.headers) for window, answer in wrong] == [
        (302, False)
    ]


def test_whose_session_ended_meanwhile_signs_in_and_finds_the_form(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    typed = waiting(client, chief) | {"current": PASSWORD}

    def end_and_ask(*words: Any) -> bool:
        with transaction():
            end_sessions_of(chief, EndedBecause.BY_OWNER, clock.now())
        return is_fresh(*words)

    # when
    with monkeypatch.context() as patch:
        patch.setattr("app.accounts.second_factor.routes.is_fresh", end_and_ask)
        led = client.post(CONFIRM, data=typed, headers=OURS)
    assert (led.status_code, led.location, "Set-Cookie" in led.headers) == (307, CONFIRM, False)
    answer = client.post(CONFIRM, data=typed, headers=OURS)

    # then
    assert answer.status_code == 401
    back = client.send("/login", fields(answer.text) | {"username": "chief", "password": PASSWORD})
    assert "คนใหม่" in back.text
    assert "ลิงก์นี้แสดงครั้งเดียว" in client.send("/nacc/admin/staff", fields(back.text)).text


def test_a_wrong_code_of_whoever_is_signed_in_slows_nobody_elsewhere(app: Flask, client: Client) -> None:
    """As a wrong present password does not: whoever sits there has signed in."""
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    add_app(client)
    grow_old(client, chief)
    client.send(CONFIRM, fields(client.get(CONFIRM).text) | {"second_code": "000000"})
    assert [(each.because, each.known) for each in db.session.query(FailedSignIn)] == [
        (FailedBecause.WRONG_SECOND, True)
    ]
