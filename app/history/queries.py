"""Reading the history: an LAO its own, NACC that of the provinces given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.access import Actor
from app.db import db
from app.errors import NotTheirs
from app.history.rules import FactChange, action_label, as_the_lao_reads, changed_by, changes, subject
from app.models import HistoryEntry, Organisation
from app.models.enums import Action, Entity, Role

PAGE_SIZE = 50


@dataclass(frozen=True)
class HistoryLine:
    """One entry, ready to print."""

    at: datetime
    by: str
    action: str
    subject: str
    reason: str
    changes: list[FactChange]


def overseen(actor: Actor, code: str) -> Organisation:
    """The LAO with this code, for a NACC user who oversees its province. Raises NotTheirs."""
    organisation = db.session.scalar(select(Organisation).where(Organisation.code == code))
    if organisation is None:
        raise NotTheirs
    own = actor.role is Role.OFFICER and organisation.province_code in actor.province_codes
    if not own and actor.role is not Role.ADMINISTRATOR:
        raise NotTheirs
    return organisation


def entries_of(actor: Actor, organisation_id: int, page: int) -> tuple[list[HistoryLine], bool]:
    """A page of an LAO's history, the latest first, and whether there is more."""
    reader = _reader(actor, organisation_id)
    rows = db.session.scalars(_whole(organisation_id).limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)).all()
    return [history_line(row, reader) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE


def every_entry(actor: Actor, organisation_id: int) -> Iterator[HistoryLine]:
    """All of an LAO's history, the latest first, read a part at a time."""
    reader = _reader(actor, organisation_id)
    rows = db.session.scalars(_whole(organisation_id).execution_options(yield_per=500))
    return (history_line(row, reader) for row in rows)


def _whole(organisation_id: int) -> Select[Any]:
    return select(HistoryEntry).where(HistoryEntry.organisation_id == organisation_id).order_by(HistoryEntry.id.desc())


@dataclass(frozen=True)
class Reader:
    """Whose history it is, and what is kept from the LAO itself: NACC's scores of a year until they are published.

    `published`: the entry that published them, by the key of the year; None for NACC, who sees all.
    """

    lao: str = ""
    published: Mapping[str, int] | None = None

    def facts(self, row: HistoryEntry, kept: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if self.published is None or row.entity != Entity.SCORES:
            return kept
        return as_the_lao_reads(kept, published=self.published.get(row.entity_key, row.id) < row.id)


def _reader(actor: Actor, organisation_id: int) -> Reader:
    lao = db.session.scalar(select(Organisation.name).where(Organisation.id == organisation_id)) or ""
    if actor.role is not Role.LAO:
        return Reader(lao)
    published = select(HistoryEntry.entity_key, HistoryEntry.id).where(
        HistoryEntry.organisation_id == organisation_id, HistoryEntry.action == Action.PUBLISH_SCORES.value
    )
    return Reader(lao, dict(db.session.execute(published).all()))


def who_was_first(actor: Actor, entity: Entity, key: object, organisation_id: int | None) -> str:
    """By whom a row was changed last, in words that stand behind its name."""
    last = db.session.execute(
        select(HistoryEntry.actor_id, HistoryEntry.actor_role, HistoryEntry.actor_name)
        .where(
            HistoryEntry.entity == entity.value,
            HistoryEntry.entity_key == str(key),
            HistoryEntry.organisation_id.is_not_distinct_from(organisation_id),
        )
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return changed_by(None, "", own=False, asked_by=actor.role)
    own = last.actor_id is not None and last.actor_id == actor.account_id
    return changed_by(last.actor_role, last.actor_name, own=own, asked_by=actor.role)


def history_line(row: HistoryEntry, reader: Reader = Reader()) -> HistoryLine:
    return HistoryLine(
        at=row.at,
        by=row.actor_name,
        action=action_label(row.action),
        subject=subject(row.entity, row.entity_key, reader.lao),
        reason=row.reason,
        changes=changes(reader.facts(row, row.before), reader.facts(row, row.after)),
    )
