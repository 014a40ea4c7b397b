"""The plan-year desk: HTTP only."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Permission, actor, costs, requires
from app.db import transaction
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.queries import who_was_first
from app.listing import Choice, Pager
from app.models.enums import Entity, PlanStatus
from app.nacc.desk.file_pages import FileDesk, Page
from app.nacc.desk.pages import NOTHING_LEFT, all_years, chosen_rows, filter_choices
from app.nacc.desk.queries import PAGE_SIZE, filter_words, laos_by_id
from app.nacc.notes.queries import laos_with_note
from app.nacc.plan_years import operations, queries, workbooks
from app.nacc.plan_years.forms import StatusForm
from app.nacc.plan_years.pages import plan_filter
from app.nacc.plan_years.rules import COLUMNS, OPTIONAL, PlanFilter, PlanLine, SeenStatus, listed, preview, read_lines
from app.nacc.second_person.proposing_pages import done_or_proposed
from app.spreadsheets import excel
from app.uploads.cells import Problems, Sheet
from app.uploads.forms import PastableForm
from app.uploads.rules import Preview, UploadLao
from app.web import answer, attachment, nothing_chosen, sent_moment

blueprint = Blueprint("plan_years", __name__)


def _plan_years_page(asked: PlanFilter, status: int = 200, **more: Any) -> BaseResponse:
    who, counts = actor(), queries.plan_counts(actor(), asked)
    rows = queries.plan_rows(who, asked)
    return answer(
        "nacc/plan_years/page.html",
        "nacc/plan_years/_table.html",
        status,
        rows=rows,
        noted=laos_with_note([row.organisation_id for row in rows]),
        because=queries.failed_because([(row.organisation_id, asked.year) for row in rows if row.failed]),
        counts=counts,
        pager=Pager(asked.page, listed(counts, asked.status), PAGE_SIZE),
        **filter_choices(asked) | {"saved_id": 0, "refusal": ""} | more,
    )


@blueprint.get("/nacc/plan-years")
@requires(Permission.PLAN_YEARS)
def desk() -> BaseResponse:
    return _plan_years_page(plan_filter())


@blueprint.post("/nacc/plan-years/<int:organisation_id>")
@requires(Permission.PLAN_YEARS)
def set_one(organisation_id: int) -> BaseResponse:
    asked, form = plan_filter(), StatusForm()
    refusal = ""
    if form.validate():
        try:
            with transaction():
                saved = operations.set_status(
                    actor(),
                    organisation_id,
                    asked.year,
                    form.status.data,
                    form.version.data or 0,
                    clock.now(),
                    form.told,
                )
        except Stale:
            first = who_was_first(actor(), Entity.PLAN_YEAR, f"{organisation_id}/{asked.year}", organisation_id)
            refusal = f"ผลแผนนี้{first} ตารางแสดงค่าล่าสุดแล้ว ตรวจแล้วบันทึกอีกครั้งหากต้องการ"
        else:
            if not request.headers.get("HX-Request"):
                flash(*(("บันทึกผลแผนแล้ว", "ok") if saved else (NOTHING_CHANGED, "info")))
                return redirect(f"/nacc/plan-years?{asked.query()}#o{organisation_id}", 303)
            return _plan_years_page(asked, saved_id=organisation_id)
    return _plan_years_page(asked, 422, refusal=refusal or next((said for _field, said in form.problems), "เลือกผลแผน"))


@blueprint.get("/nacc/plan-years/many")
@requires(Permission.PLAN_YEARS)
def ask_many() -> str | BaseResponse:
    asked, choice = plan_filter(), chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/plan-years?{asked.query()}")
    wanted = {"status": PlanStatus.FAILED} if request.args.get("to") == PlanStatus.FAILED else None
    return _many_plan_years_page(asked, StatusForm(formdata=None, data=wanted), choice)


def _many_plan_years_page(asked: PlanFilter, form: StatusForm, choice: Choice) -> str:
    return render_template(
        "nacc/plan_years/many.html",
        asked=asked,
        form=form,
        choice=choice,
        total=len(choice.ids or queries.filtered_ids(actor(), asked)),
        names=[lao.name for lao in laos_by_id(actor(), choice.ids).values()],
        words=filter_words(asked),
    )


@blueprint.post("/nacc/plan-years/many")
@requires(Permission.PLAN_YEARS)
def set_many() -> BaseResponse | tuple[str, int]:
    asked, form, choice = plan_filter(), StatusForm(), chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/plan-years?{asked.query()}")
    if form.validate():
        status: PlanStatus = form.status.data
        try:
            deed = partial(operations.set_many, actor(), choice.ids, asked.year)
            if not choice.ids:
                deed = partial(operations.set_filtered, actor(), asked, form.expected.data or 0)
            outcome = done_or_proposed(lambda: deed(status, clock.now(), form.told))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(outcome.told(f"เปลี่ยนเป็น “{status.label}” แล้ว {outcome.done:,} แห่ง"), "ok")
            return redirect(f"/nacc/plan-years?{asked.query(status='', page=1)}", 303)
    return _many_plan_years_page(asked, form, choice), 422


@blueprint.post("/nacc/plan-years/take-back")
@requires(Permission.PLAN_YEARS)
def take_back() -> BaseResponse:
    with transaction():
        undone = operations.take_back(actor(), sent_moment(), clock.now())
    flash(f"เลิกทำแล้ว {undone:,} แห่ง" if undone else NOTHING_LEFT, "ok" if undone else "info")
    return redirect("/nacc/deeds", 303)


@blueprint.get("/nacc/plan-years/table.<any(xlsx, csv):file>")
@requires(Permission.PLAN_YEARS)
def list_file(file: str) -> Response:
    asked = plan_filter()
    return attachment(f"ผลแผน ปี {asked.year}", file, excel.file_content(file, workbooks.plan_year_file(actor(), asked)))


def _read_plan_file(sheet: Sheet, laos: Mapping[str, UploadLao]) -> tuple[list[PlanLine], Problems]:
    return read_lines(sheet, all_years(), laos, queries.failed_plans({lao.id for lao in laos.values()}))


def _preview_plan_file(lines: list[PlanLine]) -> Preview:
    kept = queries.statuses([(line.key.lao.id, line.key.year) for line in lines])
    failed = [place for place, status in kept.items() if status is PlanStatus.FAILED]
    return preview(lines, kept, queries.failed_because(failed))


def _save_plan_file(lines: list[SeenStatus], form: PastableForm) -> tuple[str, list[int]]:
    chosen = [line for line in lines if form.everything.data or not line.since]
    outcome = done_or_proposed(lambda: operations.set_from_file(actor(), chosen, clock.now()))
    return outcome.told(f"นำเข้าแล้ว เปลี่ยน {outcome.done:,} แห่ง"), [line.year for line in chosen]


FILE = FileDesk(
    address="/nacc/plan-years",
    template="nacc/plan_years/file.html",
    sealed_as="plan-year-file",
    form=PastableForm,
    asked=plan_filter,
    heading=lambda: COLUMNS,
    read=_read_plan_file,
    preview=_preview_plan_file,
    unsealed=SeenStatus.of,
    again=SeenStatus.again,
    save=_save_plan_file,
    table=workbooks.plan_year_file,
    optional=OPTIONAL,
)


@blueprint.get("/nacc/plan-years/file")
@requires(Permission.PLAN_YEARS)
def file_page() -> str:
    return FILE.page(PastableForm(formdata=None))


@blueprint.post("/nacc/plan-years/file")
@requires(Permission.PLAN_YEARS)
@costs
def check_file() -> Page:
    return FILE.check()


@blueprint.post("/nacc/plan-years/file/confirm")
@requires(Permission.PLAN_YEARS)
def confirm_file() -> BaseResponse | Page:
    return FILE.confirm()
