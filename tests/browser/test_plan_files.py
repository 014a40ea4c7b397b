"""A whole plan from a Word document, as a clerk does it: chosen, asked once for what it does not say, confirmed."""

import pytest
from playwright.sync_api import expect

from app.db import db
from app.lao.plan_files.queries import standing_projects
from app.plans.queries import period_of
from tests.browser.conftest import Open
from tests.browser.steps import lao, sign_in
from tests.factories import YEAR
from tests.lao.plan_files.files import HEADS, as_docx, songkhla

SAID = HEADS[:6]  # a plan as it was adopted says nothing of target groups and objectives


@pytest.mark.parametrize("js", [True, False])
def test_a_plan_is_recorded_from_a_word_document(opened: Open, js: bool) -> None:
    actor, rows = lao(), songkhla()
    page = opened(js=js)
    sign_in(page)
    page.get_by_role("link", name="นำเข้าแผนจากไฟล์ Excel หรือ Word").click()
    content = as_docx([row[: len(SAID)] for row in rows], "แผนปฏิบัติการป้องกันการทุจริต")
    page.get_by_label("ไฟล์แผน").set_input_files({"name": "แผน.docx", "mimeType": "", "buffer": content})
    page.get_by_role("button", name="ตรวจไฟล์").click()
    # Then each project stands beside what stood there, and what is missing is asked for once
    expect(page.get_by_text("85 รายการไม่ได้บอกกลุ่มเป้าหมาย")).to_be_visible()
    expect(page.get_by_role("button", name="ยืนยันการนำเข้า")).to_have_count(0)
    page.get_by_label("กลุ่มเป้าหมาย").fill("ประชาชน")
    page.get_by_label("วัตถุประสงค์").fill("เพื่อป้องกันการทุจริต")
    page.get_by_role("button", name="ตรวจอีกครั้ง").click()
    page.get_by_role("button", name="ยืนยันการนำเข้า 85 รายการ").click()
    expect(page.get_by_text("นำเข้าแล้ว บันทึกใหม่ 85 รายการ แก้ไข 0 รายการ")).to_be_visible()
    db.session.rollback()  # what the server has written since is seen
    found = [each.facts for each in standing_projects(actor, period_of(YEAR)).values()]  # type: ignore[arg-type]
    assert [each.name for each in found] == [row[3] for row in rows[1:]]
    assert {(each.target_group, each.objective) for each in found} == {("ประชาชน", "เพื่อป้องกันการทุจริต")}
