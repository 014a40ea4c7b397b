"""A closed LAO is at none of the desks that list what is to be done: nobody can send in its plan or answer its mail."""

from collections.abc import Callable, Collection

import pytest
from flask import Flask

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import transaction
from app.models.enums import Role, Round
from app.nacc.evaluation.queries import whole_grid
from app.nacc.lao_accounts.queries import account_rows, account_total, every_account, unclaimed
from app.nacc.lao_accounts.rules import AccountFilter
from app.nacc.plan_years.queries import every_row, filtered_ids, plan_counts, plan_rows
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.waiting.queries import shown
from app.nacc.waiting.rules import WaitingFilter
from app.registry.operations import set_closed
from app.registry.queries import search
from tests.factories import NOW, YEAR, make_account, make_lao, make_organisation, make_staff

ACCOUNTS, PLANS = AccountFilter(), PlanFilter(year=YEAR)
LISTED: dict[str, Callable[[Actor], Collection[object]]] = {
    "accounts": lambda who: account_rows(who, ACCOUNTS, NOW),
    "accounts, as a file": lambda who: every_account(who, ACCOUNTS, NOW),
    "how many accounts": lambda who: range(account_total(who, ACCOUNTS, NOW)),
    "plan years": lambda who: plan_rows(who, PLANS),
    "plan years, as a file": lambda who: every_row(who, PLANS),
    "plan years that are set together": lambda who: filtered_ids(who, PLANS),
    "how many plan years": lambda who: range(sum(plan_counts(who, PLANS).values())),
    "scores": lambda who: whole_grid(who, PLANS),
    "who has not reported": lambda who: shown(who, WaitingFilter(year=YEAR, round=Round.SIX)).works,
    "the look-up of codes": lambda _who: search("องค์การบริหารส่วนตำบล")[0],
}


@pytest.fixture
def officer(app: Flask) -> Actor:
    """Whose province has an open LAO and a closed one."""
    who = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    make_lao()
    closed = make_organisation("6650808", "องค์การบริหารส่วนตำบลที่ปิดแล้ว")
    make_account(closed, claimed=False)
    with transaction():
        set_closed(who, closed.id, True, "ยุบรวม", NOW)
    return who


def test_a_closed_lao_is_at_no_desk(officer: Actor) -> None:
    assert {desk: len(listed(officer)) for desk, listed in LISTED.items()} == dict.fromkeys(LISTED, 1)
    assert unclaimed(officer, ACCOUNTS, NOW).ids == []
