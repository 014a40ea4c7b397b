"""Every change of what opens an account or what it may do is told to its owner and administrators, and from where."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.access import Actor
from app.accounts import jobs
from app.accounts.rules import FAILURES_KEPT
from app.db import transaction
from app.models.enums import Role
from tests.accounts.conftest import CODE
from tests.accounts.second_factor.test_second_factor import add_app
from tests.client import Client
from tests.factories import PASSWORD, make_staff, profile_form
from tests.pages import kept

NEW = "ปลาทู แมว ดินสอ ฝน"
OWN, ALL = "/account/sessions", "/nacc/admin/failed-sign-ins"
HOME, OFFICE, ELSEWHERE = "203.0.113.7", "198.51.100.20", "192.0.2.99"


def from_(app: Flask, address: str) -> Client:
    client = Client(app)
    client.environ_base["REMOTE_ADDR"] = address
    return client


def change_password(client: Client) -> None:
    client.get("/profile")
    assert (
        client.send("/profile", profile_form({"version": "1", "current": PASSWORD, "password": NEW})).status_code == 302
    )


def rights_told(client: Client, page: str) -> str:
    """What stands in the part about rights."""
    _before, found, after = client.get(page).text.partition("การเปลี่ยนรหัสผ่านและสิทธิ์" if page == OWN else 'id="rights"')
    return found and after.partition("</section>")[0]


def test_an_owner_sees_what_was_done_in_the_own_account_and_from_where(
    app: Flask, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given somebody at home, with a session elsewhere that was over before
    elsewhere, home = from_(app, ELSEWHERE), from_(app, HOME)
    elsewhere.sign_in(CODE, PASSWORD)
    elsewhere.send("/logout", {})
    at(timedelta(minutes=1))
    home.sign_in(CODE, PASSWORD)
    at(timedelta(minutes=2))

    # when
    change_password(home)

    # then
    told = rights_told(home, OWN)
    assert "เปลี่ยนรหัสผ่าน" in told
    assert HOME in told
    assert ELSEWHERE not in told
    assert told.count("<li>") == 1, "a sign-in changes no right"


def test_what_an_officer_did_is_told_with_its_reason_and_where_to_administrators_alone(
    app: Flask, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given
    make_staff("somsri", Role.OFFICER, "65")
    chief = make_staff("chief", Role.ADMINISTRATOR).username
    office, owner, admin = from_(app, OFFICE), from_(app, HOME), from_(app, ELSEWHERE)
    office.sign_in("somsri", PASSWORD)
    path = f"/nacc/accounts/{lao.organisation_id}"

    # when
    for deed in ("lock", "unlock"):
        office.get(path)
        assert office.send(f"{path}/{deed}", {"reason": "มีผู้แจ้งว่ารหัสผ่านรั่ว"}).status_code == 303

    # then
    owner.sign_in(CODE, PASSWORD)
    own = rights_told(owner, OWN)
    admin.sign_in(chief or "", PASSWORD)
    all_ = rights_told(admin, ALL)
    for told in (own, all_):
        assert "ล็อกบัญชี" in told
        assert "โดย somsri" in told
        assert "มีผู้แจ้งว่ารหัสผ่านรั่ว" in told
    assert CODE in all_
    assert (OFFICE in own, OFFICE in all_) == (False, True)


def test_an_administrator_sees_what_was_changed_of_staff(app: Flask, at: Callable[[timedelta], None]) -> None:
    # given
    make_staff("chief", Role.ADMINISTRATOR)
    somsri = make_staff("somsri", Role.OFFICER, "65")
    admin, officer = from_(app, OFFICE), from_(app, HOME)
    admin.sign_in("chief", PASSWORD)
    page = admin.get(f"/nacc/admin/staff/{somsri.id}")
    assert page.status_code == 200

    # when
    typed = {"username": "somsri", "name": "somsri", "role": "officer", "provinces": ["90"], "version": "1"}
    typed["reason"] = "คำสั่งย้าย 12/2569"
    assert admin.send(f"/nacc/admin/staff/{somsri.id}", typed).status_code == 303

    # then
    told = rights_told(admin, ALL)
    assert all(each in told for each in ("somsri", "chief", OFFICE, "แก้ไข", "เหตุผล คำสั่งย้าย 12/2569"))
    officer.sign_in("somsri", PASSWORD)
    _before, _found, own = officer.get("/nacc/account").text.partition("การเปลี่ยนรหัสผ่านและสิทธิ์")
    assert "chief" in own
    assert OFFICE not in own


STAFF = "/nacc/admin/staff"
NEW_STAFF = {"username": "malee", "name": "มาลี", "role": "officer", "provinces": ["65"]}
MOVED = {"username": "somsri", "name": "สมศรี", "role": "officer", "provinces": ["90"], "version": "1"}


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        (STAFF, NEW_STAFF),
        (f"{STAFF}/{{officer}}", MOVED),
        (f"{STAFF}/{{officer}}/lock", {}),
        (f"{STAFF}/{{locked}}/unlock", {}),
        (f"{STAFF}/{{officer}}/link", {}),
        (f"{STAFF}/{{officer}}/second-factor", {}),
    ],
)
def test_what_is_changed_of_staff_asks_for_a_reason_and_tells_it(
    app: Flask, client: Client, path: str, typed: dict[str, Any]
) -> None:
    # given
    make_staff("chief", Role.ADMINISTRATOR)
    officer, locked = make_staff("somsri", Role.OFFICER, "65"), make_staff("locked", Role.OFFICER, "65")
    with transaction():
        locked.locked_at = clock.now()
    own = Client(app)
    own.sign_in("somsri", PASSWORD)
    add_app(own)
    client.sign_in("chief", PASSWORD)
    place = path.format(officer=officer.id, locked=locked.id)
    client.get(STAFF)
    before = kept()

    # when
    asked = client.send(place, typed)

    # then nothing is done, and what was typed is kept
    assert asked.status_code == 422
    assert "บอกเหตุผล เช่น" in asked.text
    assert typed.get("name", "") in asked.text
    assert kept() == before

    # when
    done = client.send(place, typed | {"reason": "คำสั่งที่ 7/2569"})

    # then
    assert done.status_code in (200, 303)
    assert "เหตุผล คำสั่งที่ 7/2569" in rights_told(client, ALL)
    assert "คำสั่งที่ 7/2569" in client.get("/nacc/admin/history").text


def test_addresses_go_with_the_sessions_and_stand_nowhere_else(
    app: Flask, lao: Actor, at: Callable[[timedelta], None]
) -> None:
    # given
    home = from_(app, HOME)
    home.sign_in(CODE, PASSWORD)
    change_password(home)
    assert HOME not in str(kept())

    # when
    at(app.permanent_session_lifetime + FAILURES_KEPT + timedelta(seconds=1))
    jobs.forget_old_sessions()

    # then
    later = from_(app, OFFICE)
    later.sign_in(CODE, NEW)
    assert HOME not in later.get(OWN).text
