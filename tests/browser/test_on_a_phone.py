"""Pages for everybody on a telephone of 360 px: short, whole, the rest on tap; all of it on a wide screen and on paper.

Measured on the country's own registry: 77 provinces, the largest with 334 LAOs.
"""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import clock
from app.db import db, transaction
from app.models import Organisation
from app.registry.operations import load_registry
from app.seeds.demo import load_demo
from tests.browser.conftest import Open
from tests.browser.steps import LONG_WORD, lao, press_until
from tests.browser.test_every_page import PUBLIC
from tests.factories import make_organisation, make_project

PHONE = {"width": 360, "height": 740}
HIGHEST = 6_000
MOMENT = "?year=2561&round=12"
LARGEST = f"/public/provinces/30{MOMENT}"
LONG = (
    f"/public/organisations/2900101{MOMENT}",
    "/open-data",
    f"/public/figures/total{MOMENT}",
    f"/public/organisations/2900101/figures/total{MOMENT}",
    f"/public{MOMENT}",
    f"/public/regions/3{MOMENT}",
    LARGEST,
    f"{LARGEST}&by=type",
    f"/public/provinces/65{MOMENT}",
)
REAL = (
    *LONG,
    f"/public/districts/3001{MOMENT}",
    *(f"/public/organisations/2900101{page}{MOMENT}" for page in ("/compare", "/deleted")),
    f"/public/figures/percent{MOMENT}",
    *("/public/compare", "/public/search?q=เมือง", "/codes?q=เมือง", "/help", "/help/lao", "/help/new"),
)
HEIGHT = "document.documentElement.scrollHeight"
WIDTH = "document.documentElement.scrollWidth"
# Tables and cards of which a part is out of sight at the side.
CUT = """() => [...document.querySelectorAll(".tw, .card, table, nav, form")]
    .filter(box => box.checkVisibility() && box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1)
    .map(box => `${box.tagName}.${box.className}: ${box.scrollWidth} px in ${box.clientWidth}`)"""


def _country() -> None:
    with transaction():
        load_registry()
        load_demo(clock.now())
        songkhla = db.session.scalars(select(Organisation).where(Organisation.code == "2900101")).one()
        songkhla.name = (songkhla.name + LONG_WORD)[:150]


def _district_of(laos: int) -> None:
    make_project(lao())
    for place in range(laos):
        make_organisation(f"66501{place:02}", f"องค์การบริหารส่วนตำบลที่ {place:02}", district="6501")


def test_the_country_and_its_largest_province_are_short_and_no_page_is_cut(opened: Open) -> None:
    # given
    _country()
    page = opened(**PHONE)
    faults: list[str] = []

    for path in REAL:
        # when
        page.goto(path)

        # then
        wide, high = page.evaluate(WIDTH), page.evaluate(HEIGHT)
        faults += [f"{path}: {wide} px wide"] if wide > PHONE["width"] else []
        faults += [f"{path}: {high} px high"] if path in LONG and high > HIGHEST else []
        faults += [f"{path}: {cut}" for cut in page.evaluate(CUT)]
    assert not faults


def test_no_page_for_everybody_has_a_part_at_the_side(opened: Open) -> None:
    make_project(lao())
    page, faults = opened(**PHONE), list[str]()
    for path in PUBLIC:
        page.goto(path)
        wide = page.evaluate(WIDTH)
        faults += [f"{path}: {wide} px wide"] if wide > PHONE["width"] else []
        faults += [f"{path}: {cut}" for cut in page.evaluate(CUT)]
    assert not faults


def test_districts_open_on_tap_and_by_keyboard(opened: Open, js: bool) -> None:
    # given more LAOs than a telephone shows by itself
    _district_of(45)
    page = opened(js=js, **PHONE)
    page.goto(f"/public/provinces/65{MOMENT}")
    first, other = page.locator("#o6650100"), page.locator("#o6650807")
    expect(first).to_be_hidden()

    # when
    page.locator("#lao-table summary", has_text="เมืองพิษณุโลก").click()
    # then
    expect(first).to_be_visible()
    expect(other).to_be_hidden()

    # when
    page.keyboard.press("Enter")
    # then
    expect(first).to_be_hidden()

    # when
    press_until(page, "Tab", page.locator("#lao-table summary", has_text="วังทอง"))
    page.keyboard.press("Enter")
    # then
    expect(other).to_be_visible()
    assert page.evaluate(WIDTH) == PHONE["width"]


def test_a_wide_screen_and_paper_have_all_of_it_without_a_tap(opened: Open) -> None:
    # given
    _district_of(45)
    page = opened()
    page.goto(f"/public/provinces/65{MOMENT}")

    # then
    assert _shown(page) == 46
    expect(page.locator(".fold summary").locator("visible=true")).to_have_count(0)
    # and the same page printed from a telephone
    page.set_viewport_size(PHONE)
    assert _shown(page) == 0
    page.emulate_media(media="print")
    assert _shown(page) == 46
    expect(page.locator("#parts-h ~ .tw")).to_be_visible()


def _shown(page: Page) -> int:
    return page.locator("tr[id^=o]").locator("visible=true").count()


def test_numbers_of_a_row_stand_on_tap(opened: Open) -> None:
    # given
    make_project(lao())
    page = opened(**PHONE)
    page.goto(f"/public{MOMENT}")
    page.locator("#parts-h ~ .tw .dist summary", has_text="ภาค 6").click()
    row = page.locator("#parts-h ~ .tw tr", has=page.get_by_role("link", name="พิษณุโลก"))
    expect(row.get_by_role("cell")).to_have_count(1)  # the percent

    # when
    row.locator("summary").click()

    # then
    expect(row.get_by_role("cell")).to_have_count(12)
    assert page.evaluate(WIDTH) == PHONE["width"]


@pytest.mark.parametrize("times", [1, 2])
def test_an_lao_opens_once_however_often_it_is_tapped(opened: Open, times: int) -> None:
    # given
    _district_of(3)
    page = opened(**PHONE)
    page.goto(f"/public/provinces/65{MOMENT}")
    name = page.locator("#o6650807").get_by_role("link", name="องค์การบริหารส่วนตำบลดินทอง")

    # when
    name.click(click_count=times)

    # then
    expect(page.locator("tr.panel")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(page.locator("tr.panel")).to_have_count(1)
    page.get_by_role("link", name="ปิด", exact=True).click()
    expect(page.locator("tr.panel")).to_have_count(0)
    expect(name).to_be_focused()
