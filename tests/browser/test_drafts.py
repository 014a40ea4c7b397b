"""What is typed outlives a crash, a closed window and a lost session, for the account that typed it and nobody else."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.steps import fill_project, lao, sign_in
from tests.factories import PASSWORD, YEAR, make_lao, make_project

SHELF = """() => JSON.stringify(
    Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith("draft "))))"""
TYPED = """form => [...new FormData(form)].filter(
    ([name]) => !["csrf_token", "once", "submission_key", "seen"].includes(name))"""


def shelf(page: Page) -> dict[str, str]:
    found: dict[str, str] = json.loads(page.evaluate(SHELF))
    return found


def bar(page: Page) -> Locator:
    return page.locator("form .draft")


def typed(page: Page) -> Any:
    return page.locator("form[data-keep]").first.evaluate(TYPED)


def kept_letters(page: Page, field: Locator, words: str) -> None:
    """Type letter by letter, and wait until the last one is kept."""
    before = shelf(page)
    field.press_sequentially(words)
    page.wait_for_function(f"before => ({SHELF})() !== before", arg=json.dumps(before, ensure_ascii=False))
    page.wait_for_timeout(50)


def crash(page: Page) -> Page:
    """The window dies without a word, and another one is opened in the same browser."""
    context = page.context
    page.close(run_before_unload=False)
    return context.new_page()


def test_what_was_typed_is_offered_after_a_crash_and_gone_after_a_save_and_at_logout(opened: Open) -> None:
    project = make_project(lao())
    make_lao("6650808", name="องค์การบริหารส่วนตำบลวังทอง")
    page = opened()
    sign_in(page)
    secret = "คำที่ยังไม่ได้บันทึก"
    places = {
        f"/projects/new?year={YEAR}": "วัตถุประสงค์",
        f"/reporting/{project}/{YEAR}/6": "หมายเหตุ",
        "/profile#contact": "ตำแหน่ง",
    }
    for path, label in places.items():
        # Given words typed into a form whose window dies
        page.goto(path)
        kept_letters(page, page.get_by_role("textbox", name=label), secret)
        before = typed(page)
        page = crash(page)
        # When the page is opened again
        page.goto(path)
        expect(bar(page)).to_contain_text("พิมพ์ค้างไว้")
        assert typed(page) != before
        # Then they come back letter by letter
        page.get_by_role("button", name="นำกลับมา").click()
        expect(bar(page)).to_have_count(0)
        assert typed(page) == before
        page = crash(page)
    # And nothing on the shelf can be read, nor by another account that signs in on this machine
    page.goto("/home")
    expect(page.locator("[data-drafts] a")).to_have_count(3)
    stored = shelf(page)
    assert len(stored) == 3
    assert secret not in str(stored)
    assert "reporting" not in str(stored)
    page.context.clear_cookies()
    page.goto("/login")
    sign_in(page, "6650808")
    for path in places:
        page.goto(path.replace(f"/{project}/", "/9999/"))
    page.goto(f"/projects/new?year={YEAR}")
    page.wait_for_timeout(300)
    expect(bar(page)).to_have_count(0)
    assert page.evaluate("drafts.read('/projects/new?2561')") is None
    mine = page.evaluate("document.querySelector('meta[name=account]').content")
    assert page.evaluate("n => fetch('/drafts/key/' + n).then(answer => answer.status)", str(int(mine) - 1)) == 404
    page.get_by_role("button", name="Logout").click()
    page.wait_for_url("**/login*")
    assert shelf(page) == stored
    # And what is saved is gone
    sign_in(page)
    page.goto(f"/reporting/{project}/{YEAR}/6")
    page.get_by_role("button", name="นำกลับมา").click()
    page.get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.wait_for_url("**/reporting?**")
    page.wait_for_function(f"() => Object.keys(JSON.parse(({SHELF})())).length === 2")
    # And what is given up, and all else at logout
    page.goto("/profile")
    page.get_by_role("button", name="ทิ้ง", exact=True).click()
    assert len(shelf(page)) == 1
    page.get_by_role("button", name="Logout").click()
    page.wait_for_url("**/login*")
    assert shelf(page) == {}


def test_a_lost_session_and_another_window_keep_their_words_apart(opened: Open) -> None:
    lao()
    page = opened()
    sign_in(page)
    page.goto(f"/projects/new?year={YEAR}")
    fill_project(page, "โครงการก่อนหมดเวลา")
    page.wait_for_function(f"() => ({SHELF})() !== '{{}}'")
    # A second window of the same form is not offered what is typed in the first, which is still open
    other = page.context.new_page()
    other.goto(f"/projects/new?year={YEAR}")
    other.wait_for_timeout(400)
    expect(bar(other)).to_have_count(0)
    other.close()
    # Given a session that is over when the form is sent
    page.context.clear_cookies()
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Username").fill("6650807")
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ข้อมูลที่พิมพ์ไว้ยังอยู่")
    # When it is sent once more, then nothing is left on the shelf
    page.locator("form.card button").first.click()
    page.wait_for_url("**/home**")
    page.wait_for_function(f"() => ({SHELF})() === '{{}}'")
