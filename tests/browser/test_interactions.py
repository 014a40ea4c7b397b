"""What each job costs, measured: the figures of docs/interactions.md are those of today's build."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from app.access import Actor
from app.models.enums import ReportStatus
from tests.browser.conftest import Open
from tests.browser.steps import HOME, lao, sign_in
from tests.factories import facts, make_account, make_organisation, make_project
from tests.lao.plan_files.files import as_xlsx, songkhla
from tests.lao.round_workbook.test_workbook import HEAD_ROW, edited, letter_of

TABLE = Path(__file__).parents[2] / "docs" / "interactions.md"
ROW = re.compile(r"^\| ([^|]+) \| (?:\d+|–) \| (?:\d+|–) \| (\d+) \| (\d+) \|$", re.MULTILINE)
MANY = 85
FEW = 5  # of the many: each further one costs what the last of these did
PASSWORD = "ดินทอง-2561-ปลอดภัย"
NAME = "ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน"


class Clerk:
    """Somebody at a page, whose interactions and page loads are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.loads = page, 0, 0
        # A form that is sent before htmx is there leads on to a page as well: that one is counted, not the sending.
        page.on("request", lambda request: self._note(request.is_navigation_request() and request.method == "GET"))

    def _note(self, navigates: bool) -> None:
        self.loads += navigates

    def click(self, place: Locator) -> None:
        self.keys += 1
        place.click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def into(self, label: str, words: str) -> None:
        """Enter a field and type."""
        self.click(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(words)

    def begin(self) -> None:
        self.page.evaluate("0")  # what happened so far has been told by now
        self.keys = self.loads = 0

    @property
    def cost(self) -> tuple[int, int]:
        self.page.evaluate("0")
        return self.keys, self.loads


def many(clerk: Clerk, deed: Callable[[int], None]) -> tuple[int, int]:
    """What it costs to do it for all: the first few are done, the others cost what the last of them did."""
    for place in range(FEW):
        before = clerk.cost
        deed(place)
    keys, loads = clerk.cost
    return keys + (MANY - FEW) * (keys - before[0]), loads + (MANY - FEW) * (loads - before[1])


def test_the_table_tells_what_each_job_costs_today(opened: Open) -> None:
    found: dict[str, tuple[int, int]] = {}
    _first_steps(Clerk(opened()), found)
    actor = lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", passed=(2561, 2566))
    page = opened()
    sign_in(page, "2900101")
    clerk = Clerk(page)
    _recording(clerk, found)
    _copying(clerk, found)
    _reporting(clerk, actor, found)
    _grid(clerk, found)
    _files(clerk, found)
    told = {job: (int(keys), int(loads)) for job, keys, loads in ROW.findall(TABLE.read_text())}
    rows = (f"{job}: {keys}, {loads}" for job, (keys, loads) in found.items())
    assert told == found, "\n".join(["docs/interactions.md should say", *rows])


def _first_steps(clerk: Clerk, found: dict[str, tuple[int, int]]) -> None:
    make_account(make_organisation(), claimed=False)
    page = clerk.page
    page.goto("/")
    clerk.begin()
    clerk.click(page.locator(".doors").get_by_role("link", name="รหัสผู้ใช้งาน Username"))
    clerk.into("ชื่อ อปท. หรือรหัส", "ดินทอง")
    expect(page.get_by_role("row", name="องค์การบริหารส่วนตำบลดินทอง")).to_contain_text("6650807")
    found["find the 7-digit code"] = clerk.cost
    page.goto("/")
    clerk.begin()
    clerk.click(page.locator(".doors").get_by_role("link", name="e-PlanNACC"))
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("6650807")
    clerk.press("Enter")
    page.wait_for_url("**/profile")
    clerk.click(page.get_by_role("radio", name="กลาง", exact=True))
    clerk.into("ที่ตั้งที่ทำการ", "99 หมู่ 1")
    clerk.click(page.get_by_role("link", name="ถัดไป: ข้อมูลพื้นที่และผู้บริหาร"))
    clerk.click(page.get_by_label("ขนาดพื้นที่ให้บริการ"))
    for words in ("55.25", "6,543", "1,234,567", "9,876,543", "นายสมชาย ใจตรง", "นางสุดา แสงทอง"):
        page.keyboard.type(words)
        clerk.press("Tab")
    clerk.click(page.get_by_role("link", name="ถัดไป: ข้อมูลผู้ประสานงาน"))
    clerk.into("ชื่อ - สกุล", "นางสาวอารีย์ มั่นคง")
    clerk.into("ตำแหน่ง", "นักวิเคราะห์")
    clerk.into("สังกัด (ฝ่าย/กลุ่ม/กอง/สำนัก)", "สำนักปลัด")
    clerk.into("โทรศัพท์", "055 111 222")
    clerk.into("อีเมล", "dinthong@example.go.th")
    clerk.into("รหัสผ่านสำหรับเข้าสู่ระบบครั้งต่อไป", PASSWORD)
    clerk.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOME)
    found["first login, to the first total"] = clerk.cost


def _recording(clerk: Clerk, found: dict[str, tuple[int, int]]) -> None:
    page = clerk.page
    page.goto("/home?year=2561")
    clerk.begin()

    def record(place: int) -> None:
        if place == 0:
            clerk.click(page.get_by_role("link", name="บันทึกแผน", exact=True))
        expect(page.get_by_label(NAME)).to_be_focused()
        page.keyboard.type(f"โครงการที่ {place}")
        clerk.press("Enter")
        page.keyboard.type("20,000")
        clerk.press("Enter")
        if place == 0:
            clerk.press("2", "Enter", "3")
        page.keyboard.type("ประชาชน")
        clerk.press("Tab")
        page.keyboard.type("เพื่อรณรงค์")
        clerk.press("Control+Enter")
        expect(page.locator("#recorded")).to_contain_text(f"โครงการที่ {place}")
        if place == 0:
            found["record one project"] = clerk.cost

    found["record 85 projects one by one"] = many(clerk, record)


def _copying(clerk: Clerk, found: dict[str, tuple[int, int]]) -> None:
    page = clerk.page
    page.goto("/projects/new?year=2566")
    clerk.begin()
    clerk.click(page.get_by_role("link", name="คัดลอกจากแผนช่วงก่อน"))
    for said in ("จะบันทึก 5 โครงการ", "คัดลอกแล้ว 5 โครงการ"):
        clerk.click(page.get_by_role("button", name="คัดลอกโครงการที่เลือก"))
        expect(page.locator("main")).to_contain_text(said)
    found["take over 85 projects from the last plan"] = clerk.cost


def _grid(clerk: Clerk, found: dict[str, tuple[int, int]]) -> None:
    page = clerk.page
    page.goto("/reporting/grid?year=2561&round=12")
    clerk.begin()
    clerk.click(page.get_by_role("radio").first)
    found["report 85 projects in the grid"] = many(clerk, lambda _place: clerk.press("2"))
    expect(page.locator("#round-grid .is-wait, #round-grid .is-bad")).to_have_count(0)


def _reporting(clerk: Clerk, actor: Actor, found: dict[str, tuple[int, int]]) -> None:
    page = clerk.page
    for place in range(2 * FEW):
        make_project(actor, facts(f"กิจกรรมที่ {place}"))
    page.goto("/reporting?year=2561&round=6")
    clerk.begin()
    clerk.click(page.locator(".rows tbody").first.get_by_role("link", name="รอบ 6 เดือน"))

    def report(place: int) -> None:
        panel = page.locator("tr.panel form")
        clerk.click(panel.get_by_role("radio", name="อยู่ระหว่างดำเนินการ"))
        with page.expect_response(re.compile(r"/reporting/\d+/2561/6")):
            clerk.click(panel.get_by_role("button", name="บันทึกและรายงานรายการถัดไป"))
        expect(panel.get_by_role("radio", name="อยู่ระหว่างดำเนินการ")).not_to_be_checked()
        if place == 0:
            found["report one project"] = clerk.cost

    found["report 85 projects in the list"] = many(clerk, report)
    page.goto("/reporting?year=2561&round=6")
    clerk.begin()
    clerk.click(page.locator(".rows tbody").first.get_by_role("link", name="รอบ 6 เดือน"))
    clerk.click(page.get_by_role("radio", name="ดำเนินการแล้วเสร็จ"))
    clerk.click(page.get_by_role("button", name="บันทึก", exact=True))
    expect(page.locator(".rows tbody").first).to_contain_text("บันทึกแล้ว")
    found["correct a report"] = clerk.cost


def _files(clerk: Clerk, found: dict[str, tuple[int, int]]) -> None:
    """A plan and a round by file, and a paper: what is done in Excel or Word is not counted."""
    page = clerk.page
    page.goto("/projects/new?year=2561")
    clerk.begin()
    clerk.click(page.locator("main a[href^='/projects/import']").first)
    _send(clerk, "plan.xlsx", as_xlsx(songkhla()))
    clerk.click(page.get_by_role("button", name="ยืนยันการนำเข้า 85 รายการ"))
    expect(page.get_by_text("บันทึกใหม่ 85 รายการ")).to_be_visible()
    found["record 85 projects from a file"] = clerk.cost
    page.goto("/reporting?year=2561&round=12")
    clerk.begin()
    clerk.click(page.get_by_role("link", name="ดาวน์โหลดไปกรอก"))
    with page.expect_download() as download:
        clerk.click(page.get_by_role("link", name="ดาวน์โหลดไปกรอก"))
    _send(clerk, "round.xlsx", _filled_in(Path(download.value.path())))
    clerk.click(page.get_by_role("button", name=f"ยืนยันการเปลี่ยน {MANY} โครงการ"))
    expect(page.get_by_role("status").first).to_be_visible()
    found["report 85 projects in a workbook"] = clerk.cost
    page.goto("/reporting?year=2561&round=12")
    clerk.begin()
    clerk.click(page.get_by_role("link", name="เอกสารเพื่อลงนาม"))
    with page.expect_download():
        clerk.click(page.get_by_role("link", name="PDF").last)
    found["issue a paper to be signed"] = clerk.cost


def _send(clerk: Clerk, name: str, content: bytes) -> None:
    clerk.keys += 1  # the window of the system that chooses a file
    clerk.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": content})
    clerk.click(clerk.page.get_by_role("button", name="ตรวจไฟล์"))


def _filled_in(path: Path) -> bytes:
    """The round's workbook with as many reports as the manual's LAO has."""

    def report(sheet: Any) -> None:
        cells = sheet[letter_of(sheet, "สถานะ")][HEAD_ROW:]
        for cell in [each for each in cells if not each.value][:MANY]:
            cell.value = ReportStatus.DONE.label

    return edited(path.read_bytes(), report)
