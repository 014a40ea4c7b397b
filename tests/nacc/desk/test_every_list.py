"""Every list of the desk, on screen page by page and as a file: whose rows it has, in what order, how far it goes.

Each is asked in a crowd with ties, other places, years and rounds, a closed LAO and deleted projects.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.db import db, transaction
from app.models import Account
from app.models.enums import Round
from app.nacc.desk import queries as desk
from app.nacc.desk.rules import DeskFilter
from app.nacc.evaluation import queries as scores
from app.nacc.lao_accounts import queries as accounts
from app.nacc.lao_accounts.rules import AccountFilter, AccountState
from app.nacc.plan_years import queries as plans
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.signs import queries as signs
from app.nacc.signs.rules import SignFilter
from app.nacc.waiting import queries as waiting
from app.nacc.waiting.rules import WaitingFilter
from tests.factories import NOW, YEAR
from tests.nacc.crowd import CLOSED, ELSEWHERE, IN_ORDER, Crowd, make_crowd
from tests.worlds import Worlds

LATER = NOW + timedelta(days=7)  # officers see signs from then on
Place = dict[str, Any]  # what an address says of the place and the page


def _waiting(crowd: Crowd, place: Place) -> tuple[Any, WaitingFilter]:
    asked = WaitingFilter(year=YEAR, round=Round.SIX, **place)
    return waiting.shown(crowd.officer, asked).works, asked


# Each list: a page of it, and the whole of it.
Rows = Callable[[Crowd, Place], Any]
LISTS: dict[str, tuple[Any, Rows, Rows]] = {
    "plan years": (
        plans,
        lambda crowd, place: plans.plan_rows(crowd.officer, PlanFilter(year=YEAR, **place), plans.PAGE_SIZE),
        lambda crowd, place: plans.every_row(crowd.officer, PlanFilter(year=YEAR, **place)),
    ),
    "scores": (
        scores,
        lambda crowd, place: [row.lao for row in scores.grid(crowd.officer, PlanFilter(year=YEAR, **place))],
        lambda crowd, place: [row.lao for row in scores.whole_grid(crowd.officer, PlanFilter(year=YEAR, **place))],
    ),
    "waiting": (
        waiting,
        lambda crowd, place: waiting.waiting_rows(*_waiting(crowd, place), LATER),
        lambda crowd, place: waiting.every_row(*_waiting(crowd, place), LATER),
    ),
    "accounts": (
        accounts,
        lambda crowd, place: accounts.account_rows(crowd.officer, AccountFilter(**place), LATER),
        lambda crowd, place: accounts.every_account(crowd.officer, AccountFilter(**place), LATER),
    ),
    "signs": (
        signs,
        lambda crowd, place: signs.sign_rows(crowd.officer, _signs(place), LATER),
        lambda crowd, place: signs.every_row(crowd.officer, _signs(place), LATER),
    ),
}


def _signs(place: Place) -> SignFilter:
    return SignFilter(year=YEAR, round=Round.SIX, **place)


@pytest.fixture
def crowd(app: Flask, worlds: Worlds) -> Crowd:
    return worlds.begin(make_crowd)


def _codes(rows: Any) -> list[str]:
    return [row.code for row in rows]


NARROWINGS: list[tuple[Place, list[str]]] = [
    ({"province": "96"}, ["6960101"]),
    ({"province": "65"}, []),
    ({"province": "90", "district": "9001"}, ["6900101", "6900102", "6900103"]),
    ({"district": "9008"}, ["6900801"]),
    ({"lao": "6900102"}, ["6900102"]),
    ({"lao": CLOSED}, []),
    ({"lao": ELSEWHERE}, []),
    ({"q": "ขาม"}, ["6900101", "6900102"]),
    ({"q": "สงขลา ขาม"}, ["6900101", "6900102"]),
    ({"q": "นราธิวาส ขาม"}, []),
    ({"q": "กระแสสินธุ์"}, ["6900801"]),
    ({"q": "%"}, []),
    ({"q": "ขา_"}, []),
    ({"q": "ข%ม"}, []),
]


def test_a_list_has_the_own_open_laos_once_each_in_thai_order_and_says_where_they_are(crowd: Crowd) -> None:
    for name, (_queries, page, whole) in LISTS.items():
        assert _codes(page(crowd, {})) == IN_ORDER, name
        assert _codes(whole(crowd, {})) == IN_ORDER, name
        told = {row.code: (row.name, row.place) for row in whole(crowd, {})}
        assert told["6960101"] == ("องค์การบริหารส่วนตำบลใหญ่", "นราธิวาส เมืองนราธิวาส"), name
        assert told["6900801"] == ("องค์การบริหารส่วนตำบลหนึ่ง", "สงขลา กระแสสินธุ์"), name


def test_the_pages_of_a_list_are_the_whole_of_it(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (queries, page, _whole) in LISTS.items():
        monkeypatch.setattr(queries, "PAGE_SIZE", 2)
        pages = [_codes(page(crowd, {"page": number})) for number in (1, 2, 3, 4)]
        assert pages == [IN_ORDER[:2], IN_ORDER[2:4], IN_ORDER[4:], []], name


def test_a_list_is_narrowed_by_place_and_words_on_screen_and_as_a_file(crowd: Crowd) -> None:
    for name, (_queries, page, whole) in LISTS.items():
        for place, codes in NARROWINGS:
            assert _codes(page(crowd, place)) == codes, (name, place)
            assert _codes(whole(crowd, place)) == codes, (name, place)


def test_a_place_offers_its_own_open_laos_by_name(crowd: Crowd) -> None:
    offered = desk.laos_of_place(crowd.officer, DeskFilter(province="90"))
    of_place = ["6900101", "6900102", "6900801", "6900103"]  # by name: a choice has no districts
    assert [code for code, _name in offered] == sorted(of_place, key=of_place.index)
    assert desk.laos_of_place(crowd.officer, DeskFilter(province="90", district="9008")) == [offered[2]]
    assert desk.laos_of_place(crowd.officer, DeskFilter(province="65")) == []
    assert desk.laos_of_place(crowd.officer, DeskFilter()) == []


def test_the_own_provinces_stand_in_thai_order(crowd: Crowd) -> None:
    assert desk.own_provinces(crowd.officer) == [("96", "นราธิวาส"), ("90", "สงขลา")]


def test_new_codes_go_to_the_accounts_of_the_list_in_its_order(crowd: Crowd) -> None:
    # given accounts without a password: one has a code that works, one a code that ran out, one is locked
    expires: dict[str, datetime | None] = {"6900101": LATER + timedelta(days=1), "6900102": LATER}
    with transaction():
        by_code = {code: db.session.get_one(Account, lao.account_id) for code, lao in crowd.laos.items()}
        for code, account in by_code.items():
            account.password_hash, account.activation_expires_at = None, expires.get(code)
        by_code["6900801"].locked_at = NOW
    # then
    found = accounts.unclaimed(crowd.officer, AccountFilter(), LATER)
    assert found.ids == [by_code[code].id for code in IN_ORDER if code != "6900801"]
    assert found.with_code == 1
    without = accounts.every_account(crowd.officer, AccountFilter(state=AccountState.NO_CODE), LATER)
    assert _codes(without) == [code for code in IN_ORDER if code != "6900101"]
