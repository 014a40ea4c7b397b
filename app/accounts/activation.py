"""What is kept of an activation code. People type it, so it is short: whoever has the table must not try them all."""

from flask import current_app

from app.accounts.rules import activation_fingerprint, kept_activation


def kept_of(typed: str) -> str:
    """Of a code, however its letters and dash were typed."""
    return kept_activation(activation_fingerprint(typed), current_app.config["SECRET_KEY"])
