"""What stays in public of a deleted project: its name, when, by which role and why it was deleted; no text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from app.db import db, table
from app.errors import NotTheirs
from app.history.rules import told_in_public
from app.language import said
from app.listing import SHORT_PAGE
from app.models import HistoryEntry, Organisation, Project
from app.models.enums import Action, Entity, Role

NOT_TOLD = "ไม่ได้บันทึกเหตุผลไว้"  # deleted before a reason was asked for
_P, _O, _H = table(Project).c, table(Organisation).c, table(HistoryEntry).c


@dataclass(frozen=True)
class Tombstone:
    """`by`: the LAO or an office, never a person."""

    id: int
    name: str
    lao_code: str
    lao: str
    deleted_at: datetime
    by: str
    reason: str


def tombstone(project_id: int) -> Tombstone:
    """Raises NotTheirs where there is no such project, or it is not deleted."""
    for found in _told(db.session.execute(_deleted().where(_P.id == project_id)).all()):
        return found
    raise NotTheirs


def tombstones(organisation_id: int, page: int) -> list[Tombstone]:
    """A page of the LAO's deleted projects, the latest first."""
    wanted = _deleted().where(_P.organisation_id == organisation_id).order_by(_P.deleted_at.desc(), _P.id)
    return _told(db.session.execute(wanted.limit(SHORT_PAGE).offset((page - 1) * SHORT_PAGE)).all())


def tombstone_count(organisation_id: int) -> int:
    here = _P.organisation_id == organisation_id, _P.deleted_at.is_not(None)
    return db.session.scalar(select(func.count()).select_from(table(Project)).where(*here)) or 0


def _deleted() -> Select[Any]:
    return (
        select(_P.id, _P.name, _O.code, _O.name, _P.deleted_at)
        .join_from(table(Project), table(Organisation), _O.id == _P.organisation_id)
        .where(_P.deleted_at.is_not(None))
    )


def _told(rows: Sequence[Any]) -> list[Tombstone]:
    why = deletions_of([id_ for id_, *_rest in rows])
    return [
        Tombstone(id_, name, code, lao, at, told_in_public(why[id_].role, lao), why[id_].reason)
        for id_, name, code, lao, at in rows
    ]


class Deletion(NamedTuple):
    role: Role
    reason: str


def deletions_of(project_ids: Sequence[int]) -> dict[int, Deletion]:
    """Who deleted each of these projects last, and why: an LAO its own, or NACC what a closed LAO left."""
    deleting = _H.action.in_((Action.DELETE.value, Action.HAND_ON.value)), _H.after.is_(None)
    wanted = (
        select(_H.entity_key, _H.actor_role, _H.reason)
        .where(_H.entity == Entity.PROJECT.value, _H.entity_key.in_(map(str, project_ids)), *deleting)
        .order_by(_H.id)
    )
    told = {int(key): Deletion(role, reason or said(NOT_TOLD)) for key, role, reason in db.session.execute(wanted)}
    return dict.fromkeys(project_ids, Deletion(Role.LAO, said(NOT_TOLD))) | told
