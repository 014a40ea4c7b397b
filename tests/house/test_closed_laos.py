"""A closed LAO is at none of the desks that list what is to be done: nobody can send in its plan or answer its mail."""

from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from flask import Flask

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.models import Window, WindowException
from app.models.enums import Role, Round
from app.nacc.day.queries import load
from app.nacc.desk.queries import laos_of_place
from app.nacc.desk.rules import DeskFilter
from app.nacc.evaluation.queries import whole_grid
from app.nacc.lao_accounts.queries import (
    account_rows,
    account_total,
    every_account,
    state_counts,
    states_by_province,
    unclaimed,
)
from app.nacc.lao_accounts.rules import AccountFilter, AccountState
from app.nacc.plan_years.queries import every_row, filtered_ids, number_by_province, plan_counts, plan_rows
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.review.queries import queue_count, queue_rows
from app.nacc.review.rules import ReviewQueue
from app.nacc.signs.queries import sign_rows
from app.nacc.signs.rules import SignFilter
from app.nacc.waiting.queries import shown
from app.nacc.waiting.rules import WaitingFilter
from app.registry.finding.queries import find_laos
from app.registry.operations import set_closed
from tests.factories import (
    NOW,
    YEAR,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_sign,
    make_staff,
)

DAY = timedelta(days=1)
LATER = NOW + 9 * DAY
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
    "plan years by province": lambda who: range(sum(number_by_province(who, PLANS).values())),
    "states of accounts": lambda who: range(state_counts(who, ACCOUNTS, NOW)[AccountState.NEVER]),
    "states by province": lambda who: range(states_by_province(who, ACCOUNTS, NOW)["65"][AccountState.NEVER]),
    "the filter's LAOs": lambda who: laos_of_place(who, DeskFilter(province="65")),
    "projects that wait": lambda who: queue_rows(who, ReviewQueue(), LATER),
    "how many projects wait": lambda who: range(queue_count(who, ReviewQueue(), LATER)),
    "what should be checked": lambda who: sign_rows(who, SignFilter(year=YEAR, round=Round.SIX), LATER),
    "extra time that ends": lambda who: load(who, YEAR, LATER).due,
    "who has not reported": lambda who: shown(who, WaitingFilter(year=YEAR, round=Round.SIX)).works,
    "the look-up of codes": lambda _who: find_laos("องค์การบริหารส่วนตำบล").fitting,
}


@pytest.fixture
def officer(app: Flask) -> Actor:
    """Whose province has an open LAO and a closed one."""
    who = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    open_, closed = make_lao(), make_organisation("6650808", "องค์การบริหารส่วนตำบลที่ปิดแล้ว")
    for lao in (open_, actor_of(make_account(closed, claimed=False).id)):
        make_project(lao)
        make_sign(lao.own_organisation_id)
        with transaction():
            given = {"fiscal_year": YEAR, "round": 12, "closes_at": LATER + DAY, "reason": "น้ำท่วม"}
            db.session.add(WindowException(organisation_id=lao.own_organisation_id, **given))
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=12, opens_at=NOW - 90 * DAY, closes_at=NOW - 60 * DAY))
    with transaction():
        set_closed(who, closed.id, True, "ยุบรวม", NOW)
    return who


def test_a_closed_lao_is_at_no_desk(officer: Actor) -> None:
    assert {desk: len(listed(officer)) for desk, listed in LISTED.items()} == dict.fromkeys(LISTED, 1)
    assert unclaimed(officer, ACCOUNTS, NOW).ids == []
