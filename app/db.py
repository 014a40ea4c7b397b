"""The database: one session, one way to open a transaction, alike on SQLite and PostgreSQL."""

import random
import select
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import psycopg
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, Table, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, declared_attr
from sqlalchemy.orm.attributes import flag_modified, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

BEGIN_TRIES = 8
# What PostgreSQL and SQLite call a row that is there already, and a deed that another one, done at once, stood against.
TAKEN = {"23505", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE", "40P01", "40001"}
READ_ONLY = "25006"  # what PostgreSQL calls it where nothing is written at all
CONNECT_SECONDS = 5


class Base(DeclarativeBase):
    """A table. One with a `version` is edited from many windows: every change of a row through the session raises
    its version and asks for the one it was read with; a change in bulk raises it itself."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        version = cls.__dict__.get("version")
        return {} if version is None else {"version_id_col": version}


Asked = ParamSpec("Asked")
Found = TypeVar("Found")
DEED = "eplannacc.deed"  # in the info of a session: a deed is under way
READS = "eplannacc.reads"  # in the environ of a request, or in the info of a session: what was read once

# Rows stay readable after a commit: pages are drawn from what the operation left.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def read_once(read: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """Ask a request that only looks no more than once for the same. What `read` gives is not changed by anybody."""

    @wraps(read)
    def once(*args: Asked.args, **named: Asked.kwargs) -> Found:
        known: dict[Any, Found] | None = _reads()
        if known is None:
            return read(*args, **named)
        key = (read, args, *named.items())
        if key not in known:
            known[key] = read(*args, **named)
        return known[key]

    return once


def _reads() -> dict[Any, Any] | None:
    """What was read once so far; None where everything is read anew."""
    if has_request_context():
        return request.environ.setdefault(READS, {}) if request.method == "GET" else None
    return db.session.info.get(READS) if has_app_context() else None


@contextmanager
def reading_once() -> Iterator[None]:
    """The same in a job, which reads at one moment: all that is asked `read_once` is kept to the end of the block."""
    db.session.info[READS] = {}
    try:
        yield
    finally:
        del db.session.info[READS]


@contextmanager
def transaction() -> Iterator[None]:
    """One deed: everything in the block is kept together, or nothing of it.

    SQLite takes its one write lock at the start (`BEGIN IMMEDIATE`), so a deed never reads
    first and then finds that somebody else wrote in between. Raises Stale where the row a form was opened on has
    another version by now, where a row that was to be the first of its kind is there already, and where two deeds
    waited for each other; AlreadyDone where the form of this request was done before (app/deeds.py).
    """
    db.session.expire_all()  # what was read before is read again, under the lock
    if is_sqlite(db.engine):
        _begin_write()
    db.session.info[DEED] = True
    try:
        current_app.extensions["claim"].make()
        yield
        db.session.flush()  # what fails here is not kept
        if has_request_context():
            g.maybe_kept = True  # whatever fails from here on: a line may break behind the commit, before its answer
        db.session.commit()
        if has_request_context():
            g.committed_at = time.time()
            request.environ.pop(READS, None)
    except BaseException as error:
        db.session.rollback()
        current_app.extensions["claim"].take_back()
        if isinstance(error, StaleDataError) or (isinstance(error, DBAPIError) and _is_taken(error)):
            from app.errors import Stale  # which answers with pages, and so stands above this file

            raise Stale from error
        raise
    finally:
        db.session.info.pop(DEED, None)


def is_within_deed() -> bool:
    """Whether what is done now is part of a `transaction`."""
    return DEED in db.session.info


def end_reading() -> None:
    """End a transaction that only read.

    By a COMMIT: at a ROLLBACK psycopg forgets every statement that it had prepared on the connection, and PostgreSQL
    takes longer to plan them anew than to answer them.
    """
    session = db.session()
    if not session.is_active or session.new or session.dirty or session.deleted:
        session.rollback()
    else:
        session.commit()


@contextmanager
def read_at_one_moment() -> Iterator[None]:
    """Read everything as it is at one moment; nobody who writes waits for it."""
    end_reading()
    options = {} if is_sqlite(db.engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    db.session.connection(execution_options=options)
    try:
        yield
        end_reading()
    finally:
        db.session.rollback()


def _is_taken(error: DBAPIError) -> bool:
    names = (getattr(error.orig, name, None) for name in ("sqlstate", "sqlite_errorname"))
    return not TAKEN.isdisjoint(names)


def is_out_of_reach(error: BaseException) -> bool:
    """Whether the database failed, and not the statement: asked again later, it may answer."""
    if isinstance(error, PoolTimeout | InterfaceError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    wrong = getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"  # what SQLite says of a table it lacks
    return error.connection_invalidated or (isinstance(error, OperationalError) and not wrong)


def is_read_only(error: BaseException) -> bool:
    """Whether a write failed because nothing is written at all now."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") == READ_ONLY


@contextmanager
def unless_read_only() -> Iterator[None]:
    """For what goes on all the same where it could not be written."""
    try:
        yield
    except DBAPIError as error:
        if not is_read_only(error):
            raise
        current_app.logger.warning("not written: %s", error.orig)


def write(row: Base, version: int, **values: Any) -> None:
    """Change `row` in a form that was opened at `version`. Raises StaleDataError where it has another by now."""
    set_committed_value(row, "version", version)
    for name, value in values.items():
        setattr(row, name, value)
        flag_modified(row, name)  # a new version also where what changed stands in another table
    db.session.flush()


def _begin_write() -> None:
    """Turn the read that looked up who is asking into a write, below SQLAlchemy: its own way costs ten times more."""
    driver = cast(sqlite3.Connection, db.session.connection().connection.driver_connection)
    for attempt in range(BEGIN_TRIES):
        driver.rollback()
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            if attempt == BEGIN_TRIES - 1:
                raise
            # SQLite's busy handler is not fair: jitter lets starved writers in.
            time.sleep(random.uniform(0.01, 0.1) * (attempt + 1))  # noqa: S311 - no secret


def init_engines(app: Flask) -> None:
    """Give each SQLite connection what PostgreSQL has by itself: foreign keys, and transactions that are ours.

    A connection to PostgreSQL is looked at before it is used again, so that a restart of the server costs no request.
    """
    app.teardown_appcontext(_let_go)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "do_connect", _wait_shortly)
        if app.config["DATABASE_POOLED"]:
            event.listen(engine, "do_connect", _prepare_nothing)
        event.listen(engine, "checkout", _ask_whether_closed)


def _let_go(error: BaseException | None) -> None:
    """Before Flask-SQLAlchemy does: what fails behind the answer would take the answer's place, and be no page."""
    try:
        if error is None:
            end_reading()
        db.session.remove()
    except DBAPIError as error:
        current_app.logger.warning("a connection was lost: %s", error.orig)
        db.session.registry().invalidate()
        db.session.registry.clear()


def _wait_shortly(_dialect: Any, _record: Any, _arguments: Any, given: dict[str, Any]) -> None:
    given.setdefault("connect_timeout", CONNECT_SECONDS)


def _prepare_nothing(_dialect: Any, _record: Any, _arguments: Any, given: dict[str, Any]) -> None:
    """A pooler gives each transaction another connection, which does not know what the one before had prepared."""
    given["prepare_threshold"] = None


def _ask_whether_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """A server that ended says so on the socket. Looking there costs 2 microseconds, `pool_pre_ping` a way there and
    back for each request."""
    try:
        socket = select.poll()
        socket.register(connection.fileno(), select.POLLIN)
        closed = bool(socket.poll(0))
    except psycopg.Error:
        closed = True
    if closed:
        raise DisconnectionError


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin or commit behind our back
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=4000",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")  # nosem: sql-put-together
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def table(model: type[Base]) -> Table:
    """The table behind a model, for statements that need no objects: made once, they cost a third of the time."""
    return cast(Table, model.__table__)


def is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"
