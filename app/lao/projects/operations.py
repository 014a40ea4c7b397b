"""Deeds on projects: record, edit, delete. Each checks the gate, changes, and writes the history."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import select

from app.access import Actor
from app.db import db, write
from app.errors import Refusal
from app.history.operations import entry, record, record_all
from app.lao.fixed_rounds.operations import fix_due
from app.lao.fixed_rounds.queries import closed_rounds
from app.lao.fixed_rounds.rules import ClosedRound, closed_years
from app.lao.projects import queries
from app.lao.projects.lines import add_projects, columns, write_dimensions, write_years
from app.lao.projects.rules import (
    No,
    ProjectFacts,
    changed_fields,
    closed_edit_refusal,
    counts,
    deletion_refusal,
    editable,
    reason_refusal,
    return_refusal,
    review_after_edit,
    sub_heading_refusal,
    year_removal_refusal,
)
from app.models import Organisation, Project, Report
from app.models.enums import Action, Entity, ReportStatus, ReviewStatus
from app.plans.queries import plan_statuses
from app.plans.rules import Period, YearGate, closed_year_sentence, gates, open_years

NACCS_WORD = ("review_status", "review_reason", "reviewed_at")


def record_project(actor: Actor, period: Period, facts: ProjectFacts, submission_key: str, now: datetime) -> int:
    """Record a project; gives its id. The same form sent twice gives the same project. Raises Refusal."""
    return record_projects(actor, period, [facts], submission_key, now)[0]


def record_projects(
    actor: Actor, period: Period, projects: Sequence[ProjectFacts], submission_key: str, now: datetime
) -> list[int]:
    """Record all of them or none; gives the id of each. The same form sent twice gives the same projects.

    Two with the same words are two. Raises Refusal for the first year in which none can be recorded.
    """
    organisation_id = actor.own_organisation_id
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    alike: Counter[str] = Counter()
    keys = []
    for facts in projects:
        words = str(facts)
        keys.append(_form_key(submission_key, words, alike[words]))
        alike[words] += 1
    known = queries.recorded_before(actor, keys) if submission_key else {}
    new = [(key, facts) for key, facts in zip(keys, projects, strict=True) if key not in known]
    ids = iter(_record_new(actor, period, [facts for _key, facts in new], [key for key, _facts in new], now))
    return [known[key] if key in known else next(ids) for key in keys]


def _record_new(
    actor: Actor, period: Period, projects: Sequence[ProjectFacts], keys: Sequence[str | None], now: datetime
) -> list[int]:
    if not projects:
        return []
    years = {year for facts in projects for year in facts.budgets}
    _check_years(_year_gates(actor, period), years)
    _check_sub_headings(period, projects)
    closed = _fixed_before(actor.own_organisation_id, years, now)
    if refusal := return_refusal(years, closed, "บันทึกโครงการของปีนี้"):
        raise Refusal(refusal, "years")
    owner = {"organisation_id": actor.own_organisation_id, "province_code": actor.province_code}
    pending = {"review_status": ReviewStatus.PENDING, "counted": True}
    made = {"plan_period_id": period.id, "created_at": now, "updated_at": now, "version": 1}
    rows = [owner | pending | made | {"submission_key": key} for key in keys]
    ids = add_projects(rows, projects, closed)
    told = partial(entry, actor, Action.RECORD, Entity.PROJECT, organisation_id=actor.own_organisation_id, before=None)
    record_all([told(id_, after=facts.as_dict(), at=now) for id_, facts in zip(ids, projects, strict=True)])
    return ids


def edit_project(
    actor: Actor, period: Period, project_id: int, version: int, facts: ProjectFacts, now: datetime
) -> bool:
    """Change a project; False where the form changes nothing. Raises NotTheirs, Refusal; Stale at the commit."""
    before = _locked(actor, project_id)
    changed = changed_fields(before.facts, facts)
    if not changed:
        return before.version != version  # a double click: the first one saved it
    closed = _fixed_before(before.organisation_id, {*before.facts.budgets, *facts.budgets}, now)
    project = db.session.get_one(Project, project_id)
    _check_sub_headings(period, [facts])
    review = _review(project, review_after_edit(before.review_status, changed))
    # First: what the rules say of a stale page helps nobody. A refusal takes it back.
    write(project, version, **columns(facts), **review, updated_at=now)
    if no := edit_refusal(before, facts, _year_gates(actor, period), closed):
        raise Refusal(*no)
    write_dimensions(project_id, facts.further_dimensions)
    write_years(project, before.facts, facts, closed)
    record(
        actor,
        Action.EDIT,
        Entity.PROJECT,
        project_id,
        organisation_id=before.organisation_id,
        before=before.facts.as_dict() | {"review_status": before.review_status},
        after=facts.as_dict() | {"review_status": project.review_status},
        at=now,
    )
    return True


def edit_refusal(
    before: queries.ProjectDetail, facts: ProjectFacts, year_gates: list[YearGate], closed: list[ClosedRound]
) -> No | None:
    """Why a project cannot be changed to `facts`, and the field it stands beside; None where it can.

    A closed year stays as it is: not added, not changed, not taken out.
    """
    opened, old, new = open_years(year_gates), before.facts.budgets, facts.budgets
    if not editable(old, opened):
        return No(closed_year_sentence(min(old), year_gates))
    if shut := sorted({year for year in new if year not in old or old[year] != new[year]} - set(opened)):
        return No(closed_year_sentence(shut[0], year_gates), "years")
    for year in old.keys() - new.keys():
        if refusal := year_removal_refusal(year, reported=year in before.reported_years, open_=year in opened):
            return No(refusal, "years")
    return closed_edit_refusal(before.facts, facts, before.review_status, _held(before, closed), closed)


def delete_project(actor: Actor, period: Period, project_id: int, version: int, reason: str, now: datetime) -> None:
    """Take a project out of the lists and counts; its history stays, and in public its name, when and why.

    Raises NotTheirs, Refusal; Stale as above.
    """
    if refusal := reason_refusal(reason):
        raise Refusal(refusal, "reason")
    before = _locked(actor, project_id)
    closed = _fixed_before(before.organisation_id, before.facts.budgets, now)
    write(
        db.session.get_one(Project, project_id),
        version,
        deleted_at=now,
        counted=counts(before.review_status, deleted=True),
        submission_key=None,  # the same form sent again records it anew
    )
    _check_editable(before, _year_gates(actor, period))
    if refusal := deletion_refusal(_held(before, closed)):
        raise Refusal(refusal)
    record(
        actor,
        Action.DELETE,
        Entity.PROJECT,
        project_id,
        organisation_id=before.organisation_id,
        before=before.facts.as_dict(),
        reason=reason,
        at=now,
    )


def hand_on_project(
    actor: Actor, project_id: int, year: int, successor: Organisation | None, reason: str, now: datetime
) -> int | None:
    """Take the years from `year` on away from a closed LAO: its `successor` gets them as a project of its own.

    Gives that project's id. NACC's word on it goes along; what was reported stays where it was reported, and so does a
    year in which nothing can be reported any more, for either of them: the paper came late.
    """
    project = db.session.get_one(Project, project_id, with_for_update=True)
    before = queries.project_facts(project)
    closed = _fixed_before(project.organisation_id, before.budgets, now)
    shut = closed_years(closed) | closed_years(_fixed_before(successor.id, before.budgets, now) if successor else [])
    years = {each: amount for each, amount in before.budgets.items() if each >= year and each not in shut}
    kept = {each: amount for each, amount in before.budgets.items() if each not in years}
    if not years:
        return None
    new_id = _copy(actor, project, replace(before, budgets=years), successor, reason, now) if successor else None
    after = replace(before, budgets=kept) if kept else None
    if after:
        write(project, project.version, updated_at=now)
        _tell_of_lost_reports(actor, project, years, reason, now)
        write_years(project, before, after, closed)
    else:
        write(project, project.version, deleted_at=now, counted=counts(project.review_status, deleted=True))
    record(
        actor,
        Action.HAND_ON,
        Entity.PROJECT,
        project.id,
        organisation_id=project.organisation_id,
        before=before.as_dict(),
        after=after.as_dict() if after else None,
        reason=reason,
        at=now,
    )
    return new_id


def _tell_of_lost_reports(actor: Actor, project: Project, years: Iterable[int], reason: str, now: datetime) -> None:
    """What had been reported for years that go to another LAO goes with them: each report has its last entry."""
    wanted = select(Report).where(Report.project_id == project.id, Report.fiscal_year.in_(years))
    for line in db.session.scalars(wanted.where(Report.status != ReportStatus.NOT_REPORTED)):
        record(
            actor,
            Action.HAND_ON,
            Entity.REPORT,
            f"{project.id}/{line.fiscal_year}/{line.round}",
            organisation_id=project.organisation_id,
            before={"status": line.status, "spent": line.spent},
            reason=reason,
            at=now,
        )


def _copy(actor: Actor, project: Project, facts: ProjectFacts, owner: Organisation, reason: str, now: datetime) -> int:
    """The project as another LAO's own, for the years in `facts`."""
    kept = ("plan_period_id", *NACCS_WORD, "reviewed_by_id", "counted")
    row = {"organisation_id": owner.id, "province_code": owner.province_code, "created_at": now, "updated_at": now}
    row |= {name: getattr(project, name) for name in kept} | {"version": 1}
    [id_] = add_projects([row], [facts], _fixed_before(owner.id, facts.budgets, now))
    record(
        actor,
        Action.RECORD,
        Entity.PROJECT,
        id_,
        organisation_id=owner.id,
        after=facts.as_dict() | {name: word for name in NACCS_WORD if (word := getattr(project, name))},
        reason=reason,
        at=now,
    )
    return id_


def _fixed_before(organisation_id: int, years: Iterable[int], now: datetime) -> list[ClosedRound]:
    """The closed rounds of those years. What is counted in them is fixed, before anything of it changes."""
    closed = closed_rounds(organisation_id, now, list(years))
    if closed:
        fix_due(now, now, [organisation_id])
    return closed


def _held(project: queries.ProjectDetail, closed: list[ClosedRound]) -> list[ClosedRound]:
    """The closed rounds the project counts in."""
    if project.review_status is ReviewStatus.REJECTED:
        return []
    return [each for each in closed if (each.year, each.round) in project.report_lines]


def _form_key(submission_key: str, words: str, before: int) -> str | None:
    """The same form with the same words is one project; gone back to and changed, it is the next one.

    `before`: how many of the same words stand before it; of others there may be more or fewer the second time.
    """
    return str(uuid5(NAMESPACE_OID, f"{submission_key} {words} {before or ''}".rstrip())) if submission_key else None


def _locked(actor: Actor, project_id: int) -> queries.ProjectDetail:
    """The project as it stands, kept from changing until this transaction ends."""
    db.session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    return queries.project_detail(actor, project_id)


def _year_gates(actor: Actor, period: Period) -> list[YearGate]:
    return gates(period.years, plan_statuses(actor.own_organisation_id))


def _check_years(year_gates: list[YearGate], years: set[int]) -> None:
    closed = sorted(years - set(open_years(year_gates)))
    if closed:
        raise Refusal(closed_year_sentence(closed[0], year_gates), "years")


def _check_sub_headings(period: Period, projects: Sequence[ProjectFacts]) -> None:
    for each in projects:
        if refusal := sub_heading_refusal(each.dimension, each.sub_heading):
            raise Refusal(refusal, "sub_heading")
    if gone := queries.unknown_sub_heading(period.id, projects):
        raise Refusal(f"{period.label} ไม่มีหัวข้อย่อย {gone} แล้ว เลือกหัวข้อย่อยใหม่ หรือไม่ระบุ", "sub_heading")


def _check_editable(project: queries.ProjectDetail, year_gates: list[YearGate]) -> None:
    if not editable(project.facts.budgets, open_years(year_gates)):
        year = min(project.facts.budgets)
        raise Refusal(closed_year_sentence(year, year_gates))


def _review(project: Project, status: ReviewStatus) -> dict[str, Any]:
    """NACC's word as it is after an edit; going back to pending forgets who said the last one, the history does not."""
    if status is project.review_status:
        return {}
    forgotten = dict.fromkeys(("review_reason", "reviewed_at", "reviewed_by_id"))
    return {"review_status": status, "counted": counts(status, deleted=project.deleted_at is not None), **forgotten}
