"""Reading the log: its entries as they are published, proofs, heads. What stands here is public: nobody is asked for.

The bytes of an entry are made anew from the history each time, with the stored salts: whoever changed the history
changed them, and so broke the chain.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.db import db, table
from app.history.rules import action_label, subject
from app.ledger import merkle
from app.ledger.replay import identity
from app.ledger.rules import COVERED, RIGHTS, Openness, Told, canonical, covered, disclosed, entry, is_score
from app.models import HistoryEntry, LogEntry, LogHead, LogMark, LogNode, Organisation, PlanYear, Project
from app.models.enums import Action, Entity

_H, _L, _N = table(HistoryEntry).c, table(LogEntry).c, table(LogNode).c
TOLD = (_H.id, _H.at, _H.actor_role, _H.action, _H.entity, _H.entity_key, _H.organisation_id)
TOLD_FACTS = (_H.before, _H.after, _H.reason)
_PLACED = (_L.seq, _L.pseudonym, _L.subject, _L.commitments, _L.leaf_hash, _L.chain_hash)
IN_LOG = select(*_PLACED, *TOLD, *TOLD_FACTS).join_from(table(LogEntry), table(HistoryEntry), _H.id == _L.history_id)


def told(row: Any) -> Told:
    """The history entry of a row that has TOLD and TOLD_FACTS."""
    return Told(
        row.id,
        row.at,
        str(row.actor_role),
        row.action,
        row.entity,
        row.entity_key,
        row.organisation_id,
        row.before,
        row.after,
        row.reason,
    )


def size() -> int:
    """How many entries there are."""
    last = db.session.scalar(select(_L.seq).order_by(_L.seq.desc()).limit(1))
    return 0 if last is None else last + 1


def entry_lines(start: int, end: int) -> list[bytes]:
    """The published lines of the entries from `start` to before `end`."""
    rows = db.session.execute(IN_LOG.where(start <= _L.seq, _L.seq < end).order_by(_L.seq)).all()
    openness = _Openness(told(row) for row in rows)
    return [_entry_line(row, openness) for row in rows]


def _entry_line(row: Any, openness: "_Openness") -> bytes:
    """Canonical JSON, the entry last: its bytes, of which the leaf is the hash, can be cut out of the line."""
    known = told(row)
    return canonical(
        {
            "chain": row.chain_hash.hex(),
            "disclosed": disclosed(known, row.commitments, openness.of(known)),
            "entry": entry(row.seq, known, row.pseudonym, row.subject, row.commitments),
        }
    )


class _Openness:
    """What may be told today of some entries, asked of the database once for all of them."""

    def __init__(self, entries: Iterable[Told]) -> None:
        known = list(entries)
        self.deleted = _deleted({project_of(each) for each in known if each.entity in (Entity.PROJECT, Entity.REPORT)})
        self.scores = _Scores({each.key for each in known if each.entity == Entity.SCORES})

    def of(self, told: Told) -> Openness:
        if told.entity == Entity.SCORES:
            return self.scores.of(told)
        of_project = told.entity in (Entity.PROJECT, Entity.REPORT)
        return Openness(deleted_as=self.deleted.get(project_of(told)) if of_project else None)


def project_of(told: Told) -> int:
    """0 where the key names none."""
    key = told.key.split("/")[0]
    return int(key) if key.isdecimal() and len(key) < 10 else 0


def _deleted(ids: Collection[int]) -> dict[int, str]:
    """The names of those of the projects that are deleted."""
    project = table(Project).c
    wanted = select(project.id, project.name).where(project.id.in_(ids), project.deleted_at.is_not(None))
    return dict(db.session.execute(wanted).all())


class _Scores:
    """Of plan years whose scores are published: which entry says each of them, from when on each change is public."""

    def __init__(self, keys: Collection[str]) -> None:
        self.published: dict[str, int] = {}
        self.said: dict[str, dict[str, int]] = {}
        public = _published(keys)
        wanted = (
            select(_H.id, _H.entity_key, _H.after)
            .where(_H.entity == Entity.SCORES, _H.entity_key.in_(public))
            .order_by(_H.id)
        )
        for id_, key, after in db.session.execute(wanted):
            if key not in self.published:
                self.said.setdefault(key, {}).update({name: id_ for name in after or {} if is_score(name)})
            if (after or {}).get("published_at"):
                self.published.setdefault(key, id_)

    def of(self, told: Told) -> Openness:
        since = self.published.get(told.key)
        if since is None:
            return Openness()
        said = self.said.get(told.key, {})
        return Openness(
            scores_after=told.id > since, last_scores=[name for name, id_ in said.items() if id_ == told.id]
        )


def _published(keys: Collection[str]) -> list[str]:
    """Those of the plan years, "lao/year", whose scores are public."""
    years = table(PlanYear).c
    laos = {int(lao) for key in keys if (lao := key.split("/")[0]).isdecimal() and len(lao) < 10}
    rows = db.session.execute(
        select(years.organisation_id, years.fiscal_year).where(
            years.organisation_id.in_(laos), years.published_at.is_not(None)
        )
    )
    return [key for lao, year in rows if (key := f"{lao}/{year}") in keys]


def node(level: int, index: int) -> bytes:
    """The hash of a full subtree. Raises LookupError where there is none."""
    if level == 0:
        found = db.session.scalar(select(_L.leaf_hash).where(_L.seq == index))
    else:
        found = db.session.scalar(select(_N.hash).where(_N.level == level, _N.position == index))
    if found is None:
        raise LookupError(f"the log has no node {level}/{index}")
    return bytes(found)


def root(of_size: int) -> bytes:
    return merkle.subtree(0, of_size, node)


def heads(after: int, limit: int) -> Sequence[LogHead]:
    """Signed heads of more than `after` entries, the smallest first."""
    return db.session.scalars(select(LogHead).where(LogHead.size > after).order_by(LogHead.size).limit(limit)).all()


def latest_head() -> LogHead | None:
    return db.session.scalar(select(LogHead).order_by(LogHead.size.desc()).limit(1))


def receipt_waits() -> bool:
    """Whether somebody sent a round, and no signed head covers it yet."""
    signed = select(func.coalesce(func.max(table(LogHead).c.size), 0)).scalar_subquery()
    wanted = IN_LOG.where(_L.seq >= signed, _H.entity == Entity.SENT_ROUND.value)
    return db.session.execute(wanted.limit(1)).first() is not None


def unplaced(settled: int, limit: int) -> Sequence[Any]:
    """Covered history entries above `settled` that have no place in the log yet, the oldest first."""
    placed = select(_L.seq).where(_L.history_id == _H.id).exists()
    rights = (_H.entity != Entity.ACCOUNT.value) | _H.action.in_([each.value for each in RIGHTS])
    wanted = select(*TOLD, *TOLD_FACTS, _H.actor_id).where(
        _H.id > settled, _H.entity.in_([each.value for each in COVERED]), rights, ~placed
    )
    return db.session.execute(wanted.order_by(_H.id).limit(limit)).all()


def settled() -> int:
    """The history entry up to which all have their place."""
    return db.session.scalar(select(LogMark.settled_id)) or 0


class EntryInWords(NamedTuple):
    """An entry for people: who it was is its role alone."""

    seq: int
    at: datetime
    action: str
    subject: str
    lao: str
    lao_code: str
    by: str


def latest_in_words(limit: int) -> list[EntryInWords]:
    """The last entries, the newest first."""
    lao = table(Organisation).c
    wanted = (
        select(_L.seq, *TOLD, lao.name, lao.code)
        .join_from(table(LogEntry), table(HistoryEntry), _H.id == _L.history_id)
        .outerjoin(table(Organisation), lao.id == _H.organisation_id)
        .order_by(_L.seq.desc())
        .limit(limit)
    )
    return [
        EntryInWords(
            row.seq,
            row.at,
            action_label(row.action),
            "" if row.entity == Entity.ACCOUNT else subject(row.entity, row.entity_key, ""),
            row.name or "",
            row.code or "",
            row.actor_role.label,
        )
        for row in db.session.execute(wanted)
    ]


def history_of(entity: Entity, keys: Collection[str]) -> dict[str, list[Told]]:
    """What the history tells of rows of an entity, by their identity in the log; in or out of the log."""
    found: dict[str, list[Told]] = {}
    wanted = select(*TOLD, *TOLD_FACTS).where(_H.entity == entity.value, _H.entity_key.in_(keys)).order_by(_H.id)
    for each in map(told, db.session.execute(wanted)):
        if covered(each.action, each.entity):
            found.setdefault(identity(each.entity, each.key, each.organisation_id), []).append(each)
    return found


def last_salts(entity: Entity, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """By the key of a row, the salt with which each of its facts was committed to last; also why, where that is one."""
    found: dict[str, dict[str, Any]] = {}
    wanted = IN_LOG.where(_H.entity == entity.value, _H.entity_key.in_(keys)).order_by(_L.seq)
    for row in db.session.execute(wanted):
        found.setdefault(row.entity_key, {}).update(_salts_of(row))
    return found


def _salts_of(row: Any) -> Iterator[tuple[str, Any]]:
    for path, salt in row.commitments.items():
        side, _, name = path.partition("/")
        if side == "after":
            yield name, salt
        elif side == "reason" and row.action == Action.REJECT:
            yield "review_reason", salt
        elif side == "reason" and row.entity == Entity.WINDOW:
            yield f"reason/{row.organisation_id}", salt
