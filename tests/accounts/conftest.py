"""One LAO and one Monday morning, for all tests of accounts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app import clock
from app.access import Actor
from tests.factories import make_lao

CODE = "6650807"
MONDAY = datetime(2026, 11, 30, 1, tzinfo=UTC)


@pytest.fixture
def lao(app: Flask) -> Actor:
    return make_lao(CODE)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Turns the clock to so long after Monday morning."""

    def turn(later: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: MONDAY + later)

    turn(timedelta())
    return turn
