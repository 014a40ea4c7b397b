"""A large file as the person sees it: asked for, watched, fetched; on a screen and on a telephone."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app.jobs import engine
from app.models.enums import Role
from app.nacc.exports import jobs, routes
from tests.browser.conftest import Open
from tests.browser.steps import LONG_NAME, lao
from tests.browser.test_every_page import check
from tests.factories import PASSWORD, YEAR, facts, make_project, make_staff


@pytest.fixture(autouse=True)
def large(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "EXPORT_FOLDER", tmp_path)
    monkeypatch.setattr(routes, "AT_ONCE", 0)
    monkeypatch.setattr(jobs, "TELL_SECONDS", 0)
    monkeypatch.setattr(jobs, "LOOK_EVERY", 1)
    app.extensions.pop("jobs", None)
    actor = lao()
    for name in (LONG_NAME, "โครงการที่สอง"):
        make_project(actor, facts(name))
    make_staff("somsri", Role.OFFICER, "65")


def come_in(page: Page) -> None:
    page.goto("/login?next=/reports/exports")
    page.get_by_label("Username").fill("somsri")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.wait_for_url("**/reports/exports")
    ask(page)
    page.wait_for_url("**/reports/exports#e1")
    page.locator("#e1").wait_for()


def ask(page: Page) -> None:
    page.get_by_label("ปีงบประมาณ", exact=True).select_option(str(YEAR))
    page.get_by_role("button", name="ส่งออก").click()


def test_a_file_is_watched_while_it_grows_and_fetched(
    app: Flask, opened: Open, js: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(js=js)
    come_in(page)
    row = page.locator("#e1")
    expect(row).to_contain_text("รอคิว")
    bar, seen = row.get_by_role("progressbar"), []
    plain = jobs.ExportTry.note

    def look(attempt: jobs.ExportTry, **values: object) -> None:
        plain(attempt, **values)
        if values.get("rows_done") == 1 and not seen:
            if not js:
                page.get_by_role("link", name="ดูอีกครั้ง").click()
            expect(bar).to_have_js_property("value", 1)
            seen.append(row.inner_text())

    monkeypatch.setattr(jobs.ExportTry, "note", look)
    engine(app).work_off()
    assert "กำลังสร้าง" in seen[0]
    if not js:
        page.get_by_role("link", name="ดูอีกครั้ง").click()
    expect(row).to_contain_text("พร้อมดาวน์โหลด")
    with page.expect_download() as fetched:
        row.get_by_role("link", name="ดาวน์โหลด").click()
    assert fetched.value.suggested_filename == "รายการโครงการและผลรายงาน จังหวัดพิษณุโลก ปีงบประมาณ 2561 รอบ 6 เดือน.xlsx"
    row.get_by_role("button", name="ลบ").click()
    page.get_by_text("ลบไฟล์แล้ว").wait_for()
    assert page.get_by_text("ยังไม่มีไฟล์").is_visible()


def test_the_page_suits_everybody_in_every_state(app: Flask, opened: Open) -> None:
    page = opened()
    come_in(page)
    faults = check(page, "queued")
    page.locator("#e1").get_by_role("button", name="ยกเลิก").click()
    expect(page.locator("#e1")).to_contain_text("ยกเลิกแล้ว")
    ask(page)
    expect(page.locator("#e2")).to_contain_text("รอคิว")
    engine(app).work_off()
    expect(page.locator("#e2")).to_contain_text("พร้อมดาวน์โหลด")
    faults += check(page, "done and cancelled")
    assert not faults


def test_a_small_file_comes_at_once_and_the_button_can_be_pressed_again(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened()
    come_in(page)
    monkeypatch.setattr(routes, "AT_ONCE", 5_000)
    for kind in ("xlsx", "csv"):
        page.get_by_label("ชนิดไฟล์").select_option(kind)
        with page.expect_download() as fetched:
            ask(page)
        assert fetched.value.suggested_filename.endswith(f".{kind}")
