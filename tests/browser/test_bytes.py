"""What goes over the line, as a browser counts it: all of a page's files with fonts and headers, in its own coding."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.steps import come_in
from tests.client import Client

# Most bytes and most requests of a first visit.
FIRST_VISIT = {
    "/login": (60_000, 8),
    "/home": (65_000, 9),
    "/public": (75_000, 8),
    "/en/public": (75_000, 8),
    "/reporting": (75_000, 9),
}
# Each weight is there; its rare letters are on none of these pages.
FONTS = "() => document.fonts.ready.then((all) => [...all].map((face) => `${face.weight} ${face.status}`))"
LIST_AGAIN = 1_000
SORTED = 12_000
SAVED = 2_000
# A slow line, told by its round trips and what it carries: no clock of this machine.
ROUND_TRIP_MS = 400
BYTES_PER_MS = 50  # 400 kbit/s
TO_CONNECT = 2  # round trips until a first request leaves: TCP and TLS


class Line:
    """Counts what arrives at a page; what the browser has already costs nothing."""

    def __init__(self, page: Page) -> None:
        self.bytes: dict[str, int] = {}
        self.trips: dict[str, int] = {}
        self._names: dict[str, str] = {}
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.requestWillBeSent", self._asked)
        line.on(
            "Network.responseReceived", lambda told: self._names.update({told["requestId"]: told["response"]["url"]})
        )
        line.on("Network.loadingFinished", self._arrived)

    def _asked(self, told: dict[str, Any]) -> None:
        """One round trip after what names it: a file after its page, a font that only the sheet names after both."""
        by = told["initiator"].get("url") or next(
            (frame["url"] for frame in told["initiator"].get("stack", {}).get("callFrames", [])), ""
        )
        self.trips.setdefault(told["request"]["url"], 1 + self.trips.get(by, 0))

    def _arrived(self, told: dict[str, str]) -> None:
        name = self._names.get(told["requestId"], "data:")
        if not name.startswith("data:") and (size := int(told["encodedDataLength"])):
            self.bytes[name] = self.bytes.get(name, 0) + size

    def since(self, page: Page) -> dict[str, int]:
        """What has arrived since this was asked last."""
        page.wait_for_load_state("networkidle")
        arrived, self.bytes = self.bytes, {}
        return arrived


def slow_ms(line: Line, files: dict[str, int], connected: bool = False) -> float:
    """How long `files` are on their way on the slow line, all of them one after the other."""
    trips = max(line.trips[name] for name in files) + (0 if connected else TO_CONNECT)
    return trips * ROUND_TRIP_MS + sum(files.values()) / BYTES_PER_MS


@pytest.fixture
def visit(opened: Open, client: Client, site: str, songkhla: int) -> Callable[[str], tuple[Page, Line]]:
    def visited(path: str) -> tuple[Page, Line]:
        page = opened()
        if not path.startswith(("/login", "/public", "/en")):
            come_in(page, client, songkhla, site)
        line = Line(page)
        page.goto(path)
        return page, line

    return visited


@pytest.mark.parametrize("path", FIRST_VISIT)
def test_a_first_visit_is_light(visit: Callable[[str], tuple[Page, Line]], path: str) -> None:
    most, requests = FIRST_VISIT[path]
    page, line = visit(path)
    arrived = line.since(page)
    assert sum(arrived.values()) <= most, arrived
    assert len(arrived) <= requests, arrived
    assert sorted(page.evaluate(FONTS)) == ["400 loaded", "400 unloaded", "700 loaded", "700 unloaded"]


def test_on_a_slow_line_the_list_can_be_used_within_three_seconds(visit: Callable[[str], tuple[Page, Line]]) -> None:
    # when somebody comes to it first
    page, line = visit("/reporting?year=2561")
    files = line.since(page)

    # then it is drawn, in its own letters, and each link and form works
    drawn = {name: size for name, size in files.items() if ".js?" not in name}
    assert slow_ms(line, drawn) <= 3_000, (files, line.trips)
    # and scripts are there by then; letters of the machine are in place of ours until those come
    at_work = {name: size for name, size in files.items() if ".woff2?" not in name}
    assert slow_ms(line, at_work) <= 3_000, (files, line.trips)
    # and nothing is asked for later than by the page itself
    assert max(line.trips.values()) == 2, line.trips


def test_the_next_page_brings_only_itself(visit: Callable[[str], tuple[Page, Line]]) -> None:
    # given a browser that has been at home
    page, line = visit("/home")
    line.since(page)

    # when it opens the list, once and again
    page.goto("/reporting?year=2561")
    first = line.since(page)
    page.goto("/reporting?year=2561")
    again = line.since(page)

    # then no file comes twice
    assert [name.rpartition("/")[2] for name in {**first, **again}] == ["reporting?year=2561"]
    assert sum(again.values()) <= LIST_AGAIN

    # and a sort brings the rows in their order, and nothing else
    page.get_by_role("link", name="ชื่อโครงการ/กิจกรรม").first.click()
    expect(page).to_have_url(re.compile("sort=name"))
    assert sum(line.since(page).values()) <= SORTED


def test_a_save_brings_its_row_and_the_totals(visit: Callable[[str], tuple[Page, Line]]) -> None:
    # given an open report
    page, line = visit("/reporting?year=2561")
    page.locator("tbody[id^=p]").first.get_by_role("link", name="รอบ 12 เดือน").click()
    row = page.locator("tbody:has(tr.panel)")
    row.get_by_role("radio", name="อยู่ระหว่างดำเนินการ").check()
    line.since(page)

    # when
    row.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.locator("tbody[id^=p]").first.get_by_role("status").first).to_contain_text("บันทึกแล้ว")

    # then
    told = line.since(page)
    assert sum(told.values()) <= SAVED
    # and on a slow line it is confirmed within a second, by one answer
    line.trips = dict.fromkeys(told, 1)
    assert len(told) == 1
    assert slow_ms(line, told, connected=True) <= 1_000
