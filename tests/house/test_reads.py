"""A request that only looks asks the database once for the same; one that changes something reads what it left."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.db import READS, db, read_once, reading_once, transaction
from app.models import PlanPeriod
from app.plans.queries import periods
from tests.client import Client
from tests.factories import YEAR, make_lao, make_project, make_report
from tests.pages import enter
from tests.worlds import forget_all

PAGES = (f"/reports/province?year={YEAR}&round=6", f"/projects?year={YEAR}", f"/reporting?year={YEAR}&round=6")


@contextmanager
def statements() -> Iterator[list[tuple[str, str]]]:
    """What is asked meanwhile, with its values."""
    asked = list[tuple[str, str]]()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, repr(values)))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nothing_twice(app: Flask, client: Client, path: str) -> None:
    # given
    lao = make_lao()
    make_lao("6650808")
    make_report(lao, make_project(lao))
    enter(client, lao.account_id)
    client.get(path)
    forget_all(app)  # a list that is kept asks for nothing at all

    # when
    with statements() as asked:
        assert client.get(path).status_code == 200

    # then
    assert len(asked) > 3
    assert [statement for statement, number in Counter(asked).items() if number > 1] == []


def test_a_save_in_the_list_asks_for_its_line_once_and_for_its_sums_once(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    line = f"/reporting/{make_project(lao)}/{YEAR}/6"
    enter(client, lao.account_id)
    client.get(line)
    data = {"version": 1, "status": "done", "spent": "900.50"}

    # when
    with statements() as asked:
        saved = client.send(line, data, headers={"HX-Request": "true", "Idempotency-Key": "one"})

    # then
    assert saved.status_code == 200
    first = [statement.split()[0] for statement, _values in asked]
    assert (first.count("INSERT"), first.count("UPDATE")) == (2, 1)
    assert first.count("SELECT") == 3  # who it is, the line, the sums


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


def test_a_job_asks_once_in_a_block_that_says_so_and_anew_behind_it(app: Flask) -> None:
    # given
    times = list[int]()

    @read_once
    def read(number: int) -> int:
        times.append(number)
        return number

    # when
    read(1)
    with reading_once():
        assert [read(1), read(2), read(1)] == [1, 2, 1]
    with reading_once():
        read(1)
    read(1)
    read(1)

    # then
    assert times == [1, 1, 2, 1, 1, 1]
