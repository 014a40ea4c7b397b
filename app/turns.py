"""Whose turn it is: a request is worked on once it is there whole, few at a time, and in the order they came.

The server has a thread for each request, and waits in it for the body. So a sender of a byte a second holds a thread
that costs next to nothing, and never a turn; whoever has all sent waits for those who are being answered, not for
those who are still sending.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import Any

from flask import Flask, has_request_context, request

from app.db import db, is_within_deed

TURN = "eplannacc.turn"  # in the environ of a request: what it holds while it is worked on
IN_MEMORY = 256 * 1024  # bytes of a body; what is longer waits in a file
_PIECE = 64 * 1024


class Queue:
    """A semaphore that is fair: who came first is next, where Python's own lets a newcomer pass who waits."""

    def __init__(self, at_once: int) -> None:
        self._free, self._mutex = at_once, Lock()
        self._waiting: deque[Lock] = deque()

    def acquire(self) -> None:
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()  # until somebody hands over

    def release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)


class Turns:
    """`application` for `at_once` requests at a time, each with its body of at most `most` bytes already there."""

    def __init__(self, application: Callable[..., Iterable[bytes]], at_once: int, most: int) -> None:
        self._application, self._most = application, most
        self._turns = Queue(at_once)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._whole(environ):
            environ[TURN] = self._turns
            self._turns.acquire()
            try:
                return self._application(environ, start_response)
            finally:
                self._turns.release()

    @contextmanager
    def _whole(self, environ: dict[str, Any]) -> Iterator[None]:
        """The body is there whole in the block, or so much of it that the application sees that it is too much."""
        announced = environ.get("CONTENT_LENGTH", "")
        in_pieces = not announced and environ.pop("HTTP_TRANSFER_ENCODING", "")
        if not in_pieces and not (announced.isdigit() and 0 < int(announced) <= self._most):
            yield
            return
        wanted = self._most + 1 if in_pieces else int(announced)  # a server may wait for ever where more is asked for
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            while (left := wanted - body.tell()) and (piece := environ["wsgi.input"].read(min(_PIECE, left))):
                body.write(piece)
            if in_pieces:  # Werkzeug would cut it off where it is too long, and say nothing
                environ["CONTENT_LENGTH"] = str(body.tell())
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
    db.session.rollback()
    turns.release()
    try:
        yield
    finally:
        turns.acquire()


def init_turns(app: Flask) -> None:
    app.wsgi_app = Turns(app.wsgi_app, app.config["REQUESTS_AT_ONCE"], app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
