"""Nothing typed is lost with a session, and nothing typed on a strange site is carried."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from app.access import Actor
from app.accounts.resume import seal, unseal
from tests.client import Client
from tests.factories import (
    PASSWORD,
    all_projects,
    make_account,
    make_lao,
    make_organisation,
    profile_form,
    project_form,
)
from tests.pages import enter, fields, kept

OWN = {"Sec-Fetch-Site": "same-origin"}
RESUME = "ข้อมูลที่พิมพ์ไว้ยังอยู่"
LOGIN = {"username": "6650807", "password": PASSWORD}


@pytest.fixture
def lao(app: Flask) -> Actor:
    return make_lao()


def _sent_without_a_session(client: Client, path: str, typed: dict[str, Any], **headers: str) -> Any:
    client.delete_cookie("eplannacc")
    return client.post(path, data={"csrf_token": "of the lost session", **typed}, headers=OWN | headers)


def _login_fields(page: str) -> dict[str, Any]:
    return fields(page) | LOGIN


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_sent_after_the_session_ended_is_one_click_away_after_signing_in(
    client: Client, lao: Actor, htmx: bool
) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    asked = _sent_without_a_session(client, "/projects/new", project_form({"objective": "สองบรรทัด\r\n<b>"}), **headers)
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
    page = _sent_without_a_session(client, "/projects/new", project_form())
    page = client.send("/login", _login_fields(page.text) | {"password": "ผิด"})
    assert page.status_code == 422
    page = client.send("/login", _login_fields(page.text))
    assert "โตไปไม่โกง" in page.text


def test_a_login_page_that_is_too_old_keeps_the_words_it_carries(client: Client, lao: Actor) -> None:
    """Somebody signs in in one tab, and then in the other one, whose token is gone with the old session."""
    page = _sent_without_a_session(client, "/projects/new", project_form())
    old = client.post("/login", data=_login_fields(page.text) | {"csrf_token": "old"}, headers=OWN)
    assert old.status_code == 422
    assert "หน้านี้เปิดค้างไว้นานเกินไป" in old.text
    assert fields(old.text)["username"] == ["6650807"]
    assert RESUME in client.send("/login", _login_fields(old.text)).text


def test_the_words_of_a_first_login_come_back_without_the_password(app: Flask, client: Client) -> None:
    make_account(make_organisation(), claimed=False)
    page = _sent_without_a_session(client, "/profile", profile_form({"clerk_name": "นางพิมพ์ไว้"}))
    assert PASSWORD not in unseal(fields(page.text)["resume"][0])[1]
    page = client.send("/login", _login_fields(page.text) | {"password": ""})
    assert "นางพิมพ์ไว้" in page.text
    page = client.send("/profile", fields(page.text))
    assert page.status_code == 422
    assert fields(page.text)["clerk_name"] == ["นางพิมพ์ไว้"]
    assert "ตั้งรหัสผ่านอย่างน้อย 8 ตัวอักษร" in page.text


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
    with app.test_request_context():
        sealed = seal("/projects/new", MultiDict(project_form()))
        elsewhere = seal("//evil.example/", MultiDict(project_form()))
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
        page = client.post("/projects/new", data=project_form() | {"csrf_token": "old"}, headers=OWN | htmx)
        assert page.status_code == (200 if htmx else 422)
        assert RESUME in page.text
    assert client.send("/projects/new", fields(page.text)).status_code == 302
