"""The rows a project stands in: its own, its further dimensions, its years and their report lines.

Written by operations.py, which decides; all rows of a table in one statement, however many projects.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Insert, delete, func, insert, select, update

from app.db import db, table
from app.lao.fixed_rounds.operations import add_report_lines
from app.lao.fixed_rounds.rules import ClosedRound, open_rounds
from app.lao.projects.rules import ProjectFacts
from app.models import Project, ProjectDimension, ProjectYear, Report
from app.models.enums import Round
from app.models.projects import CARRIED
from app.words import thai_sort_key

_P, _Y = table(Project).c, table(ProjectYear).c
_ADD_PROJECTS, _ADD_DIMENSIONS, _ADD_YEARS = (insert(table(each)) for each in (Project, ProjectDimension, ProjectYear))


def columns(facts: ProjectFacts) -> dict[str, object]:
    return {
        "name": facts.name,
        "name_sort": thai_sort_key(facts.name),
        "kind": facts.kind,
        "dimension": facts.dimension,
        "sub_heading": facts.sub_heading,
        "quarters": facts.quarters,
        "target_group": facts.target_group,
        "objective": facts.objective,
    }


def write_dimensions(project_id: int, numbers: tuple[int, ...]) -> None:
    db.session.execute(delete(ProjectDimension).where(ProjectDimension.project_id == project_id))
    if numbers:
        rows = [{"project_id": project_id, "dimension": number} for number in numbers]
        db.session.execute(insert(ProjectDimension), rows)


def write_years(project: Project, before: ProjectFacts, after: ProjectFacts, closed: list[ClosedRound]) -> None:
    for year in before.budgets.keys() - after.budgets.keys():
        db.session.execute(delete(Report).where(Report.project_id == project.id, Report.fiscal_year == year))
        db.session.execute(
            delete(ProjectYear).where(ProjectYear.project_id == project.id, ProjectYear.fiscal_year == year)
        )
    carried = {"project_id": project.id} | {name: getattr(project, name) for name in CARRIED}
    added = {year: amount for year, amount in after.budgets.items() if year not in before.budgets}
    _add_years([(carried, added)], closed)
    for year, amount in after.budgets.items():
        if year in before.budgets and before.budgets[year] != amount:
            db.session.execute(
                update(ProjectYear)
                .where(ProjectYear.project_id == project.id, ProjectYear.fiscal_year == year)
                .values(plan_budget=amount)
            )


def add_projects(
    rows: Sequence[dict[str, Any]], projects: Sequence[ProjectFacts], closed: list[ClosedRound]
) -> list[int]:
    """Their rows, further dimensions, years and report lines, in one statement a table; gives their ids in order.

    All are of one LAO, whose row the caller holds: what is new of it afterwards is what was added here. RETURNING would
    have SQLite run one statement a row.
    """
    whole = [row | columns(facts) for row, facts in zip(rows, projects, strict=True)]
    own = select(_P.id).where(_P.organisation_id == rows[0]["organisation_id"]).order_by(_P.id)
    last = db.session.scalar(own.with_only_columns(func.max(_P.id)).order_by(None)) or 0
    db.session.execute(_ADD_PROJECTS, whole)
    ids = list(db.session.scalars(own.where(_P.id > last)))
    further = [
        {"project_id": id_, "dimension": number}
        for id_, facts in zip(ids, projects, strict=True)
        for number in facts.further_dimensions
    ]
    _add(_ADD_DIMENSIONS, further)
    carried = [{"project_id": id_} | {name: row[name] for name in CARRIED} for id_, row in zip(ids, whole, strict=True)]
    _add_years([(each, facts.budgets) for each, facts in zip(carried, projects, strict=True)], closed)
    return ids


def _add_years(
    added: Sequence[tuple[dict[str, Any], Mapping[int, Decimal | None]]], closed: Sequence[ClosedRound]
) -> None:
    """Years with a report line for each of their rounds that is not closed: they wait from the first day.

    In the order of their projects, which are all of one LAO.
    """
    rows = [
        {**carried, "fiscal_year": year, "plan_budget_satang": amount}
        for carried, budgets in added
        for year, amount in budgets.items()
    ]
    _add(_ADD_YEARS, rows)
    years = {row["fiscal_year"] for row in rows}
    for round_ in Round:
        waiting = [year for year in years if round_ in open_rounds(year, closed)]
        if waiting:
            first, last = rows[0], rows[-1]
            own = _Y.organisation_id == first["organisation_id"]
            these = _Y.project_id.between(first["project_id"], last["project_id"])
            add_report_lines(round_, own, these, _Y.fiscal_year.in_(waiting))


def _add(statement: Insert, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(statement, rows)
