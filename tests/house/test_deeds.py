"""Every form is done once: sent again it is answered as then, with the state as it is now."""

from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.exceptions import BadRequest

from app import clock
from app.access import Actor
from app.accounts.rules import fingerprint
from app.db import db, transaction
from app.deeds import AT_MOST_EARLIER, KEPT, _print, forget_old_deeds, once
from app.errors import AlreadyDone, Stale
from app.lao.grid import routes as grid_routes
from app.lao.reporting.operations import SavedReport, save_report
from app.models import (
    Account,
    DoneDeed,
    HistoryEntry,
    Organisation,
    PasswordReset,
    PlanYear,
    Project,
    RejectionReason,
    Report,
)
from app.models.enums import PlanStatus, Role
from app.nacc.plan_years.operations import set_status
from tests.client import TOKEN, Client
from tests.factories import (
    NOW,
    PASSWORD,
    YEAR,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_staff,
    profile_form,
    project_form,
)
from tests.pages import enter, fields, form_token

PATH = f"/reporting/1/{YEAR}/6"


@pytest.fixture
def lao(client: Client) -> Actor:
    actor = make_lao()
    make_project(actor)
    enter(client, actor.account_id)
    return actor


def entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(HistoryEntry)) or 0


def kept_note() -> str:
    db.session.rollback()
    return db.session.scalars(select(Report.note).where(Report.round == 6)).one()


def keyed(key: str, *earlier: str) -> dict[str, str]:
    return {"Idempotency-Key": key, "Idempotency-Earlier": " ".join(earlier)}


def opened(client: Client, **typed: Any) -> dict[str, Any]:
    return fields(client.get(PATH, headers={"HX-Request": "true"}).text) | {"status": "done"} | typed


# --- a report -------------------------------------------------------------------------------------------------------
def test_a_report_sent_again_is_answered_as_saved_and_written_once(client: Client, lao: Actor) -> None:
    form, before = opened(client, note="หนึ่ง"), entries()
    answers = [client.send(PATH, form, htmx=True, headers=keyed("k1")) for _ in range(3)]
    assert [each.status_code for each in answers] == [200] * 3
    assert all("บันทึกแล้ว" in each.text for each in answers)
    assert entries() == before + 1


def test_a_report_whose_answer_was_lost_and_that_was_changed_since_is_neither_a_conflict_nor_done_again(
    client: Client, lao: Actor
) -> None:
    form = opened(client, note="หนึ่ง")
    client.send(PATH, form, htmx=True, headers=keyed("k1"))
    client.send(PATH, opened(client, note="สอง"), htmx=True, headers=keyed("k2"))
    before = entries()
    late = client.send(PATH, form, htmx=True, headers=keyed("k1"))
    assert (late.status_code, kept_note(), entries()) == (200, "สอง", before)
    assert "บันทึกแล้ว" in late.text


def test_words_typed_after_a_lost_answer_stand_on_what_it_saved(client: Client, lao: Actor) -> None:
    form = opened(client, note="หนึ่ง")
    client.send(PATH, form, htmx=True, headers=keyed("k1"))
    # The answer never came, and the clerk types on in the same form
    lost = [f"lost{number}" for number in range(AT_MOST_EARLIER)]
    typed_on = client.send(PATH, form | {"note": "หนึ่งสอง"}, htmx=True, headers=keyed("k2", *lost, "k1"))
    assert (typed_on.status_code, kept_note()) == (200, "หนึ่งสอง")
    # A first try that never arrived, and does after the second, is a stale page
    late = client.send(PATH, form | {"note": "ก่อนหน้า"}, htmx=True, headers=keyed("k0"))
    assert (late.status_code, kept_note()) == (422, "หนึ่งสอง")
    # And what changed nothing made no version
    same = opened(client)
    client.send(PATH, same, htmx=True, headers=keyed("k3"))
    more = client.send(PATH, same | {"note": "สาม"}, htmx=True, headers=keyed("k4", "k3"))
    assert (more.status_code, kept_note()) == (200, "สาม")


def test_a_refused_form_claims_nothing_and_a_key_is_for_one_thing(client: Client, lao: Actor) -> None:
    form = opened(client, note="หนึ่ง")
    assert client.send(PATH, form | {"status": ""}, htmx=True, headers=keyed("k1")).status_code == 422
    assert client.send(PATH, form, htmx=True, headers=keyed("k1")).status_code == 200
    assert client.send(PATH, form | {"note": "อื่น"}, htmx=True, headers=keyed("k1")).status_code == 400
    assert client.send(PATH, form, htmx=True, headers=keyed("k" * 65)).status_code == 400
    assert kept_note() == "หนึ่ง"


# --- any other form -------------------------------------------------------------------------------------------------
def test_any_form_sent_again_leads_where_the_first_one_led_and_says_the_same(client: Client) -> None:
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    page = client.get("/nacc/admin/reasons").text
    known = db.session.scalar(select(func.count()).select_from(RejectionReason)) or 0
    form = fields(page) | {"text": "เหตุผลใหม่"}
    answers = [client.send("/nacc/admin/reasons", form, follow_redirects=True) for _ in range(2)]
    assert [each.request.path for each in answers] == ["/nacc/admin/reasons"] * 2
    assert all("เพิ่มเหตุผลแล้ว" in each.text for each in answers)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(RejectionReason)) == known + 1
    # Gone back to without JavaScript, the key of the page goes with other words: they are done
    client.send("/nacc/admin/reasons", form | {"text": "อีกเหตุผล"})
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(RejectionReason)) == known + 2


def test_a_deletion_sent_again_is_no_missing_page(client: Client, lao: Actor) -> None:
    form = fields(client.get("/projects/1/delete").text) | {"reason": "ซ้ำ"}
    answers = [client.send("/projects/1/delete", form, follow_redirects=True) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert all("ผู้ดูแลระบบกู้คืนให้ได้" in each.text for each in answers)
    in_place = client.send("/projects/1/delete", form, htmx=True)
    assert (in_place.status_code, in_place.headers["HX-Refresh"]) == (204, "true")
    assert db.session.get_one(Project, 1).deleted_at


def test_a_change_of_many_sent_again_does_not_undo_what_came_after(client: Client, lao: Actor) -> None:
    chief = make_staff("somsri", Role.OFFICER, "65")
    who = enter(client, chief.id)
    ask = client.get(f"/nacc/plan-years/many?year={YEAR}&ids={lao.own_organisation_id}").text
    form = fields(ask) | {"status": "failed", "reason": "ไม่มีตัวชี้วัด"}
    path = f"/nacc/plan-years/many?year={YEAR}"
    first = client.send(path, form)
    assert first.location
    version = db.session.scalars(select(PlanYear.version).where(PlanYear.fiscal_year == YEAR)).one()
    with transaction():
        assert set_status(who, lao.own_organisation_id, YEAR, PlanStatus.PASSED, version, clock.now())
    before = entries()
    assert client.send(path, form).location == first.location
    assert entries() == before


def test_a_code_that_is_shown_once_is_made_anew(client: Client) -> None:
    waiting = make_account(make_organisation("6650808"), claimed=False)
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    path = f"/nacc/accounts/{waiting.organisation_id}/code"
    client.get(f"/nacc/accounts/{waiting.organisation_id}")
    hashes = set()
    for _ in range(2):
        assert client.send(path, {}, headers=keyed("k1")).status_code == 303
        db.session.expire_all()
        hashes.add(db.session.get_one(Account, waiting.id).activation_hash)
    assert len(hashes) == 2


def test_another_file_of_the_same_name_is_another_deed(client: Client) -> None:
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    form = {"do": "import", **fields(client.get("/nacc/admin/registry").text)}
    for line in ("6650807,องค์การบริหารส่วนตำบลดินทอง", "6650808,องค์การบริหารส่วนตำบลนครไทย"):
        file = BytesIO(f"code,name,type,province_code,district_code\n{line},องค์การบริหารส่วนตำบล,65,6508".encode())
        client.send("/nacc/admin/registry/file", form | {"file": (file, "a.csv")}, content_type="multipart/form-data")
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 2


def test_a_save_tried_anew_in_the_same_request_claims_its_key_too(
    client: Client, lao: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = iter([Stale])

    def first_too_late(*args: Any) -> SavedReport:
        for error in tries:
            raise error
        return save_report(*args)

    monkeypatch.setattr(grid_routes, "save_report", first_too_late)
    client.get("/profile")
    answer = client.send(f"/reporting/grid/1/{YEAR}/6", {"version": 1, "status": "done"}, headers=keyed("k1"))
    assert answer.get_json()["version"] == 2
    assert db.session.scalars(select(DoneDeed.key)).all() == ["k1"]


# --- what ends the session, or comes after it ------------------------------------------------------------------------
SAME = {"Sec-Fetch-Site": "same-origin"}


def _typed(page: str, **typed: Any) -> dict[str, Any]:
    """All that the form on a page would send, its token and key too."""
    found = TOKEN.search(page)
    assert found
    return {**fields(page), "csrf_token": found[1], **typed}


def _back_in(client: Client, cookie: str) -> None:
    """The answer never came, and with it no new cookie."""
    client.set_cookie("eplannacc", cookie)


def _cookie_of(client: Client) -> str:
    found = client.get_cookie("eplannacc")
    assert found
    return found.value


@pytest.mark.parametrize("htmx", [False, True])
def test_a_new_password_whose_answer_was_lost_is_told_as_set(app: Flask, client: Client, htmx: bool) -> None:
    """It ended the session that the form is sent again in."""
    # given
    make_staff("somsri", Role.OFFICER, "65")
    client.sign_in("somsri", PASSWORD)
    typed = _typed(client.get("/nacc/account").text, current=PASSWORD, password="มะม่วงสุก3ลูกหวาน")
    cookie = _cookie_of(client)
    assert client.post("/nacc/account/password", data=typed, headers=SAME).status_code == 303
    _back_in(client, cookie)

    # when
    headers = SAME | ({"HX-Request": "true", "HX-Boosted": "true"} if htmx else {})
    answer = client.post("/nacc/account/password", data=typed, headers=headers)

    # then
    assert answer.status_code == (204 if htmx else 303)
    assert answer.headers["HX-Redirect" if htmx else "Location"] == "/login"
    assert "บันทึกไว้แล้ว" in client.get("/login").text
    # and other words under that key were not done
    _back_in(client, cookie)
    assert client.post("/nacc/account/password", data=typed | {"password": "อีกรหัสหนึ่ง"}, headers=SAME).status_code == 401


def test_a_first_login_whose_answer_was_lost_is_told_as_done(app: Flask, client: Client) -> None:
    # given
    make_account(make_organisation(), claimed=False)
    client.sign_in("6650807", "")
    typed = _typed(client.get("/profile").text) | profile_form()
    cookie = _cookie_of(client)
    assert client.post("/profile", data=typed, headers=SAME).location == "/home"
    _back_in(client, cookie)

    # when
    answer = client.post("/profile", data=typed, headers=SAME)

    # then
    assert (answer.status_code, answer.location) == (303, "/login")


def test_a_link_whose_answer_was_lost_is_told_as_used_by_who_used_it(app: Flask, client: Client) -> None:
    # given
    account = make_account(make_organisation())
    with transaction():
        expires_at = clock.now() + timedelta(minutes=30)
        db.session.add(PasswordReset(token_hash=fingerprint("link"), account_id=account.id, expires_at=expires_at))
    typed = _typed(client.get("/forgot/link").text, password="มะม่วงสุก3ลูกหวาน")
    cookie = _cookie_of(client)
    assert client.post("/forgot/link", data=typed, headers=SAME).location == "/login"
    _back_in(client, cookie)

    # when
    answer = client.post("/forgot/link", data=typed, headers=SAME)

    # then
    assert answer.location == "/login"
    assert "ตั้งรหัสผ่านใหม่แล้ว" in client.get("/login").text
    _back_in(client, cookie)
    assert client.post("/forgot/link", data=typed | {"password": "อีกรหัสหนึ่ง"}, headers=SAME).status_code == 404


def test_a_form_that_was_done_is_not_offered_again_to_who_signed_in_anew(client: Client, lao: Actor) -> None:
    """Its key is not carried along: pressed once more, it would be done twice."""
    # given
    typed, headers = project_form() | {"csrf_token": form_token(lao.account_id)}, SAME | keyed("k1")
    fresh = {"csrf_token": _typed(client.get("/projects/new").text)["csrf_token"]}
    assert client.post("/projects/new", data=typed | fresh, headers=headers).status_code == 302
    number = db.session.scalar(select(func.count()).select_from(Project))
    for way in ({}, {"HX-Request": "true", "HX-Boosted": "true"}):
        # when
        enter(client, lao.account_id)
        answer = client.post("/projects/new", data=typed, headers=headers | way)
        # then
        assert answer.status_code == (204 if way else 303)
        assert "ยังไม่ได้ทำรายการนี้" not in answer.text
    assert db.session.scalar(select(func.count()).select_from(Project)) == number


def test_a_form_that_was_done_is_told_so_where_another_account_has_signed_in(client: Client, lao: Actor) -> None:
    # given
    typed, headers = _typed(client.get("/projects/new").text) | project_form(), SAME | keyed("k1")
    client.post("/projects/new", data=typed, headers=headers)
    enter(client, make_lao("6650899").account_id)

    # when
    answer = client.post("/projects/new", data=typed, headers=headers, follow_redirects=True)

    # then
    assert answer.request.path == "/home"
    assert "บันทึกไว้แล้ว ไม่ได้บันทึกซ้ำ ในชื่อ องค์การบริหารส่วนตำบลดินทอง (6650807)" in answer.text
    assert client.post("/projects/new", data=typed, headers=SAME | keyed("k2")).status_code == 422


def test_the_print_of_a_form_gives_no_password_away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain hash of words that are known but for the password is guessed at a million times faster than Argon2."""

    def printed(secret: str, **typed: str) -> str:
        monkeypatch.setitem(app.config, "SECRET_KEY", secret)
        with app.test_request_context("/profile", method="POST", data={"email": "a@example.go.th"} | typed):
            return _print()

    assert printed("one") == printed("other")
    for name in ("password", "current"):
        typed = {name: "มะม่วงสุก3ลูกหวาน"}
        assert printed("one", **typed) == printed("one", **typed)
        assert len({printed("one", **typed), printed("other", **typed), printed("one", **{name: "อื่น"})}) == 3


# --- the table ------------------------------------------------------------------------------------------------------
def test_of_one_key_at_one_moment_one_is_done(app: Flask, lao: Actor) -> None:
    together, outcomes = Barrier(4), list[str]()

    def claim() -> None:
        with app.app_context():
            together.wait(timeout=10)
            try:
                with transaction():
                    once(lao.own_account_id, "k1", NOW)
            except AlreadyDone:
                outcomes.append("again")
            else:
                outcomes.append("done")

    db.session.rollback()
    threads = [Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["again"] * 3 + ["done"]
    with pytest.raises(BadRequest), transaction():
        once(lao.own_account_id, "k1", NOW, words="other")
    # Then another account's key of that name is another key, and neither is in the other's way
    with transaction():
        once(make_lao("6650899").own_account_id, "k1", NOW)
    with pytest.raises(AlreadyDone), transaction():
        once(lao.own_account_id, "k1", NOW)


def test_deeds_are_forgotten_after_some_days(app: Flask, lao: Actor) -> None:
    with transaction():
        once(lao.own_account_id, "old", clock.now() - KEPT - timedelta(minutes=1))
        once(lao.own_account_id, "new", clock.now() - KEPT + timedelta(minutes=1))
    forget_old_deeds()
    assert db.session.scalars(select(DoneDeed.key)).all() == ["new"]
