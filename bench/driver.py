"""The driver alone: what stands below SQLAlchemy and Flask."""

import sqlite3
from typing import Any

import psycopg


def connect(url: str) -> Any:
    """A connection that keeps each statement at once, with the app's settings."""
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA busy_timeout=4000")
        return connection
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
