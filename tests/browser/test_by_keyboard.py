"""Every job from its first page to its last by keyboard alone, each stop in sight: the pointer is never used.

Recording, reporting in place, the grid, the province table, the search and the second factor have stories of their own
beside this one (test_recording, test_reporting, test_round_grid, test_results, test_search, test_second_factor).
"""

from playwright.sync_api import Locator, Page, expect

from app.db import db
from app.models import PlanYear, Project
from app.models.enums import PlanStatus, ReviewStatus, Role
from tests.browser.conftest import Open
from tests.browser.steps import HOME, lao, press_until
from tests.factories import PASSWORD, YEAR, make_project, make_report, make_staff

RING = """element => {
    const all = [element, ...element.labels ?? []].map(each => getComputedStyle(each));
    return all.some(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}"""


class Keys:
    """Somebody at `page` who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator, most: int = 80) -> None:
        """By Tab to `target`, which shows that it has the focus."""
        target.wait_for()
        press_until(self.page, "Tab", target, most)
        assert target.evaluate(RING), f"nobody sees that {target} has the focus"
        expect(target).to_be_in_viewport()

    def press(self, target: Locator, key: str = "Enter") -> None:
        self.to(target)
        self.page.keyboard.press(key)

    def type(self, target: Locator, words: str) -> None:
        self.to(target)
        self.page.keyboard.type(words)

    def sign_in(self, name: str) -> None:
        self.page.goto("/login")
        self.type(self.page.get_by_label("Username"), name)
        self.type(self.page.get_by_label("Password"), PASSWORD)
        self.page.keyboard.press("Enter")


def test_a_clerk_finds_what_is_to_be_done_and_sends_the_round(opened: Open, js: bool) -> None:
    # given
    actor = lao()
    make_report(actor, make_project(actor))
    page = opened(js=js)
    keys = Keys(page)

    # when
    keys.sign_in("6650807")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOME)
    keys.press(page.get_by_role("navigation").get_by_role("link", name="รายงานผลการดำเนินงาน", exact=True))
    keys.press(page.get_by_role("navigation", name="กรุณาเลือกปี").get_by_role("link", name=str(YEAR)))
    keys.press(page.get_by_role("link", name="ตรวจและส่งรายงานทั้งรอบ"))
    keys.press(page.get_by_role("button", name="ยืนยันส่งรายงานทั้งรอบ"))

    # then
    expect(page.get_by_role("heading", level=1)).to_contain_text("ใบรับการส่งรายงานรอบ 6 เดือน")
    keys.press(page.get_by_role("button", name="Logout"))
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("ใบรับ")


def test_an_officer_rejects_with_a_reason_and_says_which_plan_passed(opened: Open, js: bool) -> None:
    # given
    project = make_project(lao())
    make_staff("officer65", Role.OFFICER, "65")
    page = opened(js=js)
    keys = Keys(page)

    # when
    keys.sign_in("officer65")
    keys.press(page.get_by_role("navigation").get_by_role("link", name="พิจารณาโครงการ"))
    keys.to(page.get_by_label("เลือกเหตุผล"))
    page.keyboard.press("ArrowDown")
    keys.press(page.get_by_role("button", name="ปฏิเสธ"))
    expect(page.get_by_text("บันทึกผลพิจารณา 1 โครงการแล้ว").first).to_be_visible()
    keys.press(page.get_by_role("navigation").get_by_role("link", name="ผลแผนรายปี"))
    keys.press(page.get_by_role("button", name="เป็น แผนผ่าน"))
    expect(page.get_by_role("button", name="เป็น ยังไม่ส่งแผน")).to_be_visible()

    # then
    db.session.expire_all()
    rejected = db.session.get_one(Project, project)
    plan = db.session.get_one(PlanYear, (rejected.organisation_id, 2570))
    assert (rejected.review_status, bool(rejected.review_reason)) == (ReviewStatus.REJECTED, True)
    assert plan.status is PlanStatus.PASSED


def test_a_citizen_comes_from_a_name_to_the_project_behind_a_number_and_takes_the_file(opened: Open, js: bool) -> None:
    # given
    actor = lao()
    make_report(actor, make_project(actor))
    page = opened(js=js)
    keys = Keys(page)
    page.goto(f"/public?year={YEAR}&round=6")

    # when
    keys.type(page.get_by_role("searchbox"), "ดินทอง")
    page.keyboard.press("Enter")
    keys.press(page.get_by_role("link", name="องค์การบริหารส่วนตำบลดินทอง").first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("องค์การบริหารส่วนตำบลดินทอง")
    keys.to(page.get_by_role("link", name="Excel"))
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    keys.press(page.locator("a[href*='/figures/'], a[href*='figure']").first)

    # then
    assert file.value.suggested_filename.endswith(".xlsx")
    keys.press(page.get_by_role("link", name="โครงการ").last)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
