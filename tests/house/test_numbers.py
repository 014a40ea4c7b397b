"""A number that no column holds names no row: 404 or 422 on both engines, in addresses and in forms."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.models.enums import Role, Round
from app.web import RowNumber
from tests.client import XHTML, Client
from tests.factories import make_lao, make_project, make_report, make_sign, make_staff
from tests.house.test_access import WHO_OPENS, address, routes
from tests.house.test_years import PAGES, YEAR
from tests.lao.fixed_rounds.closing import close, fix
from tests.pages import elements, enter

VALUES = ("-1", "32768", str(2**31), str(2**63), str(10**30), "๓๒๗๖๘", "+1", "1e3", "0x1")
QUESTIONS = (
    *("year", "round", "round_", "page", "n", "id", "ids", "dimension", "province", "district", "entry", "project"),
    *("lao", "days", "after", "start", "end", "index", "size", "first", "second", "limit", "code", "period", "reason"),
    *(
        "organisation_id",
        "project_id",
        "plan_period_id",
        "fiscal_year",
        "account",
        "from",
        "to",
        "at",
        "copied",
        "undo",
    ),
)


@pytest.fixture
def people(app: Flask) -> dict[str, int | None]:
    """Everybody who opens something, and rows for each number of an address."""
    lao = make_lao()
    make_report(lao, make_project(lao))
    chief, officer = make_staff("admin", Role.ADMINISTRATOR), make_staff("somsri", Role.OFFICER, "65")
    close(Round.TWELVE)
    fix()
    make_sign(lao.own_organisation_id)
    return {"administrator": chief.id, "officer": officer.id, "lao": lao.account_id, "stranger": None}


def client_for(app: Flask, people: dict[str, int | None], name: str) -> Client:
    """Signed in as somebody who opens it."""
    client = Client(app)
    client.reads_each_letter = False  # other walks do
    who = next(each for each in people if each in WHO_OPENS[name])
    if people[who]:
        enter(client, people[who])
    return client


def beyond(app: Flask, rule: Rule) -> Iterator[str]:
    """The addresses of a route with each of its numbers beyond what there is."""
    good = address(app, rule).partition("?")[0].split("/")
    numbers = [name for name, each in rule._converters.items() if isinstance(each, RowNumber)]
    places = [place for place, part in enumerate(rule.rule.split("/")) if any(f":{name}>" in part for name in numbers)]
    for place in places:
        for value in VALUES:
            ending = good[place].lstrip("0123456789")
            yield "/".join([*good[:place], value + ending, *good[place + 1 :]])


def test_a_number_in_an_address_that_no_column_holds_is_not_found(app: Flask, people: dict[str, int | None]) -> None:
    for name, method, rule in routes(app):
        client = client_for(app, people, name)
        for path in beyond(app, rule):
            answer = client.get(path) if method == "GET" else client.send(path, {})
            fits = "/32768" in path  # where the column has four bytes
            assert answer.status_code in ({404, 422} if not fits else {404, 422, 200, 302, 303}), (name, path)


def test_numbers_after_the_question_mark_that_nobody_can_mean_break_nothing(
    app: Flask, people: dict[str, int | None]
) -> None:
    for name, method, rule in routes(app):
        if method != "GET" or rule.endpoint in ("static", "accounts.logout"):
            continue
        client, good = client_for(app, people, name), address(app, rule)
        for value in ("32768", str(10**30)):
            questions = "&".join(f"{each}={value}" for each in QUESTIONS)
            answer = client.get(f"{good}{'&' if '?' in good else '?'}{questions}")
            assert answer.status_code < 500, (name, value)


def filled_forms(html: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Address and fields of each form of a page that changes something, with something in every field."""
    for form in elements(html, "form"):
        if form.get("method") == "post" and form.get("action") not in ("/logout", None):
            fields: dict[str, str] = {}
            for field in form.iter():
                if field.get("name") and field.get("name") != "csrf_token" and field.tag != f"{XHTML}form":
                    fields.setdefault(field.get("name"), field.get("value") or "1")
            yield form.get("action"), fields


@pytest.mark.parametrize("who", ["lao", "somsri", "admin"])
def test_numbers_in_forms_that_no_column_holds_are_refused_or_read_as_text(
    app: Flask, client: Client, people: dict[str, int | None], who: str
) -> None:
    """Every field of every form at once, and alone those that bring a number."""
    ids = {"lao": people["lao"], "somsri": people["officer"], "admin": people["administrator"]}
    known = {"y": YEAR - 1, "p": 1, "o": 1, "g": 1, "s": ids[who]}
    client.reads_each_letter = False
    enter(client, ids[who])
    seen: set[Any] = set()
    for page in PAGES[who]:
        for action, fields in filled_forms(client.get(page.format(**known)).text):
            if (action, *fields) in seen:
                continue
            seen.add((action, *fields))
            numbers = [name for name, value in fields.items() if value.isdecimal()]
            tries = [{**fields, name: VALUES[1 + place % 4]} for place, name in enumerate(numbers)]
            tries += [dict.fromkeys(fields, value) for value in VALUES[:5]]
            for sent in tries:
                answer = client.send(action, sent)
                assert answer.status_code < 500, (action, sent)
            enter(client, ids[who])
    assert seen
