"""The guard before every view: it asks what the view declares, and who is signed in."""

from math import ceil
from typing import Any

from flask import current_app, make_response, render_template, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app.access import PUBLIC, declared_access
from app.accounts.resume import ask_to_sign_in, lead_to, refuse_foreign, resume_page, sent_form
from app.accounts.rules import too_often
from app.accounts.second_factor.pages import ask_first
from app.extensions import limiter
from app.logs import request_number
from app.web import is_htmx, same_origin

# What one account has read or drawn in files: more than anybody at a desk needs, also of three at once.
COSTLY = "30/minute;300/hour"
TOO_OFTEN = "อ่านหรือสร้างไฟล์หลายครั้งเกินไป"


def guard() -> Response | None:
    """Before every request: let through, send to the login or the first-login profile, or refuse."""
    if request.endpoint is None:
        return None  # no such address: the router answers 404 itself
    access = declared_access(request.endpoint)
    if access == (PUBLIC,):
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if foreign := refuse_foreign():
        return foreign
    if any(current_user.may(permission) for permission in access):
        view = current_app.view_functions[request.endpoint]
        return ask_first(view) or _count(view)
    if current_user.newcomer and request.method == "POST" and same_origin():
        return resume_page(sent_form(), 403)
    if current_user.claiming or current_user.newcomer:
        return lead_to(current_user.landing, 302)
    raise Forbidden


def _count(view: Any) -> Response | None:
    """The answer to an account that has had too many costly views; None for all others."""
    keys = "costly", str(current_user.own_account_id)
    if not getattr(view, "costs", False) or limiter.hit(COSTLY, *keys):
        return None
    wait = limiter.wait(COSTLY, *keys)
    headers = {"Retry-After": str(ceil(wait.total_seconds()))}
    words = too_often(wait, TOO_OFTEN)
    if is_htmx():
        return make_response(words, 429, headers | {"X-Answer": "sentence"})
    page = render_template("errors/page.html", title=TOO_OFTEN, advice=words, reference=request_number())
    return make_response(page, 429, headers)
