"""Looking through a round and sending it, and its receipts: HTTP only."""

from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template
from werkzeug.wrappers import Response

from app import clock
from app.access import Permission, actor, costs, requires
from app.db import db, transaction
from app.errors import Refusal
from app.lao.checks.queries import checklist
from app.lao.checks.rules import number_of
from app.lao.profile.queries import place
from app.lao.sending import operations, paper, queries
from app.lao.sending.forms import SendForm
from app.lao.sending.pages import receipt_address
from app.lao.sending.rules import Receipt, RoundToSend, in_words, sealed
from app.lao.signs.queries import own_signs
from app.ledger.jobs import head_of_now
from app.ledger.receipts import proven_history
from app.listing import ListState
from app.models.enums import Round
from app.plans.asked import round_asked, year_asked
from app.plans.queries import window_for, year_gates
from app.typeset.codes import code_drawing
from app.web import attachment

blueprint = Blueprint("sending", __name__)


def _asked() -> tuple[int, Round]:
    return year_asked(year_gates(actor())), round_asked()


@blueprint.get("/reporting/check")
@requires(Permission.REPORTS)
def check() -> Response:
    round_now = queries.round_to_send(actor(), *_asked(), clock.now())
    return _page(round_now, _form(round_now))


def _form(round_now: RoundToSend) -> SendForm:
    return SendForm(formdata=None, shown=sealed(round_now.figures))


def _page(round_now: RoundToSend, form: SendForm, status: int = 200, **more: Any) -> Response:
    sent = queries.receipts(round_now.organisation_id, round_now.year, round_now.round)
    window = window_for(round_now.organisation_id, round_now.year, round_now.round)
    signs = own_signs(actor(), window)
    checks = {} if round_now.closed else checklist(actor(), round_now.year, round_now.round)
    context = {
        "round_now": round_now,
        "checks": checks,
        "missing": number_of(checks, missing=True),
        "odd": number_of(checks, missing=False) + sum(map(len, signs.values())),
        "signs_number": sum(map(len, signs.values())),
        "figures": in_words(round_now.figures),
        "form": form,
        "place": place(actor()),
        "gates": year_gates(actor()),
        "state": ListState(year=round_now.year, round=int(round_now.round)),
        "window": window,
        "signs": signs,
        "now": clock.now(),
        "receipts": sent,
        "unchanged": bool(sent) and sent[0].figures == round_now.figures,
        "differences": [],
    }
    return make_response(render_template("lao/sending/check.html", **context | more), status)


@blueprint.post("/reporting/check")
@requires(Permission.REPORTS)
def send() -> Response:
    year, round_ = _asked()
    form, differences = SendForm(), []
    try:
        sent = _send(form, year, round_) if form.validate() else None
    except operations.FiguresChanged as changed:
        differences = changed.differences
        form.refuse(changed)
    except Refusal as refusal:
        form.refuse(refusal)
    else:
        if sent:
            return _after_sending(sent, year, round_, bool(form.reason.data))
    round_now = queries.round_to_send(actor(), year, round_, clock.now())
    form.shown.data = sealed(round_now.figures)
    form.shown.raw_data = None
    return _page(round_now, form, 422, differences=differences)


def _send(form: SendForm, year: int, round_: Round) -> operations.SentRound:
    with transaction():
        shown, reason = form.shown.data or "", form.reason.data or ""
        return operations.send_round(actor(), year, round_, shown, clock.now(), reason)


def _after_sending(sent: operations.SentRound, year: int, round_: Round, says_nothing: bool) -> Response:
    what = f"{round_.label} ปีงบประมาณ {year}"
    if not sent.new:
        flash(f"รายงาน{what} ส่งไว้แล้ว และไม่มีอะไรเปลี่ยน", "info")
    else:
        flash(f"แจ้งว่าไม่มีโครงการที่ต้องรายงานใน{what} แล้ว" if says_nothing else f"ส่งรายงาน{what} แล้ว", "ok")
    _prove()
    return redirect(f"/reporting/receipts/{sent.entry_id}", 303)


def _prove() -> None:
    """Put the receipt under a signed head at once. What was sent is kept: if this fails, a worker does it."""
    try:
        head_of_now()
    except Exception:
        current_app.logger.exception("a receipt waits for its head")
        db.session.rollback()


@blueprint.get("/reporting/receipts/<int:entry_id>")
@requires(Permission.REPORTS)
def receipt(entry_id: int) -> str:
    known = queries.own_receipt(actor(), entry_id)
    proven = proven_history(entry_id)
    return render_template(
        "lao/sending/receipt.html",
        receipt=known,
        figures=in_words(known.figures),
        proven=proven,
        since=queries.word_since(known),
        qr=code_drawing(receipt_address(proven)) if proven and proven.head else "",
        address=receipt_address(proven) if proven else "",
    )


@blueprint.get("/reporting/receipts/<int:entry_id>/receipt.pdf")
@requires(Permission.REPORTS)
@costs
def receipt_file(entry_id: int) -> Response:
    known = queries.own_receipt(actor(), entry_id)
    proven = proven_history(entry_id)
    if proven is None or proven.head is None:
        return redirect(f"/reporting/receipts/{entry_id}", 303)
    return attachment(_file_name(known), "pdf", paper.receipt_paper(known, proven, receipt_address(proven)))


def _file_name(known: Receipt) -> str:
    return f"ใบรับรายงาน {known.code} ปี {known.year} รอบ {int(known.round)} เดือน"
