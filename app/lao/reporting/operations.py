"""The deed every clerk does 85 times: report one project in one round."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs, Refusal, Stale, Unanswered
from app.history.operations import entry, record_all
from app.lao.reporting.details import (
    ReportDetail,
    known_ordinances,
    report_detail,
    report_details,
    reported_together,
    to_take_over,
)
from app.lao.reporting.rules import ReportFacts, kept_facts
from app.models import Report
from app.models.enums import Action, CannotReason, Entity, PlanStatus, ReportStatus, ReviewStatus, Round
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


class SavedReport(NamedTuple):
    """A report line as a save left it; `changed`: it says something else than who saved it had seen."""

    line: ReportDetail
    changed: bool


def save_report(
    actor: Actor,
    project_id: int,
    year: int,
    round_: Round,
    version: int,
    facts: ReportFacts,
    now: datetime,
    asks: Callable[[ReportDetail], bool] = lambda _line: False,
) -> SavedReport:
    """Report a project, or correct its report in place, unless the form still `asks` about the line as it stands.

    Raises NotTheirs, Stale, Refusal, Unanswered; then nothing is written.
    """
    before = report_detail(actor, project_id, year, round_)
    refuse_if_closed(actor, before, now)
    if asks(before):
        raise Unanswered
    if before.facts == facts:
        return SavedReport(before, before.version != version)  # a double click: the first one saved it
    _write(actor, round_, [(before, SeenReport(version, facts))], now)
    return SavedReport(replace(before, facts=facts, version=version + 1, reported_at=now), changed=True)


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
    _write(actor, round_, changed, now, moments=True)
    return len(changed)


class SaidOfMany(NamedTuple):
    """One status for many projects, and why where they cannot be done."""

    status: ReportStatus
    cannot_reason: CannotReason | None = None
    cannot_text: str | None = None


def report_many(actor: Actor, year: int, round_: Round, ids: Collection[int], said: SaidOfMany, now: datetime) -> int:
    """Say one status of many projects at once, of all or of none; amounts and words stay. Gives how many were changed.

    Raises Refusal, Stale; then nothing is written.
    """
    lines = [line for line in report_details(actor, year, round_) if line.project_id in set(ids)]
    if len(lines) != len(set(ids)):
        raise Refusal("บางโครงการที่เลือกไว้ไม่มีในรอบนี้แล้ว กลับไปที่ตาราง แล้วเลือกอีกครั้ง")
    known = known_ordinances(actor, year, besides=round_)
    reports = {}
    for line in lines:
        starting = replace(line.facts, ordinance_budget=known.get(line.project_id)) if line.waits else line.facts
        reports[line.project_id] = SeenReport(line.version, replace(starting, **said._asdict()))
    return save_reports(actor, year, round_, reports, now)


def take_over(actor: Actor, year: int, round_: Round, expected: int, now: datetime) -> int:
    """Say of every project that is not reported what the round before said, where that is settled. Gives how many.

    Raises Refusal where they are no longer as many as were said before; then nothing is written.
    """
    found = to_take_over(actor, year, round_)
    if len(found) != expected:
        raise Refusal(f"ขณะนี้มี {len(found):,} โครงการ ไม่ใช่ {expected:,} ตรวจแล้วกดอีกครั้ง")
    versions = {line.project_id: line.version for line in report_details(actor, year, round_)}
    return save_reports(
        actor, year, round_, {id_: SeenReport(versions[id_], facts) for id_, facts in found.items()}, now
    )


def take_back_reports(actor: Actor, year: int, round_: Round, at: datetime, now: datetime) -> tuple[int, int]:
    """Undo what the actor reported in one deed at that moment: each report says again what it said before.

    Gives how many were put back, and how many were not, for they were changed since. Raises Refusal, Stale.
    """
    told = reported_together(actor, year, round_, at)
    lines = {line.project_id: line for line in report_details(actor, year, round_)}
    back = [(lines[each.project_id], each.before) for each in told if not each.since and each.project_id in lines]
    for line, _before in back:
        refuse_if_closed(actor, line, now)
    if back:
        written = db.session.execute(_SAVE, [_as_before(line, round_, before) for line, before in back])
        if written.rowcount != len(back):  # type: ignore[attr-defined]
            raise Stale
    record_all([_taken_back(actor, round_, line, before, now) for line, before in back])
    return len(back), len(told) - len(back)


def _as_before(line: ReportDetail, round_: Round, before: Mapping[str, Any] | None) -> dict[str, Any]:
    was_at = before and (before.get("reported_at") or line.reported_at)
    return {
        **_at(line, round_, line.version),
        **_columns(kept_facts(before)),
        "reported_at": datetime.fromisoformat(was_at) if isinstance(was_at, str) else was_at,
    }


def _taken_back(
    actor: Actor, round_: Round, line: ReportDetail, before: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    return entry(
        actor,
        Action.TAKE_BACK_REPORT,
        Entity.REPORT,
        f"{line.project_id}/{line.year}/{int(round_)}",
        actor.organisation_id,
        line.facts.as_dict() | {"reported_at": line.reported_at},
        before,
        at=now,
    )


def _at(line: ReportDetail, round_: Round, version: int) -> dict[str, Any]:
    """Which row is meant, and its next version."""
    place = {"at_project": line.project_id, "at_year": line.year, "at_round": int(round_), "at_version": version}
    return place | {"version": version + 1}


def _write(
    actor: Actor,
    round_: Round,
    reports: Sequence[tuple[ReportDetail, SeenReport]],
    now: datetime,
    *,
    moments: bool = False,
) -> None:
    """Each report at the version it was seen at, and its entry in the history. Raises Stale.

    `moments`: the entry of a correction also says when it was reported, so that all of it can be put back.
    """
    said = {"reported_at": now, "reported_by_id": actor.account_id}
    rows = [{**said, **_at(line, round_, seen.version), **_columns(seen.facts)} for line, seen in reports]
    if not rows:
        return
    written = db.session.execute(_SAVE, rows if len(rows) > 1 else rows[0])
    if written.rowcount != len(rows):  # type: ignore[attr-defined]
        raise Stale
    record_all([_entry(actor, round_, line, seen.facts, now, moments) for line, seen in reports])


def _entry(
    actor: Actor, round_: Round, line: ReportDetail, facts: ReportFacts, now: datetime, moments: bool
) -> dict[str, Any]:
    was, is_ = ({"reported_at": line.reported_at}, {"reported_at": now}) if moments and not line.waits else ({}, {})
    return entry(
        actor,
        Action.REPORT if line.waits else Action.CORRECT_REPORT,
        Entity.REPORT,
        f"{line.project_id}/{line.year}/{int(round_)}",
        actor.organisation_id,
        None if line.waits else line.facts.as_dict() | was,
        facts.as_dict() | is_,
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
