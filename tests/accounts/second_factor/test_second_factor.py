"""Beside the password: an app, codes on paper, a code by mail. Passkeys are tried in a browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from pyotp import TOTP
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.operations import owe_word
from app.accounts.rules import fingerprint
from app.accounts.second_factor import rules
from app.accounts.second_factor.operations import MAILS_AN_HOUR, FactorQuestion, Wrong, owe_code, prove
from app.accounts.second_factor.rules import ASKED_FOR, MOST_FACTORS, RECOVERY_CODES, STEP
from app.db import db, transaction
from app.mails.jobs import send_queued
from app.mails.rules import NEW_EMAIL
from app.models import Account, AccountSession, FailedSignIn, HistoryEntry, MailLog, SecondFactor
from app.models.enums import EndedBecause, FactorKind, FailedBecause, Role
from app.nacc.blackouts.operations import erase_person
from tests.accounts.conftest import CODE
from tests.client import Client
from tests.factories import PASSWORD, make_lao, make_staff, profile_form
from tests.pages import check_refused, enter, fields, form_token, forms
from tests.smtp import Mailbox, served, wait_for_mail

PAGE = "/account/second-factor"
HELD_UP = "ขณะนี้ระบบส่งอีเมลไม่ออก"
STEP_LATER = timedelta(seconds=STEP)


@pytest.fixture
def officer(app: Flask, at: Callable[[timedelta], None]) -> int:
    return make_staff("somsri", Role.OFFICER, "65").id


@pytest.fixture
def by_mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """LAOs are sent a code where they come from a new device."""
    monkeypatch.setitem(app.config, "SECOND_FACTOR_LAO", True)


def code_of(secret: str) -> str:
    """What the app shows now."""
    return TOTP(secret).at(clock.now())


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found, page
    return found[1].replace(" ", "")


def add_app(client: Client, name: str = "") -> tuple[str, list[str]]:
    """The secret of an app that was added, and the recovery codes that came with it."""
    page = client.get(f"{PAGE}/app")
    secret = secret_on(page.text)
    answer = client.send(f"{PAGE}/app", fields(page.text) | {"second_code": code_of(secret), "name": name})
    return secret, re.findall(r"<code class=\"keep\">([^<]+)</code>", answer.text)


def first_step(client: Client, username: str = "somsri", **more: Any) -> Any:
    """The answer to a right password."""
    client.get("/login")
    answer = client.send("/login", {"username": username, "password": PASSWORD}, **more)
    wait_for_mail()
    return answer


def second_step(client: Client, asked: Any, code: str, **more: Any) -> Any:
    return client.send("/login/second", fields(asked.text) | {"second_code": code}, **more)


def rows(model: Any) -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(select(model).order_by(model.id)))


# --- rules ----------------------------------------------------------------------------------------------------------
def test_an_apps_code_is_that_of_now_or_of_the_step_beside() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B
    at_59 = datetime.fromtimestamp(59, UTC)
    assert rules.matching_step(secret, "287082", at_59) == 1
    for seconds, matches in ((29, True), (59, True), (89, True), (90, False), (119, False)):
        step = rules.matching_step(secret, "287082", datetime.fromtimestamp(seconds, UTC))
        assert (step == 1) is matches, seconds
    assert rules.matching_step(secret, "๒๘๗๐๘๒", at_59) is None, "digits are read before"
    assert rules.matching_step(secret, "", at_59) is None


@pytest.mark.parametrize("typed", ["abcd-efgh", " ABCD EFGH ", "AbCd–efgh".replace("–", "-"), "abcdefgh"])
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert rules.read_code(typed) == "ABCDEFGH"


def test_a_code_in_thai_digits_is_one() -> None:
    assert rules.read_code("๒๘๗ ๐๘๒") == "287082"


def test_a_recovery_code_is_too_long_to_guess() -> None:
    code = rules.recovery_code()
    assert re.fullmatch(r"([A-HJKMNP-Z2-9]{4}-){5}[A-HJKMNP-Z2-9]{4}", code)
    assert code != rules.recovery_code()


def test_an_apps_secret_is_kept_sealed_under_the_systems_own_key() -> None:
    kept = rules.sealed("GEZDGNBV", "a key")
    assert "GEZDGNBV" not in kept
    assert rules.unsealed(kept, "a key") == "GEZDGNBV"
    assert rules.unsealed(kept, "another key") is None


def test_a_code_by_mail_has_six_digits_of_its_own_mail() -> None:
    codes = {rules.mail_code("a key", number) for number in range(50)}
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(codes) > 45
    assert rules.mail_code("a key", 7) != rules.mail_code("another key", 7)


@pytest.mark.parametrize(
    ("address", "host"),
    [("https://eplannacc.go.th", "eplannacc.go.th"), ("http://127.0.0.1:5000", ""), ("https://[::1]", ""), ("", "")],
)
def test_passkeys_belong_to_a_name(address: str, host: str) -> None:
    assert rules.passkey_host(address) == host


# --- an app ---------------------------------------------------------------------------------------------------------
def test_staff_add_an_app_and_are_asked_for_its_code_from_then_on(app: Flask, client: Client, officer: int) -> None:
    # given
    client.sign_in("somsri", PASSWORD)
    elsewhere = Client(app)
    elsewhere.sign_in("somsri", PASSWORD)

    # when
    secret, codes = add_app(client, "โทรศัพท์")

    # then
    assert len(codes) == RECOVERY_CODES
    page = client.get(PAGE).text
    assert "โทรศัพท์" in page
    assert f"เหลือ {RECOVERY_CODES} รหัส" in page
    assert elsewhere.get("/nacc/account").status_code == 302, "it signed in without"
    kept = rows(SecondFactor)
    assert secret not in str([each.secret for each in kept])
    assert not {code.replace("-", "") for code in codes} & {each.secret for each in kept}
    told = [entry for entry in rows(HistoryEntry) if entry.action in ("add second factor", "new recovery codes")]
    assert len(told) == 2
    assert secret not in str([entry.after for entry in told])

    # when
    stranger = Client(app)
    asked = first_step(stranger)

    # then
    assert (asked.status_code, "ยืนยันตัวตนขั้นที่สอง" in asked.text) == (200, True)
    assert stranger.get("/nacc").status_code == 302, "nobody is signed in by half"


def test_a_code_signs_in_once(app: Flask, client: Client, officer: int, at: Callable[[timedelta], None]) -> None:
    # given
    enter(client, officer)
    secret, _codes = add_app(client)
    one, other = Client(app), Client(app)
    asked = first_step(one)
    seen = code_of(secret)

    # when: the very code that added the app
    assert "รหัสไม่ถูกต้อง" in second_step(one, asked, seen).text

    # when
    at(STEP_LATER)
    answer = second_step(one, asked, f"{code_of(secret)[:3]} {code_of(secret)[3:]}")

    # then
    assert answer.location == "/nacc"
    assert one.get("/nacc/account").status_code == 200
    again = second_step(other, first_step(other), code_of(secret))
    assert (again.status_code, other.get("/nacc").status_code) == (422, 302)
    at(STEP_LATER * 2)
    assert second_step(other, first_step(other), code_of(secret)).location == "/nacc"


def test_a_wrong_code_is_seen_by_the_owner_and_slowed(app: Flask, client: Client, officer: int) -> None:
    # given
    enter(client, officer)
    secret, _codes = add_app(client)
    stranger = Client(app)
    asked = first_step(stranger)

    # when
    answers = [second_step(stranger, asked, "000000", environ_base={"REMOTE_ADDR": "198.51.100.7"}) for _ in range(6)]

    # then
    assert [each.status_code for each in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    found = rows(FailedSignIn)
    assert {(each.because, each.account_id, each.address) for each in found} == {
        (FailedBecause.WRONG_SECOND, officer, "198.51.100.7")
    }
    assert FailedBecause.WRONG_SECOND.label in client.get("/nacc/account").text
    assert secret


def test_a_recovery_code_stands_in_once(app: Flask, client: Client, officer: int) -> None:
    # given
    enter(client, officer)
    _secret, codes = add_app(client)

    # when
    one, other = Client(app), Client(app)
    answer = second_step(one, first_step(one), codes[0].lower())

    # then
    assert answer.location == "/nacc"
    assert f"เหลือ {RECOVERY_CODES - 1} รหัส" in one.get(PAGE).text
    assert second_step(other, first_step(other), codes[0]).status_code == 422
    assert second_step(other, first_step(other), codes[1]).location == "/nacc"


def test_new_recovery_codes_end_those_before(app: Flask, client: Client, officer: int) -> None:
    enter(client, officer)
    _secret, codes = add_app(client)
    answer = client.send(f"{PAGE}/codes", {})
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    new = re.findall(r"<code class=\"keep\">([^<]+)</code>", answer.text)
    assert len(set(new) | set(codes)) == 2 * RECOVERY_CODES
    stranger = Client(app)
    asked = first_step(stranger)
    assert second_step(stranger, asked, codes[0]).status_code == 422
    assert second_step(stranger, asked, new[0]).location == "/nacc"


def test_without_a_factor_there_are_no_codes(client: Client, officer: int) -> None:
    enter(client, officer)
    client.send(f"{PAGE}/codes", {})
    assert rows(SecondFactor) == []


@pytest.mark.parametrize("what", ["late", "new password", "another account", "nonsense"])
def test_a_question_is_for_one_account_one_password_and_ten_minutes(
    app: Flask, client: Client, officer: int, at: Callable[[timedelta], None], what: str
) -> None:
    # given
    enter(client, officer)
    secret, _codes = add_app(client)
    stranger = Client(app)
    asked = first_step(stranger)
    typed = fields(asked.text)

    # when
    if what == "late":
        at(ASKED_FOR)
    elif what == "new password":
        db.session.get_one(Account, officer).password_hash = "another"
        db.session.commit()
    elif what == "another account":  # whose owner has no second factor of the kind
        make_staff("other", Role.OFFICER, "65")
        enter(client, db.session.scalars(select(Account.id).where(Account.username == "other")).one())
        add_app(client)
        typed["asked"] = fields(first_step(Client(app), "other").text)["asked"]
    else:
        typed["asked"] = ["x" + typed["asked"][0]]
    if what != "late":
        at(STEP_LATER)
    answer = stranger.send("/login/second", typed | {"second_code": code_of(secret)})

    # then
    assert answer.status_code == 422
    assert stranger.get("/nacc").status_code == 302
    assert ("หมดเวลาของขั้นที่สอง" in answer.text) is (what != "another account")


def test_the_form_that_outlived_its_session_comes_back_behind_the_second_step(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given
    enter(client, lao.account_id)
    secret, _codes = add_app(client)
    at(STEP_LATER)
    stranger = Client(app)
    stranger.get("/login")
    lost = stranger.send(
        "/profile",
        profile_form({"mayor_name": "นายกคนใหม่"}) | {"csrf_token": form_token(lao.account_id)},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert lost.status_code == 401

    # when
    asked = stranger.send("/login", fields(lost.text) | {"username": CODE, "password": PASSWORD})
    back = second_step(stranger, asked, code_of(secret))

    # then
    assert "ข้อมูลที่พิมพ์ไว้ยังอยู่" in back.text
    assert "นายกคนใหม่" in back.text
    assert PASSWORD not in back.text


def test_the_page_that_was_asked_for_comes_behind_the_second_step(
    app: Flask, client: Client, officer: int, at: Callable[[timedelta], None]
) -> None:
    enter(client, officer)
    secret, _codes = add_app(client)
    at(STEP_LATER)
    stranger = Client(app)
    stranger.get("/login?next=/nacc/review")
    asked = stranger.send("/login", {"username": "somsri", "password": PASSWORD, "next": "/nacc/review"})
    assert second_step(stranger, asked, code_of(secret)).location == "/nacc/review"
    assert second_step(Client(app), asked, code_of(secret)).status_code == 422


def test_an_app_of_another_key_says_that_it_is_of_no_use(
    app: Flask, client: Client, officer: int, at: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, officer)
    secret, codes = add_app(client)
    at(STEP_LATER)
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key, after a leak")
    stranger = Client(app)
    asked = first_step(stranger)
    assert "แอปที่เพิ่มไว้ใช้ไม่ได้แล้ว" in second_step(stranger, asked, code_of(secret)).text
    assert second_step(stranger, asked, codes[0]).location == "/nacc"


def test_a_locked_account_is_not_opened_by_its_second_step(
    app: Flask, client: Client, officer: int, at: Callable[[timedelta], None]
) -> None:
    enter(client, officer)
    secret, _codes = add_app(client)
    stranger = Client(app)
    asked = first_step(stranger)
    db.session.get_one(Account, officer).locked_at = clock.now()
    db.session.commit()
    at(STEP_LATER)
    assert second_step(stranger, asked, code_of(secret)).status_code == 422
    assert stranger.get("/nacc").status_code == 302


def test_the_secret_of_an_app_is_shown_to_its_own_account_and_kept_by_no_browser(
    app: Flask, client: Client, officer: int, lao: Actor
) -> None:
    # given
    enter(client, officer)
    page = client.get(f"{PAGE}/app")
    assert page.headers["Cache-Control"] == "no-store, no-transform"
    secret = secret_on(page.text)

    # when
    for wrong in ("000000", "กขคงจฉ", ""):
        answer = check_refused(
            client, f"{PAGE}/app", fields(page.text) | {"second_code": wrong}, {"second_code": "กรอก"}
        )
        assert secret_on(answer.text) == secret, "the app has it already"
    other = Client(app)
    enter(other, lao.account_id)
    taken = other.send(f"{PAGE}/app", {"offer": fields(page.text)["offer"], "second_code": code_of(secret)})

    # then
    assert taken.status_code == 422
    assert secret_on(taken.text) != secret
    assert rows(SecondFactor) == []


def test_an_app_sent_twice_is_one_and_its_codes_are_shown_again(
    app: Flask, client: Client, officer: int, at: Callable[[timedelta], None]
) -> None:
    # given
    enter(client, officer)
    page = client.get(f"{PAGE}/app")
    typed = fields(page.text) | {"second_code": code_of(secret_on(page.text))}

    # when
    first, again = (client.send(f"{PAGE}/app", typed).text for _ in range(2))

    # then
    shown = [re.findall(r"<code class=\"keep\">([^<]+)</code>", each) for each in (first, again)]
    assert [len(each) for each in shown] == [RECOVERY_CODES] * 2
    assert [each.kind for each in rows(SecondFactor)].count(FactorKind.APP) == 1
    stranger = Client(app)
    assert second_step(stranger, first_step(stranger), shown[1][0]).location == "/nacc"


@pytest.mark.parametrize("told", ["\\ud800", "\\u0000", "ก", "a b", ""])
def test_a_passkey_that_says_odd_things_is_none(app: Flask, client: Client, officer: int, told: str) -> None:
    enter(client, officer)
    add_app(client)
    stranger = Client(app)
    response = '{"clientDataJSON":"e30","authenticatorData":"e30","signature":"e30"}'
    answer = f'{{"id":"{told}","rawId":"AA","type":"public-key","response":{response}}}'
    asked = fields(first_step(stranger).text)
    assert stranger.send("/login/second", asked | {"passkey": answer}).status_code == 422


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://EPlan.nacc.go.th", "https://eplan.nacc.go.th"),
        ("https://eplan.nacc.go.th:443", "https://eplan.nacc.go.th"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("https://แผน.ไทย", "https://xn--o3c0aa4h.xn--o3cw4h"),
    ],
)
def test_an_address_is_told_as_browsers_tell_it(address: str, origin: str) -> None:
    assert rules.origin_of(address).partition("://")[0] == origin.partition("://")[0]
    assert rules.origin_of(address).isascii()
    if address.isascii():
        assert rules.origin_of(address) == origin


def test_no_more_than_some(client: Client, officer: int, at: Callable[[timedelta], None]) -> None:
    enter(client, officer)
    for number in range(MOST_FACTORS + 1):
        at(STEP_LATER * number)
        page = client.get(f"{PAGE}/app")
        answer = client.send(f"{PAGE}/app", fields(page.text) | {"second_code": code_of(secret_on(page.text))})
    assert f"เพิ่มได้ไม่เกิน {MOST_FACTORS}" in answer.text
    assert sum(each.kind is FactorKind.APP for each in rows(SecondFactor)) == MOST_FACTORS


def test_a_factor_is_removed_by_its_owner_alone_and_with_the_last_one_the_codes(
    app: Flask, client: Client, officer: int, lao: Actor
) -> None:
    # given
    enter(client, officer)
    add_app(client)
    own = next(each.id for each in rows(SecondFactor) if each.kind is FactorKind.APP)
    other = Client(app)
    enter(other, lao.account_id)

    # then
    other.get(PAGE)
    assert other.send(f"{PAGE}/{own}/remove", {}).status_code == 404
    code = next(each.id for each in rows(SecondFactor) if each.kind is FactorKind.RECOVERY)
    assert client.send(f"{PAGE}/{code}/remove", {}).status_code == 404, "codes go together"

    # when
    client.get(PAGE)
    client.send(f"{PAGE}/{own}/remove", {})

    # then
    assert rows(SecondFactor) == []
    assert Client(app).sign_in("somsri", PASSWORD).request.path == "/nacc"


# --- staff must have one --------------------------------------------------------------------------------------------
def test_where_it_is_wanted_staff_do_nothing_before_they_have_one(
    app: Flask,
    client: Client,
    officer: int,
    lao: Actor,
    at: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    monkeypatch.setitem(app.config, "SECOND_FACTOR_STAFF", True)

    # when
    landed = client.sign_in("somsri", PASSWORD)

    # then
    assert landed.request.path == PAGE
    for path in ("/nacc", "/nacc/review", "/nacc/account", "/account/sessions"):
        assert client.get(path).location == PAGE
    assert client.send("/nacc/account/password", {"current": PASSWORD, "password": "รหัสใหม่ที่ยาวพอ"}).location == PAGE

    # when
    add_app(client)

    # then
    assert client.get("/nacc").status_code == 200
    page = client.get(PAGE)
    assert not [path for path in forms(page.text) if path.endswith("/remove")]
    only = next(each.id for each in rows(SecondFactor) if each.kind is FactorKind.APP)
    assert "อย่างน้อย 1 อย่าง" in client.send(f"{PAGE}/{only}/remove", {}, follow_redirects=True).text
    assert len(rows(SecondFactor)) == 1 + RECOVERY_CODES
    # And an LAO is asked for nothing
    assert Client(app).sign_in(CODE, PASSWORD).request.path == "/home"


def test_a_newcomer_is_offered_only_what_opens(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    make_staff("chief", Role.ADMINISTRATOR)
    client.sign_in("chief", PASSWORD)
    monkeypatch.setitem(app.config, "SECOND_FACTOR_STAFF", True)

    # when
    pages = [client.get(PAGE).text, client.get(f"{PAGE}/app").text]
    pages += re.findall(
        r'<header class="top".*?</header>|<nav class="menu".*?</nav>', client.get("/help").text, re.DOTALL
    )

    # then
    offered = {each for page in pages for each in re.findall(r'<a [^>]*href="(/[^"#]*)', page)}
    assert PAGE in offered
    assert {each: client.get(each).status_code for each in offered} == dict.fromkeys(offered, 200)


def test_what_newcomers_sent_waits_until_they_have_one(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    chief = make_staff("chief", Role.ADMINISTRATOR)
    client.sign_in("chief", PASSWORD)
    client.get("/nacc/admin/staff")
    monkeypatch.setitem(app.config, "SECOND_FACTOR_STAFF", True)
    form = {"username": "new", "name": "คนใหม่", "role": "officer", "provinces": ["65"], "reason": "บรรจุใหม่"}

    # when
    same = {"Sec-Fetch-Site": "same-origin"}
    answer = client.send("/nacc/admin/staff", form, headers=same)

    # then
    assert answer.status_code == 403
    assert "ต้องมีขั้นที่สองก่อน" in answer.text
    part = client.get("/nacc/review", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, PAGE), "not into a row of a table"
    add_app(client)
    assert "ลิงก์นี้แสดงครั้งเดียว" in client.send("/nacc/admin/staff", fields(answer.text)).text
    assert chief


def test_a_session_of_before_is_held_to_it_too(
    app: Flask, client: Client, officer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in("somsri", PASSWORD)
    monkeypatch.setitem(app.config, "SECOND_FACTOR_STAFF", True)
    assert client.get("/nacc").location == PAGE


# --- a code by mail -------------------------------------------------------------------------------------------------
def _mailed_code(mailbox: Mailbox) -> str:
    wait_for_mail()
    found = re.search(r"^(\d{6})$", mailbox.mails[-1].get_content(), re.MULTILINE)  # type: ignore[attr-defined]
    assert found
    return found[1]


def test_an_lao_at_a_new_device_is_asked_for_a_code_by_mail(
    app: Flask, client: Client, lao: Actor, mailbox: Mailbox, at: Callable[[timedelta], None], by_mail: None
) -> None:
    # given

    # when
    asked = first_step(client, CODE)
    code = _mailed_code(mailbox)

    # then
    assert mailbox.mails[-1]["To"] == f"{CODE}@example.go.th"
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert "รหัสไม่ถูกต้อง" in second_step(client, asked, wrong).text
    assert client.get("/home").status_code == 302
    at(timedelta(seconds=1))
    assert second_step(client, asked, code).location == "/home"

    # and the device is known from then on
    client.send("/logout", {})
    assert client.sign_in(CODE, PASSWORD).request.path == "/home"
    assert len(mailbox.mails) == 1

    # and the code is used
    thief = Client(app)
    thief.get("/login")
    assert second_step(thief, asked, code).status_code == 422


def test_a_code_by_mail_is_for_its_own_sign_in_and_not_sent_for_ever(
    app: Flask, client: Client, lao: Actor, mailbox: Mailbox, by_mail: None
) -> None:
    first = first_step(client, CODE)
    code = _mailed_code(mailbox)
    again = first_step(Client(app), CODE)
    assert second_step(client, again, code).status_code == 422, "the code of another mail"
    for number in range(MAILS_AN_HOUR - 1):
        answer = first_step(Client(app), CODE, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
    wait_for_mail()
    assert (answer.status_code, f"แล้ว {MAILS_AN_HOUR} ครั้งใน 1 ชั่วโมง" in answer.text) == (422, True)
    assert len(rows(MailLog)) == MAILS_AN_HOUR
    assert second_step(client, first, code).location == "/home"


def test_where_the_mail_server_is_down_the_page_says_so_and_the_code_comes_later(
    app: Flask, client: Client, lao: Actor, by_mail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    make_lao("6650808")
    monkeypatch.setitem(app.config, "MAIL_HOST", "127.0.0.1")
    monkeypatch.setitem(app.config, "MAIL_PORT", 1)
    asked = first_step(client, CODE)  # nobody may know it yet

    # when
    looked, next_one = second_step(client, asked, ""), first_step(Client(app), "6650808")

    # then whoever is behind a right password is told, and looking was no try
    assert (looked.status_code, next_one.status_code) == (422, 200)
    assert all(HELD_UP in page.text for page in (looked, next_one))
    assert rows(FailedSignIn) == []
    stranger = Client(app)
    for username in (CODE, "nobody"):
        assert HELD_UP not in stranger.send("/login", {"username": username, "password": "ผิด"}).text

    # when it comes back
    box = Mailbox()
    with served(box) as port:
        monkeypatch.setitem(app.config, "MAIL_PORT", port)
        send_queued()
    code = re.search(r"^(\d{6})$", box.mails[0].get_content(), re.MULTILINE)  # type: ignore[attr-defined]

    # then
    assert code
    assert HELD_UP not in second_step(client, asked, "").text
    assert second_step(client, asked, code[1]).location == "/home"


def test_a_code_nobody_waits_for_any_more_is_not_sent(
    app: Flask, client: Client, lao: Actor, at: Callable[[timedelta], None], by_mail: None
) -> None:
    from app.accounts.jobs import sign_in_code

    first_step(client, CODE)
    owed = rows(MailLog)[0]
    assert sign_in_code(owed, "") is not None
    at(ASKED_FOR)
    assert sign_in_code(owed, "") is None


def test_an_lao_with_an_app_is_asked_for_that_instead(
    app: Flask, client: Client, lao: Actor, mailbox: Mailbox, at: Callable[[timedelta], None], by_mail: None
) -> None:
    # given
    enter(client, lao.account_id)
    secret, _codes = add_app(client)
    wait_for_mail()
    told = [owed.kind for owed in rows(MailLog)]
    assert told == ["new_factor"], "the LAO is told of it"

    # when
    at(STEP_LATER)
    stranger = Client(app)
    asked = first_step(stranger, CODE)

    # then
    assert second_step(stranger, asked, code_of(secret)).location == "/home"
    assert [owed.kind for owed in rows(MailLog)] == ["new_factor"]


def test_a_question_for_a_mailed_code_ends_when_an_app_is_added(
    app: Flask, client: Client, lao: Actor, mailbox: Mailbox, by_mail: None
) -> None:
    asked = first_step(client, CODE)
    code = _mailed_code(mailbox)
    assert "รหัส 6 หลักจากอีเมล" in asked.text
    own = Client(app)
    enter(own, lao.account_id)
    add_app(own)
    assert second_step(client, asked, code).status_code == 422


def test_of_many_who_send_one_mailed_code_at_one_moment_one_comes_in(app: Flask, lao: Actor) -> None:
    # given
    now = clock.now()
    with transaction():
        mail_id = owe_code(lao.own_organisation_id, now)
    question = FactorQuestion(lao.own_account_id, now, "", mail_id)
    key = str(app.config["SECRET_KEY"])
    together, outcomes = Barrier(4), list[str]()

    def send() -> None:
        with app.app_context():
            together.wait(timeout=10)
            try:
                with transaction():
                    prove(question, rules.mail_code(key, mail_id), "", key, now + timedelta(seconds=1))
            except Wrong:
                outcomes.append("wrong")
            else:
                outcomes.append("in")

    # when
    db.session.rollback()
    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert sorted(outcomes) == ["in"] + ["wrong"] * 3


# --- lost -----------------------------------------------------------------------------------------------------------
def test_an_officer_takes_a_lost_factor_from_an_lao_and_the_lao_is_told(
    app: Flask, client: Client, lao: Actor, officer: int
) -> None:
    # given
    theirs = Client(app)
    theirs.sign_in(CODE, PASSWORD)
    add_app(theirs)
    enter(client, officer)
    path = f"/nacc/accounts/{lao.organisation_id}"
    assert f"{path}/second-factor" in forms(client.get(path).text)
    assert "บอกเหตุผล" in client.send(f"{path}/second-factor", {"reason": ""}).text
    assert rows(SecondFactor)

    # when
    client.send(f"{path}/second-factor", {"reason": "ทำโทรศัพท์หาย"})

    # then
    assert rows(SecondFactor) == []
    assert theirs.get("/home").status_code == 302
    assert rows(AccountSession)[0].ended_because is EndedBecause.NEW_FACTOR
    page = client.get(path).text
    assert "ทำโทรศัพท์หาย" in page
    assert f"{path}/second-factor" not in forms(page)
    assert [owed.kind for owed in rows(MailLog)] == ["new_factor", "new_factor"]
    assert Client(app).sign_in(CODE, PASSWORD).request.path == "/home"
    # and a second click is told that there is none
    assert "ไม่มีการยืนยันตัวตนขั้นที่สอง" in client.send(f"{path}/second-factor", {"reason": "อีกครั้ง"}).text


def test_an_administrator_takes_a_lost_factor_from_staff(app: Flask, client: Client, officer: int) -> None:
    # given
    theirs = Client(app)
    theirs.sign_in("somsri", PASSWORD)
    add_app(theirs)
    chief = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, chief)
    path = f"/nacc/admin/staff/{officer}"
    assert f"{path}/second-factor" in forms(client.get(path).text)

    # when
    client.send(f"{path}/second-factor", {"reason": "โทรศัพท์หาย"})

    # then
    assert rows(SecondFactor) == []
    assert theirs.get("/nacc").status_code == 302
    assert f"{path}/second-factor" not in forms(client.get(path).text)
    assert "ไม่มีการยืนยันตัวตนขั้นที่สอง" in client.send(f"{path}/second-factor", {"reason": "อีกครั้ง"}).text
    # The own ones go where one is needed by rule
    add_app(client)
    own = f"/nacc/admin/staff/{chief}/second-factor"
    assert own not in forms(client.get(f"/nacc/admin/staff/{chief}").text)
    assert "ขั้นที่สองของตนเอง" in client.send(own, {"reason": "โทรศัพท์หาย"}).text
    assert rows(SecondFactor)


def test_who_gets_an_account_gets_none_of_the_factors_of_before(client: Client, lao: Actor, officer: int) -> None:
    enter(client, lao.account_id)
    add_app(client)
    enter(client, officer)
    client.get(f"/nacc/accounts/{lao.organisation_id}")
    client.send(f"/nacc/accounts/{lao.organisation_id}/hand-over", {"reason": "คนใหม่"})
    assert rows(SecondFactor) == []


def test_who_is_erased_leaves_no_factor(client: Client, officer: int) -> None:
    from app.access import system

    make_staff("chief", Role.ADMINISTRATOR)
    enter(client, officer)
    add_app(client)
    with transaction():
        erase_person(system("test"), "somsri", "ขอให้ลบ", clock.now())
    assert rows(SecondFactor) == []


def test_the_last_administrator_is_helped_by_a_command(app: Flask, client: Client) -> None:
    # given
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    add_app(client)
    runner = app.test_cli_runner()

    # when
    answers = [
        runner.invoke(args=["accounts", "remove-second-factor", *more])
        for more in (["nobody", "--reason", "x"], ["chief", "--reason", "lost"], ["chief", "--reason", "lost"])
    ]

    # then
    assert [each.exit_code for each in answers] == [1, 0, 1]
    assert rows(SecondFactor) == []
    assert Client(app).sign_in("chief", PASSWORD).request.path == "/nacc"


def test_what_is_kept_of_a_recovery_code_is_its_hash(client: Client, officer: int) -> None:
    enter(client, officer)
    _secret, codes = add_app(client)
    hashes = {each.secret for each in rows(SecondFactor) if each.kind is FactorKind.RECOVERY}
    assert hashes == {fingerprint(code.replace("-", "")) for code in codes}


def test_both_own_pages_lead_there(client: Client, lao: Actor, officer: int) -> None:
    for account_id, path in ((lao.account_id, "/account/sessions"), (officer, "/nacc/account")):
        enter(client, account_id)
        assert f'href="{PAGE}"' in client.get(path).text


def test_the_upgrade_keeps_sessions_failures_and_mails_and_goes_back(app: Flask, client: Client, lao: Actor) -> None:
    # given
    client.sign_in(CODE, PASSWORD)
    stranger = Client(app)
    stranger.sign_in(CODE, "ผิด")
    with transaction():
        owe_word(NEW_EMAIL, lao.own_organisation_id, "old@example.go.th", clock.now())
    begun = rows(AccountSession)[0].begun_at
    db.session.rollback()

    # when
    downgrade(revision="0026")
    upgrade()

    # then
    assert [(each.begun_at, each.proved_at) for each in rows(AccountSession)] == [(begun, begun)]
    assert [each.because for each in rows(FailedSignIn)] == [FailedBecause.WRONG_PASSWORD]
    assert [each.kind for each in rows(MailLog)] == [NEW_EMAIL]
    assert client.get("/home").status_code == 200
