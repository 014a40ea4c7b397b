"""The round's grid under the fingers: keys, saving in place, blocks from Excel, a dropped line, and no JavaScript."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page, Request, expect
from sqlalchemy import select

from app import clock
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.reporting.counts import round_summary
from app.lao.reporting.details import report_detail
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import Account, Organisation
from app.models.enums import CannotReason, ReportStatus, Round
from app.registry.operations import load_registry
from app.seeds.demo import load_demo
from tests.browser.conftest import Open
from tests.browser.steps import come_in, lao, paste, row, sign_in
from tests.browser.test_every_page import check
from tests.client import Client
from tests.factories import YEAR, facts, make_project

GRID = "/reporting/grid?year=2561&round=6"
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "songkhla_pao_2561_round6.json").read_text())["total"]


def test_songkhlas_85_projects_are_reported_by_keyboard_with_one_key_each(
    opened: Open, client: Client, site: str
) -> None:
    # Given the 85 projects of the manual, reported in round 6 and not yet in round 12
    with transaction():
        load_registry()
        load_demo(clock.now())
    songkhla = select(Account.id).join(Organisation).where(Organisation.code == "2900101")
    actor = actor_of(db.session.scalars(songkhla).one())
    page = opened()
    come_in(page, client, actor.account_id, site)
    saves: list[Request] = []
    page.on("requestfinished", lambda each: saves.append(each) if each.method == "POST" else None)
    page.goto(GRID.replace("round=6", "round=12"))
    # When each gets its status by one key, which leads to the next row: done, under way, cannot for want of a budget
    page.get_by_role("radio").first.focus()
    for key, number in (("2", GOLDEN["done"]), ("1", GOLDEN["in_progress"]), ("4", GOLDEN["cannot"])):
        for _project in range(number):
            page.keyboard.press(key)
    # Then all is saved with the ordinance budgets of round 6, and the totals are the manual's
    expect(page.locator("[data-sum=waiting]")).to_have_text("0", timeout=30_000)
    expect(page.locator("#round-grid .is-wait, #round-grid .is-bad")).to_have_count(0)
    expect(page.locator("[data-sum=percent]")).to_have_text(GOLDEN["project_percent"])
    expect(page.locator("#totals")).to_contain_text("น้อย")
    db.session.rollback()
    summary = round_summary(actor, YEAR, Round.TWELVE)
    assert (summary.counts.done, summary.counts.in_progress, summary.counts.cannot) == (24, 55, 6)
    assert summary.money.in_ordinance == GOLDEN["in_ordinance"]
    assert len(saves) == GOLDEN["projects"]
    assert max(_bytes(each) for each in saves) <= 2048


def _bytes(request: Request) -> int:
    """Of a request and its answer, headers too."""
    return sum(request.sizes().values())  # type: ignore[arg-type]


def _copied(page: Page) -> str:
    return str(
        page.evaluate(
            """() => {
                const clipboardData = new DataTransfer();
                const told = { clipboardData, bubbles: true, cancelable: true };
                document.activeElement.dispatchEvent(new ClipboardEvent("copy", told));
                return clipboardData.getData("text/plain");
            }"""
        )
    )


def _settled(page: Page) -> None:
    expect(page.locator("#round-grid .is-wait")).to_have_count(0)
    db.session.rollback()


def test_blocks_wrong_cells_another_window_and_a_dropped_line(opened: Open) -> None:
    actor = lao()
    ids = [make_project(actor, facts(f"โครงการที่ {place}")) for place in range(1, 6)]
    page = opened()
    sign_in(page)
    page.goto(GRID)
    first, second, third, fourth, fifth = (row(page, id_) for id_ in ids)

    def told(id_: int) -> ReportFacts:
        return report_detail(actor, id_, YEAR, Round.SIX).facts

    # When a block comes from Excel: words of statuses, amounts as offices write them, and one row too many
    first.get_by_role("radio").first.focus()
    lines = ("แล้วเสร็จ\t๑,๕๐๐.-\t20", "ระหว่างดำเนินการ\t\t0", "ไม่สามารถดำเนินการได้\t\t\tน้ำท่วม", "เสร็จสิ้นแล้ว\t\t")
    paste(page, "\r\n".join(lines) + "\r\n")
    _settled(page)
    assert told(ids[0]) == ReportFacts(ReportStatus.DONE, Decimal(1500), Decimal(20))
    assert told(ids[1]) == ReportFacts(ReportStatus.IN_PROGRESS, None, Decimal(0))
    assert told(ids[2]).cannot_text == "น้ำท่วม"
    expect(first.get_by_label("ข้อบัญญัติ (บาท)")).to_have_value("1,500.00")
    expect(fourth.get_by_role("alert")).to_contain_text("ไม่รู้จักสถานะ “เสร็จสิ้นแล้ว”")
    # A block is marked, copied and filled down
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert _copied(page) == "ดำเนินการแล้วเสร็จ\t1,500.00\nอยู่ระหว่างดำเนินการ\t"
    for _row in (2, 3, 4):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+D")
    _settled(page)
    assert {(told(id_).status, told(id_).ordinance_budget) for id_ in ids} == {(ReportStatus.DONE, Decimal(1500))}
    # A wrong amount stays and says why; Escape takes what is typed back
    spent = second.get_by_label("เบิกจ่ายจริง")
    spent.fill("หลายพัน")
    spent.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("เป็นตัวเลข")
    expect(spent).to_have_attribute("aria-invalid", "true")
    expect(third.get_by_label("เบิกจ่ายจริง")).to_be_focused()
    assert not check(page, "a grid with a wrong cell")
    spent.fill("30")
    spent.press("Escape")
    expect(spent).to_have_value("หลายพัน")
    spent.fill("๓๐")
    spent.press("Enter")
    expect(spent).to_have_value("30.00")
    # Another window changes two boxes of a row of which one is changed here, too: each is taken on its own
    line = report_detail(actor, ids[4], YEAR, Round.SIX)
    with transaction():
        theirs = replace(line.facts, spent=Decimal(7), note="จากอีกหน้าต่าง")
        save_report(actor, ids[4], YEAR, Round.SIX, line.version, theirs, clock.now())
    fifth.get_by_label("เบิกจ่ายจริง").fill("8")
    fifth.get_by_label("เบิกจ่ายจริง").press("Enter")
    expect(fifth.get_by_role("alert")).to_contain_text("เบิกจ่ายจริงที่บันทึกไว้ล่าสุด: 7.00")
    expect(fifth.get_by_label("หมายเหตุ", exact=True)).to_have_value("จากอีกหน้าต่าง")
    fifth.get_by_role("button", name="ใช้ค่าที่กรอก").click()
    _settled(page)
    expect(fifth.get_by_role("alert")).to_have_count(0)
    assert (told(ids[4]).spent, told(ids[4]).note) == (Decimal(8), "จากอีกหน้าต่าง")
    # Off line a row waits with a mark, also through a page that is opened anew, and goes when the line is back
    page.context.set_offline(True)
    fourth.get_by_role("radio").nth(1).focus()
    page.keyboard.press("1")
    expect(fourth).to_have_class(re.compile("is-wait"))
    expect(fourth).to_contain_text("รอส่ง")
    page.wait_for_timeout(400)
    page.context.set_offline(False)
    _settled(page)
    expect(fourth).to_have_class(re.compile("is-saved"))
    assert told(ids[3]).status is ReportStatus.IN_PROGRESS


def test_what_was_typed_in_a_row_is_there_after_a_crash_and_a_telephone_has_cards(opened: Open) -> None:
    actor = lao()
    ids = [make_project(actor, facts(f"โครงการที่ {place}")) for place in (1, 2)]
    page = opened(width=360, height=740)
    sign_in(page)
    page.goto(GRID)
    # One tap reports a project, two where a reason is needed
    row(page, ids[0]).get_by_text("ไม่สามารถ").click()
    row(page, ids[0]).get_by_role("button", name="บุคลากรไม่เพียงพอ").click()
    _settled(page)
    assert report_detail(actor, ids[0], YEAR, Round.SIX).facts.cannot_reason is CannotReason.STAFF_SHORT
    assert not check(page, "the cards of a grid")
    # What is being typed survives the page, and waits for a word
    row(page, ids[1]).get_by_role("button", name="หมายเหตุของแถวนี้").click()
    row(page, ids[1]).get_by_label("หมายเหตุ", exact=True).press_sequentially("กำลังพิมพ์")
    page.wait_for_timeout(600)
    page.evaluate("document.querySelector('#round-grid').removeAttribute('data-typed')")  # as a crash: nobody asks
    page.goto(GRID)
    note = row(page, ids[1]).get_by_label("หมายเหตุ", exact=True)
    expect(note).to_have_value("กำลังพิมพ์")
    expect(row(page, ids[1]).get_by_role("alert")).to_contain_text("พิมพ์ค้างไว้ ยังไม่ได้บันทึก")
    row(page, ids[1]).get_by_text("เสร็จ", exact=True).click()
    _settled(page)
    assert report_detail(actor, ids[1], YEAR, Round.SIX).facts.note == "กำลังพิมพ์"


def test_without_javascript_wrong_rows_come_back_with_links_to_them(opened: Open) -> None:
    project = make_project(lao())
    page = opened(js=False)
    sign_in(page)
    page.goto(GRID)
    row(page, project).get_by_text("เสร็จ", exact=True).click()
    row(page, project).get_by_label("เบิกจ่ายจริง").fill("หลายพัน")
    page.get_by_role("button", name="บันทึกทั้งหมด").click()
    page.locator(".errors").get_by_role("link").click()
    expect(row(page, project).get_by_label("เบิกจ่ายจริง")).to_have_value("หลายพัน")
    expect(row(page, project).get_by_label("หมายเหตุ", exact=True)).to_be_visible()
    row(page, project).get_by_label("เบิกจ่ายจริง").fill("1,000")
    page.get_by_role("button", name="บันทึกทั้งหมด").click()
    expect(page.get_by_role("status")).to_contain_text("บันทึกแล้ว 1 โครงการ")
