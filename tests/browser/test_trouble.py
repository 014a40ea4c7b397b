"""When things go wrong between the clerk and the server: nothing typed is lost."""

from playwright.sync_api import Page, expect

from app.access import Actor
from app.db import db
from tests.browser.conftest import Open
from tests.browser.steps import fill_project, lao, row, sign_in
from tests.factories import PASSWORD, all_projects, make_project

LIST = "/reporting?year=2561&round=6"


def _open_panel(page: Page) -> None:
    page.goto(LIST)
    page.locator(".rnd").get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()


def _save(page: Page) -> None:
    page.get_by_role("button", name="บันทึก", exact=True).click()


def test_two_people_on_one_report_lose_nothing(opened: Open, js: bool) -> None:
    # Given two windows with the same report open
    project = make_project(lao())
    first, second = opened(), opened(js=js)
    for page, note in ((first, "จากคนแรก"), (second, "จากคนที่สอง")):
        sign_in(page)
        _open_panel(page)
        page.get_by_label("หมายเหตุ").fill(note)
    # When both save
    _save(first)
    expect(row(first, project).locator(".tag")).to_have_text("แล้วเสร็จ")
    _save(second)
    # Then the second sees both values side by side, and one more click decides
    both = second.get_by_role("region", name="เปรียบเทียบค่า")
    expect(both.get_by_role("row", name="หมายเหตุ")).to_contain_text("จากคนแรก")
    expect(both.get_by_role("row", name="หมายเหตุ")).to_contain_text("จากคนที่สอง")
    expect(second.get_by_label("หมายเหตุ")).to_have_value("จากคนที่สอง")
    expect(second.locator("form .draft")).to_have_count(0)
    second.get_by_role("button", name="บันทึกตามที่เลือก").click()
    second.locator(".rnd").get_by_role("link", name="รอบ 6 เดือน").click()
    expect(second.get_by_label("หมายเหตุ")).to_have_value("จากคนที่สอง")


def test_a_lost_session_keeps_the_filled_panel(opened: Open, js: bool) -> None:
    project = make_project(lao())
    page = opened(js=js)
    sign_in(page)
    _open_panel(page)
    page.get_by_label("หมายเหตุ").fill("พิมพ์ไว้ก่อนหมดเวลา")
    # When the session is gone as the clerk saves
    page.context.clear_cookies()
    _save(page)
    # Then the login says so, and after it one click saves what was typed
    expect(page.get_by_role("alert")).to_contain_text("ข้อมูลที่ท่านพิมพ์ไว้ยังอยู่")
    if js:
        expect(page.get_by_label("Username")).to_be_focused()
    page.get_by_label("Username").fill("6650807")
    page.get_by_label("Password").fill("รหัสผ่าน-ทดสอบ-ระบบ")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("main")).to_contain_text("พิมพ์ไว้ก่อนหมดเวลา")
    expect(page.get_by_role("main")).to_contain_text("ดำเนินการแล้วเสร็จ")
    page.get_by_role("button", name="บันทึกข้อมูลที่พิมพ์ไว้").click()
    expect(row(page, project).locator(".tag")).to_have_text("แล้วเสร็จ")


def test_a_form_older_than_its_session_is_repeated(opened: Open, js: bool) -> None:
    # Given a panel that was filled before the same clerk signed in anew in another window
    project = make_project(lao())
    page = opened(js=js)
    sign_in(page)
    _open_panel(page)
    page.get_by_label("หมายเหตุ").fill("จากหน้าเก่า")
    other = page.context.new_page()
    other.goto("/home")
    other.get_by_role("button", name="Logout").click()
    sign_in(other)
    # When it is sent
    _save(page)
    # Then it comes back with what was typed, one click from being saved
    expect(page.get_by_role("heading", level=1)).to_have_text("ข้อมูลที่พิมพ์ไว้ยังอยู่")
    page.get_by_role("button", name="บันทึกข้อมูลที่พิมพ์ไว้").click()
    expect(row(page, project).locator(".tag")).to_have_text("แล้วเสร็จ")


def test_a_form_is_never_saved_as_the_account_that_signed_in_since(opened: Open, js: bool) -> None:
    # Given a form filled by one LAO, and another LAO signed in since in another window
    actor, other = lao(), lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    page = opened(js=js)
    sign_in(page)
    page.goto("/projects/new?year=2561")
    fill_project(page, "โครงการของดินทอง")
    second = page.context.new_page()
    second.goto("/home")
    second.get_by_role("button", name="Logout").click()
    sign_in(second, "2900101")
    # When it is sent, then it says whose it is, and that one takes it up
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    expect(page.get_by_role("alert")).to_contain_text("แบบฟอร์มนี้พิมพ์ไว้ในชื่อ องค์การบริหารส่วนตำบลดินทอง (6650807)")
    expect(page.get_by_role("main")).to_contain_text("โครงการของดินทอง")
    page.get_by_label("Username").fill("6650807")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.get_by_role("button", name="บันทึกข้อมูลที่พิมพ์ไว้").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ข้อมูลโดยสรุป")
    assert _names(actor) == ["โครงการของดินทอง"]
    assert not _names(other)


def test_a_line_that_is_down_loses_no_word(opened: Open) -> None:
    project = make_project(lao())
    page = opened()
    sign_in(page)
    _open_panel(page)
    page.get_by_label("หมายเหตุ").fill("พิมพ์ตอนเน็ตหลุด")
    # When the line is down
    page.context.set_offline(True)
    _save(page)
    # Then the bar and the row say so and the words stay
    expect(page.locator("#bar")).to_contain_text("การเชื่อมต่อหลุด")
    expect(row(page, project)).to_have_class("is-bad")
    expect(page.get_by_label("หมายเหตุ")).to_have_value("พิมพ์ตอนเน็ตหลุด")
    expect(page.locator(".unsaved")).to_contain_text("จะส่งเองเมื่อเชื่อมต่อได้")
    # And when it is back, they go by themselves
    page.context.set_offline(False)
    expect(row(page, project).locator(".tag")).to_have_text("แล้วเสร็จ")
    expect(page.locator("#bar")).to_be_hidden()


def test_a_failing_server_loses_no_word(opened: Open) -> None:
    project = make_project(lao())
    page = opened()
    sign_in(page)
    _open_panel(page)
    page.get_by_label("หมายเหตุ").fill("ระบบล่มพอดี")
    # When the server answers 503 with a page of its own
    page.route(
        "**/reporting/**",
        lambda route: route.fulfill(status=503, headers={"x-staged": "1"}, body="<html>" + "bad gateway " * 99),
    )
    _save(page)
    expect(page.locator("#bar")).to_contain_text("ระบบขัดข้องชั่วคราว")
    expect(row(page, project)).to_have_class("is-bad")
    expect(page.get_by_label("หมายเหตุ")).to_have_value("ระบบล่มพอดี")
    # And when it works again, they go by themselves after a while
    page.unroute_all()
    expect(row(page, project).locator(".tag")).to_have_text("แล้วเสร็จ")


def test_recording_waits_for_the_line(opened: Open) -> None:
    actor = lao()
    page = opened()
    sign_in(page)
    page.goto("/projects/new?year=2561")
    fill_project(page, "โครงการตอนเน็ตหลุด")
    page.context.set_offline(True)
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    expect(page.locator("#bar")).to_contain_text("การเชื่อมต่อหลุด")
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_contain_text("โครงการตอนเน็ตหลุด")
    assert _names(actor) == ["โครงการตอนเน็ตหลุด"]


def test_a_double_click_records_one_project(opened: Open, js: bool) -> None:
    actor = lao()
    page = opened(js=js)
    sign_in(page)
    page.goto("/projects/new?year=2561")
    fill_project(page, "โครงการกดซ้ำ")
    page.get_by_role("button", name="บันทึกและเพิ่มโครงการถัดไป").dblclick()
    expect(page.get_by_role("status")).to_contain_text("โครงการกดซ้ำ")
    assert _names(actor) == ["โครงการกดซ้ำ"]


def _names(actor: Actor) -> list[str]:
    db.session.rollback()  # see what the server has written since
    return [project.name for project in all_projects(actor.own_organisation_id)]
