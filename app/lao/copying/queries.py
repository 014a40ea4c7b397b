"""What one plan has that another may take over."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.lao.projects.queries import WholeProject, every_project
from app.lao.projects.rules import same_words
from app.listing import ListState
from app.models import Project, Report
from app.models.enums import ReportStatus, ReviewStatus
from app.plans.rules import Period


class PlannedBefore(NamedTuple):
    """A project of the last plan. `copied`: the next one has a project of that name."""

    project: WholeProject
    copied: bool

    @property
    def likely(self) -> bool:
        """Whether most offices would take it over."""
        return not self.copied and self.project.status is not ReviewStatus.REJECTED


def planned_before(actor: Actor, source: Period, target: Period) -> list[PlannedBefore]:
    everything = every_project(actor, ListState(year=0))
    names = {same_words(each.facts.name) for each in everything if min(each.facts.budgets) in target.years}
    of_source = (each for each in everything if min(each.facts.budgets) in source.years)
    return [PlannedBefore(each, same_words(each.facts.name) in names) for each in of_source]


def untouched_copies(actor: Actor, recorded_at: datetime) -> list[int]:
    """The projects recorded at that moment that nobody has changed, judged or reported since."""
    reported = select(Report.project_id).where(Report.status != ReportStatus.NOT_REPORTED)
    wanted = select(Project.id).where(
        Project.organisation_id == actor.own_organisation_id,
        Project.created_at == recorded_at,
        Project.deleted_at.is_(None),
        Project.version == 1,
        Project.review_status == ReviewStatus.PENDING,
        Project.id.not_in(reported),
    )
    return list(db.session.scalars(wanted.order_by(Project.id)))
