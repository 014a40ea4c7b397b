"""Where one message ends and the next begins: the server that serves production decides as HTTP says, or refuses."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HEAD = b"POST /login HTTP/1.1\r\nHost: localhost\r\n"
# What a proxy in front may read as a longer or a shorter body than the server does.
AMBIGUOUS = {
    "a length and chunks": b"Content-Length: 67\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 67\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, 67\r\n\r\n",
    "a signed length": b"Content-Length: +0\r\n\r\n",
    "a negative length": b"Content-Length: -1\r\n\r\n",
    "a length in hex": b"Content-Length: 0x0\r\n\r\n",
    "a space before the colon": b"Content-Length : 0\r\n\r\n",
    "a folded line": b"X-A: 1\r\n Content-Length: 67\r\n\r\n",
    "a coding nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks that are not the last coding": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a chunk without a size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "a null in a header": b"X-A: a\x00b\r\nContent-Length: 0\r\n\r\n",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server as README starts it."""
    folder: Path = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "EPLANNACC_ENV": "demo",
        "SECRET_KEY": "a secret",
        "LOG_SIGNING_KEY": "1a" * 32,
    }
    environ |= {"DATABASE_URL": f"sqlite:///{folder / 'eplan.db'}", "JOBS_URL": "memory://"}
    line = [
        "--interface",
        "wsgi",
        "--no-ws",
        "--workers",
        "1",
        "--blocking-threads",
        "1",
        "--port",
        str(found),
        "wsgi:app",
    ]
    served = subprocess.Popen(
        [sys.executable, "-m", "granian", *line],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        for _try in range(600):
            if served.poll() is None and answers(found, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", wait=0.2):
                break
            time.sleep(0.1)
        yield found
    finally:
        served.terminate()
        served.wait()


def answers(port: int, sent: bytes, wait: float = 2) -> list[bytes]:
    """The first line of each answer to what is sent on one connection."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=wait) as line:
            line.sendall(sent)
            said = b""
            try:
                while part := line.recv(65536):
                    said += part
            except (TimeoutError, ConnectionResetError):
                pass
    except OSError:
        return []
    return [each.split(b"\r\n")[0] for each in said.split(b"HTTP/1.1 ")[1:]]


def test_a_message_that_can_be_read_in_two_ways_is_refused_with_all_behind_it(port: int) -> None:
    assert answers(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + SMUGGLED) == [
        b"200 OK",
        b"404 Not Found",
    ]
    for name, rest in AMBIGUOUS.items():
        assert answers(port, HEAD + rest + SMUGGLED) == [b"400 Bad Request"], name
