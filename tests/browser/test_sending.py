"""A round is sent, and its receipt checked by somebody else, with and without JavaScript."""

import io

import pytest
import segno
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.steps import lao, sign_in
from tests.browser.test_every_page import check
from tests.factories import YEAR, facts, make_project, make_report

QUIET = 4


@pytest.mark.parametrize("js", [True, False])
@pytest.mark.parametrize("width", [1366, 360])
def test_from_the_report_list_to_whoever_scans_the_receipt(app: Flask, opened: Open, js: bool, width: int) -> None:
    actor = lao()
    first = make_project(actor)
    waiting = make_project(actor, facts("โครงการที่ค้าง"))
    make_report(actor, first)
    page = opened(js=js, width=width, height=740)
    sign_in(page)
    page.goto(f"/reporting?year={YEAR}&round=6")
    page.get_by_role("link", name="ตรวจและส่งรายงานทั้งรอบ").click()
    expect(page.get_by_text("ยังส่งไม่ได้")).to_be_visible()
    expect(page.get_by_role("button", name="ยืนยันส่งรายงานทั้งรอบ")).to_have_count(0)
    page.get_by_role("link", name="โครงการที่ค้าง").click()
    expect(page.get_by_text("รายงานผลรอบ 6 เดือน").first).to_be_visible()

    make_report(actor, waiting)
    page.goto(f"/reporting/check?year={YEAR}&round=6")
    assert js is False or check(page, "check") == []
    third = make_project(actor, facts("บันทึกในอีกหน้าต่าง"))
    make_report(actor, third)
    page.get_by_role("button", name="ยืนยันส่งรายงานทั้งรอบ").click()
    expect(page.get_by_role("alert").get_by_text("เปลี่ยนไปหลังจากเปิดหน้านี้")).to_be_visible()
    expect(page.get_by_role("region", name="สิ่งที่เปลี่ยนไป")).to_contain_text("โครงการที่ต้องรายงาน")
    page.get_by_role("button", name="ยืนยันส่งรายงานทั้งรอบ").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ใบรับการส่งรายงานรอบ 6 เดือน")
    expect(page.get_by_text("ส่งรายงานรอบ 6 เดือน ปีงบประมาณ 2561 แล้ว")).to_be_visible()
    assert js is False or check(page, "receipt") == []

    seq, code, _head, leaf, _root = page.locator("dl.wide-facts dd").all_inner_texts()
    address = f"{app.config['PUBLIC_URL']}/public/verify?entry={seq}&hash={leaf}"
    check_code(page, address)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="ใบรับ (PDF)").click()
    assert downloading.value.suggested_filename == "ใบรับรายงาน 6650807 ปี 2561 รอบ 6 เดือน.pdf"

    stranger = opened(js=js, width=width, height=740)
    stranger.goto(address.removeprefix(app.config["PUBLIC_URL"]))
    expect(stranger.get_by_role("status").get_by_text("ตรงกับที่บันทึกไว้")).to_be_visible()
    expect(stranger.get_by_role("heading", name="องค์การบริหารส่วนตำบลดินทอง")).to_be_visible()
    assert js is False or check(stranger, "verify") == []
    stranger.get_by_label("รหัสตรวจสอบ").fill("f" * 16)
    stranger.get_by_role("button", name="ตรวจใบรับ").click()
    expect(stranger.get_by_role("alert").get_by_text("ไม่ตรงกับที่บันทึกไว้")).to_be_visible()
    stranger.get_by_label("รหัสตรวจสอบ").fill(code)
    stranger.get_by_role("button", name="ตรวจใบรับ").click()
    expect(stranger.get_by_role("status").get_by_text("ตรงกับที่บันทึกไว้")).to_be_visible()


def check_code(page: Page, address: str) -> None:
    """The code as it is seen: each of its squares is held against that of the address it must lead to."""
    seen = Image.open(io.BytesIO(page.locator("svg.segno").screenshot())).convert("L")
    rows = segno.make(address, error="m", micro=False).matrix
    side = seen.width / (len(rows) + 2 * QUIET)
    for down, row in enumerate(rows):
        for along, dark in enumerate(row):
            place = (int((along + QUIET + 0.5) * side), int((down + QUIET + 0.5) * side))
            assert (seen.getpixel(place) < 128) is bool(dark), (down, along)
