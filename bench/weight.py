"""Bytes as Chromium gets them over the line, heads included: first visits, visits again, and deeds on a page.

Each row is held against the bytes we aim at, so a ratio above 1 says how many times too much it is. Nothing but
the server compresses here. Fonts are left out: 45 kB that are packed already, fetched once and kept.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import text

from app.db import db
from app.models import Organisation
from bench.asked import ours
from bench.frame import Pair, benchmark
from bench.pages import ROUND, YEAR, busy_lao
from bench.server import Line
from config import ROOT

CHROMIUM = next((path for path in ("/usr/bin/chromium-headless-shell", "/usr/bin/chromium") if Path(path).exists()), "")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
REPORTS = f"/reporting?year={YEAR}&round={ROUND}"
Deed = Callable[[Page], Any]


class Window:
    """A window with nothing kept yet. `bytes_of` tells what came over the line while something was done in it."""

    def __init__(self, page: Page) -> None:
        self.page, self.bytes = page, 0
        self.fonts = set[str]()
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.responseReceived", self._answered)
        line.on("Network.loadingFinished", self._came)

    def _answered(self, told: dict[str, Any]) -> None:
        if told["type"] == "Font":
            self.fonts.add(told["requestId"])

    def _came(self, told: dict[str, Any]) -> None:
        if told["requestId"] not in self.fonts:
            self.bytes += int(told["encodedDataLength"])

    def bytes_of(self, deed: Deed) -> int:
        self.page.wait_for_load_state("networkidle")
        self.bytes = 0
        deed(self.page)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(700)  # what a deed on the page asks for begins after it
        return self.bytes


@contextmanager
def window(line: Line, headers: dict[str, str]) -> Iterator[Window]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        address = f"http://127.0.0.1:{line.port}"
        context = browser.new_context(base_url=address, locale="th-TH")
        if headers:
            name, value = headers["Cookie"].split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": address}])
        yield Window(context.new_page())
        browser.close()


def weighed(
    what: str, goal: float, signed_in: bool = True
) -> Callable[[Callable[[Window], int]], Callable[[Window], int]]:
    """Register what gives the bytes that came; `goal` is in kB."""

    def register(weigh: Callable[[Window], int]) -> Callable[[Window], int]:
        @benchmark(f"bytes of {what} / the goal", sqlite=1, postgresql=1, rounds=1, warm_up=0, unit="kB")
        def prepare(app: Flask, stack: ExitStack) -> Pair:
            line, headers = ours(app, stack, busy_lao())

            def came() -> float:
                with window(line, headers if signed_in else {}) as opened:
                    return weigh(opened) / 1000

            return came, lambda: goal

        return weigh

    return register


@weighed("a first visit of /login", 60.0, signed_in=False)
def login(window: Window) -> int:
    return window.bytes_of(lambda page: page.goto("/login"))


@weighed("a first visit of an LAO's home", 65.0)
def home(window: Window) -> int:
    return window.bytes_of(lambda page: page.goto("/home"))


@weighed("a first visit of the country's public page", 75.0, signed_in=False)
def country(window: Window) -> int:
    return window.bytes_of(lambda page: page.goto("/public"))


@weighed("a first visit of an LAO's public page", 75.0, signed_in=False)
def public(window: Window) -> int:
    code = db.session.scalar(text("SELECT code FROM organisations WHERE id = :id"), {"id": busy_lao()})
    return window.bytes_of(lambda page: page.goto(f"/public/organisations/{code}?year={YEAR}&round={ROUND}"))


@weighed("a first visit of the report list", 75.0)
def report_list(window: Window) -> int:
    return window.bytes_of(lambda page: page.goto(REPORTS))


@weighed("another visit of the report list, nothing changed", 1.0)
def report_list_again(window: Window) -> int:
    window.bytes_of(lambda page: page.goto(REPORTS))
    window.bytes_of(lambda page: page.goto("/home"))
    return window.bytes_of(lambda page: page.goto(REPORTS))


@weighed("the report list sorted", 12.0)
def sort(window: Window) -> int:
    window.bytes_of(lambda page: page.goto(REPORTS))
    return window.bytes_of(lambda page: page.locator("a.sort").nth(1).click())


@weighed("the report list filtered", 12.0)
def filtered(window: Window) -> int:
    window.bytes_of(lambda page: page.goto(REPORTS))
    return window.bytes_of(lambda page: page.locator("select[name=status]").select_option("done"))


@weighed("a report saved, down", 2.0)
def saved(window: Window) -> int:
    window.bytes_of(lambda page: page.goto(REPORTS))
    window.bytes_of(lambda page: page.locator("tbody td.rnd a").first.click())
    form = window.page.locator("tr.panel form")
    form.locator("input[name=spent]").fill("1234.25")
    return window.bytes_of(lambda _page: form.get_by_role("button", name="บันทึก", exact=True).click())


def _told(line: Line, cookie: str, path: str) -> float:
    """Lighthouse's score for speed."""
    page = {"page": (f"http://127.0.0.1:{line.port}{path}", cookie)}
    asked = [str(shutil.which("node")), str(ROOT / "tests/house/npm/lighthouse.mjs"), CHROMIUM, json.dumps(page)]
    answer = subprocess.run(asked, check=True, capture_output=True, timeout=300)
    return float(json.loads(answer.stdout)["page"]["scores"]["performance"])


def scored(what: str, path: str, signed_in: bool = True) -> None:
    """100 points / those that Lighthouse gives: it counts milliseconds, so only a quiet machine says the truth."""

    @benchmark(
        f"100 / Lighthouse's points for the speed of {what}", sqlite=1, postgresql=1, rounds=3, warm_up=0, unit="points"
    )
    def prepare(app: Flask, stack: ExitStack) -> Pair:
        lao_id = busy_lao()
        line, headers = ours(app, stack, lao_id)
        cookie = headers["Cookie"] if signed_in else ""
        address = path.format(code=db.session.get_one(Organisation, lao_id).code)
        db.session.rollback()
        return lambda: 100.0, lambda: _told(line, cookie, address)


MOMENT = f"year={YEAR}&round={ROUND}"
scored("landing", "/", signed_in=False)
scored("login", "/login", signed_in=False)
scored("an LAO's home", f"/home?year={YEAR}")
scored("the grid", f"/reporting/grid?{MOMENT}")
scored("the report list", REPORTS)
scored("a province table", f"/reports/province?{MOMENT}")
scored("the map", f"/public?{MOMENT}", signed_in=False)
scored("an LAO's public page", f"/public/organisations/{{code}}?{MOMENT}", signed_in=False)
