"""Signing in: the same words for every failure, limits that lock no LAO out, sessions that end."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app import clock
from app.access import system
from app.accounts import passwords
from app.accounts.operations import create_staff, issue_activation_code
from app.accounts.queries import actor_of, credentials
from app.accounts.rules import TOO_OFTEN, activation_fingerprint, kept_activation
from app.db import db, transaction
from app.errors import Refusal
from app.extensions import limiter
from app.lao.profile.operations import FIELDS, save_profile
from app.models import Account, HistoryEntry, Organisation
from app.models.enums import Role
from app.registry.operations import set_closed
from tests.accounts.conftest import CODE
from tests.client import Client
from tests.factories import (
    PASSWORD,
    make_account,
    make_former,
    make_organisation,
    make_profile,
    make_staff,
    password_hash,
    profile_form,
    project_form,
)
from tests.pages import check_refused, enter, kept, sentences

UNKNOWN = "ไม่พบผู้ใช้งาน"
FIELD_NAMES = ("username", "password", "activation_code", "next", "resume", "email")


@pytest.fixture
def account(app: Flask) -> Account:
    return make_account(make_organisation(CODE))


@pytest.fixture
def unclaimed(app: Flask) -> Account:
    return make_account(make_organisation(CODE), claimed=False)


def test_an_lao_signs_in_with_its_code_also_in_thai_digits(client: Client, account: Account) -> None:
    for username in (CODE, " ๖๖๕๐๘๐๗ "):
        answer = client.send("/login", {"username": username, "password": PASSWORD})
        assert answer.location == "/home"
        assert "ข้อมูลโดยสรุป" in client.get("/home").text
        client.send("/logout", {})
    assert db.session.scalar(select(Account.last_login_at)) is not None
    assert db.session.scalars(select(HistoryEntry.action)).all() == ["sign in", "sign in"]


def test_staff_sign_in_by_name_and_come_to_their_desk(app: Flask, client: Client) -> None:
    make_staff("somsri", Role.OFFICER, "65")
    assert client.send("/login", {"username": "somsri", "password": PASSWORD}).location == "/nacc"


def test_a_staff_name_is_one_name_however_its_letters_and_digits_are_typed(app: Flask, client: Client) -> None:
    with transaction():
        made = create_staff(system("test"), "Somchai๙๐", "สมชาย", PASSWORD, Role.ADMINISTRATOR, (), clock.now())
    for typed in ("somchai90", "SOMCHAI๙๐", " Somchai90 "):
        assert Client(app).sign_in(typed, PASSWORD).request.path != "/login", typed
    with pytest.raises(Refusal, match="มีผู้ใช้ชื่อ somchai90 แล้ว"), transaction():
        create_staff(system("test"), "SomChai๙๐", "อีกคน", PASSWORD, Role.ADMINISTRATOR, (), clock.now())
    assert made.username == "somchai90"


def test_of_names_that_differed_in_letters_alone_each_keeps_its_account(app: Flask, client: Client) -> None:
    # Given accounts of before: twins, of whom the one in capitals signed in last, and one nobody could sign in to
    downgrade(revision="0020")
    names = ("admin", "Admin", "ADMIN", "Somchai", "SOMCHAI", "officer๙๐")
    ids = {name: make_staff(name, Role.ADMINISTRATOR).id for name in names}
    with transaction():
        db.session.execute(update(Account).where(Account.username == "SOMCHAI").values(last_login_at=clock.now()))
    # When names are kept in one way
    upgrade()
    after = {name: db.session.scalar(select(Account.username).where(Account.id == id_)) for name, id_ in ids.items()}
    # Then all are there, each by a name of its own, and the plain one, or the one in use, by the name itself
    assert (after["admin"], after["SOMCHAI"], after["officer๙๐"]) == ("admin", "somchai", "officer90")
    assert {after["Admin"], after["ADMIN"]} == {"admin-2", "admin-3"}
    assert after["Somchai"] == "somchai-2"
    assert client.sign_in("Officer๙๐", PASSWORD).request.path != "/login"


def test_a_former_code_signs_in_to_the_account_of_today(client: Client, account: Account) -> None:
    make_former(db.session.get_one(Organisation, account.organisation_id), code="5650807")
    client.sign_in("5650807", PASSWORD)
    assert "องค์การบริหารส่วนตำบลดินทอง" in client.get("/home").text


def test_a_closed_lao_signs_in_by_no_code_and_again_once_it_is_open(client: Client, account: Account) -> None:
    organisation_id = account.organisation_id
    make_former(db.session.get_one(Organisation, organisation_id), code="5650807")
    for closed in (True, False):
        with transaction():
            set_closed(system("test"), organisation_id, closed, "ยุบรวม", clock.now())
        for code in (CODE, "5650807"):
            assert (credentials(code) is None) is closed
    assert client.send("/login", {"username": CODE, "password": PASSWORD}).status_code == 302


def test_every_failure_reads_the_same(app: Flask, client: Client, account: Account) -> None:
    make_account(make_organisation("2900101"), claimed=False)
    make_staff("somsri", Role.OFFICER)
    with transaction():
        locked = make_staff("locked", Role.OFFICER)
        locked.locked_at = clock.now()
    tries = [
        (CODE, "ผิด"),
        (CODE, ""),
        ("9999999", "ผิด"),
        ("9999999", ""),
        ("2900101", "ผิด"),
        ("somsri", ""),
        ("locked", PASSWORD),
        ("' OR 1=1 --", "x"),
        ("x\x00", "\x00" * 5000),
    ]
    pages = set()
    for username, password in tries:
        answer = client.send("/login", {"username": username, "password": password})
        assert answer.status_code == 422
        assert UNKNOWN in answer.text
        pages.add(sentences(answer.text)[""])
        assert client.get("/home").location.startswith("/login")
    assert len(pages) == 1


def test_an_unknown_code_takes_the_same_hashing_as_a_wrong_password(
    client: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []
    real = passwords._hasher

    class Watched:
        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password_hash)
            return real.verify(password_hash, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    client.send("/login", {"username": CODE, "password": "ผิด"})
    client.send("/login", {"username": "9999999", "password": "ผิด"})
    assert len(verified) == 2
    assert len({each.rsplit("$", 2)[0] for each in verified}) == 1  # of the same cost


def test_the_login_form_says_what_is_missing_or_too_long(client: Client, account: Account) -> None:
    for username, sentence in (("", "กรอกรหัสผู้ใช้งาน 7 หลัก"), ("ก" * 10_000, "ย่อให้ไม่เกิน 60 ตัวอักษร")):
        typed = {"username": username, "password": "x", "next": "/projects"}
        check_refused(client, "/login", typed, {"": sentence}, forgets=("password",))
    invisible = client.send("/login", {"username": "\u200b\x00", "password": "x"})
    assert (invisible.status_code, "กรอกรหัสผู้ใช้งาน 7 หลัก" in invisible.text) == (422, True)


NASTY = st.one_of(
    st.sampled_from(["", CODE, "๖๖๕๐๘๐๗", "\x00", "\u200b", "//evil.example", "/home", "a@b.go.th", "' OR 1=1 --"]),
    st.text(st.characters(codec="utf-8"), max_size=40),
)


@given(
    typed=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELD_NAMES, st.one_of(NASTY, st.lists(NASTY, max_size=2))))
)
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def _send_anything(client: Client, typed: dict[str, Any]) -> None:
    for path in ("/login", "/forgot", "/forgot/unknown"):
        answer = client.send(path, typed)
        assert answer.status_code in (200, 302, 404, 422), (path, typed)
        assert "evil" not in (answer.location or "")


def test_whatever_is_typed_nothing_breaks(
    app: Flask, client: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("SIGN_IN_LIMIT_ACCOUNT", "SIGN_IN_LIMIT_ADDRESS"):
        monkeypatch.setitem(app.config, limit, "100000/minute")
    _send_anything(client)


def test_signing_in_starts_a_new_session(client: Client, account: Account) -> None:
    client.get("/login")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    before = client.get_cookie("eplannacc").value
    client.sign_in(CODE, PASSWORD)
    with client.session_transaction() as session:
        assert "planted" not in session
        token = session.get("csrf_token")
    assert client.get_cookie("eplannacc").value != before
    client.send("/logout", {})
    with client.session_transaction() as session:
        assert "_user_id" not in session
        assert session.get("csrf_token") != token


def test_after_the_logout_the_pages_are_closed_and_the_cache_is_cleared(client: Client, account: Account) -> None:
    enter(client, account.id)
    answer = client.send("/logout", {})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/home").location == "/login?next=%2Fhome"


def test_a_link_behind_the_login_leads_back_and_a_link_elsewhere_does_not(client: Client, account: Account) -> None:
    for asked, expected in [
        ("/projects?year=2562", "/projects?year=2562"),
        ("https://evil.example/", "/home"),
        ("//evil.example/", "/home"),
        ("/\\evil.example", "/home"),
        ("\t//evil.example", "/home"),
        ("javascript:alert(1)", "/home"),
        ("", "/home"),
    ]:
        answer = client.send("/login", {"username": CODE, "password": PASSWORD, "next": asked})
        assert answer.location == expected, asked
        client.send("/logout", {})
        assert "evil" not in client.get("/login", query_string={"next": asked}).text


def test_many_tries_are_slowed_down_for_that_address_and_never_lock_the_lao_out(
    client: Client, account: Account
) -> None:
    wrong, right = {"username": CODE, "password": "ผิด"}, {"username": CODE, "password": PASSWORD}
    stranger = {"REMOTE_ADDR": "203.0.113.9"}
    for _ in range(5):
        assert client.send("/login", wrong, environ_base=stranger).status_code == 422
    blocked = client.send("/login", right, environ_base=stranger)
    assert blocked.status_code == 429
    assert TOO_OFTEN in blocked.text
    assert CODE in blocked.text  # what was typed stays
    assert client.send("/login", right).location == "/home"


def test_a_right_password_clears_the_tries_before_it(client: Client, account: Account) -> None:
    wrong, right = {"username": CODE, "password": "ผิด"}, {"username": CODE, "password": PASSWORD}
    for _ in range(3):
        for _ in range(4):
            assert client.send("/login", wrong).status_code == 422
        assert client.send("/login", right).status_code == 302
        client.send("/logout", {})


def test_one_address_cannot_try_all_codes(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SIGN_IN_LIMIT_ADDRESS", "3/minute")
    codes = [client.send("/login", {"username": f"290010{n}", "password": "x"}).status_code for n in range(4)]
    assert codes == [422, 422, 422, 429]


def test_where_tries_cannot_be_counted_together_people_sign_in_and_guessing_stays_slow(
    app: Flask, client: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a Redis that is down
    monkeypatch.setitem(app.config, "RATELIMIT_STORAGE_URI", "redis://127.0.0.1:1/0")
    monkeypatch.setitem(app.extensions, "limiter", app.extensions["limiter"])
    warned: list[object] = []
    monkeypatch.setattr(app.logger, "warning", lambda *told: warned.append(told))
    limiter.init_app(app)
    # when, then
    assert client.send("/login", {"username": CODE, "password": PASSWORD}).location == "/home"
    assert warned
    client.send("/logout", {})
    answers = [client.send("/login", {"username": CODE, "password": "ผิด"}) for _try in range(6)]
    assert [TOO_OFTEN in answer.text for answer in answers] == [False] * 5 + [True]


def test_closing_an_lao_ends_its_sessions_for_good(app: Flask, client: Client, account: Account) -> None:
    """What was opened before cannot save, and does not come alive when the LAO is opened again."""
    enter(client, account.id)
    client.get("/projects/new")
    with transaction():
        set_closed(system("test"), account.organisation_id, True, "ยุบรวม", clock.now())
    before = kept()
    assert client.send("/projects/new", project_form()).location.startswith("/login")
    assert kept() == before
    with transaction():
        set_closed(system("test"), account.organisation_id, False, "ปิดผิด", clock.now())
    assert client.get("/home").location.startswith("/login")


def test_a_closed_lao_is_out_whatever_its_session_says(client: Client, account: Account) -> None:
    enter(client, account.id)
    with transaction():
        db.session.get_one(Organisation, account.organisation_id).closed_at = clock.now()
    assert client.get("/home").location.startswith("/login")


def test_locking_an_account_ends_its_sessions(client: Client, account: Account) -> None:
    enter(client, account.id)
    assert client.get("/home").status_code == 200
    with transaction():
        db.session.get_one(Account, account.id).locked_at = clock.now()
    assert client.get("/home").location.startswith("/login")


def test_a_new_password_ends_all_other_sessions_but_not_the_own_one(
    app: Flask, client: Client, account: Account
) -> None:
    elsewhere = Client(app)
    for browser in (client, elsewhere):
        browser.sign_in(CODE, PASSWORD)
    new = "อีกรหัสหนึ่ง๒๕๖๑"
    assert client.send("/profile", profile_form({"version": "1", "password": new})).location == "/profile"
    assert "บันทึกข้อมูลพื้นฐานแล้ว" in client.get("/profile").text
    assert elsewhere.get("/home").location.startswith("/login")
    assert elsewhere.send("/login", {"username": CODE, "password": PASSWORD}).status_code == 422
    assert elsewhere.send("/login", {"username": CODE, "password": new}).location == "/home"


# --- the first login -------------------------------------------------------------------------------


def test_a_bare_code_leads_to_the_profile_and_nowhere_else(client: Client, unclaimed: Account) -> None:
    assert client.send("/login", {"username": CODE, "password": "", "next": "/home"}).location == "/profile"
    page = client.get("/profile")
    assert "เข้าใช้ครั้งแรก" in page.text
    assert 'href="/projects"' not in page.text
    assert client.get("/projects").location == "/profile"
    assert client.send("/login", {"username": CODE, "password": "x"}).status_code == 422


def test_filling_the_profile_sets_the_password_and_opens_the_rest(client: Client, unclaimed: Account) -> None:
    client.sign_in(CODE, "")
    assert client.send("/profile", profile_form()).location == "/home"
    assert client.get("/home").status_code == 200
    client.send("/logout", {})
    assert client.send("/login", {"username": CODE, "password": ""}).status_code == 422
    assert client.send("/login", {"username": CODE, "password": PASSWORD}).location == "/home"


def test_of_two_first_logins_the_second_is_told_and_its_session_is_over(
    app: Flask, client: Client, unclaimed: Account
) -> None:
    slow = Client(app)
    for browser in (client, slow):
        browser.sign_in(CODE, "")
    slow.get("/profile")
    assert client.send("/profile", profile_form()).location == "/home"
    typed = profile_form({"contact_name": "คนที่มาช้า", "password": "รหัสของคนที่มาช้า"})
    before = kept()
    answer = slow.send("/profile", typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    assert "เข้าสู่ระบบอีกครั้ง" in answer.text
    assert "นางสาวอารีย์" not in answer.text
    assert slow.get("/profile").location.startswith("/login")
    assert kept() == before


def test_of_two_who_claim_at_the_same_moment_one_is_refused_without_seeing_what_the_other_wrote(
    app: Flask, unclaimed: Account
) -> None:
    """Both asked while the account was free: the account's row decides."""
    actor = actor_of(unclaimed.id, claiming=True)
    hashed, filled = password_hash(), make_profile(0, "a@example.go.th")
    values = {name: getattr(filled, name) for name in FIELDS}
    db.session.rollback()
    outcomes: list[str] = []
    together = Barrier(2)

    def claim(address: str) -> None:
        with app.app_context():
            together.wait(timeout=10)
            try:
                with transaction():
                    save_profile(actor, values | {"address": address}, 0, hashed, clock.now())
                outcomes.append("claimed")
            except Refusal as refusal:
                outcomes.append(refusal.message)
            db.session.remove()

    threads = [Thread(target=claim, args=(address,)) for address in ("หมู่ 1", "หมู่ 2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    first, second = sorted(outcomes)
    assert first == "claimed"
    assert second.startswith("มีผู้ตั้งรหัสผ่านของ อปท. นี้แล้ว")
    assert len(kept()["profiles"]) == 1


# --- with activation codes --------------------------------------------------------------------------


def _issue(account: Account) -> str:
    with transaction():
        return issue_activation_code(system("test"), account.id, clock.now())


def test_where_codes_are_required_a_bare_code_is_refused_and_the_handed_out_one_opens_the_profile(
    app: Flask, client: Client, unclaimed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FIRST_LOGIN_CODE_REQUIRED", True)
    replaced, code = _issue(unclaimed), _issue(unclaimed)
    typed = {"username": CODE, "password": ""}
    for wrong in ("", "AAAAA-AAAAA", replaced, "๑" * 10_000, "\x00"):
        answer = client.send("/login", typed | {"activation_code": wrong})
        assert (answer.status_code, UNKNOWN in answer.text) == (422, True), wrong

    limiter.reset()  # as if a minute had gone
    for right in (code, code.lower(), code.replace("-", ""), f" {code[:5]} - {code[6:]} "):
        assert client.send("/login", typed | {"activation_code": right}).location == "/profile"
        client.send("/logout", {})
    with transaction():
        account = db.session.get_one(Account, unclaimed.id)
        account.activation_expires_at = clock.now() - timedelta(seconds=1)
    assert client.send("/login", typed | {"activation_code": code}).status_code == 422


def test_a_code_that_was_handed_out_before_the_upgrade_stays_good_and_the_table_alone_gives_none_away(
    app: Flask, client: Client, unclaimed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given what the release before kept
    monkeypatch.setitem(app.config, "FIRST_LOGIN_CODE_REQUIRED", True)
    code, account_id = _issue(unclaimed), unclaimed.id
    made_now = _kept_of_code(account_id)
    db.session.rollback()
    downgrade(revision="0028")
    assert _kept_of_code(account_id) is None, "nobody can say what it was: it is issued anew"
    with transaction():
        account = db.session.get_one(Account, account_id)
        account.activation_hash = activation_fingerprint(code)
        account.activation_expires_at = clock.now() + timedelta(days=1)
    db.session.rollback()

    # when
    upgrade()

    # then
    plain, key = activation_fingerprint(code), str(app.config["SECRET_KEY"])
    assert _kept_of_code(account_id) == made_now == kept_activation(plain, key)
    assert made_now not in (plain, kept_activation(plain, "another key"))
    typed = {"username": CODE, "password": "", "activation_code": code}
    assert client.send("/login", typed).location == "/profile"


def _kept_of_code(account_id: int) -> str | None:
    db.session.rollback()
    return db.session.scalar(select(Account.activation_hash).where(Account.id == account_id))


def test_a_used_activation_code_is_spent(
    app: Flask, client: Client, unclaimed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "FIRST_LOGIN_CODE_REQUIRED", True)
    code = _issue(unclaimed)
    assert code not in str(kept())
    client.send("/login", {"username": CODE, "password": "", "activation_code": code})
    client.get("/profile")
    client.send("/profile", profile_form())
    client.send("/logout", {})
    assert client.send("/login", {"username": CODE, "password": "", "activation_code": code}).status_code == 422
    assert db.session.get_one(Account, unclaimed.id).activation_hash is None
