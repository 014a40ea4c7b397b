"""Lists of the desk whose pages hold two rows."""

import sys
from collections.abc import Iterator

import pytest
from flask import Flask

from app.nacc.plan_years import queries as plans
from app.nacc.review import queries as review


@pytest.fixture
def pages_of_two(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For this test only: the statement of a page is kept with the page's length, and forgotten before and after."""
    for module in [each for name, each in sys.modules.items() if name.startswith("app.nacc.")]:
        if hasattr(module, "PAGE_SIZE"):
            monkeypatch.setattr(module, "PAGE_SIZE", 2)
    monkeypatch.setattr(plans.plan_rows, "__defaults__", (2,))
    review._queue_page.cache_clear()
    yield
    review._queue_page.cache_clear()
