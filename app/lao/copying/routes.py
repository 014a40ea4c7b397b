"""From last period's plan into this one: HTTP only."""

import uuid
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import Refusal
from app.lao.copying import operations, queries, rules
from app.lao.copying.forms import CopyForm, copy_form
from app.lao.copying.queries import PlannedBefore
from app.lao.projects.operations import record_projects
from app.lao.projects.rules import ProjectFacts
from app.listing import number
from app.plans.asked import opening_year
from app.plans.queries import current_period, period_of, periods, year_gates
from app.plans.rules import Period, open_years
from app.web import sent_moment

blueprint = Blueprint("copying", __name__)


class Plans(NamedTuple):
    """The plan that is taken from, None where there is no other, and the one it goes into."""

    source: Period | None
    target: Period

    @property
    def query(self) -> str:
        return f"from={self.source.first_year if self.source else ''}&to={self.target.first_year}"


def _asked_plans() -> Plans:
    """The plans in the address; else the running one, and the last before it."""
    known = periods()
    source = period_of(number(request.args.get("from", ""), 0))
    target = period_of(number(request.args.get("to", ""), 0)) or _running()
    if source and source.id == target.id:  # asked to copy from the running one: into that after it
        target = next((each for each in known if each.first_year > source.last_year), target)
        source = source if source.id != target.id else None
    before = [each for each in known if each.last_year < target.first_year]
    return Plans(source or (before[-1] if before else None), target)


def _running() -> Period:
    year = opening_year(year_gates(actor()))
    return period_of(year) or current_period(year)


def _form_of(plans: Plans, found: list[PlannedBefore]) -> tuple[type[CopyForm], list[int]]:
    opened = [year for year in open_years(year_gates(actor())) if year in plans.target.years]
    before = plans.source.years if plans.source else []
    return copy_form([each.project.id for each in found], before, opened), opened


def _found(plans: Plans) -> list[PlannedBefore]:
    return queries.planned_before(actor(), plans.source, plans.target) if plans.source else []


@blueprint.get("/projects/copy")
@requires(Permission.PROJECTS)
def copy_plan() -> str:
    plans = _asked_plans()
    found = _found(plans)
    made, opened = _form_of(plans, found)
    form = made(formdata=None, submission_key=str(uuid.uuid4()))
    form.ids.data = [each.project.id for each in found if each.likely]
    if plans.source:
        for year, before in rules.by_position(plans.source, plans.target, opened).items():
            form.source(year).data = before
    return _page(plans, found, form)


def _page(plans: Plans, found: list[PlannedBefore], form: CopyForm, **more: Any) -> str:
    return render_template(
        "lao/copying/page.html",
        plans=plans,
        found=found,
        form=form,
        gates=[gate for gate in year_gates(actor()) if gate.year in plans.target.years],
        renamed=rules.renamed(plans.source, plans.target) if plans.source else [],
        at=request.args.get("at", ""),
        copied=number(request.args.get("copied", ""), 0),
        **more,
    )


@blueprint.post("/projects/copy")
@requires(Permission.PROJECTS)
def copy_projects() -> Response | tuple[str, int]:
    plans, now = _asked_plans(), clock.now()
    found = _found(plans)
    form = _form_of(plans, found)[0]()
    asked = ""
    if form.validate():
        copies = _copies(plans, found, form)
        if not copies:
            form.refuse(Refusal("โครงการที่เลือกไม่ได้ดำเนินการในปีต้นทางเลย เลือกปีต้นทางอื่น"))
        elif not form.agreed(copies):
            asked = rules.count_sentence(copies, len(form.ids.data), plans.target)
        else:
            try:
                with transaction():
                    ids = record_projects(actor(), plans.target, copies, form.submission_key.data or "", now)
            except Refusal as refusal:
                form.refuse(Refusal(refusal.message))
            else:
                done = urlencode({"copied": len(ids), "at": now.isoformat()})
                return redirect(f"/projects/copy?{plans.query}&{done}", 303)
    return _page(plans, found, form, asked=asked), 422


def _copies(plans: Plans, found: list[PlannedBefore], form: CopyForm) -> list[ProjectFacts]:
    years, dimensions = form.sources(), plans.target.dimensions
    chosen = [each.project.facts for each in found if each.project.id in form.ids.data]
    below = rules.same_sub_headings(plans.source, plans.target) if plans.source else ()
    taken = (rules.taken_over(facts, years, dimensions, below) for facts in chosen)
    return [each for each in taken if each is not None]


@blueprint.post("/projects/copy/undo")
@requires(Permission.PROJECTS)
def take_back_copies() -> Response:
    plans = _asked_plans()
    try:
        with transaction():
            gone = operations.take_back_copies(actor(), plans.target, sent_moment(), clock.now())
    except Refusal as refusal:
        flash(refusal.message, "warn")
    else:
        flash(f"เลิกทำแล้ว {gone:,} โครงการออกจาก{plans.target.label} โครงการที่แก้ไข พิจารณา หรือรายงานผลแล้วยังอยู่", "ok")
    return redirect(f"/projects/copy?{plans.query}", 303)
