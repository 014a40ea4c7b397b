"""What the covered tables hold now, as it is published: what is not public stands there as its salted hash."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.db import db, table
from app.ledger import live, queries
from app.ledger.live import LiveRow
from app.ledger.rules import NOTHING, TEXTS, canonical, digest, is_score
from app.models import ActorPseudonym, Project
from app.models.enums import Entity

Hidden = Callable[[str], bool]


def state_lines(name: str, after: str, limit: int) -> tuple[list[bytes], str | None]:
    """A page of a table in canonical lines, and the cursor behind it. Raises ValueError for a cursor that is none."""
    rows, cursor = live.page(name, after, limit)
    entity = live.TABLES[name].entity
    if entity is Entity.ACCOUNT:
        rows = _under_pseudonyms(rows)
    elif hidden := _hidden(name, rows):
        rows = _with_hashes(entity, rows, hidden)
    return [_row_line(row) for row in rows if row.facts], cursor


def _row_line(row: LiveRow) -> bytes:
    return canonical({"facts": row.facts, "key": row.key})


def _under_pseudonyms(rows: Iterable[LiveRow]) -> list[LiveRow]:
    """An account that the log does not know has no pseudonym: it is shown, for it should not be there."""
    names = table(ActorPseudonym).c
    known = dict(db.session.execute(select(names.account_id, names.pseudonym)).all())
    return [row._replace(key=known.get(int(row.key), f"unknown {row.key}")) for row in rows]


def _hidden(name: str, rows: Iterable[LiveRow]) -> dict[str, Hidden]:
    """Which facts of a row are not public, by its key."""
    if name == "scores":
        return {row.key: is_score for row in rows if "published_at" not in row.facts}
    if name == "own-windows":
        return {row.key: lambda fact: fact == "reason" for row in rows}
    if name == "projects":
        texts = TEXTS - {"name"}
        return {row.key: texts.__contains__ for row in rows if "deleted_at" in row.facts}
    return _of_deleted(rows) if name == "reports" else {}


def _of_deleted(rows: Iterable[LiveRow]) -> dict[str, Hidden]:
    projects = {row.key: int(row.key.split("/")[0]) for row in rows}
    columns = table(Project).c
    wanted = select(columns.id).where(columns.id.in_(set(projects.values())), columns.deleted_at.is_not(None))
    deleted = set(db.session.scalars(wanted))
    return {key: TEXTS.__contains__ for key, id_ in projects.items() if id_ in deleted}


def _with_hashes(entity: Entity, rows: list[LiveRow], hidden: Mapping[str, Hidden]) -> list[LiveRow]:
    salts = queries.last_salts(entity, {row.entry_key(entity) for row in rows if row.key in hidden})
    return [
        _hashed_row(row, hidden[row.key], salts.get(row.entry_key(entity), {})) if row.key in hidden else row
        for row in rows
    ]


def _hashed_row(row: LiveRow, hidden: Hidden, salts: Mapping[str, Any]) -> LiveRow:
    return row._replace(
        facts={name: _public_value(row, name, value, hidden, salts) for name, value in row.facts.items()}
    )


def _public_value(row: LiveRow, name: str, value: Any, hidden: Hidden, salts: Mapping[str, Any]) -> Any:
    """The salt of an LAO's own window stands under its id, for several LAOs have one of the same round."""
    if value in NOTHING or not hidden(name):
        return value
    salt = salts.get(name if name != "reason" else f"reason/{row.organisation_id}")
    if isinstance(salt, str):
        return {"hash": digest(salt, value)}
    return salt or {"hash": ""}
