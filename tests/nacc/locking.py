"""The rows that a deed holds while it looks and writes, in their order. SQLite is asked for them, too, and has none."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, event
from sqlalchemy.dialects import postgresql

from app.db import db

_WHICH = re.compile(r"\bFROM (.*)", re.DOTALL)


@contextmanager
def locks_taken() -> Iterator[list[str]]:
    """What is locked meanwhile: of which table, which rows, in which order and how."""
    told: list[str] = []

    def note(_connection: Any, statement: Any, *_more: Any) -> None:
        if isinstance(statement, Select) and statement._for_update_arg is not None:
            found = _WHICH.search(str(statement.compile(dialect=postgresql.dialect())))
            told.append(" ".join(found[1].split()) if found else str(statement))

    engine = db.engine
    event.listen(engine, "before_execute", note)
    yield told
    event.remove(engine, "before_execute", note)
