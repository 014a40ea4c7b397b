"""NACC's pages for everybody: no axe violation and nothing too wide, on a screen and on a telephone."""

from playwright.sync_api import Page

from app.models.enums import Role
from tests.browser.conftest import Open
from tests.browser.steps import LONG_NAME, lao, make_endless
from tests.browser.test_every_page import check
from tests.factories import PASSWORD, YEAR, facts, make_project, make_sign, make_staff

PATHS = (
    f"/nacc?year={YEAR}",
    "/nacc/review",
    "/nacc/review/2",
    "/nacc/review?status=rejected",
    "/nacc/review?q=ไม่มีชื่อนี้",
    "/nacc/review/many?all=1",
    "/nacc/deeds",
    "/nacc/notes/projects/2",
    f"/nacc/plan-years?year={YEAR}",
    f"/nacc/plan-years/many?year={YEAR}&all=1",
    "/nacc/plan-years/file",
    "/nacc/history/6650807",
    f"/nacc/waiting?year={YEAR}&round=6&province=65",
    f"/nacc/waiting/many?year={YEAR}&round=6&province=65&all=1",
    "/nacc/waiting/mails",
    f"/nacc/signs?year={YEAR}&round=6",
    f"/nacc/signs/1?year={YEAR}&round=6",
    f"/nacc/signs/many?year={YEAR}&round=6&all=1",
    f"/nacc/signs?year={YEAR}&round=6&kind=last_hour",
    "/nacc/accounts?province=65",
    "/nacc/accounts/codes?province=65",
    "/nacc/accounts/1",
    f"/nacc/scores?year={YEAR}",
    f"/nacc/scores/proposals?year={YEAR}",
    "/nacc/admin",
    "/nacc/admin/windows",
    f"/nacc/admin/windows/{YEAR}/6",
    "/nacc/admin/periods",
    "/nacc/admin/periods/1/1",
    "/nacc/admin/periods/2",
    "/nacc/admin/reasons",
    "/nacc/admin/contact",
    "/nacc/admin/failed-sign-ins",
    "/nacc/admin/second-person",
    "/nacc/admin/deleted",
    "/nacc/admin/staff",
    "/nacc/admin/staff/2",
    "/nacc/admin/registry?q=ดินทอง",
    "/nacc/admin/registry/6650807",
    "/nacc/admin/registry/6650807/succession",
    "/nacc/admin/history",
    "/nacc/account",
    "/nacc/admin/history?since=ไม่ใช่วัน&entity=organisation",
    "/nacc/admin/black-out/1",
    "/nacc/scores/changes",
)


def _come_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("Username").fill("chief")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Login").click()
    page.wait_for_url("**/nacc")


def test_pages_of_nacc(opened: Open) -> None:
    actor = lao()
    make_staff("chief", Role.ADMINISTRATOR)
    make_endless(actor)
    make_sign(actor.own_organisation_id, make_project(actor, facts(LONG_NAME)))
    page = opened()
    _come_in(page)
    faults: list[str] = []
    for path in PATHS:
        page.goto(path)
        faults += check(page, path)
    assert not faults


def test_a_project_is_approved_by_key_and_taken_back(opened: Open) -> None:
    actor = lao()
    make_staff("chief", Role.ADMINISTRATOR)
    for name in ("โครงการแรก", "โครงการที่สอง"):
        make_project(actor, facts(name))
    page = opened()
    _come_in(page)
    page.goto("/nacc/review")
    page.keyboard.press("j")
    page.get_by_role("heading", name="โครงการที่สอง").wait_for()
    page.keyboard.press("k")
    page.get_by_role("heading", name="โครงการแรก").wait_for()
    page.keyboard.press("a")
    page.get_by_text("บันทึกผลพิจารณา 1 โครงการแล้ว").wait_for()
    assert page.get_by_role("heading", name="โครงการที่สอง").is_visible()
    page.keyboard.press("u")
    page.get_by_text("เลิกทำแล้ว 1 โครงการกลับไปรอพิจารณา").wait_for()
    page.keyboard.press("r")
    assert page.evaluate("document.activeElement.id") == "picked"
    page.keyboard.press("a")  # in a field a key is a letter
    assert page.get_by_text("รอพิจารณา 2 โครงการ").is_visible()


def test_a_project_is_rejected_without_javascript(opened: Open) -> None:
    actor = lao()
    make_staff("chief", Role.ADMINISTRATOR)
    make_project(actor, facts("โครงการแรก"))
    page = opened(js=False)
    _come_in(page)
    page.goto("/nacc/review")
    page.get_by_role("button", name="ปฏิเสธ").click()
    page.get_by_text("เลือกหรือเขียนเหตุผลที่ปฏิเสธ").first.wait_for()
    page.get_by_label("เลือกเหตุผล").select_option("ไม่สอดคล้องกับมิติที่กำหนด")
    page.get_by_role("button", name="ปฏิเสธ").click()
    page.get_by_text("บันทึกผลพิจารณา 1 โครงการแล้ว").wait_for()
