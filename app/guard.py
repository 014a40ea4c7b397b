"""The guard before every view: it asks what the view declares, and who is signed in."""

from flask import current_app, request
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from app.access import PUBLIC, declared_access
from app.accounts.resume import ask_to_sign_in, lead_to, refuse_foreign, resume_page, sent_form
from app.accounts.second_factor.pages import ask_first
from app.web import same_origin


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
        return ask_first(current_app.view_functions[request.endpoint])
    if current_user.newcomer and request.method == "POST" and same_origin():
        return resume_page(sent_form(), 403)
    if current_user.claiming or current_user.newcomer:
        return lead_to(current_user.landing, 302)
    raise Forbidden
