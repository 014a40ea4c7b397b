"""The migrations make what the models say, on both engines, and can be taken back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, Connection, MetaData, TextClause, create_engine, inspect, text

from app.db import Base, db, is_sqlite
from config import ROOT

MODELLED = "modelled"  # the schema of PostgreSQL that is made from the models


def _differences() -> list[object]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, db.metadata))


def _tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


@contextmanager
def _made_from(metadata: MetaData) -> Iterator[Connection]:
    """A database of the same engine that no migration has seen; gone afterwards."""
    engine = create_engine("sqlite://") if is_sqlite(db.engine) else db.engine
    with engine.connect() as connection:
        if engine is db.engine:
            connection.execute(text(f"CREATE SCHEMA {MODELLED}"))
            connection.execute(text(f"SET LOCAL search_path = {MODELLED}"))
        metadata.create_all(connection)
        yield connection
        connection.rollback()


def _told(connection: Connection, schema: str | None = None) -> dict[tuple[str, str, str], str]:
    """All that the database itself tells of its tables: by table, kind and name, in its own words.

    Alembic compares no CHECK, and so no choice of an enum; no WHERE of an index; no collation.
    """
    inspector = inspect(connection)
    told: dict[tuple[str, str, str], str] = {}
    kinds = ("columns", "check_constraints", "foreign_keys", "unique_constraints", "indexes", "pk_constraint")
    for table in sorted(set(inspector.get_table_names(schema)) - {"alembic_version"}):
        for kind in kinds:
            found: Any = getattr(inspector, f"get_{kind}")(table, schema)
            for each in found if isinstance(found, list) else [found]:
                told[table, kind, each["name"] or ""] = _words(each)
    return told


def _words(fact: Any) -> str:
    """A fact in one line, without the schema it stands in."""
    if isinstance(fact, dict):
        return ", ".join(f"{name} {_words(fact[name])}" for name in sorted(fact))
    words = str(fact) if isinstance(fact, str | TextClause) else repr(fact)
    words = words.replace(f'"{MODELLED}".', "").replace(f"{MODELLED}.", "")
    return "None" if words == MODELLED else " ".join(words.split())


def _apart(metadata: MetaData) -> set[tuple[str, str, str]]:
    """What the migrated database and one made from `metadata` tell differently."""
    with _made_from(metadata) as connection:
        modelled = _told(connection, None if is_sqlite(db.engine) else MODELLED)
    with db.engine.connect() as connection:
        migrated = _told(connection)
    return {key for key in modelled.keys() | migrated.keys() if modelled.get(key) != migrated.get(key)}


def test_models_and_migrations_agree_also_after_going_back_and_forth(app: Flask) -> None:
    assert _differences() == []
    assert _apart(db.metadata) == set()
    tables = _tables()
    assert tables == set(db.metadata.tables)
    downgrade(revision="base")
    assert _tables() == set()
    upgrade()
    assert _tables() == tables
    assert _differences() == []
    assert _apart(db.metadata) == set()


def test_a_choice_an_index_or_a_carried_key_without_a_migration_is_seen(app: Flask) -> None:
    """What alembic's own comparison lets through: a new kind of LAO was an IntegrityError at its first import."""
    planned = MetaData(naming_convention=db.metadata.naming_convention)
    for known in db.metadata.sorted_tables:
        known.to_metadata(planned)
    assert _apart(planned) == set()

    organisations, reports = planned.tables["organisations"], planned.tables["reports"]
    checks = {str(each.name): each for each in organisations.constraints if isinstance(each, CheckConstraint)}
    checks["ck_organisations_type"].sqltext = text("type IN ('sao', 'a new kind')")
    (left_out,) = (index for index in reports.indexes if index.name == "ix_reports_left_out")
    reports.indexes.remove(left_out)
    (carried,) = (each for each in reports.foreign_key_constraints if "counted" in each.columns)
    carried.onupdate = None
    assert {(table, kind) for table, kind, _name in _apart(planned)} == {
        ("organisations", "check_constraints"),
        ("reports", "indexes"),
        ("reports", "foreign_keys"),
    }


def test_the_table_of_where_rows_would_lie_has_every_table_once() -> None:
    """What carries the key is what the model says; nothing else is said to carry it."""
    lines = (ROOT / "docs/decisions/0043-beyond-one-machine.md").read_text().splitlines()
    told = [
        re.findall("`([a-z_]+)`", line.rsplit(" | ", 1)[1])
        for line in lines
        if line.startswith("| ") and " | `" in line
    ]
    by_key, *others = told
    tables = Base.metadata.tables
    assert sorted(name for part in told for name in part) == sorted(tables)
    assert {name for name in by_key if not tables[name].c.organisation_id.nullable} == set(by_key)
    carried = {name for name, found in tables.items() if "organisation_id" in found.c}
    assert carried - set(by_key) == {"accounts", "history", "internal_notes", "mail_log", "proposed_rows"}
    assert len(others) == 3
