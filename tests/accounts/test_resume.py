"""Nothing typed is lost with a session, and nothing typed on a strange site is carried."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from app.access import Actor
from app.accounts.form_words import DEEDS, form_words
from app.accounts.resume import KeptForm, _serializer, seal, unseal
from app.models.enums import Role
from app.nacc.evaluation.queries import own_scores
from app.nacc.evaluation.rules import Which
from tests.client import Client
from tests.factories import (
    PASSWORD,
    all_projects,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_staff,
    profile_form,
    project_form,
)
from tests.pages import enter, facts_shown, fields, form_token, forms, kept, tags

OWN = {"Sec-Fetch-Site": "same-origin"}
RESUME = "ข้อมูลที่พิมพ์ไว้ยังอยู่"
LOGIN = {"username": "6650807", "password": PASSWORD}


def _sent_without_a_session(
    client: Client, path: str, typed: dict[str, Any], account_id: int | None, **headers: str
) -> Any:
    client.delete_cookie("eplannacc")
    return client.post(path, data={"csrf_token": form_token(account_id), **typed}, headers=OWN | headers)


def _login_fields(page: str) -> dict[str, Any]:
    return fields(page) | LOGIN


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_sent_after_the_session_ended_is_one_click_away_after_signing_in(
    client: Client, lao: Actor, htmx: bool
) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    asked = _sent_without_a_session(
        client, "/projects/new", project_form({"objective": "สองบรรทัด\r\n<b>"}), lao.account_id, **headers
    )
    assert asked.status_code == (200 if htmx else 401)
    assert asked.headers.get("HX-Retarget") == ("#main" if htmx else None)  # else it would land in a table row
    assert "หมดเวลาเข้าใช้งาน ข้อมูลที่ท่านพิมพ์ไว้ยังอยู่" in asked.text
    assert "โตไปไม่โกง" not in asked.text  # sealed: not for the next person at this machine
    page = client.send("/login", _login_fields(asked.text))
    assert RESUME in page.text
    assert "&lt;b&gt;" in page.text
    assert not all_projects(lao.own_organisation_id)
    assert client.send("/projects/new", fields(page.text)).status_code == 302
    (project,) = all_projects(lao.own_organisation_id)
    assert (project.name, project.objective) == ("โครงการโตไปไม่โกง", "สองบรรทัด\n<b>")


def test_a_wrong_password_in_between_loses_nothing(client: Client, lao: Actor) -> None:
    page = _sent_without_a_session(client, "/projects/new", project_form(), lao.account_id)
    page = client.send("/login", _login_fields(page.text) | {"password": "ผิด"})
    assert page.status_code == 422
    page = client.send("/login", _login_fields(page.text))
    assert "โตไปไม่โกง" in page.text


def test_a_login_page_that_is_too_old_keeps_the_words_it_carries(client: Client, lao: Actor) -> None:
    """Somebody signs in in one tab, and then in the other one, whose token is gone with the old session."""
    page = _sent_without_a_session(client, "/projects/new", project_form(), lao.account_id)
    old = client.post("/login", data=_login_fields(page.text) | {"csrf_token": "old"}, headers=OWN)
    assert old.status_code == 422
    assert "หน้านี้เปิดค้างไว้นานเกินไป" in old.text
    assert fields(old.text)["username"] == ["6650807"]
    assert RESUME in client.send("/login", _login_fields(old.text)).text


def test_the_words_of_a_first_login_come_back_without_the_password(app: Flask, client: Client) -> None:
    claimant = make_account(make_organisation(), claimed=False)
    page = _sent_without_a_session(client, "/profile", profile_form({"clerk_name": "นางพิมพ์ไว้"}), claimant.id)
    sealed = unseal(fields(page.text)["resume"][0])
    assert sealed
    assert PASSWORD not in [value for _name, value in sealed.fields]
    page = client.send("/login", _login_fields(page.text) | {"password": ""})
    assert "นางพิมพ์ไว้" in page.text
    page = client.send("/profile", fields(page.text))
    assert page.status_code == 422
    assert fields(page.text)["clerk_name"] == ["นางพิมพ์ไว้"]
    assert "ตั้งรหัสผ่านอย่างน้อย 15 ตัวอักษร" in page.text


TYPED_ANEW = "รหัสผ่านใหม่ที่พิมพ์ไว้ไม่ได้ถูกเก็บไว้ และยังไม่ได้ตั้ง"


def test_a_new_password_that_was_typed_is_said_to_be_gone(client: Client, lao: Actor) -> None:
    """The page said “saved” once, and the password was the old one."""
    # given
    typed = profile_form({"version": "1", "email": "6650807@example.go.th", "clerk_name": "ปลัดคนใหม่"})
    asked = _sent_without_a_session(client, "/profile", typed, lao.account_id)
    assert "รหัสผ่านใหม่ต้องพิมพ์อีกครั้ง" in asked.text

    # when
    page = client.send("/login", _login_fields(asked.text))

    # then
    assert TYPED_ANEW in page.text
    assert not {"password", "current"} & fields(page.text).keys()
    saved = client.send("/profile", fields(page.text), follow_redirects=True)
    assert "บันทึกข้อมูลพื้นฐานแล้ว" in saved.text
    assert "ตั้งรหัสผ่านใหม่แล้ว" not in saved.text


def test_of_a_form_without_a_new_password_nothing_is_said_to_be_gone(client: Client, lao: Actor) -> None:
    # `current` is asked for again where it is needed
    typed = profile_form({"version": "1", "password": "", "clerk_name": "ปลัดคนใหม่"})
    asked = _sent_without_a_session(client, "/profile", typed, lao.account_id)
    page = client.send("/login", _login_fields(asked.text))
    for each in (asked, page):
        assert "รหัสผ่านใหม่ต้องพิมพ์อีกครั้ง" not in each.text
        assert TYPED_ANEW not in each.text


def test_a_form_of_another_account_says_that_its_password_is_gone(client: Client, lao: Actor) -> None:
    other = make_lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    enter(client, other.account_id)
    page = client.post("/profile", data=profile_form() | {"csrf_token": form_token(lao.account_id)}, headers=OWN)
    assert "รหัสผ่านใหม่ต้องพิมพ์อีกครั้ง" in page.text


def test_a_form_that_the_release_before_sealed_comes_back(client: Client, lao: Actor) -> None:
    # given
    sealed = _serializer().dumps((lao.account_id, "/projects/new", [("name", "โครงการเดิม")], []))
    # when
    page = client.send("/login", LOGIN | {"resume": sealed})
    # then
    assert fields(page.text)["name"] == ["โครงการเดิม"]
    assert TYPED_ANEW not in page.text


def test_a_form_from_a_strange_site_is_never_carried(client: Client, lao: Actor) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Referer": "https://evil.example/form"},
        {},
    ):
        answer = client.post("/projects/new", data=project_form(), headers=headers)
        assert answer.status_code == 302
        assert answer.location == "/login?next=%2Fprojects%2Fnew"


def test_what_was_not_sealed_here_is_ignored(app: Flask, client: Client, lao: Actor) -> None:
    before = kept()["projects"]
    form = KeptForm(lao.account_id, "/projects/new", [("name", "โครงการ")], [])
    sealed, elsewhere = seal(form), seal(form._replace(address="//evil.example/"))
    for resume in ("x", sealed[:-2], sealed + "x", "ก\x00" * 50, elsewhere):
        answer = client.send("/login", LOGIN | {"resume": resume})
        assert answer.location == "/home", resume[:20]
        client.send("/logout", {})
    assert kept()["projects"] == before


def test_an_htmx_request_without_a_session_goes_to_the_login_and_back_to_its_page(client: Client, lao: Actor) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/projects?year=2561"}
    answer = client.get("/projects/1", headers=headers)
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fprojects%3Fyear%3D2561"
    assert "Location" not in answer.headers
    for address in ("https://evil.example//evil.example", "javascript:x", "", "http://localhost"):
        to = client.get("/projects/1", headers=headers | {"HX-Current-URL": address}).headers["HX-Redirect"]
        assert to in ("/login?lost=1", "/login?next=%2F"), address


def test_a_form_older_than_its_session_comes_back_whole(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    for htmx in ({}, {"HX-Request": "true"}):
        page = client.post(
            "/projects/new", data=project_form() | {"csrf_token": form_token(lao.account_id)}, headers=OWN | htmx
        )
        assert page.status_code == (200 if htmx else 422)
        assert RESUME in page.text
    assert client.send("/projects/new", fields(page.text)).status_code == 302


def test_a_form_goes_to_the_year_it_was_opened_for_and_says_what_it_is_about(client: Client, lao: Actor) -> None:
    """The page of 2562 was open; the default year is another one."""
    typed = {"sar_1": "11.25", "seen_sar_1": "", "sar_2": "12.5", "seen_sar_2": ""}
    asked = _sent_without_a_session(client, "/evaluation?year=2562", typed, lao.account_id)
    page = client.send("/login", _login_fields(asked.text))
    assert facts_shown(page.text) == {
        "แบบฟอร์ม": "บันทึกคะแนน SAR",
        "ในชื่อ": "องค์การบริหารส่วนตำบลดินทอง (6650807)",
        "ปีงบประมาณ": "2562",
        "คะแนน SAR มิติที่ 1": "11.25",
        "คะแนน SAR มิติที่ 2": "12.5",
    }
    (address,) = [form for form in forms(page.text) if form != "/logout"]
    assert address == "/evaluation?year=2562"
    assert client.send(address, fields(page.text)).location == "/evaluation?year=2562"
    assert own_scores(lao, 2562).total(Which.SAR) == Decimal("23.75")


def test_what_was_typed_comes_back_with_the_labels_of_the_form_each_once(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    path = f"/reporting/{project_id}/2561/12?n=3&year=2561&round=6"
    typed = {"version": "1", "status": "cannot", "cannot_reason": "no_budget", "in_ordinance": "y", "then": "next"}
    asked = _sent_without_a_session(client, path, typed, lao.account_id)
    assert list(facts_shown(client.send("/login", _login_fields(asked.text)).text).items())[2:] == [
        ("โครงการ", "โครงการอบรมคุณธรรม"),
        ("ปีงบประมาณ", "2561"),
        ("รอบการรายงาน", "12 เดือน"),
        ("สถานะการดำเนินงาน", "ไม่สามารถดำเนินการได้"),
        ("เหตุผลที่ไม่สามารถดำเนินการได้", "ไม่ได้รับงบประมาณ"),
        ("บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน", "ใช่"),
    ]
    client.send("/logout", {})
    asked = _sent_without_a_session(client, "/projects/new?year=2566", project_form(), lao.account_id)
    shown = facts_shown(client.send("/login", _login_fields(asked.text)).text)
    assert shown["ดำเนินการในไตรมาส"] == "ต.ค. - ธ.ค., ม.ค. - มี.ค."
    assert (shown["งบประมาณปี 2561"], shown["ประเภทงาน"]) == ("150,000.50", "โครงการ")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_of_another_account_is_refused_and_can_be_taken_up_by_that_one(
    client: Client, lao: Actor, htmx: bool
) -> None:
    """Another account has signed in at the same browser, in another tab."""
    other = make_lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    for account_id in (other.account_id, make_staff("somsri", Role.OFFICER, "65").id):  # one may record, one may not
        enter(client, account_id)
        before = kept()["projects"]
        headers = OWN | ({"HX-Request": "true"} if htmx else {})
        data = project_form() | {"csrf_token": form_token(lao.account_id)}
        page = client.post("/projects/new?year=2561", data=data, headers=headers)
        assert page.status_code == (200 if htmx else 422)
        assert "แบบฟอร์มนี้พิมพ์ไว้ในชื่อ องค์การบริหารส่วนตำบลดินทอง (6650807)" in page.text
        assert facts_shown(page.text)["กลุ่มเป้าหมาย"] == "นักเรียน 100 คน"
        assert "/projects/new" not in " ".join(forms(page.text))  # no button sends it as this one's
        assert kept()["projects"] == before
    page = client.send("/login", _login_fields(page.text))
    assert RESUME in page.text
    assert client.send("/projects/new?year=2561", fields(page.text)).status_code == 302
    assert len(all_projects(lao.own_organisation_id)) == 1
    assert not all_projects(other.own_organisation_id)


def test_signing_in_as_another_account_does_not_send_the_form_as_that_one(client: Client, lao: Actor) -> None:
    make_lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    asked = _sent_without_a_session(client, "/projects/new", project_form(), lao.account_id)
    page = client.send("/login", fields(asked.text) | LOGIN | {"username": "2900101"})
    assert "แบบฟอร์มนี้พิมพ์ไว้ในชื่อ องค์การบริหารส่วนตำบลดินทอง (6650807)" in page.text
    assert "โตไปไม่โกง" in page.text
    assert set(forms(page.text)) == {"/login", "/logout"}
    assert RESUME in client.send("/login", _login_fields(page.text)).text


def test_a_form_of_nobody_knows_whom_is_shown_and_not_sent(client: Client, lao: Actor) -> None:
    enter(client, lao.account_id)
    page = client.post("/projects/new", data=project_form() | {"csrf_token": "x"}, headers=OWN)
    assert "ไม่ทราบว่าแบบฟอร์มนี้พิมพ์ไว้ในชื่อใด" in page.text
    assert "โตไปไม่โกง" in page.text
    assert set(forms(page.text)) == {"/login", "/logout"}


def test_a_part_of_another_accounts_page_is_not_filled_with_this_ones_rows(client: Client, lao: Actor) -> None:
    other = make_lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    enter(client, lao.account_id)
    htmx = {"HX-Request": "true"}
    own, theirs = ({"X-CSRFToken": form_token(each.account_id)} for each in (lao, other))
    assert client.get("/projects", headers=htmx | own).status_code == 200
    refused = client.get("/projects", headers=htmx | theirs)
    assert (refused.status_code, "<" in refused.text) == (403, False)
    assert "มีบัญชีอื่นเข้าสู่ระบบ" in refused.text
    assert client.get("/projects", headers=htmx | theirs | {"HX-Request-Type": "full"}).status_code == 200


def test_a_file_chosen_before_the_session_ended_is_asked_for_again(client: Client, app: Flask) -> None:
    officer = make_staff("somsri", Role.OFFICER, "65")
    path = "/nacc/plan-years/file?year=2563"
    asked = _sent_without_a_session(client, path, {"file": (BytesIO(b"PK"), "ผลแผน.xlsx")}, officer.id)
    assert "ส่วนไฟล์ต้องเลือกใหม่" in asked.text
    page = client.send("/login", fields(asked.text) | LOGIN | {"username": "somsri"})
    assert "ไฟล์ “ผลแผน.xlsx” ที่เลือกไว้ไม่ได้ถูกเก็บไว้ ต้องเลือกใหม่" in page.text
    (form,) = [each for tag, each in tags(page.text) if tag == "form" and each["action"] == path]
    assert form["enctype"] == "multipart/form-data"
    assert [each["name"] for tag, each in tags(page.text) if each.get("type") == "file"] == ["file"]
    answer = client.send(path, {"file": (BytesIO(b""), "")})
    assert "เลือกไฟล์ก่อน" in answer.text
    assert "ไม่ใช่ไฟล์ Excel" not in answer.text


@pytest.mark.parametrize("place", ["/nacc/scores/file", "/nacc/plan-years/file"])
def test_a_checked_file_is_checked_again_and_not_confirmed_unseen(client: Client, app: Flask, place: str) -> None:
    officer = make_staff("somsri", Role.OFFICER, "65")
    typed = {"sealed": "x", "reason": "พิมพ์ผิด"}
    asked = _sent_without_a_session(client, f"{place}/confirm?year=2563&province=65", typed, officer.id)
    page = client.send("/login", fields(asked.text) | LOGIN | {"username": "somsri"})
    assert "ไฟล์ที่ตรวจแล้ว ยังไม่ได้นำเข้า" in page.text
    assert "เปิดไฟล์และตรวจอีกครั้ง" in page.text
    links = [each["href"] for tag, each in tags(page.text) if tag == "a" and each.get("class") == "btn"]
    assert links == [f"{place}?year=2563&province=65"]
    assert f"{place}/confirm" not in page.text
    assert "ปีงบประมาณ" not in page.text
    assert "พิมพ์ผิด" in page.text


def test_every_form_has_its_words(app: Flask) -> None:
    """A new view that takes a form is named in app/accounts/form_words.py: the page in between says what it does."""
    taking = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert taking == set(DEEDS)
    with app.test_request_context():
        words = form_words(None, "/nacc/scores/close?year=2563&province=65&status=passed", [("expected", "141")])
    assert words.deed == "ปิดรับคะแนน SAR ทุกแห่งตามตัวกรอง"
    assert words.about == [("ปีงบประมาณ", "2563"), ("ตัวกรอง", "จังหวัดพิษณุโลก · แผนผ่าน")]
    assert words.typed == [("จำนวนที่แจ้งไว้", "141 รายการ")]
