"""What this server stands on goes away and comes back: everybody gets a sentence meanwhile, and nobody restarts it."""

import errno
import logging
import sqlite3
from collections import namedtuple
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import create_app, health
from app.access import system
from app.clock import now
from app.db import READ_ONLY, db, is_out_of_reach, is_sqlite, transaction
from app.errors import Refusal, Stale
from app.models import Account, PlanPeriod, Project
from app.models.enums import Role
from app.nacc.administration.periods.operations import add_period
from tests.browser.proxy import Line
from tests.client import TOKEN, Client, check_page
from tests.conftest import SETTINGS
from tests.factories import YEAR, make_lao, make_staff, project_form
from tests.pages import enter, fields

SENTENCE = "ระบบยังไม่พร้อมใช้งานชั่วคราว"
Disk = namedtuple("Disk", "free")


def go_away(served: Flask, line: Line | None, patch: pytest.MonkeyPatch) -> None:
    """The database: its line is cut, and where it is a file, the file cannot be opened."""
    with served.app_context():
        if line:
            line.fault = "cut"
        else:
            db.engine.dispose()
            patch.setattr(db.engine.dialect, "connect", cannot_open)


def cannot_open(*_given: Any, **_more: Any) -> None:
    raise sqlite3.OperationalError("unable to open database file")


def test_while_the_database_is_away_everybody_gets_a_sentence_and_it_recovers_by_itself(
    served: Flask, line: Line | None
) -> None:
    # given
    lao, chief = make_lao(), make_staff("chief", Role.ADMINISTRATOR)
    clients = {"stranger": Client(served), "lao": Client(served), "chief": Client(served)}
    enter(clients["lao"], lao.account_id)
    enter(clients["chief"], chief.id)
    found = TOKEN.search(clients["lao"].get("/projects/new").text)
    assert found

    # when, then
    with pytest.MonkeyPatch.context() as patch:
        go_away(served, line, patch)
        for who, client in clients.items():
            for path in ("/public", "/projects", "/nacc/review", "/login", "/nothing", "/help", "/api/v1/projects"):
                answer = client.get(path)
                if who == "stranger" and path in ("/projects", "/nacc/review", "/login", "/nothing"):
                    assert answer.status_code < 500, path  # nobody is asked for somebody who has no session
                    continue
                assert answer.status_code == 503, (who, path)
                assert int(answer.headers["Retry-After"]) > 0
                assert SENTENCE in answer.text, (who, path)
                assert answer.headers["Content-Security-Policy"]
            fragment = client.get("/public", headers={"HX-Request": "true"})
            assert fragment.status_code == 503
            assert fragment.headers["X-Answer"] == "sentence"
            assert fragment.text.startswith(SENTENCE)
        page = clients["chief"].get("/nacc/admin/staff")
        check_page(page.text)
        assert "chief" not in page.text
        form = clients["lao"].post("/projects/new", data={"csrf_token": found[1], "name": "x"})
        assert (form.status_code, SENTENCE in form.text) == (503, True)
        problem = Client(served).get("/api/v1/projects")
        assert (problem.mimetype, problem.get_json()["status"]) == ("application/problem+json", 503)
        assert Client(served).get("/healthz").text == "ok"
        ready = Client(served).get("/readyz")
        assert (ready.status_code, "database: does not answer\n" in ready.text) == (503, True)
    if line:
        line.fault = ""

    for client in clients.values():
        assert client.get("/public").status_code == 200
    assert clients["chief"].get("/nacc/review").status_code == 200
    assert Client(served).get("/readyz").text == "database: ok\ntries: ok\njobs: ok\ndisk: ok\n"


class ReadOnly(Exception):
    sqlstate = READ_ONLY


@pytest.mark.parametrize("behind", [OSError("the line broke"), ReadOnly()])
def test_where_nobody_knows_whether_it_was_kept_nobody_says_that_it_was_not(
    served: Flask, line: Line | None, monkeypatch: pytest.MonkeyPatch, behind: Exception
) -> None:
    """What fails does so behind a commit: of the deed itself, or of the one before it in the same form.

    The same form, sent again, is not kept twice.
    """
    # given
    client = Client(served)
    enter(client, make_lao().account_id)
    form = {**fields(client.get(f"/projects/new?year={YEAR}").text), **project_form()}
    commit = db.session.commit

    def broken() -> None:
        commit()
        raise DBAPIError("COMMIT", None, behind, connection_invalidated=isinstance(behind, OSError))

    # when
    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", broken)
        answer = client.send(f"/projects/new?year={YEAR}", form)

    # then
    assert (answer.status_code, "ไม่ทราบว่าบันทึกแล้วหรือยัง" in answer.text) == (503, True)
    assert "ยังไม่มีอะไรถูกบันทึก" not in answer.text
    assert client.send(f"/projects/new?year={YEAR}", form).status_code == 302
    assert len(db.session.scalars(select(Project)).all()) == 1


def test_where_nothing_may_be_written_a_form_says_so(served: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(served)
    enter(client, make_lao().account_id)
    form = {**fields(client.get(f"/projects/new?year={YEAR}").text), **project_form()}

    def refused(*_objects: object) -> None:
        raise DBAPIError("INSERT", None, ReadOnly())

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "flush", refused)
        answer = client.send(f"/projects/new?year={YEAR}", form)
    assert (answer.status_code, "เปิดให้อ่านอย่างเดียว" in answer.text) == (503, True)
    assert int(answer.headers["Retry-After"]) > 0
    assert client.send(f"/projects/new?year={YEAR}", form).status_code == 302


def test_a_line_that_breaks_once_all_is_said_takes_no_answer_along(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is let go of behind the answer. It was the answer to a save that was kept, and nobody saw it."""
    client = Client(served)
    enter(client, make_lao().account_id)
    form = {**fields(client.get(f"/projects/new?year={YEAR}").text), **project_form()}
    broken: Any = sqlite3.OperationalError if is_sqlite(db.engine) else psycopg.OperationalError

    def fails(_connection: Any) -> None:
        raise broken("the line broke")

    with monkeypatch.context() as patch, served.app_context():
        patch.setattr(db.engine.dialect, "do_rollback", fails)
        answers = [
            client.get("/projects"),
            client.send(f"/projects/new?year={YEAR}", form),
            Client(served).get("/public"),
        ]
    assert [answer.status_code for answer in answers] == [200, 302, 200]
    assert client.get("/projects").status_code == 200
    assert len(db.session.scalars(select(Project)).all()) == 1


def test_a_restart_of_the_database_costs_no_request(served: Flask, line: Line | None) -> None:
    """Every connection that waited in the pool is found closed before it is used."""
    if line is None:
        pytest.skip("an SQLite file does not restart")
    client = Client(served)
    enter(client, make_lao().account_id)
    assert client.get("/projects").status_code == 200
    with db.engine.begin() as connection:
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
        assert connection.scalar(text(ended + "AND pid <> pg_backend_pid()"))
    line.wait_until_all_hung_up()
    assert [client.get("/projects").status_code for _each in range(3)] == [200] * 3


def test_a_disk_without_room_is_told_and_asked_about(served: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(served.view_functions, "healthz", full)
    full.access = ("public",)  # type: ignore[attr-defined]
    answer = Client(served).get("/healthz")
    assert (answer.status_code, SENTENCE in answer.text, "No space" in answer.text) == (503, True, False)
    monkeypatch.setattr(health, "disk_usage", lambda _folder: Disk(1000))
    assert "disk: full\n" in Client(served).get("/readyz").text


def test_readiness_tells_of_redis_and_of_the_queue(served: Flask) -> None:
    away = "redis://127.0.0.1:1/0"
    app = create_app(
        {**SETTINGS, **{name: served.config[name] for name in ("SQLALCHEMY_DATABASE_URI", "EXPORT_FOLDER")}}
        | {"RATELIMIT_STORAGE_URI": away, "JOBS_URL": away}
    )
    app.logger.setLevel(logging.CRITICAL)
    ready = Client(app).get("/readyz")
    assert ready.status_code == 503
    assert "database: ok\ntries: does not answer; each process counts for itself\njobs: does not answer\n" in ready.text
    with app.app_context():
        db.engine.dispose()


def test_a_wrong_statement_is_no_outage(app: Flask) -> None:
    with pytest.raises(Exception, match="nothing_there") as wrong:
        db.session.execute(text("SELECT 1 FROM nothing_there"))
    db.session.rollback()
    assert not is_out_of_reach(wrong.value)


def at_once(app: Flask, first: Any, second: Any) -> list[Any]:
    """What two deeds say when the second one begins before the first is kept: None, or the refusal."""
    begun, said = Event(), [None, None]

    def run(place: int, deed: Any) -> None:
        with app.app_context():
            try:
                with transaction():
                    if place:
                        begun.wait(5)
                    deed(begun)
            except Refusal as refusal:
                said[place] = refusal

    threads = [Thread(target=run, args=each) for each in ((0, first), (1, second))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_plan_periods_that_two_administrators_add_at_once_never_overlap(app: Flask) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite lets one write at a time")
    who, later = system("test"), Event()

    def first(begun: Event) -> None:
        add_period(who, 2610, 2613, ["ก"], now())
        begun.set()
        later.wait(0.5)  # as long as the other one would need, if it did not wait

    def second(_begun: Event) -> None:
        add_period(who, 2611, 2614, ["ข"], now())

    said = at_once(app, first, second)
    assert said[0] is None
    assert isinstance(said[1], Refusal)
    assert db.session.scalars(select(PlanPeriod.first_year).where(PlanPeriod.first_year > 2600)).all() == [2610]


def test_two_deeds_that_wait_for_each_other_end_in_a_sentence_for_one(app: Flask) -> None:
    if is_sqlite(db.engine):
        pytest.skip("SQLite lets one write at a time")
    ids = [make_staff(name, Role.ADMINISTRATOR).id for name in ("one", "two")]
    have = Event(), Event()

    def deed(place: int) -> Any:
        def lock(begun: Event) -> None:
            begun.set()
            for step, id_ in enumerate(ids if place else reversed(ids)):
                db.session.get(Account, id_, with_for_update=True)
                if not step:
                    have[place].set()
                    have[1 - place].wait(5)

        return lock

    said = at_once(app, deed(0), deed(1))
    assert sorted(isinstance(each, Stale) for each in said) == [False, True]
