"""What the log tells, and what it must never tell."""

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import text

from app import access, logs
from app.accounts.operations import prepare_password
from app.accounts.rules import PasswordFor
from app.db import db
from app.models.enums import Role
from tests.client import Client
from tests.factories import PASSWORD, make_lao, make_staff
from tests.pages import enter

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What was written since, as a reader of the log gets it; every line is one object."""
    monkeypatch.setitem(app.config, "ACCESS_LOG", True)
    monkeypatch.setitem(app.config, "SHOW_ERROR_PAGES", True)
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers, {name: logging.getLogger(name).handlers for name in ("app",)}
    handler = logs.write_as_json(root)
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers = before[0]
    for name, handlers in before[1].items():
        logging.getLogger(name).handlers = handlers


def _fail(client: Client, monkeypatch: pytest.MonkeyPatch, failing: Callable[[], Any], path: str = "/help") -> Any:
    monkeypatch.setitem(client.application.view_functions, "help.manual", access.public(failing))
    return client.get(path)


def test_a_request_is_a_line_with_its_account_and_kind_of_page(app: Flask, client: Client, lines: Lines) -> None:
    # given
    lao = make_lao()
    enter(client, lao.account_id)

    # when
    client.get("/projects?q=สมชาย&year=2561")
    client.get("/static/style.css").close()
    client.get("/healthz")

    # then
    (line,) = [each for each in lines() if each["logger"] == "access"]
    assert re.fullmatch("[0-9A-F]{10}", line["request"])
    assert {**line, "ms": 0, "at": ""} == {
        "at": "",
        "level": "INFO",
        "logger": "access",
        "message": "answered",
        "request": line["request"],
        "page": "/projects",
        "account": lao.account_id,
        "method": "GET",
        "status": 200,
        "ms": 0,
        "address": "127.0.0.1",
    }
    assert line["at"].endswith("+00:00")


def test_no_secret_and_nothing_typed_stands_in_it(app: Flask, client: Client, lines: Lines) -> None:
    # given
    make_lao()

    # when
    client.get("/forgot/the-secret-of-a-link")
    client.get("/codes?q=สมชาย")
    client.sign_in("6650807", PASSWORD)
    client.sign_in("somebody", "wrong-password")

    # then
    told = json.dumps(lines(), ensure_ascii=False)
    assert "/forgot/<token>" in told
    for secret in ("the-secret", "สมชาย", PASSWORD, "wrong-password", "somebody"):
        assert secret not in told


def test_nobody_forges_a_line(app: Flask, client: Client, lines: Lines) -> None:
    # when
    client.get("/forgot/x%0a%7B%22level%22:%22INFO%22%7D")
    app.logger.warning("typed: %s", 'x\n{"level": "INFO", "message": "admin signed in"}\x1b[2J')

    # then
    told = lines()
    assert [each["logger"] for each in told] == ["access", "app"]
    assert told[1]["message"].startswith("typed: x\n{")


def test_a_crash_is_one_line_that_its_error_page_names(
    app: Flask, client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    answer = _fail(client, monkeypatch, lambda: 1 // 0)

    # then
    assert answer.status_code == 500
    (crash,) = [each for each in lines() if each["level"] == "ERROR"]
    assert crash["request"] == answer.headers["X-Request-ID"]
    assert crash["request"] in answer.text
    assert crash["exc_info"].endswith("ZeroDivisionError: integer division or modulo by zero\n")
    assert "test_logs.py" in crash["exc_info"]


def test_a_failing_statement_tells_neither_its_values_nor_those_of_the_row(
    app: Flask, client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    make_staff("somsri", Role.OFFICER)
    secret = prepare_password("a-new-password", PasswordFor("somsri", "somsri", second=True))

    def clash() -> None:
        row = {"name": "somsri", "secret": secret, "person": "นางสมศรี\nมีสุข"}
        columns = "role, username, display_name, password_hash, session_epoch, version"
        insert = f"INSERT INTO accounts ({columns}) VALUES ('admin', :name, :person, :secret, 1, 1)"
        db.session.execute(text(insert.replace("session_epoch, ", "").replace(":secret, 1", ":secret")), row)

    # when
    answer = _fail(client, monkeypatch, clash)

    # then
    assert answer.status_code == 500
    (crash,) = [each for each in lines() if each["level"] == "ERROR"]
    assert "INSERT INTO accounts" in crash["exc_info"]
    for value in ("somsri", "สมศรี", "มีสุข", secret):
        assert value not in json.dumps(crash, ensure_ascii=False)


def test_what_is_refused_is_told_too(app: Flask, client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    enter(client, make_lao().account_id)

    # when
    client.get("/nacc/review")
    client.post("/projects/new", data={"name": "x"})
    _fail(client, monkeypatch, lambda: abort(404))

    # then
    assert [(each["page"], each["status"]) for each in lines()] == [
        ("/nacc/review", 403),
        ("/projects/new", 400),
        ("/help", 404),
    ]


def test_who_reads_a_coordinators_number_is_told_as_such(app: Flask, client: Client, lines: Lines) -> None:
    # given
    lao, officer = make_lao(), make_staff("somsri", Role.OFFICER, "65")
    enter(client, officer.id)

    # when
    client.get(f"/nacc/accounts/{lao.organisation_id}")
    client.get("/nacc/review")

    # then
    first, second = lines()
    assert (first["account"], first["contacts"]) == (officer.id, True)
    assert first["ids"] == {"organisation_id": lao.organisation_id}
    assert "contacts" not in second
