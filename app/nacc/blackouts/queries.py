"""The texts of one project, as an administrator sees them before one is blacked out."""

from typing import NamedTuple

from sqlalchemy import select

from app.db import db
from app.errors import NotTheirs
from app.models import Organisation, Project, Report
from app.nacc.blackouts.rules import OF_REPORTS, BlackedText


class ProjectTexts(NamedTuple):
    name: str
    lao: str
    texts: list[tuple[BlackedText, list[str]]]


def texts_of(project_id: int) -> ProjectTexts:
    """What stands in each field that can be blacked out, also of a deleted project. Raises NotTheirs."""
    project = db.session.get(Project, project_id)
    if project is None:
        raise NotTheirs
    lao = db.session.scalar(select(Organisation.name).where(Organisation.id == project.organisation_id)) or ""
    lines = db.session.scalars(
        select(Report).where(Report.project_id == project_id).order_by(Report.fiscal_year, Report.round)
    ).all()
    texts = {
        what: [getattr(row, what.value) or "" for row in (lines if what in OF_REPORTS else [project])]
        for what in BlackedText
    }
    return ProjectTexts(project.name, lao, [(what, [each for each in said if each]) for what, said in texts.items()])
