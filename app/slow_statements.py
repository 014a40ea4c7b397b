"""Statements that take long, written down as they were asked: text and places for values, never the values."""

import logging
import re
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.db import db
from app.meters import count

LONGEST = 2_000  # letters of a statement: what makes it slow stands in its first page
slow_log = logging.getLogger("slow")
# A value that a program wrote into the text itself, and no place for one.
WRITTEN = re.compile(r"'(?:[^']|'')*'")


def init_slow_statements(app: Flask) -> None:
    """Of what SQLite finds while it is read, the time to the first row counts."""
    limit = app.config["SLOW_QUERY_MS"] / 1000
    if not limit:
        return
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def begin(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        context.began = perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def end(_connection: Any, cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if (took := perf_counter() - context.began) >= limit:
            write_line(statement, took)

    @event.listens_for(engine, "handle_error")
    def fail(error: Any) -> None:
        """One that was ended for taking too long, or waited for a lock in vain."""
        began = getattr(error.execution_context, "began", None)
        if began is not None and error.statement and (took := perf_counter() - began) >= limit:
            write_line(error.statement, took)


def write_line(statement: str, seconds: float) -> None:
    told = WRITTEN.sub("'…'", " ".join(statement.split()))
    slow_log.warning("slow statement", extra={"ms": round(seconds * 1000), "statement": told[:LONGEST]})
    count("slow_statements_total")
