"""The plan-year desk: HTTP only."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response as BaseResponse

from app import clock, excel
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import NotTheirs, Refusal, Stale
from app.listing import Choice, choice_of
from app.models.enums import PlanStatus
from app.places.queries import filter_name
from app.plan_years import operations, queries, workbooks
from app.plan_years.forms import FileForm, StatusForm, filter_of
from app.plan_years.rules import CellProblem, PlanFilter, PlanLine, read_lines, unknown_codes
from app.plans.queries import current_period, periods
from app.registry.queries import districts
from app.review.queries import own_provinces
from app.web import answer, nothing_chosen

blueprint = Blueprint("plan_years", __name__)
MAX_ROWS = 40_000
SHOWN_PROBLEMS = 50


def _years() -> list[int]:
    return [year for period in periods() for year in period.years]


def _filter() -> PlanFilter:
    this_year = clock.fiscal_year(clock.now())
    period = current_period(this_year)
    return filter_of(request.args, _years(), min(max(this_year, period.first_year), period.last_year))


def _page(asked: PlanFilter, status: int = 200, **more: Any) -> BaseResponse:
    who = actor()
    return answer(
        "plan_years/page.html",
        "plan_years/_table.html",
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
    return _page(_filter())


@blueprint.post("/nacc/plan-years/<int:organisation_id>")
@requires(Permission.PLAN_YEARS)
def set_one(organisation_id: int) -> BaseResponse:
    asked, form = _filter(), StatusForm()
    refusal = ""
    if form.validate():
        try:
            with transaction():
                operations.set_status(
                    actor(), organisation_id, asked.year, form.status.data, form.version.data or 0, clock.now()
                )
        except Stale:
            refusal = "มีผู้อื่นเปลี่ยนผลแผนนี้ก่อนท่าน ตารางแสดงค่าล่าสุดแล้ว ตรวจแล้วบันทึกอีกครั้งหากต้องการ"
        else:
            if not request.headers.get("HX-Request"):
                return redirect(f"/nacc/plan-years?{asked.query()}#o{organisation_id}", 303)
            return _page(asked, saved_id=organisation_id)
    return _page(asked, 422, refusal=refusal or "เลือกผลแผน")


@blueprint.get("/nacc/plan-years/many")
@requires(Permission.PLAN_YEARS)
def ask_many() -> str | BaseResponse:
    asked, choice = _filter(), choice_of(request.args.getlist("ids"), request.args.get("all", ""), queries.PAGE_SIZE)
    return (
        _many_page(asked, StatusForm(formdata=None), choice)
        if choice
        else nothing_chosen(f"/nacc/plan-years?{asked.query()}")
    )


def _many_page(asked: PlanFilter, form: StatusForm, choice: Choice) -> str:
    total = len(choice.ids or queries.filtered_ids(actor(), asked))
    words = asked.in_words(filter_name(asked.province, asked.district))
    return render_template("plan_years/many.html", asked=asked, form=form, choice=choice, total=total, words=words)


@blueprint.post("/nacc/plan-years/many")
@requires(Permission.PLAN_YEARS)
def set_many() -> BaseResponse | tuple[str, int]:
    asked, form = _filter(), StatusForm()
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


@blueprint.get("/nacc/plan-years/file")
@requires(Permission.PLAN_YEARS)
def file_page() -> str:
    return _file_page(FileForm(formdata=None))


def _file_page(form: FileForm, **more: Any) -> str:
    shown: dict[str, Any] = {"problems": [], "problem_total": 0, "lines": [], "sealed": "", "changing": 0}
    return render_template("plan_years/file.html", form=form, asked=_filter(), **shown | more)


@blueprint.get("/nacc/plan-years/table.<any(xlsx, csv):file>")
@requires(Permission.PLAN_YEARS)
def list_file(file: str) -> Response:
    asked = _filter()
    return excel.file_answer(f"ผลแผน ปี {asked.year}", file, workbooks.plan_year_file(actor(), asked))


@blueprint.post("/nacc/plan-years/file")
@requires(Permission.PLAN_YEARS)
def check_file() -> str | tuple[str, int]:
    """The dry run: what the file would change, or every problem with its cell. Nothing is written."""
    form = FileForm()
    upload = request.files.get("file")
    try:
        rows = excel.rows_of(upload.read() if upload else b"", MAX_ROWS)
    except excel.NotAWorkbook as error:
        return _file_page(form, problems=[str(error)], problem_total=1), 422
    numbered, problems = read_lines(rows, _years())
    known = queries.ids_by_code(actor(), sorted({line.code for _number, line in numbered}))
    problems = sorted([*problems, *unknown_codes(numbered, known)], key=_place)
    if problems:
        return _file_page(form, problems=problems[:SHOWN_PROBLEMS], problem_total=len(problems)), 422
    lines = [line for _number, line in numbered]
    return _file_page(form, lines=lines[:SHOWN_PROBLEMS], changing=len(lines), sealed=_seal(lines))


def _place(problem: CellProblem) -> tuple[int, str]:
    return problem.row, problem.column


def _seal(lines: list[PlanLine]) -> str:
    return _serializer().dumps([[line.code, line.year, line.status.value] for line in lines])


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="plan-year-file")


@blueprint.post("/nacc/plan-years/file/confirm")
@requires(Permission.PLAN_YEARS)
def confirm_file() -> BaseResponse:
    try:
        lines = [(code, year, PlanStatus(status)) for code, year, status in _serializer().loads(FileForm().sealed.data)]
    except (BadData, ValueError, TypeError):
        raise NotTheirs from None
    known = queries.ids_by_code(actor(), [code for code, _year, _status in lines])
    changes = [(known[code], year, status) for code, year, status in lines if code in known]
    with transaction():
        changed = operations.set_from_file(actor(), changes, clock.now())
    flash(f"นำเข้าแล้ว {len(lines):,} แถว เปลี่ยน {changed:,} แห่ง", "ok")
    return redirect("/nacc/plan-years", 303)
