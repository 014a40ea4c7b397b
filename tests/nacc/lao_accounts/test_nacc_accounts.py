"""LAO accounts on NACC's desk: codes seen once, resets without passwords, locks that end sessions, hand-over."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update

from app import clock, mail
from app.access import Actor
from app.accounts.queries import actor_of
from app.accounts.rules import ACTIVATION_LIFETIME
from app.db import db, transaction
from app.errors import NotTheirs, Refusal
from app.models import Account, HistoryEntry, PasswordReset, Profile
from app.models.enums import Role
from app.nacc.lao_accounts.operations import hand_over, issue_filtered, issue_one, set_locked
from app.nacc.lao_accounts.queries import account_history, account_of, account_rows, issued_codes, state_counts
from app.nacc.lao_accounts.rules import SHOWN_FOR, AccountFilter, AccountState
from app.registry.operations import set_closed
from tests.client import Client
from tests.factories import (
    NOW,
    PASSWORD,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_staff,
    profile_form,
)
from tests.pages import enter, kept, without_choices
from tests.smtp import wait_for_mail

CODE = re.compile(r"[A-Z2-9]{5}-[A-Z2-9]{5}")
ISSUED = "/nacc/accounts/codes/issued"
REASON = "ผู้ประสานงานเดิมย้ายไปที่อื่น"


@pytest.fixture
def codes_required(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(app.config, "FIRST_LOGIN_CODE_REQUIRED", True)
    return


@pytest.fixture
def officer(app: Flask) -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, "65").id)


def _unclaimed(number: int = 1) -> list[Account]:
    return [
        make_account(make_organisation(f"66508{n:02}", f"องค์การบริหารส่วนตำบลที่ {n}"), claimed=False)
        for n in range(number)
    ]


def test_another_province_is_neither_seen_nor_touched(app: Flask) -> None:
    (account,) = _unclaimed()
    claimed = make_lao("6650899")
    stranger = actor_of(make_staff("officer90", Role.OFFICER, "90").id)
    for actor in (stranger, claimed):
        assert account_rows(actor, AccountFilter(), NOW) == []
        assert account.organisation_id is not None
        for deed in (
            lambda actor=actor: issue_one(actor, account.organisation_id, NOW),
            lambda actor=actor: hand_over(actor, claimed.own_organisation_id, REASON, NOW),
            lambda actor=actor: set_locked(actor, claimed.own_organisation_id, True, REASON, NOW),
        ):
            before = kept()
            with pytest.raises(NotTheirs), transaction():
                deed()
            assert kept() == before
        with pytest.raises(Refusal), transaction():
            issue_filtered(actor, AccountFilter(province="65"), 1, NOW)
    administrator = actor_of(make_staff("admin", Role.ADMINISTRATOR).id)
    assert len(account_rows(administrator, AccountFilter(), NOW)) == 2


def test_a_strangers_account_page_is_not_there(app: Flask, client: Client) -> None:
    lao = make_lao()
    enter(client, make_staff("officer90", Role.OFFICER, "90").id)
    path = f"/nacc/accounts/{lao.organisation_id}"
    assert client.get(path).status_code == 404
    for deed in ("code", "reset", "hand-over", "lock", "unlock"):
        assert client.send(f"{path}/{deed}", {"reason": REASON}).status_code == 404


def test_nothing_is_done_with_the_account_of_a_closed_lao(officer: Actor) -> None:
    (account,) = _unclaimed()
    id_ = account.organisation_id
    assert id_
    with transaction():
        set_closed(officer, id_, True, "ยุบรวม", NOW)
    for deed in (
        lambda: issue_one(officer, id_, NOW),
        lambda: hand_over(officer, id_, REASON, NOW),
        lambda: set_locked(officer, id_, True, REASON, NOW),
    ):
        with pytest.raises(NotTheirs), transaction():
            deed()


def test_the_states_and_their_counts(app: Flask, officer: Actor) -> None:
    live, expired, _bare = _unclaimed(3)
    signed_in, locked = make_lao("6650890"), make_lao("6650891")
    with transaction():
        issue_one(officer, live.organisation_id or 0, NOW)
        issue_one(officer, expired.organisation_id or 0, NOW - ACTIVATION_LIFETIME)
        db.session.execute(update(Account).where(Account.id == signed_in.account_id).values(last_login_at=NOW))
        set_locked(officer, locked.own_organisation_id, True, REASON, NOW)
    assert state_counts(officer, AccountFilter(), NOW) == {
        AccountState.UNCLAIMED: 3,
        AccountState.NO_CODE: 2,
        AccountState.CLAIMED: 2,
        AccountState.NEVER: 4,
        AccountState.LOCKED: 1,
    }
    # and the numbers beside the choices are the same whichever is chosen, of the place and the words that are
    counts, no_place = state_counts(officer, AccountFilter(), NOW), dict.fromkeys(AccountState, 0)
    assert all(state_counts(officer, AccountFilter(state=each), NOW) == counts for each in AccountState)
    assert state_counts(officer, AccountFilter(state="locked", district="6501"), NOW) == no_place
    assert state_counts(officer, AccountFilter(state="claimed", q="6650890"), NOW)[AccountState.CLAIMED] == 1
    words = {row.code: row.code_state for row in account_rows(officer, AccountFilter(state="unclaimed"), NOW)}
    assert words["6650800"].startswith("ออกแล้ว ใช้ได้ถึง")
    assert words["6650801"].startswith("หมดอายุ")
    assert words["6650802"] == "ยังไม่ออกรหัส"


def test_the_page_filters(app: Flask, client: Client, officer: Actor) -> None:
    make_lao()
    make_account(make_organisation("6650101", "เทศบาลตำบลอื่น", district="6501"), claimed=False)
    enter(client, officer.account_id)
    assert "เทศบาลตำบลอื่น" in client.get("/nacc/accounts").text
    for query in ("district=6508", "state=claimed", "q=๖๖๕๐๘๐๗", "province=65&q=ดินทอง"):
        page = without_choices(client.get(f"/nacc/accounts?{query}").text)
        assert "ดินทอง" in page
        assert "เทศบาลตำบลอื่น" not in page
    assert "<html" not in client.get("/nacc/accounts", headers={"HX-Request": "true"}).text
    assert client.get("/nacc/accounts?state=x&page=-1&province=%00").status_code == 200


def test_codes_for_all_filtered_are_said_before_shown_once_and_kept_as_hashes(
    app: Flask, client: Client, officer: Actor, codes_required: None
) -> None:
    _unclaimed(2)
    make_lao("6650890")
    enter(client, officer.account_id)
    assert "จะออกรหัสใหม่ 2 แห่ง" in client.get("/nacc/accounts/codes").text
    wrong = client.send("/nacc/accounts/codes", {"expected": "3"})
    assert (wrong.status_code, "จะออกรหัส 2 แห่ง ไม่ใช่ 3" in wrong.text) == (422, True)
    led = client.send("/nacc/accounts/codes", {"expected": "2"})
    assert (led.status_code, led.location) == (303, ISSUED)
    page = client.get(ISSUED)
    codes = CODE.findall(page.text)
    assert len(set(codes)) == len(codes) == 2
    assert page.headers["Cache-Control"] == "no-store, no-transform"
    stored = str(kept())
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored
    sheet = load_workbook(BytesIO(client.send("/nacc/accounts/codes/xlsx", {}).data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert [(row[0], row[1]) for row in rows] == list(zip(("6650800", "6650801"), codes, strict=True))
    again = client.get("/nacc/accounts/codes").text
    assert "2 แห่งมีรหัสที่ยังใช้ได้" in again
    for path in ("/nacc/accounts/codes", f"/nacc/accounts/{_organisation_of('6650800')}"):
        assert not CODE.search(re.sub(r'value="[^"]*"', "", client.get(path).text))


def test_loading_the_page_of_new_codes_again_leaves_them_as_they_are_until_somebody_moves_on(
    app: Flask, client: Client, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = _unclaimed(2)
    other = make_staff("officer66", Role.OFFICER, "65").id
    enter(client, officer.account_id)
    client.get("/nacc/accounts/codes")
    client.send("/nacc/accounts/codes", {"expected": "2"})
    codes = CODE.findall(client.get(ISSUED).text)
    # when the page is loaded again, it shows the same, and each letter holds one code and no other
    assert CODE.findall(client.get(ISSUED).text) == codes
    pages = _pages(client.send("/nacc/accounts/codes/pdf", {}).data)
    assert [CODE.findall(page) for page in pages] == [[code] for code in codes]
    assert ["6650800" in page for page in pages] == [True, False]
    # a code that was replaced since is none to hand out
    with transaction():
        issue_one(officer, first.organisation_id or 0, clock.now())
    assert CODE.findall(client.get(ISSUED).text) == codes[1:]
    # another session of the same officer, another officer in this one, a later hour and the list behind see nothing
    with client.session_transaction() as session:
        of_codes = session["codes"]
    for who in (officer.account_id, other):
        stranger = Client(app)
        enter(stranger, who)
        if who == other:
            with stranger.session_transaction() as session:
                session["codes"] = of_codes
        assert stranger.get(ISSUED).location == "/nacc/accounts"
        stranger.get("/nacc/accounts/codes")
        assert stranger.send("/nacc/accounts/codes/xlsx", {}).status_code == 404
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: datetime.fromisoformat(of_codes[1]) + SHOWN_FOR)
        assert client.get(ISSUED).location == "/nacc/accounts"
    assert CODE.search(client.get(ISSUED).text)
    client.get("/nacc/accounts")
    assert client.get(ISSUED).location == "/nacc/accounts"


def _pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def _organisation_of(code: str) -> int:
    from app.models import Organisation

    return db.session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def test_an_administrator_chooses_a_province_first(app: Flask, client: Client) -> None:
    _unclaimed()
    enter(client, make_staff("admin", Role.ADMINISTRATOR).id)
    assert "เลือกจังหวัดในตัวกรองก่อน" in client.get("/nacc/accounts/codes").text
    assert client.send("/nacc/accounts/codes", {"expected": "1"}).status_code == 422
    assert CODE.search(client.send("/nacc/accounts/codes?province=65", {"expected": "1"}, follow_redirects=True).text)


def test_a_code_opens_the_first_login_once_and_expires(
    app: Flask, client: Client, officer: Actor, codes_required: None
) -> None:
    _unclaimed()
    enter(client, officer.account_id)
    path = f"/nacc/accounts/{_organisation_of('6650800')}"
    client.get(path)
    first = CODE.findall(client.send(f"{path}/code", {}, follow_redirects=True).text)[0]
    second = CODE.findall(client.send(f"{path}/code", {}, follow_redirects=True).text)[0]
    lao = Client(app)

    def signs_in(code: str) -> bool:
        answer = lao.send("/login", {"username": "6650800", "password": "", "activation_code": code})
        return answer.location == "/profile"

    assert not signs_in("")
    assert not signs_in(first)  # replaced
    with transaction():
        db.session.execute(update(Account).values(activation_expires_at=clock.now() - timedelta(seconds=1)))
    assert not signs_in(second)
    with transaction():
        db.session.execute(update(Account).values(activation_expires_at=clock.now() + timedelta(days=1)))
    assert signs_in(second.lower())
    assert lao.send("/profile", profile_form()).location == "/home"
    assert not signs_in(second)
    refused = client.send(f"{path}/code", {})
    assert refused.status_code == 422
    assert "ตั้งรหัสผ่านแล้ว" in refused.text


def test_locking_ends_the_session_at_once_and_unlocking_does_not_bring_it_back(
    app: Flask, client: Client, officer: Actor
) -> None:
    lao = make_lao()
    browser = Client(app)
    enter(browser, lao.account_id)
    assert browser.get("/home").status_code == 200
    enter(client, officer.account_id)
    path = f"/nacc/accounts/{lao.organisation_id}"
    client.get(path)
    no_reason = client.send(f"{path}/lock", {"reason": " "})
    assert (no_reason.status_code, "บอกเหตุผล" in no_reason.text) == (422, True)
    assert browser.get("/home").status_code == 200
    assert client.send(f"{path}/lock", {"reason": REASON}).status_code == 303
    assert browser.get("/home").location.startswith("/login")
    browser.last = None
    assert browser.send("/login", {"username": "6650807", "password": PASSWORD}).status_code == 422
    assert "มีผู้ล็อกบัญชีนี้แล้ว" in client.send(f"{path}/lock", {"reason": REASON}).text
    assert client.send(f"{path}/reset", {}).status_code == 422
    assert REASON in client.get(path).text
    assert client.send(f"{path}/unlock", {"reason": "ตรวจสอบแล้ว"}).status_code == 303
    assert browser.get("/home").location.startswith("/login")
    assert browser.send("/login", {"username": "6650807", "password": PASSWORD}).location == "/home"
    told = db.session.execute(select(HistoryEntry.action, HistoryEntry.reason).where(HistoryEntry.reason != ""))
    assert told.all() == [("lock", REASON), ("unlock", "ตรวจสอบแล้ว")]


def test_a_reset_mails_a_link_and_shows_no_password(
    app: Flask, client: Client, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, ...]] = []
    monkeypatch.setattr(mail, "send", lambda *parts: sent.append(parts))
    lao = make_lao()
    enter(client, officer.account_id)
    path = f"/nacc/accounts/{lao.organisation_id}"
    client.get(path)
    answer = client.send(f"{path}/reset", {}, follow_redirects=True)
    assert "ส่งลิงก์ตั้งรหัสผ่านใหม่ไปที่ 6650807@example.go.th แล้ว" in answer.text
    wait_for_mail()
    ((to, _subject, body, _message_id),) = sent
    assert to == "6650807@example.go.th"
    link = re.search(r"/forgot/\S+", body)
    assert link
    assert link[0] not in answer.text
    assert Client(app).get(link[0]).status_code == 200
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "ask for a reset link")).one()
    assert entry.actor_name == "officer65"


def test_hand_over_ends_everything_of_the_old_coordinator_and_keeps_the_work(
    app: Flask, client: Client, officer: Actor, codes_required: None
) -> None:
    lao = make_lao()
    project_id = make_project(lao)
    old = Client(app)
    enter(old, lao.account_id)
    with transaction():
        db.session.add(
            PasswordReset(token_hash="x" * 64, account_id=lao.account_id, expires_at=clock.now() + timedelta(hours=1))
        )
    enter(client, officer.account_id)
    path = f"/nacc/accounts/{lao.organisation_id}"
    client.get(path)
    assert client.send(f"{path}/hand-over", {"reason": ""}).status_code == 422
    assert old.get("/home").status_code == 200
    page = client.send(f"{path}/hand-over", {"reason": REASON}, follow_redirects=True)
    code = CODE.findall(page.text)[0]
    assert code not in str(kept())
    assert old.get("/home").location.startswith("/login")
    old.last = None
    assert old.send("/login", {"username": "6650807", "password": PASSWORD}).status_code == 422
    assert db.session.scalar(select(PasswordReset.used_at)) is not None
    assert db.session.scalar(select(Profile.email)) == ""
    new = Client(app)
    assert new.send("/login", {"username": "6650807", "activation_code": code}).location == "/profile"
    form = new.get("/profile").text
    assert "6650807@example.go.th" not in form
    version = form.split('name="version" value="')[1].split('"')[0]
    assert new.send("/profile", profile_form({"version": version, "password": "คนใหม่-2561-มะม่วง"})).location == "/home"
    assert new.get(f"/projects/{project_id}").status_code == 200
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "hand over")).all()
    assert [(each.entity, each.reason) for each in told] == [("account", REASON), ("profile", REASON)]


def test_hand_over_and_codes_only_where_they_make_sense(app: Flask, officer: Actor) -> None:
    (account,) = _unclaimed()
    organisation_id = account.organisation_id or 0
    with pytest.raises(Refusal, match="ยังไม่ได้ตั้งรหัสผ่าน"), transaction():
        hand_over(officer, organisation_id, REASON, NOW)
    with transaction():
        set_locked(officer, organisation_id, True, REASON, NOW)
    with pytest.raises(Refusal, match="ล็อกอยู่"), transaction():
        issue_one(officer, organisation_id, NOW)
    with pytest.raises(Refusal), transaction():
        issue_filtered(officer, AccountFilter(province="65"), 1, NOW)


def test_of_a_long_history_the_page_tells_the_latest_first(officer: Actor) -> None:
    lao = make_lao()
    for number in range(22):
        with transaction():
            set_locked(officer, lao.own_organisation_id, number % 2 == 0, f"ครั้งที่ {number}", NOW)
    told = account_history(officer, account_of(officer, lao.own_organisation_id, NOW))
    assert [line.reason for line in told] == [f"ครั้งที่ {number}" for number in range(21, 1, -1)]


def test_an_account_without_an_address_is_offered_no_link(app: Flask, client: Client, officer: Actor) -> None:
    lao = make_lao()
    with transaction():
        db.session.execute(update(Profile).values(email=""))
    enter(client, officer.account_id)
    path = f"/nacc/accounts/{lao.organisation_id}"
    assert f"{path}/reset" not in client.get(path).text
    assert client.send(f"{path}/reset", {}).status_code == 422


def test_a_code_whose_lao_has_a_password_by_now_is_not_shown_again(app: Flask) -> None:
    # given two new codes of one moment, one of which was used
    officer = actor_of(make_staff("somsri", Role.OFFICER, "65").id)
    laos = [make_account(make_organisation(code), claimed=False) for code in ("6650807", "6650808")]
    secret = b"s" * 32
    with transaction():
        issue_filtered(officer, AccountFilter(), 2, NOW, secret)
    assert [line.row.code for line in issued_codes(officer, secret, NOW, NOW)] == ["6650807", "6650808"]
    with transaction():
        db.session.get_one(Account, laos[0].id).password_hash = "set"
    # then
    assert [line.row.code for line in issued_codes(officer, secret, NOW, NOW)] == ["6650808"]
    assert issued_codes(officer, secret, NOW - timedelta(seconds=1), NOW) == []
    other = actor_of(make_staff("malee", Role.OFFICER, "65").id)
    assert issued_codes(other, secret, NOW, NOW) == []


def test_of_an_accounts_history_the_latest_twenty_are_told(app: Flask) -> None:
    officer = actor_of(make_staff("somsri", Role.OFFICER, "65").id)
    lao = make_account(make_organisation()).organisation_id or 0
    make_account(make_organisation("6650808"), email="b@example.go.th")
    for number in range(22):
        with transaction():
            set_locked(officer, lao, number % 2 == 0, f"ครั้งที่ {number}", NOW + timedelta(days=number))
    told = account_history(officer, account_of(officer, lao, NOW))
    assert [line.reason for line in told] == [f"ครั้งที่ {number}" for number in reversed(range(2, 22))]
    assert (told[0].at, told[0].actor) == (NOW + timedelta(days=21), "somsri")
