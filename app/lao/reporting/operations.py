"""The deed every clerk does 85 times: report one project in one round."""

from datetime import datetime

from sqlalchemy import bindparam, update

from app.access import Actor
from app.db import db, table
from app.errors import Refusal, Stale
from app.history.operations import record
from app.lao.reporting.details import ReportDetail, report_detail
from app.lao.reporting.rules import ReportFacts
from app.models import Report
from app.models.enums import Action, Entity, PlanStatus, ReportStatus, ReviewStatus, Round
from app.plans.queries import year_gates
from app.plans.rules import closed_year_sentence

_R = table(Report).c
# Made once: the statement of every save. It asks for the version: of two at the same moment, the first one wins.
_SAVE = update(table(Report)).where(
    _R.project_id == bindparam("at_project"),
    _R.fiscal_year == bindparam("at_year"),
    _R.round == bindparam("at_round"),
    _R.version == bindparam("at_version"),
)


def save_report(
    actor: Actor, project_id: int, year: int, round_: Round, version: int, facts: ReportFacts, now: datetime
) -> bool:
    """Report a project, or correct its report in place; False where the form changes nothing.

    Raises NotTheirs, Stale, Refusal; then nothing is written.
    """
    before = report_detail(actor, project_id, year, round_)
    refuse_if_closed(actor, before, now)
    if before.facts == facts:
        return before.version != version  # a double click: the first one saved it
    written = db.session.execute(
        _SAVE,
        {
            "at_project": project_id,
            "at_year": year,
            "at_round": int(round_),
            "at_version": version,
            **_columns(facts),
            "reported_at": now,
            "reported_by_id": actor.account_id,
            "version": version + 1,
        },
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale
    reported = before.facts.status is not ReportStatus.NOT_REPORTED
    record(
        actor,
        Action.CORRECT_REPORT if reported else Action.REPORT,
        Entity.REPORT,
        f"{project_id}/{year}/{int(round_)}",
        organisation_id=actor.organisation_id,
        before=before.facts.as_dict() if reported else None,
        after=facts.as_dict(),
        at=now,
    )
    return True


def _columns(facts: ReportFacts) -> dict[str, object]:
    return {
        "status": facts.status,
        "ordinance_budget_satang": facts.ordinance_budget,
        "spent_satang": facts.spent,
        "cannot_reason": facts.cannot_reason,
        "cannot_text": facts.cannot_text,
        "note": facts.note,
        "obstacles": facts.obstacles,
        "suggestions": facts.suggestions,
    }


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
