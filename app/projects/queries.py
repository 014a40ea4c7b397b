"""Reads of projects: each takes the actor and sees only its own LAO's."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select

from app.access import Actor
from app.db import db
from app.errors import NotTheirs
from app.listing import PAGE_SIZE, ListState
from app.models import Project, ProjectDimension, ProjectYear, Report
from app.models.enums import Kind, ReportStatus, ReviewStatus
from app.projects.rules import ProjectFacts, editable
from app.words import baht

NO_BUDGET = "ไม่ใช้งบประมาณ"


class ProjectRow(NamedTuple):
    """A line of the project list, ready to print: the page only escapes it."""

    id: int
    number: int
    kind: str
    name: str
    budget: str
    dimension: str
    years: str
    status: str
    reason: str
    editable: bool


@dataclass(frozen=True)
class ProjectDetail:
    """One project as it stands, with what an edit of it must know."""

    id: int
    organisation_id: int
    province_code: str
    plan_period_id: int
    version: int
    review_status: ReviewStatus
    review_reason: str | None
    facts: ProjectFacts
    reported_years: frozenset[int]


def _own(actor: Actor) -> Select[Any]:
    return select(Project.id).where(Project.organisation_id == actor.own_organisation_id, Project.deleted_at.is_(None))


def _filtered(actor: Actor, state: ListState) -> Select[Any]:
    statement = _own(actor)
    if state.year:
        statement = statement.join(
            ProjectYear, and_(ProjectYear.project_id == Project.id, ProjectYear.fiscal_year == state.year)
        )
    if state.review:
        statement = statement.where(Project.review_status == ReviewStatus(state.review))
    for word in state.words:
        statement = statement.where(Project.name.icontains(word, autoescape=True))
    return statement


def review_counts(actor: Actor, state: ListState) -> dict[ReviewStatus, int]:
    """How many projects the filtered list has, by NACC's word on them."""
    statement = _filtered(actor, state).with_only_columns(Project.review_status, func.count())
    return {status: number for status, number in db.session.execute(statement.group_by(Project.review_status))}


SORTS = ("", "name", "dimension", "review", "kind")
_ORDER: dict[str, tuple[Any, ...]] = {
    "": (Project.id,),
    "name": (Project.name_sort, Project.id),
    "dimension": (Project.dimension, Project.id),
    "review": (Project.review_status, Project.id),
    "kind": (Project.kind, Project.id),
}
_COLUMNS = (
    Project.id,
    Project.kind,
    Project.name,
    Project.dimension,
    Project.review_status,
    Project.review_reason,
)


def project_rows(actor: Actor, state: ListState, open_years: Iterable[int]) -> list[ProjectRow]:
    """One page of the list."""
    offset = (state.page - 1) * PAGE_SIZE
    statement = _filtered(actor, state).with_only_columns(*_COLUMNS).order_by(*_ORDER[state.sort])
    return _rows(db.session.execute(statement.limit(PAGE_SIZE).offset(offset)).all(), state, open_years, offset + 1)


def project_row(actor: Actor, project_id: int, state: ListState, open_years: Iterable[int], number: int) -> ProjectRow:
    """The line of one project as it stands now. Raises NotTheirs."""
    found = db.session.execute(_own(actor).with_only_columns(*_COLUMNS).where(Project.id == project_id)).all()
    if not found:
        raise NotTheirs
    return _rows(found, state, open_years, number)[0]


def _rows(found: Any, state: ListState, open_years: Iterable[int], first: int) -> list[ProjectRow]:
    budgets = year_budgets([row.id for row in found])
    opened = frozenset(open_years)
    return [
        ProjectRow(
            id_,
            number,
            kind.label,
            name,
            _budget_text(budgets[id_], state.year),
            f"มิติที่ {dimension}",
            years_text(budgets[id_]),
            status,
            reason or "",
            editable(budgets[id_], opened),
        )
        for number, (id_, kind, name, dimension, status, reason) in enumerate(found, start=first)
    ]


def year_budgets(project_ids: list[int]) -> dict[int, dict[int, Decimal | None]]:
    """Budget by year of each project, the years in order."""
    found: dict[int, dict[int, Decimal | None]] = {project_id: {} for project_id in project_ids}
    statement = (
        select(ProjectYear.project_id, ProjectYear.fiscal_year, ProjectYear.plan_budget)
        .where(ProjectYear.project_id.in_(project_ids))
        .order_by(ProjectYear.project_id, ProjectYear.fiscal_year)
    )
    for project_id, year, amount in db.session.execute(statement):
        found[project_id][year] = amount
    return found


def _budget_text(budgets: dict[int, Decimal | None], year: int) -> str:
    """The budget of `year`, or of all years together; "without budget" only where no year has one."""
    amounts = [budgets.get(year)] if year else list(budgets.values())
    known = [amount for amount in amounts if amount is not None]
    return baht(sum(known, Decimal(0))) if known else NO_BUDGET


def years_text(years: Iterable[int]) -> str:
    """2561, 2562 and 2561–2564 where three or more follow each other."""
    ordered = sorted(years)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}–{ordered[-1]}"
    return ", ".join(map(str, ordered))


def project_detail(actor: Actor, project_id: int) -> ProjectDetail:
    """One project of the actor's LAO. Raises NotTheirs for a stranger's, a deleted or an unknown one."""
    project = db.session.execute(
        select(
            Project.id,
            Project.organisation_id,
            Project.province_code,
            Project.plan_period_id,
            Project.version,
            Project.review_status,
            Project.review_reason,
            Project.name,
            Project.kind,
            Project.dimension,
            Project.quarters,
            Project.target_group,
            Project.objective,
        ).where(Project.id.in_(_own(actor).where(Project.id == project_id)))
    ).first()
    if project is None:
        raise NotTheirs
    further = select(ProjectDimension.dimension).where(ProjectDimension.project_id == project_id)
    reported = select(Report.fiscal_year).where(
        Report.project_id == project_id, Report.status != ReportStatus.NOT_REPORTED
    )
    facts = ProjectFacts(
        name=project.name,
        kind=Kind(project.kind),
        dimension=project.dimension,
        further_dimensions=tuple(sorted(db.session.scalars(further))),
        quarters=project.quarters,
        target_group=project.target_group,
        objective=project.objective,
        budgets=year_budgets([project_id])[project_id],
    )
    return ProjectDetail(
        id=project.id,
        organisation_id=project.organisation_id,
        province_code=project.province_code,
        plan_period_id=project.plan_period_id,
        version=project.version,
        review_status=project.review_status,
        review_reason=project.review_reason,
        facts=facts,
        reported_years=frozenset(db.session.scalars(reported)),
    )


def recorded_before(actor: Actor, submission_key: str) -> int | None:
    """The project that the same form recorded already."""
    return db.session.scalar(
        select(Project.id).where(
            Project.organisation_id == actor.own_organisation_id, Project.submission_key == submission_key
        )
    )


def number_in_year(actor: Actor, year: int) -> int:
    """How many projects the actor's LAO has recorded for `year`."""
    return sum(review_counts(actor, ListState(year=year)).values())
