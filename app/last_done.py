"""When something that nobody watches was last done: a worker's round, a backup. Other processes ask for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.db import db, is_sqlite, table
from app.models import Setting

WORK, BACKUP = "done: work", "done: backup"
_S = table(Setting).c


def note_done(what: str, now: datetime) -> None:
    insert: Callable[..., Any] = sqlite.insert if is_sqlite(db.engine) else postgresql.insert
    kept = insert(table(Setting)).values(name=what, value=now.isoformat(), version=1)
    db.session.execute(kept.on_conflict_do_update(index_elements=["name"], set_={"value": kept.excluded.value}))


def last_done(what: str) -> datetime | None:
    kept = db.session.scalar(select(_S.value).where(_S.name == what))
    return datetime.fromisoformat(kept).astimezone(UTC) if kept else None
