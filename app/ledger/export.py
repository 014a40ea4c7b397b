"""All that is public of the log as files, for checking offline: as it was at one moment, whoever goes on saving."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import current_app
from sqlalchemy import select, text

from app.db import db, is_sqlite, table
from app.ledger import heads, live, queries, state
from app.ledger.replay import identity
from app.ledger.rules import canonical
from app.models import ActorPseudonym
from app.models.enums import Entity
from config import ROOT

AT_ONCE = 1000


def write(folder: Path) -> int:
    """Fill `folder`; gives the number of entries. Rows whose latest entry had no place yet are named in a file."""
    (folder / "state").mkdir(parents=True, exist_ok=True)
    db.session.rollback()
    if not is_sqlite(db.engine):  # there one snapshot is what every transaction reads
        db.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    written = _write_lines(folder / "entries.jsonl", _entry_lines())
    _write_lines(folder / "heads.jsonl", map(canonical, map(heads.published, queries.heads(0, 2**31 - 1))))
    _write_lines(folder / "pending.jsonl", _pending())
    for name in live.TABLES:
        _write_lines(folder / "state" / f"{name}.jsonl", _row_lines(name))
    known = heads.public_key(current_app.config["LOG_SIGNING_KEY"])
    _write_lines(folder / "key.json", [canonical({"algorithm": "Ed25519", "key": known})])
    shutil.copyfile(ROOT / "docs" / "verify.py", folder / "verify.py")
    db.session.rollback()
    return written


def _write_lines(path: Path, lines: Iterable[bytes]) -> int:
    written = 0
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
            written += 1
    return written


def _entry_lines() -> Iterator[bytes]:
    for start in range(0, queries.size(), AT_ONCE):
        yield from queries.entry_lines(start, start + AT_ONCE)


def _row_lines(name: str) -> Iterator[bytes]:
    after: str | None = ""
    while after is not None:
        lines, after = state.state_lines(name, after, AT_ONCE)
        yield from lines


def _pending() -> Iterator[bytes]:
    """Rows that somebody changed a moment ago: the log will tell of it within a minute."""
    names = table(ActorPseudonym).c
    for row in queries.unplaced(queries.settled(), 2**31 - 1):
        key = identity(row.entity, row.entity_key, row.organisation_id)
        if row.entity == Entity.ACCOUNT:
            key = db.session.scalar(select(names.pseudonym).where(names.account_id == int(key))) or f"unknown {key}"
        yield canonical({"entity": row.entity, "key": key})
