"""The bare Flask app that pages are compared with: the same bytes, or one raw upsert, and nothing else.

Served by the same server as the real one; `BARE_BODY`, `BARE_DATABASE`, `BARE_SQL` (what a POST does) and `BARE_QUERY`
(what a GET reads first) say what it gives and does. Each thread has a connection of its own.
"""

import os
from pathlib import Path
from threading import local
from typing import Any

from flask import Flask

from bench.driver import connect

app = Flask("bare")
body = Path(os.environ["BARE_BODY"]).read_bytes()
sql, query = (os.environ.get(name, "") for name in ("BARE_SQL", "BARE_QUERY"))
here = local()


def _connection() -> Any:
    if not hasattr(here, "connection"):
        here.connection = connect(os.environ["BARE_DATABASE"])
    return here.connection


@app.get("/")
def page() -> bytes:
    if query:
        _connection().execute(query).fetchall()
    return body


@app.post("/")
def upsert() -> str:
    return str(_connection().execute(sql).rowcount)
