"""The grid of a round: HTTP only."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.conflicts import merged
from app.db import transaction
from app.deeds import again, note_save, own_version, shows_once
from app.errors import NOTHING_CHANGED, NotTheirs, Refusal, Stale
from app.history.queries import who_was_first
from app.lao.grid import queries
from app.lao.grid.forms import (
    BOX_OF,
    questions,
    row_form,
    saved_values,
    seen_versions,
    sent_boxes,
    sent_rows,
    sentences,
    status_form,
)
from app.lao.grid.rules import Boxes, GridFilter, KeptRow, RowProblem, beside_theirs, boxes_of, differing, sums_in_words
from app.lao.profile.queries import place
from app.lao.reporting import operations
from app.lao.reporting.counts import round_summary
from app.lao.reporting.details import ReportDetail, report_detail, report_questions, starting_facts, take_over_count
from app.lao.reporting.forms import EXPLAINED, ReportForm
from app.lao.reporting.operations import SaidOfMany, report_many, save_report
from app.lao.reporting.rules import ReportFacts, facts_of
from app.listing import YEARS, choice_of, number, query_of
from app.models.enums import Entity, ReportStatus, Round
from app.plans.asked import opening_year
from app.plans.queries import window_for, year_gates
from app.plans.rules import YearGate, closed_year_sentence, open_years, round_of
from app.web import nothing_chosen, read_at, sent_moment

blueprint = Blueprint("grid", __name__)
LARGEST_PAGE = 8 * 1024 * 1024  # bytes: 500 rows of long Thai remarks, as a browser without JavaScript sends them


@blueprint.url_value_preprocessor
def _take_whole_page(endpoint: str | None, _values: Any) -> None:
    """Before anything reads the form."""
    if endpoint == "grid.save_all":
        request.max_form_memory_size = LARGEST_PAGE


def _asked(gates: list[YearGate]) -> GridFilter:
    args = request.args
    status = args.get("status", "")
    return GridFilter(
        number(args.get("year", ""), opening_year(gates), YEARS),
        int(round_of(args.get("round", ""))),
        status if status in set(ReportStatus) else "",
        number(args.get("dimension", ""), 0, range(1, 10)),
    )


def _grid_page(
    asked: GridFilter, gates: list[YearGate], rows: list[queries.RoundRow], status: int = 200, **more: Any
) -> Response:
    who, now, round_ = actor(), clock.now(), Round(asked.round)
    window = window_for(who.own_organisation_id, asked.year, round_)
    closed = "" if asked.year in open_years(gates) else closed_year_sentence(asked.year, gates)
    context = {
        "asked": asked,
        "place": place(who),
        "gates": gates,
        "window": window.sentence(now),
        "closed": closed or window.refusal(now),
        "rows": rows,
        "versions": " ".join(f"{row.id}.{row.version}" for row in rows),
        "summary": round_summary(who, asked.year, round_),
        "problems": [],
        "settled": take_over_count(who, asked.year, round_) if round_ > min(Round) else 0,
        "undo": request.args.get("undo", ""),
        "reported": number(request.args.get("reported", ""), 0),
    }
    return make_response(render_template("lao/grid/page.html", **context | more), status)


@blueprint.get("/reporting/grid")
@requires(Permission.REPORTS)
def grid() -> Response:
    gates = year_gates(actor())
    asked = _asked(gates)
    return _grid_page(asked, gates, queries.grid_rows(actor(), asked))


def _saved_already(project_id: int, year: int, round_: int) -> Response:
    """The answer to a repeat: the row as it is now."""
    line = report_detail(actor(), project_id, year, Round(round_))
    return _row_kept(project_id, year, Round(round_), KeptRow(line.version, False, boxes_of(line.facts)))


@blueprint.post("/reporting/grid/<int:project_id>/<small:year>/<small:round_>")
@requires(Permission.REPORTS)
@again(_saved_already)
def save_row(project_id: int, year: int, round_: int) -> Response:
    """What was changed in one row; answered with what that made of it, and the totals."""
    if round_ not in set(Round):
        abort(404)
    form = request.form
    version = own_version("", number(form.get("version", ""), 0))
    tried = _save_row(project_id, year, Round(round_), version, sent_boxes(form), form.get("sure", ""))
    if isinstance(tried, RowProblem):
        return _told(tried.told, 422)
    return _row_kept(project_id, year, Round(round_), tried)


def _row_kept(project_id: int, year: int, round_: Round, kept: KeptRow) -> Response:
    signs = report_detail(actor(), project_id, year, round_).sentences(round_) if kept.changed else []
    sums = sums_in_words(round_summary(actor(), year, round_))
    told = {"version": kept.version, "stamp": read_at(), "sums": sums}
    more = {"boxes": kept.otherwise, "signs": " ".join(signs)}
    return _told(told | {name: value for name, value in more.items() if value})


def _links(rows: list[queries.RoundRow]) -> list[tuple[str, str]]:
    """(id on the page, sentence) of each row that is wrong."""
    return [
        (f"{row.bad[0]}-{row.id}" if row.bad else f"p{row.id}", f"{row.number}. {row.name}: {row.said}")
        for row in rows
        if row.said
    ]


def _told(facts: Mapping[str, Any], status: int = 200) -> Response:
    """As JSON with Thai as it is: escaped it would be twice as long."""
    return make_response(
        json.dumps(facts, ensure_ascii=False, separators=(",", ":")), status, {"Content-Type": "application/json"}
    )


def _save_row(project_id: int, year: int, round_: Round, seen: int, sent: Boxes, sure: str) -> KeptRow | RowProblem:
    """Save what was changed in a row that was drawn at the version `seen`. Raises NotTheirs.

    Boxes that are not sent, and those that say what they said then, take what was saved meanwhile.
    """
    who = actor()
    line = report_detail(who, project_id, year, round_)
    starting = starting_facts(who, line, round_)
    drawn = starting if seen == line.version else queries.facts_when(who, project_id, year, round_, line.version - seen)
    typed = {**boxes_of(drawn or starting), **sent}
    if drawn and not differing(typed, boxes_of(drawn)):
        return KeptRow(line.version, False, differing(boxes_of(starting), typed))
    form = row_form(typed, sure)
    if not form.validate():
        return RowProblem(typed, sentences(form))
    facts = form.facts()
    if form.ask(report_questions(who, line, facts)):
        return RowProblem(typed, questions(form), form.sure.data)
    if seen != line.version:
        theirs = line.facts.as_fields()
        together, both = merged(drawn.as_fields() if drawn else dict.fromkeys(theirs), theirs, facts.as_fields())
        if both:
            shown = beside_theirs(typed, boxes_of(facts_of(together)), [BOX_OF[name] for name in both])
            return _conflict(line, round_, drawn, facts, shown, both)
        facts = facts_of(together)
    return _write_row(line, round_, facts, typed) or _save_row(project_id, year, round_, seen, sent, sure)


def _write_row(line: ReportDetail, round_: Round, facts: ReportFacts, typed: Boxes) -> KeptRow | RowProblem | None:
    """None where somebody else was first, in this very moment."""
    own_version("", line.version)
    try:
        with transaction():
            saved = save_report(actor(), line.project_id, line.year, round_, line.version, facts, clock.now())
    except Stale:
        return None
    except Refusal as refusal:
        return RowProblem(typed, {"": refusal.message})
    if saved.changed:
        note_save("", line.version)
    return KeptRow(saved.line.version, saved.changed, differing(boxes_of(facts), typed))


def _conflict(
    line: ReportDetail, round_: Round, drawn: ReportFacts | None, ours: ReportFacts, typed: Boxes, both: list[str]
) -> RowProblem:
    """Both values of each box that was changed here and elsewhere, each in its own way."""
    who, theirs = actor(), boxes_of(line.facts)
    first = who_was_first(who, Entity.REPORT, f"{line.project_id}/{line.year}/{int(round_)}", who.organisation_id)
    theirs_in_words = {**theirs, "status": line.facts.status.label}
    words = saved_values(both, theirs_in_words)
    taken = differing(theirs, boxes_of(drawn) if drawn else boxes_of(ours))
    return RowProblem(typed, {"": f"รายงานนี้{first}", **words}, version=line.version, theirs=taken)


@blueprint.post("/reporting/grid")
@requires(Permission.REPORTS)
@shows_once
def save_all() -> Response:
    """Every row of the page, sent as one form: those that are right are saved, the others come back as typed."""
    gates = year_gates(actor())
    asked = _deed_asked(gates)
    seen = seen_versions(request.form.get("versions", ""))
    rows = {row.id: row for row in queries.grid_rows(actor(), GridFilter(asked.year, asked.round))}
    saved, wrong = _save_rows(asked, rows, seen)
    words = f"บันทึกแล้ว {saved:,} โครงการ" if saved else NOTHING_CHANGED
    if not wrong:
        flash(words, "ok" if saved else "info")
        return redirect(f"/reporting/grid?{asked.query()}", 303)
    narrowed = {row.id for row in queries.grid_rows(actor(), asked)} | wrong.keys()
    shown = [
        row.refused(wrong[row.id], seen.get(row.id, 0)) if row.id in wrong else row
        for row in queries.grid_rows(actor(), GridFilter(asked.year, asked.round))
        if row.id in narrowed
    ]
    return _grid_page(asked, gates, shown, 422, problems=_links(shown), saved=saved)


def _save_rows(
    asked: GridFilter, rows: Mapping[int, queries.RoundRow], seen: Mapping[int, int]
) -> tuple[int, dict[int, RowProblem]]:
    """How many rows of the page were saved, and what is wrong with the others."""
    saved, wrong, round_ = 0, {}, Round(asked.round)
    for id_, boxes in sent_rows(request.form).items():
        if id_ in rows and not differing(boxes, rows[id_].boxes):
            continue
        try:
            tried = _save_row(id_, asked.year, round_, seen.get(id_, 0), boxes, request.form.get(f"sure-{id_}", ""))
        except NotTheirs:
            if id_ in seen:
                flash("โครงการหนึ่งในหน้านี้ถูกลบแล้ว จึงไม่ได้บันทึก", "warn")
            continue
        if isinstance(tried, KeptRow):
            saved += tried.changed
        elif id_ in rows:
            wrong[id_] = tried
        else:
            _say_left(report_detail(actor(), id_, asked.year, round_), tried)
    return saved, wrong


def _say_left(line: ReportDetail, problem: RowProblem) -> None:
    """Something was typed of a project that need not be reported any more: it is named, for its row is gone."""
    flash(f"{line.name}: {problem.sentences.get('', NOT_ASKED)}", "warn")


NOT_ASKED = "ไม่ต้องรายงานผลแล้ว จึงไม่ได้บันทึก"
MOST = 5000  # ticks: no LAO has as many projects


def _chosen(asked: GridFilter) -> list[queries.RoundRow]:
    """The rows that are ticked, or all that the filter shows."""
    sent = request.form if request.method == "POST" else request.args
    choice = choice_of(sent.getlist("ids"), sent.get("all", ""), MOST)
    if not choice:
        return []
    shown = queries.grid_rows(actor(), asked if choice.everything else GridFilter(asked.year, asked.round))
    return [row for row in shown if choice.everything or row.id in choice.ids]


def _deed_asked(gates: list[YearGate]) -> GridFilter:
    """A deed is done in the year and round its page says, or not at all."""
    asked = _asked(gates)
    if request.args.get("year") != str(asked.year) or request.args.get("round") != str(asked.round):
        abort(404)
    return asked


@blueprint.get("/reporting/grid/many")
@requires(Permission.REPORTS)
def ask_many() -> Response | str:
    asked = _asked(year_gates(actor()))
    rows = _chosen(asked)
    return _many_page(asked, rows, status_form(None)) if rows else nothing_chosen(f"/reporting/grid?{asked.query()}")


def _many_page(asked: GridFilter, rows: list[queries.RoundRow], form: ReportForm) -> str:
    reported = sum(row.status is not ReportStatus.NOT_REPORTED for row in rows)
    return render_template(
        "lao/grid/many.html", asked=asked, rows=rows, reported=reported, form=form, explained=EXPLAINED
    )


@blueprint.post("/reporting/grid/many")
@requires(Permission.REPORTS)
def do_many() -> Response | tuple[str, int]:
    asked = _deed_asked(year_gates(actor()))
    form, ids, now = status_form(request.form), [number(each, 0) for each in request.form.getlist("ids")], clock.now()
    if form.validate():
        facts = form.facts()
        said = SaidOfMany(facts.status, facts.cannot_reason, facts.cannot_text)
        try:
            with transaction():
                changed = report_many(actor(), asked.year, Round(asked.round), ids, said, now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _onward(asked, now, changed)
    return _many_page(asked, _chosen(asked), form), 422


def _onward(asked: GridFilter, at: datetime, changed: int) -> Response:
    """Back to the grid, with the way back from what was just done."""
    if not changed:
        flash(NOTHING_CHANGED, "info")
        return redirect(f"/reporting/grid?{asked.query()}", 303)
    return redirect(f"/reporting/grid?{asked.query()}&{query_of({'undo': at.isoformat(), 'reported': changed})}", 303)


@blueprint.post("/reporting/grid/take-over")
@requires(Permission.REPORTS)
def take_over() -> Response:
    asked, now = _deed_asked(year_gates(actor())), clock.now()
    expected = number(request.form.get("expected", ""), 0)
    try:
        with transaction():
            changed = operations.take_over(actor(), asked.year, Round(asked.round), expected, now)
    except Refusal as refusal:
        flash(refusal.message, "warn")
        return redirect(f"/reporting/grid?{asked.query()}", 303)
    return _onward(asked, now, changed)


@blueprint.post("/reporting/grid/take-back")
@requires(Permission.REPORTS)
def take_back() -> Response:
    asked, at = _deed_asked(year_gates(actor())), sent_moment()
    try:
        with transaction():
            back, left = operations.take_back_reports(actor(), asked.year, Round(asked.round), at, clock.now())
    except Refusal as refusal:
        flash(refusal.message, "warn")
    else:
        kept = f" อีก {left:,} โครงการแก้ไขหลังจากนั้น จึงคงไว้ตามที่แก้" if left else ""
        flash(f"เลิกทำแล้ว {back:,} โครงการกลับเป็นอย่างเดิม{kept}", "ok")
    return redirect(f"/reporting/grid?{asked.query()}", 303)
