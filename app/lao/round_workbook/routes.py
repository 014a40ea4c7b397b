"""A round filled in offline: the file out, the file in as a dry run, and its confirmation. HTTP only."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Permission, actor, costs, requires
from app.db import transaction
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.lao.profile.queries import place
from app.lao.round_workbook import operations, queries, workbooks
from app.lao.round_workbook.forms import HEADS, NEEDED, RoundFile, RoundFileForm, RoundReader
from app.lao.round_workbook.queries import OwnRound
from app.lao.round_workbook.rules import NOT_IN_FILE, RoundPreview, SeenRow, foreign_sentence
from app.listing import ListState
from app.models.enums import Round
from app.plans.asked import round_asked, year_asked
from app.plans.queries import window_for, year_gates
from app.plans.rules import closed_year_sentence, open_years
from app.spreadsheets import excel
from app.uploads.cells import Problems
from app.uploads.reader import read_sheet
from app.uploads.rules import CHANGED_MEANWHILE
from app.uploads.seals import seal, unseal
from app.web import attachment

blueprint = Blueprint("round_workbook", __name__)


def _asked() -> tuple[int, Round]:
    return year_asked(year_gates(actor())), round_asked()


def _closed(year: int, round_: Round) -> str:
    """Why nothing can be reported in that round, in Thai; empty where it can."""
    gates = year_gates(actor())
    if year not in open_years(gates):
        return closed_year_sentence(year, gates)
    return window_for(actor().own_organisation_id, year, round_).refusal(clock.now())


def _file_page(form: RoundFileForm, status: int = 200, **more: Any) -> Response:
    year, round_ = _asked()
    context = {
        "form": form,
        "state": ListState(year=year, round=int(round_)),
        "round": round_,
        "gates": year_gates(actor()),
        "place": place(actor()),
        "closed": _closed(year, round_),
        "problems": Problems(),
        "preview": None,
    }
    return make_response(render_template("lao/round_workbook/page.html", **context | more), status)


@blueprint.get("/reporting/workbook")
@requires(Permission.REPORTS)
def workbook_page() -> Response:
    return _file_page(RoundFileForm(formdata=None))


@blueprint.get("/reporting/workbook.xlsx")
@requires(Permission.REPORTS)
@costs
def download() -> Response:
    who, (year, round_), now = actor(), _asked(), clock.now()
    own = queries.own_round(who, year, round_)
    lines = list(own.lines.values())
    table = workbooks.round_workbook(who, own.of, lines, own.known, place(who).whole_name, now)
    name = f"กรอกรายงาน {who.organisation_code} ปี {year} รอบ {round_.value} เดือน"
    return attachment(name, "xlsx", excel.file_content("xlsx", table))


@blueprint.post("/reporting/workbook")
@requires(Permission.REPORTS)
@costs
def check_workbook() -> Response:
    """The dry run: what the file would change, conflicts, and every mistake with its cell. Nothing is written."""
    year, round_ = _asked()
    form, own = RoundFileForm(), queries.own_round(actor(), year, round_)
    try:
        if refusal := _closed(year, round_):
            raise Refusal(refusal, "file")
        sheet = read_sheet(form.sent(), NEEDED, *HEADS[len(NEEDED) :])
        read = RoundReader(own.lines, own.starting).read(sheet)
        if foreign := foreign_sentence(read.made_from, own.of):
            raise Refusal(foreign, "file")
    except Refusal as refusal_:
        form.refuse(refusal_)
        return _file_page(form, 422)
    found = queries.preview(actor(), own, [SeenRow(row, 0) for row in read.rows])
    found.notes[:0] = [*sheet.notes, *_notes(read, own)]
    found.wrong, found.unchanged = read.wrong, found.unchanged + read.unchanged
    return _dry_run(form, found, 422 if read.problems else 200, problems=read.problems)


def _notes(read: RoundFile, own: OwnRound) -> list[str]:
    """What the person should know of how the file was compared."""
    said = [f"{each} ไม่ต้องรายงานแล้ว จึงไม่อ่านแถวนี้" for each in read.gone]
    if read.unmarked:
        said.append(
            f"{read.unmarked:,} แถวไม่มีข้อมูลรุ่นที่ซ่อนไว้ตอนดาวน์โหลด จึงเทียบกับข้อมูลปัจจุบัน "
            f"และบอกไม่ได้ว่ามีผู้แก้ในระบบหลังทำไฟล์หรือไม่ {NOT_IN_FILE}"
        )
    if missing := len(own.lines.keys() - read.projects):
        said.append(f"อีก {missing:,} โครงการในระบบไม่มีในไฟล์ จึงไม่เปลี่ยน")
    return said


def _dry_run(form: RoundFileForm, found: RoundPreview, status: int = 200, **more: Any) -> Response:
    form.sealed.data = seal(_kind(), actor(), [found.wrong, *found.sealed]) if found.rows else ""
    form.sealed.raw_data = None
    return _file_page(form, status, preview=found, **more)


def _kind() -> str:
    """A dry run of one round cannot be confirmed as that of another."""
    year, round_ = _asked()
    return f"round-workbook/{year}/{int(round_)}"


@blueprint.post("/reporting/workbook/confirm")
@requires(Permission.REPORTS)
def confirm_workbook() -> BaseResponse:
    """Save what was shown; whatever was changed in the system since is shown again, with the choices made so far."""
    (year, round_), form, who = _asked(), RoundFileForm(), actor()
    try:
        wrong, *plain = unseal(_kind(), who, form.sealed.data)
    except Refusal as refusal:
        form.refuse(refusal)
        return _file_page(form, 422)
    rows = [SeenRow.read(each) for each in plain]
    from_file = {name for name, value in request.form.items() if value == "file"}
    try:
        operations.refuse_without_consent(wrong, form.consent.data)
        with transaction():
            changed = operations.save_round(who, year, round_, rows, from_file, clock.now())
    except Stale:
        form.form_errors = [CHANGED_MEANWHILE]
    except Refusal as refusal:
        form.refuse(refusal)
    else:
        flash(*((f"นำเข้าแล้ว เปลี่ยน {changed:,} โครงการ", "ok") if changed else (NOTHING_CHANGED, "info")))
        return redirect(f"/reporting?year={year}&round={int(round_)}", 303)
    found = queries.preview(who, queries.own_round(who, year, round_), rows, from_file)
    found.wrong = wrong
    return _dry_run(form, found, 422)
