"""Backup of an SQLite file: a copy of its pages at one moment, which nobody who writes waits for."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from app.backups.errors import BackupError
from app.db import db

Tables = dict[str, list[str]]
_NAMES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def dump(target: Path) -> tuple[Tables, str]:
    """Copy the database to `target` and read the copy: how many rows of each table, and the schema's revision."""
    copy_pages(_file(), target)
    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, whole
        faults = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
        faults += [f"a row of {row[0]} leads nowhere" for row in copy.execute("PRAGMA foreign_key_check")]
        if faults:
            raise BackupError(f"The database itself is damaged: {'; '.join(faults[:3])}.")
        names = [row[0] for row in copy.execute(_NAMES)]
        rows = {name: [str(copy.execute(_count(name)).fetchone()[0])] for name in names}
        return rows, copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def copy_pages(source: Path, target: Path) -> None:
    """In one step: the copy is of one moment."""
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as copy:
        opened.backup(copy)


def has_tables() -> bool:
    if not _file().exists():  # a connection would make it
        return False
    with db.engine.connect() as connection:
        return connection.execute(text(_NAMES)).first() is not None


def load(source: Path) -> None:
    db.engine.dispose()
    target = _file()
    beside = target.with_name(f"{target.name}.restoring")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, beside)
    with closing(sqlite3.connect(beside)) as copy:
        copy.execute("PRAGMA journal_mode=WAL")
    for leftover in ("-wal", "-shm"):
        Path(f"{target}{leftover}").unlink(missing_ok=True)
    os.replace(beside, target)


def tables() -> Tables:
    with db.engine.connect() as connection:
        names = connection.execute(text(_NAMES)).scalars().all()
        return {name: [str(connection.execute(text(_count(name))).scalar_one())] for name in names}


def _count(name: str) -> str:
    return f'SELECT count(*) FROM "{name}"'  # noqa: S608 - a name of the schema's own


def _file() -> Path:
    database = db.engine.url.database
    if not database or database == ":memory:":
        raise BackupError("A database in memory has no backup.")
    return Path(database)
