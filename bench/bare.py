"""The bare Flask app that pages are compared with: the same bytes, or one raw upsert, and nothing else.

Served by the same server as the real one; `BARE_BODY`, `BARE_DATABASE` and `BARE_SQL` say what it gives and does.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

app = Flask("bare")
body = Path(os.environ["BARE_BODY"]).read_bytes()
sql = os.environ.get("BARE_SQL", "")


def _connect(url: str) -> Any:
    """A driver's own connection that keeps each statement at once, with the app's settings."""
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=4000")
        return connection
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


connection = _connect(os.environ["BARE_DATABASE"]) if sql else None


@app.get("/")
def page() -> bytes:
    return body


@app.post("/")
def upsert() -> str:
    assert connection is not None
    return str(connection.execute(sql).rowcount)
