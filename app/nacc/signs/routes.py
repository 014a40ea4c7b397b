"""The desk of what should be checked: HTTP only."""

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires
from app.db import transaction
from app.errors import NOTHING_CHANGED, Refusal, Stale
from app.history.queries import who_was_first
from app.listing import Choice, Pager
from app.models.enums import Entity, SignVerdict
from app.nacc.desk.pages import chosen_rows, filter_choices, plan_year, with_own_province
from app.nacc.desk.queries import PAGE_SIZE, filter_words
from app.nacc.desk.rules import MOST_IN_A_FILE
from app.nacc.signs import operations, queries, workbooks
from app.nacc.signs.forms import SignVerdictForm, sign_filter_of
from app.nacc.signs.rules import SignFilter, of_state
from app.spreadsheets import excel
from app.web import answer, attachment, nothing_chosen

blueprint = Blueprint("signs", __name__)


def _sign_filter() -> SignFilter:
    return with_own_province(sign_filter_of(request.args, plan_year()))


@blueprint.get("/nacc/signs")
@requires(Permission.SIGNS)
def desk() -> Response:
    who, asked, now = actor(), _sign_filter(), clock.now()
    counts = queries.state_counts(who, asked, now)
    return answer(
        "nacc/signs/page.html",
        "nacc/signs/_table.html",
        rows=queries.sign_rows(who, asked, now),
        counts=counts,
        pager=Pager(asked.page, of_state(counts, asked.state), PAGE_SIZE),
        **filter_choices(asked),
    )


@blueprint.get("/nacc/signs/table.<any(xlsx, csv):file>")
@requires(Permission.SIGNS)
def list_file(file: str) -> Response:
    who, asked, now = actor(), _sign_filter(), clock.now()
    if of_state(queries.state_counts(who, asked, now), asked.state) > MOST_IN_A_FILE:
        flash(f"มีมากกว่า {MOST_IN_A_FILE:,} เรื่อง เลือกจังหวัดหรือตัวกรองอื่นก่อน", "warn")
        return redirect(f"/nacc/signs?{asked.query()}", 303)
    name = f"สิ่งที่ควรตรวจสอบ ปี {asked.year} {asked.round.label}"
    return attachment(name, file, excel.file_content(file, workbooks.sign_file(who, asked, now)))


@blueprint.get("/nacc/signs/<int:sign_id>")
@requires(Permission.SIGNS)
def open_sign(sign_id: int) -> str:
    row = queries.sign_row(actor(), sign_id, clock.now())
    form = SignVerdictForm(formdata=None)
    form.verdict.data, form.note.data, form.version.data = row.verdict, row.note, row.version
    return _sign_page(row, form)


def _sign_page(row: queries.SignRow, form: SignVerdictForm) -> str:
    return render_template("nacc/signs/sign.html", row=row, form=form, asked=_sign_filter())


@blueprint.post("/nacc/signs/<int:sign_id>")
@requires(Permission.SIGNS)
def judge(sign_id: int) -> Response | tuple[str, int]:
    who, form, now = actor(), SignVerdictForm(), clock.now()
    if form.validate():
        verdict: SignVerdict = form.verdict.data
        try:
            with transaction():
                changed = operations.judge(who, sign_id, form.version.data or 0, verdict, form.note.data, now)
        except Stale:
            row = queries.sign_row(who, sign_id, now)
            key = f"{row.organisation_id}/{row.year}/{int(row.round)}/{row.id}"
            first = who_was_first(who, Entity.SIGN, key, row.organisation_id)
            form.refuse(Refusal(f"เรื่องนี้{first} ด้านล่างเป็นข้อมูลล่าสุด อ่านแล้วบันทึกอีกครั้ง"))
            form.version.raw_data, form.version.data = None, row.version
        else:
            flash(*((f"บันทึกผลการตรวจสอบแล้ว: {verdict.label}", "ok") if changed else (NOTHING_CHANGED, "info")))
            return redirect(f"/nacc/signs?{_sign_filter().query()}#s{sign_id}", 303)
    return _sign_page(queries.sign_row(who, sign_id, now), form), 422


@blueprint.get("/nacc/signs/many")
@requires(Permission.SIGNS)
def ask_many() -> str | Response:
    asked, choice = _sign_filter(), chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/signs?{asked.query()}")
    return _many_signs_page(asked, SignVerdictForm(formdata=None), choice)


def _many_signs_page(asked: SignFilter, form: SignVerdictForm, choice: Choice) -> str:
    who, now = actor(), clock.now()
    waiting = queries.chosen(who, choice.ids, asked, now) if choice.ids else queries.filtered(who, asked, now)
    return render_template(
        "nacc/signs/many.html",
        asked=asked,
        form=form,
        choice=choice,
        total=len(waiting),
        words=filter_words(asked),
    )


@blueprint.post("/nacc/signs/many")
@requires(Permission.SIGNS)
def judge_many() -> Response | tuple[str, int]:
    who, asked, form, now = actor(), _sign_filter(), SignVerdictForm(), clock.now()
    choice = chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/signs?{asked.query()}")
    if form.validate():
        said: tuple[SignVerdict, str] = (form.verdict.data, form.note.data)
        try:
            with transaction():
                if choice.ids:
                    judged = operations.judge_chosen(who, choice.ids, asked, *said, now)
                else:
                    judged = operations.judge_filtered(who, asked, form.expected.data or 0, *said, now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(f"บันทึกผลการตรวจสอบแล้ว {judged:,} เรื่อง", "ok")
            return redirect(f"/nacc/signs?{asked.query(state='', page=1)}", 303)
    return _many_signs_page(asked, form, choice), 422
