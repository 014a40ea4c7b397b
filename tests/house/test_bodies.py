"""What a request may bring: forms as browsers send them, of bounded size; nothing else reaches a view."""

import pytest
from flask import Flask

from app.models.enums import Role
from tests.client import TOKEN, Client
from tests.factories import PASSWORD, make_lao, make_staff
from tests.house.test_access import address, routes
from tests.pages import enter, kept

SENTENCE = "ข้อมูลที่ส่งมาไม่ใช่แบบฟอร์มของระบบ"
BODIES = (
    (b'{"name": 5, "ids": [1], "username": {}}', "application/json"),
    (b'{"csrf_token":', "application/json; charset=utf-8"),
    (b"name=x", "text/plain"),
    (b"<a/>", "application/xml"),
    (b"[1]", "application/vnd.api+json"),
    (b"name=x", ""),
)


@pytest.mark.parametrize("who", ["stranger", "lao", "administrator"])
def test_only_a_form_reaches_what_changes_something(app: Flask, client: Client, who: str) -> None:
    # given
    lao, chief = make_lao(), make_staff("chief", Role.ADMINISTRATOR)
    token = ""
    if who != "stranger":
        enter(client, lao.account_id if who == "lao" else chief.id)
        found = TOKEN.search(client.get("/help").text)
        assert found
        token = found[1]
    before = kept()

    # when, then
    for name, method, rule in routes(app):
        if method == "GET":
            continue
        for body, kind in BODIES:
            headers = {"X-CSRFToken": token, "Sec-Fetch-Site": "same-origin"}
            answer = client.post(address(app, rule), data=body, content_type=kind, headers=headers)
            assert answer.status_code == 415, (name, kind, answer.status_code)
            assert SENTENCE in answer.text, name
    assert kept() == before


def test_a_form_of_too_many_fields_is_refused_however_it_is_sent(app: Flask, client: Client) -> None:
    many = {f"f{place}": "x" for place in range(app.config["MAX_FORM_PARTS"] + 1)}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/login", data=many, content_type=kind)
        assert answer.status_code == 413, kind
        assert "ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป" in answer.text


def test_a_form_as_large_as_the_site_makes_is_taken(app: Flask, client: Client) -> None:
    make_lao()
    client.get("/login")
    many = {f"f{place}": "ก" * 300 for place in range(1500)}
    answer = client.send("/login", {"username": "6650807", "password": PASSWORD, **many})
    assert answer.status_code == 302
