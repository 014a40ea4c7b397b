"""The crawler of `make security` finds what is planted in the twin and nothing in ours: a short walk, lest it rot."""

import contextvars
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.db import db, is_sqlite
from tests.conftest import SETTINGS
from tests.security.crawler import Crawler, Finding
from tests.security.town import fill
from tests.security.twin import plant_all

ROOT = Path(__file__).parents[2]
FORMS = {"lao": "/projects/{project_id}", "officer": "/nacc/notes/organisations/{organisation_id}"}


def alone(app: Flask) -> Callable[..., Any]:
    """Each request in a context of its own, as on a server."""
    return lambda *request: contextvars.Context().run(app.wsgi_app, *request)


def found(app: Flask, people: Any) -> set[Finding]:
    """By a few of the crawler's steps, as an LAO and as an officer."""
    crawler = Crawler(alone(app), app)
    for who in people:
        if page := FORMS.get(who.role, "").format(**who.own):
            crawler.come_in(who)
            crawler.read({page: crawler.browser.get(page)})
            crawler.send_from_elsewhere()
            if who.role == "lao":
                crawler.reach_for_others()
                crawler.fill_in_forms()
            crawler.leave()
    crawler.rows.close()
    return crawler.found


def test_the_crawler_finds_planted_holes_and_none_in_ours(app: Flask) -> None:
    # given
    if not is_sqlite(db.engine):
        pytest.skip("it looks into the file beside the application")
    people = fill()
    twin = plant_all(create_app(SETTINGS | {"SQLALCHEMY_DATABASE_URI": app.config["SQLALCHEMY_DATABASE_URI"]}))

    # when
    ours, planted = found(app, people), found(twin, people)

    # then
    assert ours == set()
    assert {"forged", "foreign read", "extra field", "outlives", "redirect"} <= {each.kind for each in planted}
    with twin.app_context():
        db.engine.dispose()


def test_nothing_that_runs_knows_of_the_twin() -> None:
    runs = [*(ROOT / "app").rglob("*.py"), *ROOT.glob("*.py"), *(ROOT / "migrations").rglob("*.py")]
    assert len(runs) > 200
    assert [path for path in runs if re.search(r"^\s*(from|import) tests\b", path.read_text(), re.M)] == []
