"""A trial on SQLite goes on as an installation on PostgreSQL, and the other way round: every row, compared."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, Table, create_engine, select, text

from app import create_app
from app.backups import crossing
from app.db import Base, db, is_sqlite
from app.ledger import jobs
from app.models.enums import ReportStatus
from config_faults import database_url
from tests.conftest import SETTINGS
from tests.factories import facts, make_lao, make_project, make_report

SERVER = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not SERVER, reason="needs both engines")


@pytest.fixture
def filled(app: Flask) -> Flask:
    lao = make_lao()
    make_report(lao, make_project(lao), ReportStatus.IN_PROGRESS)
    make_project(lao, facts("โครงการที่ ๒ “ทดสอบ”\n"))
    jobs.head_of_now()
    db.session.rollback()
    return app


@pytest.fixture
def other(filled: Flask, tmp_path: Path) -> Iterator[Flask]:
    """An empty database of the other engine, with its tables."""
    if not is_sqlite(db.engine):
        url, control, name = f"sqlite:///{tmp_path / 'other.sqlite3'}", None, ""
    else:
        control = create_engine(database_url(SERVER), isolation_level="AUTOCOMMIT")
        name = f"eplannacc_other_{os.getpid()}"
        url = control.url.set(database=name).render_as_string(hide_password=False)
        with control.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}"))
    app = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        upgrade()
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if control is not None:
        with control.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        control.dispose()


def _copy(filled: Flask, other: Flask) -> Result:
    url = other.config["SQLALCHEMY_DATABASE_URI"]
    return filled.test_cli_runner().invoke(args=["data", "copy"], env={"COPY_TO_URL": url})


def _all_rows(app: Flask) -> dict[str, list[str]]:
    """Each row as it says itself; a dictionary says its names in one order."""
    with app.app_context():
        found = {}
        for table in Base.metadata.sorted_tables:
            rows = [
                [sorted(v.items()) if isinstance(v, dict) else v for v in row]
                for row in db.session.execute(select(table))
            ]
            found[table.name] = sorted(map(repr, rows))
        db.session.remove()
    return found


def test_every_row_crosses_and_goes_on(filled: Flask, other: Flask) -> None:
    # when
    done = _copy(filled, other)

    # then
    assert done.exit_code == 0, done.output
    assert _all_rows(other) == _all_rows(filled)
    with other.app_context():
        assert make_project(make_lao("6650808")) == 3, "numbers go on"
        db.session.remove()


def test_nothing_is_written_over_what_is_there(filled: Flask, other: Flask) -> None:
    assert _copy(filled, other).exit_code == 0
    before = _all_rows(other)
    done = _copy(filled, other)
    assert (done.exit_code, "is not empty" in done.output) == (1, True)
    assert _all_rows(other) == before


def test_another_schema_is_refused(filled: Flask, other: Flask) -> None:
    with other.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    done = _copy(filled, other)
    assert (done.exit_code, "has schema 0001" in done.output) == (1, True)


def test_a_row_that_came_out_otherwise_is_seen_and_nothing_is_kept(
    filled: Flask, other: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: something on the way that changes one word
    def meddle(table: Table, target: Connection) -> None:
        if table.name == "projects":
            target.execute(table.update().values(name="x"))

    monkeypatch.setattr(crossing, "_count_on", meddle)
    empty = _all_rows(other)

    # when
    done = _copy(filled, other)

    # then
    assert (done.exit_code, "not what was read: projects" in done.output) == (1, True)
    assert _all_rows(other) == empty
