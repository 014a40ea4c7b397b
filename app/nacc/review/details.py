"""One project as an officer reads it before deciding: what it says, what NACC said before, what it resembles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs
from app.history.queries import HistoryLine, history_line
from app.history.rules import FactChange, changes
from app.lao.projects.queries import project_facts, years_text
from app.lao.projects.rules import ProjectFacts
from app.models import District, HistoryEntry, Organisation, Project, Province
from app.models.enums import Action, Entity, ReviewStatus
from app.nacc.notes.queries import NotesOfCard, notes_of_card
from app.nacc.review.queries import JOINED, in_scope
from app.nacc.review.rules import alike, sent_back
from app.nacc.second_person.queries import OpenOn, open_on
from app.plans.queries import periods

_P, _O = table(Project).c, table(Organisation).c
MOST_ALIKE = 5


class AlikeProject(NamedTuple):
    """Another project of the same LAO with a like name."""

    id: int
    name: str
    status: ReviewStatus


@dataclass(frozen=True)
class ReviewDetail:
    """One project in full, with what happened to it.

    `dimensions`: the names of those of its own plan period. `sent_back`: the rejection it was corrected after, None
    where it never was. `verdict`: the last word of NACC's, None while it waits.
    """

    id: int
    version: int
    organisation_id: int
    organisation: str
    organisation_code: str
    place: str
    status: ReviewStatus
    reason: str
    reviewed_at: datetime | None
    facts: ProjectFacts
    years: str
    dimensions: dict[int, str]
    sub_heading: str
    history: list[HistoryLine]
    sent_back: HistoryLine | None
    verdict: HistoryLine | None
    since_rejection: list[FactChange]
    alike: list[AlikeProject]
    notes: NotesOfCard
    proposed: OpenOn | None

    def dimension(self, number: int) -> str:
        """มิติที่ 3 with its name, as the project's own plan period has it."""
        return f"มิติที่ {number} {self.dimensions.get(number, '')}".strip()


def review_detail(actor: Actor, project_id: int) -> ReviewDetail:
    """One project of the actor's provinces. Raises NotTheirs for any other, a deleted or an unknown one."""
    row = db.session.execute(
        select(
            table(Project),
            _O.name.label("lao"),
            _O.code,
            Province.name.label("province"),
            District.name.label("district"),
        )
        .select_from(JOINED.join(table(Province), Province.code == _P.province_code))
        .outerjoin(table(District), District.code == _O.district_code)
        .where(_P.id == project_id, _P.deleted_at.is_(None), in_scope(actor))
    ).first()
    if row is None:
        raise NotTheirs
    facts = project_facts(row)
    period = next(each for each in periods() if each.id == row.plan_period_id)
    history = _project_history(project_id)
    pending = row.review_status is ReviewStatus.PENDING
    returned = sent_back(history) if pending else None
    verdict = None if pending else next((each for each in history if each.action in VERDICTS), None)
    return ReviewDetail(
        id=row.id,
        version=row.version,
        organisation_id=row.organisation_id,
        organisation=row.lao,
        organisation_code=row.code,
        place=f"จังหวัด{row.province}" + (f" อำเภอ{row.district}" if row.district else ""),
        status=row.review_status,
        reason=row.review_reason or "",
        reviewed_at=row.reviewed_at,
        facts=facts,
        years=years_text(facts.budgets),
        dimensions=dict(period.dimensions),
        sub_heading=period.sub_heading(facts.sub_heading),
        history=[history_line(each) for each in history],
        sent_back=history_line(returned) if returned else None,
        verdict=history_line(verdict) if verdict else None,
        since_rejection=_since(returned, history, facts),
        alike=_alike(row.id, row.organisation_id, row.name),
        notes=notes_of_card(row.id, row.organisation_id),
        proposed=open_on([row.id]).get(row.id),
    )


VERDICTS = {Action.APPROVE.value, Action.REJECT.value}


def _project_history(project_id: int) -> list[HistoryEntry]:
    """The latest first."""
    entries = select(HistoryEntry).where(
        HistoryEntry.entity == Entity.PROJECT.value, HistoryEntry.entity_key == str(project_id)
    )
    return list(db.session.scalars(entries.order_by(HistoryEntry.id.desc())))


def _since(rejected: HistoryEntry | None, history: list[HistoryEntry], facts: ProjectFacts) -> list[FactChange]:
    """What the LAO changed after that rejection."""
    edits = [each for each in history if each.action == Action.EDIT and rejected and each.id > rejected.id]
    if not edits or edits[-1].before is None:
        return []
    before, after = edits[-1].before, _as_kept(facts)
    return changes({name: before.get(name) for name in after}, after)


def _as_kept(facts: ProjectFacts) -> dict[str, Any]:
    """Facts in the plain form the history keeps them in."""
    plain = facts.as_dict()
    budgets = {str(year): None if amount is None else str(amount) for year, amount in facts.budgets.items()}
    lists = {name: list(plain[name]) for name in ("further_dimensions", "quarters")}
    return {**plain, **lists, "kind": facts.kind.value, "budgets": budgets}


def _alike(project_id: int, organisation_id: int, name: str) -> list[AlikeProject]:
    others = select(_P.id, _P.name, _P.review_status).where(
        _P.organisation_id == organisation_id, _P.deleted_at.is_(None), _P.id != project_id
    )
    rows = db.session.execute(others.order_by(_P.id))
    return [AlikeProject(*row) for row in rows if alike(name, row.name)][:MOST_ALIKE]
