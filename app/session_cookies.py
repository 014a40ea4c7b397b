"""A session has two cookies: whose it is, and what is said in passing.

An answer brings its cookies whenever it arrives, and two requests of one browser may be under way at once. Were "saved"
in the cookie that holds the key, the answer to a save would bring back the key of before a renewal or a sign-out that
was answered meanwhile. So that cookie is written by what begins, renews or ends a session, and by nothing else.
"""

from copy import deepcopy
from hashlib import sha256
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

KEY = ("_user_id", "_permanent", "csrf_token")
OF = "of"  # the session that words belong to, by the seed of its tokens: what was said in one is not told in another


class TwoPartSession(SecureCookieSession):
    """`opened`: what the cookie with the key held when the request came; `words`: what the other one did."""

    def __init__(self, initial: Any = None) -> None:
        super().__init__(initial)
        self.opened: dict[str, Any] = dict(self)
        self.words: dict[str, Any] = {}

    @property
    def seed(self) -> str:
        return str(self.get("csrf_token", ""))

    def hear(self, words: dict[str, Any]) -> None:
        self.words = deepcopy(words)
        if words.pop(OF, None) == self.seed:
            self.update(words)
            self.modified = False


class _Words(SecureCookieSessionInterface):
    salt = "session-words"
    digest_method = staticmethod(sha256)

    def get_cookie_name(self, app: Flask) -> str:
        return f"{super().get_cookie_name(app)}-words"


class SessionCookies(SecureCookieSessionInterface):
    """Flask's session, kept in two cookies."""

    digest_method = staticmethod(sha256)
    session_class = TwoPartSession
    words = _Words()

    def open_session(self, app: Flask, request: Request) -> TwoPartSession | None:
        session = super().open_session(app, request)
        if not isinstance(session, TwoPartSession):
            return None
        if self.words.get_cookie_name(app) in request.cookies:
            session.hear(dict(self.words.open_session(app, request) or {}))
        return session

    def save_session(self, app: Flask, session: Any, response: Any) -> None:
        key = {name: session[name] for name in KEY if name in session}
        words = {name: value for name, value in session.items() if name not in KEY}
        if words:
            words[OF] = session.seed
        super().save_session(app, _part(session, key, session.opened), response)
        if session.modified:
            self.words.save_session(app, _part(session, words, session.words), response)


def _part(session: TwoPartSession, now: dict[str, Any], before: dict[str, Any]) -> SecureCookieSession:
    part = SecureCookieSession(now)
    part.modified, part.accessed = session.modified and now != before, session.accessed
    return part


def holds_account(app: Flask, request: Request) -> bool:
    """Whether a browser has the key of a session that somebody began by signing in; it may be over by now."""
    if app.config["SESSION_COOKIE_NAME"] not in request.headers.get("Cookie", ""):
        return False
    session = SessionCookies().open_session(app, request)
    return session is not None and "_user_id" in session
