"""The province table and the portal as people use them: rows open in place, the map by keyboard, and paper."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from app.models.enums import CannotReason, ReportStatus
from tests.browser.conftest import Open
from tests.browser.steps import lao, press_until, sign_in
from tests.factories import facts, make_organisation, make_project, make_report

TABLE = "/reports/province?province=65&year=2561&round=6"
MANY = 60


def _province() -> None:
    actor = lao()
    for place, status in enumerate((ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.CANNOT)):
        reason = CannotReason.NO_BUDGET if status is ReportStatus.CANNOT else None
        make_report(actor, make_project(actor, facts(f"โครงการที่ {place}")), status, cannot_reason=reason)
    for place in range(MANY):
        make_organisation(f"66501{place:02}", f"องค์การบริหารส่วนตำบลที่ {place:02}", district="6501")


def test_a_row_opens_and_closes_in_place_by_keyboard_alone(opened: Open) -> None:
    # given
    _province()
    page = opened()
    sign_in(page)
    page.goto(f"{TABLE}&district=6508")
    row = page.locator("#o6650807")
    link = row.get_by_role("link", name="องค์การบริหารส่วนตำบลดินทอง")

    # when
    press_until(page, "Tab", link)
    page.keyboard.press("Enter")

    # then
    panel = page.locator("#o6650807-open")
    expect(panel.get_by_role("link", name="โครงการที่ 1")).to_be_visible()
    expect(panel).to_contain_text("ไม่สามารถดำเนินการได้")
    assert page.url.endswith("district=6508")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(link).to_be_focused()


def test_the_table_follows_its_choices_in_place(opened: Open) -> None:
    _province()
    page = opened()
    sign_in(page)
    page.goto(TABLE)
    page.get_by_label("ระดับ", exact=True).select_option("medium")
    expect(page.locator("tr[id^=o]")).to_have_count(1)
    page.get_by_label("จัดกลุ่มตาม").select_option("level")
    expect(page.get_by_text("ระดับ: ปานกลาง")).to_be_visible()
    page.get_by_label("รอบการรายงาน").select_option("12")
    expect(page.get_by_role("heading", level=2)).to_contain_text("รอบ 12 เดือน")
    assert "round=12" in page.url


def test_a_second_choice_on_a_slow_line_is_not_lost(opened: Open) -> None:
    # given
    _province()
    page = opened()
    sign_in(page)
    page.goto(TABLE)
    slow = {"offline": False, "latency": 500, "downloadThroughput": -1, "uploadThroughput": -1}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)

    # when: the second is chosen while the answer to the first is on its way
    page.get_by_label("ระดับ", exact=True).select_option("medium")
    page.get_by_label("จัดกลุ่มตาม").select_option("level")

    # then
    expect(page.get_by_text("ระดับ: ปานกลาง")).to_be_visible()
    expect(page.locator("tr[id^=o]")).to_have_count(1)


@pytest.mark.parametrize("js", [True, False])
def test_a_citizen_walks_from_the_map_to_the_changes_behind_a_number(opened: Open, js: bool) -> None:
    # given
    _province()
    page = opened(js=js)

    # when: the map by keyboard, then the province, the LAO, the number, the project
    page.goto("/public?year=2561&round=6")
    province = page.locator('.map a[href*="/provinces/65"]')
    province.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("จังหวัดพิษณุโลก")
    page.goto("/public/organisations/6650807?year=2561&round=6")
    page.locator(".figs").get_by_role("link", name="33.33").click()

    # then
    expect(page.locator(".formula")).to_contain_text("1 ÷ 3 × 100 = 33.33")
    page.get_by_role("link", name="อยู่ในตัวหารเท่านั้น 2").click()
    page.get_by_role("link", name="โครงการที่ 0").click()
    expect(page.get_by_role("heading", level=2).nth(1)).to_have_text("การเปลี่ยนแปลงทุกครั้ง")
    expect(page.get_by_text("รายงานผล ปี 2561 รอบ 6 เดือน")).to_be_visible()


def test_paper_is_landscape_with_a_head_and_a_number_on_every_page(opened: Open) -> None:
    # given
    _province()
    page = opened()
    sign_in(page)
    page.goto(TABLE)
    expect(page.get_by_role("button", name="พิมพ์")).to_be_visible()

    # when
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages

    # then
    assert len(pages) > 2
    for number, sheet in enumerate(pages, start=1):
        text = sheet.extract_text()
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (842, 595)
        assert f"{number} / {len(pages)}" in text
    table = [sheet.extract_text() for sheet in pages][:-1]
    assert all("ร้อยละ" in text for text in table)
    whole = " ".join(sheet.extract_text() for sheet in pages)
    assert all(f"{place:02}" in whole for place in range(MANY))


def test_a_ranking_is_headed_by_what_is_chosen(opened: Open) -> None:
    _province()
    page = opened()
    page.goto("/public/provinces/65/ranking?year=2561&round=6")
    page.get_by_label("อันดับของ").select_option("districts")
    expect(page.get_by_role("heading", level=1)).to_contain_text("อันดับอำเภอ")
    expect(page).to_have_title(re.compile("อันดับอำเภอ"))
    page.get_by_label("ปีงบประมาณ").select_option("2562")
    expect(page).to_have_title(re.compile("2562"))
    expect(page.get_by_role("navigation", name="ตำแหน่งหน้า").get_by_role("link", name="พิษณุโลก")).to_have_attribute(
        "href", re.compile("year=2562")
    )
