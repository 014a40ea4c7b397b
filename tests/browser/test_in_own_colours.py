"""The colours of the machine in place of ours, and twice the size: what is chosen is still told, nothing is cut."""

from flask import Flask
from playwright.sync_api import Locator, Page

from tests.browser.conftest import Open
from tests.browser.steps import come_in, lao
from tests.browser.test_on_a_phone import CUT, WIDTH
from tests.client import Client
from tests.factories import make_project, make_report

TWICE = {"width": 683, "height": 328}  # what 200 % leaves of an office's screen
PAGES = (
    "/home?year=2561",
    "/projects?year=2561",
    "/projects/new?year=2561",
    "/reporting?year=2561&round=6",
    "/reporting/grid?year=2561&round=6",
    "/reporting/1/2561/6",
    "/reports?year=2561&round=6",
    "/reports/province?province=65&year=2561&round=6",
    "/public?year=2561&round=6",
    "/help/accessibility",
)
# How much of the window is covered by what stays there while the rest is scrolled.
COVERED = """() => [...document.querySelectorAll("body *")]
    .filter(box => ["sticky", "fixed"].includes(getComputedStyle(box).position) && box.checkVisibility())
    .map(box => box.getBoundingClientRect())
    .filter(box => box.width > innerWidth / 2 && box.bottom > 0 && box.top < innerHeight)
    .reduce((sum, box) => sum + Math.min(box.bottom, innerHeight) - Math.max(box.top, 0), 0)"""


def _inside(opened: Open, client: Client, site: str, **window: object) -> Page:
    actor = lao()
    make_report(actor, make_project(actor))
    make_project(actor)
    page = opened(**window)
    come_in(page, client, actor.account_id, site)
    return page


def _edge(place: Locator) -> str:
    return str(place.evaluate("element => getComputedStyle(element).borderLeftColor"))


def test_what_is_chosen_is_told_by_more_than_our_colours(opened: Open, client: Client, site: str, app: Flask) -> None:
    # given a machine that has colours of its own
    page = _inside(opened, client, site, forced_colors="active")

    # when
    page.goto("/home?year=2561")

    # then the page that is open is marked in the menu, and no other; so is the year; a status has an outline
    menu = page.get_by_role("navigation", name="เมนูหลัก")
    here, others = menu.locator("[aria-current]"), menu.locator("a:not([aria-current])")
    ground = str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert _edge(here) != ground
    assert {_edge(each) for each in others.all()} == {ground}
    for each in (page.locator(".seg [aria-current]").first, page.locator(".tag").first):
        assert each.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"


def test_at_twice_the_size_nothing_is_cut_and_most_of_the_window_is_free(
    opened: Open, client: Client, site: str, app: Flask
) -> None:
    page = _inside(opened, client, site, **TWICE)
    faults = []
    for path in PAGES:
        page.goto(path)
        if page.evaluate(WIDTH) > TWICE["width"]:
            faults.append(f"{path} is {page.evaluate(WIDTH)} px wide")
        faults += [f"{path}: {each}" for each in page.evaluate(CUT)]
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
        covered = page.evaluate(COVERED)
        if covered > TWICE["height"] / 2:
            faults.append(f"{path}: bars cover {covered} px")
    assert not faults
