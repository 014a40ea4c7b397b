"""Every form is done once, however often it is sent: a browser that had no answer sends it again, with the same key.

The key is written down in the transaction of the deed, so both are kept or neither. A form sent again is answered as
if it had just been saved, with the state as it is now, also where somebody else has changed that since.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, flash, g, has_request_context, make_response, redirect, request, session
from flask.json.tag import TaggedJSONSerializer
from flask_login import current_user
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from app import clock
from app.conflicts import form_name
from app.db import db, is_sqlite, table, transaction
from app.errors import AlreadyDone, NotTheirs
from app.jobs import daily
from app.models import DoneDeed
from app.web import page_behind, wants_fragment

KEY = "Idempotency-Key"
# Keys under which an earlier state of the same form was sent, with spaces between, whether or not it was answered.
EARLIER = "Idempotency-Earlier"
ONCE = "once"  # the field that carries a key where JavaScript sends none
SECRETS = ("password", "current", "second_code", "passkey")  # how fields begin that hold one
DONE = "รายการนี้บันทึกไว้แล้ว ไม่ได้บันทึกซ้ำ"
KEPT = timedelta(days=7)  # longer than a machine stands in a bag over a long weekend
AT_MOST_EARLIER, LONGEST = 20, 64
# Answers that a repeat may get only because it was done: the row is gone, closed, or stands under a newer version.
REFUSED = (403, 404, 409, 422)
View = TypeVar("View", bound=Callable[..., Any])
_D = table(DoneDeed).c
# Put together once, for SQLite and for PostgreSQL: each save runs one of them.
_CLAIM: dict[bool, Any] = {
    of_sqlite: dialect.insert(table(DoneDeed)).on_conflict_do_nothing().returning(_D.key)
    for of_sqlite, dialect in ((True, sqlite), (False, postgresql))
}


@dataclass
class Claim:
    """The deed of this request. `stands_on`: the version its form was opened on, where it has one."""

    account_id: int
    key: str
    stands_on: int | None
    saved: bool = False


def once(account_id: int, key: str, now: datetime, words: str = "", made: int | None = None) -> None:
    """Claim `key` in this transaction. Raises AlreadyDone where it was claimed before, BadRequest where that was
    for other words: a key is for one thing only."""
    row = {"account_id": account_id, "key": key, "done_at": now, "words": words, "made": made, "answer": ""}
    if db.session.scalar(_CLAIM[is_sqlite(db.engine)], row) is not None:
        return
    known = _done(account_id, key)
    if known is None or known.words != words:
        raise BadRequest
    raise AlreadyDone(known.answer)


def shows_once(view: View) -> View:
    """Declare that the answer of `view` cannot be had again, such as a code: sent again, it is done again."""
    view.shows_once = True  # type: ignore[attr-defined]
    return view


def again(answer: Callable[..., Any]) -> Callable[[View], View]:
    """Declare what answers a repeat: `answer` is called with what stands in the address.

    Without it a repeat is led where the first one was, or gets its page anew.
    """

    def declare(view: View) -> View:
        view.again = answer  # type: ignore[attr-defined]
        return view

    return declare


def new_key() -> str:
    return secrets.token_urlsafe(12)


def _done(account_id: int, key: str) -> Any:
    wanted = select(_D.words, _D.answer).where(_D.account_id == account_id, _D.key == key)
    return db.session.execute(wanted).one_or_none()


def _view() -> Any:
    return current_app.view_functions.get(request.endpoint or "")


def _sent() -> tuple[str, str]:
    """The key of this request and a print of its words; "" for both where it has none, or nobody is signed in."""
    return _key_and_words() if current_user.is_authenticated else ("", "")


def _key_and_words() -> tuple[str, str]:
    """A key from a page is one of these words only: a page that was gone back to carries it along with other words."""
    if request.method != "POST" or getattr(_view(), "shows_once", False):
        return "", ""
    key, field = request.headers.get(KEY, ""), request.form.get(ONCE, "")
    if not (key or field):
        return "", ""
    words = _print()
    return (key or hashlib.sha256(f"{field} {words}".encode()).hexdigest()), words


def was_done(account_id: int | None) -> bool:
    """Whether the account has done this very form before, in a session that is over: the answer was lost."""
    key, words = _key_and_words()
    known = _done(account_id, key) if key and account_id is not None else None
    return known is not None and bool(known.words == words)


def claim_for(account_id: int) -> None:
    """Claim the key of this request, in its transaction, for the account of a link: nobody is signed in."""
    key, words = _key_and_words()
    if key and len(key) <= LONGEST:
        once(account_id, key, clock.now(), words)


def _print() -> str:
    found = hashlib.sha256(request.full_path.encode())
    for name, value in sorted(request.form.items(multi=True)):  # the button may stand elsewhere the second time
        if name not in ("csrf_token", ONCE):
            found.update(f"\0{name}\0{_sealed(value) if name.startswith(SECRETS) else value}".encode())
    for name, file in request.files.items(multi=True):
        found.update(f"\0{name}\0{file.filename}".encode())
        found.update(_print_of_file(file.stream))
    return found.hexdigest()[:32]


def _sealed(secret: str) -> str:
    """What is kept of a form must not be a quick way to guess the password in it."""
    return hmac.digest(current_app.config["SECRET_KEY"].encode(), f"deed {secret}".encode(), "sha256").hex()


def _print_of_file(stream: Any) -> bytes:
    place = stream.tell()
    stream.seek(0)
    found = hashlib.file_digest(stream, "sha256").digest()
    stream.seek(place)
    return found


class Claims:
    """What every transaction asks first: the first one of a request that is kept claims the request's key."""

    def make(self) -> None:
        if not has_request_context() or "claim" in g:
            return
        g.claim = None
        key, words = _sent()
        if not key:
            return
        if len(key) > LONGEST:
            raise BadRequest
        account_id, stands_on = current_user.own_account_id, g.get("stands_on")
        once(account_id, key, clock.now(), words, None if stands_on is None else stands_on + 1)
        g.claim = Claim(account_id, key, stands_on)

    def take_back(self) -> None:
        if has_request_context():
            g.pop("claim", None)


# --- the versions of a form that is saved more than once ------------------------------------------------------------
def own_version(sealed: str, version: int) -> int:
    """The version a form stands on: that of its own last save, where somebody went back to it to save once more, or
    types on after a save whose answer was lost."""
    name, saved = session.get("saved", ("", 0))
    own = saved if name and name == form_name(sealed) else version
    g.stands_on = max(own, _made_earlier())
    return int(g.stands_on)


def _made_earlier() -> int:
    """The version that earlier states of this form made, as far as they arrived."""
    keys = request.headers.get(EARLIER, "").split()[-AT_MOST_EARLIER:]
    if not keys:
        return 0
    wanted = select(func.max(_D.made)).where(_D.account_id == current_user.own_account_id, _D.key.in_(keys))
    return db.session.scalar(wanted) or 0


def note_save(sealed: str, version: int) -> None:
    """A form was saved on `version`, and changed something: keep which one it made of the row."""
    if g.get("claim"):
        g.claim.saved = True
    if sealed and not wants_fragment():
        session["saved"] = (form_name(sealed), version + 1)


# --- answers --------------------------------------------------------------------------------------------------------
def _answer_again(done: AlreadyDone) -> Response:
    """The answer to a repeat."""
    answer = getattr(_view(), "again", None)
    if answer:
        with suppress(NotTheirs):
            return make_response(answer(**(request.view_args or {})))
    led_to, said = TaggedJSONSerializer().loads(done.answer) if done.answer else (page_behind(), [])
    for category, words in said or [("ok", DONE)]:
        flash(words, category)
    if wants_fragment():  # what it would change stands in more places than it asked for
        return make_response("", 204, {"HX-Refresh": "true"})
    return redirect(led_to, 303)


def _settle(response: Response) -> Response:
    """Keep where a deed led. What is refused only because it was done already, is answered as done."""
    if g.get("claim") and response.status_code < 400:
        _keep_answer(g.claim, response)
    elif response.status_code in REFUSED:
        return answered_before() or response
    return response


def answered_before() -> Response | None:
    """The answer to a form that whoever is signed in has done before; None where they have not."""
    key, words = _sent()
    known = _done(current_user.own_account_id, key) if key else None
    return _answer_again(AlreadyDone(known.answer)) if known is not None and known.words == words else None


def _keep_answer(done: Claim, response: Response) -> None:
    values: dict[str, Any] = {}
    if response.location:
        values["answer"] = TaggedJSONSerializer().dumps([response.location, session.get("_flashes", [])])
    if done.stands_on is not None and not done.saved:
        values["made"] = None  # it changed nothing, so the row has the version it had
    if values:
        at = (_D.account_id == done.account_id, _D.key == done.key)
        with transaction():
            db.session.execute(update(table(DoneDeed)).where(*at).values(values))


@daily
def forget_old_deeds() -> None:
    with transaction():
        db.session.execute(delete(table(DoneDeed)).where(_D.done_at < clock.now() - KEPT))


def init_deeds(app: Flask) -> None:
    app.extensions["claim"] = Claims()
    app.register_error_handler(AlreadyDone, _answer_again)
    app.after_request(_settle)
    app.jinja_env.globals["new_key"] = new_key
