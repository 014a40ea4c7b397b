"""Who is signed in at this browser: its cookie holds a random key, and all else of the session is a row."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app, g, request, session
from flask_login import current_user, login_user, logout_user
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.access import Actor
from app.accounts import operations, queries
from app.accounts.rules import SEEN_EVERY, SessionLimits, browser_words, key_after
from app.db import db, is_out_of_reach, is_read_only, table
from app.extensions import login_manager
from app.meters import count
from app.models import AccountSession
from app.models.enums import EndedBecause, Role
from app.tokens import token_seed

_S = table(AccountSession).c


def begin(actor: Actor, now: datetime) -> Actor:
    """Write down a new session of `actor` at this browser, in place of the one it has; `enter` it after the commit."""
    end(EndedBecause.SIGNED_IN_ANEW, now)
    return _known(replace(actor, session_key=operations.begin_session(actor, browser(), address(), now)))


def renew(actor: Actor, proof: str, now: datetime) -> Actor:
    """Write down that `actor` has proved once more who sits at this browser; `go_on` as that one after the commit.

    Raises Overtaken.
    """
    anew = _key_after(actor, proof)
    operations.renew_session(actor.session_key, anew, now)
    return replace(actor, session_key=anew, proved_at=now)


def renewed_by(actor: Actor, proof: str) -> Actor | None:
    """The actor of the session as the very same proof has renewed it, in a request beside this one."""
    found: Actor | None = who_is_signed_in(_key_after(actor, proof))
    return found


def _key_after(actor: Actor, proof: str) -> str:
    return key_after(actor.session_key, proof, current_app.config["SECRET_KEY"])


def go_on(actor: Actor) -> None:
    """Let this browser act in the session that was renewed: pages that stand open stay good."""
    login_user(actor)
    for name in ("_fresh", "_id"):  # nothing here asks for them, and every request would carry them
        session.pop(name)


def _known(actor: Actor) -> Actor:
    """The actor as this installation wants it: staff may be asked for a second factor before anything else."""
    lacks = actor.role is not Role.LAO and wants_second_factor(actor.role) and not actor.has_factor
    return replace(actor, newcomer=True) if lacks else actor


def enter(actor: Actor) -> None:
    """Let this browser act in the session that was begun: nothing of the one before it is kept."""
    session.clear()
    g.pop("csrf_token", None)  # kept by Flask-WTF for this answer, but it belongs to the session just cleared
    session.permanent = True
    session["csrf_token"] = token_seed(actor.account_id)
    go_on(actor)
    count("sign_ins_total", "ok")


def end(because: EndedBecause, now: datetime) -> None:
    """Write down that the session of this browser is over, where it has one; `leave` it after the commit."""
    if current_user.is_authenticated:
        operations.end_session(current_user.session_key, because, now)


def leave() -> None:
    """Let this browser forget its session."""
    logout_user()
    session.clear()


def browser() -> str:
    return browser_words(request.headers.get("User-Agent", ""))


def address() -> str:
    """Where a request comes from; behind a proxy PROXY_COUNT must be set, or all come from the proxy."""
    return request.remote_addr or "nowhere"


def wants_second_factor(role: Role) -> bool:
    """Whether this installation asks the role for more than a password: staff always, LAOs at a new device."""
    return bool(current_app.config["SECOND_FACTOR_LAO" if role is Role.LAO else "SECOND_FACTOR_STAFF"])


def limits_of(role: Role) -> SessionLimits:
    idle = current_app.config["SESSION_IDLE_LAO" if role is Role.LAO else "SESSION_IDLE_STAFF"]
    return SessionLimits(current_app.permanent_session_lifetime, idle)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def who_is_signed_in(key: str) -> Actor | None:
    """None from the end of the session on, whoever or whatever ended it: a cookie alone is nothing."""
    found, now = queries.open_session(key), clock.now()
    if found is None or limits_of(found.actor.role).is_over(found.begun_at, found.last_seen_at, now):
        return None
    if now - found.last_seen_at >= SEEN_EVERY:
        _note_seen(found.actor, now)
    return _known(found.actor)


def _note_seen(actor: Actor, now: datetime) -> None:
    seen = update(table(AccountSession)).where(_S.id == actor.session_id, _S.last_seen_at <= now - SEEN_EVERY)
    write_aside(seen.values(last_seen_at=now))


def write_aside(statement: Any) -> None:
    """On a connection of its own: what the request does is another transaction, and its deed is not done by this."""
    try:
        with db.engine.begin() as connection:
            connection.execute(statement)
    except DBAPIError as error:  # somebody writes for long, or nobody may: it is not worth an error page
        if not (is_out_of_reach(error) or is_read_only(error)):
            raise
        current_app.logger.warning("not written: %s", error.orig)
