"""The web server without a proxy in front: slow senders, dead workers, signals; and whose turn it is in it."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.accounts.passwords import hash_password
from app.db import db, transaction
from app.turns import TURN, Queue, Turns, aside
from tests.client import Client
from tests.factories import PASSWORD, make_lao
from tests.house.serving import HEALTH, Served, answers, serving, start, wait_for_answer

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


def test_a_form_that_was_never_sent_whole_reaches_nobody(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(FORM + b"Content-Length: 100\r\n\r\nusername=1")
    assert answers(served.port, HEALTH) == [b"200 OK"]


def test_what_is_too_large_is_told_so_however_it_is_sent(served: Served) -> None:
    much = 8 * 1024 * 1024 + 1
    for headers in ({"Content-Length": str(much)}, {"Transfer-Encoding": "chunked"}):
        asked = HTTPConnection("127.0.0.1", served.port, timeout=20)
        chunked = "Transfer-Encoding" in headers
        asked.putrequest("POST", "/login")
        for name, value in {**headers, "Content-Type": "application/x-www-form-urlencoded"}.items():
            asked.putheader(name, value)
        asked.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):  # it may be answered before all was sent
            asked.send(b"%x\r\n%s\r\n0\r\n\r\n" % (much, b"a" * much) if chunked else b"a" * much)
        assert asked.getresponse().status == 413, headers
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


# --- whose turn it is ----------------------------------------------------------------------------------
def test_who_came_first_is_next() -> None:
    queue, order = Queue(1), list[int]()
    queue.acquire()

    def wait(number: int) -> None:
        queue.acquire()
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

    # then
    assert order == list(range(20))


def test_no_more_are_worked_on_at_once_than_may_be() -> None:
    inside, most = list[int](), list[int]()

    def application(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return []

    turns = Turns(application, at_once=3, most=100)
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

    Turns(application, 1, 100)({"CONTENT_LENGTH": "3", "wsgi.input": line}, None)
    assert (told, line.read()) == ([b"a=b"], b"GET /next")


def test_a_turn_is_given_back_by_what_fails() -> None:
    def application(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        raise ValueError("failed")

    turns = Turns(application, at_once=1, most=100)
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
    from app.accounts import passwords

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
