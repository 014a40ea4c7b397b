"""Servers to measure on: each app in a granian process of its own on loopback, asked by one client."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 20


class Line:
    """One kept-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str = "", expected: int = 200
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the answer. Raises RuntimeError at any status but the expected one."""
        try:
            self.connection.request(method, path, body or None, dict(headers or {}))
        except BrokenPipeError:  # the server hung up on a line that was quiet while another one started
            self.connection.close()
            self.connection.request(method, path, body or None, dict(headers or {}))
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != expected:
            raise RuntimeError(f"{method} {path} answered {answer.status}, not {expected}")
        return content, {name.lower(): value for name, value in answer.getheaders()}


@contextmanager
def serving(target: str, environ: Mapping[str, str], workers: int = 1) -> Iterator[Line]:
    """A server of `target` (module:app), ended when the block is left."""
    port = _free_port()
    command = [
        *(str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--blocking-threads", "1", target),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    try:
        _wait_for(port, process)
        yield Line(port)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server to measure did not start")
