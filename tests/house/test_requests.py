"""What holds for every request there is: where it may come from, what reading may do, and how an answer is marked."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.models.enums import Role
from tests.client import Client
from tests.factories import make_lao, make_project, make_report, make_staff
from tests.house.test_access import WHO_OPENS, address, known_routes
from tests.pages import enter, kept

WHO = ("stranger", "lao", "officer", "administrator")
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
WITH_CHARSET = re.compile(r"text/|application/javascript|.*[+/]xml\b")
NOT_SERVED = (
    *("/.git/config", "/.git/HEAD", "/static/../.git/config", "/static/%2e%2e/config.py", "/static/..%2fconfig.py"),
    *(
        "/config.py",
        "/wsgi.py",
        "/.env",
        "/instance/secret_key",
        "/static/",
        "/static/vendor/",
        "/open-data/../config.py",
    ),
    *(
        "/open-data/latest/..%2f..%2fsecret_key",
        "/open-data/%2e%2e/secret_key",
        "/console",
        "/debug",
        "/metrics",
        "/docs",
    ),
)


def come_in(client: Client, who: str) -> int:
    """Sign in as one of WHO; gives a project's id, which the LAO has."""
    lao = make_lao()
    project_id = make_project(lao)
    make_report(lao, project_id)
    if who == "lao":
        enter(client, lao.account_id)
    elif who != "stranger":
        role = Role.OFFICER if who == "officer" else Role.ADMINISTRATOR
        enter(client, make_staff("somsri", role, *(("65",) if who == "officer" else ())).id)
    return project_id


def pages(app: Flask, client: Client, who: str, project_id: int) -> Iterator[tuple[str, TestResponse]]:
    """Every page and file that this role may open."""
    for name, method, rule in known_routes(app):
        if method == "GET" and who in WHO_OPENS[name]:
            answer = client.get(address(app, rule, project_id))
            yield name, answer
            answer.close()


@pytest.mark.parametrize("who", WHO)
def test_a_form_that_another_site_sends_changes_nothing(app: Flask, client: Client, who: str) -> None:
    # given
    project_id = come_in(client, who)
    before = kept()

    # when, then
    for name, method, rule in known_routes(app):
        if method == "POST":
            path = address(app, rule, project_id)
            for token in ({}, {"csrf_token": "x"}, {"csrf_token": "IngiLg.aa.bb"}):
                answer = client.post(path, data={"name": "x", **token}, headers=ELSEWHERE)
                told = (name, answer.status_code, answer.location)
                assert answer.status_code in (400, 403) or "/login" in (answer.location or ""), told
    assert kept() == before


@pytest.mark.parametrize("who", WHO)
def test_reading_changes_nothing_and_each_answer_says_what_it_is(app: Flask, client: Client, who: str) -> None:
    # given
    project_id = come_in(client, who)
    before = kept()

    # when, then
    for name, answer in pages(app, client, who, project_id):
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        origins = answer.headers.get("Access-Control-Allow-Origin")
        assert origins is None or (origins == "*" and name.startswith(("GET open_data.", "GET log."))), name
        assert origins is None or "Set-Cookie" not in answer.headers, name
        if (
            who != "stranger"
            and answer.mimetype == "text/html"
            and answer.status_code == 200
            and "<html" in answer.text
        ):
            assert 'action="/logout"' in answer.text, name
        if answer.data:
            kind = answer.headers["Content-Type"]
            assert not WITH_CHARSET.match(kind) or "charset=utf-8" in kind, (name, kind)
            shown = kind.startswith(("text/html", "text/css", "text/plain", "text/javascript", "image/svg+xml"))
            shown = shown or kind.startswith(("application/atom+xml", "application/xml", "text/calendar", "image/png"))
            assert shown or "json" in kind or "attachment" in answer.headers.get("Content-Disposition", ""), (
                name,
                kind,
            )
    assert kept() == before


def test_what_is_no_page_of_ours_is_not_served(app: Flask, client: Client) -> None:
    for path in NOT_SERVED:
        answer = client.get(path)
        assert answer.status_code == 404, (path, answer.status_code)


def test_no_method_but_those_of_forms_and_links_is_answered(client: Client) -> None:
    for method in ("TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "TRACK", "MADEUP"):
        answer = client.open("/login", method=method, headers={"X-Echo": "said"})
        assert answer.status_code == 405, method
        assert "said" not in answer.text
