"""Files for staff: small ones at once, large ones by a job. HTTP only."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, send_file
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import NotTheirs, Refusal
from app.jobs import queue
from app.listing import number
from app.models.enums import ExportKind, ExportState, ExportWhat
from app.nacc.exports import jobs, operations, queries, workbooks
from app.nacc.exports.forms import ExportForm, export_form
from app.nacc.exports.rules import AT_ONCE, ExportPlace, ExportRequest
from app.plans.queries import current_period, periods
from app.plans.rules import round_of
from app.spreadsheets import excel
from app.web import MIMETYPES, attachment, disposition, wants_fragment

blueprint = Blueprint("exports", __name__)
HERE = "/reports/exports"


@blueprint.get(HERE)
@requires(Permission.EXPORTS)
def files() -> str:
    places, this_year = queries.offered(actor()), clock.fiscal_year(clock.now())
    period, year = current_period(this_year), number(request.args.get("year", ""), 0)
    shown = {
        "what": ExportWhat.PROJECTS,
        "place": places[0].token if places else "",
        "year": year if year in _years() else min(max(this_year, period.first_year), period.last_year),
        "round": round_of(request.args.get("round", "")),
        "kind": ExportKind.XLSX,
    }
    return _exports_page(export_form(places, _years())(formdata=None, data=shown))


def _exports_page(form: ExportForm) -> str:
    return render_template("nacc/exports/page.html", form=form, periods=periods(), files=queries.own_files(actor()))


def _years() -> list[int]:
    return [year for period in periods() for year in period.years]


@blueprint.post(HERE)
@requires(Permission.EXPORTS)
def ask() -> Response:
    who = actor()
    form = export_form(queries.offered(who), _years())()
    if not form.validate():
        return make_response(_exports_page(form), 422)
    asked = form.asked
    place = queries.place_of(who, asked.place)
    rows = queries.row_total(asked, place)
    if rows <= AT_ONCE:
        return _at_once(asked, place)
    try:
        with transaction():
            job_id = operations.ask(who, asked, place, rows, clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return make_response(_exports_page(form), 422)
    queue(jobs.make_export, job_id)
    flash(f"กำลังสร้างไฟล์ {rows:,} แถว ออกจากหน้านี้ได้ ไฟล์จะอยู่ในรายการด้านล่างเมื่อเสร็จ", "ok")
    return redirect(f"{HERE}#e{job_id}", 303)


def _at_once(asked: ExportRequest, place: ExportPlace) -> Response:
    with workbooks.export_table(actor(), asked, place, clock.now()) as table:
        return attachment(
            operations.file_name(asked, place), asked.kind.value, excel.file_content(asked.kind.value, table)
        )


@blueprint.get(f"{HERE}/<int:job_id>")
@requires(Permission.EXPORTS)
def progress(job_id: int) -> str | Response:
    """One row, which asks for itself again while the file is being made."""
    if not wants_fragment():
        return redirect(HERE, 303)
    return render_template("nacc/exports/_file.html", file=queries.own_file(actor(), job_id))


@blueprint.post(f"{HERE}/<int:job_id>/cancel")
@requires(Permission.EXPORTS)
def cancel(job_id: int) -> str | Response:
    with transaction():
        operations.cancel(actor(), job_id, clock.now())
    return progress(job_id)


@blueprint.post(f"{HERE}/<int:job_id>/delete")
@requires(Permission.EXPORTS)
def delete(job_id: int) -> Response:
    try:
        with transaction():
            gone = operations.remove(actor(), job_id)
    except Refusal as refusal:
        flash(refusal.message, "warn")
    else:
        if gone:
            (jobs.folder() / gone).unlink(missing_ok=True)
        flash("ลบไฟล์แล้ว", "ok")
    return redirect(HERE, 303)


@blueprint.get(f"{HERE}/<int:job_id>/file")
@requires(Permission.EXPORTS)
def download(job_id: int) -> Response:
    file = queries.own_file(actor(), job_id)
    path = jobs.path_of(file)
    if file.state is not ExportState.DONE or not path.exists():
        raise NotTheirs
    response = send_file(path, mimetype=MIMETYPES[file.kind.value], etag=file.sha256 or False)
    response.headers["Content-Disposition"] = disposition(file.name, file.kind.value)
    return response
