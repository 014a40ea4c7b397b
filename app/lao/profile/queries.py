"""Reads of the LAO's own profile and place, and of what NACC has said anew."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.history.rules import action_label
from app.models import HistoryEntry, Profile, Project
from app.models.enums import Action, Entity, ReviewStatus
from app.registry.queries import RegistryPlace, place_of


def place(actor: Actor) -> RegistryPlace:
    return place_of(actor.own_organisation_id)


def profile(actor: Actor) -> Profile | None:
    """The LAO's profile; None before its first login is done."""
    return db.session.get(Profile, actor.own_organisation_id)


class ChangedVerdict(NamedTuple):
    """NACC's word on a project that became another one, and why."""

    project_id: int
    name: str
    at: datetime
    words: str
    reason: str


def changed_verdicts(actor: Actor, since: datetime) -> list[ChangedVerdict]:
    """Of the LAO's projects, the latest first; a first word on a project that waited is none."""
    own = HistoryEntry.organisation_id == actor.own_organisation_id, HistoryEntry.entity == Entity.PROJECT.value
    said = HistoryEntry.action.in_([Action.APPROVE.value, Action.REJECT.value]), HistoryEntry.at >= since
    entries = db.session.scalars(select(HistoryEntry).where(*own, *said).order_by(HistoryEntry.id.desc())).all()
    changed = {int(entry.entity_key): entry for entry in reversed(entries) if _was_judged(entry)}
    wanted = select(Project.id, Project.name).where(Project.id.in_(changed), Project.deleted_at.is_(None))
    names = dict(db.session.execute(wanted).all())
    return [
        ChangedVerdict(id_, names[id_], entry.at, action_label(entry.action), entry.reason)
        for id_, entry in reversed(changed.items())
        if id_ in names
    ]


def _was_judged(entry: HistoryEntry) -> bool:
    return (entry.before or {}).get("review_status") in (ReviewStatus.APPROVED.value, ReviewStatus.REJECTED.value)


def failed_because(actor: Actor, year: int) -> str:
    """What NACC said when it set the plan of that year last; empty where it said nothing."""
    key = f"{actor.own_organisation_id}/{year}"
    of_year = HistoryEntry.entity == Entity.PLAN_YEAR.value, HistoryEntry.entity_key == key
    told = select(HistoryEntry.reason).where(*of_year, HistoryEntry.action == Action.SET_PLAN_YEAR.value)
    return db.session.scalar(told.order_by(HistoryEntry.id.desc()).limit(1)) or ""
