"""Who is signed in at this browser."""

from datetime import datetime

from flask import current_app, g, session
from flask_login import login_user

from app import clock
from app.access import Actor
from app.accounts.queries import load_actor
from app.extensions import login_manager
from app.web import token_seed


def open_session(actor: Actor) -> None:
    """Start a new session for `actor`: nothing of the one before it is kept."""
    session.clear()
    g.pop("csrf_token", None)  # kept by Flask-WTF for this answer, but it belongs to the session just cleared
    session.permanent = True
    session["csrf_token"] = token_seed(actor.account_id)
    session["signed_in"] = clock.now().isoformat()
    login_user(actor)


def signed_in_at() -> datetime | None:
    """When this session was opened."""
    at = session.get("signed_in")
    return datetime.fromisoformat(at) if at else None


def who_is_signed_in(session_id: str) -> Actor | None:
    """None from SESSION_HOURS after the sign-in on: a save writes the cookie anew, and must not make it live longer."""
    opened = signed_in_at()
    if opened is not None and clock.now() - opened >= current_app.permanent_session_lifetime:
        return None
    return load_actor(session_id)


login_manager.user_loader(who_is_signed_in)
