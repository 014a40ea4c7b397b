"""A real Chromium against a real server: each test has a database of its own, on SQLite.

The two engines give the pages the same rows (all other tests see to that), so one engine is enough here.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from app import clock
from app.db import db, transaction
from app.models import Account, Organisation
from app.registry.operations import load_registry
from app.seeds.demo import load_demo

# The same engine of the same package source without its windows, where Debian has it: a window costs a fifth.
SHELL, CHROMIUM = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # letters as wide as on a screen with fractions of a pixel
]
# What a strict Content-Security-Policy blocks, a page must not even try; the watcher tells it through the console.
WATCH_CSP = "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.sourceFile))"
Open = Callable[..., Page]
expect.set_options(timeout=8_000)  # as long as a click may take: it no longer waits for the page that a form leads to


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = [item for item in items if "browser" in item.path.parts]
    for item in here:
        item.add_marker(pytest.mark.browser)
    elsewhere = [item for item in here if "[postgresql" in item.name]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # a page has a dozen files: one connection carries them
    under_way = 0
    change = Condition()

    def run_wsgi(self) -> None:
        self._count(1)
        try:
            super().run_wsgi()
        finally:
            self._count(-1)

    @classmethod
    def _count(cls, more: int) -> None:
        with cls.change:
            cls.under_way += more
            cls.change.notify_all()

    @classmethod
    def wait_for_the_last(cls) -> None:
        """What a closed window had asked for is worked on still: it would find, and fill, the next test's database."""
        with cls.change:
            assert cls.change.wait_for(lambda: not cls.under_way, timeout=60)

    def log(self, *_args: Any) -> None:
        return None


def browser_path() -> str:
    """CHROMIUM, where it is set: `CHROMIUM=/usr/bin/chromium make test`."""
    return os.environ.get("CHROMIUM") or str(SHELL if SHELL.exists() else CHROMIUM)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """For this folder only: Playwright keeps an event loop running that other tests must not meet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of the running app."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    Quiet.wait_for_the_last()


@pytest.fixture
def opened(chromium: Browser, site: str) -> Iterator[Open]:
    """Opens windows of separate people: `opened(js=False)`. No script error, no 500, nothing the CSP had to block."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_window(*, js: bool = True, width: int = 1366, height: int = 768, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=site, java_script_enabled=js, viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(8_000)
        context.add_init_script(WATCH_CSP)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda message: _csp(message, faults))
        page.on("response", lambda response: _crash(response, faults))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not faults


def _csp(message: ConsoleMessage, faults: list[str]) -> None:
    if message.text.startswith("CSP"):
        faults.append(message.text)


def _crash(response: Response, faults: list[str]) -> None:
    """A test that plays a failing server answers with the reason "staged"."""
    if response.status >= 500 and response.headers.get("x-staged") is None:
        faults.append(f"{response.status} {response.url}")


@pytest.fixture
def songkhla(app: Flask) -> int:
    """The account of its 85 projects, as the demo has them."""
    with transaction():
        load_registry()
        load_demo(clock.now())
    found = db.session.scalars(select(Account.id).join(Organisation).where(Organisation.code == "2900101")).one()
    db.session.rollback()
    return found


@pytest.fixture(params=[True, False], ids=["with-js", "without-js"])
def js(request: pytest.FixtureRequest) -> bool:
    """The same story twice: every form works without JavaScript."""
    return bool(request.param)
