"""A new password for those who forgot theirs: by a link in a mail that a real SMTP server takes."""

import re
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import Message
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import trustme
from flask import Flask
from sqlalchemy import Update, func, select, text, update

from app import clock, mail
from app.access import Actor
from app.accounts import queries
from app.accounts.links.operations import owe_reset
from app.accounts.operations import DEAD_LINK, reset_password
from app.accounts.queries import actor_of
from app.accounts.rules import fingerprint
from app.clock import thai_day
from app.db import db, is_sqlite, transaction
from app.errors import Refusal
from app.mails import jobs
from app.mails.rules import NO_ADDRESS, Letter
from app.models import Account, HistoryEntry, MailLog, Organisation, PasswordReset, Profile
from app.models.enums import Action, Role
from app.nacc.administration.operations import lock_staff, renew_staff
from app.nacc.lao_accounts.operations import hand_over, set_locked
from app.registry.operations import set_closed
from tests.client import Client
from tests.factories import NOW, PASSWORD, make_account, make_lao, make_organisation, make_staff, profile_form
from tests.pages import check_refused, enter, kept
from tests.smtp import Mailbox, served, wait_for_mail

ADDRESS = "saraban@example.go.th"
SENT = "หากอีเมลนี้มีอยู่ในข้อมูลพื้นฐานของ อปท. ระบบได้ส่งลิงก์ตั้งรหัสผ่านใหม่ไปให้แล้ว"
DEAD = "ลิงก์นี้หมดอายุหรือใช้ไปแล้ว"
NEW = "รหัสใหม่ ยาวพอ-๒๕๖๑"


@pytest.fixture
def account(app: Flask) -> Account:
    return make_account(make_organisation(), email=ADDRESS)


def _ask(client: Client, address: str = ADDRESS, **more: Any) -> Any:
    answer = client.send("/forgot", {"email": address}, **more)
    wait_for_mail()
    return answer


def _path(message: Message) -> str:
    return _link(message).split("go.th")[-1]


def _link(message: Message) -> str:
    found = re.search(r"https://\S+", message.get_content())  # type: ignore[attr-defined]
    assert found
    return found[0]


def test_the_answer_is_the_same_for_a_known_and_an_unknown_address_and_only_the_known_one_gets_mail(
    client: Client, account: Account, mailbox: Mailbox
) -> None:
    make_account(make_organisation("2900101"), claimed=False)
    known, unknown = _ask(client), _ask(client, "nobody@example.go.th")
    assert known.status_code == unknown.status_code == 200
    assert SENT in known.text
    assert known.text.splitlines()[10:] == unknown.text.splitlines()[10:]
    assert [message["To"] for message in mailbox.mails] == [ADDRESS]


def test_the_link_in_the_mail_sets_a_new_password_once_and_ends_every_session(
    app: Flask, client: Client, account: Account, mailbox: Mailbox
) -> None:
    elsewhere = Client(app)
    enter(elsewhere, account.id)
    client.get("/forgot", base_url="http://evil.example")
    _ask(client, ADDRESS.upper(), base_url="http://evil.example")
    (message,) = mailbox.mails
    text = message.get_content()  # type: ignore[attr-defined]
    link = _link(message)
    assert link.startswith("https://eplan.example.go.th/forgot/")
    assert "evil" not in text
    assert PASSWORD not in text
    assert "องค์การบริหารส่วนตำบลดินทอง" in text
    path = link.removeprefix("https://eplan.example.go.th")
    client.last = None  # back on the real site
    assert path.split("/")[-1] not in str(kept())  # only its hash is stored
    assert "ตั้งรหัสผ่านใหม่" in client.get(path).text
    assert client.send(path, {"password": NEW}).location == "/login"
    assert "ตั้งรหัสผ่านใหม่แล้ว" in client.get("/login").text
    assert elsewhere.get("/home").location.startswith("/login")
    for used in (client.get(path), client.send(path, {"password": "อีกรหัสหนึ่ง"})):
        assert (used.status_code, DEAD in used.text) == (404, True)
    assert client.send("/login", {"username": "6650807", "password": PASSWORD}).status_code == 422
    assert client.send("/login", {"username": "6650807", "password": NEW}).location == "/home"


def test_of_two_who_use_a_link_at_one_moment_the_second_is_refused(
    app: Flask, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has read the link while it was unused, and waits for the account that the first one holds."""
    # given
    account_id, read, outcomes = account.id, Event(), list[str]()
    with transaction():
        expires_at = clock.now() + timedelta(minutes=30)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=account_id, expires_at=expires_at))
    found = queries.reset_account

    def told_when_read(*asked: Any) -> Any:
        answer = found(*asked)
        read.set()
        return answer

    def use_it_too() -> None:
        with app.app_context():
            monkeypatch.setattr(queries, "reset_account", told_when_read)
            try:
                with transaction():
                    reset_password("link", "the second's", clock.now())
                outcomes.append("set")
            except Refusal as refusal:
                outcomes.append(refusal.message)
            db.session.remove()

    # when
    second = Thread(target=use_it_too)
    with transaction():
        reset_password("link", "the first's", clock.now())
        second.start()
        if not is_sqlite(db.engine):  # there nobody reads before the first one is done
            assert read.wait(timeout=20)
    second.join(timeout=30)

    # then
    assert outcomes == [DEAD_LINK]
    assert db.session.get_one(Account, account_id).password_hash == "the first's"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the clock stand so many minutes after noon of a day."""

    def stand(minutes: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=minutes))

    stand(0)
    return stand


def test_a_link_lives_for_30_minutes(client: Client, account: Account, mailbox: Mailbox) -> None:
    asked_at = clock.now()
    _ask(client)
    live = _path(mailbox.mails[0])
    expires_at = db.session.scalars(select(PasswordReset.expires_at)).one()
    assert timedelta(minutes=30) <= expires_at - asked_at < timedelta(minutes=31)
    with transaction():
        db.session.execute(update(PasswordReset).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert client.get(live).status_code == client.send(live, {"password": NEW}).status_code == 404
    with transaction():
        db.session.execute(update(PasswordReset).values(expires_at=clock.now() + timedelta(minutes=1)))
    assert client.send(live, {"password": NEW}).status_code == 302


def test_whoever_asks_again_is_sent_the_link_that_lives_and_takes_it_from_nobody(
    client: Client, account: Account, mailbox: Mailbox, at: Callable[[int], None]
) -> None:
    """A stranger could keep an owner from ever using a link, by asking for the next one."""
    # given
    _ask(client)
    link = _path(mailbox.mails[0])
    for minutes in (1, 29, 31):
        # when
        at(minutes)
        _ask(client)
        # then
        assert client.get(link).status_code == 200, minutes
    # then it lives half an hour from the last mail that brought it, and is brought again for half an hour only
    assert [_path(message) == link for message in mailbox.mails] == [True, True, True, False]
    later = _path(mailbox.mails[-1])
    for minutes, first, second in ((58, 200, 200), (59, 404, 200), (61, 404, 404)):
        at(minutes)
        assert [client.get(path).status_code for path in (link, later)] == [first, second], minutes


def test_whichever_link_is_used_ends_the_others_and_no_mail_that_was_asked_for_before_brings_one(
    client: Client, account: Account, mailbox: Mailbox, at: Callable[[int], None]
) -> None:
    # given
    _ask(client)
    at(29)
    _ask(client)
    at(31)
    _ask(client)
    first, later = _path(mailbox.mails[0]), _path(mailbox.mails[-1])
    mailbox.refused = {ADDRESS}
    at(32)
    _ask(client)
    # when
    assert client.send(first, {"password": NEW}).status_code == 302
    mailbox.refused = set()
    at(40)
    jobs.send_queued()
    # then
    assert client.get(later).status_code == 404
    assert len(mailbox.mails) == 3
    assert db.session.scalar(select(func.count()).select_from(MailLog)) == 3


def test_a_poor_password_is_refused_and_the_link_lives_on(client: Client, account: Account, mailbox: Mailbox) -> None:
    _ask(client)
    path = _path(mailbox.mails[0])
    for password, sentence in [
        ("", "ตั้งรหัสผ่านอย่างน้อย 15 ตัวอักษร"),
        ("สั้น", "ตั้งรหัสผ่านอย่างน้อย 15 ตัวอักษร"),
        ("x" * 10_000, "ตั้งรหัสผ่านไม่เกิน 200 ตัวอักษร"),
        ("123456789012345", "เดาง่ายเกินไป"),
        ("ก" * 15, "เดาง่ายเกินไป"),
        ("รหัส6650807รหัสผ่าน", "เดาง่ายเกินไป"),
    ]:
        answer = check_refused(client, path, {"password": password}, {"password": sentence}, forgets=("password",))
        assert 'name="password" type="password" value=""' in answer.text
    assert client.send(path, {"password": NEW}).status_code == 302


def test_the_form_takes_an_address_and_says_so(client: Client, account: Account, mailbox: Mailbox) -> None:
    for address, sentence in [
        ("", "กรอกอีเมลที่บันทึกไว้"),
        ("saraban", "อีเมลต้องมีเครื่องหมาย @"),
        ("a@b", "อีเมลต้องมีเครื่องหมาย @"),
        ("a@b.go.th, c@d.go.th", "อีเมลต้องมีเครื่องหมาย @"),
        ("x" * 10_000 + "@example.go.th", "ย่อให้ไม่เกิน 254 ตัวอักษร"),
    ]:
        check_refused(client, "/forgot", {"email": address}, {"email": sentence})
    injected = _ask(client, f"{ADDRESS}\r\nBcc: all@example.go.th")
    assert injected.status_code == 422
    assert not mailbox.mails


def test_asking_too_often_is_answered_with_a_sentence(client: Client, account: Account) -> None:
    answers = [client.send("/forgot", {"email": f"nobody{n}@example.go.th"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "ขอลิงก์หลายครั้งเกินไป" in answers[-1].text
    wait_for_mail()


def test_an_unknown_link_is_dead(client: Client, account: Account) -> None:
    for token in ("x", "%00", "x" * 5000, "๑", "' OR 1=1"):
        assert client.get(f"/forgot/{token}").status_code == 404
        assert client.send(f"/forgot/{token}", {"password": NEW}).status_code == 404


def test_a_locked_a_closed_and_an_unclaimed_account_get_no_mail(
    client: Client, account: Account, mailbox: Mailbox
) -> None:
    def shut(statement: Update, **values: object) -> None:
        with transaction():
            db.session.execute(statement.values(**values))

    shut(update(Account), locked_at=clock.now())
    assert SENT in _ask(client).text
    shut(update(Account), locked_at=None, password_hash=None)
    assert SENT in _ask(client).text
    shut(update(Account), password_hash="claimed")
    shut(update(Organisation), closed_at=clock.now())
    assert SENT in _ask(client).text
    assert not mailbox.mails


def _lock(account: Account, actor: Actor) -> None:
    set_locked(actor, account.organisation_id or 0, True, "ถูกแฮก", clock.now())


def _lock_staff(account: Account, actor: Actor) -> None:
    lock_staff(actor, account.id, True, "รหัสผ่านรั่ว", clock.now())


def _close(account: Account, actor: Actor) -> None:
    set_closed(actor, account.organisation_id or 0, True, "ยุบรวม", clock.now())


@pytest.mark.parametrize("shut", [_lock, _lock_staff, _close])
def test_a_link_mailed_before_an_account_was_shut_is_dead_also_afterwards(
    app: Flask, client: Client, account: Account, shut: Callable[[Account, Actor], None]
) -> None:
    """Who locks an account that was broken into must not leave the thief a way in."""
    # given
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    shutting = make_staff("officer65", Role.OFFICER, "65") if shut is _lock_staff else account
    with transaction():
        expires_at = clock.now() + timedelta(minutes=30)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=shutting.id, expires_at=expires_at))
    assert client.get("/forgot/link").status_code == 200

    # when
    with transaction():
        shut(shutting, chief)
    while_shut = client.send("/forgot/link", {"password": NEW})
    with transaction():
        db.session.execute(update(Account).values(locked_at=None))
        db.session.execute(update(Organisation).values(closed_at=None))

    # then
    assert while_shut.status_code == client.send("/forgot/link", {"password": NEW}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"password": NEW}, 404),
        ({"password": "", "email": "new@example.go.th"}, 404),
        ({"password": "", "clerk_name": "ปลัดคนใหม่"}, 200),
        ({"password": "", "email": ADDRESS.upper()}, 200),
    ],
)
def test_a_new_password_or_another_address_ends_a_link_that_was_mailed_before(
    app: Flask, client: Client, mailbox: Mailbox, typed: dict[str, str], status: int
) -> None:
    """Who takes an account back must not leave the thief the link in the mail."""
    # given
    lao = make_lao()
    with transaction():
        db.session.execute(update(Profile).values(email=ADDRESS))
    _ask(client)
    path = _path(mailbox.mails[0])
    enter(client, lao.account_id)
    client.get("/profile")

    # when
    saved = client.send("/profile", profile_form({"version": "1", "email": ADDRESS} | typed))

    # then
    assert saved.status_code == 302
    assert client.get(path).status_code == status


def test_a_link_that_staff_were_handed_ends_when_they_change_their_password(app: Flask, client: Client) -> None:
    """It would live for days, in whatever chat it was sent by."""
    # given
    somsri, chief = make_staff("somsri", Role.OFFICER, "65"), actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    with transaction():
        token = renew_staff(chief, somsri.id, "ลืมรหัสผ่าน", clock.now())
    assert client.get(f"/forgot/{token}").status_code == 200
    enter(client, somsri.id)
    client.get("/nacc/account")

    # when
    client.send("/nacc/account/password", {"current": PASSWORD, "password": NEW})

    # then
    assert client.get(f"/forgot/{token}").status_code == 404


def test_an_account_that_is_shut_otherwise_opens_by_no_link(app: Flask, client: Client, account: Account) -> None:
    with transaction():
        expires_at = clock.now() + timedelta(minutes=30)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=account.id, expires_at=expires_at))
        db.session.get_one(Account, account.id).locked_at = clock.now()
    assert client.send("/forgot/link", {"password": NEW}).status_code == 404
    with transaction():
        db.session.get_one(Account, account.id).locked_at = None
        db.session.get_one(Organisation, account.organisation_id).closed_at = clock.now()
    assert client.send("/forgot/link", {"password": NEW}).status_code == 404


def test_without_a_mail_server_the_mail_goes_into_a_file(
    app: Flask, client: Client, account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(app.config, "MAIL_FOLDER", tmp_path / "mail")
    _ask(client)
    (file,) = (tmp_path / "mail").iterdir()
    assert f"To: {ADDRESS}" in file.read_text()
    assert "/forgot/" in file.read_text()


def test_a_mail_server_that_is_down_costs_nobody_the_link(
    app: Flask, client: Client, account: Account, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    with monkeypatch.context() as away:
        away.setitem(app.config, "MAIL_PORT", 1)

        # when
        answer = _ask(client)
    jobs.send_for_a_turn()  # the worker's next minute

    # then
    assert (answer.status_code, SENT in answer.text) == (200, True)
    (message,) = mailbox.mails
    assert client.get(_path(message)).status_code == 200


def test_a_mail_that_is_put_off_brings_the_same_link_later_and_it_lives_half_an_hour_from_then(
    app: Flask, client: Client, account: Account, mailbox: Mailbox
) -> None:
    # given
    mailbox.refused = {ADDRESS}
    _ask(client)
    (first,) = db.session.scalars(select(PasswordReset.token_hash)).all()
    db.session.rollback()

    # when
    mailbox.refused = set()
    with transaction():
        db.session.execute(update(MailLog).values(next_try_at=None))
        db.session.execute(update(PasswordReset).values(expires_at=clock.now() - timedelta(hours=2)))
    jobs.send_queued()

    # then
    (message,) = mailbox.mails
    assert fingerprint(_path(message).split("/")[-1]) == first
    assert client.send(_path(message), {"password": NEW}).status_code == 302
    asked = select(func.count()).where(HistoryEntry.action == Action.ASK_FOR_RESET.value)
    assert db.session.scalar(asked) == 1


def test_a_mail_put_off_until_a_later_one_went_brings_the_same_link(
    app: Flask, client: Client, account: Account, mailbox: Mailbox
) -> None:
    # given
    mailbox.refused = {ADDRESS}
    _ask(client)
    mailbox.refused = set()
    _ask(client)

    # when
    with transaction():
        db.session.execute(update(MailLog).values(next_try_at=None))
    jobs.send_queued()

    # then
    (path,) = {_path(message) for message in mailbox.mails}
    assert len(mailbox.mails) == 2
    assert client.get(path).status_code == 200


def test_no_link_is_made_where_there_is_no_address_left_to_send_it_to(app: Flask, account: Account) -> None:
    # given
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    with transaction():
        owe_reset(ADDRESS, clock.now(), account.organisation_id, officer)
        db.session.execute(update(Profile).values(email=""))

    # when
    jobs.send_queued()

    # then
    assert db.session.scalars(select(MailLog.error)).all() == [NO_ADDRESS]
    assert db.session.scalars(select(PasswordReset.token_hash)).all() == []
    assert Action.ASK_FOR_RESET.value not in db.session.scalars(select(HistoryEntry.action)).all()


def test_no_link_is_made_for_an_account_that_is_handed_over_at_that_moment(
    app: Flask, account: Account, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail is being written, and waits for the account that is handed over; or it is not begun yet."""
    # given
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    with transaction():
        owe_reset(ADDRESS, clock.now())
    found, read = queries.renewable_accounts, Event()

    def told_when_read(*asked: Any) -> Any:
        answer = found(*asked)
        read.set()
        return answer

    def send() -> None:
        with app.app_context():
            monkeypatch.setattr(queries, "renewable_accounts", told_when_read)
            jobs.send_queued()
            db.session.remove()

    def waits_or_has_read() -> bool:
        if is_sqlite(db.engine):  # there nobody begins to write before the other one is done
            return True
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return read.is_set() or bool(db.session.scalar(waits))

    # when
    sender = Thread(target=send)
    with transaction():
        hand_over(officer, account.organisation_id or 0, "ย้าย", clock.now())
        sender.start()
        while not waits_or_has_read():
            pass
    sender.join(timeout=30)

    # then
    assert db.session.scalars(select(PasswordReset.token_hash)).all() == []
    assert mailbox.mails == []


def test_a_link_of_the_release_before_lives_to_its_end_and_is_not_brought_again(
    client: Client, account: Account, mailbox: Mailbox
) -> None:
    # given
    with transaction():
        expires_at = clock.now() + timedelta(minutes=20)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=account.id, expires_at=expires_at))
    # when
    _ask(client)
    # then
    for path in ("/forgot/link", _path(mailbox.mails[0])):
        assert client.get(path).status_code == 200


def test_a_link_goes_before_a_queue_of_other_mails(
    client: Client, account: Account, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setitem(jobs._writers, "digest", lambda _owed, _url: Letter("news", "news"))
    monkeypatch.setattr(jobs, "BATCH", 2)
    day = thai_day(clock.now())
    with transaction():
        for number in range(5):
            about = {"organisation_id": account.organisation_id, "kind": "digest", "to_address": ADDRESS}
            db.session.add(MailLog(**about, day=day - timedelta(days=number), queued_at=clock.now()))

    # when
    _ask(client)
    jobs.send_queued()

    # then
    subjects = [message["Subject"] for message in mailbox.mails]
    assert (subjects[0], subjects[1:]) == ("ตั้งรหัสผ่านใหม่ e-PlanNACC", ["news"] * 5)


def test_one_mailbox_gets_three_in_half_an_hour_whoever_asks_and_the_answer_does_not_say_so(
    app: Flask, client: Client, account: Account, mailbox: Mailbox, at: Callable[[int], None]
) -> None:
    """No longer than a link lives: who asked no more finds one that lives in the mailbox, whoever asked for it."""
    # given
    officer = make_staff("officer65", Role.OFFICER, "65")
    desk = Client(app)
    enter(desk, officer.id)
    id_ = account.organisation_id

    # when
    answers = [_ask(client, ADDRESS.upper()) for _ in range(4)]

    # then
    assert [SENT in answer.text for answer in answers] == [True] * 4
    assert len(mailbox.mails) == 3

    # when an officer sends one by hand: strangers have not used that up
    by_officer = [desk.send(f"/nacc/accounts/{id_}/reset", {}) for _ in range(4)]
    wait_for_mail()

    # then
    assert [answer.status_code for answer in by_officer] == [303] * 3 + [422]
    assert "ครบ 3 ครั้งใน 30 นาที" in by_officer[-1].text
    assert len(mailbox.mails) == 6
    asked = select(HistoryEntry.actor_name).where(HistoryEntry.action == Action.ASK_FOR_RESET.value)
    assert db.session.scalars(asked).all() == ["password reset"] + ["officer65"] * 3

    # when
    at(30)
    by_officer = desk.send(f"/nacc/accounts/{id_}/reset", {})
    _ask(client)

    # then
    assert by_officer.status_code == 303
    assert len(mailbox.mails) == 8
    asked = select(HistoryEntry.actor_id).where(HistoryEntry.action == Action.ASK_FOR_RESET.value)
    assert list(db.session.scalars(asked.order_by(HistoryEntry.id))) == [None] + [officer.id] * 4


def test_a_coordinator_of_two_laos_gets_one_mail_with_a_link_for_each(
    client: Client, account: Account, mailbox: Mailbox
) -> None:
    # given
    make_account(make_organisation("6650808", name="เทศบาลตำบลวังทอง"), email=ADDRESS)

    # when
    _ask(client)

    # then
    (message,) = mailbox.mails
    links = re.findall(r"https://eplan\.example\.go\.th(/forgot/\S+)", message.get_content())  # type: ignore[attr-defined]
    assert len(set(links)) == 2
    lines = message.get_content().splitlines()  # type: ignore[attr-defined]
    above = [lines[number - 1] for number, line in enumerate(lines) if "/forgot/" in line]
    assert above == ["องค์การบริหารส่วนตำบลดินทอง", "เทศบาลตำบลวังทอง"]
    for link, password, name in zip(links, (NEW, "อีกรหัสหนึ่ง-๒๕๖๑"), ("6650807", "6650808"), strict=True):
        client.last = None
        assert client.send(link, {"password": password}).status_code == 302
        assert client.send("/login", {"username": name, "password": password}).location == "/home"
        client.send("/logout", {})


def test_links_long_dead_are_forgotten(client: Client, account: Account, mailbox: Mailbox) -> None:
    # given
    with transaction():
        for days in (29, 31):
            expired = clock.now() - timedelta(days=days)
            db.session.add(PasswordReset(token_hash=f"{days}", account_id=account.id, expires_at=expired))

    # when
    _ask(client)

    # then
    assert sorted(map(len, db.session.scalars(select(PasswordReset.token_hash)))) == [2, 64]


def test_the_mail_servers_certificate_is_checked(
    app: Flask, account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Links for new passwords go this way: not to whoever stands in between."""
    # given
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    box = Mailbox()
    monkeypatch.setitem(app.config, "MAIL_HOST", "localhost")
    monkeypatch.setitem(app.config, "MAIL_STARTTLS", True)

    # when
    with served(box, tls_context=context, require_starttls=True) as port:
        monkeypatch.setitem(app.config, "MAIL_PORT", port)
        with pytest.raises(mail.MailServerAway, match="certificate verify failed"):
            mail.send(ADDRESS, "subject", "text")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        mail.send(ADDRESS, "subject", "text")

    # then
    assert box.addresses == [ADDRESS]
