"""The report list, one report, and all reports: HTTP only."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.conflicts import Conflict, theirs_chosen, together
from app.db import transaction
from app.deeds import again, note_save, own_version
from app.errors import NOTHING_CHANGED, Refusal, Stale, Unanswered
from app.history.kept_lists import ListPage, answer_own_list
from app.history.queries import who_was_first
from app.lao.profile.queries import place
from app.lao.projects.queries import review_counts
from app.lao.reporting import counts, operations, queries, workbooks
from app.lao.reporting.details import ReportDetail, report_detail, report_questions, starting_facts
from app.lao.reporting.forms import EXPLAINED, SIDES, ReportForm, comparison
from app.lao.reporting.rules import facts_of
from app.listing import ListState, Pager, list_state, number, on_a_page
from app.models.enums import Entity, ReportStatus, ReviewStatus, Round
from app.plans.asked import opening_year
from app.plans.queries import periods, window_for, year_gates
from app.plans.rules import closed_year_sentence, open_years
from app.spreadsheets import excel
from app.web import answer, attachment, wants_fragment
from app.words import baht

blueprint = Blueprint("reporting", __name__)
LIST = ListPage("lao/reporting/list.html", "lao/reporting/_list.html")
ALL = ListPage("lao/reporting/all.html", "lao/reporting/_all.html")
ROUNDS = tuple(int(round_) for round_ in Round)


def _state(year: int = 0, round_: int = 0) -> ListState:
    """The list's state; a page about one project says its `year`, and the `round_` to start from."""
    asked = dict(request.args)
    if year:
        asked["year"] = str(year)
    else:
        year = opening_year(year_gates(actor()))
        if asked.get("year") == "all":
            del asked["year"]
    if round_:
        asked.setdefault("round", str(round_))
    return list_state(asked, default_year=year, sorts=queries.SORTS, round=ROUNDS, status=("", *ReportStatus))


def _page_parts(state: ListState) -> dict[str, Any]:
    who, now = actor(), clock.now()
    gates = year_gates(who)
    round_ = Round(state.round)
    listed = queries.listed_count(who, state)
    state = on_a_page(state, listed)
    return {
        "state": state,
        "place": place(who),
        "periods": periods(),
        "gates": gates,
        "closed": "" if state.year in open_years(gates) else closed_year_sentence(state.year, gates),
        "rows": queries.report_rows(who, state),
        "pager": Pager(state.page, listed),
        "elsewhere": [] if listed else counts.recorded_by_year(who),
        "summary": counts.round_summary(who, state.year, round_),
        "window": window_for(who.own_organisation_id, state.year, round_).sentence(now),
        "rejected": review_counts(who, ListState(year=state.year)).get(ReviewStatus.REJECTED, 0),
    }


@blueprint.get("/reporting")
@requires(Permission.REPORTS)
def report_list() -> Response:
    return answer_own_list(LIST, lambda: _page_parts(_state()))


@blueprint.get("/reporting/table.<any(xlsx, csv):file>")
@requires(Permission.REPORTS)
def list_file(file: str) -> Response:
    who, state = actor(), _state()
    name = f"รายงานผล {who.organisation_code} ปี {state.year} รอบ {state.round} เดือน"
    return attachment(
        name, file, excel.file_content(file, workbooks.report_list(who, state, place(who).whole_name, clock.now()))
    )


@blueprint.get("/reporting/<int:project_id>/<small:year>/<small:round_>")
@requires(Permission.REPORTS)
def open_report(project_id: int, year: int, round_: int) -> Response:
    asked = _round(round_)
    line = report_detail(actor(), project_id, year, asked)
    state = _state(year, round_)
    if request.args.get("view") == "row" and wants_fragment():
        return answer("lao/reporting/list.html", "lao/reporting/_rows.html", **_row_parts(project_id, state))
    return _form_page(line, asked, _filled(line, asked), state)


def _round(typed: int) -> Round:
    if typed not in ROUNDS:
        abort(404)
    return Round(typed)


def _filled(line: ReportDetail, round_: Round) -> ReportForm:
    """The form as it was reported; a round not reported yet starts from another round's ordinance budget."""
    form = ReportForm(formdata=None)
    form.show(starting_facts(actor(), line, round_))
    form.open(form.facts().as_fields(), line.version)
    return form


def _form_page(
    line: ReportDetail, round_: Round, form: ReportForm, state: ListState, status: int = 200, **more: Any
) -> Response:
    context = _form_context(line, round_, form, state) | more
    return answer("lao/reporting/report.html", "lao/reporting/_panel.html", status, **context)


def _form_context(line: ReportDetail, round_: Round, form: ReportForm, state: ListState) -> dict[str, Any]:
    return {
        "line": line,
        "round": round_,
        "form": form,
        "state": state,
        "n": number(request.args.get("n", ""), 1),
        "closed": operations.closed_because(actor(), line, clock.now()),
        "signs": line.sentences(round_),
        "explained": EXPLAINED,
        "suffix": f"-{line.project_id}",
    }


def _saved_before(project_id: int, year: int, round_: int) -> Response:
    asked = _round(round_)
    return _after_save(report_detail(actor(), project_id, year, asked), asked, _state(year, round_), changed=True)


@blueprint.post("/reporting/<int:project_id>/<small:year>/<small:round_>")
@requires(Permission.REPORTS)
@again(_saved_before)
def save_report(project_id: int, year: int, round_: int) -> Response:
    asked = _round(round_)
    who = actor()
    state = _state(year, round_)
    form = ReportForm()
    if chosen := theirs_chosen(request.form):
        form.take(chosen, report_detail(who, project_id, year, asked).facts)
    conflict = None
    if form.validate():
        try:
            saved = _save(project_id, year, asked, form)
        except Stale:
            latest = report_detail(who, project_id, year, asked)
            conflict = _both_windows(latest, asked, form)
            if not conflict.differences:
                return _after_save(latest, asked, state, changed=False)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if saved:
                return _after_save(saved.line, asked, state, saved.changed)
    line = report_detail(who, project_id, year, asked)
    return _form_page(line, asked, form, state, 422, conflict=conflict)


def _save(project_id: int, year: int, round_: Round, form: ReportForm) -> operations.SavedReport | None:
    """None where the form asks something first. Raises NotTheirs, Stale, Refusal."""
    version, facts = own_version(form.sealed, form.version.data or 0), form.facts()

    def asks(line: ReportDetail) -> bool:
        return form.ask(report_questions(actor(), line, facts))

    try:
        with transaction():
            saved = operations.save_report(actor(), project_id, year, round_, version, facts, clock.now(), asks)
    except Unanswered:
        return None
    if saved.changed:
        note_save(form.sealed, version)
    return saved


def _both_windows(latest: ReportDetail, round_: Round, form: ReportForm) -> Conflict:
    """Let the form show what this window changed on top of what was saved meanwhile: sent again, that is saved."""
    who, typed, theirs = actor(), form.facts(), latest.facts.as_fields()
    facts = facts_of(together(form.sealed, theirs, typed.as_fields()))
    form.show_instead(facts, theirs, latest.version)
    key = f"{latest.project_id}/{latest.year}/{int(round_)}"
    first = who_was_first(who, Entity.REPORT, key, who.organisation_id)
    taken = [label for label, _typed, _taken in comparison(typed, facts)]
    return Conflict(f"รายงานนี้{first}", comparison(latest.facts, facts), taken, SIDES)


def _row_parts(project_id: int, state: ListState) -> dict[str, Any]:
    place = number(request.args.get("n", ""), 1)
    return {"state": state, "rows": [queries.report_row(actor(), project_id, state, place)]}


def _saved_row(saved: ReportDetail, round_: Round, state: ListState, focus: Round | None) -> queries.ReportRow:
    """Its line as the list has it, which may be of another round."""
    place = number(request.args.get("n", ""), 1)
    if (saved.year, round_) == (state.year, state.round):
        return queries.row_of(saved, round_, place, focus)
    return queries.report_row(actor(), saved.project_id, state, place, focus)


def _after_save(saved: ReportDetail, round_: Round, state: ListState, changed: bool) -> Response:
    """The saved row and the totals in place, or back to the list; with `then=next` on to the next that waits.

    The round that was reported need not be the one the list shows: each row has a button for all. A form that
    `changed` nothing is answered alike, but nobody is told that it was saved.
    """
    following = _next_waiting(saved.project_id, round_, state) if request.form.get("then") == "next" else None
    signs = " ".join(saved.sentences(round_))
    if not wants_fragment():
        flash(*((_saved_sentence(saved, round_), "ok") if changed else (NOTHING_CHANGED, "info")))
        if signs:
            flash(f"“{saved.name}” {signs}", "info")
        if following:
            here = f"/reporting/{following.id}/{saved.year}/{round_.value}"
            return redirect(f"{here}?{state.query()}&n={following.number}")
        return redirect(f"/reporting?{state.query()}#p{saved.project_id}")
    return answer(
        "lao/reporting/list.html",
        "lao/reporting/_saved.html",
        saved_at=clock.now() if changed else None,
        unchanged="" if changed else NOTHING_CHANGED,
        saved_round=round_,
        saved_status=_saved_words(saved),
        saved_signs=signs,
        following=following,
        summary=counts.round_summary(actor(), state.year, Round(state.round)),
        **(_panel_of(following, round_, state) if following else {})
        | {"state": state, "rows": [_saved_row(saved, round_, state, None if following else round_)]},
    )


def _saved_sentence(saved: ReportDetail, round_: Round) -> str:
    return f"บันทึกรายงาน{round_.label} ปีงบประมาณ {saved.year} ของ “{saved.name}” แล้ว: {_saved_words(saved)}"


def _saved_words(saved: ReportDetail) -> str:
    """The status, and the amounts as they were read."""
    amounts = (("ตามข้อบัญญัติ/เทศบัญญัติ", saved.facts.ordinance_budget), ("เบิกจ่ายจริง", saved.facts.spent))
    read = (f"{name} {baht(amount)} บาท" for name, amount in amounts if amount is not None)
    return " ".join([saved.facts.status.label, *read])


def _panel_of(row: queries.ReportRow, round_: Round, state: ListState) -> dict[str, Any]:
    """What the open form of the row that comes next needs, for the same answer."""
    line = report_detail(actor(), row.id, state.year, round_)
    return _form_context(line, round_, _filled(line, round_), state) | {"n": row.number}


def _next_waiting(project_id: int, round_: Round, state: ListState) -> queries.ReportRow | None:
    """The row below this one, on the same page, whose report of `round_` waits."""
    rows = queries.report_rows(actor(), state)
    below = next((place for place, row in enumerate(rows) if row.id == project_id), -1) + 1
    return next((row for row in rows[below:] if row.waits(round_)), None)


@blueprint.get("/reporting/all")
@requires(Permission.REPORTS)
def all_reports() -> Response:
    return answer_own_list(ALL, _all_parts)


def _all_parts() -> dict[str, Any]:
    who, state = actor(), _state()
    summary = counts.round_summary(who, state.year, Round(state.round))
    reported = queries.reported_count(who, state)
    state = on_a_page(state, reported)
    return {
        "state": state,
        "place": place(who),
        "periods": periods(),
        "gates": year_gates(who),
        "rows": queries.reported_rows(who, state),
        "pager": Pager(state.page, reported),
        "elsewhere": [] if reported else counts.reported_by_year(who, Round(state.round)),
        "summary": summary,
    }


@blueprint.get("/reporting/all/table.<any(xlsx, csv):file>")
@requires(Permission.REPORTS)
def all_file(file: str) -> Response:
    who, state = actor(), _state()
    name = f"รายงานโครงการทั้งหมด {who.organisation_code} ปี {state.year} รอบ {state.round} เดือน"
    return attachment(
        name, file, excel.file_content(file, workbooks.all_reports(who, state, place(who).whole_name, clock.now()))
    )
