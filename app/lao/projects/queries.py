"""Reads of projects: each takes the actor and sees only its own LAO's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import Integer, Select, String, and_, bindparam, cast, exists, func, select, type_coerce

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs
from app.lao.projects.rules import ProjectFacts, amount_question, editable
from app.listing import PAGE_SIZE, ROWS_KEPT, ListState, like_pattern
from app.models import Project, ProjectDimension, ProjectYear, Report, SubHeading
from app.models.enums import Kind, ReportStatus, ReviewStatus
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
    status: ReviewStatus
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
    report_lines: frozenset[tuple[int, int]]  # year and round of each


class WholeProject(NamedTuple):
    """A project of the list's file. `budget`: baht of the year or of all years the list shows."""

    id: int
    facts: ProjectFacts
    budget: Decimal | None
    status: ReviewStatus
    reason: str


_P, _Y = table(Project).c, table(ProjectYear).c
_OWN = and_(_P.organisation_id == bindparam("organisation_id"), _P.deleted_at.is_(None))
# Every year of a project with its budget in satang, as "2561:15000,2562:": one row a project, one query a page.
_YEAR_TEXT = cast(_Y.fiscal_year, String) + ":" + func.coalesce(cast(_Y.plan_budget_satang, String), "")
_YEARS = select(func.aggregate_strings(_YEAR_TEXT, ",")).where(_Y.project_id == _P.id).scalar_subquery()
_FURTHER = (
    select(func.aggregate_strings(cast(ProjectDimension.dimension, String), ","))
    .where(ProjectDimension.project_id == _P.id)
    .scalar_subquery()
)
_TYPED = (_FURTHER, _P.quarters, _P.target_group, _P.objective, _P.sub_heading)
_LISTED = (_P.id, _P.kind, _P.name, _P.dimension, _P.review_status, _P.review_reason, _YEARS)
SORTS = ("", "name", "dimension", "review", "kind")
_ORDER: dict[str, tuple[Any, ...]] = {
    "": (_P.id,),
    "name": (_P.name_sort, _P.id),
    "dimension": (_P.dimension, _P.id),
    "review": (_P.review_status, _P.id),
    "kind": (_P.kind, _P.id),
}


def _filter(state: ListState) -> list[Any]:
    """The conditions of a list, with places for what `_values` puts in."""
    wanted = [_OWN]
    if state.year:
        wanted.append(exists().where(_Y.project_id == _P.id, _Y.fiscal_year == bindparam("year")))
    if state.review:
        wanted.append(_P.review_status == bindparam("review"))
    return wanted + [_P.name_search.like(bindparam(f"word{n}"), escape="/") for n in range(len(state.words))]


def _values(actor: Actor, state: ListState) -> dict[str, Any]:
    values: dict[str, Any] = {"organisation_id": actor.own_organisation_id}
    if state.year:
        values["year"] = state.year
    if state.review:
        values["review"] = ReviewStatus(state.review)
    return values | {f"word{n}": like_pattern(word) for n, word in enumerate(state.words)}


# A statement is put together once for each shape of a list: that takes longer than running it.
@lru_cache(maxsize=256)
def _count_statement(shape: ListState) -> Select[Any]:
    return select(_P.review_status, func.count()).where(*_filter(shape)).group_by(_P.review_status)


@lru_cache(maxsize=256)
def _whole_statement(shape: ListState) -> Select[Any]:
    return select(*_LISTED).where(*_filter(shape)).order_by(*_ORDER[shape.sort])


@lru_cache(maxsize=256)
def _list_statement(shape: ListState) -> Select[Any]:
    return _whole_statement(shape).limit(PAGE_SIZE).offset(bindparam("offset", type_=Integer))


_ONE_LISTED = select(*_LISTED).where(_OWN, _P.id == bindparam("project_id"))


def review_counts(actor: Actor, state: ListState) -> dict[ReviewStatus, int]:
    """How many projects the filtered list has, by NACC's word on them."""
    return dict(db.session.execute(_count_statement(state.shape), _values(actor, state)).all())


def recorded_by_year(actor: Actor) -> list[tuple[int, int]]:
    """(fiscal year, how many projects) of every year that has some, the latest first."""
    statement = (
        select(_Y.fiscal_year, func.count())
        .join(table(Project), _Y.project_id == _P.id)
        .where(_OWN)
        .group_by(_Y.fiscal_year)
        .order_by(_Y.fiscal_year.desc())
    )
    found = db.session.execute(statement, {"organisation_id": actor.own_organisation_id})
    return [(year, number) for year, number in found]


def project_rows(actor: Actor, state: ListState, open_years: Iterable[int]) -> list[ProjectRow]:
    """One page of the list."""
    offset = (state.page - 1) * PAGE_SIZE
    found = db.session.execute(_list_statement(state.shape), {**_values(actor, state), "offset": offset})
    opened = frozenset(open_years)
    return [_row(number, tuple(row), state.year, opened) for number, row in enumerate(found.all(), start=offset + 1)]


def every_project(actor: Actor, state: ListState) -> list[WholeProject]:
    """The whole list for a file, with all that was typed of each project."""
    statement = _whole_statement(state.shape).add_columns(*_TYPED)
    found = db.session.execute(statement, _values(actor, state))
    return [_whole(tuple(row), state.year) for row in found]


def _whole(row: tuple[Any, ...], year: int) -> WholeProject:
    id_, kind, name, dimension, status, reason, packed, further, *typed = row
    budgets = _unpack(packed)
    quarters, target_group, objective, below = typed
    others = tuple(sorted(map(int, (further or "").split(",")))) if further else ()
    facts = ProjectFacts(name, kind, dimension, others, quarters, target_group, objective, budgets, below)
    return WholeProject(id_, facts, _budget(budgets, year), status, reason or "")


def project_row(actor: Actor, project_id: int, state: ListState, open_years: Iterable[int], number: int) -> ProjectRow:
    """The line of one project as it stands now. Raises NotTheirs."""
    values = {"organisation_id": actor.own_organisation_id, "project_id": project_id}
    row = db.session.execute(_ONE_LISTED, values).first()
    if row is None:
        raise NotTheirs
    return _row(number, tuple(row), state.year, frozenset(open_years))


@lru_cache(maxsize=ROWS_KEPT)
def _row(number: int, row: tuple[Any, ...], year: int, opened: frozenset[int]) -> ProjectRow:
    id_, kind, name, dimension, status, reason, packed = row
    budgets = _unpack(packed)
    return ProjectRow(
        id_,
        number,
        kind.label,
        name,
        baht(_budget(budgets, year), missing=NO_BUDGET),
        f"มิติที่ {dimension}",
        years_text(budgets),
        status,
        reason or "",
        editable(budgets, opened),
    )


def _unpack(packed: str | None) -> dict[int, Decimal | None]:
    """Budget in baht by year, from what `_YEARS` packs."""
    pairs = [each.split(":") for each in (packed or "").split(",") if each]
    return {int(year): Decimal(satang).scaleb(-2) if satang else None for year, satang in sorted(pairs)}


def year_budgets(project_id: int) -> dict[int, Decimal | None]:
    """Budget by year of one project, the years in order."""
    statement = (
        select(_Y.fiscal_year, _Y.plan_budget_satang).where(_Y.project_id == project_id).order_by(_Y.fiscal_year)
    )
    return dict(db.session.execute(statement).all())


class AmountQuestions:
    """What to ask about the amounts of many projects of the actor's LAO: what is usual there is looked up once."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    @cached_property
    def _usual(self) -> Decimal | None:
        return median_budget(self._actor)

    def about(self, amounts: Mapping[str, Decimal], planned: Decimal | None = None) -> dict[str, str]:
        """By the name of the field of each unusual amount; `planned` is the plan of what was `spent`."""
        larger = {name: amount for name, amount in amounts.items() if planned is None or amount > planned}
        asked = {
            name: amount_question(amount, self._usual, planned if name == "spent" else None)
            for name, amount in larger.items()
        }
        return {name: question for name, question in asked.items() if question}


def amount_questions(actor: Actor, amounts: Mapping[str, Decimal], planned: Decimal | None = None) -> dict[str, str]:
    """What to ask about each unusual amount of one project."""
    return AmountQuestions(actor).about(amounts, planned)


# As numbers: a large LAO has 1,400 amounts, and each save of an amount would make as many Decimals.
_BUDGETS = (
    select(type_coerce(_Y.plan_budget_satang, Integer))
    .join_from(table(Project), table(ProjectYear), _Y.project_id == _P.id)
    .where(_P.organisation_id == bindparam("organisation_id"), _Y.counted, _Y.plan_budget_satang > Decimal(0))
)


def median_budget(actor: Actor) -> Decimal | None:
    """Of the plan budgets of the LAO's projects that count, in baht; those without money are left out."""
    found = db.session.scalars(_BUDGETS, {"organisation_id": actor.own_organisation_id}).all()
    return Decimal(median(found)).scaleb(-2) if found else None


def _budget(budgets: dict[int, Decimal | None], year: int) -> Decimal | None:
    """The budget of `year`, or of all years together; None ("without budget") only where no year has one."""
    amounts = [budgets.get(year)] if year else list(budgets.values())
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def years_text(years: Iterable[int]) -> str:
    """2561, 2562 and 2561–2564 where three or more follow each other."""
    ordered = sorted(years)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}–{ordered[-1]}"
    return ", ".join(map(str, ordered))


def project_facts(project: Any) -> ProjectFacts:
    """What is said of a project whose row, or the columns of it, was read."""
    further = select(ProjectDimension.dimension).where(ProjectDimension.project_id == project.id)
    return ProjectFacts(
        name=project.name,
        kind=Kind(project.kind),
        dimension=project.dimension,
        further_dimensions=tuple(sorted(db.session.scalars(further))),
        quarters=project.quarters,
        target_group=project.target_group,
        objective=project.objective,
        budgets=year_budgets(project.id),
        sub_heading=project.sub_heading,
    )


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
            Project.sub_heading,
            Project.quarters,
            Project.target_group,
            Project.objective,
        ).where(
            Project.id == project_id,
            Project.organisation_id == actor.own_organisation_id,
            Project.deleted_at.is_(None),
        )
    ).first()
    if project is None:
        raise NotTheirs
    reports = select(Report.fiscal_year, Report.round, Report.status).where(Report.project_id == project_id)
    lines = db.session.execute(reports).all()
    return ProjectDetail(
        id=project.id,
        organisation_id=project.organisation_id,
        province_code=project.province_code,
        plan_period_id=project.plan_period_id,
        version=project.version,
        review_status=project.review_status,
        review_reason=project.review_reason,
        facts=project_facts(project),
        reported_years=frozenset(year for year, _, status in lines if status is not ReportStatus.NOT_REPORTED),
        report_lines=frozenset((year, round_) for year, round_, _ in lines),
    )


def unknown_sub_heading(period_id: int, projects: Iterable[ProjectFacts]) -> str:
    """The first sub-heading of theirs that the plan period does not have; those it has stay while this is done."""
    asked = {each.sub_heading for each in projects if each.sub_heading}
    if not asked:
        return ""
    kept = select(SubHeading.number).where(SubHeading.plan_period_id == period_id, SubHeading.number.in_(asked))
    return min(asked.difference(db.session.scalars(kept.with_for_update(read=True, key_share=True))), default="")


def recorded_before(actor: Actor, submission_keys: Iterable[str | None]) -> dict[str | None, int]:
    """The projects that the same form recorded already, by their keys."""
    found = select(_P.submission_key, _P.id).where(
        _P.organisation_id == actor.own_organisation_id, _P.submission_key.in_(submission_keys)
    )
    return dict(db.session.execute(found).all())


def number_in_year(actor: Actor, year: int) -> int:
    """How many projects the actor's LAO has recorded for `year`."""
    return sum(review_counts(actor, ListState(year=year)).values())
