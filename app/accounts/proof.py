"""Proving who somebody is, at sign-in and once more before a change: counted, slowed, and written down where it failed.

Tries are counted three ways. A device that has signed in under a name counts for itself alone, so that neither a
stranger elsewhere nor somebody at the same office address can shut its owner out. All others count by name and
network, by network, and by name alone: that one slows, by what stands in the database, and ends by itself.
"""

import secrets
from datetime import timedelta
from math import ceil

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import insert
from werkzeug.wrappers import Response

from app import clock, meters
from app.access import Actor
from app.accounts import operations, queries, sessions
from app.accounts.operations import Proven, Unproved
from app.accounts.passwords import matches
from app.accounts.rules import (
    BRAKE_OVER,
    KNOWN_FOR,
    MOST_KNOWN,
    TOO_OFTEN,
    PasswordFor,
    brake,
    password_mark,
    print_of,
    too_often,
)
from app.db import table
from app.errors import Refusal
from app.extensions import limiter, neighbourhood
from app.models import FailedSignIn
from app.models.enums import FailedBecause
from app.registry.queries import names_of_places
from app.web import form_status


class TooOften(Refusal):
    """Not asked at all: `wait` says how long it takes until the next try."""

    def __init__(self, wait: timedelta, what: str = TOO_OFTEN, field: str = "") -> None:
        super().__init__(too_often(wait, what), field)
        self.wait = wait


def told_to_wait(response: Response, refusal: Refusal) -> Response:
    """`response`, which shows the refusal; after too many tries programs are told, too, and how long to wait."""
    if isinstance(refusal, TooOften):
        response.status_code = form_status(429)
        response.retry_after = ceil(refusal.wait.total_seconds())
    return response


def prove(username: str, password: str, activation_code: str) -> Proven:
    """Who signs in with these. Raises TooOften; Unproved, after it was written down."""
    name, device = _print(username), _device(username)
    count_try(username)
    try:
        required = current_app.config["FIRST_LOGIN_CODE_REQUIRED"]
        return operations.prove(username, password, activation_code, clock.now(), code_required=required)
    except Unproved as refusal:
        _note_failure(refusal.because, refusal.account_id, name, known=bool(device))
        raise


def count_try(username: str) -> None:
    """Raises TooOften."""
    name = _print(username)
    if device := _device(username):
        return count("device", "SIGN_IN_LIMIT_ACCOUNT", device)
    count("sign-in", "SIGN_IN_LIMIT_ADDRESS", network())
    count("sign-in", "SIGN_IN_LIMIT_ACCOUNT", network(), name)
    now = clock.now()
    wait = brake(*queries.failures_before(name, now - BRAKE_OVER), now)
    if wait and network() not in map(neighbourhood, queries.addresses_of(username)):
        raise TooOften(wait)
    return None


def count(what: str, setting: str, *keys: str) -> None:
    """Count a try. Raises TooOften."""
    limits = current_app.config[setting]
    if not limiter.hit(limits, what, *keys):
        raise TooOften(limiter.wait(limits, what, *keys))


def prove_again(who: Actor, password: str) -> None:
    """Ask somebody who is signed in for the present password. Raises Refusal beside `current`."""
    if not password:
        raise Refusal("กรอกรหัสผ่านปัจจุบัน", "current")
    count_again(who, "current", "ลองรหัสผ่านหลายครั้งเกินไป")
    if not matches(queries.password_hash_of(who.own_account_id), password):
        name = _print(queries.sign_in_name_of(who))
        _note_failure(FailedBecause.WRONG_PRESENT, who.account_id, name, known=True)
        raise Refusal("รหัสผ่านปัจจุบันไม่ถูกต้อง", "current")


def count_again(who: Actor, field: str, words: str) -> None:
    """Count a try of somebody who is signed in. Raises TooOften beside `field`."""
    try:
        count("own-password", "SIGN_IN_LIMIT_ACCOUNT", str(who.account_id))
    except TooOften as refusal:
        raise TooOften(refusal.wait, words, field) from None


def password_for(who: Actor) -> PasswordFor:
    """Whom a new password is for; one with a second factor behind it may be shorter."""
    second = who.has_factor or sessions.wants_second_factor(who.role)
    return PasswordFor(queries.sign_in_name_of(who), who.name, second, names_of_places)


def is_known_device(username: str) -> bool:
    """Whether this browser has signed in under that name before, by the password of today."""
    return bool(_device(username))


def note_wrong_second(username: str, refusal: Unproved, *, known: bool) -> None:
    """Write down that the password was right and the second factor was not; `known`: on a device of the owner's."""
    _note_failure(refusal.because, refusal.account_id, _print(username), known=known)


def network() -> str:
    return neighbourhood(request.remote_addr)


def know_device(response: Response, username: str) -> None:
    """Signed in: this device is no stranger to the name from now on, and its failures before are forgotten."""
    limits, name = current_app.config["SIGN_IN_LIMIT_ACCOUNT"], _print(username)
    limiter.forget(limits, "sign-in", network(), name)
    known = _known()
    device = known.pop(name, ("", ""))[0] or secrets.token_urlsafe(12)
    limiter.forget(limits, "device", device)
    kept = dict([*known.items(), (name, (device, _present_mark(username)))][-MOST_KNOWN:])
    response.set_cookie(
        _cookie(),
        _serializer().dumps(kept),
        max_age=KNOWN_FOR,
        path="/login",  # sent where it is read: with each save it would be a fifth of what goes over the line
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _device(username: str) -> str:
    """The word by which this browser is known under that name; "" for a stranger's, and under another password."""
    device, mark = _known().get(_print(username), ("", ""))
    return device if device and mark == _present_mark(username) else ""


def _present_mark(username: str) -> str:
    found = queries.credentials(username)
    return password_mark(found.password_hash if found else None)


def _known() -> dict[str, tuple[str, str]]:
    """The names that this browser has signed in under: for each a word that only it has, and the password's mark."""
    try:
        found = _serializer().loads(request.cookies.get(_cookie(), ""))
    except BadData:
        return {}
    return {name: (device, mark) for name, (device, mark) in found.items()}


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known device and password")


def _cookie() -> str:
    """A browser takes a name that begins with __Host- for the whole site alone."""
    return f"{current_app.config['SESSION_COOKIE_NAME'].replace('__Host-', '__Secure-')}-device"


def _print(username: str) -> str:
    return print_of(username, current_app.config["SECRET_KEY"])


def _note_failure(because: FailedBecause, account_id: int | None, name: str, *, known: bool) -> None:
    """Beside the request's own transaction: its form was not done, and may be sent again."""
    row = {"at": clock.now(), "account_id": account_id, "name_print": name, "because": because, "known": known}
    row |= {"browser": sessions.browser(), "address": sessions.address()}
    sessions.write_aside(insert(table(FailedSignIn)).values(row))
    meters.count("sign_ins_total", "failed")
