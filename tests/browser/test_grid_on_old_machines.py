"""The round's grid where it hurts: a Thai keyboard, words pasted that are none, a line that goes before the first
change, another window that deletes or closes, and Back."""

import re
from datetime import timedelta

from playwright.sync_api import Page, Route, expect

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.reporting.details import report_detail
from app.lao.reporting.rules import ReportFacts
from app.models import Project, Window
from app.models.enums import ReportStatus, Round
from tests.browser.conftest import Open
from tests.browser.steps import lao, paste, row, sign_in
from tests.browser.test_round_grid import GRID, _settled
from tests.factories import YEAR, facts, make_project, make_report


def _told(actor: Actor, id_: int) -> ReportFacts:
    db.session.rollback()
    return report_detail(actor, id_, YEAR, Round.SIX).facts


def _press(page: Page, code: str, key: str) -> bool:
    """A key by its place and what it gives; whether its letter would be typed."""
    told = {"code": code, "key": key, "bubbles": True, "cancelable": True}
    return bool(page.evaluate("t => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', t))", told))


def test_a_thai_keyboard_types_and_what_is_pasted_wrong_stays_told(opened: Open) -> None:
    actor = lao()
    first, second = (make_project(actor, facts(f"โครงการที่ {place}")) for place in (1, 2))
    make_report(actor, first)
    page = opened()
    sign_in(page)
    page.goto(GRID)
    # By its place a key gives a status, whatever letter stands there; an arrow of the number block gives none
    row(page, second).get_by_role("radio").first.focus()
    _press(page, "Numpad2", "ArrowDown")
    _press(page, "Digit3", "-")
    expect(row(page, second).get_by_role("alert")).to_contain_text("เหตุผล")
    expect(row(page, second).get_by_label("เหตุผล")).to_be_focused()
    # And a reason begins with that letter
    assert _press(page, "Digit4", "ภ")
    assert _press(page, "Digit2", "/")
    # Keys of an amount are its digits
    spent = row(page, second).get_by_label("เบิกจ่ายจริง")
    spent.press_sequentially("1230")
    spent.press("Escape")
    expect(spent).to_have_value("")
    # What was given up leaves the row as it was
    row(page, second).get_by_role("button", name="คืนค่าเดิม").click()
    expect(row(page, second).get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.locator("#round-grid")).not_to_have_attribute("data-typed", re.compile(""))
    # A pasted status that is none is told, though the amounts beside it are saved
    row(page, first).get_by_role("radio").first.focus()
    paste(page, "เรียบร้อยดี\t1,500.00\t20\tก\tข\tค\tง\tเกิน\n\t\t1.500,00")
    _settled(page)
    expect(row(page, first).get_by_role("alert")).to_contain_text("ไม่รู้จักสถานะ “เรียบร้อยดี”")
    expect(row(page, second).get_by_role("alert")).to_contain_text("“1.500,00”: 1,500 หรือ 150,000?")
    assert _told(actor, first).spent == 20
    # And Escape after Enter on the last row takes nothing back that was saved
    amount = row(page, second).get_by_label("เบิกจ่ายจริง")
    row(page, second).get_by_text("เสร็จ", exact=True).click()
    amount.fill("30")
    amount.press("Enter")
    _settled(page)
    amount.press("Escape")
    expect(amount).to_have_value("30.00")
    assert _told(actor, second).spent == 30


def test_words_typed_off_line_outlive_the_window_and_a_closed_round_shows_them(opened: Open) -> None:
    actor = lao()
    gone, kept = (make_project(actor, facts(f"โครงการที่ {place}")) for place in (1, 2))
    page = opened()
    sign_in(page)
    page.goto(GRID)
    page.wait_for_load_state("networkidle")
    # Given a line that goes before anything was typed, and a window that closes
    page.context.set_offline(True)
    row(page, kept).get_by_text("เสร็จ", exact=True).click()
    expect(row(page, kept)).to_contain_text("รอส่ง")
    page.wait_for_timeout(600)
    page.evaluate("() => { window.fetch = () => new Promise(() => {}) }")  # let go to be closed it is on line again
    page.close(run_before_unload=False)
    # When the round has closed meanwhile
    page = page.context.new_page()
    with transaction():
        now = clock.now()
        times = {"opens_at": now - timedelta(days=2), "closes_at": now - timedelta(days=1)}
        db.session.add(Window(fiscal_year=YEAR, round=Round.SIX, **times))
    page.context.set_offline(False)
    page.goto(GRID)
    # Then the row is there as it was typed, with the reason, and can be given up
    expect(row(page, kept).get_by_role("alert")).to_contain_text("ปิด")
    expect(row(page, kept).get_by_role("radio").nth(1)).to_be_checked()
    expect(row(page, gone).get_by_role("radio").first).to_be_disabled()
    row(page, kept).get_by_role("button", name="คืนค่าเดิม").click()
    expect(row(page, kept).get_by_role("radio", checked=True)).to_have_count(0)
    page.wait_for_timeout(600)
    page.goto(GRID)
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_a_deleted_project_stops_no_other_and_the_line_that_is_back_is_told(opened: Open) -> None:
    actor = lao()
    gone, kept = (make_project(actor, facts(f"โครงการที่ {place}")) for place in (1, 2))
    page = opened()
    sign_in(page)
    page.goto(GRID)
    with transaction():
        project = db.session.get_one(Project, gone)
        project.deleted_at, project.counted = clock.now(), False
    row(page, gone).get_by_text("เสร็จ", exact=True).click()
    expect(row(page, gone).get_by_role("alert")).to_contain_text("ไม่พบโครงการนี้แล้ว")
    # One answer is lost, without the browser being off line
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    page.evaluate("htmx.config.firstPause = 300")
    page.route("**/reporting/grid/*/*/*", lose)
    row(page, kept).get_by_text("เสร็จ", exact=True).click()
    expect(page.locator("#bar")).to_contain_text("การเชื่อมต่อหลุด")
    expect(row(page, kept)).to_have_class(re.compile("is-saved"))
    expect(page.locator("#bar")).to_be_hidden()
    # Going back, with a page that comes anew, undoes nothing that another window said meanwhile
    page.goto("/home")
    other = page.context.new_page()
    other.goto(GRID)
    row(other, kept).get_by_text("ระหว่าง", exact=True).click()
    expect(row(other, kept)).to_have_class(re.compile("is-saved"))
    page.go_back()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    expect(row(page, kept).get_by_role("radio").first).to_be_checked()
    assert _told(actor, kept).status is ReportStatus.IN_PROGRESS


def test_an_old_screen_and_a_zoomed_one_show_each_row_whole(opened: Open) -> None:
    actor = lao()
    last = [make_project(actor, facts(f"โครงการที่ {place}")) for place in range(100)][-1]
    page = opened()
    sign_in(page)
    page.goto(GRID)
    number = row(page, last).locator(".n label")
    more = row(page, last).get_by_role("button", name="หมายเหตุของแถวนี้")
    for width in (1366, 1093, 1024):
        page.set_viewport_size({"width": width, "height": 657})
        more.scroll_into_view_if_needed()
        hidden = page.locator(".tw").evaluate("element => element.scrollWidth - element.clientWidth")
        assert not hidden, width
        assert number.evaluate("element => element.offsetHeight") < 30, width


def test_somebody_who_stays_at_the_question_of_a_logout_loses_nothing(opened: Open) -> None:
    project = make_project(lao())
    page = opened()
    sign_in(page)
    page.goto(GRID)
    page.route("**/reporting/grid/*/*/*", lambda route: route.abort())
    row(page, project).get_by_text("เสร็จ", exact=True).click()
    page.wait_for_timeout(600)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Logout").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert page.evaluate("Object.keys(localStorage).length") == 1
    # And gone where the answer was to leave
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Logout").click()
    page.wait_for_url("**/login")
    assert page.evaluate("Object.keys(localStorage).length") == 0
