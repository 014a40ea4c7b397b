"""Scores: NACC's grid, and one LAO's row as a page. HTTP only."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response as BaseResponse

from app import clock, excel
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import NotTheirs, Refusal, Stale
from app.evaluation import operations, queries, workbooks
from app.evaluation.forms import ExpectedForm, ScoreFileForm, ScoreForm, score_form
from app.evaluation.rules import (
    Cell,
    Deed,
    FileLine,
    Scores,
    cells,
    heading,
    read_file,
    stale_cells,
    unknown_codes,
    values_by_year,
)
from app.listing import number
from app.models.enums import PlanStatus, Round, Which
from app.places.queries import filter_name
from app.plan_years.forms import filter_of
from app.plan_years.queries import ids_by_code, plan_counts
from app.plan_years.rules import PlanFilter
from app.plans.queries import current_period, period_of, periods, year_gates
from app.plans.rules import YearGate, default_year
from app.profile.queries import place
from app.registry.queries import districts
from app.reporting.counts import round_summary
from app.review.queries import own_provinces
from app.web import answer

blueprint = Blueprint("evaluation", __name__)
MAX_ROWS = 40_000
SHOWN = 50  # problems, rows of a file: the page says how many there are


def asked_for() -> PlanFilter:
    """The filter in the address, with this fiscal year or the nearest one of a plan where it names none."""
    this_year = clock.fiscal_year(clock.now())
    period = current_period(this_year)
    years = [year for each in periods() for year in each.years]
    return filter_of(request.args, years, min(max(this_year, period.first_year), period.last_year))


@blueprint.get("/nacc/scores")
@requires(Permission.SCORES)
def grid() -> BaseResponse:
    who, asked = actor(), asked_for()
    counts = plan_counts(who, asked)
    return answer(
        "evaluation/grid.html",
        "evaluation/_grid.html",
        asked=asked,
        rows=queries.grid(who, asked),
        maxima=queries.max_scores(asked.year),
        shown=cells(queries.max_scores(asked.year)),
        total=counts[PlanStatus(asked.status)] if asked.status else sum(counts.values()),
        page_size=queries.PAGE_SIZE,
        provinces=own_provinces(who),
        districts=districts(asked.province) if asked.province else [],
        periods=periods(),
    )


@blueprint.post("/nacc/scores/<int:organisation_id>/<int:year>/<int:dimension>/<any(sar,evaluation):which>")
@requires(Permission.SCORES)
def save_cell(organisation_id: int, year: int, dimension: int, which: str) -> BaseResponse:
    """One cell of the grid: answered with that cell and the total of its kind."""
    cell = Cell(Which(which), dimension)
    maxima = queries.max_scores(year)
    if dimension not in maxima:
        raise NotTheirs
    form = score_form([cell], maxima)
    saved = _save(form, organisation_id, year)
    if saved and not request.headers.get("HX-Request"):
        return redirect(f"/nacc/scores?year={year}#o{organisation_id}", 303)
    kept = queries.scores_of_one(actor(), organisation_id, year)
    shown = score_form([cell], maxima, kept) if saved else form
    name = queries.lao_name(actor(), organisation_id)
    page = render_template(
        "evaluation/_saved.html",
        lao_id=organisation_id,
        name=name,
        year=year,
        cell=cell,
        form=shown,
        scores=kept,
        saved=saved,
    )
    return make_response(page, 200 if saved else 422)


def _save(form: ScoreForm, organisation_id: int, year: int) -> bool:
    """Save what was typed; False where the form then says why not."""
    if not form.validate():
        queries.scores_of_one(actor(), organisation_id, year)  # what is not theirs is 404, whatever was typed
        return False
    try:
        with transaction():
            operations.save_scores(actor(), organisation_id, year, form.entries(), form.reason.data or "", clock.now())
    except Stale:
        kept = queries.scores_of_one(actor(), organisation_id, year)
        form.tell_stale(stale_cells(form.entries(), kept), kept)
    except Refusal as refusal:
        form.refuse(refusal)
    else:
        return True
    return False


@blueprint.get("/nacc/scores/<int:organisation_id>/<int:year>")
@requires(Permission.SCORES)
def open_row(organisation_id: int, year: int) -> str:
    kept = queries.scores_of_one(actor(), organisation_id, year)
    maxima = queries.max_scores(year)
    return _row_page(organisation_id, year, score_form(cells(maxima), maxima, kept), kept)


def _row_page(organisation_id: int, year: int, form: ScoreForm, kept: Scores) -> str:
    return render_template(
        "evaluation/row.html",
        lao_id=organisation_id,
        name=queries.lao_name(actor(), organisation_id),
        year=year,
        period=period_of(year),
        maxima=queries.max_scores(year),
        form=form,
        scores=kept,
        deeds=_deeds(kept),
    )


def _deeds(kept: Scores) -> list[Deed]:
    switch = Deed.CLOSE if kept.sar_closed_at is None else Deed.OPEN
    return [switch] if kept.published_at is not None or not kept.evaluated else [switch, Deed.PUBLISH]


@blueprint.post("/nacc/scores/<int:organisation_id>/<int:year>")
@requires(Permission.SCORES)
def save_row(organisation_id: int, year: int) -> BaseResponse:
    maxima = queries.max_scores(year)
    form = score_form(cells(maxima), maxima)
    if _save(form, organisation_id, year):
        flash("บันทึกคะแนนแล้ว", "ok")
        return redirect(f"/nacc/scores/{organisation_id}/{year}", 303)
    kept = queries.scores_of_one(actor(), organisation_id, year)
    return make_response(_row_page(organisation_id, year, form, kept), 422)


@blueprint.post("/nacc/scores/<int:organisation_id>/<int:year>/<any(close,open,publish):deed>")
@requires(Permission.SCORES)
def do_one(organisation_id: int, year: int, deed: str) -> BaseResponse:
    try:
        with transaction():
            operations.do_one(actor(), organisation_id, year, Deed(deed), clock.now())
    except Refusal as refusal:
        flash(refusal.message, "warn")
    else:
        flash(f"{Deed(deed).label}แล้ว", "ok")
    return redirect(f"/nacc/scores/{organisation_id}/{year}", 303)


@blueprint.get("/nacc/scores/<any(close,open,publish):deed>")
@requires(Permission.SCORES)
def ask_filtered(deed: str) -> str:
    return _many_page(Deed(deed), ExpectedForm(formdata=None))


def _many_page(deed: Deed, form: ExpectedForm) -> str:
    asked = asked_for()
    affected = len(queries.affected(actor(), asked, deed))
    words = asked.in_words(filter_name(asked.province, asked.district))
    return render_template("evaluation/many.html", asked=asked, form=form, deed=deed, number=affected, words=words)


@blueprint.post("/nacc/scores/<any(close,open,publish):deed>")
@requires(Permission.SCORES)
def do_filtered(deed: str) -> BaseResponse:
    asked, form, done = asked_for(), ExpectedForm(), Deed(deed)
    try:
        with transaction():
            changed = operations.do_filtered(actor(), asked, form.expected.data or 0, done, clock.now())
    except Refusal as refusal:
        form.form_errors = [refusal.message]
        return make_response(_many_page(done, form), 422)
    flash(f"{done.label}แล้ว {changed:,} แห่ง", "ok")
    return redirect(f"/nacc/scores?{asked.query(page=1)}", 303)


@blueprint.get("/nacc/scores/table.<any(xlsx, csv):file>")
@requires(Permission.SCORES)
def grid_file(file: str) -> Response:
    asked = asked_for()
    return excel.file_answer(f"คะแนน ปี {asked.year}", file, workbooks.score_file(actor(), asked))


@blueprint.get("/nacc/scores/file")
@requires(Permission.SCORES)
def file_page() -> str:
    return _file_page(ScoreFileForm(formdata=None))


def _file_page(form: ScoreFileForm, **more: Any) -> str:
    asked = asked_for()
    shown: dict[str, Any] = {"problems": [], "problem_total": 0, "lines": [], "published": 0, "total": 0}
    return render_template(
        "evaluation/file.html",
        form=form,
        asked=asked,
        period=period_of(asked.year),
        heading=heading(queries.max_scores(asked.year)),
        shown=cells(queries.max_scores(asked.year)),
        **shown | more,
    )


@blueprint.post("/nacc/scores/file")
@requires(Permission.SCORES)
def check_file() -> str | tuple[str, int]:
    """The dry run: what the file would change, or every problem with its cell. Nothing is written."""
    form, upload = ScoreFileForm(), request.files.get("file")
    try:
        rows = excel.rows_of(upload.read() if upload else b"", MAX_ROWS)
    except excel.NotAWorkbook as error:
        return _file_page(form, problems=[str(error)], problem_total=1), 422
    year = asked_for().year
    period = period_of(year) or current_period(year)
    lines, problems = read_file(rows, queries.max_scores(year), period.years)
    known = ids_by_code(actor(), sorted({line.code for line in lines}))
    problems = sorted([*problems, *unknown_codes(lines, known)], key=lambda problem: (problem.row, problem.column))
    if problems:
        return _file_page(form, problems=problems[:SHOWN], problem_total=len(problems)), 422
    form.sealed.data = _serializer().dumps([line.plain for line in lines])
    return _ask_file(form, lines, known)


def _ask_file(form: ScoreFileForm, lines: list[FileLine], known: Mapping[str, int]) -> str:
    by_year = values_by_year(lines, known)
    published = sum(queries.changes_published(actor(), year, values) for year, values in by_year.items())
    return _file_page(form, lines=lines[:SHOWN], total=len(lines), published=published)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="score-file")


@blueprint.post("/nacc/scores/file/confirm")
@requires(Permission.SCORES)
def confirm_file() -> BaseResponse | tuple[str, int]:
    form = ScoreFileForm()
    try:
        lines = [FileLine.of(plain) for plain in _serializer().loads(form.sealed.data)]
    except (BadData, ValueError, TypeError):
        raise NotTheirs from None
    known = ids_by_code(actor(), sorted({line.code for line in lines}))
    by_year, reason = values_by_year(lines, known), form.reason.data or ""
    try:
        if not form.validate():
            raise Refusal("")
        with transaction():
            changed = sum(
                operations.save_from_file(actor(), year, values, reason, clock.now())
                for year, values in by_year.items()
            )
    except Refusal as refusal:
        if refusal.message:
            form.refuse(refusal)
        return _ask_file(form, lines, known), 422
    flash(f"นำเข้าแล้ว {len(lines):,} แถว เปลี่ยน {changed:,} ช่อง", "ok")
    return redirect(f"/nacc/scores?{asked_for().query()}", 303)


@blueprint.get("/evaluation")
@requires(Permission.EVALUATION)
def own() -> BaseResponse:
    return _own_page(None)


def _own_page(form: ScoreForm | None, status: int = 200) -> BaseResponse:
    who = actor()
    gates = year_gates(who)
    year = _own_year(gates)
    kept, maxima, period = queries.own_scores(who, year), queries.max_scores(year), period_of(year)
    return answer(
        "evaluation/own.html",
        "evaluation/_own.html",
        status,
        place=place(who),
        year=year,
        period=period,
        periods=periods(),
        gates=[gate for gate in gates if period and gate.year in period.years],
        maxima=maxima,
        scores=kept,
        summary=round_summary(who, year, Round.SIX),  # what is planned does not depend on the round
        form=form or score_form(_own_cells(maxima), maxima, kept),
    )


@blueprint.get("/evaluation/table.<any(xlsx, csv):file>")
@requires(Permission.EVALUATION)
def own_file(file: str) -> Response:
    who = actor()
    year = _own_year(year_gates(who))
    summary = round_summary(who, year, Round.SIX)
    table = workbooks.own_scores(who, year, summary, place(who).line, clock.now())
    return excel.file_answer(f"ผลการประเมิน {who.organisation_code} ปี {year}", file, table)


def _own_year(gates: list[YearGate]) -> int:
    known = [gate.year for gate in gates]
    year = number(request.args.get("year", ""), 0)
    return year if year in known else default_year(known, gates, clock.fiscal_year(clock.now()))


def _own_cells(maxima: Mapping[int, Decimal]) -> list[Cell]:
    return [cell for cell in cells(maxima) if cell.which is Which.SAR]


@blueprint.post("/evaluation")
@requires(Permission.EVALUATION)
def save_own() -> BaseResponse:
    year = _own_year(year_gates(actor()))
    maxima = queries.max_scores(year)
    form = score_form(_own_cells(maxima), maxima)
    if not _save(form, actor().own_organisation_id, year):
        return _own_page(form, 422)
    flash("บันทึกคะแนน SAR แล้ว", "ok")
    return redirect(f"/evaluation?year={year}", 303)
