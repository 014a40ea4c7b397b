"""Reads of the LAO's own profile and place, and of what NACC has said anew."""

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import func, select

from app.access import Actor
from app.db import db
from app.history.rules import PERSONAL, action_label
from app.lao.profile.rules import FormerDetail, PersonalDetail, ProfileEntry
from app.lao.profile.rules import former_details as former_details_of
from app.ledger.rules import BLACKED_OUT
from app.models import HistoryEntry, Profile, Project
from app.models.enums import Action, Entity, ReviewStatus
from app.registry.queries import RegistryPlace, place_of


def place(actor: Actor) -> RegistryPlace:
    return place_of(actor.own_organisation_id)


def profile(actor: Actor) -> Profile | None:
    """The LAO's profile; None before its first login is done."""
    return db.session.get(Profile, actor.own_organisation_id)


def former_details(organisation_id: int, replaced_before: datetime) -> list[FormerDetail]:
    """What the history still tells of persons who stood in the LAO's profile until some time before that moment."""
    mine = HistoryEntry.entity == Entity.PROFILE.value, HistoryEntry.entity_key == str(organisation_id)
    columns = HistoryEntry.id, HistoryEntry.at, HistoryEntry.before, HistoryEntry.after
    rows = db.session.execute(select(*columns).where(*mine).order_by(HistoryEntry.id)).all()
    entries = [ProfileEntry(row.id, row.at, row.before or {}, row.after or {}) for row in rows]
    row = db.session.get(Profile, organisation_id)
    present = {name: getattr(row, name) for name in PERSONAL} if row else {}
    return [each for each in former_details_of(entries, present, replaced_before) if each.text != BLACKED_OUT]


def personal_details(actor: Actor, now: datetime) -> list[PersonalDetail]:
    """All that is kept of persons in the LAO's profile: of today, then of before, the latest first.

    Each value once, as of when it went last.
    """
    row = profile(actor)
    present = {name: getattr(row, name) for name in PERSONAL} if row else {}
    today = [PersonalDetail(name, text, None) for name, text in sorted(present.items()) if text]
    former = sorted(former_details(actor.own_organisation_id, now), key=attrgetter("until"))
    last = {(each.name, each.text): each.until for each in former}
    before = [PersonalDetail(name, text, until) for (name, text), until in last.items()]
    return today + sorted(before, key=lambda each: (each.until, each.name), reverse=True)


def laos_at(address: str) -> set[int]:
    """LAOs whose profile says that address today; `address` in small letters."""
    return set(db.session.scalars(select(Profile.organisation_id).where(func.lower(Profile.email) == address)))


def laos_changed_before(moment: datetime) -> list[int]:
    """LAOs whose profile was changed before that moment."""
    changed = HistoryEntry.entity == Entity.PROFILE.value, HistoryEntry.at < moment
    return list(db.session.scalars(select(HistoryEntry.organisation_id).where(*changed).distinct()))


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
