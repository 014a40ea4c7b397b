"""Scores: NACC's grid, and one LAO's row as a page. HTTP only."""

from collections.abc import Mapping
from decimal import Decimal

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Actor, Permission, actor, asks_proof, costs, requires
from app.db import transaction
from app.deeds import again
from app.errors import NOTHING_CHANGED, NotTheirs, Refusal, Stale
from app.history.queries import who_was_first
from app.lao.profile.queries import place
from app.lao.reporting.counts import round_summary
from app.lao.reporting.rules import RoundSummary
from app.listing import EVERYTHING, Pager
from app.models.enums import Entity, Round, Which
from app.nacc.desk.file_pages import FileDesk, Page
from app.nacc.desk.forms import ExpectedForm
from app.nacc.desk.pages import filter_choices, plan_year
from app.nacc.desk.queries import filter_words
from app.nacc.evaluation import operations, queries, workbooks
from app.nacc.evaluation.forms import ScoreFileForm, ScoreForm, score_form
from app.nacc.evaluation.operations import SavedScores
from app.nacc.evaluation.pages import row_page
from app.nacc.evaluation.rules import (
    ScoreCell,
    ScoreDeed,
    ScoreLine,
    SeenScores,
    cells,
    heading,
    preview,
    read_file,
    stale_cells,
)
from app.nacc.plan_years.pages import plan_filter
from app.nacc.plan_years.queries import plan_counts
from app.nacc.plan_years.rules import ScoreStanding, listed
from app.nacc.second_person.proposing_pages import done_or_proposed
from app.plans.asked import year_asked
from app.plans.queries import current_period, period_of, periods, year_gates
from app.spreadsheets import excel
from app.uploads.cells import Problems, Sheet
from app.uploads.rules import Preview, UploadLao
from app.web import answer, attachment

blueprint = Blueprint("evaluation", __name__)


@blueprint.get("/nacc/scores")
@requires(Permission.SCORES)
def grid() -> BaseResponse:
    who, asked = actor(), plan_filter()
    total = listed(plan_counts(who, asked), asked.status)
    return answer(
        "nacc/evaluation/grid.html",
        "nacc/evaluation/_grid.html",
        rows=queries.grid(who, asked),
        maxima=queries.max_scores(asked.year),
        shown=cells(queries.max_scores(asked.year)),
        pager=Pager(asked.page, total, queries.PAGE_SIZE),
        waiting=queries.waiting_count(who),
        standings=[(each.value, each.label) for each in ScoreStanding],
        **filter_choices(asked),
    )


def _cell_page(organisation_id: int, year: int, cell: ScoreCell, form: ScoreForm, saved: SavedScores | None) -> str:
    """The cell and the total of its kind, or the cell as it was typed."""
    kept = queries.scores_of_one(actor(), organisation_id, year)
    return render_template(
        "nacc/evaluation/_saved.html",
        lao_id=organisation_id,
        name=queries.lao_name(actor(), organisation_id),
        year=year,
        cell=cell,
        form=score_form([cell], queries.max_scores(year), kept) if saved else form,
        scores=kept,
        saved=saved,
    )


def _cell_saved_before(organisation_id: int, year: int, dimension: int, which: str) -> BaseResponse:
    cell, maxima = ScoreCell(Which(which), dimension), queries.max_scores(year)
    page = _cell_page(organisation_id, year, cell, score_form([cell], maxima), SavedScores(entered=1))
    return make_response(page)


@blueprint.post("/nacc/scores/<int:organisation_id>/<small:year>/<small:dimension>/<any(sar,evaluation):which>")
@requires(Permission.SCORES)
@again(_cell_saved_before)
def save_cell(organisation_id: int, year: int, dimension: int, which: str) -> BaseResponse:
    """One cell of the grid: answered with that cell and the total of its kind."""
    cell = ScoreCell(Which(which), dimension)
    maxima = queries.max_scores(year)
    if dimension not in maxima:
        raise NotTheirs
    form = score_form([cell], maxima)
    saved = _save_typed_scores(form, organisation_id, year)
    if saved and not request.headers.get("HX-Request"):
        return redirect(f"/nacc/scores?year={year}#o{organisation_id}", 303)
    page = _cell_page(organisation_id, year, cell, form, saved)
    return make_response(page, 200 if saved else 422)


def _save_typed_scores(form: ScoreForm, organisation_id: int, year: int) -> SavedScores | None:
    """Save or propose what was typed, and give how many cells; None where the form then says why not."""
    if not form.validate():
        queries.scores_of_one(actor(), organisation_id, year)  # what is not theirs is 404, whatever was typed
        return None
    typed, reason = form.entries(), form.reason.data or ""
    try:
        with transaction():
            return operations.save_scores(actor(), organisation_id, year, typed, reason, clock.now())
    except Stale:
        kept = queries.scores_of_one(actor(), organisation_id, year)
        first = who_was_first(actor(), Entity.SCORES, f"{organisation_id}/{year}", organisation_id)
        form.tell_stale(stale_cells(typed, kept), kept, first)
    except Refusal as refusal:
        form.refuse(refusal)
    return None


def _tell(saved: SavedScores, words: str) -> None:
    if saved.proposed:
        flash("เสนอแก้ไขคะแนนแล้ว คะแนนที่เผยแพร่ยังเป็นค่าเดิมจนกว่าเจ้าหน้าที่ ป.ป.ช. อีกคนจะยืนยัน", "ok")
    else:
        flash(*((words, "ok") if saved.entered else (NOTHING_CHANGED, "info")))


@blueprint.get("/nacc/scores/<int:organisation_id>/<small:year>")
@requires(Permission.SCORES)
def open_row(organisation_id: int, year: int) -> str:
    kept = queries.scores_of_one(actor(), organisation_id, year)
    maxima = queries.max_scores(year)
    return row_page(organisation_id, year, score_form(cells(maxima), maxima, kept), kept)


@blueprint.post("/nacc/scores/<int:organisation_id>/<small:year>")
@requires(Permission.SCORES)
def save_row(organisation_id: int, year: int) -> BaseResponse:
    maxima = queries.max_scores(year)
    form = score_form(cells(maxima), maxima)
    changed = _save_typed_scores(form, organisation_id, year)
    if changed is not None:
        _tell(changed, f"บันทึกคะแนนแล้ว: {form.amounts}")
        return redirect(f"/nacc/scores/{organisation_id}/{year}", 303)
    kept = queries.scores_of_one(actor(), organisation_id, year)
    return make_response(row_page(organisation_id, year, form, kept), 422)


@blueprint.post("/nacc/scores/<int:organisation_id>/<small:year>/<any(close,open,publish):deed>")
@requires(Permission.SCORES)
@asks_proof
def do_one(organisation_id: int, year: int, deed: str) -> BaseResponse:
    try:
        with transaction():
            operations.do_one(actor(), organisation_id, year, ScoreDeed(deed), clock.now())
    except Refusal as refusal:
        flash(refusal.message, "warn")
    else:
        flash(f"{ScoreDeed(deed).label}แล้ว", "ok")
    return redirect(f"/nacc/scores/{organisation_id}/{year}", 303)


@blueprint.get("/nacc/scores/<any(close,open,publish):deed>")
@requires(Permission.SCORES)
def ask_filtered(deed: str) -> str:
    return _many_scores_page(ScoreDeed(deed), ExpectedForm(formdata=None))


def _many_scores_page(deed: ScoreDeed, form: ExpectedForm) -> str:
    asked = plan_filter()
    affected = queries.affected(actor(), asked, deed)
    return render_template(
        "nacc/evaluation/many.html",
        asked=asked,
        choice=EVERYTHING,
        form=form,
        deed=deed,
        total=len(affected),
        half=queries.half_scored(actor(), affected, asked.year) if deed is ScoreDeed.PUBLISH else 0,
        words=filter_words(asked),
    )


@blueprint.post("/nacc/scores/<any(close,open,publish):deed>")
@requires(Permission.SCORES)
@asks_proof
def do_filtered(deed: str) -> BaseResponse:
    asked, form, done = plan_filter(), ExpectedForm(), ScoreDeed(deed)
    try:
        said = form.expected.data or 0
        outcome = done_or_proposed(lambda: operations.do_filtered(actor(), asked, said, done, clock.now()))
    except Refusal as refusal:
        form.form_errors = [refusal.message]
        return make_response(_many_scores_page(done, form), 422)
    flash(outcome.told(f"{done.label}แล้ว {outcome.done:,} แห่ง"), "ok")
    return redirect(f"/nacc/scores?{asked.query(page=1)}", 303)


@blueprint.get("/nacc/scores/table.<any(xlsx, csv):file>")
@requires(Permission.SCORES)
def grid_file(file: str) -> Response:
    asked = plan_filter()
    return attachment(f"คะแนน ปี {asked.year}", file, excel.file_content(file, workbooks.score_file(actor(), asked)))


def _score_heading() -> list[str]:
    return heading(queries.max_scores(plan_year()))


def _read_score_file(sheet: Sheet, laos: Mapping[str, UploadLao]) -> tuple[list[ScoreLine], Problems]:
    year = plan_year()
    period = period_of(year) or current_period(year)
    return read_file(sheet, queries.max_scores(year), period.years, laos)


def _preview_score_file(lines: list[ScoreLine]) -> Preview:
    return preview(lines, queries.scores_in_years(actor(), [(line.key.lao.id, line.key.year) for line in lines]))


def _save_score_file(lines: list[SeenScores], form: ScoreFileForm) -> tuple[str, list[int]]:
    everything, reason = form.everything.data, form.reason.data or ""
    chosen = {(line.organisation_id, line.year): new for line in lines if (new := line.chosen(everything))}
    with transaction():
        saved = operations.save_from_file(actor(), chosen, reason, clock.now())
    words = f"นำเข้าแล้ว เปลี่ยน {saved.entered:,} ช่อง"
    if saved.proposed:
        words += f" และเสนอแก้ไขคะแนนที่เผยแพร่แล้ว {saved.proposed:,} ช่อง ซึ่งรอเจ้าหน้าที่ ป.ป.ช. อีกคนยืนยัน"
    return f"{words} ใน {len(chosen):,} แห่ง", [year for _id, year in chosen]


FILE = FileDesk(
    address="/nacc/scores",
    template="nacc/evaluation/file.html",
    sealed_as="score-file",
    form=ScoreFileForm,
    asked=plan_filter,
    heading=_score_heading,
    read=_read_score_file,
    preview=_preview_score_file,
    unsealed=SeenScores.of,
    again=SeenScores.again,
    save=_save_score_file,
    table=workbooks.score_file,
)


@blueprint.get("/nacc/scores/file")
@requires(Permission.SCORES)
def file_page() -> str:
    return FILE.page(ScoreFileForm(formdata=None))


@blueprint.post("/nacc/scores/file")
@requires(Permission.SCORES)
@costs
def check_file() -> Page:
    return FILE.check()


@blueprint.post("/nacc/scores/file/confirm")
@requires(Permission.SCORES)
def confirm_file() -> BaseResponse | Page:
    return FILE.confirm()


@blueprint.get("/evaluation")
@requires(Permission.EVALUATION)
def own() -> BaseResponse:
    return _own_page(None)


def _own_page(form: ScoreForm | None, status: int = 200) -> BaseResponse:
    who = actor()
    gates = year_gates(who)
    year = year_asked(gates)
    kept, maxima, period = queries.own_scores(who, year), queries.max_scores(year), period_of(year)
    return answer(
        "nacc/evaluation/own.html",
        "nacc/evaluation/_own.html",
        status,
        place=place(who),
        year=year,
        period=period,
        periods=periods(),
        gates=[gate for gate in gates if period and gate.year in period.years],
        maxima=maxima,
        scores=kept,
        summary=_planned(who, year),
        form=form or score_form(_own_cells(maxima), maxima, kept),
    )


@blueprint.get("/evaluation/table.<any(xlsx, csv):file>")
@requires(Permission.EVALUATION)
def own_file(file: str) -> Response:
    who = actor()
    year = year_asked(year_gates(who))
    summary = _planned(who, year)
    table = workbooks.own_scores(who, year, summary, place(who).whole_name, clock.now())
    return attachment(f"ผลการประเมิน {who.organisation_code} ปี {year}", file, excel.file_content(file, table))


def _planned(who: Actor, year: int) -> RoundSummary:
    """What the LAO planned for the year. A project recorded after round 6 closed is in round 12 only."""
    return round_summary(who, year, Round.TWELVE)


def _own_cells(maxima: Mapping[int, Decimal]) -> list[ScoreCell]:
    return [cell for cell in cells(maxima) if cell.which is Which.SAR]


@blueprint.post("/evaluation")
@requires(Permission.EVALUATION)
def save_own() -> BaseResponse:
    year = year_asked(year_gates(actor()))
    maxima = queries.max_scores(year)
    form = score_form(_own_cells(maxima), maxima)
    changed = _save_typed_scores(form, actor().own_organisation_id, year)
    if changed is None:
        return _own_page(form, 422)
    _tell(changed, f"บันทึกคะแนน SAR แล้ว: {form.amounts}")
    return redirect(f"/evaluation?year={year}", 303)
