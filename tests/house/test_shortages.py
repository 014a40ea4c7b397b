"""What this server stands on runs short: connections, room on the disk, time that goes forward.

Each time everybody is told in Thai, nothing is half kept, and it goes on by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app import clock
from app.db import db, is_sqlite
from app.jobs import engine
from app.models import HistoryEntry, LogEntry, Project
from app.models.enums import Action, Entity
from tests.client import Client, check_page
from tests.factories import PASSWORD, YEAR, make_lao, make_project, project_form
from tests.pages import enter, fields

NOT_KEPT, SENTENCE = "ยังไม่มีอะไรถูกบันทึก", "ระบบยังไม่พร้อมใช้งานชั่วคราว"
NEW = f"/projects/new?year={YEAR}"


def a_form(client: Client, name: str) -> dict[str, Any]:
    found = fields(client.get(NEW).text)
    return {**found, **project_form({"name": name, "submission_key": found["submission_key"]})}


def kept() -> list[str]:
    """Names of the projects, each of them in the history once."""
    db.session.rollback()
    names = sorted(db.session.scalars(select(Project.name)))
    told = select(func.count()).where(HistoryEntry.entity == Entity.PROJECT, HistoryEntry.action == Action.RECORD)
    assert db.session.scalar(told) == len(names)
    return names


# --- connections ----------------------------------------------------------------------------------------------------
def test_where_all_connections_are_taken_who_asks_is_told_and_nothing_is_kept_twice(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: somebody with a form, and every connection there may be in use
    client = Client(served)
    enter(client, make_lao().account_id)
    form = a_form(client, "หนึ่ง")
    with served.app_context():
        pool: Any = db.engine.pool
        monkeypatch.setattr(pool, "_timeout", 0.05)
        held = [db.engine.connect() for _each in range(pool.size() + pool._max_overflow)]

    # when
    listed, saved, part = (
        client.get("/projects"),
        client.send(NEW, form),
        client.get("/projects", headers={"HX-Request": "true"}),
    )

    # then
    for answer in (listed, saved):
        assert (answer.status_code, SENTENCE in answer.text, NOT_KEPT in answer.text) == (503, True, True)
        assert int(answer.headers["Retry-After"]) > 0
        check_page(answer.text)
    assert (part.status_code, part.headers["X-Answer"]) == (503, "sentence")
    assert kept() == []

    # when: there are some again
    for each in held:
        each.close()

    # then
    assert [client.send(NEW, form).status_code for _each in range(2)] == [302, 302]
    assert kept() == ["หนึ่ง"]


# --- room on the disk -----------------------------------------------------------------------------------------------
@contextmanager
def no_more_room(served: Flask) -> Iterator[None]:
    """SQLite's own limit for a file, set to what it has: to the engine that is a disk without room."""

    def limit(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1").close()  # no less than the file has

    with served.app_context():
        found = db.engine
        found.dispose()
        event.listen(found, "connect", limit)
        yield
        event.remove(found, "connect", limit)
        found.dispose()


def test_a_full_disk_keeps_what_was_acknowledged_and_nothing_else(served: Flask) -> None:
    # given: clerks who save until there is no room
    if not is_sqlite(db.engine):
        pytest.skip("PostgreSQL writes elsewhere")
    client = Client(served)
    enter(client, make_lao().account_id)
    acknowledged: list[str] = []
    with no_more_room(served):
        for number in range(400):
            form = a_form(client, f"{number:03} {'ยาว' * 50}")
            answer = client.send(NEW, form)
            if answer.status_code != 302:
                break
            acknowledged.append(form["name"])

        # then: the first that has none is told, so is the next, and pages are read
        assert (answer.status_code, SENTENCE in answer.text, NOT_KEPT in answer.text) == (503, True, True)
        check_page(answer.text)
        assert client.send(NEW, form).status_code == 503
        assert client.get("/projects").status_code == 200
        assert kept() == acknowledged != []

    # when: there is room again
    assert client.send(NEW, form).status_code == 302

    # then
    assert kept() == [*acknowledged, form["name"]]


# --- time -----------------------------------------------------------------------------------------------------------
def test_a_clock_that_is_set_back_loses_nothing_and_signs_nobody_out(
    served: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    lao, client = make_lao(), Client(served)
    at = datetime(2026, 11, 30, 9, tzinfo=UTC)
    project_id = make_project(lao)
    address = f"/reporting/{project_id}/{YEAR}/6"

    def save(spent: str) -> int:
        form = {**fields(client.get(address).text), "status": "done", "spent": spent}
        return client.send(address, form).status_code

    def tell(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)
        with served.app_context():
            engine(served).look_after()

    # when: an hour forward, two back, and on from there; rounds of the worker in between
    told = list[int]()
    tell(at)
    client.get("/login")
    assert client.send("/login", {"username": "6650807", "password": PASSWORD}).status_code == 302
    for number, hours in enumerate((1, -1, -1, 0, 2)):
        tell(at + timedelta(hours=hours, minutes=number))
        told.append(save(f"{number}.25"))
        other = Client(served)
        other.get("/login")
        told.append(other.send("/login", {"username": "6650807", "password": PASSWORD}).status_code)
        told.append(other.get("/public/log").status_code)
    tell(at + timedelta(hours=3))

    # then: all is there, in the order in which it was done
    assert told == [302, 302, 200] * 5
    db.session.rollback()
    of_reports = select(HistoryEntry.after).where(HistoryEntry.entity == Entity.REPORT)
    placed = of_reports.join(LogEntry, LogEntry.history_id == HistoryEntry.id).order_by(LogEntry.seq)
    for entries in (of_reports.order_by(HistoryEntry.id), placed):
        assert [each["spent"] for each in db.session.scalars(entries) if each] == [f"{each}.25" for each in range(5)]
