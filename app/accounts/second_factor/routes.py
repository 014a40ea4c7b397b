"""Second factors of whoever is signed in, and proving once more before what opens or takes away much."""

from datetime import datetime

from flask import Blueprint, flash, make_response, redirect, render_template, request
from pyotp import TOTP
from werkzeug.wrappers import Response

from app import clock
from app.access import Actor, Permission, actor, asks_proof, requires
from app.accounts import proof, queries, sessions
from app.accounts.operations import Overtaken
from app.accounts.resume import CONFIRM, resume_page, unseal
from app.accounts.second_factor import asking, operations, passkeys
from app.accounts.second_factor import queries as factors
from app.accounts.second_factor.forms import AppForm, ConfirmForm, PasskeyForm
from app.accounts.second_factor.operations import WRONG_PASSKEY, Wrong
from app.accounts.second_factor.pages import confirm_page, is_needed
from app.accounts.second_factor.rules import is_fresh
from app.db import transaction
from app.deeds import shows_once
from app.errors import Refusal
from app.typeset.codes import code_drawing
from app.web import local_path

blueprint = Blueprint("second_factor", __name__)
PAGE = "/account/second-factor"


@blueprint.get(CONFIRM)
@requires(Permission.SECOND_FACTOR)
def confirm() -> Response:
    return confirm_page(ConfirmForm(formdata=None, next=local_path(request.args.get("next"))))


@blueprint.post(CONFIRM)
@requires(Permission.SECOND_FACTOR)
@shows_once
def prove_again() -> Response:
    """No deed, so no key is claimed for it; whoever sends it again has proved it, and is led on."""
    form, who, now = ConfirmForm(), actor(), clock.now()
    if is_fresh(who.proved_at, now):
        return _led_on(form, who)
    try:
        renewed = _renew(form, who, now)
    except Refusal as refusal:
        if twin := sessions.renewed_by(who, form.proof):  # sent twice at one moment: nothing proves twice
            sessions.go_on(twin)
            return _led_on(form, who)
        if isinstance(refusal, Overtaken):  # once more, in the session as it is by now, or as a stranger
            return redirect(CONFIRM, 307)
        if isinstance(refusal, Wrong):
            proof.note_wrong_second(queries.sign_in_name_of(who), refusal, known=True)
        form.refuse(refusal)
        return proof.told_to_wait(confirm_page(form, 422), refusal)
    sessions.go_on(renewed)
    return _led_on(form, who)


def _renew(form: ConfirmForm, who: Actor, now: datetime) -> Actor:
    """Ask what was typed, and renew the session. Raises Refusal."""
    if not who.has_factor:
        proof.prove_again(who, form.current.data or "")
    else:
        proof.count_again(who, "second_code", "ลองรหัสหลายครั้งเกินไป")
    with transaction():
        if who.has_factor:
            question = asking.read_in_session(form.asked.data or "", who)
            if question is None:
                old = "หน้านี้เปิดค้างไว้นานเกินไป กรอกรหัสอีกครั้ง"
                raise Refusal(WRONG_PASSKEY if form.passkey.data else old, "second_code")
            operations.prove(question, form.second_code.data or "", form.passkey.data or "", asking.secret_key(), now)
        return sessions.renew(who, form.proof, now)


def _led_on(form: ConfirmForm, who: Actor) -> Response:
    """To the form that waited, or the page that was asked for."""
    kept = unseal(form.resume.data or "")
    if kept and kept.is_mine:
        return resume_page(kept, proved=True)
    return redirect(local_path(form.next.data) or who.landing, 303)


@blueprint.get(PAGE)
@requires(Permission.SECOND_FACTOR)
def own_factors() -> str:
    who = actor()
    return render_template(
        "accounts/second_factor/page.html",
        factors=factors.factors_of(who.own_account_id),
        codes_left=factors.recovery_codes_left(who.own_account_id),
        needed=is_needed(who),
        passkeys=bool(passkeys.host()),
    )


@blueprint.get(f"{PAGE}/app")
@requires(Permission.SECOND_FACTOR)
@asks_proof
def new_app() -> Response:
    return _app_page(AppForm(formdata=None, offer=asking.offer_app(actor())))


def _app_page(form: AppForm, status: int = 200) -> Response:
    who = actor()
    secret = asking.offered_app(form.offer.data or "", who)
    address = TOTP(secret).provisioning_uri(name=queries.sign_in_name_of(who), issuer_name="e-PlanNACC")
    page = render_template("accounts/second_factor/app.html", form=form, picture=code_drawing(address), secret=secret)
    return _unkept(page, status)


def _unkept(page: str, status: int = 200) -> Response:
    """A page with a secret: no browser keeps it."""
    return make_response(page, status, {"Cache-Control": "no-store"})


@blueprint.post(f"{PAGE}/app")
@requires(Permission.SECOND_FACTOR)
@asks_proof
@shows_once
def add_app() -> Response:
    form, who, now = AppForm(), actor(), clock.now()
    secret = asking.offered_app(form.offer.data or "", who)
    if not secret:
        form.offer.data = asking.offer_app(who)
        form.form_errors = ["หน้านี้ใช้ไม่ได้แล้ว สแกนรหัสภาพใหม่ แล้วกรอกรหัสจากแอป"]
        return _app_page(form, 422)
    if form.validate():
        try:
            with transaction():
                name, code = form.name.data or "", form.second_code.data or ""
                codes = operations.add_app(who, name, secret, code, asking.secret_key(), now)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _added("เพิ่มแอปยืนยันตัวตนแล้ว", codes)
    return _app_page(form, 422)


def _added(words: str, codes: list[str]) -> Response:
    if codes:
        return _codes_page(codes, words)
    flash(words, "ok")
    return redirect(PAGE, 303)


def _codes_page(codes: list[str], words: str = "") -> Response:
    return _unkept(render_template("accounts/second_factor/codes.html", codes=codes, words=words))


@blueprint.get(f"{PAGE}/passkey")
@requires(Permission.SECOND_FACTOR)
@asks_proof
def new_passkey() -> Response:
    return _passkey_page(PasskeyForm(formdata=None))


def _passkey_page(form: PasskeyForm, status: int = 200) -> Response:
    who = actor()
    form.asked.data = asking.in_session(who)
    known = factors.passkeys_of(who.own_account_id)
    options = passkeys.to_make(form.asked.data, who.own_account_id, queries.sign_in_name_of(who), known)
    page = render_template("accounts/second_factor/passkey.html", form=form, options=options)
    return make_response(page, status)


@blueprint.post(f"{PAGE}/passkey")
@requires(Permission.SECOND_FACTOR)
@asks_proof
@shows_once
def add_passkey() -> Response:
    form, who = PasskeyForm(), actor()
    words = form.asked.data or ""
    if form.validate():
        try:
            if asking.read_in_session(words, who) is None:
                raise Refusal("หน้านี้เปิดค้างไว้นานเกินไป กดปุ่มเพื่อเพิ่มพาสคีย์อีกครั้ง", "passkey")
            with transaction():
                name, answer = form.name.data or "", form.passkey.data or ""
                codes = operations.add_passkey(who, name, answer, words, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _added("เพิ่มพาสคีย์แล้ว", codes)
    return _passkey_page(form, 422)


@blueprint.post(f"{PAGE}/codes")
@requires(Permission.SECOND_FACTOR)
@asks_proof
@shows_once
def renew_codes() -> Response:
    who = actor()
    if not who.has_factor:
        flash("เพิ่มแอปยืนยันตัวตนหรือพาสคีย์ก่อน รหัสสำรองจะออกให้พร้อมกัน", "warn")
        return redirect(PAGE, 303)
    with transaction():
        codes = operations.new_recovery_codes(who, clock.now())
    return _codes_page(codes)


@blueprint.post(f"{PAGE}/<int:factor_id>/remove")
@requires(Permission.SECOND_FACTOR)
@asks_proof
def remove_factor(factor_id: int) -> Response:
    who = actor()
    try:
        with transaction():
            operations.remove(who, factor_id, clock.now(), needed=is_needed(who))
    except Refusal as refusal:
        flash(refusal.message, "warn")
    else:
        flash("ลบแล้ว", "ok")
    return redirect(PAGE, 303)
