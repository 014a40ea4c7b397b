"""The desk of what waits: HTTP only."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, requires, shows_contacts
from app.clock import thai_day
from app.db import transaction
from app.errors import NotTheirs, Refusal
from app.listing import Choice, Pager
from app.mails import jobs
from app.nacc.desk.forms import ExpectedForm
from app.nacc.desk.pages import chosen_rows, filter_choices, plan_year, with_own_province
from app.nacc.desk.queries import PAGE_SIZE, filter_words
from app.nacc.mails import operations as mails_owed
from app.nacc.mails import queries as mail_log
from app.nacc.mails.forms import mail_filter_of
from app.nacc.mails.rules import MailState
from app.nacc.waiting import operations, queries, workbooks
from app.nacc.waiting.forms import waiting_filter_of
from app.nacc.waiting.rules import SortedCandidates, WaitingFilter, sort_out, state_choices
from app.plans.queries import everybodys_window
from app.spreadsheets import excel
from app.web import along, answer, attachment, nothing_chosen

blueprint = Blueprint("waiting", __name__)


def _waiting_filter() -> WaitingFilter:
    return with_own_province(waiting_filter_of(request.args, plan_year()))


def _waiting_page(asked: WaitingFilter, status: int = 200, **more: Any) -> Response:
    who, now = actor(), clock.now()
    shown = queries.shown(who, asked)
    return answer(
        "nacc/waiting/page.html",
        "nacc/waiting/_table.html",
        status,
        rows=queries.waiting_rows(shown.works, asked, now),
        counts=shown.counts,
        states=state_choices(shown.counts),
        pager=Pager(asked.page, len(shown.works), PAGE_SIZE),
        progress=mail_log.progress(who, thai_day(now), now),
        window=everybodys_window(asked.year, asked.round).sentence(now),
        **filter_choices(asked) | {"saved_id": 0, "refusal": ""} | more,
    )


@blueprint.get("/nacc/waiting")
@requires(Permission.WAITING)
@shows_contacts
def desk() -> Response:
    return _waiting_page(_waiting_filter())


@blueprint.get("/nacc/waiting/table.<any(xlsx, csv):file>")
@requires(Permission.WAITING)
@shows_contacts
def list_file(file: str) -> Response:
    asked = _waiting_filter()
    name = f"สถานะการรายงาน ปี {asked.year} {asked.round.label}"
    return attachment(name, file, excel.file_content(file, workbooks.waiting_file(actor(), asked, clock.now())))


@blueprint.post("/nacc/waiting/<int:organisation_id>")
@requires(Permission.WAITING)
def remind_one(organisation_id: int) -> Response:
    asked, now = _waiting_filter(), clock.now()
    try:
        with transaction():
            queued, found = operations.remind_chosen(actor(), [organisation_id], asked, now)
    except Refusal as refusal:
        return _waiting_page(asked, 422, refusal=refusal.message)
    if not queued:
        return _waiting_page(asked, 422, refusal=_why_not(found))
    jobs.send_behind_the_request()
    if not request.headers.get("HX-Request"):
        flash("จัดคิวส่งอีเมลเตือนแล้ว", "ok")
        return redirect(f"/nacc/waiting?{asked.query()}#o{organisation_id}", 303)
    return _waiting_page(asked, saved_id=organisation_id)


def _why_not(found: SortedCandidates) -> str:
    """Why one LAO gets no mail. Raises NotTheirs where there is no such LAO for the actor."""
    if found.without_email:
        return "อปท. นี้ยังไม่มีอีเมลผู้ประสานงาน ติดต่อทางโทรศัพท์"
    if found.not_needed:
        return "อปท. นี้รายงานครบแล้วหรือไม่ต้องรายงาน ไม่ต้องเตือน"
    if found.already_today or found.mailed:
        return "วันนี้เตือน อปท. นี้แล้ว เตือนได้วันละ 1 ครั้ง"
    raise NotTheirs


@blueprint.get("/nacc/waiting/many")
@requires(Permission.WAITING)
def ask_many() -> str | Response:
    asked, choice = _waiting_filter(), chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/waiting?{asked.query()}")
    return _many_reminders_page(asked, ExpectedForm(formdata=None), choice)


def _many_reminders_page(asked: WaitingFilter, form: ExpectedForm, choice: Choice) -> str:
    who, now = actor(), clock.now()
    if choice.ids:
        works = queries.chosen_works(who, choice.ids, asked.year, asked.round)
    else:
        works = queries.shown(who, asked).works
    found = sort_out(queries.candidates(works, asked, now))
    window = everybodys_window(asked.year, asked.round).sentence(now)
    return render_template(
        "nacc/waiting/many.html",
        asked=asked,
        form=form,
        choice=choice,
        found=found,
        total=len(found.mailed),
        window=window,
        words=filter_words(asked),
    )


@blueprint.post("/nacc/waiting/many")
@requires(Permission.WAITING)
def remind_many() -> Response | tuple[str, int]:
    who, asked, form, now = actor(), _waiting_filter(), ExpectedForm(), clock.now()
    choice = chosen_rows()
    if not choice:
        return nothing_chosen(f"/nacc/waiting?{asked.query()}")
    try:
        with transaction():
            if choice.ids:
                queued, found = operations.remind_chosen(who, choice.ids, asked, now)
            else:
                queued, found = operations.remind_filtered(who, asked, form.expected.data or 0, now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _many_reminders_page(asked, form, choice), 422
    if not queued:
        form.form_errors = ["ไม่มี อปท. ที่ต้องส่งอีเมลเตือนในขณะนี้"]
        return _many_reminders_page(asked, form, choice), 422
    jobs.send_behind_the_request()
    flash(f"จัดคิวส่งอีเมลเตือนแล้ว {queued:,} แห่ง{_left_out(found)}", "ok")
    return redirect(along("/nacc/waiting/mails"), 303)


def _left_out(found: SortedCandidates) -> str:
    return f" ไม่มีอีเมล {found.without_email:,} แห่ง" if found.without_email else ""


@blueprint.get("/nacc/waiting/mails")
@requires(Permission.WAITING)
@shows_contacts
def mails() -> Response:
    """The log, and how far the job is; the page asks again while mails wait."""
    who, asked, now = actor(), mail_filter_of(request.args), clock.now()
    return answer(
        "nacc/waiting/mails.html",
        "nacc/waiting/_mails.html",
        progress=mail_log.progress(who, thai_day(now), now),
        lines=mail_log.mail_lines(who, asked),
        states=MailState,
        asked=asked,
        pager=Pager(asked.page, mail_log.mail_total(who, asked), PAGE_SIZE),
    )


@blueprint.post("/nacc/waiting/mails")
@requires(Permission.WAITING)
def send_waiting() -> Response:
    """Start the job again for all that waits: after the mail server was out of reach, or was mended."""
    with transaction():
        waiting = mails_owed.try_now(actor())
    if waiting:
        jobs.send_behind_the_request()
        flash("เริ่มส่งอีเมลที่รอส่งอีกครั้งแล้ว", "ok")
    return redirect(along("/nacc/waiting/mails"), 303)
