"""What happened stays as it was written, whoever holds the app."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.access import system
from app.clock import BANGKOK
from app.db import db, transaction
from app.history.operations import record
from app.models import HistoryEntry
from app.models.enums import Action, Entity, Kind, Role
from tests.factories import NOW, make_lao, make_project
from tests.pages import kept


def test_the_database_itself_refuses_to_change_or_remove_an_entry(app: Flask) -> None:
    make_project(make_lao())
    before = kept()["history"]
    assert before
    statements = [
        "UPDATE history SET actor_name = 'nobody'",
        "UPDATE history SET reason = reason",
        "DELETE FROM history",
        "DELETE FROM history WHERE id = 1",
    ]
    if db.engine.dialect.name == "postgresql":
        statements += ["TRUNCATE history CASCADE", "TRUNCATE organisations CASCADE"]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))
    assert kept()["history"] == before


def test_an_entry_keeps_facts_as_plain_words(app: Flask) -> None:
    facts = {
        "score": Decimal("10.50"),
        "kind": Kind.MEASURE,
        "opens_at": datetime(2018, 4, 2, 14, 32, tzinfo=BANGKOK),
        "document_date": date(2018, 4, 2),
        "budgets": {2561: Decimal("1.00"), 2562: None},
        "quarters": (1, 2),
        "name": "โครงการ “ดี”\n\N{PARTY POPPER}",
    }
    with transaction():
        record(system("test"), Action.SET, Entity.SETTING, 7, after=facts, at=NOW)
    entry = db.session.scalars(select(HistoryEntry)).one()
    assert entry.before is None
    assert entry.after == {
        "score": "10.50",
        "kind": "measure",
        "opens_at": "2018-04-02T14:32:00+07:00",
        "document_date": "2018-04-02",
        "budgets": {"2561": "1.00", "2562": None},
        "quarters": [1, 2],
        "name": "โครงการ “ดี”\n\N{PARTY POPPER}",
    }
    assert (entry.actor_role, entry.actor_name, entry.actor_id, entry.entity_key) == (Role.SYSTEM, "test", None, "7")
    assert entry.at == NOW
    new = db.session.scalars(select(HistoryEntry.id).where(HistoryEntry.before.is_(None))).all()
    assert new == [entry.id]  # nothing is NULL, not the word null


def test_a_deed_that_fails_leaves_no_entry(app: Flask) -> None:
    with pytest.raises(DBAPIError), transaction():  # noqa: PT012 - the second step fails
        record(system("test"), Action.SET, Entity.SETTING, 1)
        db.session.execute(text("SELECT nothing"))
    assert kept()["history"] == []
