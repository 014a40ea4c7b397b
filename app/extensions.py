"""Flask extensions, made once and bound to the app by the factory."""

from flask import Flask, current_app
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from htmx_flask import Htmx
from limits import parse_many
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.db import db


class Limiter:
    """Counts tries against limits like "8/minute;30/hour", where somebody signs in; no other request pays for it."""

    def init_app(self, app: Flask) -> None:
        app.extensions["limiter"] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))

    def hit(self, limits: str, *keys: str) -> bool:
        """Count one try for `keys`; False where any of the limits is used up. Each limit counts, also after a no."""
        hits = [self._strategy.hit(limit, *keys) for limit in parse_many(limits)]
        return all(hits)

    def forget(self, limits: str, *keys: str) -> None:
        for limit in parse_many(limits):
            self._strategy.clear(limit, *keys)

    def reset(self) -> None:
        """Forget every try (tests)."""
        self._strategy.storage.reset()

    @property
    def _strategy(self) -> FixedWindowRateLimiter:
        strategy: FixedWindowRateLimiter = current_app.extensions["limiter"]
        return strategy


csrf = CSRFProtect()
htmx = Htmx()
login_manager = LoginManager()
# It would hash address and browser at every request, only to mark a session "not fresh", which nothing here asks.
login_manager.session_protection = None
limiter = Limiter()
# SQLite cannot alter a table in place, so migrations copy it ("batch").
migrate = Migrate(db=db, render_as_batch=True, compare_type=True)
