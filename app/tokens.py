"""CSRF tokens, which say whose a form is, and how what goes out and comes back is signed."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, Signer, URLSafeTimedSerializer

# What goes out and comes back is signed by HMAC with SHA-256; left to itself, itsdangerous takes SHA-1.
Signer.default_digest_method = staticmethod(hashlib.sha256)
SIGNED_BEFORE: list[Any] = [{"digest_method": hashlib.sha1}]  # by the program before: still read, never written
NONCE = 9  # bytes


def token_seed(account_id: int | None) -> str:
    """What a session signs its CSRF tokens from: it names the account, so every form says whose it is."""
    return f"{secrets.token_urlsafe(18)}.{account_id}"


def mask(token: str) -> str:
    """`token` in other letters each time, so that no guess can be held against it (app/packing.py)."""
    nonce = secrets.token_bytes(NONCE)
    return urlsafe_b64encode(nonce + _crossed(token.encode(), nonce)).decode().rstrip("=")


def unmask(text: str) -> str:
    """The token that was masked. One with dots was not: it is from a page of the program before, or nobody's."""
    if "." in text:
        return text
    try:
        sent = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        return _crossed(sent[NONCE:], sent[:NONCE]).decode()
    except ValueError:
        return ""


def _crossed(words: bytes, nonce: bytes) -> bytes:
    other = hashlib.shake_256(nonce).digest(len(words))
    return bytes(a ^ b for a, b in zip(words, other, strict=True))


def csrf_token() -> str:
    """What the forms of this answer carry: one and the same, which the next answer writes in other letters."""
    token = generate_csrf()
    if g.get("masked", ("",))[0] != token:  # a session that begins in this request has a token of its own
        g.masked = token, mask(token)
    return str(g.masked[1])


class MaskedCSRF(CSRFProtect):
    """Flask-WTF's check of a token that came masked."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = csrf_token
        app.context_processor(lambda: {"csrf_token": csrf_token})

    def _get_csrf_token(self) -> str | None:
        token = super()._get_csrf_token()
        return unmask(token) if token else None


def form_account() -> int | None:
    """The account the sent form, or the page that asks, was made for; None where it was made for nobody signed in.

    Its token says so, signed, also when the session it was made in is long over.
    """
    token = unmask(request.form.get("csrf_token") or request.headers.get("X-CSRFToken", ""))
    if not token:  # a page that is opened: to find that nothing is no token takes a twentieth of the whole answer
        return None
    key = current_app.config["SECRET_KEY"]
    try:
        seed = URLSafeTimedSerializer(key, salt="wtf-csrf-token", fallback_signers=SIGNED_BEFORE).loads(token)
    except BadData:
        return None
    owner = str(seed).partition(".")[2]
    return int(owner) if owner.isdecimal() else None
