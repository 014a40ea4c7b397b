"""The round's grid under the fingers: keys, saving in place, blocks from Excel, a dropped line, and no JavaScript."""

import json
from pathlib import Path

from playwright.sync_api import Request, expect
from sqlalchemy import select

from app import clock
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.reporting.counts import round_summary
from app.models import Account, Organisation
from app.models.enums import Round
from app.registry.operations import load_registry
from app.seeds.demo import load_demo
from tests.browser.conftest import Open
from tests.browser.steps import come_in
from tests.client import Client
from tests.factories import YEAR

GRID = "/reporting/grid?year=2561&round=6"
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "songkhla_pao_2561_round6.json").read_text())["total"]


def test_songkhlas_85_projects_are_reported_by_keyboard_with_one_key_each(
    opened: Open, client: Client, site: str
) -> None:
    # Given the 85 projects of the manual, reported in round 6 and not yet in round 12
    with transaction():
        load_registry()
        load_demo(clock.now())
    songkhla = select(Account.id).join(Organisation).where(Organisation.code == "2900101")
    actor = actor_of(db.session.scalars(songkhla).one())
    page = opened()
    come_in(page, client, actor.account_id, site)
    saves: list[Request] = []
    page.on("requestfinished", lambda each: saves.append(each) if each.method == "POST" else None)
    page.goto(GRID.replace("round=6", "round=12"))
    # When each gets its status by one key, which leads to the next row: done, under way, cannot for want of a budget
    page.get_by_role("radio").first.focus()
    for key, number in (("2", GOLDEN["done"]), ("1", GOLDEN["in_progress"]), ("4", GOLDEN["cannot"])):
        for _project in range(number):
            page.keyboard.press(key)
    # Then all is saved with the ordinance budgets of round 6, and the totals are the manual's
    expect(page.locator("[data-sum=waiting]")).to_have_text("0", timeout=30_000)
    expect(page.locator("#round-grid .is-wait, #round-grid .is-bad")).to_have_count(0)
    expect(page.locator("[data-sum=percent]")).to_have_text(GOLDEN["project_percent"])
    expect(page.locator("#totals")).to_contain_text("น้อย")
    db.session.rollback()
    summary = round_summary(actor, YEAR, Round.TWELVE)
    assert (summary.counts.done, summary.counts.in_progress, summary.counts.cannot) == (24, 55, 6)
    assert summary.money.in_ordinance == GOLDEN["in_ordinance"]
    assert len(saves) == GOLDEN["projects"]
    assert max(_bytes(each) for each in saves) <= 2048


def _bytes(request: Request) -> int:
    """Of a request and its answer, headers too."""
    return sum(request.sizes().values())  # type: ignore[arg-type]
