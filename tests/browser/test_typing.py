"""Nothing typed is lost: by Back, by moving on, by an answer that comes while somebody types."""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Route, expect

from app.db import db, transaction
from app.models import Project
from app.models.enums import ReviewStatus, Role
from app.nacc.evaluation.queries import scores_of
from app.nacc.evaluation.rules import ScoreCell, Which
from tests.browser.conftest import Open
from tests.browser.steps import come_in, fill_project, lao, row, sign_in
from tests.client import Client
from tests.factories import NOW, YEAR, all_projects, facts, make_lao, make_project, make_staff


# --- Back ----------------------------------------------------------------------------------------------------------
def test_back_without_the_browsers_own_cache_of_pages_brings_every_field_back(
    client: Client, opened: Open, site: str
) -> None:
    page = opened()
    come_in(page, client, make_lao().account_id, site)
    page.goto("/projects/new?year=2561")
    fill_project(page, "บันทึกแล้วกลับมาดู")
    # The next page is slow, and the look for like names comes between: htmx then writes into the history itself
    page.route("**/home?year=2561", lambda route: (page.wait_for_timeout(1_000), route.continue_()))
    page.get_by_label("ชื่อโครงการ").press_sequentially("2")
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    page.wait_for_url("**/home?year=2561")
    # When somebody goes back to what is saved, nothing is missing and leaving does not warn
    page.go_back()
    expect(page.get_by_label("งบประมาณปี 2561")).to_have_value("150,000.50")
    expect(page.get_by_label("กลุ่มเป้าหมาย")).to_have_value("นักเรียน 100 คน")
    expect(page.locator("form[data-typed]")).to_have_count(0)
    # The profile likewise: what was typed and left, with the browser's question, is back, and warns again
    page.goto("/profile#area")
    page.get_by_label("ขนาดพื้นที่ให้บริการ").fill("77.50")
    page.get_by_label("ชื่อผู้บริหารท้องถิ่น").fill("คนใหม่")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="หน้าแรก").first.click()
    page.wait_for_url("**/home*")
    page.go_back()
    expect(page.get_by_label("ขนาดพื้นที่ให้บริการ")).to_have_value("77.50")
    expect(page.get_by_label("ชื่อผู้บริหารท้องถิ่น")).to_have_value("คนใหม่")
    expect(page.locator("form[data-typed]")).to_have_count(1)


def test_clearing_can_be_taken_back_also_after_a_refusal(opened: Open) -> None:
    lao()
    page = opened()
    sign_in(page)
    page.goto("/projects/new?year=2561")
    fill_project(page, "จะล้าง")
    page.get_by_label("วัตถุประสงค์").fill("")
    page.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    expect(page.get_by_role("alert")).to_contain_text("จุดที่ต้องแก้ไข")
    # When the refused form is cleared
    page.get_by_role("link", name="ล้างข้อมูล").click()
    # Then it is empty, errors and all
    assert page.locator(".errors, .err, .bad, [aria-invalid]").count() == 0
    expect(page.get_by_label("งบประมาณปี 2561")).to_have_value("")
    expect(page.get_by_role("radio", name="มิติที่ 2")).not_to_be_checked()
    # And it can be taken back
    page.get_by_role("button", name="เลิกทำ").click()
    expect(page.get_by_label("งบประมาณปี 2561")).to_have_value("150,000.50")
    expect(page.get_by_role("radio", name="มิติที่ 2")).to_be_checked()
    expect(page.get_by_label("กลุ่มเป้าหมาย")).to_have_value("นักเรียน 100 คน")


# --- Back and Forward inside the document ---------------------------------------------------------------------------
def test_back_does_not_throw_an_open_row_away(opened: Open) -> None:
    project = make_project(lao())
    page = opened()
    sign_in(page)
    page.goto("/reporting?year=2561&round=6")
    page.get_by_label("ค้นหาชื่อ").fill("โครงการ")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=%*")
    page.locator(".rnd").get_by_role("link", name="รอบ 6 เดือน").click()
    note, address = page.get_by_label("หมายเหตุ"), page.url
    note.fill("ยังไม่บันทึก")
    # When Back is pressed, twice
    for _ in range(2):
        page.evaluate("history.back()")
        expect(page.locator("#bar")).to_contain_text("ยังไม่ได้บันทึก")
        # Then row, words and address stay, and the bar has no sign of a line that is down
        expect(note).to_have_value("ยังไม่บันทึก")
        assert page.url == address
        expect(page.locator("#bar .down")).to_be_hidden()
        page.get_by_role("button", name="ปิด").click()
    # And an emptied field is nothing unsaved: Back goes back
    note.fill("")
    page.evaluate("history.back()")
    page.wait_for_url(lambda url: "q=%" not in url)
    expect(row(page, project)).to_be_visible()
    expect(note).to_have_count(0)
    # A Back that fails stays as well, page and address
    page.evaluate("history.forward()")
    expect(page.get_by_label("ค้นหาชื่อ")).to_have_value("โครงการ")
    page.context.set_offline(True)
    page.evaluate("history.back()")
    expect(page.locator("#bar")).to_contain_text("ลองอีกครั้ง")
    expect(page).to_have_url(address)
    page.context.set_offline(False)
    # And words given up on purpose go with the page
    page.locator(".rnd").get_by_role("link", name="รอบ 6 เดือน").click()
    note.fill("ทิ้งได้")
    page.evaluate("history.back()")
    page.get_by_role("button", name="ทิ้งแล้วไปต่อ").click()
    page.wait_for_url(lambda url: "q=%" not in url)
    expect(note).to_have_count(0)


# --- answers that come while somebody types -------------------------------------------------------------------------
def _hold(held: list[Route], route: Route) -> None:
    held.append(route)


def test_a_score_is_what_was_typed_last(client: Client, opened: Open, site: str) -> None:
    actor = make_lao()
    page = opened()
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    page.goto(f"/nacc/scores?year={YEAR}")
    held: list[Route] = []
    page.route("**/nacc/scores/*/*/*/sar", partial(_hold, held))
    cell, score = page.get_by_label("คะแนน SAR มิติที่ 1"), ScoreCell(Which.SAR, 1)

    def answer() -> None:
        for _step in range(400):  # as long as it takes to be sent
            page.wait_for_timeout(20)
            if held:
                break
        with page.expect_response("**/sar"):
            held.pop(0).continue_()

    def stored() -> str:
        db.session.rollback()
        return str(scores_of(actor, [actor.own_organisation_id], YEAR)[actor.own_organisation_id].value(score))

    # Given 10 on a slow line, and the first digit of a second try when its answer comes
    cell.focus()
    page.keyboard.type("10")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("1")
    answer()
    expect(page.locator("#scores .cell .saved")).to_have_count(1)
    page.keyboard.type("5")
    expect(cell).to_have_value("15")
    expect(cell).to_be_focused()
    # When it is left and left again with other values before the next answers come
    for value in ("12", "13"):
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.type(value)
    page.keyboard.press("Tab")
    answer()
    answer()
    # Then the last one is stored, without a word of somebody else's change
    expect(cell).to_have_value("13.00")
    expect(page.locator("#scores .cell.bad")).to_have_count(0)
    assert (stored(), held) == ("13.00", [])


def test_an_answer_takes_no_words_with_it(opened: Open) -> None:
    actor = lao()
    first, second = (make_project(actor, facts(f"โครงการที่ {place}")) for place in (1, 2))
    page = opened()
    sign_in(page)
    page.goto("/reporting?year=2561&round=6")
    # Given an unsaved note in the second row, and one in the first that is written after "save and next" was pressed
    for project in (second, first):
        row(page, project).locator(".rnd").get_by_role("link", name="รอบ 6 เดือน").click()
        row(page, project).get_by_label("หมายเหตุ").fill("รอไว้")
    row(page, first).get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
    held: list[Route] = []
    page.route(f"**/reporting/{first}/**", partial(_hold, held))
    save = row(page, first).get_by_role("button", name="บันทึกและรายงานรายการถัดไป")
    save.click()
    row(page, first).get_by_label("หมายเหตุ").fill("นึกได้ทีหลัง")
    held[0].continue_()
    # Then the answer, which would open the second row anew, takes neither
    expect(page.locator("#bar")).to_contain_text("พิมพ์หลังจากกดปุ่ม")
    expect(row(page, first).get_by_label("หมายเหตุ")).to_have_value("นึกได้ทีหลัง")
    expect(row(page, second).get_by_label("หมายเหตุ")).to_have_value("รอไว้")
    # And where the first has nothing newer, it alone is taken: it stands on what its own first save made
    page.unroute_all()
    save.click()
    expect(row(page, first).get_by_label("หมายเหตุ")).to_have_count(0)
    expect(row(page, second).get_by_label("หมายเหตุ")).to_have_value("รอไว้")


# --- the review desk ------------------------------------------------------------------------------------------------
def test_a_typed_reason_survives_moving_on_and_a_held_key_decides_one_project(
    client: Client, opened: Open, site: str
) -> None:
    actor = make_lao()
    first, *_others = (make_project(actor, facts(f"โครงการที่ {place}")) for place in range(3))
    page = opened()
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    page.goto(f"/nacc/review/{first}")
    reason, bar = page.get_by_label("รายละเอียดเหตุผล"), page.locator("#bar")
    reason.fill("ไม่ตรงมิติ")
    # When the officer moves on, in each way
    ways: list[Callable[[], None]] = [
        lambda: page.keyboard.press("j"),
        lambda: page.get_by_role("link", name="ข้ามไปก่อน").click(),
        lambda: page.get_by_role("link", name="โครงการที่ 1").click(),
    ]
    for move in ways:
        page.locator("h1").click()
        move()
        expect(bar).to_contain_text("ยังไม่ได้บันทึก")
        expect(reason).to_have_value("ไม่ตรงมิติ")
        expect(bar.locator(".down")).to_be_hidden()
        bar.get_by_role("button", name="ปิด").click()
    # Then the words go only when they are given up
    page.get_by_role("link", name="ข้ามไปก่อน").click()
    bar.get_by_role("button", name="ทิ้งแล้วไปต่อ").click()
    expect(page.locator("#rp-name")).to_have_text("โครงการที่ 1")
    expect(reason).to_have_value("")
    # And A held down approves the project on the screen, no other
    page.evaluate(
        """() => [false, true, true].forEach(repeat => document.body.dispatchEvent(
            new KeyboardEvent("keydown", { code: "KeyA", key: "a", repeat, bubbles: true })))"""
    )
    expect(page.locator("#rp-name")).to_have_text("โครงการที่ 2")
    page.keyboard.down("a")
    for _ in range(3):
        page.keyboard.down("a")  # Playwright marks these as repeats
    page.keyboard.up("a")
    expect(page.locator("#rp-name")).not_to_have_text("โครงการที่ 2")
    db.session.rollback()
    assert [project.review_status for project in all_projects(actor.own_organisation_id)] == [
        ReviewStatus.PENDING,
        ReviewStatus.APPROVED,
        ReviewStatus.APPROVED,
    ]


# --- errors stay small ----------------------------------------------------------------------------------------------
def _answer_as_a_proxy(status: int, route: Route) -> None:
    route.fulfill(status=status, headers={"x-staged": "1"}, body="<html><body>proxy says no</body></html>")


def test_no_error_but_ours_is_shown_and_the_address_stays_right(client: Client, opened: Open, site: str) -> None:
    actor = make_lao()
    project = make_project(actor)
    page = opened()
    come_in(page, client, actor.account_id, site)
    page.goto("/projects?year=2561")
    address, bar = page.url, page.locator("#bar")
    search, go = page.get_by_label("ค้นหาชื่อ"), page.get_by_role("button", name="ค้นหา")
    # Given answers that are not this site's, or no form of it to correct
    for status, words in (
        (414, "ข้อความยาวเกินไป"),
        (422, "ระบบขัดข้องชั่วคราว"),
        (502, "ระบบขัดข้องชั่วคราว"),
        (200, "ระบบขัดข้องชั่วคราว"),
    ):
        page.route(
            "**/projects?*q=*",
            partial(_answer_as_a_proxy, status),
        )
        # When somebody searches
        search.fill("อบรม")
        go.click()
        # Then the list stays, the bar says it in our words, and the address is that of the list
        expect(bar).to_contain_text(words)
        expect(bar).not_to_contain_text("proxy")
        expect(row(page, project)).to_be_visible()
        assert page.url == address
        bar.get_by_role("button", name="ปิด").click()
        page.unroute_all()
    # A row that was deleted meanwhile says so, with no promise that another try would help
    row(page, project).get_by_role("link", name="แก้ไขรายละเอียด").click()
    page.get_by_label("กลุ่มเป้าหมาย").fill("คนอื่น")
    with transaction():
        gone = db.session.get_one(Project, project)
        gone.deleted_at, gone.counted = NOW, False
    page.get_by_role("button", name="บันทึกการแก้ไข").click()
    expect(bar).to_contain_text("ไม่พบหน้าหรือรายการนี้")
    expect(page.get_by_label("กลุ่มเป้าหมาย")).to_have_value("คนอื่น")
    assert page.get_by_role("button", name="ลองอีกครั้ง").count() == 0
