"""Recording a project: HTTP only."""

import uuid

from flask import flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import NotTheirs, Refusal
from app.lao.projects import operations, queries
from app.lao.projects.forms import ProjectForm, project_form
from app.lao.projects.pages import blueprint, gates_of, questions, tell_namesake
from app.lao.projects.queries import ProjectDetail
from app.lao.projects.rules import budgets_text
from app.listing import number
from app.plans.queries import current_period, period_of, periods, year_gates
from app.plans.rules import Period, default_year


@blueprint.get("/projects/new")
@requires(Permission.PROJECTS)
def new_project() -> str:
    period = _period_for_recording()
    form = project_form(period)(formdata=None, submission_key=str(uuid.uuid4()))
    recorded = None
    if last := number(request.args.get("after", ""), 0):
        recorded = _recorded(last)
        form.years.data = sorted(recorded.facts.budgets) if recorded else []
    elif (year := number(request.args.get("year", ""), 0)) in period.years:
        form.years.data = [year]
    elif len(open_here := [gate.year for gate in gates_of(period) if gate.open]) == 1:
        form.years.data = open_here
    return _record_page(period, form, recorded)


def _recorded(project_id: int) -> ProjectDetail | None:
    """The project recorded just before: its years are those of the next one, most of the time."""
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
    gates = year_gates(actor())
    return default_year([gate.year for gate in gates], gates, clock.fiscal_year(clock.now()))


def _record_page(period: Period, form: ProjectForm, recorded: ProjectDetail | None = None) -> str:
    return render_template(
        "lao/projects/new.html",
        form=form,
        year=_year_for_recording(),
        period=period,
        periods=periods(),
        gates=gates_of(period),
        recorded=recorded,
        recorded_budgets=budgets_text(recorded.facts.budgets) if recorded else "",
        number=queries.number_in_year(actor(), min(recorded.facts.budgets)) if recorded else 0,
        namesake=queries.namesake(actor(), recorded.id) if recorded else None,
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
