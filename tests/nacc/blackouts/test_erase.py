"""A person is forgotten: no table and no public file has the name, and the log stays valid."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Refusal
from app.history.operations import stand_again
from app.ledger import jobs
from app.models import Account, ActorPseudonym, HistoryEntry, LogEntry
from app.models.enums import Role
from app.nacc.blackouts.operations import erase_person
from docs import verify
from tests.factories import NOW, make_staff
from tests.ledger.world import LATER, World, make_world, verified
from tests.worlds import Worlds


@pytest.fixture
def world(app: Flask, worlds: Worlds) -> World:
    return worlds.begin(make_world)


def everything() -> str:
    names = ("accounts", "history", "log_entries", "actor_pseudonyms", "projects")
    return "".join(str(db.session.execute(text(f"SELECT * FROM {name}")).all()) for name in names)


def test_nothing_has_the_name_any_more_and_the_log_holds(app: Flask, world: World) -> None:
    other = actor_of(make_staff("second", Role.ADMINISTRATOR).id)
    with transaction():
        stand_again("accounts")
    jobs.begin()
    pseudonym = db.session.scalar(
        select(ActorPseudonym.pseudonym).where(ActorPseudonym.account_id == world.admin.account_id)
    )
    assert "somsri" in everything()
    with transaction():
        erase_person(other, "somsri", "ลาออก ขอให้ลบ", LATER)
    jobs.head_of_now()
    assert "somsri" not in everything()
    assert "all holds" in verified(app)
    assert db.session.scalars(select(LogEntry).where(LogEntry.pseudonym == pseudonym)).all()
    assert pseudonym not in db.session.scalars(select(ActorPseudonym.pseudonym)).all()
    names = set(
        db.session.scalars(select(HistoryEntry.actor_name).where(HistoryEntry.actor_id == world.admin.account_id))
    )
    assert names == {"ลบชื่อแล้ว"}


def test_whose_rights_the_log_tells_of_is_forgotten_with_them(app: Flask, world: World) -> None:
    """Invited, changed and locked: name and user name stood in the history of their account."""
    stored = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "account")).all()
    assert any("นายขจร" in str(entry.after) for entry in stored)
    with transaction():
        erase_person(world.admin, "officer65", "ขอให้ลบ", LATER)
    db.session.expire_all()
    jobs.head_of_now()
    stored = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "account")).all()
    assert not any("นายขจร" in str(entry.after) or "officer65" in str(entry.after) for entry in stored)
    assert "all holds" in verified(app)


def test_an_erased_account_that_comes_alive_again_is_noticed(app: Flask, world: World) -> None:
    with transaction():
        erase_person(world.admin, "officer65", "ขอให้ลบ", LATER)
    jobs.head_of_now()
    with transaction():
        db.session.execute(text("UPDATE accounts SET password_hash = 'x' WHERE display_name = 'ลบชื่อแล้ว'"))
    with pytest.raises(verify.Wrong, match="no entry of the log made it"):
        verified(app)


def test_the_last_administrator_and_nobody_cannot_be_erased(world: World) -> None:
    with pytest.raises(Refusal), transaction():
        erase_person(world.admin, "somsri", "x", NOW)
    with pytest.raises(NotTheirs), transaction():
        erase_person(world.admin, "nobody", "x", NOW)


def test_the_command_says_what_it_did(app: Flask, world: World) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["accounts", "erase", "officer65", "--reason", "ขอให้ลบ"])
    assert done.exit_code == 0, done.output
    assert db.session.scalar(select(Account.id).where(Account.username == "officer65")) is None
    assert runner.invoke(args=["accounts", "erase", "officer65", "--reason", "x"]).exit_code == 1
    assert runner.invoke(args=["accounts", "erase", "somsri", "--reason", "x"]).exit_code == 1
