"""Throw-away databases with a made-up country, one for each engine; both are gone at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app import create_app
from app.db import db
from config_faults import database_url


def scale() -> float:
    """BENCH_SCALE: 1 is the country's real size."""
    return float(os.environ.get("BENCH_SCALE") or "0.1")


@contextmanager
def filled_app(engine: str, scale: float) -> Iterator[Flask]:
    """An app on a new database of `engine` at `scale` of the country's size, inside its context."""
    with empty_app(engine) as app:
        seed(app, scale)
        yield app


@contextmanager
def empty_app(engine: str) -> Iterator[Flask]:
    """The same with tables and no rows."""
    with TemporaryDirectory(prefix="eplannacc_bench_") as name, _database(engine, Path(name)) as url:
        settings = {"SECRET_KEY": "only for measuring", "SQLALCHEMY_DATABASE_URI": url, "MAIL_FOLDER": Path(name)}
        app = create_app(settings)
        with app.app_context():
            upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def seed(app: Flask, scale: float) -> None:
    result = app.test_cli_runner().invoke(args=["seed", "country", f"--scale={scale}"], catch_exceptions=False)
    if result.exit_code:
        raise RuntimeError(result.output)
    db.session.rollback()


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    server = make_url(database_url(server_url()))
    name = f"eplannacc_bench_{os.getpid()}_{token_hex(3)}"
    control = create_engine(server, isolation_level="AUTOCOMMIT")
    with control.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    control.dispose()


def server_url() -> str:
    """The PostgreSQL server to make a database on; empty: measure SQLite only."""
    return os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL", "")
