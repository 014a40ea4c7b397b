"""Growing the log: giving history entries their place, and signing heads. Whoever writes the history waits for none."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, select, text, update

from app.access import system
from app.db import db, is_sqlite, table
from app.history.operations import entry as history_entry
from app.history.operations import record_all
from app.ledger import heads, live, merkle, queries
from app.ledger.live import LiveRow
from app.ledger.replay import replayed
from app.ledger.rules import BLACKED_OUT, ERASED, Told, canonical, commitments, digest, entry
from app.models import ActorPseudonym, HistoryEntry, LogEntry, LogHead, LogMark, LogNode, LogStand
from app.models.enums import Action, Entity

AT_ONCE = 500
AT_ONCE_ON_SQLITE = 100  # where nobody else can write meanwhile
LOCK = 20_187  # PostgreSQL's advisory locks have numbers; nobody but the sequencer takes this one
NO_CHAIN = bytes(32)
_H, _L, _A = table(HistoryEntry).c, table(LogEntry).c, table(ActorPseudonym).c


def sequence(limit: int = AT_ONCE, *, from_the_beginning: bool = False) -> int:
    """Give at most `limit` history entries that have none their place in the log; how many. 0: nothing waits.

    Whatever is committed is placed, in whichever order it was committed: entries above the mark are asked for one by
    one, and the mark moves only over what nobody can add to any more. `from_the_beginning`: do not trust the mark.
    """
    hold()
    mark = db.session.get(LogMark, 1) or LogMark(id=1, settled_id=0, noted_id=0, noted_horizon=0)
    horizon = _horizon()
    rows = queries.unplaced(0 if from_the_beginning else mark.settled_id, limit)
    _place_entries([_entry_of(row) for row in rows])
    if len(rows) < limit:
        _move_mark(mark, horizon)
    return len(rows)


def part() -> int:
    """How many entries or rows one transaction takes."""
    return min(AT_ONCE, AT_ONCE_ON_SQLITE) if is_sqlite(db.engine) else AT_ONCE


def place_everything() -> None:
    """Give all that is committed its place, in this transaction; nobody gives another one before it ends."""
    while sequence():
        pass


def hold() -> None:
    """Be the only one who gives places, until this transaction ends. On SQLite whoever writes is that already."""
    if not is_sqlite(db.engine):
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))


class Horizon(NamedTuple):
    """The last history entry seen, and PostgreSQL's transactions: all below `ended` are over, all below `begun` begun.

    A transaction has its number before the first of its history entries has its own (a trigger sees to it). So those
    that may still commit an entry below `last` are all below `begun`.
    """

    last: int
    ended: int
    begun: int


def _horizon() -> Horizon:
    last = func.coalesce(func.max(_H.id), 0)
    if is_sqlite(db.engine):  # its only writer is this transaction
        return Horizon(db.session.scalar(select(last)) or 0, 0, 0)
    asked = select(
        last,
        text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
        text("pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
    )
    return Horizon(*db.session.execute(asked).one())


def _move_mark(mark: LogMark, horizon: Horizon) -> None:
    """Everything seen has its place: what was noted is settled if all who could add to it have ended."""
    if mark.noted_horizon > horizon.ended or mark.settled_id == horizon.last:
        return
    settled = horizon.last if is_sqlite(db.engine) else mark.noted_id
    mark.settled_id, mark.noted_id, mark.noted_horizon = settled, horizon.last, horizon.begun
    db.session.add(mark)
    db.session.flush()


class Waiting(NamedTuple):
    told: Told
    actor_id: int | None

    @property
    def subject_id(self) -> int | None:
        named = self.told.entity == Entity.ACCOUNT and self.told.key.isdecimal()
        return int(self.told.key) if named else None


def _entry_of(row: Any) -> Waiting:
    return Waiting(queries.told(row), row.actor_id)


def _place_entries(waiting: Sequence[Waiting]) -> None:
    if not waiting:
        return
    names = _pseudonyms({id_ for each in waiting for id_ in (each.actor_id, each.subject_id) if id_ is not None})
    size = queries.size()
    rows, chain = [], chain_at(size)
    for seq, each in enumerate(waiting, start=size):
        rows.append(_log_row(seq, each, names, chain))
        chain = rows[-1]["chain_hash"]
    db.session.execute(insert(table(LogEntry)), rows)
    full = [node._asdict() for node in merkle.grown(size, [row["leaf_hash"] for row in rows], queries.node)]
    if full:
        db.session.execute(insert(table(LogNode)), full)


def _log_row(seq: int, each: Waiting, names: Mapping[int | None, str], chain: bytes) -> dict[str, Any]:
    salts = commitments(each.told, _salt)
    pseudonym, subject = names[each.actor_id], names.get(each.subject_id) if each.subject_id else None
    leaf = merkle.leaf_hash(canonical(entry(seq, each.told, pseudonym, subject, salts)))
    return {
        "seq": seq,
        "history_id": each.told.id,
        "pseudonym": pseudonym,
        "subject": subject,
        "commitments": salts,
        "leaf_hash": leaf,
        "chain_hash": hashlib.sha256(chain + leaf).digest(),
    }


def _salt() -> str:
    return secrets.token_hex(16)


def chain_at(size: int) -> bytes:
    """The end of the chain over the first `size` entries."""
    last = db.session.scalar(select(_L.chain_hash).where(_L.seq == size - 1))
    return NO_CHAIN if last is None else bytes(last)


def _pseudonyms(ids: Iterable[int]) -> dict[int | None, str]:
    """The pseudonym of each account, made where it has none; that of the system is its own name."""
    wanted = list(ids)
    known = dict(db.session.execute(select(_A.account_id, _A.pseudonym).where(_A.account_id.in_(wanted))).all())
    new = [{"account_id": id_, "pseudonym": f"p{secrets.token_hex(8)}"} for id_ in wanted if id_ not in known]
    if new:
        db.session.execute(insert(table(ActorPseudonym)), new)
    return {None: "system", **known, **{row["account_id"]: row["pseudonym"] for row in new}}


def sign_head(key: str, now: datetime) -> LogHead | None:
    """The signed head of the log as it is: the last one where nothing was added since; None of an empty log."""
    hold()
    size = queries.size()
    known = db.session.get(LogHead, size)
    if known is not None or size == 0:
        return known
    head = heads.signed(size, queries.root(size), chain_at(size), now, key)
    db.session.add(head)
    db.session.flush()
    return head


def stand(name: str, limit: int, now: datetime) -> bool:
    """Compare the next rows of a table with their history; give each an entry where that does not tell what it holds.

    Once for each table, in parts: False when its end was reached. So the log can begin on any database.
    """
    done = db.session.get(LogStand, name) or LogStand(name=name, after="")
    if done.done_at is not None:
        return False
    entity = live.TABLES[name].entity
    rows, cursor = live.page(name, done.after, limit, lock=True)
    told = queries.history_of(entity, {row.entry_key(entity) for row in rows})
    differing = [row for row in rows if row.facts != replayed(told.get(row.key, []))]
    record_all([_stand(entity, row, now) for row in differing])
    done.after, done.done_at = cursor or done.after, None if cursor else now
    db.session.add(done)
    db.session.flush()
    return cursor is not None


def _stand(entity: Entity, row: LiveRow, now: datetime) -> dict[str, Any]:
    """Its LAO stands beside the facts, as in every entry."""
    facts = {name: value for name, value in row.facts.items() if name != "organisation"}
    key, lao = row.entry_key(entity), row.organisation_id
    return history_entry(system("flask log begin"), Action.STAND, entity, key, lao, None, facts or None, at=now)


def forget_text(entry_ids: Collection[int], name: str, sides: Collection[str] = ("before", "after")) -> None:
    """Take a text out of these sides of entries, and its salts out of the log: a hash that tells nothing stays.

    The database allows exactly this of all changes; see the triggers.
    """
    told = select(*queries.TOLD, *queries.TOLD_FACTS).where(_H.id.in_(entry_ids))
    for each in map(queries.told, db.session.execute(told).all()):
        told_on = {side: facts for side in sides if (facts := getattr(each, side)) and facts.get(name)}
        if told_on:
            _lose_salts(each.id, {f"{side}/{name}": facts[name] for side, facts in told_on.items()})
            blacked_out = {side: facts | {name: BLACKED_OUT} for side, facts in told_on.items()}
            db.session.execute(update(table(HistoryEntry)).where(_H.id == each.id).values(blacked_out))


def _lose_salts(history_id: int, texts: Mapping[str, Any]) -> None:
    known = db.session.scalar(select(_L.commitments).where(_L.history_id == history_id)) or {}
    salts = {path: salt for path in texts if isinstance(salt := known.get(path), str)}
    if salts:
        lost = known | {path: {"hash": digest(salt, texts[path])} for path, salt in salts.items()}
        db.session.execute(update(table(LogEntry)).where(_L.history_id == history_id).values(commitments=lost))


def forget_person(account_id: int) -> str:
    """Take a person's name out of the history, and the row that says which pseudonym was theirs; gives that one."""
    names = _pseudonyms([account_id])
    theirs = update(table(HistoryEntry)).where(_H.actor_id == account_id, _H.actor_name != ERASED)
    db.session.execute(theirs.values(actor_name=ERASED))
    about = select(_H.id).where(_H.entity == Entity.ACCOUNT.value, _H.entity_key == str(account_id))
    for name in ("name", "username"):
        forget_text(db.session.scalars(about).all(), name)
    db.session.execute(delete(table(ActorPseudonym)).where(_A.account_id == account_id))
    return names[account_id]
