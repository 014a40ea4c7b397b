"""Before seven in the morning it is still yesterday in Greenwich: the desk goes by Thailand's day.

The busy world is moved as a whole, so every screen says what it says in the afternoon, but for the hours.
"""

from datetime import UTC
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from tests.client import Client
from tests.nacc.addresses import administrators_screens, officers_screens
from tests.nacc.busy import SEEN_AT, Busy, add_files, make_busy
from tests.nacc.earlier import EARLIER, make_all_earlier, without_hours
from tests.nacc.reading import as_read, lines_apart
from tests.pages import enter
from tests.worlds import Worlds

SCREENS = Path(__file__).parent / "screens"


@pytest.fixture
def early(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Busy:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    busy = worlds.begin(_busy_with_files)
    monkeypatch.setattr(clock, "now", lambda: (SEEN_AT - EARLIER).astimezone(UTC))
    return busy


def _busy_with_files() -> Busy:
    busy = make_busy()
    add_files(busy.crowd.officer.account_id or 0)
    make_all_earlier()
    return busy


def _compare(client: Client, who: str, addresses: dict[str, str]) -> None:
    found: list[str] = []
    for name, address in addresses.items():
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        shown = as_read(answer.text) if answer.mimetype == "text/html" else answer.data.decode("utf-8-sig")
        read = (SCREENS / f"{who}_{name}.txt").read_text("utf-8")
        found += lines_apart(name, without_hours(read), without_hours(shown))
    assert not found, "\n".join(found)


def test_what_an_officer_sees_early_is_of_the_same_day(early: Busy, client: Client) -> None:
    enter(client, early.crowd.officer.account_id)
    _compare(client, "officer", {name: to for some in officers_screens(early).values() for name, to in some.items()})


def test_what_an_administrator_sees_early_is_of_the_same_day(early: Busy, client: Client) -> None:
    enter(client, early.admin.account_id)
    _compare(client, "admin", administrators_screens(early))
