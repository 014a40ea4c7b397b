"""The suite's own databases: what makes a thousand tests on PostgreSQL quick must not stop working unseen.

And what a connection keeps from one request to the next.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from app.db import db, is_sqlite, read_at_one_moment, transaction
from app.turns import TURN, Queue, Rank, aside
from tests.client import Client
from tests.conftest import Postgresql, Sqlite
from tests.factories import make_lao, make_project, make_report
from tests.nacc.stored import stored_rows
from tests.pages import enter
from tests.worlds import Worlds

OFTEN = 7  # psycopg prepares what is asked for a sixth time
PREPARED = text("SELECT statement FROM pg_prepared_statements")


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


def test_a_world_is_put_back_as_it_was_made_whatever_a_test_did_to_it(
    app: Flask, worlds: Worlds, database: Sqlite | Postgresql
) -> None:
    """With its history, which nobody can change, and with the numbers that come next."""
    # given a world that was made once, and what a test did in it and in the empty database before
    made, rows = worlds.begin(_small_world), stored_rows()
    deeds = ("UPDATE projects SET name = 'x'", "DELETE FROM reports", "UPDATE districts SET name = 'x'")
    for again in range(2):
        for deed in deeds:
            with transaction():
                db.session.execute(text(deed))
        make_project(make_lao(f"665080{again}"))
        made["project"] = 0

        # when the next one begins with it
        db.session.remove()
        db.engine.dispose()
        database.fresh()
        if again:
            make_lao("6650808")
        made = worlds.begin(_small_world)

        # then
        assert stored_rows() == rows
        assert made == {"project": 1}
        assert make_project(make_lao("6650808")) == 2
    db.session.remove()
    db.engine.dispose()
    database.fresh()
    assert not stored_rows()["projects"]


def _small_world() -> dict[str, int]:
    lao = make_lao()
    project = make_project(lao)
    make_report(lao, project)
    return {"project": project}


@pytest.fixture
def one_connection(app: Flask) -> Iterator[None]:
    """The pool has one connection, so what it keeps can be looked at."""
    if is_sqlite(db.engine):
        pytest.skip("a statement costs no plan there")
    db.session.remove()
    db.engine.dispose()
    yield
    db.session.remove()
    assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined]


def prepared() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(PREPARED))


@pytest.mark.usefixtures("one_connection")
def test_what_is_asked_often_is_planned_once_for_all_requests(client: Client) -> None:
    # Given somebody who looks at a page again and again
    actor = make_lao()
    enter(client, actor.account_id)
    db.session.remove()
    db.engine.dispose()
    # When
    for each in range(OFTEN):  # under another address each time, for a list is kept by its own
        assert client.get(f"/projects?year=2561&x={each}").status_code == 200
    # Then the connection, back in the pool, still has what was prepared on it
    assert any("FROM projects" in each for each in prepared())


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("way", ["at one moment", "aside"])
def test_nor_does_waiting_or_reading_at_one_moment_forget_it(app: Flask, way: str) -> None:
    # Given a request that asked often for the same
    turns, asked = Queue(1), text("SELECT 'kept'")
    turns.acquire(Rank.SAVES)
    with app.test_request_context("/", environ_base={TURN: turns}):
        for _each in range(OFTEN):
            db.session.scalar(asked)
        # When it lets others go on meanwhile, or reads more at one moment
        with aside() if way == "aside" else read_at_one_moment():
            pass
        # Then
        db.session.remove()
        assert "SELECT 'kept'" in prepared()
