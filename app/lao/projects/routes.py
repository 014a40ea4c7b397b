"""List, edit and delete: HTTP only. Recording stands in record_pages.py."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.conflicts import Conflict, theirs_chosen, together
from app.db import transaction
from app.deeds import again, note_save, own_version
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.kept_lists import ListPage, answer_own_list
from app.history.queries import who_was_first
from app.lao.profile.queries import place
from app.lao.projects import namesakes, operations, queries, workbooks
from app.lao.projects import record_pages as _record_pages  # noqa: F401 - adds its views
from app.lao.projects.forms import DeleteForm, ProjectForm, comparison, project_form, sides
from app.lao.projects.pages import NO_BUDGETS, blueprint, gates_of, questions, tell_namesake
from app.lao.projects.queries import ProjectDetail
from app.lao.projects.rules import budgets_text, facts_of
from app.listing import ListState, Pager, list_state, number, on_a_page
from app.models.enums import Entity, ReviewStatus
from app.plans.asked import opening_year
from app.plans.queries import periods, year_gates
from app.plans.rules import Period, YearGate, closed_year_sentence, open_years
from app.spreadsheets import excel
from app.web import answer, attachment, wants_fragment

LIST = ListPage("lao/projects/list.html", "lao/projects/_list.html", "lao/projects/_main.html")


def _state(gates: list[YearGate] | None = None) -> ListState:
    years = gates or year_gates(actor())
    return list_state(
        request.args,
        default_year=opening_year(years),
        sorts=queries.SORTS,
        review=("", *ReviewStatus),
    )


def _list_parts() -> dict[str, Any]:
    """What the list and the counts above it need."""
    who = actor()
    gates = year_gates(who)
    state = _state(gates)
    found = queries.review_counts(who, state)
    total = sum(found.values())
    state = on_a_page(state, total)
    everything = queries.review_counts(who, ListState(year=state.year)) if state.filtered else found
    return {
        "state": state,
        "place": place(who),
        "gates": gates,
        "rows": queries.project_rows(who, state, open_years(gates)),
        "pager": Pager(state.page, total),
        "counts": everything,
        "recorded": sum(everything.values()),
        "closed": "" if state.year in [0, *open_years(gates)] else closed_year_sentence(state.year, gates),
        "elsewhere": [] if everything else queries.recorded_by_year(who),
    }


def _row_parts(project_id: int, state: ListState, *, saved: bool | None = None) -> dict[str, Any]:
    """What one row, swapped in place, needs: the row itself, and the counts that follow it.

    `saved` is what came of a form: False where it changed nothing.
    """
    who = actor()
    place = number(request.args.get("n", ""), 1)
    counts = queries.review_counts(who, ListState(year=state.year))
    row = queries.project_row(who, project_id, state, open_years(year_gates(who)), place)
    return {
        "state": state,
        "rows": [row],
        "counts": counts,
        "recorded": sum(counts.values()),
        "saved_at": clock.now() if saved else None,
        "unchanged": NOTHING_CHANGED if saved is False else "",
        "namesake": namesakes.namesake(who, project_id) if saved is not None else None,
    }


@blueprint.get("/projects")
@requires(Permission.PROJECTS)
def project_list() -> Response:
    return answer_own_list(LIST, _list_parts)


@blueprint.get("/projects/table.<any(xlsx, csv):file>")
@requires(Permission.PROJECTS)
def list_file(file: str) -> Response:
    who, state = actor(), _state()
    name = f"รายการโครงการ {who.organisation_code} ปี {state.year or 'ทั้งหมด'}"
    return attachment(
        name, file, excel.file_content(file, workbooks.project_list(who, state, place(who).whole_name, clock.now()))
    )


@blueprint.get("/projects/<int:project_id>")
@requires(Permission.PROJECTS)
def open_project(project_id: int) -> Response:
    state = _state()
    if request.args.get("view") == "row" and wants_fragment():
        return answer("lao/projects/list.html", "lao/projects/_rows.html", **_row_parts(project_id, state))
    project = queries.project_detail(actor(), project_id)
    period = _period_of(project)
    form = project_form(period)(formdata=None)
    form.show(project.facts)
    form.open(project.facts.as_fields(), project.version)
    return _edit_page(project, period, form, state)


def _edit_page(
    project: ProjectDetail, period: Period, form: ProjectForm, state: ListState, status: int = 200, **more: Any
) -> Response:
    return answer(
        "lao/projects/edit.html",
        "lao/projects/_panel.html",
        status,
        project=project,
        period=period,
        form=form,
        state=state,
        n=number(request.args.get("n", ""), 1),
        gates=gates_of(period),
        suffix=f"-{project.id}",
        **more,
    )


def _period_of(project: ProjectDetail) -> Period:
    return next(period for period in periods() if period.id == project.plan_period_id)


def _changed_before(project_id: int) -> Response:
    return _after_change(project_id, _state(), True, queries.project_detail(actor(), project_id).facts.budgets)


@blueprint.post("/projects/<int:project_id>")
@requires(Permission.PROJECTS)
@again(_changed_before)
def edit_project(project_id: int) -> Response:
    state = _state()
    before = queries.project_detail(actor(), project_id)
    period = _period_of(before)
    form = project_form(period)()
    form.take(theirs_chosen(request.form), before.facts)
    conflict = None
    if form.validate() and not form.ask(questions(form, before.facts.budgets)):
        version = own_version(form.sealed, form.version.data or 0)
        try:
            with transaction():
                saved = operations.edit_project(actor(), period, project_id, version, form.facts(), clock.now())
        except Stale:
            conflict = _both_windows(project_id, form)
            if not conflict.differences:
                return _after_change(project_id, state, saved=False)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if saved:
                note_save(form.sealed, version)
            return _after_change(project_id, state, saved, form.budgets())
    project = queries.project_detail(actor(), project_id)
    return _edit_page(project, period, form, state, 422, conflict=conflict)


def _both_windows(project_id: int, form: ProjectForm) -> Conflict:
    """Let the form show what this window changed on top of what was saved meanwhile: sent again, that is saved."""
    latest, typed = queries.project_detail(actor(), project_id), form.facts()
    theirs = latest.facts.as_fields()
    facts = facts_of(together(form.sealed, theirs, typed.as_fields()))
    form.show_instead(facts, theirs, latest.version)
    first = who_was_first(actor(), Entity.PROJECT, project_id, latest.organisation_id)
    taken = [label for label, _typed, _taken in comparison(typed, facts)]
    return Conflict(f"โครงการนี้{first}", comparison(latest.facts, facts), taken, sides(form.all_years))


def _after_change(
    project_id: int, state: ListState, saved: bool, budgets: Mapping[int, Decimal | None] = NO_BUDGETS
) -> Response:
    """The row in place, or back to the list at that row; where nothing was changed, they say so."""
    if wants_fragment():
        parts = _row_parts(project_id, state, saved=saved) | {"budgets": budgets_text(budgets)}
        return answer("lao/projects/list.html", "lao/projects/_saved.html", **parts)
    flash(*((f"บันทึกการแก้ไขแล้ว งบประมาณ{budgets_text(budgets)}", "ok") if saved else (NOTHING_CHANGED, "info")))
    tell_namesake(project_id)
    return redirect(f"/projects?{state.query()}#p{project_id}")


@blueprint.get("/projects/<int:project_id>/delete")
@requires(Permission.PROJECTS)
def ask_delete(project_id: int) -> Response:
    return _delete_page(project_id, DeleteForm(formdata=None))


def _delete_page(project_id: int, form: DeleteForm, status: int = 200) -> Response:
    project = queries.project_detail(actor(), project_id)
    form.version.data = project.version
    response = answer(
        "lao/projects/delete.html",
        "lao/projects/_delete.html",
        status,
        project=project,
        form=form,
        state=_state(),
        n=number(request.args.get("n", ""), 1),
    )
    if form.problems:  # the question again in its row; only a deletion changes the whole list
        response.headers["HX-Retarget"] = f"#p{project_id}"
    return response


@blueprint.post("/projects/<int:project_id>/delete")
@requires(Permission.PROJECTS)
def delete_project(project_id: int) -> Response:
    project = queries.project_detail(actor(), project_id)
    form = DeleteForm()
    if not form.validate():
        return _delete_page(project_id, form, 422)
    version, reason = form.version.data or 0, form.reason.data or ""
    try:
        with transaction():
            operations.delete_project(actor(), _period_of(project), project_id, version, reason, clock.now())
    except Stale:
        first = who_was_first(actor(), Entity.PROJECT, project_id, project.organisation_id)
        form.refuse(Refusal(f"โครงการนี้{first} ตรวจแล้วยืนยันการลบอีกครั้ง"))
        return _delete_page(project_id, form, 422)
    except Refusal as refusal:
        form.refuse(refusal)
        return _delete_page(project_id, form, 422)
    if wants_fragment():
        return _list_without(project)
    flash(f"ลบ “{project.facts.name}” แล้ว ผู้ดูแลระบบกู้คืนให้ได้", "ok")
    return redirect(f"/projects?{_state().query()}")


def _list_without(project: ProjectDetail) -> Response:
    """The list anew, so that numbers, count and pages are right, with the word of the deletion at its place."""
    parts = _list_parts()
    place = number(request.args.get("n", ""), 1) - parts["pager"].first
    parts["gone"] = project
    parts["above"], parts["rows"] = parts["rows"][: max(place, 0)], parts["rows"][max(place, 0) :]
    return answer("lao/projects/list.html", "lao/projects/_list.html", **parts)
