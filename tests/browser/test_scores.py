"""The score grid under the fingers: typing, arrows, saving in place; and what axe says of each score page."""

import re
from functools import wraps
from threading import Event
from time import sleep
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.accounts.queries import actor_of
from app.db import db
from app.models.enums import Role, Which
from app.nacc.evaluation.queries import scores_of
from tests.browser.conftest import Open
from tests.browser.steps import lao, paste, sign_in
from tests.browser.test_every_page import check
from tests.factories import PASSWORD, YEAR, make_lao, make_project, make_staff


def _officer(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Username").fill("officer65")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.wait_for_url("**/nacc")


def test_the_grid_works_like_a_spreadsheet(opened: Open) -> None:
    upper = make_lao("6650807")
    make_lao("6650808", name="องค์การบริหารส่วนตำบลวังทอง")
    make_staff("officer65", Role.OFFICER, "65")
    page = opened()
    _officer(page)
    page.goto(f"/nacc/scores?year={YEAR}")
    first, second = page.locator("#scores tbody").all()
    cell = first.get_by_label("คะแนน SAR มิติที่ 1")
    cell.focus()
    page.keyboard.type("๑๐")
    page.keyboard.press("ArrowRight")
    expect(first.get_by_label("คะแนน SAR มิติที่ 2")).to_be_focused()
    page.keyboard.type("20.5")
    page.keyboard.press("ArrowDown")
    expect(second.get_by_label("คะแนน SAR มิติที่ 2")).to_be_focused()
    page.keyboard.type("26")
    page.keyboard.press("Enter")  # the last row: saved where it stands
    expect(second.get_by_role("alert")).to_contain_text("ไม่เกิน 25.00")
    refused = second.get_by_label("คะแนน SAR มิติที่ 2")
    expect(refused).to_have_value("26")
    expect(refused).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first.get_by_label("คะแนน SAR มิติที่ 2")).to_be_focused()
    expect(first.locator(f"#t{upper.organisation_id}-sar")).to_have_text("30.50")
    expect(cell).to_have_value("10.00")
    assert (
        str(scores_of(upper, [upper.own_organisation_id], YEAR)[upper.own_organisation_id].total(Which.SAR)) == "30.50"
    )
    assert not check(page, "a grid with a refused cell")


def test_a_total_is_that_of_all_cells_also_where_an_answer_is_late(
    app: Flask, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an answer to the first cell that comes after the one to the second, where both are asked at once
    one, second = make_lao("6650807"), Event()
    save = app.view_functions["evaluation.save_cell"]

    @wraps(save)
    def late(**address: Any) -> Any:
        answer = save(**address)
        if address["dimension"] == 1 and second.wait(1):
            sleep(0.3)  # until that one has arrived
        else:
            second.set()
        return answer

    monkeypatch.setitem(app.view_functions, "evaluation.save_cell", late)
    make_staff("officer65", Role.OFFICER, "65")
    page = opened()
    _officer(page)
    page.goto(f"/nacc/scores?year={YEAR}")
    # When two cells are filled at once
    page.get_by_label("คะแนน SAR มิติที่ 1").focus()
    paste(page, "10\t20.5\r\n")
    # Then the total holds both
    expect(page.locator(".cell .saved")).to_have_count(2)
    expect(page.locator(f"#t{one.organisation_id}-sar")).to_have_text("30.50")


def test_a_block_from_excel_fills_scores_and_plan_years_and_comes_back(opened: Open) -> None:
    # Given two LAOs, and their scores in Excel: one of them too high
    upper, lower = make_lao("6650807"), make_lao("6650808", name="องค์การบริหารส่วนตำบลวังทอง")
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    page = opened()
    _officer(page)
    page.goto(f"/nacc/scores?year={YEAR}")
    first, second = page.locator("#scores tbody").all()
    # When the block is pasted into the first cell
    first.get_by_label("คะแนน SAR มิติที่ 1").focus()
    paste(page, "๑๐\t20.5\r\n12.25\t26\r\n")
    # Then each cell is saved by itself, and the wrong one says why
    expect(second.get_by_role("alert")).to_contain_text("ไม่เกิน 25.00")
    expect(first.locator(f"#t{upper.organisation_id}-sar")).to_have_text("30.50")
    expect(second.locator(f"#t{lower.organisation_id}-sar")).to_have_text("12.25")
    ids = [upper.own_organisation_id, lower.own_organisation_id]
    db.session.rollback()
    kept = scores_of(officer, ids, YEAR)
    assert [str(kept[id_].total(Which.SAR)) for id_ in ids] == ["30.50", "12.25"]
    # And when a block of outcomes is pasted on the list of plan years, it is checked, confirmed and saved
    page.goto(f"/nacc/plan-years?year={YEAR}")
    page.get_by_role("heading", level=1).click()
    paste(page, f"6650807\t{YEAR}\tแผนไม่ผ่าน\tไม่มีตัวชี้วัด\r\n6650808\t{YEAR}\tแผนผ่าน\r\n")
    expect(page.get_by_label("วางตาราง")).to_have_value(re.compile("ไม่มีตัวชี้วัด"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("ไฟล์นี้จะเปลี่ยน 1 แห่ง")).to_be_visible()
    page.get_by_role("button", name="ยืนยันการเปลี่ยน 1 แห่ง").click()
    expect(page.locator(f"#o{upper.organisation_id}")).to_contain_text("ไม่มีตัวชี้วัด")
    # And the block it gives back holds the reason
    page.get_by_role("link", name="นำเข้าหรือวางจาก Excel").click()
    expect(page.get_by_label("ตารางตามตัวกรอง")).to_have_value(re.compile("ไม่มีตัวชี้วัด"))


def test_score_pages_pass_axe(opened: Open) -> None:
    actor = lao()
    make_project(actor)
    make_staff("officer65", Role.OFFICER, "65")
    faults: list[str] = []
    own = opened()
    sign_in(own)
    own.goto(f"/evaluation?year={YEAR}")
    faults += check(own, "/evaluation")
    page = opened()
    _officer(page)
    for path in ("", f"/{actor.organisation_id}/{YEAR}", "/close", "/file", "/proposals"):
        page.goto(f"/nacc/scores{path}?year={YEAR}")
        faults += check(page, path or "/nacc/scores")
    assert not faults
