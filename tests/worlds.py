"""Worlds that many tests begin with: made once on each engine, then put back row by row, as each test found it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Protocol, TypeVar

from flask import Flask

from app.citizens.results.kept import KEPT
from app.citizens.results.queries import forget_fixed_rows
from app.db import db
from app.extensions import limiter
from app.history.kept_lists import KEPT as LISTS
from app.registry.finding.queries import KEPT as REGISTRY_INDEX

Made = TypeVar("Made")


class Engine(Protocol):
    def store(self) -> Any: ...

    def put(self, stored: Any) -> None: ...


def forget_all(app: Flask) -> None:
    """What the app keeps in mind of a database that is another by now."""
    limiter.reset()
    app.extensions["public-pages"].clear()
    app.extensions.get("kept_numbers", {}).clear()
    app.extensions[KEPT].clear()
    app.extensions[LISTS].clear()
    app.extensions[REGISTRY_INDEX].clear()
    forget_fixed_rows()


class Worlds:
    """`begin(make_busy)` fills the empty database with what `make_busy` makes, and gives what it gives.

    It is called once for each engine, so it must make the same whenever it is called, and all of it in the database:
    no file, no mail. What it gives is copied, so no test can change what the next one gets.
    """

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.app = app
        self.engine = engine
        self.known: dict[Callable[[], Any], tuple[Any, Any]] = {}

    def begin(self, make: Callable[[], Made]) -> Made:
        if make in self.known:
            made, stored = self.known[make]
            db.session.remove()
            self.engine.put(stored)
            forget_all(self.app)
        else:
            made = make()
            db.session.remove()
            self.known[make] = made, self.engine.store()
        return deepcopy(made)
