"""The search as people use it: narrowed while they type, by keyboard alone, and without JavaScript."""

from playwright.sync_api import expect

from app.models.enums import ReportStatus
from tests.browser.conftest import Open
from tests.browser.steps import lao, press_until
from tests.factories import facts, make_organisation, make_project, make_report


def test_the_list_narrows_while_somebody_types_and_forgives_what_is_typed_wrong(opened: Open) -> None:
    # given
    actor = lao()
    make_report(actor, make_project(actor, facts("อบรมต้านทุจริต")), ReportStatus.DONE)
    make_organisation("6650899", "องค์การบริหารส่วนตำบลดินแดง")
    page = opened()
    page.goto("/public/search")
    field, found = page.get_by_role("searchbox"), page.locator("#found")

    # when
    field.press_sequentially("ดิน", delay=20)
    expect(found.get_by_role("status")).to_contain_text("พบ 5 แห่ง")  # districts, too
    field.press_sequentially("ทอง", delay=20)

    # then
    expect(found.get_by_role("status")).to_contain_text("พบ 1 แห่ง")
    expect(field).to_be_focused()
    assert "%E0%B8%94" in page.url, "the address leads back to what was found"

    # when
    field.fill("อบต.ดืนท่อง")

    # then
    expect(found.get_by_role("status")).to_contain_text("ไม่พบ “อบต.ดืนท่อง” ที่ใกล้เคียงมี")
    link = found.get_by_role("link", name="องค์การบริหารส่วนตำบลดินทอง")
    press_until(page, "Tab", link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("องค์การบริหารส่วนตำบลดินทอง")


def test_projects_come_after_the_places_by_themselves(opened: Open) -> None:
    actor = lao()
    make_report(actor, make_project(actor, facts("อบรมต้านทุจริต")), ReportStatus.DONE)
    page = opened()
    page.goto("/public/search")

    page.get_by_role("searchbox").fill("อบรม ดินทอง")

    expect(page.locator("#projects").get_by_role("link", name="อบรมต้านทุจริต")).to_be_visible()


def test_the_same_form_and_links_do_without_javascript(opened: Open) -> None:
    actor = lao()
    make_report(actor, make_project(actor, facts("อบรมต้านทุจริต")), ReportStatus.DONE)
    page = opened(js=False)
    page.goto("/public/search")

    page.get_by_role("searchbox").fill("อบรม ดินทอง")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="ค้นหาโครงการที่มีคำว่า").click()

    expect(page.get_by_role("link", name="อบรมต้านทุจริต")).to_be_visible()
