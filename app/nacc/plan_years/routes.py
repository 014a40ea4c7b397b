"""The plan-year desk: HTTP only."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Permission, actor, requires
from app.citizens.places.queries import filter_name
from app.db import transaction
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.queries import who_was_first
from app.listing import Choice, choice_of
from app.models.enums import Entity, PlanStatus
from app.nacc.plan_years import operations, queries, workbooks
from app.nacc.plan_years.forms import StatusForm
from app.nacc.plan_years.pages import asked_for
from app.nacc.plan_years.rules import COLUMNS, PlanFilter, PlanLine, SeenStatus, preview, read_lines
from app.nacc.review.queries import own_provinces
from app.plans.queries import periods
from app.registry.queries import districts
from app.spreadsheets import excel
from app.uploads.cells import Problems
from app.uploads.forms import UploadForm
from app.uploads.reader import read_sheet
from app.uploads.rules import CHANGED_MEANWHILE, WHEN_MADE, Preview, most_common
from app.uploads.seals import seal, unseal
from app.web import answer, attachment, nothing_chosen

blueprint = Blueprint("plan_years", __name__)
SEALED = "plan-year-file"


def _years() -> list[int]:
    return [year for period in periods() for year in period.years]


def _page(asked: PlanFilter, status: int = 200, **more: Any) -> BaseResponse:
    who = actor()
    return answer(
        "nacc/plan_years/page.html",
        "nacc/plan_years/_table.html",
        status,
        asked=asked,
        rows=queries.plan_rows(who, asked),
        counts=queries.plan_counts(who, asked),
        page_size=queries.PAGE_SIZE,
        provinces=own_provinces(who),
        districts=districts(asked.province) if asked.province else [],
        periods=periods(),
        **{"saved_id": 0, "refusal": ""} | more,
    )


@blueprint.get("/nacc/plan-years")
@requires(Permission.PLAN_YEARS)
def desk() -> BaseResponse:
    return _page(asked_for())


@blueprint.post("/nacc/plan-years/<int:organisation_id>")
@requires(Permission.PLAN_YEARS)
def set_one(organisation_id: int) -> BaseResponse:
    asked, form = asked_for(), StatusForm()
    refusal = ""
    if form.validate():
        try:
            with transaction():
                saved = operations.set_status(
                    actor(), organisation_id, asked.year, form.status.data, form.version.data or 0, clock.now()
                )
        except Stale:
            first = who_was_first(actor(), Entity.PLAN_YEAR, f"{organisation_id}/{asked.year}", organisation_id)
            refusal = f"ผลแผนนี้{first} ตารางแสดงค่าล่าสุดแล้ว ตรวจแล้วบันทึกอีกครั้งหากต้องการ"
        else:
            if not request.headers.get("HX-Request"):
                flash(*(("บันทึกผลแผนแล้ว", "ok") if saved else (NOTHING_CHANGED, "info")))
                return redirect(f"/nacc/plan-years?{asked.query()}#o{organisation_id}", 303)
            return _page(asked, saved_id=organisation_id)
    return _page(asked, 422, refusal=refusal or "เลือกผลแผน")


@blueprint.get("/nacc/plan-years/many")
@requires(Permission.PLAN_YEARS)
def ask_many() -> str | BaseResponse:
    asked, choice = asked_for(), choice_of(request.args.getlist("ids"), request.args.get("all", ""), queries.PAGE_SIZE)
    return (
        _many_page(asked, StatusForm(formdata=None), choice)
        if choice
        else nothing_chosen(f"/nacc/plan-years?{asked.query()}")
    )


def _many_page(asked: PlanFilter, form: StatusForm, choice: Choice) -> str:
    total = len(choice.ids or queries.filtered_ids(actor(), asked))
    words = asked.in_words(filter_name(asked.province, asked.district))
    return render_template("nacc/plan_years/many.html", asked=asked, form=form, choice=choice, total=total, words=words)


@blueprint.post("/nacc/plan-years/many")
@requires(Permission.PLAN_YEARS)
def set_many() -> BaseResponse | tuple[str, int]:
    asked, form = asked_for(), StatusForm()
    choice = choice_of(request.form.getlist("ids"), request.form.get("all", ""), queries.PAGE_SIZE)
    if not choice:
        return nothing_chosen(f"/nacc/plan-years?{asked.query()}")
    if form.validate():
        status: PlanStatus = form.status.data
        try:
            with transaction():
                if choice.ids:
                    changed = operations.set_many(actor(), choice.ids, asked.year, status, clock.now())
                else:
                    changed = operations.set_filtered(actor(), asked, form.expected.data or 0, status, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(f"เปลี่ยนเป็น “{status.label}” แล้ว {changed:,} แห่ง", "ok")
            return redirect(f"/nacc/plan-years?{asked.query(status='', page=1)}", 303)
    return _many_page(asked, form, choice), 422


@blueprint.get("/nacc/plan-years/table.<any(xlsx, csv):file>")
@requires(Permission.PLAN_YEARS)
def list_file(file: str) -> Response:
    asked = asked_for()
    return attachment(f"ผลแผน ปี {asked.year}", file, excel.file_content(file, workbooks.plan_year_file(actor(), asked)))


@blueprint.get("/nacc/plan-years/file")
@requires(Permission.PLAN_YEARS)
def file_page() -> str:
    return _file_page(UploadForm(formdata=None))


def _file_page(form: UploadForm, problems: Problems | None = None, preview: Preview | None = None) -> str:
    told = problems or Problems()
    return render_template(
        "nacc/plan_years/file.html",
        form=form,
        asked=asked_for(),
        problems=told.first,
        problem_total=told.total,
        preview=preview,
    )


@blueprint.post("/nacc/plan-years/file")
@requires(Permission.PLAN_YEARS)
def check_file() -> str | tuple[str, int]:
    """The dry run: what the file would change, or every problem with its cell. Nothing is written."""
    form = UploadForm()
    try:
        sheet = read_sheet(form.sent(), COLUMNS, WHEN_MADE)
    except Refusal as refusal:
        form.refuse(refusal)
        return _file_page(form), 422
    lines, problems = read_lines(sheet, _years(), queries.laos_by_code(actor(), sheet.codes))
    return (_file_page(form, problems), 422) if problems else _dry_run(form, lines, sheet.notes)


def _dry_run(form: UploadForm, lines: list[PlanLine], notes: Sequence[str] = ()) -> str:
    found = preview(lines, queries.statuses([(line.key.lao.id, line.key.year) for line in lines]))
    found.notes = notes
    form.sealed.data = seal(SEALED, actor(), found.sealed)
    return _file_page(form, preview=found)


@blueprint.post("/nacc/plan-years/file/confirm")
@requires(Permission.PLAN_YEARS)
def confirm_file() -> BaseResponse | tuple[str, int]:
    form = UploadForm()
    try:
        lines = [SeenStatus.of(plain) for plain in unseal(SEALED, actor(), form.sealed.data)]
    except Refusal as refusal:
        form.refuse(refusal)
        return _file_page(form), 422
    chosen = [line for line in lines if form.everything.data or not line.since]
    try:
        with transaction():
            changed = operations.set_from_file(actor(), chosen, clock.now())
    except Stale:
        form.form_errors = [CHANGED_MEANWHILE]
        return _dry_run(form, _again(lines)), 422
    flash(f"นำเข้าแล้ว เปลี่ยน {changed:,} แห่ง", "ok")
    year = most_common(line.year for line in chosen) or asked_for().year
    return redirect(f"/nacc/plan-years?{asked_for().query(year=year, status='', q='', page=1)}", 303)


def _again(lines: list[SeenStatus]) -> list[PlanLine]:
    laos = queries.laos_by_id(actor(), [line.organisation_id for line in lines])
    return [line.again(laos[line.organisation_id]) for line in lines if line.organisation_id in laos]
