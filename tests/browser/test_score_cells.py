"""From cell to cell of the score grid by each key, and blocks of cells: marked, copied, pasted and filled down."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.db import db, transaction
from app.models import PlanYear
from app.models.enums import Role
from tests.browser.conftest import Open
from tests.browser.steps import come_in, paste
from tests.client import Client
from tests.factories import NOW, YEAR, make_lao, make_staff

COPIED = """() => {
    const clipboardData = new DataTransfer();
    const told = { clipboardData, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent("copy", told));
    return clipboardData.getData("text/plain");
}"""


class Grid:
    """Three rows, of which the second is published and has no cells; a cell is told as "row column"."""

    def __init__(self, page: Page, ids: list[int]) -> None:
        self.page = page
        self.names = {
            f"c{id_}-{which}-{dimension}-i": f"{row} {which} {dimension}"
            for row, id_ in enumerate(ids, start=1)
            for which in ("sar", "evaluation")
            for dimension in (1, 2, 3, 4)
        }
        self.ids = {name: id_ for id_, name in self.names.items()}

    def cell(self, name: str) -> Any:
        return self.page.locator(f"#{self.ids[name]}")

    def after(self, *keys: str) -> str:
        """Where the focus is when these were pressed."""
        for key in keys:
            self.page.keyboard.press(key)
        return self.names.get(self.page.evaluate("document.activeElement.id"), "")

    def marked(self) -> list[str]:
        return [self.names[id_] for id_ in self.page.eval_on_selector_all(".is-in", "all => all.map(each => each.id)")]

    def copied(self) -> str:
        return str(self.page.evaluate(COPIED))


@pytest.fixture
def grid(opened: Open, client: Client, site: str) -> Grid:
    names = {"6650807": "หนึ่ง", "6650808": "สอง", "6650809": "สาม"}
    laos = [make_lao(code, name=f"องค์การบริหารส่วนตำบล{name}") for code, name in names.items()]
    by_name = sorted(laos, key=lambda lao: ["สอง", "สาม", "หนึ่ง"].index(lao.name.removeprefix("องค์การบริหารส่วนตำบล")))
    ids = [lao.own_organisation_id for lao in by_name]
    with transaction():
        db.session.get_one(PlanYear, (ids[1], YEAR)).published_at = NOW
    page = opened()
    come_in(page, client, make_staff("officer65", Role.OFFICER, "65").id, site)
    page.goto(f"/nacc/scores?year={YEAR}")
    expect(page.locator("#scores tbody th")).to_have_count(3)
    return Grid(page, ids)


def test_each_key_leads_to_its_cell(grid: Grid) -> None:
    grid.cell("1 sar 1").focus()
    # up and down, past a row that has no cells, and not out of the table
    assert grid.after("ArrowDown") == "3 sar 1"
    assert grid.after("ArrowDown") == "3 sar 1"
    assert grid.after("ArrowUp") == "1 sar 1"
    assert grid.after("ArrowUp") == "1 sar 1"
    assert grid.after("Enter") == "3 sar 1"
    assert grid.after("Shift+Enter") == "1 sar 1"
    # along the row, from the LAO's scores to NACC's
    assert grid.after("ArrowLeft") == "1 sar 1"
    assert grid.after("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight") == "1 evaluation 1"
    assert grid.after("ArrowLeft") == "1 sar 4"
    assert grid.after("Control+End") == "3 sar 4"
    assert grid.after("Control+Home") == "1 sar 4"
    assert grid.after("Alt+ArrowDown") == "1 sar 4"
    # inside of what is typed the arrows are those of the text, until its edge
    assert grid.after("1", "2", "ArrowLeft", "ArrowLeft") == "1 sar 4"
    assert grid.after("Home", "ArrowRight") == "1 sar 4"
    assert grid.after("Escape") == "1 sar 4"
    expect(grid.cell("1 sar 4")).to_have_value("")
    assert grid.after("1", "2", "Home", "ArrowLeft") == "1 sar 3"
    expect(grid.cell("1 sar 4")).to_have_value("12.00")
    assert grid.after("7", "End", "ArrowRight") == "1 sar 4"
    expect(grid.cell("1 sar 3")).to_have_value("7.00")
    # and what was there is chosen whole: what is typed stands in its place
    assert grid.after("9", "Enter") == "3 sar 4"
    expect(grid.cell("1 sar 4")).to_have_value("9.00")


def test_blocks_of_scores(grid: Grid) -> None:
    grid.cell("1 sar 1").focus()
    # a block with a line for the published row and one too many: each cell gets its own; where the focus is, as pasted
    paste(grid.page, "1\t2\r\n3\t4\r\n5\t6\r\n7\t8\r\n")
    for name, value in (("1 sar 1", "1"), ("1 sar 2", "2.00"), ("3 sar 1", "5.00"), ("3 sar 2", "6.00")):
        expect(grid.cell(name)).to_have_value(value)
    expect(grid.page.locator(".cell .saved")).to_have_count(4)
    # marked with Shift, forth and back, and copied as Excel takes it
    assert grid.after("ArrowDown", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowRight") == "1 sar 1"
    assert grid.marked() == ["1 sar 1", "1 sar 2", "1 sar 3"]
    grid.after("Shift+ArrowLeft")
    assert grid.marked() == ["1 sar 1", "1 sar 2"]
    assert grid.copied() == "1\t2.00"
    # one value goes into all of a block, and none other
    paste(grid.page, "9")
    expect(grid.cell("1 sar 1")).to_have_value("9")
    expect(grid.cell("1 sar 2")).to_have_value("9.00")
    expect(grid.cell("1 sar 3")).to_have_value("")
    # marked with the mouse over a row without cells; down from its first row
    grid.cell("1 sar 2").click()
    assert grid.marked() == []
    grid.cell("3 sar 1").click(modifiers=["Shift"])
    assert grid.marked() == ["1 sar 1", "1 sar 2", "3 sar 1", "3 sar 2"]
    grid.after("Control+d")
    expect(grid.cell("3 sar 1")).to_have_value("9.00")
    expect(grid.cell("3 sar 2")).to_have_value("9.00")
    # it is forgotten where somebody goes on; then Ctrl+D takes what stands above
    assert grid.after("Escape") == "1 sar 2"
    assert grid.marked() == []
    assert grid.copied() == ""
    grid.cell("1 sar 3").fill("4")
    assert grid.after("Enter") == "3 sar 3"
    expect(grid.cell("1 sar 3")).to_have_value("4.00")  # as it was saved: what is copied hangs on no hurry
    grid.after("Control+d")
    expect(grid.cell("3 sar 3")).to_have_value("4.00")
    assert grid.page.locator(".cell.bad").count() == 0
