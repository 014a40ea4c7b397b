"""Pages that ask once more who somebody is: behind the password, and before a deed that opens or takes away much."""

from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app import clock
from app.access import Actor, actor
from app.accounts.resume import CONFIRM, lead_back_from, seal, sent_form
from app.accounts.second_factor import asking, passkeys, queries
from app.accounts.second_factor.forms import ConfirmForm, SecondStepForm
from app.accounts.second_factor.operations import FactorQuestion
from app.accounts.second_factor.rules import is_fresh
from app.accounts.sessions import wants_second_factor
from app.models.enums import Role
from app.web import into_main, is_htmx, local_path, page_behind, same_origin


def sign_in_page(form: SecondStepForm, question: FactorQuestion, status: int = 200) -> Response:
    """The second step of a sign-in."""
    known = queries.passkeys_of(question.account_id) if not question.mail_id else []
    form.asked.data = question.words
    if question.mail_id:
        form.second_code.label.text = "รหัส 6 หลักจากอีเมล"
    options = passkeys.to_prove(question.words, known)
    held_up = bool(question.mail_id) and queries.is_held_up(question.mail_id)
    told = {"form": form, "options": options, "by_mail": question.mail_id, "held_up": held_up}
    return into_main("accounts/second_factor/sign_in.html", status, **told)


def confirm_page(form: ConfirmForm, status: int = 200) -> Response:
    """Asks whoever is signed in: by the second factor, or by the password where there is none."""
    who = actor()
    form.asked.data, form.next.data = asking.in_session(who), local_path(form.next.data)
    options = passkeys.to_prove(form.asked.data, queries.passkeys_of(who.own_account_id))
    return into_main("accounts/second_factor/confirm.html", status, form=form, options=options)


def ask_first(view: Any) -> Response | None:
    """The answer to whoever asks for a view that asks for proof, with one that is too old; None where it is fresh."""
    if not getattr(view, "asks_proof", False) or is_fresh(current_user.proved_at, clock.now()):
        return None
    if request.method in ("GET", "HEAD"):
        return lead_back_from(CONFIRM)
    if not same_origin():
        raise Forbidden
    form = ConfirmForm(formdata=None, resume=seal(sent_form()), next=page_behind())
    return confirm_page(form, 200 if is_htmx() else 403)


def is_needed(who: Actor) -> bool:
    """Whether the account must keep a second factor."""
    return who.role is not Role.LAO and wants_second_factor(who.role)
