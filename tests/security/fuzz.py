"""Odd input for every form and query parameter as each role: nothing crashes, nothing changes for whoever may not.

    make fuzz                                  # 20,000 requests on SQLite
    make fuzz FUZZ="5000 7" TEST_DATABASE_URL=postgresql://…   # so many, from another seed, on that server

In this process, by the application as it is; each run with the same seed sends the same. What is a crash or a change
stands on a line with what was sent.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from werkzeug.test import Client

from app.db import db
from config_faults import database_url
from tests.client import TOKEN
from tests.house.test_access import WHO_OPENS, address, known_routes
from tests.security.crawler import OURS, UNTOLD, forms_in, in_forms
from tests.security.test_crawler import alone
from tests.security.town import Person
from tests.security.wire import make

NOT_ASKED = ("POST accounts.logout", "GET static")  # ends the walk; hands out files and reads nothing
# What strangers may leave behind: a link that is owed, and what is counted.
BY_ANYBODY = UNTOLD | {"mail_log"}
ODD = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1",
        "2561",
        "99999999999999999999",
        "1e309",
        "NaN",
        "1.5",
        "๑๒๓",
        "１２",
        "½",
        "0x10",
        "1_000",
    ),
    *(
        "true",
        "null",
        "[]",
        "{}",
        "[object Object]",
        "a" * 300,
        "ก" * 5001,
        "\x00",
        "a\x00b",
        "\ufeff",
        "\u200b",
        "\u202e",
    ),
    *(
        "ํา",
        "เเ",
        "้้้",
        "👩‍👩‍👧",
        "\U00010000",
        "a\r\nb",
        "a\nSet-Cookie: x=1",
        "\t",
        "%00",
        "%",
        "%s%n",
        "{{7*7}}",
        "${7}",
    ),
    *("'", '"', "';--", "\\", "`", "<b>", "]]>", "../../etc/passwd", "//elsewhere.example", "http://[", "javascript:x"),
    *(
        "2026-02-30",
        "0000-00-00",
        "31/02/2569",
        "9999-12-31T23:59:59",
        "25:61",
        "+0700",
        "6650807",
        "2900101",
        "x@",
        "=1+1",
    ),
)


class Sent(NamedTuple):
    """One odd request. `allowed`: whoever sends it may do what it is for, and comes from a page of ours."""

    method: str
    path: str
    fields: list[tuple[str, str]]
    allowed: bool


class Changes:
    """How often something was committed that is not what anybody may leave behind."""

    def __init__(self, engine: Any) -> None:
        self.number, self.wrote = 0, f"wrote, says {id(self)}"
        event.listen(engine, "before_cursor_execute", self._look)
        event.listen(engine, "commit", self._count)
        event.listen(engine, "rollback", lambda connection: connection.info.pop(self.wrote, None))

    def _look(self, connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        words = statement.replace('"', " ").split(None, 4)
        if words and words[0] in ("INSERT", "UPDATE", "DELETE"):
            table = words[1] if words[0] == "UPDATE" else words[2]
            if table.partition("(")[0] not in BY_ANYBODY:
                connection.info[self.wrote] = statement

    def _count(self, connection: Any) -> None:
        self.number += connection.info.pop(self.wrote, None) is not None


class Fuzzer:
    """`only`: names of the table of addresses; all of it where there are none."""

    def __init__(self, app: Flask, people: list[Person], seed: int, only: tuple[str, ...] = ()) -> None:
        self.app, self.people, self.dice, self.only = app, people, random.Random(seed), only
        with app.app_context():
            self.changes = Changes(db.engine)
        self.names = sorted(in_forms() | {"year", "round", "province", "q", "page", "sort", "at", "choice", "expected"})
        self.faults: list[str] = []
        self.statuses: dict[int, int] = {}

    def run(self, number: int) -> None:
        share = number // len(self.people)
        for who in self.people:
            client, token = self.come_in(who)
            requests = self.requests(who, client)
            for turn in range(share):
                if turn % 200 == 0 or (who.username and client.get(who.start).status_code != 200 and turn % 20 == 0):
                    client, token = self.come_in(who)
                self.send(who, client, token, next(requests))

    def come_in(self, who: Person) -> tuple[Client, str]:
        client = Client(alone(self.app))
        page = client.get("/login").text
        if who.username:
            typed = {"csrf_token": _token(page), "username": who.username, "password": who.password}
            client.post("/login", data=typed, headers=OURS)
        return client, _token(client.get(who.start).text) or _token(page)

    def requests(self, who: Person, client: Client) -> Iterator[Sent]:
        """All addresses in turn, each with odd words in some of its fields, again and again."""
        routes = [each for each in known_routes(self.app) if each[0] not in NOT_ASKED]
        routes = [each for each in routes if not self.only or each[0] in self.only]
        forms = self.forms(who, client)
        while True:
            self.dice.shuffle(routes)
            for name, method, rule in routes:
                parts = urlsplit(address(self.app, rule))
                query = [*parse_qsl(parts.query), *self.odd_fields(self.names, 2)]
                may = who.role in WHO_OPENS[name]
                if method == "GET":
                    yield Sent(method, f"{parts.path}?{urlencode(query)}", [], may)
                    continue
                own = forms.get(rule.endpoint, {})
                fields = [*own.items(), *self.odd_fields([*own] or self.names, 3), *self.odd_fields(self.names, 1)]
                yield Sent(method, f"{parts.path}?{urlencode(query)}", fields, may and self.dice.random() < 0.7)

    def odd_fields(self, names: list[str], most: int) -> list[tuple[str, str]]:
        return [(self.dice.choice(names), self.word()) for _each in range(self.dice.randint(0, most))]

    def word(self) -> str:
        if self.dice.random() < 0.7:
            return self.dice.choice(ODD)
        return "".join(
            chr(self.dice.choice((self.dice.randint(1, 0x2FF), self.dice.randint(0xE01, 0xE5B)))) for _ in range(8)
        )

    def forms(self, who: Person, client: Client) -> dict[str, dict[str, str]]:
        """The fields of this role's forms, by the view that takes them."""
        found: dict[str, dict[str, str]] = {}
        router = self.app.url_map.bind("localhost")
        for name, method, rule in known_routes(self.app):
            if method == "GET" and name not in NOT_ASKED and who.role in WHO_OPENS[name]:
                page = client.get(address(self.app, rule))
                for form in forms_in("/", page.text) if page.mimetype == "text/html" else ():
                    path = urlsplit(form.action).path
                    if form.method == "post" and router.test(path, "POST"):
                        fields = {name: value for name, value in form.fields.items() if name != "csrf_token"}
                        found.setdefault(str(router.match(path, "POST")[0]), fields)
        return found

    def send(self, who: Person, client: Client, token: str, sent: Sent) -> None:
        before = self.changes.number
        told: dict[str, Any] = {}
        if sent.method == "POST":
            fields = [*sent.fields, *([("csrf_token", token)] if sent.allowed else [])]
            headers = OURS if sent.allowed else {"Sec-Fetch-Site": "cross-site"}
            told = {"data": urlencode(fields), "content_type": "application/x-www-form-urlencoded", "headers": headers}
        answer = client.open(sent.path, method=sent.method, buffered=True, **told)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code} {who.role} {sent!r}"[:1500])
        changed = self.changes.number > before
        if changed and (sent.method == "GET" or not sent.allowed):
            self.faults.append(f"changed something: {who.role} {sent!r}"[:1500])


def _token(page: str) -> str:
    found = TOKEN.search(page)
    return found[1] if found else ""


def main(number: int = 20_000, seed: int = 1, server: str = "") -> int:
    """Prints each crash and each change that should not be; how many there were."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"eplannacc_fuzz_{seed}"
        url = database_url(server)
        keeper = create_engine(url, isolation_level="AUTOCOMMIT") if server else None
        if keeper is not None:
            with keeper.connect() as connection:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                connection.execute(text(f"CREATE DATABASE {name}"))
            url = make_url(url).set(database=name).render_as_string(hide_password=False)
        app, people = make(Path(folder), url)
        fuzzer = Fuzzer(app, people, seed)
        fuzzer.run(number)
        with app.app_context():
            db.engine.dispose()
        if keeper is not None:
            with keeper.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    for each in fuzzer.faults:
        print(each)
    print(f"{sum(fuzzer.statuses.values())} requests, {fuzzer.changes.number} changes, {len(fuzzer.faults)} faults")
    print(", ".join(f"{status}: {count}" for status, count in sorted(fuzzer.statuses.items())))
    return len(fuzzer.faults)


if __name__ == "__main__":
    import os

    given = [int(each) for each in sys.argv[1:3]]
    sys.exit(
        bool(
            main(*given, **({"server": os.environ["TEST_DATABASE_URL"]} if os.environ.get("TEST_DATABASE_URL") else {}))
        )
    )
