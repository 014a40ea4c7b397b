"""The three tabs over HTTP, and the home page with its years."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.profile.forms import TABS
from app.lao.profile.operations import FIELDS, save_profile
from app.models import HistoryEntry, Profile
from app.models.enums import ReportStatus, ReviewStatus, Round
from tests.client import Client
from tests.factories import (
    NOW,
    PASSWORD,
    facts,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    profile_form,
    review,
)
from tests.pages import both_values, check_refused, enter, fields, kept, sentences

LONG = "ก" * 10_000
BAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"size": "huge"}, {"size": "เลือกขนาดของ อปท."}),
    ({"size": []}, {"size": "เลือกขนาดของ อปท."}),
    ({"address": ""}, {"address": "กรอกที่ตั้งที่ทำการ"}),
    ({"address": LONG}, {"address": "ยาว 10,000 ตัวอักษร ย่อให้ไม่เกิน 1,000 ตัวอักษร"}),
    ({"area_km2": ""}, {"area_km2": "กรอกขนาดพื้นที่ให้บริการ"}),
    ({"area_km2": "1.005"}, {"area_km2": "ทศนิยมไม่เกิน 2 ตำแหน่ง"}),
    ({"area_km2": "1000000"}, {"area_km2": "กรอกได้ไม่เกิน 999,999.99"}),
    ({"population": "12.5"}, {"population": "ประชากรในพื้นที่มีทศนิยมไม่ได้"}),
    ({"population": "-5"}, {"population": "ต้องไม่ติดลบ"}),
    ({"population": "9" * 20}, {"population": "กรอกได้ไม่เกิน 99,999,999"}),
    ({"population": "ห้าพัน"}, {"population": "เป็นตัวเลข เช่น 7,812"}),
    ({"income_own": "", "income_subsidy": "x"}, {"income_own": "กรอกรายได้", "income_subsidy": "เป็นตัวเลข"}),
    ({"income_own": "100000000000"}, {"income_own": "กรอกได้ไม่เกิน 99,999,999,999.99"}),
    ({"executive_name": "", "clerk_name": LONG}, {"executive_name": "กรอกชื่อผู้บริหาร", "clerk_name": "ไม่เกิน 200"}),
    ({"contact_name": "", "contact_position": ""}, {"contact_name": "กรอกชื่อ", "contact_position": "กรอกตำแหน่ง"}),
    ({"contact_department": "", "phone": ""}, {"contact_department": "กรอกสังกัด", "phone": "กรอกหมายเลข"}),
    ({"phone": "0" * 61, "fax": LONG}, {"phone": "ไม่เกิน 60", "fax": "ไม่เกิน 60"}),
    ({"email": ""}, {"email": "กรอกอีเมล เพราะใช้ตั้งรหัสผ่านใหม่เมื่อลืม"}),
    ({"email": "saraban"}, {"email": "อีเมลต้องมีเครื่องหมาย @ เช่น saraban@example.go.th"}),
    ({"website": "w" * 255}, {"website": "ไม่เกิน 254"}),
    ({"password": "สั้น"}, {"password": "อย่างน้อย 15 ตัวอักษร"}),
    ({"password": "6650807-6650807"}, {"password": "เดาง่ายเกินไป"}),
]


@pytest.fixture
def claimant(app: Flask, client: Client) -> Actor:
    account = make_account(make_organisation(), claimed=False)
    actor = enter(client, account.id, claiming=True)
    client.get("/profile")
    return actor


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    client.get("/profile")
    return actor


def test_a_first_login_with_a_mistake_saves_nothing_and_claims_nothing(client: Client, claimant: Actor) -> None:
    for wrong, sentences_ in [*BAD, ({"password": ""}, {"password": "ตั้งรหัสผ่านอย่างน้อย 15 ตัวอักษร"})]:
        beside = {"password": "พิมพ์รหัสผ่านอีกครั้ง"} | sentences_  # what was typed there is not sent back
        forgets = ("password", "current", *(["size"] if "size" in wrong else []))
        answer = check_refused(client, "/profile", profile_form(wrong), beside, forgets=forgets)
        for names in TABS.values():  # each tab says how many of its fields are to be corrected
            count = sum(name in beside for name in names)
            assert f"แก้ {count}</span></a>" in answer.text or not count
    assert client.get("/home").location == "/profile"


def test_a_later_change_with_a_mistake_saves_nothing(client: Client, lao: Actor) -> None:
    for wrong, beside in BAD[::3]:
        forgets = ("password", "current", *(["size"] if "size" in wrong else []))
        check_refused(client, "/profile", profile_form({"version": "1"} | wrong), beside, forgets=forgets)


def test_all_that_is_wrong_with_a_first_login_is_said_in_one_go(client: Client, claimant: Actor) -> None:
    wrong = {"population": "ห้าพัน", "password": "234567890123456"}
    answer = check_refused(
        client,
        "/profile",
        profile_form(wrong),
        {"population": "ประชากร", "password": "เดาง่ายเกินไป"},
        forgets=("password", "current"),
    )
    assert "2 จุดที่ต้องแก้ไข" in answer.text
    assert "ครบทุกช่อง ยกเว้นรหัสผ่าน" in answer.text
    assert '<section class="pane first" id="area"' in answer.text  # without JavaScript too
    # When only the population was wrong, the empty box says that the password is wanted once more
    again = check_refused(
        client,
        "/profile",
        profile_form({"population": "x"}),
        {"password": "พิมพ์รหัสผ่านอีกครั้ง"},
        forgets=("password", "current"),
    )
    assert "2 จุดที่ต้องแก้ไข" in again.text
    assert 'data-show="password"' in again.text


def test_a_profile_saved_unchanged_is_told_so(client: Client, lao: Actor) -> None:
    shown = fields(client.get("/profile").text)
    before = kept()
    assert "ยังไม่ได้แก้ไขอะไร" in client.send("/profile", shown, follow_redirects=True).text
    assert kept() == before


def test_a_stale_profile_keeps_what_was_saved_in_fields_left_alone(client: Client, lao: Actor) -> None:
    first, second = fields(client.get("/profile").text), fields(client.get("/profile").text)
    client.send("/profile", first | {"phone": ["02 000 0000"]})
    stale = client.send("/profile", second | {"clerk_name": ["คนใหม่"]})
    assert "ใช้ค่าล่าสุดแล้ว: โทรศัพท์" in stale.text
    client.send("/profile", fields(stale.text))
    saved = db.session.get_one(Profile, lao.own_organisation_id, populate_existing=True)
    assert (saved.phone, saved.clerk_name) == ("02 000 0000", "คนใหม่")


def test_what_offices_type_is_understood(client: Client, claimant: Actor) -> None:
    typed = {
        "population": "๖,๕๔๓ คน",
        "area_km2": " 55.25 ตร.กม. ",
        "income_own": "0",
        "address": "ชั้น 1\r\nถนนทํา\u200bดี",
        "email": " Saraban@Example.go.th ",
        "clerk_name": "นาง\u0000สุดา\u202e",
    }
    assert client.send("/profile", profile_form(typed)).location == "/home"
    saved = db.session.scalars(db.select(Profile)).one()
    assert (saved.population, saved.area_km2, saved.income_own) == (6543, Decimal("55.25"), Decimal(0))
    assert (saved.address, saved.clerk_name) == ("ชั้น 1\nถนนทำดี", "นางสุดา")
    assert saved.email.lower() == "saraban@example.go.th"


def test_a_stale_profile_shows_both_versions_and_saves_when_sent_again(client: Client, lao: Actor) -> None:
    with transaction():
        kept_profile = db.session.get_one(Profile, lao.own_organisation_id)
        values = {name: getattr(kept_profile, name) for name in FIELDS}
        save_profile(lao, values | {"clerk_name": "ของเพื่อน"}, 1, None, NOW)
    typed = profile_form({"clerk_name": "ของฉัน", "size": "large", "version": "1", "password": ""})
    answer = check_refused(client, "/profile", typed, {}, forgets=("version", "current"))
    assert "ข้อมูลพื้นฐานนี้มีการแก้ไขจากหน้าต่างอื่นหรือเครื่องอื่นของบัญชีนี้" in answer.text
    assert ["ของเพื่อน", "ของฉัน"] in both_values(answer.text).values()
    assert ["เล็ก", "ใหญ่"] in both_values(answer.text).values()
    assert "ใช้ค่าที่ท่านกรอก" in answer.text
    again = fields(answer.text) | {"current": [PASSWORD]}
    assert again["version"] == ["2"]
    for _double_click in range(2):
        assert client.send("/profile", again).location == "/profile"
        client.get("/profile")
    saved = db.session.get_one(Profile, lao.own_organisation_id, populate_existing=True)
    assert (saved.clerk_name, saved.version) == ("ของฉัน", 3)


def test_the_history_tells_who_changed_what_and_never_a_password(client: Client, claimant: Actor) -> None:
    client.send("/profile", profile_form())
    client.get("/profile")
    client.send("/profile", profile_form({"version": "1", "clerk_name": "คนใหม่", "password": "รหัสใหม่ ยาวพอ๒๕๖๑"}))
    entries = db.session.scalars(db.select(HistoryEntry).order_by(HistoryEntry.id)).all()
    assert [entry.action for entry in entries] == ["claim", "fill", "change password", "edit"]
    assert (entries[3].before["clerk_name"], entries[3].after["clerk_name"]) == ("นางสุดา แสงทอง", "คนใหม่")
    stored = str(kept())
    assert PASSWORD not in stored
    assert "รหัสใหม่๒๕๖๑" not in stored


def test_place_and_name_come_from_the_registry_whatever_is_sent(client: Client, lao: Actor) -> None:
    client.send("/profile", profile_form({"version": "1", "name": "อบต.ปลอม", "r-name": "x", "organisation_id": "99"}))
    page = client.get("/profile").text
    assert "องค์การบริหารส่วนตำบลดินทอง" in page
    assert "ปลอม" not in page


NASTY = st.one_of(
    st.sampled_from(["", "-1", "1.005", "9" * 20, "๑๒", "\x00", "\u200b", "@", "a@b.go.th", "<b>", "=1+1", "large"]),
    st.text(st.characters(codec="utf-8"), max_size=40),
)


@given(changes=st.dictionaries(st.sampled_from(list(profile_form())), NASTY, max_size=6))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def _send_anything(client: Client, changes: dict[str, str]) -> None:
    answer = client.send("/profile", profile_form({"password": ""} | changes))
    assert answer.status_code in (200, 302, 401, 422)
    assert "Not a valid" not in answer.text
    if answer.status_code == 422:
        assert sentences(answer.text)


def test_whatever_is_typed_nothing_breaks(client: Client, lao: Actor) -> None:
    _send_anything(client)


def test_home_shows_both_rounds_of_the_year_and_what_is_to_do(client: Client, lao: Actor) -> None:
    first = make_project(lao, facts("ก"))
    make_project(lao, facts("ข"))
    rejected = make_project(lao, facts("ค"))
    review(rejected, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    make_report(lao, first, ReportStatus.DONE, Round.SIX)
    page = client.get("/home?year=2561").text
    assert "50.00" in page
    assert "แก้ไขโครงการที่ถูกปฏิเสธ 1 โครงการ" in page
    assert "1 โครงการถูกปฏิเสธ ไม่นับ" in page
    assert "รายงานผลรอบ 6 เดือน อีก 1 โครงการ" in page
    assert "จังหวัดพิษณุโลก" in page


def test_a_closed_year_says_why_and_which_year_opens_by_itself(client: Client, lao: Actor) -> None:
    page = client.get("/home?year=2563").text
    assert "ปี 2563 ยังบันทึกและรายงานไม่ได้</b> เพราะยังไม่ส่งแผน" in page
    for default in ("/home", "/home?year=1", "/home?year=x"):
        assert "ปีงบประมาณ 2562" in client.get(default).text  # the latest open one


def test_an_actor_reads_its_own_profile_only(app: Flask, client: Client, lao: Actor) -> None:
    make_lao("2900101", province="90", district="9001")
    assert "6650807@example.go.th" in client.get("/profile").text
    assert "2900101" not in client.get("/profile").text
    assert actor_of(lao.account_id).own_organisation_id == lao.organisation_id
