"""Deeds of the desk, one after another in the same busy world: what each says, what it locks, and each row it changes.

What stands in `deeds/` was read by a person once. Where a deed is meant to do something else, READ_ANEW=1 writes it
anew, and the change shows in the commit.
"""

import json
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app import clock
from app.clock import BANGKOK
from app.mails import jobs
from app.nacc.lao_accounts import routes as account_routes
from tests.client import Client, text_of
from tests.nacc.busy import SEEN_AT, Busy, make_busy
from tests.nacc.earlier import EARLIER, make_all_earlier, without_hours
from tests.nacc.locking import locks_taken
from tests.nacc.reading import as_read, differing, lines_apart
from tests.nacc.stored import Rows, stored_rows
from tests.pages import check_kept_provinces, elements, enter, fields, sentences
from tests.worlds import Worlds

READ = Path(__file__).parent / "deeds"
SECRET = ("password_hash", "activation_hash", "token_hash")
MINUTE = timedelta(minutes=1)
Deed = tuple[str, str, dict[str, Any]]  # who, where, what the form says


class World(NamedTuple):
    start: datetime
    busy: Busy
    client: Client
    passes: Any  # lets a minute pass


@pytest.fixture(params=["afternoon", "early"])
def world(
    app: Flask, worlds: Worlds, client: Client, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> World:
    """Early it is yesterday in Greenwich still, and each deed does the same."""
    now = [SEEN_AT]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    for module in (jobs, account_routes):
        monkeypatch.setattr(module, "send_behind_the_request", lambda: None)
    busy = worlds.begin(_early if request.param == "early" else make_busy)
    if request.param == "early":
        now[0] = (SEEN_AT - EARLIER).astimezone(UTC)
    return World(now[0], busy, client, lambda: now.append(now.pop() + MINUTE))


def _early() -> Busy:
    busy = make_busy()
    make_all_earlier()
    return busy


def _plain(name: str, value: Any) -> str:
    if name in SECRET and value is not None:
        return "something"
    if isinstance(value, datetime):
        return f"{value.astimezone(BANGKOK):%Y-%m-%d %H:%M}"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value.value if isinstance(value, Enum) else value)


def _changed(before: Rows, after: Rows) -> list[str]:
    told: list[str] = []
    for name, rows in after.items():
        old = before[name]
        if old == rows:
            continue
        told += [f"  - {name} {'/'.join(map(str, key))}" for key in old if key not in rows]
        for key, row in rows.items():
            was = old.get(key, dict.fromkeys(row))
            new = [f"{column}={_plain(column, value)}" for column, value in row.items() if was[column] != value]
            if key in old and new:
                told.append(f"  ~ {name} {'/'.join(map(str, key))}: {', '.join(new)}")
            if key not in old:  # its number is no promise: what was refused takes one, too, on PostgreSQL
                told.append(f"  + {name} {', '.join(each for each in new if not each.startswith('id='))}")
    return sorted(told)  # rows of one moment come in the order in which the database has them


def _done(world: World, deeds: list[Deed]) -> tuple[str, str]:
    """What they did, and the pages of those that were refused, each with what was typed."""
    lines, pages = list[str](), list[str]()
    before = stored_rows()
    busy = world.busy
    staff = {"officer": busy.crowd.officer, "second": busy.second, "admin": busy.admin}
    signed_in = ""
    for who, path, form in deeds:
        if who != signed_in:
            enter(world.client, (staff.get(who) or busy.crowd.laos[who]).account_id)
            signed_in = who
        world.passes()
        with locks_taken() as locks:
            answer = world.client.send(path, form)
        if "sure" in fields(answer.text) and answer.status_code == 422:
            lines.append(f"{who} {path} asks: {_notes(answer.text)}")
            with locks_taken() as locks:
                answer = world.client.send(path, form | {"sure": fields(answer.text)["sure"][0]})
        lines.append(f"{who} {path} {answer.status_code} {answer.location or ''}")
        if answer.status_code == 303:
            lines += [f"  says: {_notes(world.client.get(answer.location).text)}"]
        elif answer.mimetype == "text/html":
            lines += [f"  {field}: {words}" for field, words in sentences(answer.text).items()]
            lines += [f"  says: {_notes(answer.text)}"]
        if answer.status_code in (409, 422):
            pages += [f"=== {path}", as_read(answer.text)]
        lines += [f"  locks {each}" for each in locks]
        after = stored_rows()
        lines += _changed(before, after)
        check_kept_provinces()
        before = after
    return "\n".join(lines) + "\n", "\n".join(pages)


def _notes(html: str) -> str:
    told = [each for each in elements(html, "div", "p") if "note" in (each.get("class") or "").split()]
    return " / ".join(text_of(each) for each in told)


def compare_deeds(name: str, world: World, deeds: list[Deed]) -> None:
    (told, pages), read = _done(world, deeds), READ / f"{name}.txt"
    if world.start == SEEN_AT:
        found = [*differing(read, told), *differing(READ / f"{name}_pages.txt", pages)]
    else:
        found = lines_apart(name, without_hours(read.read_text("utf-8")), without_hours(told))
    assert not found, "\n".join(found)
