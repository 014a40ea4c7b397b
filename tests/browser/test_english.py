"""A stranger's walk in English, from the first page to the last, by what the pages say."""

import re
from decimal import Decimal

from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.steps import lao
from tests.browser.test_every_page import check
from tests.factories import facts, make_organisation, make_project, make_report


def _press(page: Page, name: str, where: str = "main") -> None:
    page.locator(where).get_by_role("link", name=name, exact=True).first.click()


def _heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_stranger_walks_through_it_in_english(app: Flask, opened: Open) -> None:
    # given
    actor = lao("6900101", name="องค์การบริหารส่วนตำบลหาดใหญ่", province="90", district="9011")
    make_report(actor, make_project(actor, facts("อบรมต้านทุจริต")), spent=Decimal(500))
    make_organisation("6900102", "องค์การบริหารส่วนตำบลไร้อักษรโรมัน", province="90", district="9011")
    page, faults = opened(), list[str]()

    # when
    page.goto("/")
    _press(page, "English", "header")
    _heading(page, "Results of anti-corruption plans: All of Thailand")
    faults += check(page, "/en/public")
    page.get_by_role("searchbox").fill("Hat Yai")
    page.get_by_role("button", name="Search").click()
    _press(page, "Hat Yai Subdistrict Administrative Organization")

    # then
    _heading(page, "Hat Yai Subdistrict Administrative Organization")
    expect(page.locator("main")).to_contain_text("FY 2561 (Oct 2017 – Sep 2018)")
    faults += check(page, "an LAO")

    # when
    page.get_by_role("link", name="100.00", exact=True).first.click()
    expect(page.get_by_text("1 ÷ 1 × 100 = 100.00")).to_be_visible()
    faults += check(page, "a figure")
    _press(page, "อบรมต้านทุจริต")
    expect(page.locator("h1 span[lang=th]")).to_have_text("อบรมต้านทุจริต")
    expect(page.get_by_role("heading", name="Every change")).to_be_visible()
    faults += check(page, "a project")
    _press(page, "Open data", "footer")
    _heading(page, "Open data")
    faults += check(page, "/en/open-data")
    _press(page, "Help and contact", "footer")
    _heading(page, "Manual")
    faults += check(page, "/en/help")
    _press(page, "Percent and level")
    _heading(page, "Percent and level")
    faults += check(page, "a chapter")

    # then
    assert faults == []
    _press(page, "ภาษาไทย", "header")
    expect(page.get_by_role("heading", level=1)).to_have_text("ร้อยละและระดับ")


def test_a_name_that_has_no_english_one_is_said_to_be_thai(app: Flask, opened: Open) -> None:
    make_organisation("6900102", "องค์การบริหารส่วนตำบลไร้อักษรโรมัน", province="90", district="9011")
    page = opened(js=False, width=360)

    page.goto("/en/public/districts/9011?year=2561&round=6")

    expect(page.locator("#lao-table span[lang=th]")).to_have_text("องค์การบริหารส่วนตำบลไร้อักษรโรมัน")
    _heading(page, "Hat Yai District")


def test_scripts_of_an_english_page_speak_english(app: Flask, opened: Open) -> None:
    page = opened()
    page.goto("/en/codes")

    page.context.set_offline(True)
    expect(page.locator("#bar-text")).to_have_text("The connection is lost – what you typed is still there.")
    page.context.set_offline(False)
    expect(page.locator("#bar")).to_be_hidden()

    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#printed")).to_contain_text("Source: e-PlanNACC")
    expect(page.locator("#printed")).to_contain_text("/en/codes printed on ")


def test_title_and_link_to_the_other_language_follow_what_is_chosen(app: Flask, opened: Open) -> None:
    # given
    actor = lao("6900101", name="องค์การบริหารส่วนตำบลหาดใหญ่", province="90", district="9011")
    make_report(actor, make_project(actor, facts("อบรมต้านทุจริต")), spent=Decimal(500))
    page = opened()
    for path in ("/public/provinces/90", "/en/public/provinces/90", "/public/organisations/6900101"):
        page.goto(f"{path}?year=2561&round=6")

        # when
        page.locator("#m-year").select_option("2563")
        expect(page).to_have_url(re.compile("year=2563"))

        # then
        expect(page).to_have_title(re.compile("2563"))
        expect(page.locator("h1")).to_be_visible()
        other = path.removeprefix("/en") if path.startswith("/en") else f"/en{path}"
        link = page.locator(".who [hreflang]")
        expect(link).to_have_attribute("href", re.compile(f"{re.escape(other)}\\?.*year=2563"))
