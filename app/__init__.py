"""The application factory."""

import hashlib
import os

# lxml is here for Word files. Where openpyxl finds it, each Thai letter takes seven bytes in a sheet (findings/).
os.environ["OPENPYXL_LXML"] = "False"

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    access,
    bilingual,
    clock,
    deeds,
    error_pages,
    guard,
    health,
    logs,
    packing,
    rows,
    slow_statements,
    static_files,
    turns,
    web,
    words,
)
from app.citizens import english_pages
from app.citizens.open_data.answers import NoCookies
from app.db import db, init_engines
from app.extensions import csrf, htmx, limiter, login_manager, migrate
from app.history import kept_lists
from app.models import enums
from config import ROOT, settings


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The app for this process's environment, with `overrides` on top (tests). Raises ConfigError."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(settings(os.environ))
    app.config.update(overrides or {})
    app.config["BUILD"] = _build()
    bilingual.init_bilingual(app)  # before all others: any of them may have something to say
    logs.init_logs(app)  # first: what any other refuses has its number, too
    error_pages.init_error_pages(app)  # second: who has no turn is not looked up
    db.init_app(app)
    init_engines(app)
    slow_statements.init_slow_statements(app)
    migrate.init_app(app, directory=str(ROOT / "migrations"))
    htmx.init_app(app)
    login_manager.init_app(app)
    limiter.init_app(app)
    packing.init_packing(app)  # before what else is done after a request: the first named runs last
    app.before_request(web.take_forms_only)
    app.before_request(guard.guard)  # before CSRF: a lost session is told as such, with what was typed
    csrf.init_app(app)
    web.init_web(app)
    deeds.init_deeds(app)
    app.session_interface = NoCookies()
    _init_templates(app)
    rows.init_rows(app)
    kept_lists.init_kept_lists(app)
    _register(app)
    english_pages.init_english_pages(app)
    if app.config["PROXY_COUNT"]:
        count = app.config["PROXY_COUNT"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    turns.init_turns(app)
    return app


# The features that have pages; each brings its blueprint in routes.py.
FEATURES = (
    "accounts",
    "accounts.second_factor",
    "citizens.follow",
    "citizens.help",
    "citizens.log",
    "citizens.open_data",
    "citizens.public",
    "citizens.results",
    "citizens.verify",
    "history",
    "lao.grid",
    "lao.landing",
    "lao.profile",
    "lao.copying",
    "lao.projects",
    "lao.plan_files",
    "lao.reporting",
    "lao.round_workbook",
    "lao.sending",
    "lao.papers",
    "nacc.administration",
    "nacc.amendments",
    "nacc.blackouts",
    "nacc.day",
    "nacc.evaluation",
    "nacc.exports",
    "nacc.lao_accounts",
    "nacc.my_deeds",
    "nacc.notes",
    "nacc.plan_years",
    "nacc.proposals",
    "nacc.registry_upkeep",
    "nacc.review",
    "nacc.score_changes",
    "nacc.signs",
    "nacc.waiting",
    "registry",
)


def _register(app: Flask) -> None:
    from app import cli, metrics

    for name in FEATURES:
        app.register_blueprint(import_module(f"app.{name}.routes").blueprint)
    access.public(app.view_functions["static"])

    health.init_health(app)
    metrics.init_metrics(app)
    cli.init_cli(app)


def _init_templates(app: Flask) -> None:
    environment, addresses = app.jinja_env, static_files.init_static(app)
    environment.globals.update(
        asset=addresses.__getitem__,
        icon=_icons(addresses["icons.svg"]),
        enums=enums,
        years_of=clock.years_of,
    )
    environment.filters.update(
        baht=words.baht,
        count=words.count_text,
        percent=words.percent_text,
        thai_date=clock.thai_date,
        thai_time=clock.thai_time,
    )


def _build() -> str:
    """A word for this very program: pages that a browser keeps are of no use to the next one."""
    files = (path for part in ("app", "templates", "static") for path in sorted((ROOT / part).rglob("*.*")))
    told = "".join(f"{path.name} {path.stat().st_mtime_ns}" for path in files if path.suffix != ".pyc")
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _icons(sprite: str) -> dict[str, Markup]:
    """`icon.pen` is ready-made markup: a list of 100 rows has hundreds of them."""
    names = (ROOT / "static" / "icons.svg").read_text().split('<symbol id="i-')[1:]
    return {
        (name := part.split('"')[0]): Markup(  # noqa: S704 - from our own sprite
            f'<svg class="i" aria-hidden="true"><use href="{sprite}#i-{name}"></use></svg>'
        )
        for part in names
    }
