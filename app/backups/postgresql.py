"""Backup of a PostgreSQL database, by its own pg_dump and pg_restore, of one moment that this process holds still."""

import os
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, text

from app.backups.errors import BackupError
from app.db import db

Tables = dict[str, list[str]]
AT_ONCE = "2"  # tables that are written or read at the same time
_NAMES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
# What a row says is written in the ways of the database and its role: sums are made of one way for all.
_WAYS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
}
_AS_EVERYWHERE = text("SELECT " + ", ".join(f"set_config('{name}', '{way}', true)" for name, way in _WAYS.items()))


def dump(target: Path) -> tuple[Tables, str]:
    """Write the database to the folder `target` and read it again: rows and sums of each table, and the revision."""
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        options = ("--format=directory", f"--jobs={AT_ONCE}", f"--snapshot={moment}", "--compress=1", "--no-sync")
        _run(connection, "pg_dump", *options, f"--file={target}")
        _run(connection, "pg_restore", "--file=/dev/null", str(target), to_database=False)
        return _table_rows(connection), str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def has_tables() -> bool:
    with db.engine.connect() as connection:
        return connection.execute(_NAMES).first() is not None


def load(source: Path) -> None:
    with db.engine.connect() as connection:
        options = ("--no-owner", "--no-privileges", "--exit-on-error", f"--jobs={AT_ONCE}")
        _run(connection, "pg_restore", *options, str(source))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def tables() -> Tables:
    with db.engine.connect() as connection:
        return _table_rows(connection)


def _table_rows(connection: Connection) -> Tables:
    connection.execute(_AS_EVERYWHERE)
    return {name: _rows_and_sum(connection, name) for (name,) in connection.execute(_NAMES).all()}


def _rows_and_sum(connection: Connection, name: str) -> list[str]:
    """How many, and the sum of a hash of what each row says: no row is another one, whatever their order."""
    statement = f'SELECT count(*), coalesce(sum(hashtextextended(CAST(t AS text), 0)), 0) FROM public."{name}" AS t'  # noqa: S608
    number, total = connection.execute(text(statement)).one()
    return [str(number), str(total)]


def _run(connection: Connection, program: str, *options: str, to_database: bool = True) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} is missing: install postgresql-client, of the server's version or a later one.")
    driver = connection.connection.driver_connection
    assert driver is not None
    # What the driver tells of itself has options that an older pg_dump does not know: only what DATABASE_URL says.
    told = {"host": driver.info.host, "port": driver.info.port, "user": driver.info.user, "dbname": driver.info.dbname}
    where = [f"--dbname={make_conninfo(**dict(db.engine.url.query) | told)}"] if to_database else []
    password = {"PGPASSWORD": driver.info.password} if driver.info.password else {}
    done = subprocess.run(  # noqa: S603 - options of our own
        [path, *options[:-1], *where, options[-1]],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-500:]}")
