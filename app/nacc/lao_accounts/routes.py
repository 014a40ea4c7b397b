"""The desk of LAO accounts: HTTP only."""

import hmac
import secrets
from datetime import datetime

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Permission, actor, asks_proof, costs, requires, shows_contacts
from app.accounts.second_factor.queries import factors_of
from app.db import transaction
from app.deeds import shows_once
from app.errors import NotTheirs, Refusal
from app.listing import EVERYTHING, Pager
from app.mails.jobs import send_behind_the_request
from app.nacc.desk.forms import ExpectedForm
from app.nacc.desk.pages import filter_choices, with_own_province
from app.nacc.desk.queries import PAGE_SIZE, filter_words
from app.nacc.lao_accounts import operations, paper, queries, workbooks
from app.nacc.lao_accounts.forms import AccountReasonForm, account_filter_of
from app.nacc.lao_accounts.queries import CodeLine
from app.nacc.lao_accounts.rules import SHOWN_FOR, AccountFilter
from app.nacc.notes.queries import laos_with_note, note_on, noted_lao
from app.spreadsheets import excel
from app.web import answer, attachment

blueprint = Blueprint("nacc_accounts", __name__)
NO_PROVINCE = "เลือกจังหวัดในตัวกรองก่อน ออกรหัสได้ครั้งละ 1 จังหวัด"


def _account_filter() -> AccountFilter:
    return with_own_province(account_filter_of(request.args))


@blueprint.get("/nacc/accounts")
@requires(Permission.ACCOUNTS)
def desk() -> BaseResponse:
    session.pop("codes", None)  # whoever comes back has kept them
    who, asked, now = actor(), _account_filter(), clock.now()
    rows = queries.account_rows(who, asked, now)
    return answer(
        "nacc/lao_accounts/page.html",
        "nacc/lao_accounts/_table.html",
        rows=rows,
        noted=laos_with_note([row.organisation_id for row in rows]),
        pager=Pager(asked.page, queries.account_total(who, asked, now), PAGE_SIZE),
        counts=queries.state_counts(who, asked, now),
        **filter_choices(asked),
    )


@blueprint.get("/nacc/accounts/table.<any(xlsx, csv):file>")
@requires(Permission.ACCOUNTS)
def list_file(file: str) -> Response:
    return attachment(
        "บัญชี อปท.", file, excel.file_content(file, workbooks.account_list(actor(), _account_filter(), clock.now()))
    )


@blueprint.get("/nacc/accounts/codes")
@requires(Permission.ACCOUNTS)
def ask_codes() -> str:
    return _ask_page(_account_filter(), ExpectedForm(formdata=None))


def _ask_page(asked: AccountFilter, form: ExpectedForm) -> str:
    if not asked.province and not form.form_errors:
        form.form_errors = [NO_PROVINCE]
    found = queries.unclaimed(actor(), asked, clock.now()) if asked.province else queries.UnclaimedAccounts([], 0)
    return render_template(
        "nacc/lao_accounts/ask_codes.html",
        asked=asked,
        choice=EVERYTHING,
        form=form,
        total=len(found.ids),
        with_code=found.with_code,
        words=filter_words(asked),
    )


@blueprint.post("/nacc/accounts/codes")
@requires(Permission.ACCOUNTS)
@asks_proof
@shows_once
def issue_codes() -> BaseResponse:
    asked, form = _account_filter(), ExpectedForm()
    nonce, now = secrets.token_urlsafe(16), clock.now()
    try:
        if not asked.province or not form.expected.data:
            raise Refusal(NO_PROVINCE if not asked.province else "ไม่มี อปท. ที่ต้องออกรหัส")
        with transaction():
            operations.issue_filtered(actor(), asked, form.expected.data, now, _secret_of(nonce))
    except Refusal as refusal:
        form.refuse(refusal)
        return make_response(_ask_page(asked, form), 422)
    return _lead_to_codes(nonce, now)


def _secret_of(nonce: str) -> bytes:
    """What new codes are made of. The session keeps the nonce, so that the page of codes can be loaded again."""
    return hmac.digest(current_app.config["SECRET_KEY"].encode(), f"activation codes {nonce}".encode(), "sha256")


def _lead_to_codes(nonce: str, at: datetime) -> BaseResponse:
    session["codes"] = nonce, at.isoformat()
    return redirect("/nacc/accounts/codes/issued", 303)


def _new_codes(now: datetime) -> list[CodeLine]:
    """The codes that were handed out last in this session, for as long as they are shown."""
    nonce, at = session.get("codes", ("", ""))
    made_at = datetime.fromisoformat(at) if at else now - SHOWN_FOR
    return queries.issued_codes(actor(), _secret_of(nonce), made_at, now) if now < made_at + SHOWN_FOR else []


@blueprint.get("/nacc/accounts/codes/issued")
@requires(Permission.ACCOUNTS)
def new_codes() -> BaseResponse:
    now = clock.now()
    lines = _new_codes(now)
    if not lines:
        flash("รหัสเปิดใช้งานที่ออกไว้ไม่แสดงแล้ว หากยังไม่ได้เก็บไว้ ออกรหัสใหม่ได้", "info")
        return redirect("/nacc/accounts", 303)
    response = make_response(render_template("nacc/lao_accounts/codes.html", lines=lines, now=now))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/nacc/accounts/codes/<any(xlsx, pdf):written_as>")
@requires(Permission.ACCOUNTS)
@costs
def code_file(written_as: str) -> Response:
    """All codes in a table, or a letter to each LAO."""
    now = clock.now()
    lines = _new_codes(now)
    if not lines:
        raise NotTheirs
    if written_as == "pdf":
        content = paper.code_letters(lines, current_app.config["PUBLIC_URL"], now)
    else:
        content = excel.workbook(workbooks.code_file(actor(), lines, now))
    response = attachment("รหัสเปิดใช้งาน", written_as, content)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/nacc/accounts/<int:organisation_id>")
@requires(Permission.ACCOUNTS)
@shows_contacts
def account(organisation_id: int) -> BaseResponse:
    return _account_page(organisation_id, AccountReasonForm(formdata=None))


def _account_page(organisation_id: int, form: AccountReasonForm, status: int = 200, deed: str = "") -> Response:
    """`deed`: which of the forms on the page `form` came from."""
    who, now = actor(), clock.now()
    row = queries.account_of(who, organisation_id, now)
    history = queries.account_history(who, row)
    empty = AccountReasonForm(formdata=None)
    forms = {name: form if name == deed else empty for name in ("lock", "unlock", "hand-over", "second-factor")}
    note = note_on(noted_lao(who, organisation_id))
    told = {"row": row, "history": history, "note": note, "factors": factors_of(row.account_id)}
    page = render_template("nacc/lao_accounts/account.html", **told, forms=forms, form=form, deed=deed)
    return make_response(page, status)


@blueprint.post("/nacc/accounts/<int:organisation_id>/code")
@requires(Permission.ACCOUNTS)
@shows_once
def issue_code(organisation_id: int) -> BaseResponse:
    form = AccountReasonForm(formdata=None)
    nonce, now = secrets.token_urlsafe(16), clock.now()
    try:
        with transaction():
            operations.issue_one(actor(), organisation_id, now, _secret_of(nonce))
    except Refusal as refusal:
        form.refuse(refusal)
        return _account_page(organisation_id, form, 422, "code")
    return _lead_to_codes(nonce, now)


@blueprint.post("/nacc/accounts/<int:organisation_id>/reset")
@requires(Permission.ACCOUNTS)
def send_reset(organisation_id: int) -> BaseResponse:
    form = AccountReasonForm(formdata=None)
    try:
        with transaction():
            address = operations.send_reset(actor(), organisation_id, clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _account_page(organisation_id, form, 422, "reset")
    send_behind_the_request()
    flash(f"ส่งลิงก์ตั้งรหัสผ่านใหม่ไปที่ {address} แล้ว ใช้ได้ภายใน 30 นาที", "ok")
    return redirect(f"/nacc/accounts/{organisation_id}", 303)


@blueprint.post("/nacc/accounts/<int:organisation_id>/hand-over")
@requires(Permission.ACCOUNTS)
@asks_proof
@shows_once
def hand_over(organisation_id: int) -> BaseResponse:
    form = AccountReasonForm()
    nonce, now = secrets.token_urlsafe(16), clock.now()
    if form.validate():
        try:
            with transaction():
                operations.hand_over(actor(), organisation_id, form.reason.data or "", now, _secret_of(nonce))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _lead_to_codes(nonce, now)
    return _account_page(organisation_id, form, 422, "hand-over")


@blueprint.post("/nacc/accounts/<int:organisation_id>/second-factor")
@requires(Permission.ACCOUNTS)
@asks_proof
def remove_factors(organisation_id: int) -> BaseResponse:
    form = AccountReasonForm()
    if form.validate():
        try:
            with transaction():
                operations.remove_factors(actor(), organisation_id, form.reason.data or "", clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash("ลบการยืนยันตัวตนขั้นที่สองแล้ว อปท. เข้าสู่ระบบด้วยรหัสผ่านได้ และเพิ่มใหม่ได้เอง", "ok")
            return redirect(f"/nacc/accounts/{organisation_id}", 303)
    return _account_page(organisation_id, form, 422, "second-factor")


@blueprint.post("/nacc/accounts/<int:organisation_id>/lock")
@requires(Permission.ACCOUNTS)
def lock(organisation_id: int) -> BaseResponse:
    return _set_account_locked(organisation_id, True, "lock")


@blueprint.post("/nacc/accounts/<int:organisation_id>/unlock")
@requires(Permission.ACCOUNTS)
def unlock(organisation_id: int) -> BaseResponse:
    return _set_account_locked(organisation_id, False, "unlock")


def _set_account_locked(organisation_id: int, locked: bool, deed: str) -> BaseResponse:
    form = AccountReasonForm()
    if form.validate():
        try:
            with transaction():
                operations.set_locked(actor(), organisation_id, locked, form.reason.data or "", clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash("ล็อกบัญชีแล้ว ผู้ที่เข้าสู่ระบบอยู่ออกจากระบบทันที" if locked else "ปลดล็อกบัญชีแล้ว", "ok")
            return redirect(f"/nacc/accounts/{organisation_id}", 303)
    return _account_page(organisation_id, form, 422, deed)
