"""Signing in and out, and a new password for those who forgot theirs."""

import hmac
from base64 import b64encode
from contextlib import suppress
from time import perf_counter
from typing import Any

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from app import clock
from app.access import Actor, Permission, actor, asks_proof, public, requires
from app.accounts import jobs as _jobs  # noqa: F401 - says how its mails are written
from app.accounts import operations, proof, queries, sessions
from app.accounts.forms import ForgotForm, LoginForm, OwnPasswordForm, ResetForm
from app.accounts.links.operations import owe_reset
from app.accounts.operations import Proven, Unproved
from app.accounts.proof import TooOften
from app.accounts.queries import link_owner, reset_account
from app.accounts.resume import resume_page, unseal
from app.accounts.rights.queries import changed_rights
from app.accounts.rules import FAILURES_KEPT, PasswordFor, fingerprint, strength, too_often
from app.accounts.second_factor import asking
from app.accounts.second_factor.forms import SecondStepForm
from app.accounts.second_factor.operations import FactorQuestion, owe_code, prove
from app.accounts.second_factor.pages import sign_in_page
from app.contact import contact
from app.db import transaction, unless_read_only
from app.deeds import claim_for, shows_once, was_done
from app.errors import Refusal
from app.extensions import SHARE, limiter
from app.fields import Form
from app.mails.jobs import send_behind_the_request
from app.models.enums import EndedBecause
from app.web import form_status, local_path
from app.words import clean_line

blueprint = Blueprint("accounts", __name__)
SHOWN_FAILURES = 20


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
def sign_in() -> Response | tuple[str, int]:
    form = LoginForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form), 422
    username, now = form.username.data or "", clock.now()
    try:
        proven = proof.prove(username, form.password.data, form.activation_code.data)
        if asking.is_asked_for(proven.actor, username):
            return _ask_second(proven, form)
        with transaction():
            operations.note_sign_in(proven, now)
            who = sessions.begin(proven.actor, now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _refused("accounts/login.html", form, refusal)
    sessions.enter(who)
    response = _led_on(who, form)
    proof.know_device(response, username)
    return response


def _ask_second(proven: Proven, form: LoginForm) -> Response:
    """The password was right: ask for what proves it is not somebody who only knows that."""
    who, username, now, mail_id = proven.actor, form.username.data or "", clock.now(), 0
    with transaction():
        proven = operations.keep_anew(proven)
        if asking.wants_mail(who, username):
            mail_id = owe_code(who.own_organisation_id, now)
    if mail_id:
        send_behind_the_request()
    words = asking.at_sign_in(who.own_account_id, proven.password_hash, username, mail_id)
    asked = SecondStepForm(formdata=None, next=form.next.data, resume=form.resume.data)
    return sign_in_page(asked, FactorQuestion(who.own_account_id, now, words, mail_id))


@blueprint.post("/login/second")
@public
def prove_second() -> Response | tuple[str, int]:
    form, now = SecondStepForm(), clock.now()
    asked = asking.read_sign_in(form.asked.data or "")
    if asked is None:
        again = LoginForm(formdata=None, next=form.next.data, resume=form.resume.data)
        again.form_errors = ["หมดเวลาของขั้นที่สอง กรอก Username และ Password อีกครั้ง"]
        return render_template("accounts/login.html", form=again), 422
    if not (form.second_code.data or form.passkey.data):  # no try: somebody looks whether the mail has gone
        form.refuse(Refusal("กรอกรหัส", "second_code"))
        return sign_in_page(form, asked.question, 422)
    try:
        proof.count_try(asked.username)
        with transaction():
            prove(asked.question, form.second_code.data or "", form.passkey.data or "", asking.secret_key(), now)
            proven = Proven(queries.actor_of(asked.question.account_id), asked.password_hash)
            operations.note_sign_in(proven, now)
            who = sessions.begin(proven.actor, now)
    except Refusal as refusal:
        if isinstance(refusal, Unproved):
            known = proof.is_known_device(asked.username)
            proof.note_wrong_second(asked.username, refusal, known=known)
        form.refuse(refusal)
        return proof.told_to_wait(sign_in_page(form, asked.question, 422), refusal)
    sessions.enter(who)
    response = _led_on(who, form)
    proof.know_device(response, asked.username)
    return response


def _refused(page: str, form: Form, refusal: Refusal) -> Response:
    """What was typed, again; with how long to wait, for programs too."""
    return proof.told_to_wait(make_response(render_template(page, form=form), 422), refusal)


def _led_on(who: Actor, form: LoginForm | SecondStepForm) -> Response:
    """To the form that was kept, to the page that was asked for, or to where signing in leads."""
    kept = unseal(form.resume.data or "")
    if kept and (not who.claiming or kept.address == who.landing):
        return resume_page(kept)
    bound = who.claiming or who.newcomer
    return redirect((not bound and local_path(form.next.data)) or who.landing)


@blueprint.post("/logout")
@public
def logout() -> Response:
    with unless_read_only(), transaction():  # nobody stays signed in at a desk that was left: the cookie goes
        sessions.end(EndedBecause.SIGNED_OUT, clock.now())
    return _signed_out()


def _signed_out() -> Response:
    sessions.leave()
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
    return make_response(b64encode(key), {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"})


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
    try:
        proof.count("forgot", "SIGN_IN_LIMIT_ACCOUNT", proof.network())
    except TooOften as refusal:
        form.form_errors = [too_often(refusal.wait, "ขอลิงก์หลายครั้งเกินไป")]
        return _refused("accounts/forgot.html", form, refusal)
    with suppress(Refusal), transaction():  # of a mailbox that had enough nobody is told: it would say whose it is
        owe_reset(form.email.data, clock.now())
    send_behind_the_request()
    kept = contact()
    return render_template("accounts/forgot_sent.html", contact=kept)


@blueprint.get("/forgot/<token>")
@public
def new_password(token: str) -> str | tuple[str, int]:
    found = reset_account(fingerprint(token), clock.now())
    return _reset_page(ResetForm(formdata=None, owner=_owner(found)), token, 200 if found else 404)


def _owner(account_id: int | None) -> PasswordFor:
    return proof.password_for(queries.actor_of(account_id)) if account_id else PasswordFor()


def _reset_page(form: ResetForm, token: str, status: int) -> tuple[str, int]:
    return render_template("accounts/reset.html", form=form, token=token, live=status != 404), status


@blueprint.post("/forgot/<token>")
@public
def set_new_password(token: str) -> Response | tuple[str, int]:
    found = reset_account(fingerprint(token), clock.now())
    form = ResetForm(owner=_owner(found))
    if found is None:
        return (
            _led_to_login() if was_done(link_owner(fingerprint(token))) else _reset_page(form, token, form_status(404))
        )
    if form.validate():
        try:
            password_hash = operations.prepare_password(form.password.data, form.owner)
            with transaction():
                claim_for(found)
                operations.reset_password(token, password_hash, clock.now())
                sessions.end(EndedBecause.SIGNED_OUT, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            sessions.leave()
            return _led_to_login()
    return _reset_page(form, token, 422)


def _led_to_login() -> Response:
    flash("ตั้งรหัสผ่านใหม่แล้ว เข้าสู่ระบบด้วยรหัสผ่านใหม่ได้ทันที", "ok")
    return redirect("/login")


@blueprint.get("/nacc/account")
@requires(Permission.OWN_ACCOUNT)
def own_account() -> Response:
    return _own_page(OwnPasswordForm(formdata=None, owner=proof.password_for(actor())))


def _own_page(form: OwnPasswordForm, status: int = 200) -> Response:
    page = render_template("accounts/own.html", form=form, **_sessions_shown(actor()))
    return make_response(page, status)


@blueprint.post("/nacc/account/password")
@requires(Permission.OWN_ACCOUNT)
def change_own_password() -> Response:
    who = actor()
    form = OwnPasswordForm(owner=proof.password_for(who))
    if form.validate():
        try:
            proof.prove_again(who, form.current.data or "")
            password_hash = operations.prepare_password(form.password.data, form.owner)
            with transaction():
                operations.change_password(who, password_hash, clock.now())
                begun = sessions.begin(who, clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
            return proof.told_to_wait(_own_page(form, 422), refusal)
        else:
            sessions.enter(begun)
            flash("เปลี่ยนรหัสผ่านแล้ว เครื่องอื่นที่เข้าใช้อยู่ออกจากระบบแล้ว", "ok")
            return redirect(_own_place(), 303)
    return _own_page(form, 422)


@blueprint.post("/account/password/strength")
@requires(*Permission)
@shows_once
def own_strength() -> Response:
    """What is said while a new password is typed. No deed: it is looked at, and kept and written down nowhere."""
    who = actor()
    return _strength(who.own_account_id, proof.password_for(who))


@blueprint.post("/forgot/<token>/strength")
@public
@shows_once
def strength_by_link(token: str) -> Response:
    found = reset_account(fingerprint(token), clock.now())
    if found is None:
        abort(404)
    return _strength(found, _owner(found))


def _strength(account_id: int, owner: PasswordFor) -> Response:
    limits, begun = current_app.config["PUBLIC_LIMIT_ADDRESS"], perf_counter()
    if not limiter.hit(limits, "strength", str(account_id)):
        abort(429)
    found = strength(request.form.get("password", ""), owner)
    if more := int((perf_counter() - begun) / SHARE):  # as public pages are counted
        limiter.hit(limits, "strength", str(account_id), cost=more)
    return make_response(found._asdict(), {"Cache-Control": "no-store"})


@blueprint.get("/account/sessions")
@requires(Permission.SESSIONS)
def own_sessions() -> str:
    return render_template("accounts/sessions.html", **_sessions_shown(actor()))


def _own_place() -> str:
    return "/nacc/account" if actor().may(Permission.OWN_ACCOUNT) else "/account/sessions"


def _sessions_shown(who: Actor) -> dict[str, Any]:
    """What the list of sessions needs: those that are open, and those over that are still kept."""
    limits, now = sessions.limits_of(who.role), clock.now()
    opened: list[queries.SessionLine] = []
    over: list[queries.SessionLine] = []
    for each in queries.own_sessions(who):
        ended = each.ended_at is not None or limits.is_over(each.begun_at, each.last_seen_at, now)
        (over if ended else opened).append(each)
    rights = changed_rights(who, now - FAILURES_KEPT, SHOWN_FAILURES)
    shown = {"failures": queries.own_failures(who, SHOWN_FAILURES), "rights": rights, "told_for": FAILURES_KEPT.days}
    return {"opened": opened, "over": over, **shown}


@blueprint.post("/account/sessions/<int:session_id>")
@requires(Permission.SESSIONS)
@asks_proof
def end_session(session_id: int) -> Response:
    who = actor()
    with transaction():
        operations.end_own_session(who, session_id, clock.now())
    if session_id == who.session_id:
        return _signed_out()
    flash("เครื่องนั้นออกจากระบบแล้ว", "ok")
    return redirect(_own_place(), 303)


@blueprint.post("/account/sessions")
@requires(Permission.SESSIONS)
@asks_proof
def end_sessions() -> Response:
    """Everywhere else; with `all` at this browser too."""
    own_too = request.form.get("which") == "all"
    with transaction():
        operations.end_own_sessions(actor(), clock.now(), own_too=own_too)
    if own_too:
        return _signed_out()
    flash("เครื่องอื่นทุกเครื่องออกจากระบบแล้ว", "ok")
    return redirect(_own_place(), 303)
