"""`make fuzz` finds a crash and a change that should not be: a few requests, lest it rot."""

import secrets
from typing import Any

import pytest
from flask import Flask

from app.access import public
from app.db import db, transaction
from app.models import Setting
from tests.security.fuzz import Fuzzer
from tests.security.town import fill


def test_odd_input_finds_nothing_in_ours(app: Flask) -> None:
    fuzzer = Fuzzer(app, fill()[:2], seed=3)
    fuzzer.run(60)
    assert fuzzer.faults == []
    assert sum(fuzzer.statuses.values()) == 60


def test_a_page_that_crashes_and_one_that_writes_are_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setitem(app.config, "SHOW_ERROR_PAGES", True)

    @public
    def crashes(**_address: Any) -> str:
        raise ZeroDivisionError

    @public
    def writes(**_address: Any) -> str:
        with transaction():
            db.session.add(Setting(name=secrets.token_hex(8), value="planted"))
        return "done"

    monkeypatch.setitem(app.view_functions, "help.manual", crashes)
    monkeypatch.setitem(app.view_functions, "accounts.forgot", writes)
    monkeypatch.setattr(app.logger, "disabled", True)
    fuzzer = Fuzzer(app, fill()[:1], seed=3, only=("GET help.manual", "GET accounts.forgot"))

    # when
    fuzzer.run(4)

    # then
    assert {each.split(" ", 1)[0] for each in fuzzer.faults} == {"500", "changed"}
