"""Recording by keyboard alone: every key that is no word is counted."""

from decimal import Decimal

from playwright.sync_api import Page, expect

from app.access import Actor
from app.db import db
from app.lao.projects.queries import project_detail
from app.lao.projects.rules import ProjectFacts
from app.models.enums import Kind
from tests.browser.conftest import Open
from tests.browser.steps import lao, sign_in
from tests.factories import all_projects, facts, make_project

MOST_KEYS = 8
NAME = "ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"


class Keyboard:
    """Presses keys and types words; only the keys are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.name"))


def _last(actor: Actor) -> ProjectFacts:
    db.session.rollback()  # the server wrote it
    return project_detail(actor, all_projects(actor.own_organisation_id)[-1].id).facts


def test_a_project_is_recorded_with_at_most_eight_keys_besides_its_words(opened: Open) -> None:
    actor = lao()
    page = opened()
    sign_in(page)
    # The first one: nothing is kept yet
    page.goto("/projects/new?year=2561")
    expect(page.get_by_label(NAME)).to_be_focused()
    board = Keyboard(page)
    board.type("กิจกรรมวันต่อต้านคอร์รัปชัน")
    board.press("Enter")  # its kind stands in its name
    board.type("20,000")
    board.press("Enter", "2", "Enter", "3")  # the quarter, the dimension: there is one, so it leads on
    board.type("ประชาชน 100 คน")
    board.press("Tab")
    board.type("เพื่อรณรงค์")
    board.press("Control+Enter")
    page.wait_for_url("**&after=*")
    assert board.keys <= MOST_KEYS
    assert _last(actor) == facts(
        "กิจกรรมวันต่อต้านคอร์รัปชัน",
        kind=Kind.ACTIVITY,
        dimension=3,
        target_group="ประชาชน 100 คน",
        objective="เพื่อรณรงค์",
        budgets={2561: Decimal(20000)},
    )
    # The next one: what usually stays is kept and said; a second year and the same budget for both
    expect(page.get_by_label(NAME)).to_be_focused()
    expect(page.locator("#kept")).to_contain_text("กิจกรรม · ไตรมาส 2 · มิติที่ 3 · ปี 2561")
    board.keys = 0
    board.type("มาตรการประกาศเจตจำนงสุจริต")
    board.press("Enter")
    assert board.focused() == "budget_2561"
    board.type("-")
    board.press("Enter")
    board.type("ผู้บริหาร")
    board.press("Tab")
    board.type("เพื่อแสดงเจตจำนง")
    board.press("Control+Enter")
    page.wait_for_load_state()
    expect(page.locator("#recorded")).to_contain_text("มาตรการประกาศเจตจำนงสุจริต")
    assert board.keys == 4
    second = _last(actor)
    assert (second.kind, second.quarters, second.dimension) == (Kind.MEASURE, (2,), 3)
    # "ล้าง": one click, and the words stay
    page.get_by_label(NAME).fill("โครงการที่ไม่เหมือนเดิม")
    page.get_by_role("link", name="ล้าง", exact=True).click()
    expect(page.get_by_role("checkbox", name="ไตรมาส 2")).not_to_be_checked()
    expect(page.get_by_label(NAME)).to_have_value("โครงการที่ไม่เหมือนเดิม")
    expect(page.locator("#kept")).to_have_count(0)
    # And Enter never saves by itself: with all filled it leads to the button
    expect(page.get_by_label(NAME)).to_be_focused()


def test_whatever_has_to_be_chosen_eight_keys_are_enough(opened: Open) -> None:
    actor = lao()
    page = opened()
    sign_in(page)
    page.goto("/projects/new?year=2561")
    expect(page.get_by_label(NAME)).to_be_focused()
    board = Keyboard(page)
    board.type("วันต่อต้านคอร์รัปชัน")  # does not say its kind
    board.press("Enter", "3")
    board.type("20,000")
    board.press("Enter", "0", "Enter", "4")  # all quarters
    board.type("ประชาชน")
    board.press("Tab")
    board.type("เพื่อรณรงค์")
    board.press("Control+Enter")
    page.wait_for_url("**&after=*")
    assert board.keys <= MOST_KEYS
    saved = _last(actor)
    assert (saved.kind, saved.quarters, saved.dimension) == (Kind.MEASURE, (1, 2, 3, 4), 4)


def test_one_tick_gives_every_year_the_same_budget(opened: Open, js: bool) -> None:
    actor = lao()
    page = opened(js=js)
    sign_in(page)
    page.goto("/projects/new?year=2561")
    page.get_by_role("checkbox", name="2562", exact=True).check()
    page.get_by_label("งบประมาณปี 2562").fill("7")
    page.get_by_label("งบประมาณเท่ากันทุกปีที่เลือก").check()
    expect(page.get_by_label("งบประมาณปี 2562")).to_be_hidden()
    page.get_by_label(NAME).fill("โครงการสองปี")
    page.get_by_label("งบประมาณปี 2561").fill("50,000")
    page.get_by_role("radio", name="โครงการ", exact=True).check()
    page.get_by_role("checkbox", name="ไตรมาส 1").check()
    page.get_by_role("radio", name="มิติที่ 1").check()
    page.get_by_label("กลุ่มเป้าหมาย").fill("ก")
    page.get_by_label("วัตถุประสงค์").fill("ข")
    page.get_by_role("button", name="บันทึกและเพิ่มโครงการถัดไป").click()
    expect(page.locator("#recorded")).to_contain_text("ปี 2561 50,000.00 บาท, ปี 2562 50,000.00 บาท")
    expect(page.get_by_label("งบประมาณเท่ากันทุกปีที่เลือก")).to_be_checked()
    assert _last(actor).budgets == {2561: Decimal(50000), 2562: Decimal(50000)}


def test_a_likely_duplicate_is_pointed_out_while_its_name_is_typed(opened: Open) -> None:
    first = make_project(lao(), facts("โครงการ “อบรมคุณธรรม จริยธรรม” ประจำปี 2561"))
    page = opened()
    sign_in(page)
    page.goto("/projects/new?year=2561")
    expect(page.get_by_label(NAME)).to_be_focused()
    page.keyboard.type("๓) กิจกรรมอบรมคุณธรรมจริยธรรม ประจำปี ๒๕๖๑")
    link = page.locator("#alike").get_by_role("link")
    expect(page.locator("#alike")).to_contain_text("มีชื่อนี้อยู่แล้ว")
    expect(link).to_have_attribute("href", f"/projects/{first}")
    page.keyboard.type(" ครั้ง 2")
    expect(page.locator("#alike")).to_contain_text("ชื่อใกล้เคียง")
    # A lost session takes nothing away from whoever is typing
    page.context.clear_cookies()
    with page.expect_response("**/projects/alike*"):
        page.keyboard.type("๓")
    expect(link).to_have_count(0)
    expect(page.get_by_label(NAME)).to_have_value("๓) กิจกรรมอบรมคุณธรรมจริยธรรม ประจำปี ๒๕๖๑ ครั้ง 2๓")
