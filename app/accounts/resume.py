"""Nothing typed is lost with a session, and nothing is saved as somebody else's, or somewhere else.

A form sent after the session ended is answered by the login page, which carries the form along, sealed: whose it is,
its full address and what was typed. After signing in the same form is one click away. A form older than its session
comes back the same way; one of another account is shown, refused, and can be taken up by signing in as that account.
"""

from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from flask import current_app, flash, make_response, redirect, request
from flask_login import current_user
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from app.accounts.form_words import FormWords, form_words
from app.accounts.forms import LoginForm
from app.accounts.queries import account_name
from app.deeds import DONE, ONCE, SECRETS, answered_before, was_done
from app.tokens import form_account
from app.web import into_main, is_htmx, local_path, page_behind, same_origin, wants_fragment

# Never carried along: tokens and keys of the old page, and what nobody should find in a page's source.
LEFT_OUT = ("csrf_token", *SECRETS, "resume", "asked", ONCE)
CONFIRM = "/account/confirm"  # where whoever is signed in proves once more who that is
FOREIGN_PAGE = "มีบัญชีอื่นเข้าสู่ระบบในเบราว์เซอร์นี้แล้ว หน้านี้จึงเป็นของอีกบัญชีหนึ่ง โหลดหน้านี้ใหม่ก่อนทำรายการต่อ"


class KeptForm(NamedTuple):
    """A form as it was sent. `files`: field and name of each chosen file; what is in a file cannot be kept.

    `password`: whether a new password was typed, which is not kept either.
    """

    account_id: int | None
    address: str
    fields: list[tuple[str, str]]
    files: list[tuple[str, str]]
    password: bool = False

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    @property
    def words(self) -> FormWords:
        return form_words(self.account_id, self.address, self.fields)

    @property
    def is_mine(self) -> bool:
        """Whether whoever is signed in may send it: its own, or one that is the same for everybody."""
        return self.words.public or (self.account_id is not None and self.account_id == _signed_in())


def _signed_in() -> int | None:
    return getattr(current_user, "account_id", None)


def ask_to_sign_in() -> Response:
    """The answer to somebody who is not signed in, or no longer."""
    if request.method in ("GET", "HEAD") or not same_origin():
        return lead_back_from("/login")
    if was_done(form_account()):  # such as a new password, which ended the session
        flash(f"{DONE} เข้าสู่ระบบอีกครั้ง หากตั้งรหัสผ่านใหม่ไว้ ให้ใช้รหัสผ่านใหม่", "ok")
        return lead_to("/login")
    return _login_page(sent_form(), 401, lost=True, files=bool(request.files))


def lead_back_from(page: str) -> Response:
    """To a page that leads back to the one that was asked for."""
    path = page_behind() if is_htmx() else _address()
    return lead_to(f"{page}?{_query(path)}", 302)


def lead_to(address: str, status: int = 303) -> Response:
    """To a page, also where htmx asked for a part of one."""
    response = redirect(address, status)
    if is_htmx():  # else the page would land in a table row
        response.status_code = 204
        response.headers["HX-Redirect"] = response.headers.pop("Location")
    return response


def refuse_foreign() -> Response | None:
    """The answer to a form, or a part of a page, of another account than the one signed in; None where there is none.

    A form that says of nobody whose it is goes on to the check of its token.
    """
    if form_account() in (None, _signed_in()):
        return None
    if request.method == "POST" and not same_origin():
        return None
    if was_done(form_account()):
        flash(f"{DONE} ในชื่อ {account_name(form_account())}", "info")
        return lead_to(current_user.landing)
    if request.method == "POST":
        return resume_page(sent_form(), 422)
    return make_response(FOREIGN_PAGE, 403, {"X-Answer": "sentence"}) if wants_fragment() else None


def ask_to_repeat() -> Response:
    """The form again with what was typed and a fresh token, behind one button; the login page as itself."""
    if request.path in ("/login", "/login/second"):  # may carry a sealed form along; what proves is not sent twice
        form = LoginForm()
        form.form_errors = ["หน้านี้เปิดค้างไว้นานเกินไป กรอก Password แล้วกด Login อีกครั้ง"]
        return into_main("accounts/login.html", 422, form=form)
    return answered_before() or resume_page(sent_form(), 422)


def resume_page(kept: KeptForm, status: int = 200, *, proved: bool = False) -> Response:
    """`kept` behind one button for its own account; anybody else may read it, and sign in as that one.

    `proved`: it waited only for its owner to prove once more who that is.
    """
    if not kept.is_mine:
        return _login_page(kept, status, foreign=kept.words)
    return into_main("accounts/resume.html", 200 if is_htmx() else status, kept=kept, words=kept.words, proved=proved)


def _login_page(kept: KeptForm, status: int, **more: Any) -> Response:
    form = LoginForm(formdata=None, resume=seal(kept))
    return into_main("accounts/login.html", 200 if is_htmx() else status, form=form, password=kept.password, **more)


def sent_form() -> KeptForm:
    """The form of this request; at the page that asks for proof, the one that waits behind it."""
    waiting = unseal(request.form.get("resume", "")) if request.path == CONFIRM else None
    if waiting:
        return waiting
    fields = [(name, value) for name, value in request.form.items(multi=True) if not name.startswith(LEFT_OUT)]
    files = [(name, file.filename or "") for name, file in request.files.items(multi=True)]
    return KeptForm(form_account(), _address(), fields, files, bool(request.form.get("password")))


def seal(kept: KeptForm) -> str:
    return _serializer().dumps(kept)


def unseal(sealed: str) -> KeptForm | None:
    """A sealed form; None for anything else."""
    try:
        # The release before kept no word of a password.
        account_id, address, fields, files, *password = _serializer().loads(sealed)
    except (BadData, ValueError, TypeError):
        return None
    if not local_path(address):
        return None
    typed = [(name, value) for name, value in fields]
    return KeptForm(account_id, address, typed, [tuple(file) for file in files], any(password))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="resume")


def _address() -> str:
    """Path and query as they were asked for: the query says which year and round a form is about."""
    return request.full_path.rstrip("?")


def _query(path: str) -> str:
    parameters: dict[str, Any] = {"lost": 1}
    if local_path(path):
        parameters = {"next": path}
    return urlencode(parameters)
