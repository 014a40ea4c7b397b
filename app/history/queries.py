"""Reading the history: an LAO its own, NACC that of the provinces given."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.errors import NotTheirs
from app.history.rules import ACTIONS, changes
from app.models import HistoryEntry, Organisation
from app.models.enums import Role

PAGE_SIZE = 50


@dataclass(frozen=True)
class Told:
    """One entry, ready to print."""

    at: datetime
    by: str
    action: str
    subject: str
    reason: str
    changes: list[tuple[str, str, str]]


def overseen(actor: Actor, code: str) -> Organisation:
    """The LAO with this code, for a NACC user who oversees its province. Raises NotTheirs."""
    organisation = db.session.scalar(select(Organisation).where(Organisation.code == code))
    if organisation is None:
        raise NotTheirs
    own = actor.role is Role.OFFICER and organisation.province_code in actor.province_codes
    if not own and actor.role is not Role.ADMINISTRATOR:
        raise NotTheirs
    return organisation


def entries_of(organisation_id: int, page: int) -> tuple[list[Told], bool]:
    """A page of an LAO's history, the latest first, and whether there is more."""
    rows = db.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.organisation_id == organisation_id)
        .order_by(HistoryEntry.id.desc())
        .limit(PAGE_SIZE + 1)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return [told(row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE


def every_entry(organisation_id: int) -> Iterator[Told]:
    """All of an LAO's history, the latest first, read a part at a time."""
    rows = db.session.scalars(
        select(HistoryEntry)
        .where(HistoryEntry.organisation_id == organisation_id)
        .order_by(HistoryEntry.id.desc())
        .execution_options(yield_per=500)
    )
    return map(told, rows)


def told(row: HistoryEntry) -> Told:
    subject = {"project": "โครงการ", "report": "รายงาน", "plan year": "แผนปี"}.get(row.entity, "")
    return Told(
        at=row.at,
        by=row.actor_name,
        action=ACTIONS.get(row.action, row.action),
        subject=f"{subject} {row.entity_key}" if subject else "",
        reason=row.reason,
        changes=changes(row.before, row.after),
    )
