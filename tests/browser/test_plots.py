"""Plots as people see them: the map tells what has the focus, its outline is not hidden, and nothing sticks out."""

import pytest
from playwright.sync_api import Page, expect

from app.models.enums import ReportStatus, Round
from tests.browser.conftest import Open
from tests.browser.steps import lao, press_until
from tests.factories import YEAR, facts, make_project, make_report

MOMENT = f"year={YEAR}&round=6"
# Letters of plots that stand outside their picture, or upon other letters of it.
COVERED = """() => [...document.querySelectorAll("svg.plot")].flatMap(plot => {
    const frame = plot.getBoundingClientRect();
    const words = [...plot.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()]);
    const out = words.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1);
    const upon = words.filter(([, box], place) => words.slice(place + 1).some(([, other]) =>
        box.left < other.right - 1 && other.left < box.right - 1
        && box.top + 4 < other.bottom - 4 && other.top + 4 < box.bottom - 4));
    return [...out, ...upon].map(([text]) => text);
})"""


def _filled() -> None:
    actor = lao()
    first = make_project(actor, facts("โครงการที่ 1"))
    make_report(actor, first)
    make_report(actor, first, ReportStatus.DONE, Round.TWELVE)
    make_report(actor, make_project(actor, facts("โครงการที่ 2")), ReportStatus.IN_PROGRESS)


def _opacity(page: Page, code: str) -> str:
    return str(
        page.locator(f'.map a[href*="/provinces/{code}"] text').first.evaluate("e => getComputedStyle(e).opacity")
    )


@pytest.mark.parametrize("js", [True, False])
def test_the_map_tells_the_name_and_number_of_what_has_the_focus(opened: Open, js: bool) -> None:
    # given
    _filled()
    page = opened(js=js)
    page.goto(f"/public?{MOMENT}")
    link = page.locator('.map a[href*="/provinces/65"]')
    assert _opacity(page, "65") == "0"

    # when
    press_until(page, "Tab", link, most=120)

    # then
    expect(page.get_by_role("link", name="พิษณุโลก ร้อยละ 50.00", exact=True)).to_be_focused()
    assert (_opacity(page, "65"), _opacity(page, "64")) == ("1", "0")
    outline = link.locator("use")
    assert outline.evaluate("e => parseFloat(getComputedStyle(e).strokeWidth)") >= 4
    assert outline.evaluate("e => getComputedStyle(e).stroke") != "none"
    # above every filling: whatever is drawn later has none
    assert page.evaluate("""() => [...document.querySelectorAll(".map a use")].every(use =>
        getComputedStyle(use).fill === "rgba(0, 0, 0, 0)" && !use.closest("a").querySelector("path"))""")

    # when the pointer is elsewhere, it is told
    page.locator('.map a[href*="/provinces/71"] use').hover()
    # then
    assert (_opacity(page, "65"), _opacity(page, "71")) == ("0", "1")


@pytest.mark.parametrize("width", [360, 1366])
def test_no_letters_of_a_plot_cover_each_other_or_stand_outside(opened: Open, width: int) -> None:
    # given
    _filled()
    page = opened(width=width)
    faults = []
    for path in ("", "/provinces/65", "/organisations/6650807", "/organisations/6650807/compare", "/compare"):
        # when
        page.goto(f"/public{path}?{MOMENT}")
        # then
        faults += [f"{path}: {each}" for each in page.evaluate(COVERED)]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not faults


def test_paper_has_plots_with_their_legends(opened: Open) -> None:
    _filled()
    page = opened()
    page.goto(f"/public?{MOMENT}")
    page.emulate_media(media="print")
    expect(page.locator(".keys-of")).to_be_visible()
    expect(page.get_by_text("ดาวน์โหลดภาพ")).to_have_count(4)
    for each in page.get_by_text("ดาวน์โหลดภาพ").all():
        expect(each).to_be_hidden()
    page.goto(f"/public/organisations/6650807/compare?{MOMENT}")
    expect(page.locator(".timeline")).to_be_visible()
    expect(page.locator(".keys-of")).to_be_visible()
