"""What a script adds to the desks: each key, what stays when a page is swapped, kept filters, pasted blocks, cells."""

import re
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

from app.models.enums import Role
from tests.browser.conftest import Open
from tests.browser.steps import come_in, lao, paste
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_organisation, make_project, make_staff

# As a keyboard sends it: where the key is, what is written on it, and what is held with it.
PRESS = """([code, key, held]) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
    { code, key, bubbles: true, cancelable: true, ...Object.fromEntries(held.map(name => [name, true])) }))"""
CELL = "คะแนน SAR มิติที่ 1"


def _press(page: Page, code: str, key: str, *held: str) -> None:
    page.evaluate(PRESS, [code, key, list(held)])


def _desk(opened: Open, client: Client, site: str, number: int = 3) -> tuple[Page, list[str]]:
    """The review desk of an officer before projects that wait, and all that the page sends or asks for from then on."""
    actor = lao()
    for each in range(number):
        make_project(actor, facts(f"โครงการที่ {each}"), now=NOW + timedelta(minutes=each))
    page = opened(width=1366, height=657)
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    page.goto("/nacc/review")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/nacc/" in request.url:
            asked.append(request.method)

    page.on("request", note)
    return page, asked


def test_keys_are_known_by_their_place_and_mean_nothing_with_another_or_in_a_field(
    opened: Open, client: Client, site: str
) -> None:
    page, asked = _desk(opened, client, site)
    open_one, box = page.locator("#queue li.on"), page.locator("#queue li.on input")
    # when a key is pressed with another one, or is typed into a field of any kind
    for held in ("ctrlKey", "altKey", "metaKey", "repeat"):
        for code, key in (("KeyJ", "j"), ("KeyA", "a"), ("KeyX", "x")):
            _press(page, code, key, held)
    page.get_by_text("ตัวกรองและค้นหา").click()
    for field in ("#r-kind", "#r-q", "#picked", "#reason-text"):
        page.locator(field).focus()
        for code, key in (("KeyJ", "j"), ("KeyA", "a"), ("KeyX", "x"), ("Slash", "?")):
            _press(page, code, key)
    # then nothing happens, nor by a key that means nothing
    _press(page, "KeyB", "b")
    page.evaluate("document.activeElement.blur()")
    _press(page, "KeyB", "b")
    assert asked == []
    expect(box).not_to_be_checked()
    expect(page.locator("#keys-help")).not_to_have_attribute("open", "")
    # and on a Thai keyboard, on a tick too, each does its own
    _press(page, "KeyX", "ป")
    expect(box).to_be_checked()
    box.focus()
    _press(page, "Slash", "?")
    expect(page.locator("#keys-help")).to_have_attribute("open", "")
    _press(page, "KeyJ", "่")
    expect(open_one).to_contain_text("โครงการที่ 1")
    expect(page.locator("#queue li").first.locator("input")).to_be_checked()  # what was ticked and open is so still
    expect(page.locator("#keys-help")).to_have_attribute("open", "")
    expect(page.locator("#r-filter")).to_have_attribute("open", "")
    _press(page, "KeyX", "ป")
    expect(page.locator("[data-ticked]")).to_have_text("เลือกไว้ 2 รายการ")
    _press(page, "KeyX", "ป")
    expect(page.locator("[data-ticked]")).to_have_text("เลือกไว้ 1 รายการ")
    _press(page, "KeyK", "า")
    expect(open_one).to_contain_text("โครงการที่ 0")
    _press(page, "Slash", "?")
    expect(page.locator("#keys-help")).not_to_have_attribute("open", "")


def test_keys_that_were_switched_off_stay_off_on_this_machine(opened: Open, client: Client, site: str) -> None:
    page, asked = _desk(opened, client, site)
    off = page.get_by_label("ปิดคีย์ลัด")
    page.keyboard.press("?")
    off.check()
    # when the page is opened again
    page.reload()
    page.keyboard.press("?")  # which still opens what the keys are
    expect(off).to_be_checked()
    del asked[:]
    for key in ("j", "a", "x", "r"):
        page.keyboard.press(key)
    # then they do nothing, until they are switched on again
    assert asked == []
    expect(page.locator("#queue li.on input")).not_to_be_checked()
    assert page.evaluate("document.activeElement.id") != "picked"
    off.uncheck()
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("#queue li.on")).to_contain_text("โครงการที่ 1")
    expect(off).not_to_be_checked()


def test_of_two_presses_at_once_one_decides(opened: Open, client: Client, site: str) -> None:
    # given an answer that is late
    page, asked = _desk(opened, client, site)
    held: list[Route] = []
    page.route("**/nacc/review/*", lambda route: route.continue_() if held else held.append(route))
    # when the key is pressed again before it comes
    for _ in range(3):
        page.keyboard.press("a")
    page.keyboard.press("j")
    page.wait_for_timeout(200)
    # then one decision is on its way, and nothing else
    assert asked == ["POST"]
    held[0].continue_()
    expect(page.locator("#queue li.on")).to_contain_text("โครงการที่ 1")
    # and of a double click the first half alone
    page.locator("[value=approve]").dblclick()
    expect(page.locator("#queue li.on")).to_contain_text("โครงการที่ 2")
    page.wait_for_timeout(200)
    expect(page.locator("#queue li")).to_have_count(1)


def test_kept_filters_are_of_one_person_once_each_and_the_last_forty(opened: Open, client: Client, site: str) -> None:
    # given two that somebody kept, one of them twice
    page, _asked = _desk(opened, client, site)
    page.goto("/nacc/accounts?q=ดินทอง")
    links, keep = page.locator(".view a"), page.get_by_role("button", name="เก็บตัวกรองนี้ไว้")
    keep.click()
    keep.click()
    page.get_by_label("สถานะ").select_option(index=1)
    expect(page).to_have_url(re.compile("state="))
    keep.click()
    expect(links).to_have_count(2)
    second = links.nth(1)
    expect(second).to_contain_text(" · ดินทอง")
    assert "q=" in (second.get_attribute("href") or "")
    # then the next person at the machine sees none of them, and keeps others
    come_in(page, client, make_staff("malee", Role.OFFICER, "65").id, site)
    page.goto("/nacc/accounts")
    expect(links).to_have_count(0)
    keep.click()
    expect(links).to_have_text(["ทั้งหมด"])
    # and drops none that another one keeps under the same words
    page.evaluate(
        """() => {
            const views = JSON.parse(localStorage.getItem("e-plannacc-views"));
            localStorage.setItem("e-plannacc-views", JSON.stringify([{ ...views.at(-1), who: "officer65" }, ...views]));
        }"""
    )
    page.get_by_role("button", name="เลิกเก็บ ทั้งหมด").click()
    expect(links).to_have_count(0)
    assert page.evaluate("JSON.parse(localStorage.getItem('e-plannacc-views')).length") == 3
    keep.click()
    # and of very many the oldest go
    page.evaluate(
        """() => {
            const views = JSON.parse(localStorage.getItem("e-plannacc-views"));
            const more = [...Array(60).keys()].map((n) => ({ ...views.at(-1), name: `แบบที่ ${n}` }));
            localStorage.setItem("e-plannacc-views", JSON.stringify([...views, ...more]));
        }"""
    )
    keep.click()
    expect(links).to_have_count(40)
    expect(links.last).to_have_text("ทั้งหมด")
    expect(links.first).to_have_text("แบบที่ 21")


def test_a_table_is_taken_where_it_is_pasted_on_a_list_and_once(opened: Open, client: Client, site: str) -> None:
    page, _asked = _desk(opened, client, site)
    here = f"{site}/nacc/plan-years?year={YEAR}"
    page.goto(here)
    # given words of one cell, a table in the field of a search, and a table on a list that takes none
    page.get_by_role("heading", level=1).click()
    paste(page, "ดินทอง")
    page.get_by_role("searchbox").focus()
    paste(page, "ดินทอง\t1")
    assert page.url == here
    page.goto("/nacc/accounts")
    paste(page, "6650807\t1")
    assert page.evaluate("sessionStorage.length") == 0
    # when one is pasted with the focus on a tick
    page.goto(here)
    page.get_by_label("เลือก องค์การบริหารส่วนตำบลดินทอง").focus()
    paste(page, f"6650807\t{YEAR}\tแผนผ่าน\t")
    # then it stands in its field, ready to be checked, and is gone when the page is opened again
    expect(page.locator("#pasted")).to_have_value(f"6650807\t{YEAR}\tแผนผ่าน\t")
    expect(page.locator("form:has(#pasted) button.btn")).to_be_focused()
    page.reload()
    expect(page.locator("#pasted")).to_have_value("")


def test_what_a_list_has_open_and_ticked_stays_when_it_is_narrowed(opened: Open, client: Client, site: str) -> None:
    lao()
    for number in range(3):
        make_organisation(f"665010{number}", f"องค์การบริหารส่วนตำบลที่ {number}", district="6501")
    page = opened(width=1366, height=657)
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    page.goto(f"/nacc/plan-years?year={YEAR}")
    ticked = page.locator("[data-ticked]")
    page.get_by_role("button", name="เลือกทั้งหน้า").click()
    expect(ticked).to_have_text("เลือกไว้ 4 รายการ")
    page.get_by_label("เลือก องค์การบริหารส่วนตำบลที่ 0").uncheck()
    expect(ticked).to_have_text("เลือกไว้ 3 รายการ")
    # when it is narrowed to one district, what is not shown is ticked no more
    page.get_by_label("อำเภอ").select_option("6501")
    expect(page.get_by_label("เลือก องค์การบริหารส่วนตำบลดินทอง")).to_have_count(0)
    expect(ticked).to_have_text("เลือกไว้ 2 รายการ")
    expect(page.get_by_label("เลือก องค์การบริหารส่วนตำบลที่ 0")).not_to_be_checked()
    expect(page.get_by_label("เลือก องค์การบริหารส่วนตำบลที่ 1")).to_be_checked()
    page.get_by_role("button", name="ล้างการเลือก").click()
    expect(page.locator("input[name=ids]:checked")).to_have_count(0)


def _grid(opened: Open, client: Client, site: str) -> Page:
    lao()
    page = opened()
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    page.goto(f"/nacc/scores?year={YEAR}")
    return page


def test_a_cell_that_could_not_be_sent_says_so_until_it_is(opened: Open, client: Client, site: str) -> None:
    page = _grid(opened, client, site)
    box = page.get_by_label(CELL)
    cell = page.locator(".cell").filter(has=box)
    bad: Any = {"status": 503, "headers": {"x-staged": "1"}, "body": ""}
    for trouble in (lambda route: route.abort(), lambda route: route.fulfill(**bad)):
        page.route("**/nacc/scores/**", trouble)
        expect(cell).not_to_have_class("cell bad")
        box.fill("11")
        box.press("Tab")
        expect(cell).to_have_class("cell bad")
        expect(page.locator(".cell.bad")).to_have_count(1)
        page.unroute("**/nacc/scores/**")
        box.press("Enter")
        expect(cell.locator(".saved")).to_be_visible()
        box.fill("12")
        box.press("Tab")
        expect(box).to_have_value("12.00")
    # and what the browser puts back into a page that somebody returns to was not sent either, nor what was emptied
    for left in ("9", ""):
        page.reload()
        expect(page.locator(".cell.bad")).to_have_count(0)
        page.evaluate(
            """([label, left]) => {
                document.querySelector(`[aria-label^="${label}"]`).value = left;
                dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
            }""",
            [CELL, left],
        )
        expect(page.locator(".cell.bad")).to_have_count(1)
        expect(cell).to_have_class("cell bad")


def test_a_second_value_is_sent_as_an_answer_to_the_first(opened: Open, client: Client, site: str) -> None:
    page = _grid(opened, client, site)
    box = page.get_by_label(CELL)
    held: list[Route] = []
    page.route("**/nacc/scores/**", lambda route: route.continue_() if held else held.append(route))
    # given a value on its way, and another one typed before its answer
    for value in ("10", "12"):
        box.fill(value)
        box.dispatch_event("change")
    page.wait_for_timeout(100)
    held[0].continue_()
    # then that one stands, and nobody else is said to have changed the cell meanwhile
    expect(page.locator(".cell .saved")).to_be_visible()
    expect(page.locator("[name=seen_sar_1]")).to_have_value("12.00")
    expect(page.locator(".cell.bad, .cell .err")).to_have_count(0)
    page.reload()
    expect(box).to_have_value("12.00")


def test_the_open_row_comes_into_sight_wherever_the_list_was_scrolled_to(
    opened: Open, client: Client, site: str
) -> None:
    page, _asked = _desk(opened, client, site, 30)
    open_one, queue = page.locator("#queue li.on"), page.locator("#queue")
    for place, scrolled in ((1, 9_999), (20, 0)):
        if place > 1:
            page.locator("#queue a").nth(place - 1).click()
        expect(open_one).to_contain_text(f"โครงการที่ {place - 1}")
        queue.evaluate("(list, to) => { list.scrollTop = to; }", scrolled)
        expect(open_one).not_to_be_in_viewport()
        _press(page, "KeyJ", "j")
        expect(open_one).to_contain_text(f"โครงการที่ {place}")
        expect(open_one).to_be_in_viewport(ratio=0.5)
    # and where it is in sight already, the list stays where it was
    moved = queue.evaluate(
        "list => { list.scrollTop += list.querySelector('.on').offsetHeight * 2; return list.scrollTop; }"
    )
    expect(open_one).to_be_in_viewport(ratio=0.5)
    _press(page, "KeyJ", "j")
    expect(open_one).to_contain_text("โครงการที่ 21")
    assert abs(queue.evaluate("list => list.scrollTop") - moved) < 3
