"""The databases tests run on.

Each test gets a database of its own, copied from a migrated template: an SQLite file, and with
TEST_DATABASE_URL set a PostgreSQL database too. Tests that use `app` (or anything built on it)
run once on each engine.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.citizens.results.kept import KEPT
from app.citizens.results.queries import forget_fixed_rows
from app.db import db, transaction
from app.registry.finding.queries import KEPT as REGISTRY_INDEX
from app.registry.operations import load_provinces
from app.seeds.periods import add_basics
from config_faults import database_url
from tests.client import Client, forget_what_is_written_behind, watch_for_unsaved_changes
from tests.history.readable import untold_entries
from tests.smtp import mailbox

__all__ = ["mailbox"]

os.environ["EPLANNACC_ENV"] = "testing"
POSTGRESQL = os.environ.get("TEST_DATABASE_URL")
ENGINES = ["sqlite", "postgresql"] if POSTGRESQL else ["sqlite"]
SETTINGS = {
    "SECRET_KEY": "only for tests",
    "PASSWORD_HASHES_AT_ONCE": 4,
    "SIGN_IN_LIMIT_ACCOUNT": "5/minute",
    "SIGN_IN_LIMIT_ADDRESS": "100/minute",
    "PUBLIC_LIMIT_ADDRESS": "1000000/minute",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "[postgresql" in item.name:
            item.add_marker("postgresql")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: looking through it for garbage again and again costs a twentieth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self.template = folder / "template.sqlite3"
        self.path = folder / "test.sqlite3"

    def make_template(self) -> str:
        return f"sqlite:///{self.template}"

    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def fresh(self) -> None:
        # Unlinked, not overwritten: a connection that a failed test left open keeps the old file to itself.
        for leftover in (self.path, f"{self.path}-wal", f"{self.path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.path)

    def drop(self) -> None:
        return None


class Postgresql:
    """One database for all tests, put back between them: making one takes half a second of waiting for the disk."""

    def __init__(self, worker: str) -> None:
        assert POSTGRESQL
        server = make_url(database_url(POSTGRESQL))
        self.server = create_engine(server, isolation_level="AUTOCOMMIT")
        self.names = {part: f"eplannacc_{part}_{worker}_{os.getpid()}" for part in ("template", "test")}
        self.urls = {
            part: server.set(database=name).render_as_string(hide_password=False) for part, name in self.names.items()
        }
        self.keeper = create_engine(self.urls["test"])  # one connection, that knows its statements
        self.size = 0

    def _run(self, *statements: str) -> None:
        with self.server.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def make_template(self) -> str:
        self._run(f"CREATE DATABASE {self.names['template']}")
        return self.urls["template"]

    def url(self) -> str:
        return self.urls["test"]

    def fresh(self) -> None:
        if not self.size or not self.put_back():
            self.keeper.dispose()
            self._run(
                f"DROP DATABASE IF EXISTS {self.names['test']} WITH (FORCE)",
                f"CREATE DATABASE {self.names['test']} TEMPLATE {self.names['template']}",
            )
            with self.keeper.begin() as connection:
                connection.execute(text(KEEP))
                self.size = connection.scalar(DATABASE_SIZE)

    def put_back(self) -> bool:
        """False where a test left so much behind, or changed so much, that a new database is better."""
        try:
            with self.keeper.begin() as connection:
                connection.execute(text(PUT_BACK))
                return connection.scalar(DATABASE_SIZE) < self.size + MOST_LEFT_BEHIND
        except DBAPIError:
            return False

    def drop(self) -> None:
        self.keeper.dispose()
        self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self.names.values()))
        self.server.dispose()


MOST_LEFT_BEHIND = 4_000_000
DATABASE_SIZE = text("SELECT pg_database_size(current_database())")
KEEP = """
CREATE SCHEMA kept;
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
  END LOOP;
END $$;
CREATE SCHEMA counters;
CREATE TABLE counters.kept AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
CREATE TABLE counters.filled AS  -- what a table is filled with: columns that make themselves are not written
  SELECT table_name AS name, string_agg(quote_ident(column_name), ', ') AS columns, 0::bigint AS rows
  FROM information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name;
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT name FROM counters.filled LOOP
    EXECUTE format('UPDATE counters.filled SET rows = (SELECT count(*) FROM public.%I) WHERE name = %L', t, t);
  END LOOP;
END $$;
CREATE TABLE counters.since AS SELECT pg_current_xact_id()::text::bigint AS transaction;
"""
# As a replica: no trigger runs, so the history can be emptied and no foreign key is asked. Only tables that were
# written to: another number of rows, or one of a later transaction than the last time all was put back.
PUT_BACK = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
SET LOCAL session_replication_role = replica;
SET LOCAL synchronous_commit = off;
SET LOCAL lock_timeout = '5s';
DO $$ DECLARE t record; touched boolean; BEGIN
  FOR t IN SELECT f.*, s.transaction FROM counters.filled AS f, counters.since AS s LOOP
    EXECUTE format('SELECT count(*) <> %s OR coalesce(bool_or(xmin::text::bigint > %s), false) FROM public.%I',
      t.rows, t.transaction, t.name) INTO touched;
    CONTINUE WHEN NOT touched;
    EXECUTE format('DELETE FROM public.%I', t.name);
    EXECUTE format('INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM kept.%1$I', t.name, t.columns);
  END LOOP;
END $$;
UPDATE counters.since SET transaction = pg_current_xact_id()::text::bigint;
SELECT setval(format('public.%I', sequencename)::regclass, coalesce(last_value, 1), last_value IS NOT NULL)
  FROM counters.kept;
"""


@pytest.fixture(scope="session", params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Sqlite | Postgresql]:
    kind = Sqlite(tmp_path_factory.mktemp("db")) if request.param == "sqlite" else Postgresql(worker_id)
    template = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": kind.make_template()})
    with template.app_context():
        upgrade()
        with transaction():
            load_provinces()
            add_basics()
        db.session.remove()
        if request.param == "sqlite":
            with db.engine.connect() as connection:  # everything into the one file that is copied
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    yield kind
    kind.drop()


@pytest.fixture(scope="session")
def shared_app(database: Sqlite | Postgresql, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One app for each engine: making an app costs more than making a database."""
    folder = tmp_path_factory.mktemp("instance")
    folders = {"MAIL_FOLDER": folder / "mail", "SNAPSHOT_FOLDER": folder / "open-data"}
    app = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": database.url(), **folders})
    watch_for_unsaved_changes(app)
    forget_what_is_written_behind(app)
    return app


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without JavaScript that nobody has signed in with yet."""
    return Client(app)


@pytest.fixture
def app(shared_app: Flask, database: Sqlite | Postgresql) -> Iterator[Flask]:
    """The app on a database that holds provinces, districts and plan periods, and nothing else."""
    from app.extensions import limiter

    database.fresh()
    with shared_app.app_context():
        limiter.reset()
        shared_app.extensions["public-pages"].clear()
        shared_app.extensions.get("kept_numbers", {}).clear()
        shared_app.extensions[KEPT].clear()
        shared_app.extensions[REGISTRY_INDEX].clear()
        forget_fixed_rows()
        yield shared_app
        db.session.rollback()
        untold = set(untold_entries())
        db.session.remove()
        db.engine.dispose()
        assert not untold, "what was recorded cannot be read: app/history/rules.py"
