"""What `flask doctor` asks the database: whether it is whole, safe, and quick enough."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

from app import clock
from app.db import db, is_sqlite
from app.ledger.rights import APPEND_ONLY

OLDEST = 15  # of PostgreSQL: its makers repair no older one
MOST_APART = timedelta(seconds=2)  # codes of an app, sessions and windows are compared with both clocks
SLOW_COMMIT = 0.02  # second: each save waits for the disk once
COMMITS = 7
NEARLY_ALL = 0.8  # of the connections
MOST_CONNECTIONS = 15  # of a process, whatever it does: SQLAlchemy's pool
FORGOTTEN = timedelta(minutes=5)  # no request and no job of ours thinks so long within a transaction
WORTH_COUNTING = 1_000  # rows
CHANGED = 0.3  # of its rows since PostgreSQL last looked at a table
# Whatever of these is off.
UNSAFE = {
    "fsync": "a power cut can destroy the database",
    "full_page_writes": "a power cut can destroy the database",
    "synchronous_commit": "a power cut takes back what people were told is saved",
    "autovacuum": "tables swell, and every query is planned by numbers that are no longer true",
}


def schema() -> Iterator[str]:
    wanted = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    context = MigrationContext.configure(db.session.connection())
    stands = context.get_current_revision()
    if stands != wanted:
        yield f"schema: the database is at {stands or 'nothing'}, the program at {wanted}: flask --app wsgi db upgrade"
        return
    lacking = [
        change[1].name for change in compare_metadata(context, db.metadata) if change[0] in ("add_table", "add_index")
    ]
    if lacking:
        yield f"schema: {', '.join(sorted(lacking))} are missing. Somebody took them away: restore, or make them anew"


# Whatever switches a trigger off, empties a table or gives it another shape; of history and log any row less, too.
_TOO_MUCH = text(
    "SELECT relname FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace) AND relkind = 'r' "
    "AND (pg_has_role(current_user, relowner, 'USAGE') OR has_table_privilege(current_user, oid, 'TRUNCATE, TRIGGER') "
    "OR relname = ANY(:kept) AND has_table_privilege(current_user, oid, 'DELETE')) "
    "ORDER BY relname <> ALL(:kept), relname LIMIT 1"
)
_MAY_MAKE = text("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")


def rights() -> Iterator[str]:
    """On PostgreSQL whoever owns a table can change its shape and switch its triggers off."""
    table = db.session.scalar(_TOO_MUCH, {"kept": list(APPEND_ONLY)})
    can = [f"can change {table} without a trace"] if table else []
    can += ["can make tables and functions of its own"] if db.session.scalar(_MAY_MAKE) else []
    if can:
        yield (
            f"rights: this role {' and '.join(can)}. "
            "Run as a role of its own, after flask --app wsgi log rights ROLE by the owner of the tables"
        )


_OFF = text(
    "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND t.tgenabled IN ('D', 'R') ORDER BY 1, 2 LIMIT 1"
)
_BROKEN = text("SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid")


def broken() -> Iterator[str]:
    if off := db.session.execute(_OFF).one_or_none():
        yield f"triggers: {off.tgname} of {off.relname} is switched off, so a change there leaves no trace"
    if names := db.session.scalars(_BROKEN).all():
        yield f"indexes: {', '.join(names)} was not built to its end and answers nothing: REINDEX INDEX it"


def server() -> Iterator[str]:
    version = db.session.scalar(text("SELECT current_setting('server_version_num')::int / 10000")) or 0
    if version < OLDEST:
        yield f"PostgreSQL {version} gets no more repairs from its makers: upgrade to {OLDEST} or later"
    for name, why in UNSAFE.items():
        if db.session.scalar(text("SELECT current_setting(:name)"), {"name": name}) == "off":
            yield f"PostgreSQL: {name} is off: {why}"


_USED = text(
    "SELECT count(*), current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int "
    "FROM pg_stat_activity WHERE backend_type = 'client backend'"
)
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - :long"
)


def connections() -> Iterator[str]:
    used, most = db.session.execute(_USED).one()
    # Two web servers for each processor (docs/operations.md): requests, each with a write aside, and the mails.
    each = min(MOST_CONNECTIONS, 2 * current_app.config["REQUESTS_AT_ONCE"] + 2)
    wanted = each * (2 * len(os.sched_getaffinity(0)) + 1)
    if used > NEARLY_ALL * most:
        yield f"connections: {used} of {most} are in use: raise max_connections, or find who holds them"
    if wanted > most:
        yield f"connections: processes here may open {wanted}, and PostgreSQL takes {most}: raise max_connections"
    if forgotten := db.session.scalar(_WAITING, {"long": FORGOTTEN}):
        yield f"connections: {forgotten} sit in a transaction for minutes, and nothing behind it is tidied: end them"


_STALE = text(
    "SELECT relname FROM pg_stat_user_tables WHERE n_live_tup > :worth "
    "AND (n_mod_since_analyze > :changed * n_live_tup OR last_analyze IS NULL AND last_autoanalyze IS NULL) "
    "ORDER BY relname"
)


def statistics() -> Iterator[str]:
    stale = db.session.scalars(_STALE, {"worth": WORTH_COUNTING, "changed": CHANGED}).all()
    if stale:
        yield f"statistics: PostgreSQL does not know how {', '.join(stale)} look by now, and plans badly: ANALYZE"


def clocks() -> Iterator[str]:
    before = clock.now()
    there = db.session.scalar(text("SELECT clock_timestamp()"))
    apart = there - before - (clock.now() - before) / 2
    if abs(apart) > MOST_APART:
        yield (
            f"clock: the database's is {apart.total_seconds():+.0f} seconds from this machine's, "
            "so codes and windows end for one and not for the other: let chrony or systemd-timesyncd set both"
        )


def commits() -> Iterator[str]:
    took = median(_seconds(_save_on_sqlite if is_sqlite(db.engine) else _save) for _each in range(COMMITS))
    if took > SLOW_COMMIT:
        yield f"disk: a save waits {took * 1000:.0f} ms for the disk under the database; a good disk takes 1 to 5"


def _seconds(deed: Callable[[], None]) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


def _save() -> None:
    """What writes to PostgreSQL's journal, waits for it, and changes nothing."""
    kept: AbstractContextManager[object] = db.engine.begin()
    with kept as connection:
        connection.execute(text("SELECT pg_logical_emit_message(true, 'doctor', '')"))  # type: ignore[attr-defined]


def _save_on_sqlite() -> None:
    with TemporaryFile(dir=Path(str(db.engine.url.database)).parent) as file:
        file.write(bytes(4096))
        file.flush()
        os.fsync(file.fileno())
