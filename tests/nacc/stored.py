"""All that is stored, row by row."""

from typing import Any

from app.db import Base, db

# Left out: what stays as it is, what is drawn at random, and what a request keeps for itself.
ELSEWHERE = ("provinces", "districts", "done_deeds", "sessions", "fixed_documents", "actor_pseudonyms")
KEPT = [
    table
    for name, table in sorted(Base.metadata.tables.items())
    if name not in ELSEWHERE and not name.startswith("log_")
]
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def stored_rows() -> Rows:
    """Every stored row by its key."""
    db.session.rollback()
    found: Rows = {}
    for table in KEPT:
        keys = [column.name for column in table.primary_key]
        rows = db.session.execute(table.select().order_by(*table.primary_key)).mappings()
        found[table.name] = {tuple(row[key] for key in keys): dict(row) for row in rows}
    return found
