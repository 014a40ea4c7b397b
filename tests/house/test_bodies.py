"""What a request may bring: forms as browsers send them, of bounded size; nothing else reaches a view."""

from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask import Flask

from app.models.enums import Role
from tests.client import TOKEN, Client
from tests.factories import PASSWORD, make_lao, make_staff
from tests.house.test_access import address, routes
from tests.pages import enter, fields, kept

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


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
def test_a_form_that_did_not_come_whole_keeps_nothing(app: Flask, client: Client, kind: str) -> None:
    # given: a profile with all its words, sent as far as the middle of the last one
    lao = make_lao()
    enter(client, lao.account_id)
    typed = fields(client.get("/profile").text)
    found = TOKEN.search(client.get("/profile").text)
    assert found
    typed = {"csrf_token": [found[1]]} | typed | {"website": ["www.example.go.th"]}
    pairs = [(name, value) for name, values in typed.items() for value in values]
    if kind.startswith("multipart"):
        part = '--a\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        body = ("".join(part.format(*pair) for pair in pairs) + "--a--\r\n").encode()
    else:
        body = urlencode(pairs).encode()
    before = kept()

    # when, then: as granian hands it over, of a length that was announced or in pieces
    ended = {"wsgi.input_terminated": True, "HTTP_SEC_FETCH_SITE": "same-origin"}
    for length, status in ((str(len(body)), 400), ("", 411)):
        pieces = {} if length else {"HTTP_TRANSFER_ENCODING": "chunked"}
        answer = client.post(
            "/profile",
            input_stream=BytesIO(body[:-8]),
            content_type=kind,
            environ_overrides={**ended, **pieces, "CONTENT_LENGTH": length},
        )
        assert answer.status_code == status
        assert kept() == before
    whole = client.post("/profile", data=body, content_type=kind, environ_overrides=ended)
    assert whole.status_code in (302, 303)
    assert kept() != before
