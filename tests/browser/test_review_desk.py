"""An officer sees what is judged at every decision, however it is given; the list and its ticks stay where they are."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import transaction
from app.lao.projects.operations import edit_project
from app.models.enums import Role
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from tests.browser.conftest import Open
from tests.browser.steps import LONG_NAME, come_in, lao
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_organisation, make_project, make_staff

MANY = 50
OLD_REASON = "วัตถุประสงค์ยังไม่แสดงว่าจะป้องกันการทุจริตเรื่องใด โปรดระบุให้ชัดเจนว่าใครทำอะไรเมื่อใด"
# What of the open project is not inside the window, or lies under something else.
UNSEEN = """() => {
    const card = document.querySelector("#review-project");
    const parts = {
        name: card.querySelector("#rp-name"),
        lao: card.querySelector(".judged p span"),
        dimension: card.querySelector(".dimension b"),
        "old reason": card.querySelector(".judged .why"),
        approve: card.querySelector("[value=approve]"),
        reject: card.querySelector("[value=reject]"),
    };
    const seen = (part) => {
        const box = part.getBoundingClientRect();
        const inside = box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
        const spots = [[box.left + 2, box.top + 2], [box.left + 5, box.bottom - 3]];
        const on = ([x, y]) => part.contains(document.elementFromPoint(x, y)?.closest("#review-project *"));
        return inside && box.height > 0 && spots.some(on);
    };
    return Object.entries(parts).filter(([, part]) => part && !seen(part)).map(([name]) => name);
}"""
SHOWN = """() => [document.querySelector("#rp-name").innerText, document.querySelector(".dimension").innerText,
    document.querySelector(".judged .why")?.innerText ?? ""]"""


def _projects(actor: Actor, officer: Actor) -> list[str]:
    """Projects of all dimensions; every tenth was rejected and corrected, and some have the longest names."""
    names = []
    for number in range(MANY):
        name = f"โครงการที่ {number} " + ("ส่งเสริมคุณธรรมจริยธรรมของบุคลากร" if number % 9 else LONG_NAME)
        said = facts(name, dimension=1 + number % 4, objective="เพื่อปลูกจิตสำนึก " * (1 + 20 * (number % 3)))
        project_id = make_project(actor, said, now=NOW + timedelta(minutes=number))
        if number % 10 == 3:
            with transaction():
                decide(officer, project_id, 1, Verdict.REJECT, OLD_REASON, NOW + timedelta(minutes=number))
            with transaction():
                better = facts(f"{name} แก้", dimension=said.dimension)
                edit_project(actor, period_of(YEAR), project_id, 2, better, NOW + timedelta(minutes=number))
        names.append(name)
    return names


def _by_mouse(page: Page, number: int) -> None:
    if number % 5 == 4:
        page.locator("#picked").select_option(index=1)
        page.locator("[value=reject]").click()
    else:
        page.locator("#review-project [value=approve]").click()


def _by_key(page: Page, number: int) -> None:
    if number % 5 == 4:
        for key in ("r", "ArrowDown", "Tab", "Tab", "Tab", "Enter"):
            page.keyboard.press(key)
    else:
        page.keyboard.press("a")


def _by_touch(page: Page, number: int) -> None:
    page.locator("#rp-name").tap()  # else two taps are one double tap, whose second half the desk leaves alone
    if number % 5 == 4:
        page.locator("#picked").select_option(index=1)
        page.locator("[value=reject]").tap()
    else:
        page.locator("#review-project [value=approve]").tap()


WAYS = {
    "mouse": (_by_mouse, {"width": 1366, "height": 657}),
    "key": (_by_key, {"width": 1366, "height": 657}),
    "touch": (_by_touch, {"width": 360, "height": 740, "has_touch": True}),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_judged_is_in_sight_at_each_of_fifty_decisions(
    opened: Open, client: Client, site: str, way: str
) -> None:
    # given 50 projects of all dimensions that wait
    actor, staff = lao(), make_staff("officer65", Role.OFFICER, "65")
    _projects(actor, actor_of(staff.id))
    dimensions = period_of(YEAR).dimensions  # type: ignore[union-attr]
    give, window = WAYS[way]
    page = opened(**window)
    come_in(page, client, staff.id, site)
    page.goto("/nacc/review")
    if way == "touch":
        page.locator("#queue a").first.tap()
        expect(page.locator("#review-project [value=approve]")).to_be_in_viewport()  # the card has come
    # when they are decided one after the other
    faults, before, corrected = [], "", 0
    for number in range(MANY):
        page.wait_for_function("name => document.querySelector('#rp-name')?.innerText !== name", arg=before)
        before, dimension, why = page.evaluate(SHOWN)
        # then each time all that is judged can be seen, the dimension with its name
        faults += [f"{way} {number}: {unseen}" for unseen in page.evaluate(UNSEEN)]
        if not any(dimension.startswith(f"มิติที่ {each} {name}") for each, name in dimensions.items()):
            faults.append(f"{way} {number}: {dimension}")
        corrected += OLD_REASON[:40] in why
        give(page, number)
    expect(page.locator("#review-desk")).to_contain_text("ไม่มีโครงการรอพิจารณา")
    assert not faults
    assert corrected == MANY // 10


def test_list_ticks_and_filters_stay_while_projects_are_opened_and_decided(
    opened: Open, client: Client, site: str
) -> None:
    # given a long list, of which the officer has ticked three and scrolled down
    actor, staff = lao(), make_staff("officer65", Role.OFFICER, "65")
    _projects(actor, actor_of(staff.id))
    page = opened(width=1366, height=657)
    come_in(page, client, staff.id, site)
    page.goto("/nacc/review")
    boxes, bulk = page.locator("#queue input"), page.locator(".bulk")
    expect(bulk).to_be_hidden()
    for place in (20, 21, 22):
        boxes.nth(place).check()
    expect(bulk).to_contain_text("เลือกไว้ 3 รายการ")
    scrolled = page.locator("#queue").evaluate("list => list.scrollTop")
    assert scrolled > 0
    # when one is opened, and then decided
    page.locator("#queue a").nth(24).click()
    expect(page.locator("#queue li.on")).to_contain_text("โครงการที่ 24")
    moved = page.locator("#queue").evaluate("list => list.scrollTop")
    page.keyboard.press("a")
    expect(page.locator("#queue li.on")).to_contain_text("โครงการที่ 25")
    # then list and ticks are where they were, and the chosen are those three
    assert abs(moved - scrolled) < 400
    assert abs(page.locator("#queue").evaluate("list => list.scrollTop") - moved) < 200
    expect(bulk).to_contain_text("เลือกไว้ 3 รายการ")
    page.get_by_role("button", name="เลือกทั้งหน้า").click()
    expect(bulk).to_contain_text(f"เลือกไว้ {MANY - 1} รายการ")
    page.get_by_role("button", name="ล้างการเลือก").click()
    expect(bulk).to_be_hidden()
    # and a filter that is kept is there again, under its own words, and still open while it is chosen
    page.get_by_text("ตัวกรองและค้นหา").click()
    page.get_by_label("ประเภทงาน").select_option("โครงการ")
    page.get_by_role("button", name="เก็บตัวกรองนี้ไว้").click()
    page.goto("/nacc/review?status=rejected")
    page.get_by_text("ตัวกรองและค้นหา").click()
    page.get_by_role("link", name="โครงการ", exact=True).click()
    expect(page.get_by_label("ประเภทงาน")).to_have_value("project")
    # and so on the desk of plan years, when another row is changed
    make_organisation("6650101", "องค์การบริหารส่วนตำบลที่อื่น", district="6501")
    page.goto(f"/nacc/plan-years?year={YEAR}")
    page.get_by_label("เลือก องค์การบริหารส่วนตำบลดินทอง").check()
    page.get_by_role("button", name="เปลี่ยน องค์การบริหารส่วนตำบลที่อื่น เป็น ยังไม่ส่งแผน").click()
    expect(page.get_by_text("บันทึกแล้ว")).to_be_visible()
    expect(bulk).to_contain_text("เลือกไว้ 1 รายการ")


def test_on_a_phone_the_project_stands_instead_of_the_list(opened: Open, client: Client, site: str) -> None:
    actor, staff = lao(), make_staff("officer65", Role.OFFICER, "65")
    _projects(actor, actor_of(staff.id))
    page = opened(width=360, height=740, has_touch=True, js=False)
    come_in(page, client, staff.id, site)
    page.goto("/nacc/review")
    expect(page.locator("#review-project")).to_be_hidden()
    link = page.locator("#queue a").nth(30)
    link.tap()
    expect(page.locator("#queue")).to_be_hidden()
    expect(page.locator("#rp-name")).to_contain_text("โครงการที่ 30")
    page.get_by_role("link", name="กลับไปรายการ").tap()
    expect(page.locator("#queue a").nth(30)).to_be_in_viewport()


def test_a_key_decides_once_and_only_where_it_is_meant(opened: Open, client: Client, site: str) -> None:
    # given three projects that wait
    actor, staff = lao(), make_staff("officer65", Role.OFFICER, "65")
    for number in range(3):
        make_project(actor, facts(f"โครงการที่ {number}"), now=NOW + timedelta(minutes=number))
    page = opened(width=1366, height=657)
    come_in(page, client, staff.id, site)
    page.goto("/nacc/review")
    open_one = page.locator("#queue li.on")
    # when keys are pressed with another one, in a field, or while they are switched off
    page.keyboard.press("Control+a")
    page.get_by_text("คีย์ลัด", exact=True).click()
    page.get_by_label("ปิดคีย์ลัด").check()
    page.keyboard.press("a")
    page.get_by_label("ปิดคีย์ลัด").uncheck()
    page.get_by_text("ตัวกรองและค้นหา").click()
    for key in ("a", "Backspace"):
        page.get_by_role("searchbox").press(key)
    page.get_by_text("ตัวกรองและค้นหา").click()
    page.wait_for_timeout(300)  # what was on its way has come
    # then nothing is decided
    expect(open_one).to_contain_text("โครงการที่ 0")
    # and when one is held down, one project is
    page.keyboard.down("a")
    expect(open_one).to_contain_text("โครงการที่ 1")
    page.keyboard.down("a")
    page.wait_for_timeout(300)
    page.keyboard.up("a")
    expect(open_one).to_contain_text("โครงการที่ 1")
    expect(page.locator("#queue li")).to_have_count(2)


def test_a_kept_filter_goes_from_its_own_desk_alone(opened: Open, client: Client, site: str) -> None:
    # given one of the same words kept on two desks
    make_project(lao())
    page = opened(width=1366, height=657)
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    desks, kept = ("/nacc/accounts", "/nacc/review"), page.get_by_role("link", name="ดินทอง", exact=True)
    for desk in desks:
        page.goto(f"{desk}?q=ดินทอง")
        if desk == "/nacc/review":
            page.get_by_text("ตัวกรองและค้นหา").click()
        page.get_by_role("button", name="เก็บตัวกรองนี้ไว้").click()
        expect(kept).to_be_visible()
    # when it is dropped on one
    page.get_by_role("button", name="เลิกเก็บ ดินทอง").click()
    expect(kept).to_have_count(0)
    # then it still stands on the other, also when that is opened again, and on the first it is gone
    page.goto(desks[0])
    expect(kept).to_be_visible()
    page.goto(desks[1])
    expect(kept).to_have_count(0)
