"""Staff renew their own password, and see and end where they are signed in."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.rules import browser_words
from app.db import db
from app.models import HistoryEntry
from app.models.enums import Role
from app.nacc.administration.rules import in_regions
from tests.client import Client
from tests.factories import PASSWORD, make_account, make_organisation, make_staff
from tests.pages import check_refused, enter

PAGE = "/nacc/account"
NEW = "รหัสผ่านใหม่-ทดสอบ"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, "Firefox บน Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 (KHTML) Chrome/126.0 Mobile Safari/537", "Chrome บน Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126 Safari/537 Edg/126", "Edge บน Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17 Safari/604", "Safari บน iPhone"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_told_in_words(agent: str, expected: str) -> None:
    assert browser_words(agent) == expected


def test_the_page_of_staff_has_the_list_of_their_sessions(app: Flask, client: Client) -> None:
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    assert client.get(PAGE).text.count("เครื่องนี้</span>") == 1
    assert client.send("/account/sessions", {"which": "others"}).location == PAGE


def test_staff_renew_their_password_with_the_one_they_have(app: Flask, client: Client) -> None:
    # given
    make_staff("officer65", Role.OFFICER, "65")
    other = Client(app)
    for each in (client, other):
        each.sign_in("officer65", PASSWORD)
    client.get(PAGE)
    for typed, wrong in (
        ({"current": "ไม่ใช่รหัสนี้", "password": NEW}, {"current": "รหัสผ่านปัจจุบันไม่ถูกต้อง"}),
        ({"current": PASSWORD, "password": "123456789012345"}, {"password": "เดาง่ายเกินไป"}),
        ({"current": "", "password": NEW}, {"current": "กรอกรหัสผ่านปัจจุบัน"}),
    ):
        check_refused(client, f"{PAGE}/password", typed, wrong, forgets=("current", "password"))

    # when
    answer = client.send(f"{PAGE}/password", {"current": PASSWORD, "password": NEW}, follow_redirects=True)

    # then
    assert "เปลี่ยนรหัสผ่านแล้ว" in answer.text
    assert client.get("/nacc/review").status_code == 200
    assert other.get("/nacc/review").status_code == 302
    stranger = Client(app)
    assert stranger.sign_in("officer65", PASSWORD).status_code == 422
    assert stranger.sign_in("officer65", NEW).request.path == "/nacc"
    assert NEW not in str(db.session.scalars(select(HistoryEntry.after)).all())


def test_a_guess_at_the_present_password_is_counted(app: Flask, client: Client) -> None:
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    client.get(PAGE)
    for _guess in range(6):
        answer = client.send(f"{PAGE}/password", {"current": "เดา", "password": NEW})
    assert "หลายครั้งเกินไป" in answer.text
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    in_place = client.send(f"{PAGE}/password", {"current": "เดา", "password": NEW}, htmx=True)
    assert in_place.status_code == 422, "else the page would show a bar in place of the form"
    assert 0 < int(in_place.headers["Retry-After"]) <= 60


def test_what_drafts_are_encrypted_with_is_told_to_the_own_account_only(app: Flask, client: Client) -> None:
    ids = [make_staff(name, Role.OFFICER, "65").id for name in ("officer65", "other65")]
    keys = set()
    for own, other in (ids, reversed(ids)):
        enter(client, own)
        keys.add(client.get(f"/drafts/key/{own}").text)
        assert client.get(f"/drafts/key/{other}").status_code == 404
    assert len(keys) == 2


def test_it_is_for_staff(app: Flask, client: Client) -> None:
    enter(client, make_account(make_organisation()).id)
    assert client.get(PAGE).status_code == 403


def test_staff_of_a_region_get_all_its_provinces_by_one_tick(app: Flask, client: Client) -> None:
    # given
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    page = client.get("/nacc/admin/staff").text
    assert "ทั้งภาค 9" in page
    form = {
        "username": "region9",
        "name": "ภาค 9",
        "role": "officer",
        "regions": ["9"],
        "provinces": ["65"],
        "reason": "บรรจุ",
    }

    # when
    missing = client.send("/nacc/admin/staff", form | {"username": "", "name": ""})
    assert "กรอกชื่อผู้ใช้" in missing.text, "with the other errors, not after them"
    assert "กรอกชื่อ - สกุล" in missing.text
    assert client.send("/nacc/admin/staff", form).status_code == 200

    # then
    shown = client.get("/nacc/admin/staff").text
    assert "ภาค 9 (7 จังหวัด), พิษณุโลก" in shown
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "create")).one()
    assert entry.after
    assert {"90", "96", "95", "94", "65"} <= set(entry.after["provinces"])
    assert len(entry.after["provinces"]) == 8


def test_provinces_are_told_by_region_where_they_are_whole() -> None:
    country: dict[int | None, list[tuple[str, str]]] = {
        1: [("1", "ก"), ("2", "ข")],
        2: [("3", "ค")],
        None: [("9", "ง")],
    }
    assert in_regions({"1": "ก", "3": "ค", "9": "ง"}, country) == ["ภาค 2 (1 จังหวัด)", "ก", "ง"]
    assert in_regions({}, country) == []
