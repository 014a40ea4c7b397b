"""The deed every clerk does 85 times: report one project in one round."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs, Refusal, Stale
from app.history.operations import entry, record_all
from app.lao.reporting.details import ReportDetail, report_detail, report_details
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
    _write(actor, round_, [(before, SeenReport(version, facts))], now)
    return True


class SeenReport(NamedTuple):
    """What is to be said of a project, by somebody who saw its report at that version."""

    version: int
    facts: ReportFacts


def save_reports(actor: Actor, year: int, round_: Round, reports: Mapping[int, SeenReport], now: datetime) -> int:
    """Report many projects of a round at once, by id: all of them or none. Gives how many were changed.

    Raises NotTheirs, Stale, Refusal; then nothing is written.
    """
    lines = {line.project_id: line for line in report_details(actor, year, round_)}
    if not reports.keys() <= lines.keys():
        raise NotTheirs
    asked = [(lines[id_], seen) for id_, seen in reports.items()]
    if any(line.version != seen.version for line, seen in asked):
        raise Stale
    for line, _seen in asked:
        refuse_if_closed(actor, line, now)
    changed = [(line, seen) for line, seen in asked if line.facts != seen.facts]
    _write(actor, round_, changed, now)
    return len(changed)


def _write(actor: Actor, round_: Round, reports: Sequence[tuple[ReportDetail, SeenReport]], now: datetime) -> None:
    """Each report at the version it was seen at, and its entry in the history. Raises Stale."""
    said = {"at_round": int(round_), "reported_at": now, "reported_by_id": actor.account_id}
    rows = [
        {
            **said,
            "at_project": line.project_id,
            "at_year": line.year,
            "at_version": seen.version,
            **_columns(seen.facts),
            "version": seen.version + 1,
        }
        for line, seen in reports
    ]
    if not rows:
        return
    written = db.session.execute(_SAVE, rows if len(rows) > 1 else rows[0])
    if written.rowcount != len(rows):  # type: ignore[attr-defined]
        raise Stale
    record_all([_entry(actor, round_, line, seen.facts, now) for line, seen in reports])


def _entry(actor: Actor, round_: Round, line: ReportDetail, facts: ReportFacts, now: datetime) -> dict[str, Any]:
    reported = line.facts.status is not ReportStatus.NOT_REPORTED
    return entry(
        actor,
        Action.CORRECT_REPORT if reported else Action.REPORT,
        Entity.REPORT,
        f"{line.project_id}/{line.year}/{int(round_)}",
        actor.organisation_id,
        line.facts.as_dict() if reported else None,
        facts.as_dict(),
        at=now,
    )


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
