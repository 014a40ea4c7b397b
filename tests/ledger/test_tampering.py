"""Whoever holds the database can change any row of it; the verifier finds every change, and takes nothing for one."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from app.db import db, is_sqlite, table
from app.ledger import heads, merkle, operations, queries
from app.ledger.rules import canonical, entry
from app.models import (
    Account,
    AccountProvince,
    Dimension,
    FixedDocument,
    FixedRound,
    FixedSum,
    FormerFacts,
    HistoryEntry,
    LogEntry,
    LogHead,
    LogNode,
    MinimumScore,
    Organisation,
    PlanPeriod,
    PlanYear,
    Project,
    ProjectDimension,
    ProjectYear,
    Report,
    Score,
    Succession,
    Window,
    WindowException,
)
from app.models.enums import Entity, ReportStatus, Round
from docs import verify
from tests.factories import YEAR
from tests.ledger.deeds import some_deed
from tests.ledger.world import LATER, World, as_attacker, drop_triggers, make_world, verified_within
from tests.worlds import Worlds

# What a row tells, by its table: each of these is noticed when it is another.
COLUMNS: dict[Any, str] = {
    Organisation: "code name type province_code district_code founded_at closed_at",
    FormerFacts: "until code name type province_code district_code",
    Succession: "at document document_date",
    PlanPeriod: "first_year last_year",
    Dimension: "name max_score_hundredths",
    Window: "opens_at closes_at",
    WindowException: "closes_at reason",
    MinimumScore: "score_hundredths",
    Account: "role locked_at",
    AccountProvince: "province_code",
    PlanYear: "status sar_closed_at published_at",
    Score: "sar_hundredths evaluation_hundredths",
    Project: "organisation_id name kind dimension quarters target_group objective review_status review_reason "
    "reviewed_at created_at deleted_at",
    ProjectYear: "fiscal_year plan_budget_satang organisation_id province_code dimension counted",
    ProjectDimension: "dimension",
    Report: "status ordinance_budget_satang spent_satang cannot_reason cannot_text note obstacles suggestions "
    "reported_at organisation_id province_code dimension counted",
    FixedRound: "edition in_force closed_at code name type province_code district_code district plan_status level "
    "in_progress done cannot waiting",
    FixedSum: "in_progress done cannot waiting in_ordinance planned_satang ordinance_satang spent_satang",
    FixedDocument: "document",
    HistoryEntry: "at actor_role action entity entity_key organisation_id before after reason",
    LogEntry: "pseudonym subject commitments chain_hash",
    LogHead: "size root chain_hash at key signature",
}
EDITS = [(model, column) for model, columns in COLUMNS.items() for column in columns.split()]
IN_THE_LOG = select(LogEntry.history_id)


@pytest.fixture
def world(app: Flask, worlds: Worlds) -> Iterator[World]:
    made = worlds.begin(make_world)
    drop_triggers()
    yield made
    db.session.rollback()


def noticed() -> str:
    """What the verifier says of the changes in this transaction, which end here."""
    db.session.flush()
    try:
        with pytest.raises(verify.Wrong) as found:
            verified_within()
    finally:
        db.session.rollback()
    return str(found.value)


def _rows(model: Any) -> list[Any]:
    known = table(model)
    wanted = select(known).order_by(*known.primary_key.columns)
    if model is HistoryEntry:
        wanted = wanted.where(known.c.id.in_(IN_THE_LOG))
    if model is Account:
        wanted = wanted.where(known.c.username.is_not(None))
    if model is FixedSum:
        wanted = wanted.where(known.c.done > 0)
    if model is Report:
        wanted = wanted.where(known.c.status != ReportStatus.NOT_REPORTED)
    return list(db.session.execute(wanted))


def _at(known: Table, row: Any) -> Any:
    return [column == row._mapping[column.key] for column in known.primary_key.columns]


def another(value: Any, rng: random.Random, column: Any) -> Any:
    """A value that the column holds as well as `value`, and is another."""
    if column.foreign_keys or hasattr(column.type, "enums"):
        return rng.choice([each for each in _choices(column) if each != value])
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return _another_inside(value, rng)
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, tuple):
        return tuple({1, 2, 3, 4} - set(value)) or (1,)
    if isinstance(value, str):
        return value[:-1] + ("8" if value[-1:] != "8" else "9")
    if value is None:
        return None if column.nullable is False else _something(column)
    return value + (timedelta(days=1) if isinstance(value, date) else type(value)(1))


def _choices(column: Any) -> list[Any]:
    if hasattr(column.type, "enums"):
        return list(column.type.enums)
    source = column
    while source.foreign_keys:
        source = min(source.foreign_keys, key=str).column
    return list(db.session.scalars(select(source)))


def _something(column: Any) -> Any:
    kinds = {
        "UtcDateTime": LATER,
        "Baht": Decimal(1),
        "Hundredths": Decimal(1),
        "JSON": {"x": 1},
        "String": "x",
        "Text": "x",
    }
    return kinds.get(type(column.type).__name__, 1)


def _another_inside(value: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    if not value:
        return {"added": 1}
    personal = {"username", "name"} if "role" in value else set()  # of an account: not in the log
    name = rng.choice(sorted(value.keys() - personal))
    kept = {other: each for other, each in value.items() if other != name}
    return kept if rng.random() < 0.5 else kept | {name: f"{json.dumps(value[name])}!"}


def edit(model: Any, column: str, rng: random.Random) -> None:
    """Another value in one column of some row: of the first at random that the database lets have one."""
    known = table(model)
    rows = _rows(model)
    for row in rng.sample(rows, len(rows)):
        if column == "reason" and not row.reason:
            continue
        if column == "entity_key" and row.entity == Entity.ACCOUNT:
            continue  # of an account the log has the pseudonym alone
        new = another(row._mapping[column], rng, known.c[column])
        try:
            with db.session.begin_nested():
                db.session.execute(update(known).where(*_at(known, row)).values({column: new}))
        except DBAPIError:
            continue
        return
    raise LookupError(f"no {column} of {known.name} can be another")


def remove(model: Any, rng: random.Random) -> None:
    known = table(model)
    db.session.execute(delete(known).where(*_at(known, rng.choice(_rows(model)))))


def swap(model: Any, rng: random.Random) -> None:
    """Two entries in each other's place: the rows as they are, their order another."""
    known = table(model)
    one, two = rng.sample(_rows(model), 2)
    (key,) = known.primary_key.columns
    spare = 2_000_000_000
    for old, new in ((one[0], spare), (two[0], one[0]), (spare, two[0])):
        db.session.execute(update(known).where(key == old).values({key.key: new}))


def slip_in(rng: random.Random) -> None:
    """An entry between two others, with all that follows moved by one."""
    after = rng.choice(_rows(LogEntry))
    rows = [row for row in _rows(LogEntry) if row.seq >= after.seq]
    for row in reversed(rows):
        db.session.execute(update(table(LogEntry)).where(LogEntry.seq == row.seq).values(seq=row.seq + 1))
    copied = db.session.execute(select(table(HistoryEntry)).where(HistoryEntry.id == after.history_id)).one()
    new_id = (db.session.scalar(select(func.max(HistoryEntry.id))) or 0) + 1
    db.session.execute(insert(table(HistoryEntry)), dict(copied._mapping) | {"id": new_id})
    db.session.execute(insert(table(LogEntry)), dict(after._mapping) | {"history_id": new_id})


def cut_the_end(rng: random.Random) -> None:
    cut = rng.randint(1, 10)
    last = queries.size()
    db.session.execute(delete(table(LogEntry)).where(LogEntry.seq >= last - cut))


def tell_what_never_was(rng: random.Random) -> None:
    """A history entry that no row bears out, placed by the sequencer as any other."""
    rows = [row for row in _rows(HistoryEntry) if row.entity in ("project", "report", "scores") and row.after]
    copied = dict(rng.choice(rows)._mapping)
    new_id = (db.session.scalar(select(func.max(HistoryEntry.id))) or 0) + 1
    told = {"dimension": 4, "spent": "77.00", "sar_1": "1.23"}
    db.session.execute(insert(table(HistoryEntry)), copied | {"id": new_id, "after": copied["after"] | told})
    operations.sequence()


def forge(rng: random.Random) -> None:
    """Another text in the history, and every hash after it made anew; only the signed heads cannot be."""
    edit(HistoryEntry, rng.choice(["at", "reason", "organisation_id"]), rng)
    chain = bytes(32)
    for row in db.session.execute(queries.IN_LOG.order_by(LogEntry.seq)).all():
        leaf = merkle.leaf_hash(
            canonical(entry(row.seq, queries.told(row), row.pseudonym, row.subject, row.commitments))
        )
        chain = merkle.hashlib.sha256(chain + leaf).digest()
        place = update(table(LogEntry)).where(LogEntry.seq == row.seq)
        db.session.execute(place.values(leaf_hash=leaf, chain_hash=chain))


def add_row(rng: random.Random) -> None:
    """A row that no entry made."""
    model = rng.choice([Project, Report, Window, Organisation, ProjectDimension, MinimumScore, WindowException])
    known, row = table(model), rng.choice(_rows(model))
    values = {column.key: row._mapping[column.key] for column in known.columns if column.computed is None}
    for column in known.primary_key.columns if model is not ProjectDimension else ():
        values[column.key] = (
            900 + rng.randint(1, 99) if column.key not in ("fiscal_year", "round") else values[column.key]
        )
    if model in (Window, MinimumScore):
        values["fiscal_year"] = 2600 + rng.randint(1, 90)
    values |= {name: None for name in ("submission_key",) if name in values}
    values |= {"dimension": rng.randint(5, 9)} if model is ProjectDimension else {}
    values |= {"code": "9999999"} if model is Organisation else {}
    db.session.execute(insert(known), values)


@pytest.mark.parametrize("model", COLUMNS, ids=lambda model: model.__name__)
def test_another_value_in_any_column_is_noticed(world: World, model: Any) -> None:
    missed = []
    for column in COLUMNS[model].split():
        as_attacker()
        edit(model, column, random.Random(1))
        try:
            assert noticed()
        except pytest.fail.Exception:
            missed.append(column)
    assert missed == []


@pytest.mark.parametrize("model", [each for each in COLUMNS if each is not LogHead], ids=lambda model: model.__name__)
def test_a_missing_row_is_noticed(world: World, model: Any) -> None:
    as_attacker()
    remove(model, random.Random(1))
    assert noticed()


def test_a_report_line_that_waits_and_is_gone_is_noticed_while_its_round_is_open(world: World) -> None:
    # Given a project that waits for its report of round 12: it stands below the line of the percent
    waits = (Report.project_id == world.kept, Report.fiscal_year == YEAR + 1, Report.round == int(Round.TWELVE))
    as_attacker()
    # When somebody takes the line away
    gone = db.session.execute(delete(table(Report)).where(*waits)).rowcount  # type: ignore[attr-defined]
    # Then the log names the project
    assert gone == 1
    assert f"project {world.kept} " in noticed()


def test_two_entries_in_each_others_place_are_noticed(world: World) -> None:
    for model in (HistoryEntry, LogEntry):
        as_attacker()
        swap(model, random.Random(2))
        assert noticed().startswith("entry ")


def test_an_entry_slipped_in_is_noticed_and_named(world: World) -> None:
    as_attacker()
    slip_in(random.Random(2))
    assert noticed().startswith("entry ")


def test_an_edited_entry_is_named(world: World) -> None:
    for changed, seq in (({"entity_key": "77"}, 5), ({"actor_role": "system"}, 9)):
        as_attacker()
        id_ = select(LogEntry.history_id).where(LogEntry.seq == seq).scalar_subquery()
        db.session.execute(update(table(HistoryEntry)).where(HistoryEntry.id == id_).values(changed))
        assert noticed().startswith(f"entry {seq}:")


def test_a_cut_end_is_noticed_by_the_heads_that_were_signed(world: World) -> None:
    as_attacker()
    cut_the_end(random.Random(2))
    assert "the end of it is gone" in noticed()


def test_a_forged_history_with_every_hash_made_anew_meets_the_signed_heads(world: World) -> None:
    as_attacker()
    forge(random.Random(3))
    assert "no beginning of today's log" in noticed()


def test_where_all_heads_go_too_one_that_was_saved_earlier_tells(world: World, app: Flask) -> None:
    """Cut, forged, and signed anew by whoever has the key as well: only a head kept elsewhere can tell."""
    saved = heads.published(queries.latest_head())  # type: ignore[arg-type]
    as_attacker()
    cut_the_end(random.Random(2))
    for known in (LogHead, LogNode):
        db.session.execute(delete(table(known)))
    forge(random.Random(4))
    size = queries.size()
    leaves = list(db.session.scalars(select(LogEntry.leaf_hash).order_by(LogEntry.seq)))
    db.session.execute(delete(table(LogNode)))
    nodes = merkle.grown(0, leaves, lambda _level, _position: b"")
    db.session.execute(insert(table(LogNode)), [node._asdict() for node in nodes])
    db.session.add(
        heads.signed(size, queries.root(size), operations.chain_at(size), LATER, app.config["LOG_SIGNING_KEY"])
    )
    db.session.flush()
    with pytest.raises(verify.Wrong, match="head of"):
        verified_within(saved)
    db.session.rollback()


def test_an_entry_of_what_never_was_is_noticed(world: World) -> None:
    as_attacker()
    tell_what_never_was(random.Random(1))
    assert noticed()


KINDS: list[Callable[[random.Random], None]] = [
    *[lambda rng: edit(*rng.choice(EDITS), rng)] * 6,
    lambda rng: remove(rng.choice([model for model in COLUMNS if model is not LogHead]), rng),
    lambda rng: swap(rng.choice([HistoryEntry, LogEntry]), rng),
    slip_in,
    cut_the_end,
    tell_what_never_was,
    forge,
    add_row,
]


def tries() -> int:
    """All on one engine; the verifier reads the same published lines of the other, where some are enough."""
    return 1_000 if is_sqlite(db.engine) else 100


def test_a_thousand_random_changes_are_all_noticed(world: World) -> None:
    missed = []
    tried = seed = 0
    while tried < tries():
        seed += 1
        rng = random.Random(seed)
        as_attacker()
        try:
            with db.session.begin_nested():
                rng.choice(KINDS)(rng)
        except (DBAPIError, LookupError):  # the database itself refuses that one
            db.session.rollback()
            continue
        tried += 1
        try:
            verified_within()
            missed.append(seed)
        except verify.Wrong:
            pass
        db.session.rollback()
    assert not missed


def test_a_thousand_untouched_logs_give_no_alarm(world: World) -> None:
    """Each with another deed on top, of every kind, up to four of them; a refused one leaves nothing behind."""
    for number in range(tries()):
        rng = random.Random(number)
        some_deed(world, rng)
        while operations.sequence():
            pass
        if rng.random() < 0.3:
            operations.sign_head(current_app.config["LOG_SIGNING_KEY"], LATER)
        assert "all holds" in verified_within(), number
        if number % 4 == 3:
            db.session.rollback()
