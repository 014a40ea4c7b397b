"""Reads about plan periods for the administrator."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.db import db
from app.models import (
    Dimension,
    MinimumScore,
    PlanPeriod,
    PlanYear,
    Project,
    ProjectYear,
    Score,
    SubHeading,
    Window,
    WindowException,
)
from app.nacc.administration.periods.rules import PeriodUse
from app.plans.rules import heading_order


def other_years(period_id: int | None) -> list[tuple[int, int]]:
    """First and last year of every plan period but this one."""
    rows = db.session.scalars(select(PlanPeriod).order_by(PlanPeriod.first_year))
    return [(row.first_year, row.last_year) for row in rows if row.id != period_id]


def version_of(period_id: int) -> int:
    return db.session.scalars(select(PlanPeriod.version).where(PlanPeriod.id == period_id)).one()


def use_of(first: int, last: int) -> PeriodUse:
    """What has been kept for these years."""

    def number(year: Any, *wanted: Any) -> int:
        return db.session.scalar(select(func.count()).where(year.between(first, last), *wanted)) or 0

    return PeriodUse(
        plans=number(PlanYear.fiscal_year),
        projects=number(ProjectYear.fiscal_year),
        windows=number(Window.fiscal_year) + number(WindowException.fiscal_year),
        minimums=number(MinimumScore.fiscal_year),
    )


def max_scores() -> dict[tuple[int, int], Decimal]:
    """The most each dimension can score, by (plan period id, number)."""
    return {(row.plan_period_id, row.number): row.max_score for row in db.session.scalars(select(Dimension))}


def dimension(period_id: int, number: int) -> Dimension | None:
    return db.session.get(Dimension, (period_id, number))


def sub_headings(period_id: int, number: int) -> dict[str, str]:
    """Name by number, in their order."""
    own = SubHeading.plan_period_id == period_id, SubHeading.dimension == number
    rows = dict(db.session.execute(select(SubHeading.number, SubHeading.name).where(*own)).all())
    return {heading: rows[heading] for heading in sorted(rows, key=heading_order)}


def projects_under(period_id: int, number: int) -> dict[str, int]:
    """How many projects, the deleted ones too, stand under each sub-heading of a dimension."""
    wanted = select(Project.sub_heading, func.count()).where(
        Project.plan_period_id == period_id, Project.dimension == number, Project.sub_heading.is_not(None)
    )
    found = db.session.execute(wanted.group_by(Project.sub_heading))
    return {heading: count for heading, count in found if heading}


def highest_score(period_id: int, number: int) -> Decimal | None:
    """The best score, an LAO's own or NACC's, entered in a dimension of the period."""
    period = db.session.get_one(PlanPeriod, period_id)
    here = Score.fiscal_year.between(period.first_year, period.last_year), Score.dimension == number
    found = db.session.execute(select(func.max(Score.sar), func.max(Score.evaluation)).where(*here)).one()
    return max((score for score in found if score is not None), default=None)
