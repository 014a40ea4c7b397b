"""The databases tests run on.

Each test gets a database of its own, copied from a migrated template: an SQLite file, and with
TEST_DATABASE_URL set a PostgreSQL database too. Tests that use `app` (or anything built on it)
run once on each engine.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from functools import partialmethod
from pathlib import Path
from sqlite3 import connect
from tempfile import mkdtemp
from typing import Any, NamedTuple

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.accounts import passwords
from app.bilingual import Templates
from app.db import db, transaction
from app.lao.fixed_rounds import jobs as round_jobs
from app.lao.signs import jobs as sign_jobs
from app.ledger import jobs as ledger_jobs
from app.registry.operations import load_provinces
from app.seeds.periods import add_basics
from config_faults import database_url
from tests.client import Client, forget_what_is_written_behind, watch_for_unsaved_changes
from tests.history.readable import untold_entries
from tests.smtp import mailbox
from tests.worlds import Worlds, forget_all

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


class Compiled(BytecodeCache):
    """What a template was compiled to, for all apps of this process: of one source, in one language, it is the same."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


Templates.__init__ = partialmethod(Templates.__init__, bytecode_cache=Compiled())  # type: ignore[method-assign]
# Tests sign in a thousand times; test_passwords.py has the cost that a hash is to have.
AS_SERVED, NOBODY = passwords._hasher, passwords._NOBODY
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
passwords._NOBODY = passwords._hasher.hash("nobody has this password")

# Nobody waits to save while a test lets these work through the provinces: a search of 77 took 1.5 seconds of pauses.
for jobs in (sign_jobs, round_jobs, ledger_jobs):
    jobs.PAUSE_SECONDS = 0


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
    """A file of its own for each test, in memory where there is room: no test asks what outlives the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.sqlite3"
        self.path = folder / "test.sqlite3"

    def make_template(self) -> str:
        return f"sqlite:///{self.template}"

    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def fresh(self, source: Path | None = None) -> None:
        # Unlinked, not overwritten: a connection that a failed test left open keeps the old file to itself.
        for leftover in (self.path, f"{self.path}-wal", f"{self.path}-shm"):
            Path(leftover).unlink(missing_ok=True)
        shutil.copyfile(source or self.template, self.path)

    def store(self) -> Path:
        db.engine.dispose()
        stored = self.folder / f"world-{len(list(self.folder.glob('world-*')))}.sqlite3"
        with closing(connect(self.path)) as ours, closing(connect(stored)) as copy:
            ours.backup(copy)  # with what stands in the log still
        return stored

    def put(self, stored: Path) -> None:
        db.engine.dispose()
        self.fresh(stored)

    def watch(self, engine: Engine) -> None:
        """Nothing of a connection to a file that is gone is of use to anybody."""

    def let_go(self, engine: Engine) -> None:
        engine.dispose()

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Written(NamedTuple):
    table: str
    columns: str
    rows: bytes


def _cursor(connection: Connection) -> Any:
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]


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
        self.pool: set[int] = set()  # processes of the server that the app's connections lead to

    def _run(self, *statements: str) -> None:
        with self.server.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def make_template(self) -> str:
        self._run(f"CREATE DATABASE {self.names['template']}", *self._settings("template"))
        return self.urls["template"]

    def url(self) -> str:
        return self.urls["test"]

    def _settings(self, part: str) -> list[str]:
        """No test pulls the plug on this server, so none waits for its disk (tests/house/clusters.py has its own)."""
        return [f"ALTER DATABASE {self.names[part]} SET synchronous_commit = off"]

    def fresh(self) -> None:
        if not self.size or not self.put_back():
            self.keeper.dispose()
            self._run(
                f"DROP DATABASE IF EXISTS {self.names['test']} WITH (FORCE)",
                f"CREATE DATABASE {self.names['test']} TEMPLATE {self.names['template']}",
                *self._settings("test"),
            )
            with self.keeper.begin() as connection:
                connection.execute(text(KEEP))
                self.size = connection.scalar(DATABASE_SIZE)

    def put_back(self) -> bool:
        """False where a test left so much behind, or changed so much, that a new database is better."""
        try:
            with self.keeper.begin() as connection:
                connection.execute(TERMINATE, {"pool": list(self.pool)})
                connection.execute(text(PUT_BACK))
                return connection.scalar(DATABASE_SIZE) < self.size + MOST_LEFT_BEHIND
        except DBAPIError:
            return False

    def store(self) -> tuple[list[Written], list[Any]]:
        """The rows of each table that was written to, and what each sequence counted to."""
        with self.keeper.begin() as connection:
            written = [
                Written(name, columns, self._copied_out(connection, name, columns))
                for name, columns, transaction, rows in connection.execute(FILLED).all()
                if connection.scalar(text(IS_WRITTEN.format(name)), {"rows": rows, "since": transaction})
            ]
            return written, [tuple(row) for row in connection.execute(COUNTED)]

    def put(self, stored: tuple[list[Written], list[Any]]) -> None:
        written, counted = stored
        with self.keeper.begin() as connection:
            connection.execute(text(AS_REPLICA))
            for name, columns, rows in written:
                connection.execute(text(f'DELETE FROM public."{name}"'))
                with _cursor(connection).copy(f'COPY public."{name}" ({columns}) FROM STDIN (FORMAT BINARY)') as copy:
                    copy.write(rows)
            for name, last in counted:
                connection.execute(COUNT_ON, {"name": name, "last": last})

    def _copied_out(self, connection: Connection, name: str, columns: str) -> bytes:
        with _cursor(connection).copy(f'COPY public."{name}" ({columns}) TO STDOUT (FORMAT BINARY)') as copy:
            return b"".join(map(bytes, copy))

    def watch(self, engine: Engine) -> None:
        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _record: Any) -> None:
            self.pool.add(connection.info.backend_pid)

    def let_go(self, engine: Engine) -> None:
        """One connection stays, which knows the tables and what is asked of them: a new one learns it all anew."""
        pool: Any = engine.pool
        if pool.checkedout() or pool.checkedin() != 1:
            engine.dispose()
            self.pool.clear()

    def drop(self) -> None:
        self.keeper.dispose()
        self._run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self.names.values()))
        self.server.dispose()


MEMORY, ENOUGH = Path("/dev/shm"), 2_000_000_000
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
TERMINATE = text("""
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND NOT (state = 'idle' AND pid = ANY(:pool))
""")
FILLED = text("SELECT f.name, f.columns, s.transaction, f.rows FROM counters.filled AS f, counters.since AS s")
IS_WRITTEN = """SELECT count(*) <> :rows OR coalesce(bool_or(xmin::text::bigint > :since), false) FROM public."{}\""""
COUNTED = text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
COUNT_ON = text(
    "SELECT setval(format('public.%I', CAST(:name AS text))::regclass, coalesce(:last, 1), :last IS NOT NULL)"
)
# As a replica: no trigger runs, so the history can be emptied and no foreign key is asked. Only tables that were
# written to: another number of rows, or one of a later transaction than the last time all was put back.
AS_REPLICA = "SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '5s'"
PUT_BACK = f"""
{AS_REPLICA};
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


def _folder(otherwise: pytest.TempPathFactory) -> Path:
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        return Path(mkdtemp(prefix="eplannacc-", dir=MEMORY))
    return otherwise.mktemp("db")


@pytest.fixture(scope="session", params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Sqlite | Postgresql]:
    kind = Sqlite(_folder(tmp_path_factory)) if request.param == "sqlite" else Postgresql(worker_id)
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
    with app.app_context():
        database.watch(db.engine)
    return app


@pytest.fixture(scope="session")
def worlds(shared_app: Flask, database: Sqlite | Postgresql) -> Worlds:
    return Worlds(shared_app, database)


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without JavaScript that nobody has signed in with yet."""
    return Client(app)


@pytest.fixture
def app(shared_app: Flask, database: Sqlite | Postgresql) -> Iterator[Flask]:
    """The app on a database that holds provinces, districts and plan periods, and nothing else."""
    database.fresh()
    with shared_app.app_context():
        forget_all(shared_app)
        yield shared_app
        db.session.rollback()
        untold = set(untold_entries())
        db.session.remove()
        database.let_go(db.engine)
        assert not untold, "what was recorded cannot be read: app/history/rules.py"
