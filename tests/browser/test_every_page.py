"""Every page for everybody: readable by machines, in light and dark, on a screen and on a telephone.

No axe violation, nothing wider than the window; `opened` adds no script error and nothing the CSP had to block.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from app.models.enums import Kind, ReportStatus, ReviewStatus, Round
from tests.browser.conftest import Open
from tests.browser.steps import LONG_NAME, lao, make_endless, row, sign_in
from tests.factories import facts, make_account, make_organisation, make_project, make_report, review

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
STRUCTURE: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {rule: {"enabled": False} for rule in COLOUR_RULES},
}
COLOURS: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": COLOUR_RULES}}
# What depends on the window's width; all else is the same document, asked once.
SCROLLING: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["scrollable-region-focusable"]},
}
TARGETS: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["target-size"]}}
SCROLLS = """() => [...document.querySelectorAll("body *")].some(box =>
    (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
        && /auto|scroll/.test(getComputedStyle(box).overflow))"""
# Colours are the dearest of all to measure, and follow from the path of tags, classes and states down to an element:
# what stands in a place that another page had is not measured again. Leaves what is new in `unmeasured`.
UNMEASURED = """seen => {
    const known = new Set(seen.split(" ")), added = [], roots = [];
    const mix = (text, seed) =>
        [...text].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16777619), seed);
    const walk = (element, above, insideNew) => {
        const worn = [...element.attributes].filter(each => !/^(id|style|data-|hx-)/.test(each.name)).map(each =>
            /^(class|type|role|scope|aria-current)$/.test(each.name) ? each.name + each.value : each.name).sort();
        const speaks = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const place = mix([element.tagName, ...worn, speaks, element.matches(":checked")].join(" "), above);
        const isNew = !known.has(String(place));
        if (isNew) { known.add(String(place)); added.push(place); if (!insideNew) roots.push(element); }
        for (const child of element.children) walk(child, place, insideNew || isNew);
    };
    walk(document.body, 2166136261, false);
    window.unmeasured = roots;
    return added.join(" ");
}"""
# Boxes that something sticks out of, unless they scroll.
BURST = """() => [...document.querySelectorAll(".tw, .card, .panes, .note, .queue, td, tbody th, dd, li")]
    .filter(box => box.scrollWidth > box.clientWidth + 2 && getComputedStyle(box).overflowX === "visible"
        && getComputedStyle(box).display !== "inline" && box.clientWidth > 1)
    .slice(0, 3).map(box => `<${box.tagName} class="${box.className}"> of ${box.clientWidth} px holds `
        + `${box.scrollWidth}: ${box.innerText.slice(0, 40)}`)"""
SIZES = ((1366, 768), (360, 740))
measured = {"light": "", "dark": ""}  # places, as one text: a list of thousands takes longer to hand over than to ask
PUBLIC = (
    "/",
    "/codes",
    "/codes?q=ดินทอง",
    "/codes?q=ไม่มีชื่อนี้",
    "/login",
    "/login?next=/home",
    "/forgot",
    "/forgot/used-up",
    "/help?q=ลบ",
    "/help/lao/report",
    "/help/citizen",
    "/help/questions",
    "/help/privacy",
    "/help/accessibility",
    "/public?year=2561&round=6",
    "/public/provinces/65?year=2561&round=6",
    "/public/districts/6508?year=2561&round=6&by=level",
    "/public/organisations/6650807?year=2561&round=6",
    "/public/organisations/6650807/figures/percent?year=2561&round=6",
    "/public/provinces/65/figures/spent?year=2561&round=6&side=left-out",
    "/public/provinces/65/compare?year=2561",
    "/public?year=2561&round=6&sort=percent",
    "/public?year=2563&round=6",
    "/public/provinces/65/ranking?year=2561&round=6",
    "/public/ranking?of=districts&year=2561&round=6",
    "/public/side-by-side",
    "/public/side-by-side?places=65,6508,6650807&year=2561&round=6&q=ดินทอง",
    "/public/projects/1",
    "/public/search?q=ดินทอง",
    "/public/search?q=ไม่มีชื่อนี้",
    "/public/verify",
    "/public/verify?entry=1&hash=x",
    "/public/verify?entry=1&hash=0123456789abcdef",
    "/open-data",
    "/public/examples",
    "/public/log",
    "/public/organisations/6650807/deleted",
    "/nowhere",
)
SIGNED_IN = (
    "/home?year=2561",
    "/home?year=2563",
    "/projects?year=2561",
    "/projects?year=2561&q=ไม่มีชื่อนี้",
    "/projects?year=2562",
    "/projects/new?year=2561",
    "/projects/new?year=2566",
    "/projects/new?year=2561&after=1",
    "/projects/new?copy=1",
    "/projects/copy?from=2561",
    "/projects/import",
    "/projects/1",
    "/projects/1/delete",
    "/reporting?year=2561&round=6",
    "/reporting?year=2563",
    "/reporting/1/2561/6",
    "/reporting/2/2561/12",
    "/reporting/all?year=2561&round=6",
    "/reporting/all?year=2561&round=12",
    "/reporting/check?year=2561&round=6",
    "/reporting/grid?year=2561&round=6",
    "/reporting/grid?year=2561&round=12&undo=2018-04-02T00:00:00%2B00:00&reported=3",
    "/reporting/grid/many?year=2561&round=6&all=1",
    "/reporting/papers?year=2561&round=6",
    "/reporting/check?year=2562&round=6",
    "/reporting/workbook?year=2561&round=6",
    "/reports?year=2561&round=6",
    "/reports/province?province=65&year=2561&round=6",
    "/reports/province?province=65&year=2561&round=6&by=type&level=low",
    "/reports/places/projects/1",
    "/evaluation?year=2561",
    "/history",
    "/history?since=ไม่ใช่วัน&project=1",
    "/profile",
    "/profile#area",
    "/profile#contact",
    "/account/sessions",
    "/account/second-factor",
    "/account/second-factor/app",
    "/account/second-factor/passkey",
    "/account/confirm",
)


def test_public_pages(opened: Open) -> None:
    _fill(lao())
    page = opened()
    faults: list[str] = []
    for path in PUBLIC:
        page.goto(path)
        faults += check(page, path)
    page.goto("/login")
    page.get_by_label("Username").fill("nobody")
    with page.expect_navigation():
        page.get_by_role("button", name="Login").click()
    faults += check(page, "a refused login")
    page.goto("/forgot")
    with page.expect_navigation():
        page.get_by_role("button", name="ส่งลิงก์").click()
    faults += check(page, "a refused forgot")
    assert not faults


def test_pages_behind_the_login(opened: Open) -> None:
    actor = lao()
    _fill(actor)
    page = opened()
    sign_in(page)
    faults: list[str] = []
    for path in SIGNED_IN:
        page.goto(path)
        faults += check(page, path)
    assert not faults


def test_states_that_have_no_address(opened: Open) -> None:
    actor = lao()
    _fill(actor)
    page = opened()
    sign_in(page)
    faults: list[str] = []
    page.goto("/projects?year=2561")
    row(page, 1).get_by_role("link", name="แก้ไขรายละเอียด").click()
    page.get_by_label("กลุ่มเป้าหมาย").fill("")
    faults += check(page, "an open edit panel")
    page.get_by_role("button", name="บันทึกการแก้ไข").click()
    page.locator(".errors").wait_for()
    faults += check(page, "a refused edit panel")
    row(page, 1).get_by_role("link", name="ยกเลิก").click()  # deleting draws the list anew: its words would go
    expect(row(page, 1).get_by_role("link", name="แก้ไขรายละเอียด")).to_be_visible()
    row(page, 2).get_by_role("link", name="ลบ").click()
    page.get_by_role("button", name="ยืนยันการลบ").wait_for()
    faults += check(page, "the delete question")
    page.get_by_role("button", name="ยืนยันการลบ").click()
    page.locator(".errors").wait_for()
    faults += check(page, "a refused delete question")
    page.get_by_label("เหตุผลที่ลบ").fill("บันทึกซ้ำ")
    page.get_by_role("button", name="ยืนยันการลบ").click()
    page.get_by_role("status").wait_for()
    faults += check(page, "a deleted row")
    page.goto("/reporting?year=2561&round=6")
    row(page, 1).get_by_role("link", name="รอบ 6 เดือน").click()
    page.get_by_role("radio", name="ไม่สามารถดำเนินการได้").check()
    page.get_by_role("radio", name="อื่นๆ").check()
    page.get_by_role("checkbox", name="บรรจุไว้").check()
    faults += check(page, "an open report panel")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.locator(".errors").wait_for()
    faults += check(page, "a refused report panel")
    page.context.set_offline(True)
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.locator(".unsaved").wait_for()
    faults += check(page, "a row that could not be saved")
    page.context.clear_cookies()
    page.context.set_offline(False)  # it goes by itself
    page.get_by_label("Username").wait_for()
    faults += check(page, "a lost session")
    assert not faults


def test_an_empty_grid_a_wrong_cell_and_an_open_menu(opened: Open) -> None:
    actor = lao()
    page = opened()
    sign_in(page)
    faults: list[str] = []
    for path in ("/home?year=2561", "/reporting?year=2561&round=6", "/reporting/grid?year=2561&round=6"):
        page.goto(path)
        faults += check(page, f"{path} with nothing in it")
    first = make_project(actor)
    page.goto("/reporting/grid?year=2561&round=6")
    page.locator(f"[name=spent-{first}]").fill("1500,50")
    page.keyboard.press("Tab")
    page.locator(f"#p{first}.is-bad").wait_for()
    faults += check(page, "a wrong cell in the grid")
    page.context.set_offline(True)
    page.locator(f"[name=spent-{first}]").fill("1,500")
    page.keyboard.press("Tab")
    page.locator("#bar:not([hidden])").wait_for()
    faults += check(page, "the grid without a line")
    page.context.set_offline(False)
    other = opened(width=360, height=740)
    sign_in(other)
    other.locator(".menu-toggle summary").click()
    expect(other.locator(".menu")).to_be_visible()
    faults += [
        f"an open menu: {fault}" for fault in (*_axe(other, STRUCTURE), *_axe(other, TARGETS), *_axe(other, COLOURS))
    ]
    assert not faults


def test_refused_pages_and_the_first_login(opened: Open) -> None:
    make_account(make_organisation("6650808", name="เทศบาลตำบลวังทอง"), claimed=False)
    page = opened()
    faults: list[str] = []
    page.goto("/login?username=6650808")
    with page.expect_navigation():
        page.get_by_role("button", name="Login").click()
    faults += check(page, "the first-login profile")
    page.goto("/profile#contact")
    page.get_by_role("button", name="บันทึก", exact=True).click()
    page.locator(".errors").wait_for()
    faults += check(page, "a refused profile")
    lao()
    other = opened()
    sign_in(other)
    other.goto("/projects/new?year=2561")
    other.get_by_role("button", name="บันทึกและกลับหน้าแรก").click()
    other.locator(".errors").wait_for()
    faults += check(other, "a refused project")
    assert not faults


def _fill(actor: Any) -> None:
    """Projects of each state, one with the longest of names; the first of them endless words."""
    make_endless(actor)
    ids = [make_project(actor, facts(f"โครงการที่ {place}")) for place in range(1, 5)]
    ids.append(make_project(actor, facts(LONG_NAME, kind=Kind.GUIDELINE, dimension=4)))
    for project_id, status in zip(ids[1:], (ReportStatus.DONE, ReportStatus.IN_PROGRESS), strict=False):
        make_report(actor, project_id, status)
        make_report(actor, project_id, status, Round.TWELVE)
    review(ids[2], ReviewStatus.APPROVED)
    review(ids[3], ReviewStatus.REJECTED, "ไม่สอดคล้องกับมิติที่กำหนด")


def check(page: Page, where: str) -> list[str]:
    """What is wrong with the page as it stands, at each size and in each colour scheme."""
    faults: list[str] = []
    page.emulate_media(reduced_motion="reduce")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{where}: {wide} px wide in a window of {width}")
        faults += [f"{where} ({width} px): {fault}" for fault in page.evaluate(BURST)]
        if page.evaluate(SCROLLS):
            faults += [f"{where} ({width} px): {fault}" for fault in _axe(page, SCROLLING)]
        high = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size(
            {"width": width, "height": max(height, high)}
        )  # where no bar sticks over what is below it
        faults += [f"{where} ({width} px): {fault}" for fault in _axe(page, TARGETS)]
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    faults += [f"{where}: {fault}" for fault in _axe(page, STRUCTURE)]
    for scheme, places in measured.items():
        new = page.evaluate(UNMEASURED, places)
        if new:
            measured[scheme] += f" {new}"
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            faults += [f"{where} ({scheme}): {fault}" for fault in _axe(page, COLOURS, "{ include: unmeasured }")]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return faults


def _axe(page: Page, options: dict[str, Any], where: str = "document") -> list[str]:
    """Violations, each with the first elements that show it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(f"options => axe.run({where}, options)", options)
    return [
        f"{violation['id']}: {[node['html'][:120] for node in violation['nodes'][:2]]}"
        for violation in found["violations"]
    ]
