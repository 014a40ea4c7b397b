"""Argon2id, as OWASP advises it: 19 MiB, 2 passes, 1 lane, about 20 ms."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import get_native_id
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from app.accounts.rules import MAXIMUM_LENGTH
from app.errors import Busy
from app.turns import Patience, Queue, Rank, aside

Made = TypeVar("Made")
# Who comes when a hundred wait before them waits in vain: two seconds, where nothing else is done.
PATIENCE = Patience(seconds=20, waiting=100)
BEHIND = 10  # steps by which the system puts a thread that hashes behind those that answer
MOST_ASIDE = 0.5  # seconds that somebody of a crowd waits for a processor that nobody wants

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified against where there is no account: an unknown code takes the time of a wrong password.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _in_turn(lambda: _hasher.hash(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one of `password_hash`; None takes just as long and never matches."""

    def look() -> bool:
        try:
            right = _hasher.verify(password_hash or _NOBODY, password[:MAXIMUM_LENGTH])
            return right and password_hash is not None and len(password) <= MAXIMUM_LENGTH
        except (VerificationError, InvalidHashError):
            return False

    return _in_turn(look)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made at another cost than that of today."""
    return _hasher.check_needs_rehash(password_hash)


class _Hashing:
    """Threads of their own, for the system gives a thread that has stood back no way to come forward again.

    Who finds one free is hashed for behind all who answer. Of a crowd, which is whoever has to wait, the system hashes
    when nobody else wants a processor: a thread that only stands behind others still holds one for milliseconds when
    they come, and a save comes a dozen times, each time that the database has answered.
    """

    def __init__(self, at_once: int) -> None:
        self.queue = Queue(at_once)
        self._behind = ThreadPoolExecutor(at_once, "hashing", _stand_back)
        self._crowd = ThreadPoolExecutor(at_once, "hashing-a-crowd", _stand_aside)

    def made(self, work: Callable[[], Made]) -> Made:
        """Raises Busy where too many wait."""
        crowded = not self.queue.acquire_at_once()
        if crowded and not self.queue.acquire(Rank.INSIDE, PATIENCE):
            raise Busy
        try:
            if crowded:
                patient = self._crowd.submit(work)
                with suppress(TimeoutError):
                    return patient.result(MOST_ASIDE)
                patient.cancel()
            return self._behind.submit(work).result()
        finally:
            self.queue.release()


def _stand_back() -> None:
    with suppress(OSError):  # a system that ranks processes alone
        os.setpriority(os.PRIO_PROCESS, get_native_id(), BEHIND)


def _stand_aside() -> None:
    with suppress(OSError, AttributeError):  # a system that is not Linux
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _in_turn(work: Callable[[], Made]) -> Made:
    """Few hash at once, and behind all others: a crowd of sign-ins must not take the processors from those who save,
    nor their turns. Raises Busy where too many wait."""
    hashing: _Hashing = current_app.extensions.setdefault(
        "hashing", _Hashing(current_app.config["PASSWORD_HASHES_AT_ONCE"])
    )
    with aside():
        return hashing.made(work)
