"""What a worker does every minute, and what it does once a day."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app import clock
from app.db import db
from app.jobs import Engine
from app.models import AccountSession, DoneDeed, FailedSignIn, MailLog

FORGOTTEN = {each.__tablename__ for each in (AccountSession, DoneDeed, FailedSignIn, MailLog)}


def test_what_is_past_its_time_is_forgotten_once_a_day_and_no_minute_looks_for_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    work, start, deleted = Engine(app), clock.now(), list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("DELETE FROM "):
            deleted.append(statement.split()[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for later, times in ((timedelta(), 1), (timedelta(minutes=1), 0), (timedelta(hours=23), 0), (timedelta(1), 1)):
            # when
            monkeypatch.setattr(clock, "now", lambda moment=start + later: moment)
            deleted.clear()
            work.look_after()

            # then
            assert {table: deleted.count(table) for table in FORGOTTEN} == dict.fromkeys(FORGOTTEN, times), later
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
