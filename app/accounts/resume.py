"""Nothing typed is lost with a session.

A form sent after the session ended is answered by the login page, which carries what was typed along, sealed;
after signing in the same form is one click away. A form older than its session comes back the same way.
"""

from typing import Any

from flask import current_app, redirect, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.web import into_main, is_htmx, local_path, same_origin

# Never carried along: tokens of the old session, and what nobody should find in a page's source.
LEFT_OUT = ("csrf_token", "password", "resume")


def ask_to_sign_in() -> Response:
    """The answer to somebody who is not signed in, or no longer."""
    if request.method in ("GET", "HEAD") or not same_origin():
        path = _page_behind() if is_htmx() else request.full_path.rstrip("?")
        response = redirect(f"/login?{_query(path)}")
        if is_htmx():  # else the login page would land in a table row
            response.status_code = 204
            response.headers["HX-Redirect"] = response.headers.pop("Location")
        return response
    from app.accounts.forms import LoginForm

    form = LoginForm(formdata=None, resume=seal(request.path, request.form))
    return into_main("accounts/login.html", 401 if not is_htmx() else 200, form=form, lost=True)


def ask_to_repeat() -> Response:
    """The form again with what was typed and a fresh token, behind one button; the login page as itself."""
    if request.path == "/login":  # it may carry a sealed form along, and its password is not sent twice
        from app.accounts.forms import LoginForm

        form = LoginForm()
        form.form_errors = ["หน้านี้เปิดค้างไว้นานเกินไป กรอก Password แล้วกด Login อีกครั้ง"]
        return into_main("accounts/login.html", 422, form=form)
    return into_main("accounts/resume.html", 200 if is_htmx() else 422, path=request.path, fields=_kept(request.form))


def seal(path: str, form: MultiDict[str, str]) -> str:
    return _serializer().dumps([path, _kept(form)])


def unseal(sealed: str) -> tuple[str, list[tuple[str, str]]] | None:
    """(path, fields) of a sealed form; None for anything else."""
    try:
        path, fields = _serializer().loads(sealed)
    except (BadData, ValueError, TypeError):
        return None
    return (path, [(name, value) for name, value in fields]) if local_path(path) else None


def _kept(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.items(multi=True) if not name.startswith(LEFT_OUT)]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="resume")


def _page_behind() -> str:
    """The page an htmx request came from."""
    address = request.headers.get("HX-Current-URL", "")
    return "/" + address.split("/", 3)[3] if address.count("/") > 2 else "/"


def _query(path: str) -> str:
    from urllib.parse import urlencode

    parameters: dict[str, Any] = {"lost": 1}
    if local_path(path):
        parameters = {"next": path}
    return urlencode(parameters)
