"""Argon2id, as OWASP advises it: 19 MiB, 2 passes, 1 lane, about 20 ms."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from app.accounts.rules import MAXIMUM_LENGTH
from app.turns import aside

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified against where there is no account: an unknown code takes the time of a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    with _turn():
        return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one of `password_hash`; None takes just as long and never matches."""
    with _turn():
        try:
            right = _hasher.verify(password_hash or _NOBODY, password[:MAXIMUM_LENGTH])
            return right and password_hash is not None and len(password) <= MAXIMUM_LENGTH
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made at another cost than that of today."""
    return _hasher.check_needs_rehash(password_hash)


@contextmanager
def _turn() -> Iterator[None]:
    """Few hash at once: a crowd of sign-ins must not take the processors from those who are saving, nor their turns."""
    turn: BoundedSemaphore = current_app.extensions.setdefault(
        "password-turn", BoundedSemaphore(current_app.config["PASSWORD_HASHES_AT_ONCE"])
    )
    with aside(), turn:
        yield
