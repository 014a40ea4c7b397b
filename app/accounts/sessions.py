"""Who is signed in at this browser."""

from datetime import datetime

from flask import g, session
from flask_login import login_user

from app import clock
from app.access import Actor
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
