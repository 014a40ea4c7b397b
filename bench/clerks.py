"""Sixteen clerks who save at once, without a pause, by wrk: a thread for each, on a project of its own LAO.

Against them: the driver alone, sixteen threads that send the statements of such a save and do nothing else.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import event
from werkzeug.test import Client

from app.db import db
from bench import wrk
from bench.asked import saving
from bench.driver import connect
from bench.frame import Pair, benchmark
from bench.load import laos_with_projects
from bench.pages import FORM, ROUND, YEAR, report_forms, served, sign_in, token_of, two_open_lines, version_of
from bench.server import Line, serving

CLERKS, SECONDS = 16, 6


@benchmark(
    "worst save of 16 clerks as `make run` serves / their median save", sqlite=4, postgresql=4, rounds=5, warm_up=1
)
def sixteen_clerks(app: Flask, stack: ExitStack) -> Pair:
    """Both of one round: the second is told, not measured again."""
    line = stack.enter_context(serving("wsgi:app", served(app)))
    clerks = [saving(line, lao_id) for lao_id in laos_with_projects(CLERKS)]
    assert len(clerks) == CLERKS
    told: dict[str, Any] = {}

    def worst() -> float:
        told.update(wrk.run(clerks, CLERKS, SECONDS))
        return float(told["worst"])

    return worst, lambda: float(told["p50"])


@benchmark("a save of 16 clerks / the driver alone, same statements", sqlite=12, postgresql=2, rounds=5, warm_up=1)
def against_the_driver(app: Flask, stack: ExitStack) -> Pair:
    lao_ids = laos_with_projects(CLERKS)
    saves = [statements_of_a_save(app, lao_id) for lao_id in lao_ids]
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    line = stack.enter_context(serving("wsgi:app", served(app)))
    clerks = [saving(line, lao_id) for lao_id in lao_ids]
    projects = [two_open_lines(lao_id)[0] for lao_id in lao_ids]
    return (
        lambda: float(wrk.run(clerks, CLERKS, SECONDS)["each"]),
        lambda: sent_again(url, list(zip(saves, map(version_of, projects), strict=True))),
    )


@dataclass
class Sent:
    """A statement as the driver had it, with its values by name; `order` is theirs where the driver goes by place."""

    words: str
    values: dict[str, Any]
    order: list[str] | None

    def anew(self, version: int) -> tuple[str, Any]:
        """The same about a later version of the report, under a key of its own."""
        changed = {"at_version": version, "version": version + 1, "key": token_hex(8)}
        values = self.values | {name: value for name, value in changed.items() if name in self.values}
        return self.words, values if self.order is None else [values[name] for name in self.order]


Save = list[list[Sent]]  # by transaction


class InProcess(Line):
    """What is asked for is answered in this process, where its statements can be seen."""

    def __init__(self, app: Flask) -> None:
        super().__init__(port=0)
        self.client = Client(app, use_cookies=False)
        self.thread = ThreadPoolExecutor(1)  # here everything would be asked for in one context, by whoever came first

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = "", expected: int = 200
    ) -> tuple[bytes, dict[str, str]]:
        sent = {"method": method, "headers": dict(headers or {}), "data": body or None}
        answer = self.thread.submit(self.client.open, path, **sent).result()
        assert answer.status_code == expected, (path, answer.status)
        return answer.data, {name.lower(): value for name, value in answer.headers}


def statements_of_a_save(app: Flask, lao_id: int) -> Save:
    """What the driver is asked while a clerk saves a report in place."""
    line, project_id = InProcess(app), two_open_lines(lao_id)[0]
    headers = sign_in(line, lao_id)
    path = f"/reporting/{project_id}/{YEAR}/{ROUND}?year={YEAR}&round={ROUND}"
    form = next(report_forms(token_of(line.ask("GET", path, headers)[0]), version_of(project_id)))
    save: Save = [[]]

    def send(_connection: Any, _cursor: Any, words: str, values: Any, context: Any, _many: bool) -> None:
        if context.compiled is not None:  # which a BEGIN is not
            order = context.compiled.positiontup
            save[-1].append(
                Sent(words, dict(values) if order is None else dict(zip(order, values, strict=True)), order)
            )

    def end(_connection: Any) -> None:
        save.append([])

    listening = (("before_cursor_execute", send), ("commit", end))
    for name, heard in listening:
        event.listen(db.engine, name, heard)
    try:
        line.ask("POST", path, headers | FORM | {"HX-Request": "true", "Idempotency-Key": token_hex(8)}, form)
    finally:
        for name, heard in listening:
            event.remove(db.engine, name, heard)
    return [sent for sent in save if sent]


def sent_again(url: str, saves: Sequence[tuple[Save, int]]) -> float:
    """Seconds by the saves made: each over and over from its version on, in a thread and on a connection of its own."""
    made, until = [0] * len(saves), perf_counter() + SECONDS

    def work(place: int) -> None:
        save, version = saves[place]
        with closing(connect(url)) as connection:
            while perf_counter() < until:
                for sent in save:
                    _send_together(connection, [each.anew(version + made[place]) for each in sent])
                made[place] += 1

    with ThreadPoolExecutor(len(saves)) as threads:
        list(threads.map(work, range(len(saves))))
    return SECONDS / sum(made)


def _send_together(connection: Any, statements: Sequence[tuple[str, Any]]) -> None:
    """In one transaction."""
    _begin(connection, any(not words.startswith("SELECT") for words, _values in statements))
    for words, values in statements:
        cursor = connection.execute(words, values)
        if cursor.description:
            cursor.fetchall()
    connection.execute("COMMIT")


def _begin(connection: Any, writes: bool) -> None:
    """SQLite's one write lock is taken at once, as ours takes it, and asked for again: who waits may be passed by."""
    while True:
        with suppress(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE" if writes and isinstance(connection, sqlite3.Connection) else "BEGIN")
            return
