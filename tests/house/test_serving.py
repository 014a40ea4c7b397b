"""The web server without a proxy in front: slow senders, dead workers, signals; and whose turn it is in it."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from werkzeug.test import create_environ

from app import turns
from app.accounts import passwords
from app.accounts.passwords import hash_password
from app.db import db, transaction
from app.models import HistoryEntry
from app.models.enums import Entity
from app.turns import TURN, Patience, Queue, Rank, Turns, aside
from bench.deadline import Load, Part, clerks_of, faults, let_in
from tests.client import TOKEN, Client, check_page
from tests.factories import PASSWORD, YEAR, make_lao, make_project
from tests.house.serving import HEALTH, Served, answers, in_a_loop, serving, start, wait_for_answer
from tests.pages import enter, fields

SENDERS = 40
LENGTH = 12
FORM = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


def test_forty_senders_of_a_byte_at_a_time_keep_nobody_waiting_and_are_answered_in_the_end(served: Served) -> None:
    with ExitStack() as stack:
        # given: more senders than the server works on at once, each with a form that is on its way
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=20))
            for _each in range(SENDERS)
        ]
        for line in lines:
            line.sendall(FORM + b"Content-Length: %d\r\n\r\n" % LENGTH)

        # when
        for sent in range(LENGTH):
            for line in lines:
                line.sendall(b"a")
            if sent < LENGTH - 1:  # then: pages and whole forms are answered between any two of their bytes
                assert answers(served.port, HEALTH) == [b"200 OK"]
                whole = FORM + b"Connection: close\r\nContent-Length: 3\r\n\r\na=b"
                assert answers(served.port, whole) == [b"400 Bad Request"]  # no token

        # then
        assert [line.recv(20)[9:12] for line in lines] == [b"400"] * SENDERS


def test_a_form_whose_line_breaks_in_its_middle_is_not_taken(served: Served) -> None:
    """It would be kept as far as it came: granian reads an end there."""
    form = FORM + b"Sec-Fetch-Site: same-origin\r\n"
    for sent, answer in (
        (b"Content-Length: 10\r\n\r\nusername=1", b"422"),  # whole: only its token is missing
        (b"Content-Length: 100\r\n\r\nusername=1", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\na\r\nusername=1\r\n", b"411"),
        (b"Transfer-Encoding: chunked\r\n\r\na\r\nuser", b"411"),
        (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\na\r\nuser", b"411"),
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
            line.sendall(form + sent)
            if answer != b"422":
                line.shutdown(socket.SHUT_WR)
            assert line.recv(20)[9:12] == answer, sent
    assert answers(served.port, HEALTH) == [b"200 OK"]


def test_what_is_too_large_is_told_so(served: Served) -> None:
    much = 8 * 1024 * 1024 + 1
    asked = HTTPConnection("127.0.0.1", served.port, timeout=20)
    asked.putrequest("POST", "/login")
    for name, value in {"Content-Length": str(much), "Content-Type": "application/x-www-form-urlencoded"}.items():
        asked.putheader(name, value)
    asked.endheaders()
    with suppress(BrokenPipeError, ConnectionResetError):  # it may be answered before all was sent
        asked.send(b"a" * much)
    assert asked.getresponse().status == 413
    asked.close()


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        before = served.workers()

        # when
        os.kill(before[0], signal.SIGKILL)

        # then
        wait_for_answer(served)
        assert served.process.poll() is None
        assert set(served.workers()).isdisjoint(before)


def test_workers_that_are_killed_at_work_lose_no_save_and_keep_none_twice(app: Flask, tmp_path: Path) -> None:
    # given: clerks who save all the time, and two workers
    for number in range(6):
        make_project(make_lao(f"66508{10 + number}"))
    clerks = clerks_of(6)
    let_in(app, clerks)
    db.session.rollback()
    alike = {
        "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "SECRET_KEY": app.config["SECRET_KEY"],
    }
    with serving(tmp_path, "--workers", "2", **alike) as served:
        load = Load(served.port, clerks, ["/public"])

        def kill() -> None:
            for _each in range(2):
                os.kill(served.workers()[0], signal.SIGKILL)
                time.sleep(7)  # two deaths within six seconds end granian

        async def work() -> dict[str, dict[str, int]]:
            killing = asyncio.get_running_loop().run_in_executor(None, kill)
            told = await load.part(Part("at work", 25, 0, 0), 12)
            await killing
            await load.close()
            return told

        # when
        told = in_a_loop(work())

    # then
    assert list(faults(clerks)) == []
    assert sum(len(clerk.told) for clerk in clerks) > 20, told
    assert set(told["save"]) <= {"ok", "no answer", "told to come back", "nobody was free", "p50", "p95"}, told


@pytest.mark.parametrize("seconds", [0.4, 0.8, 1.2, 2])
def test_it_ends_when_it_is_told_to_however_early(tmp_path: Path, seconds: float) -> None:
    # given: a server that is about to start
    served = start(tmp_path)
    time.sleep(seconds)

    # when
    served.process.terminate()

    # then: well before a worker that does not end would be killed
    assert served.process.wait(timeout=20) is not None


def test_what_is_under_way_is_ended_before_the_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path) as served, socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        # given: a form half sent
        line.sendall(FORM + b"Content-Length: 3\r\n\r\na")
        time.sleep(0.3)

        # when
        served.process.terminate()
        time.sleep(0.3)
        line.sendall(b"=b")

        # then
        assert line.recv(20)[9:12] == b"400"


def saving(_environ: dict[str, Any]) -> Rank:
    return Rank.SAVES


# --- whose turn it is ----------------------------------------------------------------------------------
def test_who_saves_is_next_and_of_one_rank_who_came_first() -> None:
    queue, order = Queue(1), list[int]()
    queue.acquire_at_once()

    def wait(number: int) -> None:
        queue.acquire(Rank(number % 3))
        order.append(number)
        queue.release()

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(20)]
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        while len(queue) < waiting:
            time.sleep(0.001)

    # when
    queue.release()
    for thread in threads:
        thread.join()

    # then: those who save before those who read, and these before strangers
    assert order == [*range(0, 20, 3), *range(1, 20, 3), *range(2, 20, 3)]


def test_a_line_is_no_longer_than_it_may_be_and_nobody_waits_for_ever() -> None:
    queue = Queue(1)
    assert queue.acquire(Rank.STRANGER, Patience(0, 0))

    # when, then
    assert not queue.acquire(Rank.SAVES, Patience(3600, 0))
    assert not queue.acquire(Rank.SAVES, Patience(0.01, 1))
    assert len(queue) == 0

    # then: whoever gave up is handed nothing
    queue.release()
    assert queue.acquire_at_once()
    assert not queue.acquire_at_once()


def test_no_more_are_worked_on_at_once_than_may_be() -> None:
    inside, most = list[int](), list[int]()

    def application(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return []

    turns = Turns(application, 3, 100, saving)
    threads = [threading.Thread(target=turns, args=({"wsgi.input": BytesIO()}, None)) for _each in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 3


def test_no_more_is_read_than_was_announced() -> None:
    """On a line that is kept open nothing follows the body until it is answered, or the next request does."""
    line, told = BytesIO(b"a=bGET /next"), list[bytes]()

    def application(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        told.append(environ["wsgi.input"].read())
        return []

    Turns(application, 1, 100, saving)({"CONTENT_LENGTH": "3", "wsgi.input": line}, None)
    assert (told, line.read()) == ([b"a=b"], b"GET /next")


def test_a_turn_is_given_back_by_what_fails() -> None:
    def application(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        raise ValueError("failed")

    turns = Turns(application, 1, 100, saving)
    for _again in range(3):
        with pytest.raises(ValueError, match="failed"):
            turns({"wsgi.input": BytesIO()}, None)


@pytest.fixture
def one_at_a_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    found = app.wsgi_app
    assert isinstance(found, Turns)
    monkeypatch.setattr(found, "_turns", Queue(1))
    return app


def test_whoever_waits_for_a_hash_keeps_nobody_waiting(one_at_a_time: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: an LAO whose password is being looked at, for as long as this test likes
    make_lao()
    looked_at, go_on = threading.Event(), threading.Event()

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, *words: str) -> bool:
            looked_at.set()
            assert go_on.wait(20)
            return hasher.verify(*words)

    hasher = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Slow())
    slow, other = Client(one_at_a_time), Client(one_at_a_time)
    slow.get("/login")
    statuses = list[int]()
    sign_in = threading.Thread(
        target=lambda: statuses.append(slow.send("/login", {"username": "6650807", "password": PASSWORD}).status_code)
    )
    sign_in.start()
    assert looked_at.wait(20)

    # when, then: the one turn there is is free, and the connection
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert other.get("/login").status_code == 200
    go_on.set()
    sign_in.join()
    assert statuses == [302]


def test_a_deed_keeps_its_turn_and_what_it_has_read(one_at_a_time: Flask) -> None:
    with one_at_a_time.test_request_context(environ_overrides={TURN: Queue(0)}), transaction():
        before = db.session.connection()
        with aside():
            assert db.session.connection() is before
        hash_password("a password of a deed")
        assert db.session.connection() is before


# --- more than can be answered -------------------------------------------------------------------------
NAME = "eplannacc"
PUBLIC = HEALTH.replace(b"/healthz", b"/public")
SENTENCE = "ขณะนี้มีผู้ใช้งานพร้อมกันจำนวนมาก"


@pytest.fixture
def full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """No turn is free, and nobody may wait for one."""
    found = app.wsgi_app
    assert isinstance(found, Turns)
    monkeypatch.setattr(found, "_turns", Queue(0))
    monkeypatch.setattr(turns, "PATIENCE", dict.fromkeys(Rank, Patience(0.01, 1)))
    return app


def test_whoever_gets_no_turn_is_told_so_without_a_look_at_the_database(
    full: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: somebody who is signed in, with a form
    lao = make_lao()
    clerk, stranger = Client(full), Client(full)
    with monkeypatch.context() as before:
        before.setattr(full.wsgi_app, "_turns", Queue(1))
        enter(clerk, lao.account_id)
        page = clerk.get("/projects/new").text
        form = {**fields(page), "csrf_token": TOKEN.findall(page)[0]}

    def asked(*_words: Any) -> None:
        raise AssertionError("the database was asked")

    event.listen(db.engine, "before_cursor_execute", asked)
    try:
        # when
        listed, saved = clerk.get("/projects"), clerk.post("/projects/new", data=form)
        part = clerk.get("/projects", headers={"HX-Request": "true"})
        program = stranger.get("/api/v1/projects")
        lives = stranger.get("/healthz")
    finally:
        event.remove(db.engine, "before_cursor_execute", asked)

    # then
    for answer in (listed, saved, stranger.get("/public"), stranger.get("/login")):
        assert (answer.status_code, int(answer.headers["Retry-After"])) == (503, 15)
        assert SENTENCE in answer.text
        assert "X-Request-ID" not in answer.headers
        assert answer.headers["Content-Security-Policy"]
        check_page(answer.text)
    assert (part.status_code, part.headers["X-Answer"], part.text.startswith(SENTENCE)) == (503, "sentence", True)
    assert (program.status_code, program.get_json()["status"]) == (503, 503)
    assert lives.text == "ok"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"If-None-Match": "*", "Range": "bytes=0-1", "If-Modified-Since": "Mon, 02 Apr 2035 07:32:00 GMT"}),
        ("GET", {"Accept-Encoding": "gzip", "Cookie": f"{NAME}=x", "Accept-Language": "en"}),
        ("POST", {"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site", "Origin": "http://elsewhere"}),
        ("OPTIONS", {"Access-Control-Request-Method": "POST", "Origin": "http://elsewhere"}),
        ("GET", {"HX-Boosted": "true", "HX-Target": "nothing"}),
    ],
)
def test_who_asks_first_decides_nothing_of_what_the_others_are_told(
    full: Flask, method: str, headers: dict[str, str]
) -> None:
    first = full.test_client().open(
        "/public?x=1", method=method, headers=headers, data=b"x" if method == "POST" else b""
    )
    assert (first.status_code, first.data == b"") == (503, method == "HEAD")
    for path in ("/public", "/projects"):
        told = Client(full).get(path)
        assert (told.status_code, int(told.headers["Retry-After"]), SENTENCE in told.text) == (503, 15, True)
        assert "Content-Encoding" not in told.headers
        check_page(told.text)


def test_who_is_signed_in_goes_before_strangers(app: Flask) -> None:
    # given
    found = app.wsgi_app
    assert isinstance(found, Turns)
    clerk, stranger = Client(app), Client(app)
    enter(clerk, make_lao().account_id)
    stranger.get("/login")
    forged = Client(app)
    forged.set_cookie(NAME, "eyJfdXNlcl9pZCI6ICIxIn0.aaaa.bbbb")

    def rank(client: Client, method: str) -> Rank:
        cookie = client.get_cookie(NAME)
        assert cookie
        return found._rank(create_environ("/projects", method=method, headers={"Cookie": f"{NAME}={cookie.value}"}))

    # when, then
    told = {
        name: [rank(client, method) for method in ("POST", "GET")]
        for name, client in (("clerk", clerk), ("stranger", stranger), ("forged", forged))
    }
    outside = [Rank.INSIDE, Rank.STRANGER]
    assert told == {"clerk": [Rank.SAVES, Rank.INSIDE], "stranger": outside, "forged": outside}


def test_a_crowd_at_the_door_is_told_to_come_back_and_who_waits_there_keeps_no_turn(
    one_at_a_time: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: nobody's password can be looked at now
    make_lao()
    hashing = passwords._Hashing(1)
    assert hashing.queue.acquire_at_once()
    monkeypatch.setitem(one_at_a_time.extensions, "hashing", hashing)
    monkeypatch.setattr(passwords, "PATIENCE", Patience(0.01, 1))
    client = Client(one_at_a_time)
    client.get("/login")

    # when
    answer = client.send("/login", {"username": "6650807", "password": PASSWORD})

    # then
    assert (answer.status_code, SENTENCE in answer.text) == (503, True)
    assert client.get("/login").status_code == 200
    hashing.queue.release()
    assert client.send("/login", {"username": "6650807", "password": PASSWORD}).status_code == 302


def test_who_hashes_stands_back_behind_all_others(app: Flask) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    hashed_at = passwords._in_turn(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert hashed_at == min(19, passwords.BEHIND)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


@pytest.fixture
def a_crowd(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """What is hashed for somebody who had to wait for the one before."""
    hashing = passwords._Hashing(1)
    monkeypatch.setitem(app.extensions, "hashing", hashing)

    def hashed(work: Callable[[], Any]) -> Any:
        assert hashing.queue.acquire_at_once()
        with ThreadPoolExecutor(1) as somebody:
            answer = somebody.submit(hashing.made, work)
            while not len(hashing.queue):
                time.sleep(0.001)
            hashing.queue.release()
            return answer.result(timeout=60)

    return hashed


def test_a_crowd_is_hashed_for_when_nobody_else_wants_a_processor(
    a_crowd: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MOST_ASIDE", 60.0)
    assert a_crowd(lambda: os.sched_getscheduler(0)) == os.SCHED_IDLE
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_where_all_processors_are_wanted_a_crowd_still_comes_in(
    a_crowd: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: a thread that never gets a processor, until the test is over
    monkeypatch.setattr(passwords, "MOST_ASIDE", 0.01)
    over = threading.Event()

    # when
    def work() -> int:
        if os.sched_getscheduler(0) == os.SCHED_IDLE:
            over.wait()
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    hashed_at = a_crowd(work)
    over.set()

    # then
    assert hashed_at == min(19, passwords.BEHIND)


def test_beyond_its_limit_it_tells_strangers_and_goes_on_saving(app: Flask, tmp_path: Path) -> None:
    # given: a server with one turn, a clerk who is signed in, and more strangers than may wait
    lao = make_lao()
    address = f"/reporting/{make_project(lao)}/{YEAR}/6"
    clerk, seen = Client(app), Counter[bytes]()
    enter(clerk, lao.account_id)
    cookie = clerk.get_cookie(NAME)
    assert cookie
    headers = f"Host: localhost\r\nCookie: {NAME}={cookie.value}\r\nConnection: close\r\n"
    alike = {
        "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "SECRET_KEY": app.config["SECRET_KEY"],
        "PUBLIC_LIMIT_ADDRESS": "1000000/minute",
    }
    over = threading.Event()
    with serving(tmp_path, REQUESTS_AT_ONCE="1", **alike) as served:

        def read() -> None:
            while not over.is_set():
                seen.update(
                    answers(served.port, b"GET /public HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                )

        strangers = [threading.Thread(target=read) for _each in range(turns.PATIENCE[Rank.STRANGER].waiting + 8)]
        for thread in strangers:
            thread.start()

        # when
        saved = []
        for spent in range(10):
            page = clerk.get(address).text
            data = {**fields(page), "csrf_token": TOKEN.findall(page)[0], "status": "done", "spent": str(spent)}
            form = urlencode(data, doseq=True)
            sent = f"POST {address} HTTP/1.1\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n"
            saved += answers(served.port, f"{sent}Content-Length: {len(form)}\r\n\r\n{form}".encode())
        over.set()
        for thread in strangers:
            thread.join()

        # then: each was kept, some strangers were told to come back, and there is room again
        assert saved == [b"302 Found"] * 10
        assert set(seen) == {b"200 OK", b"503 Service Unavailable"}
        assert answers(served.port, PUBLIC) == [b"200 OK"]
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(HistoryEntry.entity == Entity.REPORT)) == 10
