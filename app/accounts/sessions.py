"""Who is signed in at this browser."""

from flask import g, session
from flask_login import login_user

from app.access import Actor
from app.web import token_seed


def open_session(actor: Actor) -> None:
    """Start a new session for `actor`: nothing of the one before it is kept."""
    session.clear()
    g.pop("csrf_token", None)  # kept by Flask-WTF for this answer, but it belongs to the session just cleared
    session.permanent = True
    session["csrf_token"] = token_seed(actor.account_id)
    login_user(actor)
