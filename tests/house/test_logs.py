"""What the log tells, and what it must never tell."""

import io
import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort
from granian.log import LogLevels, configure_logging
from sqlalchemy import text

from app import access, create_app, logs
from app.accounts.operations import prepare_password
from app.accounts.rules import PasswordFor
from app.db import db, is_sqlite
from app.jobs import Engine, engine, queue
from app.mail import behind_the_request
from app.models.enums import Role
from app.nacc.exports.jobs import make_export
from config import ROOT
from tests.client import Client
from tests.conftest import SETTINGS
from tests.factories import PASSWORD, make_lao, make_staff
from tests.pages import enter

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What was written since, as a reader of the log gets it; every line is one object."""
    monkeypatch.setitem(app.config, "ACCESS_LOG", True)
    monkeypatch.setitem(app.config, "SHOW_ERROR_PAGES", True)
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers, {name: logging.getLogger(name).handlers for name in logs.TEXT}
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


def test_what_was_refused_has_a_number_to_tell_and_it_finds_the_line(client: Client, lines: Lines) -> None:
    for path in ("/nothing-here", "/public/organisations/0000000"):
        refused = client.get(path)
        assert refused.status_code == 404
        (shown,) = re.findall("แจ้งรหัส <b>([0-9A-F]{10})</b>", refused.text)
        assert shown == refused.headers["X-Request-ID"] == lines()[-1]["request"]


def test_of_what_a_proxy_calls_a_request_only_a_number_is_taken_and_only_from_a_trusted_one(
    app: Flask, client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    trusted = "3f2a" * 8, "0f8fad5b-d9cb-469f-a165-70867728950e"
    strange = "somchai", "1 2", "3F2A" * 8, "3f2a" * 9, "สมชาย", "a" * 200

    # when
    for said in trusted:
        client.get("/help", headers={"X-Request-ID": said})
    monkeypatch.setitem(app.config, "PROXY_COUNT", 1)
    for said in (*trusted, *strange):
        client.get("/help", headers={"X-Request-ID": said.encode().decode("latin-1")})

    # then: it stands beside our own number, which nobody chooses
    told = lines()
    assert [each.get("proxy") for each in told] == [None, None, *trusted, *[None] * len(strange)]
    assert all(re.fullmatch("[0-9A-F]{10}", each["request"]) for each in told)
    assert len({each["request"] for each in told}) == len(told)


def test_work_behind_a_request_bears_its_number(
    app: Flask, client: Client, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: a page that hands work to the worker, and a mail that goes behind the answer
    app.extensions.pop("jobs", None)

    def told(id_: int) -> None:
        app.logger.warning("at work")

    def ask() -> str:
        queue(make_export, 7)
        behind_the_request(told, 3).result()
        return ""

    monkeypatch.setattr("app.jobs._tasks", {"make_export": told})
    monkeypatch.setattr(told, "__name__", "make_export")
    _fail(client, monkeypatch, ask)
    (asked,) = [each for each in lines() if each["logger"] == "access"]

    # when
    work = engine(app)
    work.work_off()
    work.tasks["make_export"](8)  # a task of the program before this one
    work.work_off()

    # then
    behind, first, second = (each for each in lines() if each["message"] == "at work")
    assert (behind["request"], "job" in behind) == (asked["request"], False)
    assert (first["request"], first["job"]) == (asked["request"], "make_export 7")
    assert ("request" in second, second["job"]) == (False, "make_export 8")
    app.extensions.pop("jobs")


def test_a_duty_of_the_worker_names_itself(app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def tidy() -> None:
        app.logger.warning("at work")

    monkeypatch.setattr("app.jobs._upkeep", [tidy])
    monkeypatch.setattr("app.jobs._daily", [])
    Engine(app).look_after()
    assert [each["job"] for each in lines()] == ["tidy"]


def test_a_statement_that_takes_long_is_told_without_its_values(app: Flask, lines: Lines, tmp_path: Path) -> None:
    # given
    url = db.engine.url.render_as_string(hide_password=False)
    slow = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url, "SLOW_QUERY_MS": 300, "ACCESS_LOG": True})

    def sleep(seconds: float, more: str = "") -> str:
        if is_sqlite(db.engine):
            driver: Any = db.session.connection().connection.driver_connection
            driver.create_function("pg_sleep", 1, time.sleep)
        statement = f"SELECT pg_sleep(:seconds),\n  :name || 'สมหญิง'{more}"
        db.session.execute(text(statement), {"seconds": seconds, "name": "สมชาย"})
        return ""

    # when
    for seconds in (0.01, 0.4):
        slow.view_functions["help.manual"] = access.public(lambda seconds=seconds: sleep(seconds))
        Client(slow).get("/help")
    with slow.app_context():
        if not is_sqlite(db.engine):
            db.session.execute(text("SET LOCAL statement_timeout = '400ms'"))
            with pytest.raises(Exception, match="statement timeout"):
                sleep(9, ", 'ended'")
        db.session.rollback()
        db.engine.dispose()

    # then
    told = [each for each in lines() if each["logger"] == "slow"]
    assert len(told) == (1 if is_sqlite(db.engine) else 2)
    assert told[0]["request"] == [each for each in lines() if each["logger"] == "access"][1]["request"]
    assert (told[0]["level"], told[0]["page"], told[0]["message"]) == ("WARNING", "/help", "slow statement")
    assert 400 <= told[0]["ms"] < 5_000
    assert re.fullmatch(r"SELECT pg_sleep\(\S+\), \S+ \|\| '…'", told[0]["statement"])
    assert all(name not in json.dumps(told, ensure_ascii=False) for name in ("สมชาย", "สมหญิง", "ended"))


def test_a_wait_for_a_turn_is_told(app: Flask, client: Client, lines: Lines) -> None:
    turns: Any = app.wsgi_app
    queue_of_turns = turns._turns
    for _each in range(app.config["REQUESTS_AT_ONCE"]):
        queue_of_turns.acquire_at_once()
    asking = threading.Thread(target=lambda: Client(app).get("/help"))
    asking.start()
    time.sleep(0.2)
    for _each in range(app.config["REQUESTS_AT_ONCE"]):
        queue_of_turns.release()
    asking.join()
    client.get("/help")
    waited, at_once = lines()
    assert waited["waited"] > 100
    assert "waited" not in at_once


def test_the_server_itself_writes_lines_too(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    """Of an answer that broke while it was sent, when no request is left to say so."""
    configure_logging(LogLevels.error, None, True)  # as a worker does before it makes the app
    logs.write_as_json(logging.getLogger())
    try:
        raise ValueError("clash\nDETAIL:  Key (name)=(สมชาย) already exists.")
    except ValueError:
        logging.getLogger("_granian").exception("Application callable raised an exception")
    told = capsys.readouterr()
    assert told.out == ""
    line = json.loads(told.err)
    assert line["exc_info"].endswith("ValueError: clash\n")


@pytest.mark.parametrize("command", [("mail", "send-queued"), ("jobs", "work"), ("registry", "load")])
def test_commands_and_workers_that_end_by_an_error_write_lines_too(command: tuple[str, ...], tmp_path: Path) -> None:
    # given: a database without tables
    known = {"PATH": os.environ["PATH"], "EPLANNACC_ENV": "demo", "SECRET_KEY": "x", "LOG_SIGNING_KEY": "1a" * 32}
    known |= {name: f"sqlite:///{tmp_path / name}.db" for name in ("DATABASE_URL", "JOBS_URL")}
    known |= {f"{name}_FOLDER": str(tmp_path / name) for name in ("EXPORT", "MAIL", "SNAPSHOT")}

    # when
    run = [sys.executable, "-m", "flask", "--app", "wsgi", *command]
    ended = subprocess.run(run, check=False, cwd=ROOT, env=known, capture_output=True, text=True, timeout=60)

    # then
    assert ended.returncode == 1
    told = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [each["message"] for each in told if each["level"] == "CRITICAL"] == ["ended by an error"]
    assert "no such table" in told[-1]["exc_info"]
