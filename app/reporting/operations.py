"""The deed every clerk does 85 times: report one project in one round."""

from datetime import datetime

from sqlalchemy import update

from app.access import Actor
from app.db import db
from app.errors import Refusal, Stale
from app.history.operations import record
from app.models import Report
from app.models.enums import PlanStatus, ReportStatus, ReviewStatus, Round
from app.plans.queries import year_gates
from app.plans.rules import closed_year_sentence
from app.reporting.queries import ReportDetail, report_detail
from app.reporting.rules import ReportFacts


def save_report(
    actor: Actor, project_id: int, year: int, round_: Round, version: int, facts: ReportFacts, now: datetime
) -> None:
    """Report a project, or correct its report in place. Raises NotTheirs, Stale, Refusal; then nothing is written."""
    before = report_detail(actor, project_id, year, round_)
    refuse_if_closed(actor, before, now)
    if before.facts == facts:
        return  # also what a double submit comes to
    if before.version != version:
        raise Stale
    written = db.session.execute(
        update(Report)
        .where(
            Report.project_id == project_id,
            Report.fiscal_year == year,
            Report.round == int(round_),
            Report.version == version,
        )
        .values(
            **facts.as_dict(),
            reported_at=now,
            reported_by_id=actor.account_id,
            version=version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale
    reported = before.facts.status is not ReportStatus.NOT_REPORTED
    record(
        actor,
        "correct report" if reported else "report",
        "report",
        f"{project_id}/{year}/{int(round_)}",
        organisation_id=actor.organisation_id,
        before=before.facts.as_dict() if reported else None,
        after=facts.as_dict(),
        at=now,
    )


def refuse_if_closed(actor: Actor, line: ReportDetail, now: datetime) -> None:
    """Raise Refusal where a rule closes this line to reporting: rejected, year not passed, window closed."""
    if refusal := closed_because(actor, line, now):
        raise Refusal(refusal)


def closed_because(actor: Actor, line: ReportDetail, now: datetime) -> str:
    """Why this line cannot be reported now, in Thai; empty where it can."""
    if line.review_status is ReviewStatus.REJECTED:
        return "โครงการนี้ถูกปฏิเสธ ไม่ต้องรายงานผล หากแก้ไขโครงการแล้ว จะรายงานได้อีกครั้ง"
    if line.plan_status is not PlanStatus.PASSED:
        return closed_year_sentence(line.year, year_gates(actor))
    return line.window.refusal(now)
