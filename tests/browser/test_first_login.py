"""The first login as both manuals tell it, from the landing page to the first total. With JavaScript and without."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.steps import HOME, fill_project, sign_in
from tests.factories import make_account, make_organisation

NEW_PASSWORD = "ดินทอง-2561-ปลอดภัย"


def test_the_manuals_story(opened: Open, js: bool) -> None:
    # Given an LAO that never signed in
    make_account(make_organisation(), claimed=False)
    page = opened(js=js)
    # When it finds its code behind the second door and signs in with it alone
    code = _find_code(page, js)
    _enter(page, code)
    # Then it stands before its profile, and nothing else opens
    expect(page.get_by_role("heading", level=1)).to_have_text("ข้อมูลพื้นฐานของ อปท.")
    page.goto("/projects")
    expect(page).to_have_url("/profile")
    # When all three tabs and a password are filled, a project is recorded and reported
    _fill_profile(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(HOME)
    _record(page, js)
    _report(page)
    # Then the totals tell it, also after signing in again with the new password
    expect(page.locator("#totals")).to_contain_text("100.00")
    expect(page.locator("#totals .tag")).to_have_text("มาก")
    page.get_by_role("button", name="Logout").click()
    sign_in(page, code, NEW_PASSWORD)
    page.get_by_role("navigation", name="กรุณาเลือกปี").get_by_role("link", name="2561").click()
    expect(page.locator(".figs")).to_contain_text("100.00")


def _find_code(page: Page, js: bool) -> str:
    page.goto("/")
    page.locator(".doors").get_by_role("link", name="รหัสผู้ใช้งาน Username").click()
    page.get_by_label("ชื่อ อปท. หรือรหัส").fill("ดินทอง")
    if not js:  # with JavaScript, typing alone narrows the list
        page.get_by_role("button", name="ค้นหา").click()
    found = page.get_by_role("row", name="องค์การบริหารส่วนตำบลดินทอง")
    expect(found).to_contain_text("พิษณุโลก")
    return found.locator("b").inner_text()


def _enter(page: Page, code: str) -> None:
    page.goto("/")
    page.locator(".doors").get_by_role("link", name="e-PlanNACC").click()
    page.get_by_label("Username").fill(code)
    page.get_by_role("button", name="Login").click()


def _fill_profile(page: Page) -> None:
    page.get_by_role("radio", name="กลาง", exact=True).check()
    page.get_by_label("ที่ตั้งที่ทำการ").fill("99 หมู่ 1 ตำบลดินทอง")
    page.get_by_role("link", name="ถัดไป: ข้อมูลพื้นที่และผู้บริหาร").click()
    page.get_by_label("ขนาดพื้นที่ให้บริการ").fill("55.25")
    page.get_by_label("ประชากรในพื้นที่").fill("๖,๕๔๓")
    page.get_by_label("รายได้ไม่รวมเงินอุดหนุน").fill("1,234,567.89")
    page.get_by_label("รายได้จากเงินอุดหนุน").fill("9876543.21")
    page.get_by_label("ชื่อผู้บริหารท้องถิ่น").fill("นายสมชาย ใจตรง")
    page.get_by_label("ชื่อปลัดองค์กรปกครองส่วนท้องถิ่น").fill("นางสุดา แสงทอง")
    page.get_by_role("link", name="ถัดไป: ข้อมูลผู้ประสานงาน").click()
    page.get_by_label("ชื่อ - สกุล").fill("นางสาวอารีย์ มั่นคง")
    page.get_by_label("ตำแหน่ง").fill("นักวิเคราะห์นโยบายและแผน")
    page.get_by_label("สังกัด").fill("สำนักปลัด")
    page.get_by_label("โทรศัพท์", exact=True).fill("055 111 222")
    page.get_by_role("textbox", name="อีเมล").fill("dinthong@example.go.th")
    password = page.get_by_label("รหัสผ่านสำหรับเข้าสู่ระบบครั้งต่อไป")
    password.fill(NEW_PASSWORD)
    show = page.get_by_role("button", name="แสดงรหัสผ่าน")
    if show.count():  # with JavaScript
        show.click()
        expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="บันทึก", exact=True).click()


def _record(page: Page, js: bool) -> None:
    page.get_by_role("link", name="บันทึกแผน", exact=True).click()
    fill_project(page, "โครงการโตไปไม่โกง")
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    expect(page.locator(".figs div").first).to_contain_text("1")
    page.get_by_role("link", name="รายการโครงการ", exact=True).click()
    page.get_by_label("ปีงบประมาณ").select_option("2561")
    if not js:
        page.get_by_role("button", name="ค้นหา").click()
    expect(page.get_by_role("row", name="โครงการโตไปไม่โกง")).to_contain_text("150,000.50")
    expect(page.locator("#project-counts")).to_contain_text("บันทึกข้อมูลแล้วจำนวน 1 รายการ")


def _report(page: Page) -> None:
    page.locator("nav.menu").get_by_role("link", name="รายงานผลการดำเนินงาน").click()
    expect(page).to_have_url(re.compile("/reporting"))  # the page before has years, too, and the one after it this line
    page.get_by_role("navigation", name="กรุณาเลือกปี").get_by_role("link", name="2561").click()
    expect(page).to_have_url(re.compile("/reporting.*year=2561"))
    page.get_by_role("link", name="รอบ 6 เดือน รายงาน โครงการโตไปไม่โกง").click()
    page.get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
    page.get_by_label("เบิกจ่ายจริง").fill("149,000")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    expect(page.get_by_role("row", name="โครงการโตไปไม่โกง")).to_contain_text("แล้วเสร็จ")


def test_how_strong_a_password_is_stands_beside_it_while_it_is_typed(opened: Open) -> None:
    # Given a first login
    make_account(make_organisation(), claimed=False)
    page = opened(js=True)
    _enter(page, "6650807")
    expect(page).to_have_url(re.compile("/profile"))
    page.goto("/profile#contact")
    box, said = page.get_by_label("รหัสผ่านสำหรับเข้าสู่ระบบครั้งต่อไป"), page.locator("[data-strength]")
    expect(said).to_be_empty()
    # When it is typed, then it says what the form would, and what is typed further takes its place
    box.press_sequentially("ดินทอง 2569-2570")
    expect(said).to_contain_text("เดาง่ายเกินไป")
    box.press_sequentially(" ปลาทู แมว")
    expect(said).to_contain_text("ใช้ได้")
    box.fill("")
    expect(said).to_be_empty()
    # And it can be looked at
    box.fill(NEW_PASSWORD)
    page.get_by_role("button", name="แสดงรหัสผ่าน").click()
    expect(box).to_have_attribute("type", "text")
    expect(said).to_contain_text("ใช้ได้")
    # And what was said of another one does not stay where nobody answers
    page.context.set_offline(True)
    box.fill("ดินทอง")
    expect(said).to_be_empty()
