"""Recording a project: HTTP only."""

import uuid
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, public, requires
from app.db import transaction
from app.errors import NotTheirs, Refusal
from app.lao.projects import namesakes, operations, queries
from app.lao.projects.forms import ProjectForm, project_form
from app.lao.projects.pages import blueprint, gates_of, questions, tell_namesake
from app.lao.projects.queries import ProjectDetail
from app.lao.projects.rules import budgets_text, kept_text
from app.listing import number
from app.plans.asked import opening_year
from app.plans.queries import current_period, period_of, periods, year_gates
from app.plans.rules import Period, open_years
from app.words import clean_line


@blueprint.get("/projects/new")
@requires(Permission.PROJECTS)
def new_project() -> str:
    if original := number(request.args.get("copy", ""), 0):
        return _copy_page(queries.project_detail(actor(), original))
    period = _period_for_recording()
    form = project_form(period)(formdata=None, submission_key=str(uuid.uuid4()))
    recorded = None
    if last := number(request.args.get("after", ""), 0):
        recorded = _recorded(last)
        if recorded:
            form.keep(recorded.facts)
    elif (year := number(request.args.get("year", ""), 0)) in period.years:
        form.years.data = [year]
    elif len(open_here := [gate.year for gate in gates_of(period) if gate.open]) == 1:
        form.years.data = open_here
    return _record_page(period, form, recorded)


def _copy_page(original: ProjectDetail) -> str:
    """The form filled with a project: of its years those that are open; in the running plan where none is."""
    budgets = original.facts.budgets
    own = period_of(min(budgets))
    period = own if own and open_years(gates_of(own)) else _period_for_recording()
    opened = open_years(gates_of(period))
    form = project_form(period)(formdata=None, submission_key=str(uuid.uuid4()))
    form.show(replace(original.facts, budgets={year: budgets[year] for year in budgets if year in opened}))
    found = namesakes.lookalikes(actor(), period.id, original.facts.name, 0)
    left_out = [year for year in sorted(budgets) if year not in opened]
    return _record_page(period, form, copied=original, left_out=left_out, found=found)


def _recorded(project_id: int) -> ProjectDetail | None:
    """The project recorded just before: what usually stays is kept for the next one."""
    try:
        return queries.project_detail(actor(), project_id)
    except NotTheirs:
        return None


def _period_for_recording() -> Period:
    year = _year_for_recording()
    return period_of(year) or current_period(year)


def _year_for_recording() -> int:
    """The year in the address, else the one a page opens with: what is sent goes to the period of that year."""
    year = number(request.args.get("year", ""), 0)
    if period_of(year):
        return year
    return opening_year(year_gates(actor()))


def _record_page(period: Period, form: ProjectForm, recorded: ProjectDetail | None = None, **more: Any) -> str:
    year = _year_for_recording()
    return render_template(
        "lao/projects/new.html",
        form=form,
        year=year if year in period.years else period.first_year,
        period=period,
        periods=periods(),
        gates=gates_of(period),
        recorded=recorded,
        recorded_budgets=budgets_text(recorded.facts.budgets) if recorded else "",
        kept=kept_text(recorded.facts) if recorded else "",
        number=queries.number_in_year(actor(), min(recorded.facts.budgets)) if recorded else 0,
        namesake=namesakes.namesake(actor(), recorded.id) if recorded else None,
        **more,
    )


@blueprint.post("/projects/new")
@requires(Permission.PROJECTS)
def record_project() -> Response | tuple[str, int]:
    period = _period_for_recording()
    form = project_form(period)()
    if form.validate() and not form.ask(questions(form)):
        try:
            with transaction():
                project_id = operations.record_project(
                    actor(), period, form.facts(), form.submission_key.data or "", clock.now()
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if request.form.get("then") == "home":
                flash(f"บันทึกโครงการ “{form.name.data}” แล้ว งบประมาณ{budgets_text(form.budgets())}", "ok")
                tell_namesake(project_id)
                return redirect(f"/home?year={min(form.years.data)}")
            return redirect(f"/projects/new?year={min(form.years.data)}&after={project_id}")
    return _record_page(period, form), 422


@blueprint.get("/projects/alike")
@public  # a page of the login would take the place of the words that are being typed; nobody else is told anything
def show_alike() -> str:
    who = actor()
    period = period_of(number(request.args.get("year", ""), 0))
    if not who.is_authenticated or not who.may(Permission.PROJECTS) or period is None:
        return ""
    but = number(request.args.get("but", ""), 0)
    found = namesakes.lookalikes(who, period.id, clean_line(request.args.get("name", "")), but)
    return render_template("lao/projects/_alike.html", found=found)
