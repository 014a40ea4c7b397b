"""Reporting in place: correcting by keyboard, going from row to row, and what a refused form keeps."""

import re

from playwright.sync_api import expect

from app.models.enums import ReportStatus
from tests.browser.conftest import Open
from tests.browser.steps import lao, press_until, row, sign_in, top, uncovered
from tests.factories import facts, make_project, make_report

BELOW_THE_HEAD = 117  # px; scroll-padding of style.css: a row that was higher up comes down to here
LIST = "/reporting?year=2561&round=6"


def test_a_wrong_report_is_corrected_in_place_by_keyboard_alone(opened: Open) -> None:
    # Given many reported projects, the tenth of them wrongly, and somebody without a mouse
    actor = lao()
    ids = [make_project(actor, facts(f"โครงการที่ {place:02}")) for place in range(1, 31)]
    for each in ids:
        make_report(actor, each, ReportStatus.IN_PROGRESS)
    page = opened(height=1000)
    sign_in(page)
    page.goto(LIST)
    wrong = row(page, ids[9])
    button = wrong.get_by_role("link", name="รอบ 6 เดือน")
    press_until(page, "Tab", button)
    assert uncovered(button)
    # When Escape leaves the open panel, the button has the focus again
    page.keyboard.press("Enter")
    status = wrong.get_by_role("radio", name="อยู่ระหว่างดำเนินการ")
    expect(status).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    # When the status is corrected and saved
    page.keyboard.press("Enter")
    expect(status).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(wrong.get_by_role("radio", name="ดำเนินการแล้วเสร็จ")).to_be_checked()
    press_until(page, "Tab", wrong.get_by_role("button", name="บันทึก", exact=True))
    before = top(wrong)
    page.keyboard.press("Space")
    # Then the row and the totals tell it, nothing jumps, and the focus waits on the row's button, in sight
    expect(wrong.locator(".tag")).to_have_text("แล้วเสร็จ")
    expect(wrong.get_by_role("status").first).to_contain_text("บันทึกแล้ว")
    expect(button).to_be_focused()
    expect(page.locator("#totals")).to_contain_text("3.33")
    assert uncovered(button)
    assert abs(top(wrong) - max(before, BELOW_THE_HEAD)) < 3, "the list must stay where it was"
    assert page.url.endswith(LIST)


def test_the_twelve_month_panel_gives_the_focus_back_to_its_own_button(opened: Open) -> None:
    actor = lao()
    project = make_project(actor)
    page = opened()
    sign_in(page)
    page.goto(LIST)
    button = row(page, project).get_by_role("link", name="รอบ 12 เดือน")
    button.click()
    row(page, project).get_by_role("link", name="ยกเลิก").click()
    expect(button).to_be_focused()


def test_save_and_next_opens_the_row_that_waits(opened: Open) -> None:
    # Given three projects of which the second is reported
    actor = lao()
    first, second, third = (make_project(actor, facts(f"โครงการที่ {place}")) for place in (1, 2, 3))
    make_report(actor, second)
    page = opened()
    sign_in(page)
    page.goto(LIST)
    # When the first is saved with "next"
    row(page, first).get_by_role("link", name="รอบ 6 เดือน").click()
    row(page, first).get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
    row(page, first).get_by_role("button", name="บันทึกและรายงานรายการถัดไป").click()
    # Then the third is open with the focus in it, and saving the last one closes it
    expect(row(page, third).get_by_role("radio", name="อยู่ระหว่างดำเนินการ")).to_be_focused()
    expect(row(page, first).locator(".tag")).to_have_text("แล้วเสร็จ")
    expect(page.locator("tr.panel")).to_have_count(1)
    row(page, third).get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
    row(page, third).get_by_role("button", name="บันทึกและรายงานรายการถัดไป").click()
    expect(page.locator("tr.panel")).to_have_count(0)
    expect(page.locator("#totals")).to_contain_text("100.00")


def test_a_refused_report_keeps_what_was_typed(opened: Open, js: bool) -> None:
    project = make_project(lao())
    page = opened(js=js)
    sign_in(page)
    page.goto(LIST)
    row(page, project).get_by_role("link", name="รอบ 6 เดือน").click()
    # When the reason is missing and the amount is no number
    page.get_by_role("radio", name="ไม่สามารถดำเนินการได้").check()
    page.get_by_label("เบิกจ่ายจริง").fill("หนึ่งหมื่น")
    page.get_by_label("หมายเหตุ").fill("รอเอกสาร\nจากอำเภอ")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    # Then the panel stays, says how to mend it, and everything typed is there
    problems = page.locator(".errors")
    expect(problems).to_contain_text("2 จุดที่ต้องแก้ไข")
    expect(page.get_by_role("radio", name="ไม่สามารถดำเนินการได้")).to_be_checked()
    expect(page.get_by_label("เบิกจ่ายจริง")).to_have_value("หนึ่งหมื่น")
    expect(page.get_by_label("หมายเหตุ")).to_have_value("รอเอกสาร\nจากอำเภอ")
    if js:
        expect(problems).to_be_focused()
        problems.get_by_role("link", name="เลือกเหตุผล").click()
        expect(row(page, project).get_by_role("radio", name="ไม่ได้รับงบประมาณ")).to_be_focused()
    # And mended, it saves
    page.get_by_role("radio", name="บุคลากรไม่เพียงพอ").check()
    page.get_by_label("เบิกจ่ายจริง").fill("10,000")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(row(page, project).locator(".tag")).to_have_text("ไม่สามารถดำเนินการได้")
    expect(row(page, project)).to_contain_text("10,000.00")


def test_a_filter_does_not_throw_unsaved_words_away(opened: Open) -> None:
    actor = lao()
    project = make_project(actor)
    page = opened()
    sign_in(page)
    page.goto(LIST)
    row(page, project).get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_label("หมายเหตุ").fill("ยังพิมพ์ไม่เสร็จ")
    # When a filter would swap the list
    page.get_by_label("สถานะ", exact=True).select_option("ยังไม่รายงานผล")
    # Then the row stays open and a bar says why
    expect(page.locator("#bar")).to_contain_text("ยังไม่ได้บันทึก")
    expect(page.get_by_label("หมายเหตุ")).to_have_value("ยังพิมพ์ไม่เสร็จ")


def test_a_search_keeps_the_focus_and_the_links_follow(opened: Open) -> None:
    actor = lao()
    make_project(actor, facts("โครงการโตไปไม่โกง"))
    make_project(actor, facts("โครงการอบรม"))
    page = opened()
    sign_in(page)
    page.goto(LIST)
    # When somebody types into the search
    search = page.get_by_label("ค้นหาชื่อ")
    search.press_sequentially("อบรม")
    # Then the list narrows around what is being typed, and the links above it carry the search along
    expect(page.locator(".rows > tbody")).to_have_count(1)
    expect(search).to_be_focused()
    expect(search).to_have_value("อบรม")
    expect(page.locator("#totals dd").first).to_have_text("2")
    page.locator("#r-12").click()
    expect(page.locator("#r-12")).to_have_attribute("aria-current", "true")
    expect(page.locator("#r-12")).to_be_focused()
    expect(page.get_by_label("ค้นหาชื่อ")).to_have_value("อบรม")
    expect(page.locator(".rows > tbody")).to_have_count(1)
    # And the menu goes along with the round that was chosen in place
    page.locator("nav.menu").get_by_role("link", name="รายงานโครงการทั้งหมด").click()
    expect(page.locator("#r-12")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"/reporting/all\?year=2561&round=12$"))
