"""Whatever is committed gets its place, once, whoever commits late; and nobody who saves waits for it."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.db import db, is_sqlite, table, transaction
from app.jobs import engine
from app.ledger import jobs, operations, queries
from app.ledger.rules import COVERED
from app.models import HistoryEntry, LogEntry, LogHead, LogMark, LogNode, Organisation
from app.models.enums import Action, Entity, Role
from docs import verify
from tests.factories import NOW, make_lao, make_project, make_report
from tests.ledger.world import Asked, make_world, verified
from tests.worlds import Worlds


def entry_of(key: int) -> dict[str, Any]:
    return {
        "at": NOW,
        "actor_name": "test",
        "actor_role": Role.SYSTEM,
        "action": Action.RECORD,
        "entity": Entity.PROJECT,
        "entity_key": str(key),
        "after": {"dimension": 1},
        "organisation_id": db.session.scalar(select(func.max(Organisation.id))),
        "reason": "",
    }


def unplaced() -> int:
    placed = select(LogEntry.history_id)
    wanted = select(func.count()).select_from(HistoryEntry).where(HistoryEntry.id.not_in(placed))
    return db.session.scalar(wanted.where(HistoryEntry.entity.in_(COVERED))) or 0


def placed_keys() -> list[str]:
    db.session.rollback()
    joined = select(HistoryEntry.entity_key).join(LogEntry, LogEntry.history_id == HistoryEntry.id)
    return list(db.session.scalars(joined.order_by(LogEntry.seq)))


@contextmanager
def late_writer() -> Iterator[Connection]:
    """A connection with an entry that is written and not committed."""
    with db.engine.connect() as connection:
        yield connection
        connection.rollback()


def test_every_covered_entry_gets_one_place_and_its_hashes(app: Flask) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    assert jobs.sequence_all() == 2
    assert jobs.sequence_all() == 0
    rows = db.session.scalars(select(LogEntry).order_by(LogEntry.seq)).all()
    assert [row.seq for row in rows] == [0, 1]
    assert {row.pseudonym for row in rows} != {""}
    assert operations.chain_at(2) == rows[1].chain_hash
    assert db.session.scalars(select(LogNode)).one().hash == queries.root(2)


def test_parts_of_any_size_give_the_same_log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Restartable: each part is a transaction of its own."""
    lao = make_lao()
    for number in range(7):
        make_project(lao, key=f"00000000-0000-4000-8000-00000000000{number}")
    monkeypatch.setattr(operations, "AT_ONCE", 3)
    assert jobs.sequence_all() == 7
    jobs.begin()
    jobs.head_of_now()
    assert "all holds" in verified(app)


def test_who_signs_in_or_forgets_a_password_is_not_in_the_log(app: Flask) -> None:
    lao = make_lao().own_organisation_id
    with transaction():
        db.session.execute(
            insert(table(HistoryEntry)),
            [
                entry_of(1) | {"entity": entity, "action": action, "after": None, "organisation_id": lao}
                for entity, action in (
                    (Entity.PROFILE, Action.FILL),
                    (Entity.ACCOUNT, Action.SIGN_IN),
                    (Entity.ACCOUNT, Action.RESET_PASSWORD),
                    (Entity.MAIL, Action.QUEUE_REMINDER),
                )
            ],
        )
    assert jobs.sequence_all() == 0


@pytest.fixture
def postgresql(app: Flask) -> Flask:
    if is_sqlite(db.engine):
        pytest.skip("SQLite has one writer: entries are committed in the order of their ids")
    return app


def test_an_entry_that_commits_late_is_not_left_out(postgresql: Flask) -> None:
    """Its id was handed out first, entries after it got their places: the mark must wait for it."""
    make_lao()
    history = table(HistoryEntry)
    with late_writer() as late:
        late.execute(insert(history), entry_of(1))
        with transaction():
            db.session.execute(insert(history), [entry_of(2), entry_of(3)])
        for _minute in range(3):
            jobs.sequence_all()
            assert placed_keys() == ["2", "3"]
        assert db.session.get_one(LogMark, 1).settled_id == 0
        late.commit()
    assert jobs.sequence_all() == 1
    assert placed_keys() == ["2", "3", "1"]
    last = db.session.scalar(select(func.max(HistoryEntry.id)))
    for _minute in range(100):  # it waits for every transaction of the server, also for those of other tests
        jobs.sequence_all()
        db.session.expire_all()
        if db.session.get_one(LogMark, 1).settled_id == last:
            return
        sleep(0.05)
    pytest.fail("the mark stays behind")


def test_a_transaction_has_its_number_before_its_entry_has_one(postgresql: Flask) -> None:
    """Else the mark could pass a transaction that nobody can see yet."""
    with late_writer() as late:
        late.execute(
            text("CREATE FUNCTION pg_temp.seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
        )
        late.rollback()
        triggers = late.execute(
            text(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'history'::regclass AND tgname = 'history_number_first'"
            )
        )
        assert triggers.scalar() == "history_number_first"
        assert late.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar() is None
        late.execute(text("INSERT INTO history SELECT * FROM history WHERE false"))
        assert late.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar() is not None


@pytest.mark.parametrize("seed", range(12))
def test_in_any_order_of_commits_each_entry_is_placed_once(postgresql: Flask, seed: int) -> None:
    """Open, written, committed or taken back at random, with the sequencer in between."""
    make_lao()
    rng, history, number = random.Random(seed), table(HistoryEntry), 0
    open_: list[Connection] = []
    committed: set[str] = set()
    written: dict[int, list[str]] = {}
    try:
        for _step in range(60):
            deed = rng.random()
            if deed < 0.3 and len(open_) < 4:
                open_.append(db.engine.connect())
                written[id(open_[-1])] = []
            elif deed < 0.6 and open_:
                number += 1
                at = rng.choice(open_)
                at.execute(insert(history), entry_of(number))
                written[id(at)].append(str(number))
            elif deed < 0.8 and open_:
                at = open_.pop(rng.randrange(len(open_)))
                if rng.random() < 0.8:
                    at.commit()
                    committed.update(written[id(at)])
                at.close()
            else:
                with transaction():
                    operations.sequence(rng.randint(1, 5))
                db.session.rollback()
    finally:
        for at in open_:
            at.commit()
            committed.update(written[id(at)])
            at.close()
    jobs.sequence_all()
    jobs.sequence_all()
    placed = placed_keys()
    assert len(placed) == len(set(placed))
    assert set(placed) == committed
    assert unplaced() == 0


def test_a_mark_that_is_too_far_is_mended_by_looking_through_all(app: Flask) -> None:
    make_project(make_lao())
    with transaction():
        db.session.add(LogMark(id=1, settled_id=10**6, noted_id=10**6, noted_horizon=0))
    assert jobs.sequence_all() == 0
    assert jobs.sequence_all(from_the_beginning=True) == 1


def test_the_database_refuses_to_change_or_remove_what_is_in_the_log(app: Flask, worlds: Worlds) -> None:
    worlds.begin(make_world)
    statements = [
        "UPDATE log_entries SET pseudonym = 'x' WHERE seq = 1",
        "UPDATE log_entries SET leaf_hash = chain_hash WHERE seq = 1",
        "UPDATE log_entries SET commitments = '{}' WHERE seq = 0",
        "UPDATE log_nodes SET position = 99 WHERE level = 1",
        "UPDATE log_heads SET size = size + 1",
        *(f"DELETE FROM {name}" for name in ("log_entries", "log_nodes", "log_heads")),
    ]
    if not is_sqlite(db.engine):
        statements += [f"TRUNCATE {name}" for name in ("log_entries", "log_nodes", "log_heads")]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))
    assert "all holds" in verified(app)


def test_a_head_is_signed_every_hour_in_which_something_came(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    now = NOW
    monkeypatch.setattr("app.clock.now", lambda: now)
    lao = make_lao()
    make_project(lao)
    jobs.look_after_the_log()
    first = db.session.scalars(select(LogHead.size)).all()
    jobs.look_after_the_log()
    make_project(lao, key="11111111-1111-4111-8111-111111111112")
    jobs.look_after_the_log()
    assert db.session.scalars(select(LogHead.size)).all() == first
    now += jobs.HEAD_EVERY
    jobs.look_after_the_log()
    assert db.session.scalars(select(LogHead.size).order_by(LogHead.size)).all() == [*first, first[0] + 1]
    assert "2 signed heads" in verified(app)


def test_what_was_there_before_the_log_stands_in_it_once(app: Flask, worlds: Worlds) -> None:
    """Rows without an entry, or with entries that do not tell all: one more entry each, and none the second time."""
    worlds.begin(make_world)
    before = queries.size()
    jobs.begin()
    assert jobs.sequence_all() == 0
    stands = db.session.scalar(select(func.count()).where(HistoryEntry.action == Action.STAND)) or 0
    assert 0 < stands < before


def test_the_beginning_goes_on_where_it_stopped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    lao = make_lao()
    make_project(lao)
    assert not jobs.begin(0)
    with transaction():
        assert operations.stand("dimensions", 2, NOW)
    assert jobs.begin()
    jobs.head_of_now()
    assert "all holds" in verified(app)


def test_a_row_that_came_past_the_history_after_the_beginning_is_named(app: Flask, worlds: Worlds) -> None:
    worlds.begin(make_world)
    with transaction():
        db.session.execute(text("UPDATE projects SET name = 'อื่น' WHERE id = 1"))
    with pytest.raises(verify.Wrong, match=r'project 1 .*: name is "อื่น" in the tables'):
        verify.check(Asked(app), None, "", 1)


def test_witnesses_get_each_head_once_and_one_out_of_reach_stops_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(app.config, "LOG_WITNESSES", ["witness@example.org", " other@example.org"])
    monkeypatch.setitem(app.config, "MAIL_FOLDER", tmp_path / "mail")
    make_project(make_lao())
    jobs.look_after_the_log()
    jobs.look_after_the_log()
    mails = [path.read_text() for path in (tmp_path / "mail").iterdir()]
    assert len(mails) == 2
    saved = json.loads(next(line for line in mails[0].splitlines() if line.startswith("{")))
    assert "all holds" in verified(app, saved)

    def refused(*_given: object) -> None:
        raise OSError("out of reach")

    monkeypatch.setattr("app.mail.send", refused)
    jobs.tell_witnesses(db.session.scalars(select(LogHead)).one())


def test_witnesses_get_the_first_head_of_an_hour_also_where_a_receipt_asked_for_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.extensions.pop("jobs", None)
    told: list[int] = []
    monkeypatch.setitem(app.config, "LOG_WITNESSES", ["witness@example.org"])
    monkeypatch.setattr(jobs, "tell_witnesses", lambda head: told.append(head.size))
    heads = []
    for number, minutes in enumerate((10, 20, 59, 61, 62, 119, 125)):
        monkeypatch.setattr(clock, "now", lambda at=NOW + timedelta(minutes=minutes - 32): at)
        make_project(make_lao(f"665080{number}"))
        head = jobs.head_of_now()
        assert head
        heads.append(head.size)
        engine(app).work_off()
    assert told == [heads[0], heads[3], heads[6]]
    jobs.head_of_now()
    engine(app).work_off()
    assert len(told) == 3
