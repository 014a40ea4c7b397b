"""A server of a test's own, on the test's database, that shows its error pages."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.db import db, is_sqlite
from tests.browser.proxy import Line
from tests.conftest import SETTINGS


@pytest.fixture
def line(app: Flask) -> Iterator[Line | None]:
    """The way to PostgreSQL, which can be cut; an SQLite file has none."""
    if is_sqlite(db.engine):
        yield None
        return
    url = db.engine.url
    line = Line(f"http://{url.host}:{url.port or 5432}")
    yield line
    line.close()


@pytest.fixture
def served(app: Flask, line: Line | None, tmp_path: Path) -> Iterator[Flask]:
    """A server of its own that shows its error pages."""
    folders = dict.fromkeys(("EXPORT_FOLDER", "SNAPSHOT_FOLDER", "MAIL_FOLDER"), tmp_path)
    url = db.engine.url
    if line:
        url = url.set(port=int(line.address.rsplit(":", 1)[1]))
    settings = {
        "SQLALCHEMY_DATABASE_URI": url.render_as_string(hide_password=False),
        "SHOW_ERROR_PAGES": True,
        "PROPAGATE_EXCEPTIONS": False,
    }
    made = create_app({**SETTINGS, **folders, **settings})
    made.logger.setLevel(logging.CRITICAL)
    yield made
    with made.app_context():
        db.engine.dispose()
