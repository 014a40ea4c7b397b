"""Two windows type on a line that loses, repeats, delays and cuts: in the end all is as it was meant, once."""

import time
from collections.abc import Iterator
from random import Random

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.db import db
from app.models import HistoryEntry, Report
from app.models.enums import Entity
from tests.browser.conftest import Open
from tests.browser.proxy import BadLine
from tests.browser.steps import come_in, fill_project
from tests.client import Client
from tests.factories import YEAR, all_projects, facts, make_lao, make_project

SEED, PROJECTS = 12, 8
CUT = 1.5  # seconds
TYPE = """([name, words]) => {
    const field = document.querySelector(`[name="${name}"]`);
    field.value = words;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}"""
CHOOSE = """id => {
    const field = document.querySelector(`[name="status-${id}"][value=done]`);
    field.checked = true;
    field.dispatchEvent(new Event("change", { bubbles: true }));
}"""
Kept = dict[tuple[int, str], str]


@pytest.fixture
def line(site: str) -> Iterator[BadLine]:
    line = BadLine(site, SEED)
    yield line
    line.close()


def kept(name: str) -> Kept:
    db.session.rollback()
    lines = db.session.execute(select(Report.project_id, getattr(Report, name)).where(Report.round == 6))
    return {(id_, name): value for id_, value in lines}


def doubled() -> list[str]:
    """Entries of the history that say what the one before them said already."""
    db.session.rollback()
    entries = select(HistoryEntry).where(HistoryEntry.entity == Entity.REPORT).order_by(HistoryEntry.id)
    last: dict[str, object] = {}
    found = []
    for each in db.session.scalars(entries):
        if last.get(each.entity_key) == each.after:
            found.append(f"{each.entity_key} {each.after}")
        last[each.entity_key] = each.after
    return found


def windows(opened: Open, client: Client, line: BadLine, account_id: int | None, path: str) -> tuple[Page, Page]:
    first = opened()
    come_in(first, client, account_id, line.address)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(line.address + path)
        page.evaluate("htmx.config.firstPause = 30")
    return first, second


def test_200_edits_in_two_grids_end_in_what_was_typed(client: Client, opened: Open, line: BadLine) -> None:
    actor = make_lao()
    ids = [make_project(actor, facts(f"โครงการที่ {place}")) for place in range(PROJECTS)]
    first, second = windows(opened, client, line, actor.account_id, f"/reporting/grid?year={YEAR}&round=6")
    for id_ in ids:  # a status first: what is not reported has no note
        first.evaluate(CHOOSE, id_)
    expect(first.locator("#round-grid .is-wait, #round-grid .is-bad")).to_have_count(0, timeout=30_000)
    second.reload()
    second.evaluate("htmx.config.firstPause = 30")
    # When both type into the same rows: notes in one window, what stood in the way in the other
    random, meant = Random(SEED), Kept()
    for place in range(200):
        page, name = ((first, "note"), (second, "obstacles"))[place % 2]
        id_ = random.choice(ids)
        words = meant[id_, name] = f"คำที่ {place} ของ {name}"
        page.evaluate(TYPE, [f"{name}-{id_}", words])
        page.wait_for_timeout(random.choice((0, 5, 40)))
        if place in (60, 130):
            line.fault = "cut"
            page.wait_for_timeout(CUT * 1000)
            line.fault = ""
    for page in (first, second):
        expect(page.locator("#round-grid .is-wait, #round-grid .is-bad")).to_have_count(0, timeout=30_000)
    # Then each row holds the last words of each window, and no change stands in the history twice
    time.sleep(BadLine.LATE * 2)
    assert kept("note") | kept("obstacles") == meant
    assert not doubled()
    assert line.told["lost"] > 20, line.told
    assert line.told["twice"] > 5, line.told
    assert line.told["late"] > 5, line.told


def test_forms_in_two_windows_are_saved_once(client: Client, opened: Open, line: BadLine) -> None:
    actor = make_lao()
    id_ = make_project(actor, facts("โครงการแรก"))
    first, second = windows(opened, client, line, actor.account_id, "/home")
    meant = ("", "")
    for place in range(3):
        # Given one report opened in both windows
        for page in (first, second):
            page.goto(f"{line.address}/reporting/{id_}/{YEAR}/6")
            page.evaluate("htmx.config.firstPause = 30")
        # When each saves what the other left alone, the second knowing of the first
        meant = (f"หมายเหตุ {place}", f"{1000 + place}.00")
        first.get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
        first.get_by_label("หมายเหตุ").fill(meant[0])
        first.get_by_role("button", name="บันทึก", exact=True).click()
        first.wait_for_url("**/reporting?**")
        second.get_by_role("radio", name="ดำเนินการแล้วเสร็จ").check()
        second.get_by_label("เบิกจ่ายจริง").fill(meant[1])
        second.get_by_role("button", name="บันทึก", exact=True).click()
        second.get_by_role("button", name="บันทึกตามที่เลือก").click()
        second.wait_for_url("**/reporting?**")
        # And a project is recorded
        first.goto(f"{line.address}/projects/new?year={YEAR}")
        first.evaluate("htmx.config.firstPause = 30")
        fill_project(first, f"โครงการใหม่ {place}")
        first.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
        first.wait_for_url("**/home?**")
    # Then all is there, each once
    time.sleep(BadLine.LATE * 2)
    assert kept("note")[id_, "note"] == meant[0]
    assert str(kept("spent")[id_, "spent"]) == meant[1]
    assert not doubled()
    names = sorted(project.name for project in all_projects(actor.own_organisation_id))
    assert names == sorted(["โครงการแรก", *(f"โครงการใหม่ {place}" for place in range(3))])
