"""Signing in and out, and a new password for those who forgot theirs."""

import hmac
from base64 import b64encode
from contextlib import suppress
from datetime import timedelta

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, session
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from app import clock
from app.access import Actor, Permission, actor, public, requires
from app.accounts import jobs as _jobs  # noqa: F401 - says how its mails are written
from app.accounts import operations, queries
from app.accounts.forms import ForgotForm, LoginForm, OwnPasswordForm, ResetForm
from app.accounts.passwords import matches
from app.accounts.queries import reset_account
from app.accounts.resume import resume_page, unseal
from app.accounts.rules import PASSWORD_HINT, browser_words, fingerprint
from app.accounts.sessions import open_session, signed_in_at
from app.contact import contact
from app.db import transaction
from app.errors import Refusal
from app.extensions import limiter
from app.mails.jobs import send_behind_the_request
from app.web import form_status, local_path
from app.words import clean_line

blueprint = Blueprint("accounts", __name__)
SHOWN_SIGN_INS = timedelta(days=7)
TOO_OFTEN = "ลองเข้าสู่ระบบหลายครั้งเกินไป รอประมาณ 1 นาที แล้วลองอีกครั้ง"


@blueprint.get("/login")
@public
def login() -> str | Response:
    if current_user.is_authenticated and not request.args.get("next"):
        return redirect(current_user.landing)
    form = LoginForm(
        formdata=None, next=local_path(request.args.get("next")), username=clean_line(request.args.get("username", ""))
    )
    return render_template("accounts/login.html", form=form, lost=bool(form.next.data))


@blueprint.post("/login")
@public
def sign_in() -> str | Response | tuple[str, int]:
    form = LoginForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form), 422
    username = form.username.data
    if not _may_try(username):
        form.form_errors = [TOO_OFTEN]
        return render_template("accounts/login.html", form=form), form_status(429)
    now = clock.now()
    try:
        who = operations.prove(
            username,
            form.password.data,
            form.activation_code.data,
            now,
            code_required=current_app.config["FIRST_LOGIN_CODE_REQUIRED"],
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return render_template("accounts/login.html", form=form), 422
    with transaction():
        operations.note_sign_in(who, now, browser_words(request.headers.get("User-Agent", "")))
    _forget_tries(username)
    open_session(who)
    kept = unseal(form.resume.data or "")
    if kept and (not who.claiming or kept.address == who.landing):
        return resume_page(kept)
    return redirect((not who.claiming and local_path(form.next.data)) or who.landing)


@blueprint.post("/logout")
@public
def logout() -> Response:
    logout_user()
    session.clear()
    response = redirect("/login")
    # The next person at this machine must not go back into these pages.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.get("/drafts/key/<int:account_id>")
@requires(*Permission)
def draft_key(account_id: int) -> Response:
    """What a page of this account encrypts its drafts with; kept nowhere, and never told to another account."""
    if account_id != actor().account_id:
        abort(404)
    secret = str(current_app.config["SECRET_KEY"]).encode()
    key = hmac.digest(secret, f"drafts {account_id}".encode(), "sha256")
    return make_response(b64encode(key), {"Content-Type": "text/plain", "Cache-Control": "no-store"})


@blueprint.get("/forgot")
@public
def forgot() -> str:
    return render_template("accounts/forgot.html", form=ForgotForm(formdata=None))


@blueprint.post("/forgot")
@public
def ask_for_link() -> str | Response | tuple[str, int]:
    form = ForgotForm()
    if not form.validate():
        return render_template("accounts/forgot.html", form=form), 422
    if not _hit("forgot", "SIGN_IN_LIMIT_ACCOUNT", _address()):
        form.form_errors = ["ขอลิงก์หลายครั้งเกินไป รอสักครู่ แล้วลองอีกครั้ง"]
        return render_template("accounts/forgot.html", form=form), form_status(429)
    with suppress(Refusal), transaction():  # of a mailbox that had enough nobody is told: it would say whose it is
        operations.owe_reset(form.email.data, clock.now())
    send_behind_the_request()
    kept = contact()
    return render_template("accounts/forgot_sent.html", contact=kept)


@blueprint.get("/forgot/<token>")
@public
def new_password(token: str) -> str | tuple[str, int]:
    found = reset_account(fingerprint(token), clock.now())
    return _reset_page(ResetForm(formdata=None, username=""), token, 200 if found else 404)


def _reset_page(form: ResetForm, token: str, status: int) -> tuple[str, int]:
    live = status != 404
    return render_template("accounts/reset.html", form=form, token=token, live=live, hint=PASSWORD_HINT), status


@blueprint.post("/forgot/<token>")
@public
def set_new_password(token: str) -> Response | tuple[str, int]:
    found = reset_account(fingerprint(token), clock.now())
    form = ResetForm(username=found[1] if found else "")
    if found is None:
        return _reset_page(form, token, form_status(404))
    if form.validate():
        try:
            password_hash = operations.prepare_password(form.password.data, found[1])
            with transaction():
                operations.reset_password(token, password_hash, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            logout_user()
            session.clear()
            flash("ตั้งรหัสผ่านใหม่แล้ว เข้าสู่ระบบด้วยรหัสผ่านใหม่ได้ทันที", "ok")
            return redirect("/login")
    return _reset_page(form, token, 422)


@blueprint.get("/nacc/account")
@requires(Permission.OWN_ACCOUNT)
def own_account() -> Response:
    return _own_page(OwnPasswordForm(formdata=None, username=""))


def _own_page(form: OwnPasswordForm, status: int = 200) -> Response:
    who, now = actor(), clock.now()
    opened = queries.open_sign_ins(who.own_account_id, now - SHOWN_SIGN_INS, signed_in_at())
    return make_response(render_template("accounts/own.html", form=form, hint=PASSWORD_HINT, opened=opened), status)


@blueprint.post("/nacc/account/password")
@requires(Permission.OWN_ACCOUNT)
def change_own_password() -> Response:
    who = actor()
    form = OwnPasswordForm(username=queries.username_of(who.own_account_id))
    if form.validate():
        try:
            if not _hit("own-password", "SIGN_IN_LIMIT_ACCOUNT", str(who.account_id)):
                raise Refusal(TOO_OFTEN, "current")
            if not matches(queries.password_hash_of(who.own_account_id), form.current.data):
                raise Refusal("รหัสผ่านปัจจุบันไม่ถูกต้อง", "current")
            password_hash = operations.prepare_password(form.password.data, form.username)
            with transaction():
                operations.change_password(who, password_hash, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _go_on(who, "เปลี่ยนรหัสผ่านแล้ว เครื่องอื่นที่เข้าใช้อยู่ออกจากระบบแล้ว")
    return _own_page(form, 422)


@blueprint.post("/nacc/account/sessions")
@requires(Permission.OWN_ACCOUNT)
def end_other_sessions() -> Response:
    who = actor()
    with transaction():
        operations.end_sessions(who, clock.now())
    return _go_on(who, "เครื่องอื่นทุกเครื่องออกจากระบบแล้ว")


def _go_on(who: Actor, words: str) -> Response:
    """In a new session at this browser; all others are over."""
    open_session(queries.actor_of(who.own_account_id))
    flash(words, "ok")
    return redirect("/nacc/account", 303)


def _may_try(username: str) -> bool:
    """Count a try, for the pair of account and address, and for the address.

    Never for the account alone: a stranger guessing from elsewhere must not lock an LAO out.
    """
    address = _address()
    return _hit("sign-in", "SIGN_IN_LIMIT_ADDRESS", address) and _hit(
        "sign-in", "SIGN_IN_LIMIT_ACCOUNT", address, username.lower()
    )


def _forget_tries(username: str) -> None:
    limiter.forget(current_app.config["SIGN_IN_LIMIT_ACCOUNT"], "sign-in", _address(), username.lower())


def _hit(what: str, setting: str, *keys: str) -> bool:
    return limiter.hit(current_app.config[setting], what, *keys)


def _address() -> str:
    """Where a request comes from; behind a proxy PROXY_COUNT must be set, or all come from the proxy."""
    return request.remote_addr or "nowhere"
