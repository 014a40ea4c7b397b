"""What is kept for all depends on its address alone: whoever asks, and with whatever in the request."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask, session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import clock
from app.access import PUBLIC
from app.citizens.public import cache as module
from app.extensions import limiter
from app.models.enums import Role, Round
from tests.client import Client
from tests.factories import make_lao, make_project, make_report, make_staff
from tests.house.test_access import address
from tests.lao.fixed_rounds.closing import close, fix
from tests.pages import enter

SECRET = "ข้อความของคนอื่น"
ODD = "&x=<b>%E0%B8%81&year=2562&year=2561&__debug=1&round=6&utm_source=a&by=nonsense&district=zz"
BESIDE = "/public/side-by-side?places=65,6650807"
PLACES = ("", "/regions/6", "/provinces/65", "/districts/6508", "/organisations/6650807")


def kept_rules(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "is_kept", False):
            yield rule


def kept_addresses(app: Flask) -> list[str]:
    found = [address(app, rule, project_id=1) for rule in kept_rules(app)]
    places = [
        f"/public{place}{page}" for place in PLACES for page in ("", "/compare", "/figures/percent", "/plots/years.svg")
    ]
    return sorted({*found, *places, "/public/search?q=ดินทอง", BESIDE, "/public/verify?entry=1&hash=0123456789abcdef"})


@pytest.fixture
def filled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    lao = make_lao()
    make_report(lao, make_project(lao))
    close(Round.SIX)
    fix()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 5, 3, tzinfo=UTC))
    return app


def stranger_with_much(app: Flask) -> Client:
    """A browser with a message that waits, a session that is over, and everything odd that a request can bring."""
    client = Client(app)
    with client.session_transaction() as kept:
        kept["_flashes"] = [("ok", SECRET)]
        kept["_user_id"] = "424242.0.full"
        kept["csrf_token"] = SECRET
        kept["saved"] = (SECRET, 1)
    return client


HEADERS = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-For": "203.0.113.7",
    "Accept-Language": "en",
    "User-Agent": SECRET.encode().decode("latin-1"),
    "Referer": "http://evil.example/",
    "HX-Current-URL": "http://evil.example/public",
    "Authorization": "Basic eDp5",
}


def told(answer: TestResponse) -> tuple[Any, ...]:
    """All but what is of the request itself: its number."""
    headers = sorted((name, value) for name, value in answer.headers if name != "Date")
    return answer.status_code, answer.data, headers


def with_odd(path: str) -> str:
    return f"{path}{'' if '?' in path else '?'}{ODD.replace('&year', '&unknown').replace('&round', '&un')}"


def test_what_is_kept_is_one_and_the_same_whoever_asked_first(filled: Flask) -> None:
    """Made for a plain stranger, and made anew for one with a message, a dead session and odd parameters."""
    paths = kept_addresses(filled)
    assert len(paths) > 20
    for path in paths:
        filled.extensions["public-pages"].clear()
        plain = Client(filled).get(path)
        filled.extensions["public-pages"].clear()
        loaded = stranger_with_much(filled)
        first = loaded.get(with_odd(path), headers=HEADERS)
        after = Client(filled).get(path)

        assert told(first) == told(plain) == told(after), path
        assert SECRET.encode() not in after.data
        assert "Set-Cookie" not in first.headers, path
        assert b"csrf" not in first.data, path
    with loaded.session_transaction() as kept:
        assert kept["_flashes"] == [("ok", SECRET)]


@pytest.mark.parametrize("fragment", [False, True])
def test_one_page_is_made_however_its_address_is_written(
    filled: Flask, monkeypatch: pytest.MonkeyPatch, fragment: bool
) -> None:
    """A parameter that the page does not know, another order, other digits: the same page, made once."""
    made = []
    view = module.make_response
    monkeypatch.setattr(module, "make_response", lambda answer: made.append(1) or view(answer))
    headers = {"HX-Request": "true"} if fragment else {}
    ways = (
        "year=2561&round=6",
        "round=6&year=2561",
        "year=๒๕๖๑&round=๖",
        "x=1&year=2561&round=6",
        "year=2561&y=&round=6",
    )
    ways += ("year=2561&round=6&year=2562", "year=2561&round=6&district=zz&by=zz&side=x&page=7", "year=02561&round=06")
    answers = {Client(filled).get(f"/public/provinces/65?{way}", headers=headers).data for way in ways}
    assert len(answers) == 1
    assert len(made) == 1


def test_addresses_of_one_row_are_one(filled: Flask) -> None:
    for path in ("/public/projects/01", "/public/projects/๑", "/public/projects/+1", "/public/projects/-1"):
        assert Client(filled).get(path).status_code == 404, path


def test_whoever_is_signed_in_reads_her_own_message_and_nobody_else_does(filled: Flask) -> None:
    officer = make_staff("somsri", Role.OFFICER, "65")
    for path in kept_addresses(filled):
        client = Client(filled)
        enter(client, officer.id)
        with client.session_transaction() as kept:
            kept["_flashes"] = [("ok", SECRET)]
        own = client.get(path)
        if own.mimetype == "text/html" and own.status_code == 200:
            assert SECRET in own.text, path
        assert "public" not in own.headers.get("Cache-Control", "") or own.mimetype != "text/html", path
        assert SECRET.encode() not in Client(filled).get(path).data, path


def test_a_view_sees_of_a_request_only_what_its_page_is_kept_by(app: Flask) -> None:
    seen = []

    def view() -> str:
        request = module.request
        session["mine"] = "x"
        seen.append((request.query_string, dict(request.cookies), request.headers.get("Accept-Language")))
        return "page"

    view.parameters = {"a": lambda typed: typed.strip()}  # type: ignore[attr-defined]
    with app.test_request_context("/public?b=2&a= 1 &a=3", headers={"Cookie": "c=d", "Accept-Language": "th"}):
        app.make_response(module.kept_for_all(view)())
        assert not session
    assert seen == [(b"a=1", {}, None)]


def test_one_thread_makes_a_page_and_the_others_wait_for_it(filled: Flask) -> None:
    """Also a page that nobody has asked for yet."""
    # given
    begun, go_on, made, answers = Event(), Event(), [], []

    def view() -> str:
        made.append(1)
        begun.set()
        go_on.wait(10)
        return f"page {len(made)}"

    known = module.kept_for_all(view)

    def ask() -> None:
        with filled.test_request_context("/public"):
            answers.append(known().get_data())

    # when
    threads = [Thread(target=ask) for _each in range(5)]
    threads[0].start()
    begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()

    # then
    assert answers == [b"page 1"] * 5


def test_a_stranger_who_has_page_after_page_made_is_asked_to_wait(
    filled: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the address, of IPv6 by the network that one customer has; what is kept already is given to everybody."""
    # given
    monkeypatch.setitem(filled.config, "PUBLIC_LIMIT_ADDRESS", "5/minute")
    monkeypatch.setattr(module, "perf_counter", lambda: 0.0)
    client, lao = Client(filled), "/public/organisations/6650807"

    def ask(path: str, address: str, **more: Any) -> TestResponse:
        return client.get(path, environ_base={"REMOTE_ADDR": address}, **more)

    # when
    codes = [ask(f"{lao}?year={year}", f"2001:db8:0:1::{year}").status_code for year in range(2561, 2568)]
    refused = ask(f"{lao}?year=2580", "2001:db8:0:1:ffff::1")
    fragment = ask(f"{lao}?year=2580", "2001:db8:0:1:ffff::1", headers={"HX-Request": "true"})

    # then
    assert codes == [200] * 5 + [429] * 2
    assert refused.headers["Retry-After"] == "60"
    for answer in (refused, fragment):
        assert "รอประมาณ 1 นาที" in answer.text
    assert refused.headers["Cache-Control"] == "private, no-cache"
    assert ask(f"{lao}?year=2561", "2001:db8:0:1:ffff::1").status_code == 200
    assert ask(f"{lao}?year=2580", "2001:db8:0:2::1").status_code == 200
    assert ask(f"{lao}?year=2581", "192.0.2.1").status_code == 200
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert ask(f"{lao}?year=2582", "2001:db8:0:1::1").status_code == 200


def test_a_page_that_took_long_counts_for_many(filled: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(filled.config, "PUBLIC_LIMIT_ADDRESS", "20/minute")
    ticks = iter(range(1000, 9000))
    monkeypatch.setattr(module, "perf_counter", lambda: next(ticks))  # each page takes a second
    codes = [Client(filled).get(f"/public?year={year}").status_code for year in range(2561, 2565)]
    assert codes == [200, 200, 429, 429]
    limiter.reset()
    assert Client(filled).get("/public?year=2565").status_code == 200


def test_what_proxies_may_keep_is_kept_here_or_knows_no_session(filled: Flask) -> None:
    """Every public address that answers "public" is one of the walk above, or sees no cookie at all."""
    client = stranger_with_much(filled)
    for rule in filled.url_map.iter_rules():
        view = filled.view_functions[rule.endpoint]
        if "GET" not in (rule.methods or ()) or getattr(view, "access", ()) != (PUBLIC,) or rule.endpoint == "static":
            continue
        answer = client.get(address(filled, rule))
        if "public" in answer.headers.get("Cache-Control", "") and not getattr(view, "is_kept", False):
            assert SECRET not in answer.text, rule
            assert told(answer) == told(Client(filled).get(address(filled, rule))), rule
