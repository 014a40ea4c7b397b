"""What is kept of the persons in a profile: told to the LAO, taken out in time, or when one asks for it."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.rules import FAILURES_KEPT
from app.citizens.help.privacy import KEPT_OF_PERSONS, lasting
from app.db import db, transaction
from app.history.rules import PERSONAL
from app.jobs import Engine
from app.lao.profile import operations, queries
from app.lao.profile.jobs import forget_contacts_in_time
from app.lao.profile.rules import CONTACTS_KEPT, FormerDetail, ProfileEntry, former_details
from app.ledger.jobs import head_of_now, sequence_all
from app.ledger.rules import BLACKED_OUT
from app.mails.jobs import forget_old_mails
from app.mails.queries import WAITS
from app.mails.rules import MAILS_KEPT
from app.models import HistoryEntry, MailLog, Profile
from tests.client import Client
from tests.factories import NOW, make_lao
from tests.ledger.world import make_world, verified
from tests.pages import enter

DAY = timedelta(days=1)


def _entry(id_: int, days: int, before: dict[str, Any], after: dict[str, Any]) -> ProfileEntry:
    return ProfileEntry(id_, NOW + days * DAY, before, after)


def test_a_detail_is_former_from_when_another_came_and_only_while_it_is_not_said_today() -> None:
    # given
    entries = [
        _entry(1, 0, {}, {"contact_name": "ก", "phone": "1", "population": 5}),
        _entry(2, 10, {"contact_name": "ก", "phone": "1"}, {"contact_name": "ข", "phone": "1"}),
        _entry(3, 20, {"contact_name": "ข", "phone": "1"}, {"contact_name": "ค", "phone": "1"}),
    ]
    present = {"contact_name": "ค", "phone": "1"}

    # when
    at_once, in_time, too_early = (list(former_details(entries, present, NOW + days * DAY)) for days in (21, 20, 10))

    # then
    first, second = (
        [FormerDetail(id_, "after", *what), FormerDetail(id_ + 1, "before", *what)]
        for id_, what in ((1, ("contact_name", "ก", NOW + 10 * DAY)), (2, ("contact_name", "ข", NOW + 20 * DAY)))
    )
    assert at_once == first + second
    assert in_time == first
    assert too_early == []


def test_a_detail_is_replaced_by_the_first_entry_that_tells_another_and_none_that_repeats_it_moves_that() -> None:
    # given
    entries = [
        _entry(1, 0, {}, {"contact_name": "ก"}),
        _entry(2, 10, {"contact_name": "ก", "phone": "1"}, {"contact_name": "ก", "phone": "2"}),
        _entry(3, 15, {}, {}),  # an erasure
        _entry(4, 20, {"contact_name": "ก"}, {"contact_name": ""}),
        _entry(5, 30, {"contact_name": ""}, {"contact_name": "ข"}),
        _entry(6, 40, {"contact_name": "ข"}, {"contact_name": "ก"}),
        _entry(7, 50, {"contact_name": "ก"}, {"contact_name": "ค"}),
    ]

    # when
    found = former_details(entries, {"contact_name": "ค", "phone": "2"}, NOW + 60 * DAY)

    # then
    ends = {(each.entry_id, each.side, each.text): (each.until - NOW).days for each in found}
    assert ends == {
        **{(1, "after", "ก"): 20, (2, "before", "ก"): 20, (2, "after", "ก"): 20, (4, "before", "ก"): 20},
        **{(5, "after", "ข"): 40, (6, "before", "ข"): 40},
        **{(6, "after", "ก"): 50, (7, "before", "ก"): 50},
        (2, "before", "1"): 10,
    }


def _change(lao: Actor, at: datetime, **person: str) -> None:
    profile = db.session.get_one(Profile, lao.organisation_id)
    values = {name: getattr(profile, name) for name in operations.FIELDS} | person
    with transaction():
        operations.save_profile(lao, values, profile.version, None, at)


@pytest.fixture
def lao(app: Flask) -> Actor:
    """Its coordinator สมชาย left three years ago, สมศรี a month ago; สมปอง is there today, in the same office."""
    lao, today = make_lao("6650809"), clock.now()
    _change(lao, today - 4 * 365 * DAY, contact_name="สมชาย", email="somchai@example.go.th", phone="055111111")
    _change(lao, today - 3 * 365 * DAY, contact_name="สมศรี", email="somsri@example.go.th", phone="055111111")
    _change(lao, today - 30 * DAY, contact_name="สมปอง", email="sompong@example.go.th", phone="055111111")
    return lao


def _told() -> str:
    rows = db.session.execute(select(HistoryEntry.before, HistoryEntry.after)).all()
    db.session.rollback()
    return str([tuple(row) for row in rows])


def test_the_worker_forgets_who_left_long_ago_and_keeps_the_others(app: Flask, lao: Actor) -> None:
    # given
    sequence_all()
    assert "สมชาย" in _told()

    # when
    forget_contacts_in_time()

    # then
    told = _told()
    assert "สมชาย" not in told
    assert "somchai" not in told
    assert BLACKED_OUT in told
    assert all(each in told for each in ("สมศรี", "สมปอง", "055111111"))
    before = len(db.session.scalars(select(HistoryEntry)).all())
    db.session.rollback()
    forget_contacts_in_time()
    assert len(db.session.scalars(select(HistoryEntry)).all()) == before, "done once"


def test_who_left_lately_is_kept_however_long_ago_something_else_changed(app: Flask) -> None:
    # given
    lao, today = make_lao("6650809"), clock.now()
    for days, phone in ((4 * 365, "055111111"), (3 * 365, "055222222")):
        _change(lao, today - days * DAY, contact_name="สมชาย", phone=phone)
    _change(lao, today - 30 * DAY, contact_name="สมปอง")

    # when
    forget_contacts_in_time()

    # then
    told = _told()
    assert "055111111" not in told
    assert told.count("สมชาย") == 4


def test_the_worker_does_it_when_it_starts_and_every_day_it_lives(
    app: Flask, lao: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    work, now, done = Engine(app), clock.now(), []
    work._daily.append(lambda: done.append(1))

    # when, then
    for hours, times in ((0, 1), (23, 1), (24, 2), (47, 2), (48, 3)):
        later = now + timedelta(hours=hours, minutes=1)
        monkeypatch.setattr(clock, "now", lambda moment=later: moment)
        work.look_after()
        assert len(done) == times
    assert "สมชาย" not in _told()


def test_who_asks_to_be_forgotten_is_at_once_and_everywhere(app: Flask, lao: Actor) -> None:
    # given
    with transaction():
        for number, address in enumerate(("somsri@example.go.th", "sompong@example.go.th")):
            mail = {"kind": "digest", "to_address": address, "day": NOW.date() - number * DAY, "queued_at": NOW}
            db.session.add(MailLog(organisation_id=lao.organisation_id, sent_at=NOW, **mail))

    # when
    result = app.test_cli_runner().invoke(args=["accounts", "erase-contacts", "6650809", "--reason", "ขอลบ"])

    # then
    assert result.exit_code == 0, result.output
    told = _told()
    assert not any(each in told for each in ("สมชาย", "สมศรี", "somsri"))
    assert "สมปอง" in told
    assert set(db.session.scalars(select(MailLog.to_address))) == {BLACKED_OUT, "sompong@example.go.th"}
    assert not db.session.scalars(select(MailLog.id).where(WAITS, MailLog.to_address == BLACKED_OUT)).all()
    entry = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.entity, entry.reason) == ("erase", "profile", "ขอลบ")
    assert app.test_cli_runner().invoke(args=["accounts", "erase-contacts", "1", "--reason", "x"]).exit_code == 1


def test_every_detail_of_a_person_goes_and_none_of_the_place_or_of_another_lao(app: Flask) -> None:
    # given
    lao, another = make_lao("6650809"), make_lao("6650810")
    for who in (lao, another):
        for days, word in ((20, "เดิม"), (10, "ใหม่")):
            person = {name: f"{word} {name} {who.organisation_id}" for name in PERSONAL}
            _change(who, clock.now() - days * DAY, **person, website=f"https://{word}.example.go.th")

    # when
    said = app.test_cli_runner().invoke(args=["accounts", "erase-contacts", "6650809", "--reason", "ขอลบ"]).output
    again = app.test_cli_runner().invoke(args=["accounts", "erase-contacts", "6650809", "--reason", "ขอลบ"]).output

    # then
    db.session.rollback()
    told = _told()
    for name in PERSONAL:
        assert f"เดิม {name} {lao.organisation_id}" not in told
        assert f"ใหม่ {name} {lao.organisation_id}" in told
        assert f"เดิม {name} {another.organisation_id}" in told
    assert "https://เดิม.example.go.th" in told
    assert (said.startswith("0 "), again.split()[0]) == (False, "0")
    assert len(db.session.scalars(select(HistoryEntry.id).where(HistoryEntry.action == "erase")).all()) == 1


def test_the_worker_keeps_a_person_for_two_years(app: Flask) -> None:
    # given
    lao, today = make_lao("6650809"), clock.now()
    for name, days in (("สมชาย", 900), ("สมศรี", 731), ("สมปอง", 729)):
        _change(lao, today - days * DAY, contact_name=name)

    # when
    forget_contacts_in_time()

    # then
    told = _told()
    assert [name for name in ("ผู้ประสานงาน", "สมชาย", "สมศรี", "สมปอง") if name in told] == ["สมศรี", "สมปอง"]


def test_mails_that_were_asked_for_by_typing_an_address_are_forgotten_with_it(
    app: Flask, client: Client, lao: Actor
) -> None:
    """A row of /forgot is for no LAO; an answer of the mail server repeats the address it was about."""
    # given
    another = make_lao("6650810")
    _change(another, clock.now() - DAY, email="shared@example.go.th")
    _change(lao, clock.now() - 4 * DAY, email="Capital@example.go.th")
    _change(lao, clock.now() - 3 * DAY, email="shared@example.go.th")
    _change(lao, clock.now() - 2 * DAY, email="Sompong@example.go.th")
    told = "SMTPRecipientsRefused: {'SOMSRI@example.go.th': (550, b'no such user')}"
    with transaction():
        for address, values in (
            ("somsri@example.go.th", {"sent_at": NOW}),
            ("Somsri@Example.go.th", {"given_up_at": NOW, "error": told}),
            ("somsri@example.go.th", {}),
            ("capital@example.go.th", {"sent_at": NOW}),
            ("sompong@example.go.th", {"given_up_at": NOW, "error": told, "organisation_id": lao.organisation_id}),
            ("shared@example.go.th", {}),
            ("nobody@example.go.th", {"sent_at": NOW, "error": "451 later"}),
        ):
            db.session.add(MailLog(kind="reset", to_address=address, day=NOW.date(), queued_at=NOW, **values))

    # when
    with transaction():
        operations.forget_former_contacts(lao, lao.own_organisation_id, "ขอลบ", clock.now(), clock.now())

    # then
    resets = select(MailLog.to_address, MailLog.error).where(MailLog.kind == "reset").order_by(MailLog.id)
    rows = db.session.execute(resets).all()
    assert [tuple(row) for row in rows] == [
        (BLACKED_OUT, ""),
        (BLACKED_OUT, BLACKED_OUT),
        (BLACKED_OUT, ""),
        ("sompong@example.go.th", BLACKED_OUT),
        ("shared@example.go.th", ""),
        ("nobody@example.go.th", "451 later"),
    ]


def test_the_public_log_stays_valid(app: Flask, lao: Actor) -> None:
    # given
    make_world()
    head_of_now()

    # when
    with transaction():
        operations.forget_former_contacts(lao, lao.own_organisation_id, "ขอลบ", clock.now(), clock.now())
    head_of_now()

    # then
    assert "all holds" in verified(app)
    assert "สมศรี" not in _told()


def test_the_lao_takes_home_what_is_kept_of_its_people(app: Flask, client: Client, lao: Actor) -> None:
    # given
    _change(lao, clock.now() - 20 * DAY, contact_name="สมชาย", email="somchai@example.go.th", mobile="0811111111")
    _change(lao, clock.now() - 10 * DAY, contact_name="สมปอง", email="sompong@example.go.th", mobile="0822222222")
    enter(client, lao.account_id)
    page = client.get("/profile")
    assert 'href="/profile/personal.xlsx"' in page.text

    # when
    with client.get("/profile/personal.xlsx") as answer:
        rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()

    # then
    told = [(row[0], row[1], row[2] == "ข้อมูลปัจจุบัน") for row in rows]
    assert ("ชื่อผู้ประสานงาน", "สมปอง", True) in told
    assert ("ชื่อผู้ประสานงาน", "สมศรี", False) in told
    assert ("อีเมล", "somchai@example.go.th", False) in told
    assert ["ชื่อผู้ประสานงาน", "สมชาย", clock.thai_date(clock.now() - 10 * DAY)] in rows
    values = [(row[0], row[1]) for row in rows if row[1]]
    assert len(values) == len(set(values))
    details = queries.personal_details(lao, clock.now())
    assert {each.name for each in details} <= PERSONAL
    assert all(each.text for each in details)
    ends = [each.until for each in details]
    first = ends.count(None)
    assert ends[:first] == [None] * first
    assert ends[first:] == sorted(ends[first:], key=str, reverse=True)


def test_mails_are_forgotten_in_time(app: Flask) -> None:
    # given
    lao, now = make_lao(), clock.now()
    with transaction():
        for age in (MAILS_KEPT - DAY, MAILS_KEPT + DAY):
            mail = {
                "kind": "digest",
                "to_address": "a@example.go.th",
                "day": (now - age).date(),
                "queued_at": now - age,
            }
            db.session.add(MailLog(organisation_id=lao.organisation_id, sent_at=now, **mail))

    # when
    forget_old_mails()

    # then
    (left,) = db.session.scalars(select(MailLog)).all()
    assert left.queued_at > now - MAILS_KEPT


def test_the_page_promises_the_times_by_which_it_is_done(client: Client) -> None:
    # when
    page = client.get("/help/privacy").text

    # then
    for row in KEPT_OF_PERSONS:
        assert row.how_long in page
    assert f"{lasting(CONTACTS_KEPT)} หลังเปลี่ยนคน" in page
    told = {row.what.split(":")[0]: row.how_long for row in KEPT_OF_PERSONS}
    assert told["อีเมลที่ระบบส่ง และที่อยู่ที่ส่งไป"] == lasting(MAILS_KEPT)
    assert told["การเข้าสู่ระบบที่ไม่สำเร็จ"] == lasting(FAILURES_KEPT)
    assert lasting(timedelta(days=730)) == "2 ปี"
    assert lasting(timedelta(days=365)) == "1 ปี"
    assert lasting(timedelta(days=7)) == "7 วัน"
    assert lasting(timedelta(minutes=30)) == "30 นาที"
    assert 'href="/help/privacy"' in client.get("/").text
