"""The suite's own databases: what makes a thousand tests on PostgreSQL quick must not stop working unseen."""

import pytest
from flask import Flask

from app.db import db
from tests.conftest import Postgresql, Sqlite
from tests.factories import make_lao


def test_a_database_is_put_back_not_made_anew(app: Flask, database: Sqlite | Postgresql) -> None:
    # Given a test that left rows behind
    if isinstance(database, Sqlite):
        pytest.skip("a file is copied")
    make_lao()
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    # When the next one asks for a fresh database
    put_back = database.put_back()
    # Then the rows are gone from the same one
    assert put_back
