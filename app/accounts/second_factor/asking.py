"""Questions for a second factor: sealed into the page that asks, so that nothing of them is kept on the server.

A question belongs to one account, and to the password or the session that it was asked after: with another password,
in another session, or after ten minutes it is none. What may not be used twice, the factor itself remembers.
"""

from datetime import datetime
from typing import NamedTuple

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app import clock
from app.access import Actor
from app.accounts import queries
from app.accounts.proof import is_known_device
from app.accounts.rules import fingerprint, password_mark
from app.accounts.second_factor.operations import FactorQuestion, new_app_secret
from app.accounts.second_factor.rules import ASKED_FOR
from app.accounts.sessions import wants_second_factor
from app.models.enums import Role


class SealedQuestion(NamedTuple):
    """A question as it stood in a page. `bound`: to which password or session; `username`: as it was typed."""

    question: FactorQuestion
    bound: str
    username: str


class SignInQuestion(NamedTuple):
    """What is asked behind a password that was right."""

    question: FactorQuestion
    username: str
    password_hash: str | None


def is_asked_for(who: Actor, username: str) -> bool:
    """Whether a right password is not enough: of whoever has a second factor; of LAOs at a new device, by setting."""
    return not who.claiming and (who.has_factor or wants_mail(who, username))


def wants_mail(who: Actor, username: str) -> bool:
    """Whether it is a code by mail that is asked for."""
    wanted = who.role is Role.LAO and wants_second_factor(who.role)
    return wanted and not who.has_factor and not is_known_device(username)


def at_sign_in(account_id: int, password_hash: str | None, username: str, mail_id: int = 0) -> str:
    return _sealed(account_id, _of_password(password_hash), username, mail_id)


def in_session(who: Actor) -> str:
    return _sealed(who.own_account_id, _of_session(who))


def read_sign_in(words: str) -> SignInQuestion | None:
    """The question of a sign-in; None where it is none, or none any more."""
    found = _unsealed(words)
    if found is None:
        return None
    password_hash = queries.password_hash_of(found.question.account_id)
    if found.bound != _of_password(password_hash):
        return None
    if found.question.mail_id and queries.actor_of(found.question.account_id).has_factor:
        return None  # added since: that is what is asked for now
    return SignInQuestion(found.question, found.username, password_hash)


def read_in_session(words: str, who: Actor) -> FactorQuestion | None:
    found = _unsealed(words)
    return found.question if found is not None and found.bound == _of_session(who) else None


def _of_password(password_hash: str | None) -> str:
    return f"password {password_mark(password_hash)}"


def _of_session(who: Actor) -> str:
    return f"session {fingerprint(who.session_key)}"


def _sealed(account_id: int, bound: str, username: str = "", mail_id: int = 0) -> str:
    return _serializer("question").dumps([account_id, clock.now().isoformat(), bound, username, mail_id])


def _unsealed(words: str) -> SealedQuestion | None:
    try:
        account_id, at, bound, username, mail_id = _serializer("question").loads(words)
    except (BadData, ValueError, TypeError):
        return None
    question = FactorQuestion(account_id, datetime.fromisoformat(at), words, mail_id)
    return SealedQuestion(question, bound, username) if clock.now() - question.at < ASKED_FOR else None


def offer_app(who: Actor) -> str:
    """A secret for an app, sealed for the page that shows it: it is kept once the app has shown a code of it."""
    return _serializer("app").dumps([who.own_account_id, new_app_secret()])


def offered_app(words: str, who: Actor) -> str:
    """The secret that was offered to this account; "" for anything else."""
    try:
        account_id, secret = _serializer("app").loads(words)
    except (BadData, ValueError, TypeError):
        return ""
    return secret if account_id == who.own_account_id else ""


def secret_key() -> str:
    """What codes and questions are made of."""
    return str(current_app.config["SECRET_KEY"])


def _serializer(what: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt=f"second factor {what}")
