"""The project list: editing and deleting in the row, and a list whose address tells what it shows."""

import re

from playwright.sync_api import expect

from app.models.enums import Kind
from tests.browser.conftest import Open
from tests.browser.steps import HOME, fill_project, lao, row, sign_in
from tests.factories import facts, make_project, profile_form

LIST = "/projects?year=2561"


def test_a_project_is_edited_in_its_row(opened: Open) -> None:
    actor = lao()
    make_project(actor, facts("โครงการแรก"))
    project = make_project(actor, facts("โครงการชื่อผิด"))
    page = opened()
    sign_in(page)
    page.goto(LIST)
    # When the row is opened, the first field has the focus; saving shows the new name in its place
    row(page, project).get_by_role("link", name="แก้ไขรายละเอียด").click()
    name = page.get_by_label("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน")
    expect(name).to_be_focused()
    name.fill("โครงการชื่อถูก")
    page.get_by_role("button", name="บันทึกการแก้ไข").click()
    expect(row(page, project)).to_contain_text("โครงการชื่อถูก")
    expect(row(page, project).get_by_role("status")).to_contain_text("บันทึกแล้ว")
    expect(row(page, project).get_by_role("link", name="แก้ไขรายละเอียด")).to_be_focused()


def test_deleting_asks_in_the_row_and_the_count_follows(opened: Open) -> None:
    actor = lao()
    gone, kept = make_project(actor, facts("โครงการที่ไป")), make_project(actor, facts("โครงการที่อยู่"))
    page = opened()
    sign_in(page)
    page.goto(LIST)
    delete = row(page, gone).get_by_role("link", name="ลบ")
    # When it asks, the harmless choice has the focus; taking it leaves all as it was
    delete.click()
    expect(row(page, gone)).to_contain_text("ลบ “โครงการที่ไป” หรือไม่")
    expect(row(page, gone).get_by_role("link", name="ยกเลิก")).to_be_focused()
    page.keyboard.press("Enter")
    expect(delete).to_be_focused()
    # When it is confirmed
    delete.click()
    row(page, gone).get_by_role("textbox", name="เหตุผลที่ลบ").fill("บันทึกซ้ำ")
    row(page, gone).get_by_role("button", name="ยืนยันการลบ").click()
    # Then the row says so, the count follows, and after a reload it is gone
    expect(row(page, gone).get_by_role("status")).to_be_focused()
    expect(page.locator("#project-counts")).to_contain_text("จำนวน 1 รายการ")
    expect(page.locator(".pager")).to_contain_text("แสดง 1–1 จาก 1 รายการ")
    expect(row(page, kept).locator("td.num").first).to_have_text("1")
    page.reload()
    expect(row(page, kept)).to_be_visible()
    expect(row(page, gone)).to_have_count(0)


def test_the_address_tells_what_the_list_shows(opened: Open) -> None:
    # Given more projects than a page holds
    actor = lao()
    for place in range(1, 104):
        kind = Kind.MEASURE if place % 50 == 0 else Kind.PROJECT
        make_project(actor, facts(f"{kind.label}ที่ {place:03}", kind=kind))
    page = opened()
    sign_in(page)
    page.goto(LIST)
    page.evaluate("window.notReloaded = true")
    first, count = page.locator(".rows > tbody > tr").first, page.locator(".rows > tbody")
    # When somebody turns the page, sorts, searches: only the list changes, and the address with it
    page.get_by_role("link", name="2", exact=True).click()
    expect(count).to_have_count(3)
    expect(page).to_have_url(re.compile(r"page=2"))
    page.get_by_role("link", name="ชื่อโครงการ", exact=False).click()
    expect(count).to_have_count(100)
    expect(page).to_have_url(re.compile(r"sort=name"))
    expect(first).to_contain_text("โครงการที่ 001")
    expect(page.locator("#s-name")).to_be_focused()
    page.get_by_label("ค้นหาชื่อ").press_sequentially("มาตรการ")
    expect(count).to_have_count(2)
    expect(page).to_have_url(re.compile(r"q=%E0"))
    expect(page.get_by_label("ค้นหาชื่อ")).to_be_focused()
    expect(page.locator("#project-counts")).to_contain_text("จำนวน 103 รายการ")
    page.get_by_label("ปีงบประมาณ").select_option("2562")
    expect(page.get_by_role("heading", name="ไม่พบโครงการตามตัวกรองนี้")).to_be_visible()
    expect(page.locator("#project-head .btn")).to_have_attribute("href", "/projects/new?year=2562")
    # Then Back leads through the same states, and a copied address shows the same
    page.go_back()
    expect(count).to_have_count(2)
    expect(page.get_by_label("ปีงบประมาณ")).to_have_value("2561")
    expect(page.get_by_label("ค้นหาชื่อ")).to_have_value("มาตรการ")
    page.go_back()
    expect(count).to_have_count(100)
    expect(page.get_by_label("ค้นหาชื่อ")).to_have_value("")
    assert page.evaluate("window.notReloaded")
    page.go_forward()
    expect(count).to_have_count(2)
    page.reload()
    expect(count).to_have_count(2)
    # And the restored page is alive
    row_ = count.first
    row_.get_by_role("link", name="แก้ไขรายละเอียด").click()
    expect(page.get_by_role("button", name="บันทึกการแก้ไข")).to_be_visible()


def test_a_refused_project_keeps_what_was_typed(opened: Open, js: bool) -> None:
    lao()
    page = opened(js=js)
    sign_in(page)
    page.goto("/projects/new?year=2561")
    fill_project(page, "โครงการงบผิด", budget="สองแสน")
    page.get_by_role("checkbox", name="ไตรมาส 2").uncheck()
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    problems = page.locator(".errors")
    expect(problems).to_contain_text("2 จุดที่ต้องแก้ไข")
    if js:
        expect(problems).to_be_focused()
    expect(page.get_by_label("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน")).to_have_value("โครงการงบผิด")
    expect(page.get_by_label("งบประมาณปี 2561")).to_have_value("สองแสน")
    expect(page.get_by_role("radio", name="มิติที่ 2")).to_be_checked()
    # And the link of the problem leads to its field
    problems.get_by_role("link", name="งบประมาณปี 2561").click()
    expect(page.get_by_label("งบประมาณปี 2561")).to_be_focused()
    page.get_by_label("งบประมาณปี 2561").fill("๒๐๐,๐๐๐")
    page.get_by_role("checkbox", name="ไตรมาส 3").check()
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOME)


def test_a_refused_profile_opens_the_tab_of_the_problem(opened: Open, js: bool) -> None:
    lao()
    page = opened(js=js)
    sign_in(page)
    page.goto("/profile#area")
    page.get_by_label("ประชากรในพื้นที่").fill("หกพัน")
    page.get_by_role("link", name="ถัดไป: ข้อมูลผู้ประสานงาน").click()
    page.get_by_label("ตำแหน่ง", exact=True).fill("ปลัด อบต.")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    if js:
        expect(page.locator(".errors")).to_be_focused()
    expect(page.get_by_label("ประชากรในพื้นที่")).to_be_visible()  # its tab is open
    expect(page.get_by_role("link", name="ข้อมูลพื้นที่และผู้บริหาร แก้ 1")).to_be_visible()
    page.locator(".errors").get_by_role("link").click()
    expect(page.get_by_label("ประชากรในพื้นที่")).to_have_value("หกพัน")
    expect(page.get_by_label("ประชากรในพื้นที่")).to_be_focused()
    page.get_by_label("ประชากรในพื้นที่").fill(profile_form()["population"])
    page.get_by_role("link", name="ข้อมูลผู้ประสานงาน", exact=False).first.click()
    expect(page.get_by_label("ตำแหน่ง", exact=True)).to_have_value("ปลัด อบต.")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("บันทึกข้อมูลพื้นฐานแล้ว")


def test_back_from_another_page_shows_the_whole_list_again(opened: Open) -> None:
    """Also where the part that was shown last came twice: the second time the browser had it."""
    # Given a list that was sorted to and fro
    actor = lao()
    project = make_project(actor)
    page = opened()
    sign_in(page)
    page.goto(LIST)
    for key in ("name", "kind", "name"):
        page.locator(f"#s-{key}").click()
        expect(page).to_have_url(re.compile(f"sort={key}"))
        expect(page.locator(f"#s-{key}")).to_have_attribute("aria-current", "true")
    # When somebody opens a page and goes back
    row(page, project).get_by_role("link", name="คัดลอก").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("บันทึกแผน")
    page.go_back()
    # Then it is the page, not the part alone
    expect(page.get_by_role("navigation", name="เมนูหลัก")).to_be_visible()
    expect(page.locator("#s-name")).to_have_attribute("aria-current", "true")
    expect(row(page, project)).to_be_visible()
