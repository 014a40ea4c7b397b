"""Seeding the country, by CPU, against SQLite copying the same rows from one file into another with the same tables."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from app.db import db
from bench.engines import empty_app, seed
from bench.frame import Deed, alone

OWN = "name NOT LIKE 'sqlite_%'"


@alone("seeding the country / INSERT … SELECT of the same rows", 0.93, unit="s")
def seeding(scale: float) -> tuple[float, float]:
    with empty_app("sqlite") as app, TemporaryDirectory(prefix="eplannacc_bench_") as folder:
        ours = _cpu(partial(seed, app, scale))
        db.session.remove()
        return ours, _cpu(partial(copy, str(db.engine.url.database), Path(folder) / "copy.sqlite3"))


def _cpu(deed: Deed) -> float:
    start = process_time()
    deed()
    return process_time() - start


def copy(source: str, target: Path) -> None:
    """Every table with its rows, each checked as it comes in, then the indexes."""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("ATTACH ? AS made", (source,))
        connection.execute("BEGIN")
        connection.execute("PRAGMA defer_foreign_keys = ON")
        tables = _made(connection, "table")
        for _name, sql in tables:
            connection.execute(sql)
        for name, _sql in tables:
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA made.table_info({name})"))
            connection.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM made.{name}")
        for _name, sql in _made(connection, "index"):
            connection.execute(sql)
        connection.execute("COMMIT")


def _made(connection: sqlite3.Connection, kind: str) -> list[tuple[str, str]]:
    return connection.execute(
        f"SELECT name, sql FROM made.sqlite_master WHERE type = ? AND sql IS NOT NULL AND {OWN}",
        (kind,),
    ).fetchall()
