"""Reads for a plan file: every project of the plan with what an edit must know, and what was said of its columns."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from app.access import Actor
from app.db import db, table
from app.lao.projects.queries import ProjectDetail
from app.lao.projects.rules import ProjectFacts
from app.models import Project, ProjectDimension, ProjectYear, Report, Setting
from app.models.enums import ReportStatus
from app.plans.rules import Period

_P, _D, _Y, _R = (table(model).c for model in (Project, ProjectDimension, ProjectYear, Report))
_READ = (
    *(_P.id, _P.organisation_id, _P.province_code, _P.plan_period_id, _P.version, _P.review_status, _P.review_reason),
    *(_P.name, _P.kind, _P.dimension, _P.quarters, _P.target_group, _P.objective, _P.sub_heading),
)


def standing_projects(actor: Actor, period: Period) -> dict[int, ProjectDetail]:
    """Every project of the LAO in that period that is not deleted, in the order of their numbers: four statements."""
    own = (
        _P.organisation_id == actor.own_organisation_id,
        _P.deleted_at.is_(None),
        _P.plan_period_id == period.id,
    )

    def of_projects(*columns: Any) -> Select[Any]:
        """Those columns of a table that belongs to projects, which the first of them names."""
        return select(*columns).join(table(Project), columns[0] == _P.id).where(*own)

    budgets: dict[int, dict[int, Decimal | None]] = defaultdict(dict)
    for id_, year, amount in db.session.execute(of_projects(_Y.project_id, _Y.fiscal_year, _Y.plan_budget_satang)):
        budgets[id_][year] = amount
    further: dict[int, list[int]] = defaultdict(list)
    for id_, number in db.session.execute(of_projects(_D.project_id, _D.dimension)):
        further[id_].append(number)
    lines: dict[int, list[tuple[int, int, ReportStatus]]] = defaultdict(list)
    for id_, *line in db.session.execute(of_projects(_R.project_id, _R.fiscal_year, _R.round, _R.status)):
        lines[id_].append((line[0], line[1], line[2]))
    rows = db.session.execute(select(*_READ).where(*own).order_by(_P.id))
    return {row.id: _detail(row, budgets[row.id], further[row.id], lines[row.id]) for row in rows}


def _detail(
    row: Any,
    budgets: dict[int, Decimal | None],
    further: list[int],
    lines: list[tuple[int, int, ReportStatus]],
) -> ProjectDetail:
    facts = ProjectFacts(
        name=row.name,
        kind=row.kind,
        dimension=row.dimension,
        further_dimensions=tuple(sorted(further)),
        quarters=row.quarters,
        target_group=row.target_group,
        objective=row.objective,
        budgets=dict(sorted(budgets.items())),
        sub_heading=row.sub_heading,
    )
    return ProjectDetail(
        id=row.id,
        organisation_id=row.organisation_id,
        province_code=row.province_code,
        plan_period_id=row.plan_period_id,
        version=row.version,
        review_status=row.review_status,
        review_reason=row.review_reason,
        facts=facts,
        reported_years=frozenset(year for year, _, status in lines if status is not ReportStatus.NOT_REPORTED),
        report_lines=frozenset((year, round_) for year, round_, _ in lines),
    )


def kept_columns(actor: Actor) -> dict[str, str]:
    """What each head of a plan file was said to mean."""
    kept = db.session.get(Setting, columns_name(actor))
    return dict(json.loads(kept.value)) if kept else {}


def columns_name(actor: Actor) -> str:
    return f"plan-columns/{actor.own_organisation_id}"
