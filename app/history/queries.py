"""Reading the history: an LAO its own, NACC that of the provinces given."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.access import Actor
from app.db import db
from app.errors import NotTheirs
from app.history.rules import (
    OF_NACC_ONLY,
    PROPOSED_BY,
    FactChange,
    HistoryFilter,
    action_label,
    as_the_lao_reads,
    changed_by,
    changes,
    subject,
    with_names,
)
from app.models import Account, HistoryEntry, Organisation
from app.models.enums import Action, Entity, Role
from app.registry.queries import once_called

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
    """The LAO with this code, of today or former, for a NACC user who oversees its province. Raises NotTheirs."""
    called = or_(Organisation.code == code, Organisation.id.in_(once_called(code)))
    organisation = db.session.scalar(select(Organisation).where(called).order_by(Organisation.code != code).limit(1))
    if organisation is None:
        raise NotTheirs
    own = actor.role is Role.OFFICER and organisation.province_code in actor.province_codes
    if not own and actor.role is not Role.ADMINISTRATOR:
        raise NotTheirs
    return organisation


def entries_of(
    actor: Actor, organisation_id: int | None, asked: HistoryFilter, page: int
) -> tuple[list[HistoryLine], bool]:
    """A page of a history, the latest first, and whether there is more: of an LAO, or of the administration (None)."""
    wanted = _wanted(actor, organisation_id, asked).limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)
    rows = list(db.session.scalars(wanted))
    reader = _reader(actor, organisation_id, rows)
    return [history_line(row, reader) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE


def every_entry(actor: Actor, organisation_id: int | None, asked: HistoryFilter) -> Iterator[HistoryLine]:
    """All of a history, the latest first, read a part at a time."""
    rows = db.session.scalars(_wanted(actor, organisation_id, asked).execution_options(yield_per=500))
    for some in map(list, rows.partitions()):
        reader = _reader(actor, organisation_id, some)
        yield from (history_line(row, reader) for row in some)


# Of the administration: what is no LAO's, and of what is an LAO's the registry, its time for reporting, and the deeds
# by which an administrator changes what an LAO or a closed round had.
ADMINISTRATION = (Entity.ORGANISATION.value, Entity.WINDOW.value)
OF_ADMINISTRATORS = tuple(
    each.value for each in (Action.BRING_BACK, Action.AMEND_ROUND, Action.BLACK_OUT, Action.ERASE, Action.HAND_ON)
)


def _wanted(actor: Actor, organisation_id: int | None, asked: HistoryFilter) -> Select[HistoryEntry]:
    if organisation_id is None:
        whose = or_(
            HistoryEntry.organisation_id.is_(None),
            HistoryEntry.entity.in_(ADMINISTRATION),
            HistoryEntry.action.in_(OF_ADMINISTRATORS),
        )
    else:
        whose = HistoryEntry.organisation_id == organisation_id
    of_nacc = [HistoryEntry.entity.not_in(OF_NACC_ONLY)] if actor.role is Role.LAO else []
    return select(HistoryEntry).where(whose, *of_nacc, *_narrowed(asked)).order_by(HistoryEntry.id.desc())


def _narrowed(asked: HistoryFilter) -> Iterator[ColumnElement[bool]]:
    if asked.since:
        yield HistoryEntry.at >= asked.since
    if asked.until:
        yield HistoryEntry.at < asked.until + timedelta(minutes=1)
    if asked.role:
        yield HistoryEntry.actor_role == Role(asked.role)
    if asked.entity:
        yield HistoryEntry.entity == asked.entity
    if asked.project:
        key = str(asked.project)
        yield or_(
            and_(HistoryEntry.entity == Entity.PROJECT.value, HistoryEntry.entity_key == key),
            and_(HistoryEntry.entity == Entity.REPORT.value, HistoryEntry.entity_key.startswith(f"{key}/")),
            and_(HistoryEntry.entity == Entity.NOTE.value, HistoryEntry.entity_key == f"project/{key}"),
        )


@dataclass(frozen=True)
class Reader:
    """Whose history it is, and what is kept from the LAO itself: NACC's scores of a year until they are published.

    `laos`: names by id; `staff`: names by the key of their account, of those that the entries are about or name.
    `published`: the entry that published them, by the key of the year; None for NACC, who sees all.
    """

    laos: Mapping[int, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, int] | None = None

    def whose(self, row: HistoryEntry) -> str:
        if row.organisation_id is None and row.entity == Entity.ACCOUNT:
            return self.staff.get(row.entity_key, "")
        return self.laos.get(row.organisation_id or 0, "")

    def facts(self, row: HistoryEntry, kept: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if kept is None or row.entity not in (Entity.SCORES, Entity.SCORE_CHANGE, Entity.PROPOSED_DEED):
            return kept
        told = with_names(kept, self.staff)
        if self.published is None:
            return told
        return as_the_lao_reads(told, published=self.published.get(row.entity_key, row.id) < row.id)


def _reader(actor: Actor, organisation_id: int | None, rows: Sequence[HistoryEntry]) -> Reader:
    ids = {row.organisation_id for row in rows if row.organisation_id}
    laos = dict(db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))).all())
    if organisation_id is None:
        return Reader(laos, _staff({row.entity_key for row in rows if row.entity == Entity.ACCOUNT}))
    staff = _staff({str(row.after[PROPOSED_BY]) for row in rows if row.after and PROPOSED_BY in row.after})
    if actor.role is not Role.LAO:
        return Reader(laos, staff)
    published = select(HistoryEntry.entity_key, HistoryEntry.id).where(
        HistoryEntry.organisation_id == organisation_id, HistoryEntry.action == Action.PUBLISH_SCORES.value
    )
    return Reader(laos, staff, dict(db.session.execute(published).all()))


def _staff(keys: Collection[str]) -> dict[str, str]:
    ids = [int(key) for key in keys if key.isdecimal()]
    rows = db.session.execute(select(Account.id, Account.display_name).where(Account.id.in_(ids)))
    return {str(id_): name for id_, name in rows}


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
        subject=subject(row.entity, row.entity_key, reader.whose(row)),
        reason=row.reason,
        changes=changes(reader.facts(row, row.before), reader.facts(row, row.after)),
    )
