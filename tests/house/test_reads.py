"""A request that only looks asks the database once for the same; one that changes something reads what it left."""

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.db import READS, db, read_once, transaction
from app.models import PlanPeriod
from app.plans.queries import periods
from tests.client import Client
from tests.factories import YEAR, make_lao, make_project, make_report
from tests.pages import enter
from tests.worlds import forget_all

PAGES = (f"/reports/province?year={YEAR}&round=6", f"/projects?year={YEAR}", f"/reporting?year={YEAR}&round=6")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nothing_twice(app: Flask, client: Client, path: str) -> None:
    # given
    lao = make_lao()
    make_lao("6650808")
    make_report(lao, make_project(lao))
    enter(client, lao.account_id)
    client.get(path)
    forget_all(app)  # a list that is kept asks for nothing at all
    asked = list[tuple[str, str]]()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, repr(values)))

    # when
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

    # then
    assert len(asked) > 3
    assert [statement for statement, number in Counter(asked).items() if number > 1] == []


def test_what_was_read_is_kept_for_one_look_and_not_past_a_change(app: Flask) -> None:
    # given
    times = list[int]()

    @read_once
    def read(number: int) -> int:
        times.append(number)
        return number

    # when
    with app.test_request_context():
        assert [read(1), read(1), read(2), read(1)] == [1, 1, 2, 1]
    with app.test_request_context():
        read(1)
    with app.test_request_context(method="POST"):
        read(3)
        read(3)

    # then
    assert times == [1, 2, 1, 3, 3]


def test_a_look_that_writes_reads_anew_what_it_changed(app: Flask) -> None:
    with app.test_request_context() as request:
        before = len(periods())
        assert READS in request.request.environ
        with transaction():
            db.session.add(PlanPeriod(first_year=2580, last_year=2584))
            db.session.flush()
        assert READS not in request.request.environ
        assert before == len(periods())  # one without dimensions is none yet
