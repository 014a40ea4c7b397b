"""Public pages are kept for a short while, for strangers only, and one thread at a time makes one anew."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from app.citizens.public import cache as module
from app.citizens.public.cache import Kept, PageCache
from tests.client import Client
from tests.factories import make_lao, make_project, make_report
from tests.pages import enter

PATH = "/public/organisations/6650807?year=2561&round=6"


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", clock)
    return clock


def test_a_stranger_sees_a_new_report_within_a_minute_and_a_clerk_at_once(
    app: Flask, client: Client, time: Clock
) -> None:
    # given
    lao = make_lao()
    project_id = make_project(lao)
    first = client.get(PATH)

    # when
    make_report(lao, project_id)
    kept = client.get(PATH)
    enter(client, lao.account_id)
    clerk = client.get(PATH)
    client.delete_cookie("eplannacc")
    time.now += module.SERVER_SECONDS + 1
    later = client.get(PATH)

    # then
    assert "0 ÷" not in first.text
    assert kept.data == first.data
    assert ">100.00<" in clerk.text
    assert clerk.headers["Cache-Control"] == "private, no-cache"
    assert ">100.00<" in later.text
    assert module.SERVER_SECONDS + module.BROWSER_SECONDS <= 60
    assert later.headers["Cache-Control"] == f"public, max-age={module.BROWSER_SECONDS}"


def test_an_unchanged_page_is_not_sent_again_and_carries_no_session(app: Flask, client: Client) -> None:
    make_lao()
    first = client.get(PATH)
    assert "Set-Cookie" not in first.headers
    assert "csrf" not in first.text
    again = client.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(PATH, headers={"If-None-Match": '"other"'}).status_code == 200
    fragment = client.get(PATH, headers={"HX-Request": "true"})
    assert "<html" not in fragment.text


def test_a_word_for_one_visitor_is_shown_to_nobody_else(app: Flask, client: Client) -> None:
    """ "The password is set" waits for its reader on a page that is nobody's own, and stays theirs."""
    # given
    make_lao()
    with client.session_transaction() as kept:
        kept["_flashes"] = [("ok", "ตั้งรหัสผ่านใหม่แล้ว")]

    # when
    first, stranger = client.get(PATH), Client(app).get(PATH)

    # then
    for page in (first, stranger):
        assert "ตั้งรหัสผ่านใหม่แล้ว" not in page.text
        assert "Set-Cookie" not in page.headers
    assert "ตั้งรหัสผ่านใหม่แล้ว" in client.get("/login").text


def test_what_is_not_there_is_not_kept(app: Flask, client: Client) -> None:
    assert client.get("/public/provinces/99").status_code == 404
    assert client.get("/public/organisations/6650807").status_code == 404
    make_lao()
    assert client.get("/public/organisations/6650807").status_code == 200


def test_while_one_thread_makes_a_page_anew_the_others_get_the_old_one(time: Clock) -> None:
    # given
    pages, old = PageCache(), Kept(b"old", "tag", [], "text/html", time.now + 1, {})
    assert pages.get("key") is None
    pages.put("key", old)
    pages.made("key")
    time.now += 2

    # when
    got: list[Kept | None] = []
    start = Barrier(8)

    def ask() -> None:
        start.wait()
        got.append(pages.get("key"))

    threads = [Thread(target=ask) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert sorted(kept is None for kept in got) == [False] * 7 + [True]
    pages.made("key")  # it failed: the next one tries
    assert pages.get("key") is None


def test_pages_together_stay_within_their_room() -> None:
    pages = PageCache()
    for place in range(200):
        pages.put(place, Kept(b"x" * 1_000_000, "", [], "text/html", 0, {}))
    assert pages._pages.currsize <= module.MOST_BYTES
    pages.put("huge", Kept(b"x" * module.MOST_BYTES, "", [], "text/html", 0, {}))
    assert "huge" not in pages._pages
