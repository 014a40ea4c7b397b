"""Flask extensions, made once and bound to the app by the factory."""

from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from operator import methodcaller
from time import time
from typing import Any

from flask import Flask, current_app
from flask_login import LoginManager
from flask_migrate import Migrate
from htmx_flask import Htmx
from limits import parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.db import db
from app.tokens import MaskedCSRF

SHARE = 0.1  # second of work that PUBLIC_LIMIT_ADDRESS counts as one page, or one question, more


class Limiter:
    """Counts against limits like "8/minute;30/hour": tries to sign in, and public pages that are made for strangers.

    While their storage is out of reach each process counts for itself: people sign in, and guessing stays slow.
    """

    def init_app(self, app: Flask) -> None:
        waits = {"socket_connect_timeout": 2, "socket_timeout": 2}  # seconds
        shared = storage_from_string(app.config["RATELIMIT_STORAGE_URI"], wrap_exceptions=True, **waits)
        app.extensions["limiter"] = FixedWindowRateLimiter(shared), FixedWindowRateLimiter(MemoryStorage())

    def hit(self, limits: str, *keys: str, cost: int = 1) -> bool:
        """Count a try for `keys`; False where any of the limits is used up. Each limit counts, also after a no."""
        hits = [self._ask(methodcaller("hit", limit, *keys, cost=cost)) for limit in parse_many(limits)]
        return all(hits)

    def wait(self, limits: str, *keys: str) -> timedelta:
        """How long until `keys` may try again under each limit."""
        stats = [self._ask(methodcaller("get_window_stats", limit, *keys)) for limit in parse_many(limits)]
        return timedelta(seconds=max((each.reset_time - time() for each in stats if not each.remaining), default=0))

    def forget(self, limits: str, *keys: str) -> None:
        for limit in parse_many(limits):
            self._ask(methodcaller("clear", limit, *keys))

    def answers(self) -> bool:
        """Whether the storage that all processes share is in reach."""
        return bool(current_app.extensions["limiter"][0].storage.check())

    def reset(self) -> None:
        """Forget every try (tests)."""
        for strategy in current_app.extensions["limiter"]:
            strategy.storage.reset()

    def _ask(self, deed: Callable[[FixedWindowRateLimiter], Any]) -> Any:
        shared, alone = current_app.extensions["limiter"]
        try:
            return deed(shared)
        except StorageError as error:
            current_app.logger.warning("tries are counted in this process alone: %s", error)
            return deed(alone)


def neighbourhood(address: str | None) -> str:
    """Whom an address belongs to: of IPv6 the /64, which one customer has to herself with all its 2^64 addresses."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "nowhere"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((int(found), 64), strict=False))
    return str(found)


csrf = MaskedCSRF()
htmx = Htmx()
login_manager = LoginManager()
# It would hash address and browser at every request, only to mark a session "not fresh", which nothing here asks.
login_manager.session_protection = None
limiter = Limiter()
# SQLite cannot alter a table in place, so migrations copy it ("batch").
migrate = Migrate(db=db, render_as_batch=True, compare_type=True)
