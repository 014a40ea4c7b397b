"""NACC's internal notes: those on projects and LAOs of the actor's provinces, and on no others."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs
from app.models import Account, InternalNote, Organisation, Project
from app.nacc.desk.queries import in_scope

_N, _A, _O, _P = (table(model).c for model in (InternalNote, Account, Organisation, Project))


class Noted(NamedTuple):
    """What a note is about: a project, or an LAO where there is none. `name`: of the project or the LAO.

    `page`: where an officer meets it; a closed LAO has its history only.
    """

    project_id: int | None
    organisation_id: int
    name: str
    page: str

    @property
    def key(self) -> str:
        """Under which the history tells of its note."""
        return f"project/{self.project_id}" if self.project_id else "lao"

    @property
    def column(self) -> dict[str, int]:
        """Where the note stands."""
        return {"project_id": self.project_id} if self.project_id else {"organisation_id": self.organisation_id}


class Note(NamedTuple):
    """A note as it was written last."""

    text: str
    version: int
    by: str
    at: datetime


class NotesOfCard(NamedTuple):
    """What stands on a project and on its LAO; None for no note."""

    project: Note | None
    lao: Note | None


def noted_project(actor: Actor, project_id: int) -> Noted:
    """Raises NotTheirs for a project outside the actor's provinces, a deleted or an unknown one."""
    row = db.session.execute(
        select(_P.organisation_id, _P.name).where(
            _P.id == project_id, _P.deleted_at.is_(None), in_scope(actor, _P.province_code)
        )
    ).first()
    if row is None:
        raise NotTheirs
    return Noted(project_id, *row, f"/nacc/review/{project_id}")


def noted_lao(actor: Actor, organisation_id: int) -> Noted:
    """Raises NotTheirs for an LAO outside the actor's provinces."""
    wanted = select(_O.name, _O.code, _O.closed_at).where(_O.id == organisation_id, in_scope(actor))
    row = db.session.execute(wanted).first()
    if row is None:
        raise NotTheirs
    page = f"/nacc/history/{row.code}" if row.closed_at else f"/nacc/accounts/{organisation_id}"
    return Noted(None, organisation_id, row.name, page)


def note_on(about: Noted) -> Note | None:
    """Also an emptied one, for its version."""
    return next(iter(_notes(*(_N[name] == id_ for name, id_ in about.column.items())).values()), None)


def notes_of_card(project_id: int, organisation_id: int) -> NotesOfCard:
    """What stands on a project and its LAO, which somebody may see who sees the project."""
    found = _notes(_N.project_id == project_id, _N.organisation_id == organisation_id)
    told = {key: note for key, note in found.items() if note.text}
    return NotesOfCard(told.get((project_id, None)), told.get((None, organisation_id)))


def _notes(*any_of: Any) -> dict[tuple[int | None, int | None], Note]:
    columns = _N.project_id, _N.organisation_id, _N.text, _N.version, _A.display_name, _N.changed_at
    joined = table(InternalNote).join(table(Account), _A.id == _N.changed_by_id)
    rows = db.session.execute(select(*columns).select_from(joined).where(or_(*any_of)))
    return {(project, lao): Note(*facts) for project, lao, *facts in rows}


def with_note(project_ids: Collection[int]) -> set[int]:
    """Those of these projects that have one."""
    return set(db.session.scalars(select(_N.project_id).where(_N.project_id.in_(project_ids), _N.text != "")))


def laos_with_note(organisation_ids: Collection[int]) -> set[int]:
    """Those of these LAOs that have one."""
    here = _N.organisation_id.in_(organisation_ids)
    return set(db.session.scalars(select(_N.organisation_id).where(here, _N.text != "")))
