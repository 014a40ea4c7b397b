"""On PostgreSQL the app runs as a role that can add to history and log, and neither change nor remove."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import db, is_sqlite, transaction
from app.ledger import jobs
from app.ledger.rights import APPEND_ONLY
from app.nacc.blackouts.operations import black_out
from app.nacc.blackouts.rules import BlackedText
from tests.factories import NOW, facts, make_project, make_report
from tests.ledger.world import World, make_world, verified

ROLE = "eplannacc_app_test"


def as_app(statement: str) -> None:
    with transaction():
        db.session.execute(text(f"SET LOCAL ROLE {ROLE}"))
        db.session.execute(text(statement))


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    if is_sqlite(db.engine):
        pytest.skip("SQLite knows no roles")
    made = make_world()
    with transaction():
        db.session.execute(text(f"CREATE ROLE {ROLE}"))
        # and one that was given too much, as by hand, or by PostgreSQL 14 to everybody
        db.session.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}"))
        db.session.execute(text(f"GRANT CREATE ON SCHEMA public TO PUBLIC, {ROLE}"))
    try:
        done = app.test_cli_runner().invoke(args=["log", "rights", ROLE])
        assert done.exit_code == 0, done.output
        yield made
    finally:
        db.session.rollback()
        with transaction():
            db.session.execute(text(f"DROP OWNED BY {ROLE}"))
            db.session.execute(text(f"DROP ROLE {ROLE}"))


def test_the_role_can_neither_change_nor_remove_what_was_told(world: World) -> None:
    refused = [f"DELETE FROM {name}" for name in APPEND_ONLY] + [f"TRUNCATE {name}" for name in APPEND_ONLY]
    refused += ["UPDATE history SET reason = 'x'", "UPDATE history SET at = now()", "UPDATE log_heads SET size = 1"]
    refused += ["UPDATE log_entries SET leaf_hash = chain_hash", "UPDATE log_nodes SET level = 9"]
    for statement in refused:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            as_app(statement)
    with pytest.raises(DBAPIError, match="append-only"):
        as_app("UPDATE history SET after = '{}'")


@pytest.mark.parametrize("table", [*APPEND_ONLY, "projects"])
def test_the_role_can_change_no_table_nor_what_watches_over_it(world: World, table: str) -> None:
    for statement in (
        f"ALTER TABLE {table} ADD COLUMN own int",
        f"ALTER TABLE {table} DROP COLUMN id",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"ALTER TABLE {table} RENAME TO own",
        f"ALTER TABLE {table} OWNER TO {ROLE}",
        f"TRUNCATE {table} CASCADE",
        f"DROP TABLE {table} CASCADE",
        f"CREATE INDEX own ON {table} ((true))",
        f"CREATE TRIGGER own BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"CREATE RULE own AS ON INSERT TO {table} DO INSTEAD NOTHING",
        "DROP TRIGGER history_no_update ON history",
        "SET LOCAL session_replication_role = replica",
        "CREATE TABLE own ()",
        "CREATE VIEW own AS SELECT 1",
        "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA own",
    ):
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            as_app(statement)


def test_the_role_can_do_all_that_the_app_does(app: Flask, world: World) -> None:
    """Each transaction as the role: saving, the sequencer, a head, blacking out."""
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {db.engine.url.database} SET role = '{ROLE}'"))
    db.engine.dispose()
    try:
        make_report(world.lao, make_project(world.lao, facts("โครงการของบทบาท")))
        jobs.head_of_now()
        with transaction():
            black_out(world.admin, world.kept, BlackedText.NAME, "ชื่อบุคคล", NOW)
        jobs.head_of_now()
        assert db.session.scalar(text("SELECT current_user")) == ROLE
        assert "all holds" in verified(app)
    finally:
        db.session.remove()
        db.engine.dispose()
        with db.engine.connect() as connection:
            connection.execute(text("SET ROLE NONE"))
            connection.execute(text(f"ALTER DATABASE {db.engine.url.database} RESET role"))
            connection.commit()
        db.engine.dispose()


def test_the_sql_can_be_read_before(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["log", "rights", "web app", "--print"])
    if is_sqlite(db.engine):
        assert done.exit_code == 1
    else:
        assert 'REVOKE UPDATE, DELETE ON history, log_entries, log_nodes, log_heads FROM "web app"' in done.output
