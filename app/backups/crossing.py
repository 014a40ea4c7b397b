"""All rows of this database into an empty one of the other engine: a trial on SQLite goes on on PostgreSQL.

A backup is of one engine. Here each row is read and written by the same column types, and then both sides are
compared row by row, whatever order each engine has them in.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, func, insert, select, text

from app.backups.errors import BackupError
from app.db import Base, db
from config_faults import database_url

ROWS = 2000  # read and written at a time
_REVISION = text("SELECT version_num FROM alembic_version")
Told = dict[str, tuple[int, int]]


def copy_into(url: str) -> Told:
    """Rows of each table and a sum over what they say. Raises BackupError; then nothing was written.

    The other database has the tables of this one's schema, all empty.
    """
    target = create_engine(database_url(url), hide_parameters=True)
    try:
        with _at_one_moment(db.engine) as source, target.begin() as connection:
            _refuse_unless_empty(source, connection)
            told: Told = {}
            for table in Base.metadata.sorted_tables:
                told[table.name] = _copy(table, source, connection)
                _count_on(table, connection)
            found = {table.name: _said(_rows_of(table, connection)) for table in Base.metadata.sorted_tables}
            if wrong := sorted(name for name in told if told[name] != found[name]):
                raise BackupError(f"What was written is not what was read: {', '.join(wrong)}. Nothing was kept.")
            return told
    finally:
        target.dispose()


def _at_one_moment(engine: Engine) -> Connection:
    options: dict[str, Any] = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    return engine.connect().execution_options(**options)


def _refuse_unless_empty(source: Connection, target: Connection) -> None:
    here, there = source.scalar(_REVISION), None
    if target.dialect.has_table(target, "alembic_version"):
        there = target.scalar(_REVISION)
    if here != there:
        raise BackupError(f"The other database has schema {there or 'nothing'}, this one {here}: upgrade it first.")
    full = [table.name for table in Base.metadata.sorted_tables if target.execute(select(table).limit(1)).first()]
    if full:
        raise BackupError(f"The other database is not empty ({', '.join(full[:3])}). Nothing was written.")


def _columns_written(table: Table) -> list[Any]:
    """The columns that are written: the database makes the others."""
    return [column for column in table.columns if column.computed is None]


def _rows_of(table: Table, connection: Connection) -> Iterator[Any]:
    rows = connection.execution_options(yield_per=ROWS).execute(select(*_columns_written(table)))
    yield from rows


def _copy(table: Table, source: Connection, target: Connection) -> tuple[int, int]:
    number, total, block = 0, 0, list[dict[str, Any]]()
    for row in _rows_of(table, source):
        number, total = number + 1, total + _hash(row)
        block.append(dict(row._mapping))
        if len(block) == ROWS:
            target.execute(insert(table), block)
            block = []
    if block:
        target.execute(insert(table), block)
    return number, total


def _said(rows: Iterator[Any]) -> tuple[int, int]:
    number = total = 0
    for row in rows:
        number, total = number + 1, total + _hash(row)
    return number, total


def _hash(row: Any) -> int:
    said = [json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else repr(value) for value in row]
    return int.from_bytes(hashlib.blake2b("\n".join(said).encode(), digest_size=16).digest())


def _count_on(table: Table, target: Connection) -> None:
    """The next number that PostgreSQL gives is one that no row has."""
    key = table.autoincrement_column
    if target.dialect.name == "sqlite" or key is None:
        return
    sequence = target.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    highest = target.scalar(select(func.max(key)))
    if sequence and highest:
        target.execute(select(func.setval(sequence, highest)))
