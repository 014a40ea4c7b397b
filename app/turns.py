"""Whose turn it is: a request is worked on once it is there whole, few at a time, and those who save before others.

The server has a thread for each request, and waits in it for the body. So a sender of a byte a second holds a thread
that costs next to nothing, and never a turn; whoever has all sent waits for those who are being answered, not for
those who are still sending. Where more come than can be answered, a line is full or somebody waits too long: that one
is told so at once (app/error_pages.py), and those who save go on.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from io import BytesIO
from tempfile import SpooledTemporaryFile
from threading import Lock
from time import perf_counter
from typing import Any, NamedTuple

from flask import Flask, Request, has_request_context, request
from werkzeug.wrappers import Response

from app.db import end_reading, is_within_deed
from app.meters import Meters, meters_of
from app.session_cookies import holds_account

TURN = "eplannacc.turn"  # in the environ of a request: what it holds while it is worked on
BUSY = "eplannacc.busy"  # there, too: it has no turn, and is only told so
BUSY_STATUS = 503
CAME = "eplannacc.came"  # when it was there whole, and asked for its turn
WAITED = "eplannacc.waited"  # seconds
_FOR_ALL = ("HTTP_HOST", "HTTP_X_FORWARDED_", "HTTP_HX_REQUEST")  # of what is sent, all that a refusal hangs on
_NOTHING_SENT = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "CONTENT_TYPE": "", "CONTENT_LENGTH": ""}
IN_MEMORY = 256 * 1024  # bytes of a body; what is longer waits in a file
_PIECE = 64 * 1024
# Who watches must hear at any load that the process lives.
UNQUEUED = ("/healthz", "/metrics")


class Rank(IntEnum):
    """Who is next: the lowest number that waits."""

    SAVES = 0  # somebody who is signed in and sends a form
    INSIDE = 1  # who is signed in and reads, and who is about to sign in
    STRANGER = 2


class Patience(NamedTuple):
    """How long somebody may wait, and how many."""

    seconds: float
    waiting: int


# The server has 512 threads: what waits here must leave some to whoever is still sending.
PATIENCE = {Rank.SAVES: Patience(25, 256), Rank.INSIDE: Patience(10, 96), Rank.STRANGER: Patience(4, 32)}


class Queue:
    """A semaphore with a line for each rank, each of them fair: Python's own lets a newcomer pass who waits."""

    def __init__(self, at_once: int, meters: Meters | None = None) -> None:
        self._at_once, self._free, self._mutex, self._meters = at_once, at_once, Lock(), meters
        self._lines: dict[Rank, deque[Lock]] = {rank: deque() for rank in Rank}
        if meters:
            meters.at_start["turns"] = at_once

    def acquire_at_once(self) -> bool:
        with self._mutex:
            return self._taken()

    def acquire(self, rank: Rank, patience: Patience | None = None) -> bool:
        """Wait in the line of `rank`; False where that is full, or patience ended first."""
        line = self._lines[rank]
        with self._mutex:
            if self._taken():
                return True
            if patience and len(line) >= patience.waiting:
                return False
            mine = Lock()
            mine.acquire()
            line.append(mine)
            self._tell()
        if mine.acquire(timeout=patience.seconds if patience else -1):  # until somebody hands over
            return True
        with self._mutex:
            if mine not in line:  # at the very moment
                return True
            line.remove(mine)
            self._tell()
            return False

    def _taken(self) -> bool:
        if not self._free:
            return False
        self._free -= 1
        self._tell()
        return True

    def release(self) -> None:
        with self._mutex:
            line = next(filter(None, self._lines.values()), None)
            if line:
                line.popleft().release()
            else:
                self._free += 1
            self._tell()

    def _tell(self) -> None:
        if self._meters:
            self._meters.set("turns_in_use", to=self._at_once - self._free)
            self._meters.set("turns_waiting", to=len(self))

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._lines.values()))


class Turns:
    """`application` for `at_once` requests at a time, each with its body of at most `most` bytes already there."""

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        at_once: int,
        most: int,
        rank: Callable[[dict[str, Any]], Rank],
        meters: Meters | None = None,
    ) -> None:
        self._application, self._most, self._rank, self._meters = application, most, rank, meters
        self._turns = Queue(at_once, meters)
        self._refusals: dict[Any, Response] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # It says that a body ends where the server says so, which is also where the line broke. Without it Werkzeug
        # refuses what is shorter than was announced, and reads nothing that has no length.
        environ.pop("wsgi.input_terminated", None)
        if environ.get("PATH_INFO") in UNQUEUED:
            return self._application(environ, start_response)
        with self._whole(environ):
            came = environ[CAME] = perf_counter()
            if not self._turns.acquire_at_once():
                rank = self._rank(environ)
                if not self._turns.acquire(rank, PATIENCE[rank]):
                    if self._meters:
                        self._meters.add("turns_refused_total", rank.name.lower())
                    return self._refusal(environ)(environ, start_response)
            environ[TURN] = self._turns
            waited = environ[WAITED] = perf_counter() - came
            if self._meters:
                self._meters.observe("turn_wait_seconds", seconds=waited)
            try:
                return self._application(environ, start_response)
            finally:
                self._turns.release()

    def _refusal(self, environ: dict[str, Any]) -> Response:
        """What whoever has no turn is told: made once of each kind, for a crowd must cost next to nothing."""
        kind = environ["PATH_INFO"].startswith("/api/"), "HTTP_HX_REQUEST" in environ
        refusal = self._refusals.get(kind)
        if refusal is None:
            sent = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
            sent |= {name: value for name, value in environ.items() if name.startswith(_FOR_ALL)}
            asked = sent | _NOTHING_SENT | {"wsgi.input": BytesIO(), BUSY: True}
            refusal = Response.from_app(self._application, asked, buffered=True)
            if refusal.status_code == BUSY_STATUS:  # and not about a host that is none of ours
                self._refusals[kind] = refusal
        return refusal

    @contextmanager
    def _whole(self, environ: dict[str, Any]) -> Iterator[None]:
        """What is to come of the body is there in the block. Of one that is too much nothing is read."""
        announced = environ.get("CONTENT_LENGTH", "")
        if not (announced.isdigit() and 0 < int(announced) <= self._most):
            yield
            return
        wanted = int(announced)  # a server may wait for ever where more is asked for
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            while (left := wanted - body.tell()) and (piece := environ["wsgi.input"].read(min(_PIECE, left))):
                body.write(piece)
            body.seek(0)
            environ["wsgi.input"] = body
            yield


@contextmanager
def aside() -> Iterator[None]:
    """Lets others go on while the block waits for something else than the database: it holds no turn and no connection.

    Within a deed it changes nothing, for what a deed has read and locked stays as it is.
    """
    turns: Queue | None = request.environ.get(TURN) if has_request_context() else None
    if turns is None or is_within_deed():
        yield
        return
    end_reading()
    turns.release()
    try:
        yield
    finally:
        turns.acquire(Rank.SAVES)  # it was worked on already


def init_turns(app: Flask) -> None:
    def rank(environ: dict[str, Any]) -> Rank:
        asked = Request(environ)
        saves = asked.method not in ("GET", "HEAD")
        if holds_account(app, asked):
            return Rank.SAVES if saves else Rank.INSIDE
        return Rank.INSIDE if saves else Rank.STRANGER

    config = app.config
    app.wsgi_app = Turns(  # type: ignore[method-assign]
        app.wsgi_app, config["REQUESTS_AT_ONCE"], config["MAX_CONTENT_LENGTH"], rank, meters_of(app)
    )
