"""What a clerk works on is on her screen: the open report whole, and enough rows of each list to see where she is.

The sizes are those of an office PC (1366x768 less its bars), the same with one bar more, and a telephone.
"""

import csv
from io import BytesIO
from itertools import cycle, islice

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from app.seeds.demo import DATA
from tests.browser.conftest import Open
from tests.browser.steps import LONG_NAME, lao, make_endless, row, sign_in
from tests.factories import facts, make_project, make_report

PC, PC_LESS, PHONE = (1366, 657), (1366, 625), (360, 740)
NEXT = "บันทึกและรายงานรายการถัดไป"
LIST = "/reporting?year=2561&round=6"
# What of `each` cannot be seen: outside the window, or another thing lies over a corner or its middle.
HIDDEN = """each => {
    const box = each.getBoundingClientRect();
    const [left, right, top, bottom] = [box.left + 3, box.right - 3, box.top + 3, box.bottom - 3];
    const middle = [(left + right) / 2, (top + bottom) / 2];
    const points = [[left, top], [right, top], [left, bottom], [right, bottom], middle];
    const seen = ([x, y]) => {
        const there = document.elementFromPoint(x, y);
        return there && (each.contains(there) || (there.contains(each) && !there.closest("thead, .totals, #bar")));
    };
    return box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth || !points.every(seen);
}"""
WHOLE_ROWS = f"rows => rows.filter(row => !({HIDDEN})(row)).length"


def _names(most: int) -> list[str]:
    """As long as an LAO's are."""
    with (DATA / "songkhla_projects.csv").open(encoding="utf-8") as file:
        return [line["name"] for line in islice(csv.DictReader(file), most)]


def _hidden(page: Page, *wanted: str) -> list[str]:
    """Those parts of the open report that cannot be seen."""
    panel = page.locator("tbody:has(tr.panel)")
    parts: dict[str, Locator] = {
        "name and round": panel.locator(".is-open th"),
        "status": panel.locator(".status .pick").first,
        "save": panel.get_by_role("button", name="บันทึก", exact=True),
        "save and next": panel.get_by_role("button", name=NEXT),
        "ordinance": panel.locator(".ordinance"),
        "spent": panel.get_by_label("เบิกจ่ายจริง"),
        "error": panel.locator(".errors"),
    }
    return [what for what in wanted if parts[what].evaluate(HIDDEN)]


ON_A_PC = ("name and round", "status", "save", "save and next", "ordinance", "spent")
ON_A_PHONE = ("name and round", "status", "save", "save and next")


@pytest.mark.parametrize(
    ("size", "by_key", "presses", "wanted"),
    [(PC, False, 15, ON_A_PC), (PC_LESS, True, 8, ON_A_PC), (PHONE, False, 6, ON_A_PHONE)],
    ids=["by-mouse", "by-keyboard", "on-a-phone"],
)
def test_the_open_report_is_in_sight(
    opened: Open, size: tuple[int, int], by_key: bool, presses: int, wanted: tuple[str, ...]
) -> None:
    # Given projects of which some are reported, so that the next is not always the row below
    actor = lao()
    names = _names(presses + 6)
    names[4] = LONG_NAME
    ids = [make_project(actor, facts(name)) for name in names]
    for project_id in ids[2:15:4]:
        make_report(actor, project_id)
    waiting = iter([each for each in ids if each not in ids[2:15:4]])
    page = opened(width=size[0], height=size[1])
    sign_in(page)
    page.goto(LIST)
    # When the first is opened by hand
    project_id = next(waiting)
    row(page, project_id).get_by_role("link", name="รอบ 6 เดือน").click()
    faults = []
    for press, status in zip(range(presses + 1), cycle(("ดำเนินการแล้วเสร็จ", "ไม่สามารถดำเนินการได้")), strict=False):
        # Then it is all in sight, and so is each that follows
        panel = row(page, project_id)
        expect(panel.get_by_role("radio", name="อยู่ระหว่างดำเนินการ")).to_be_focused()
        faults += [f"press {press}: {what}" for what in _hidden(page, *wanted)]
        if press == presses:
            break
        if press == 4:  # refused, the report says why where it is seen
            _press_next(page, panel, by_key)
            expect(panel.locator(".errors")).to_be_focused()
            faults += [f"refused: {what}" for what in _hidden(page, "error", "name and round", "save", "save and next")]
        panel.get_by_role("radio", name=status).check()
        if status.startswith("ไม่"):
            panel.get_by_role("radio", name="บุคลากรไม่เพียงพอ").check()
            faults += [f"press {press}, reasons: {what}" for what in _hidden(page, "save", "save and next")]
        _press_next(page, panel, by_key)
        project_id = next(waiting)
    assert not faults


def _press_next(page: Page, panel: Locator, by_key: bool) -> None:
    if by_key:
        page.keyboard.press("Control+Enter")
    else:
        panel.get_by_role("button", name=NEXT).click()


def test_the_first_screen_of_a_list_shows_rows(opened: Open) -> None:
    actor = lao()
    for name in _names(20):
        make_report(actor, make_project(actor, facts(name)))
    page = opened(width=PC[0], height=PC[1])
    sign_in(page)
    seen = {}
    for path in (LIST, "/projects?year=2561", "/reporting/all?year=2561&round=6"):
        page.goto(path)
        seen[path] = page.locator(".rows > tbody > tr").evaluate_all(WHOLE_ROWS)
    assert seen[LIST] >= 4, seen
    assert seen["/projects?year=2561"] >= 6, seen
    assert seen["/reporting/all?year=2561&round=6"] >= 4, seen


PAPERS = (
    LIST,
    "/projects?year=2561",
    "/reporting/all?year=2561&round=6",
    "/evaluation?year=2561",
    "/reports?year=2561",
)
WHOSE = "โครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงานของ องค์การบริหารส่วนตำบลดินทอง"
A4_LANDSCAPE = {"width": 1032, "height": 680}  # px within the margins of style.css
CONTROLS = """() => [...document.querySelectorAll("select, button, input:not(td input), .pager, .seg a, .crumb")]
    .filter(each => each.checkVisibility() && each.getClientRects().length).map(each => each.outerHTML.slice(0, 90))"""


def test_papers_say_whose_they_are_and_hold_nothing_to_press(opened: Open) -> None:
    actor = lao()
    for name in _names(40):
        make_report(actor, make_project(actor, facts(name)))
    make_endless(actor)
    page = opened(**A4_LANDSCAPE)
    sign_in(page)
    for path in PAPERS:
        page.goto(path)
        page.emulate_media(media="print")
        assert WHOSE in page.locator("main").inner_text(), path
        assert "อำเภอวังทอง จังหวัดพิษณุโลก" in page.locator("main").inner_text(), path
        assert "ปีงบประมาณ 2561" in page.locator("main").inner_text(), path
        assert page.evaluate(CONTROLS) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= A4_LANDSCAPE["width"], path
    for path in PAPERS[:3]:
        page.goto(path)
        pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
        assert len(pages) <= 5, f"{path}: 42 rows on {len(pages)} pages, of which long words fill one"
