"""Servers to measure on: each app in a granian process of its own on loopback, asked by one client."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60  # a busy machine


class Line:
    """One kept-alive connection to a server on this machine; `process` is the server's, where it is known."""

    def __init__(self, port: int, process: int = 0) -> None:
        self.port = port
        self.process = process
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
def serving(target: str, environ: Mapping[str, str], workers: int = 1, python: str = sys.executable) -> Iterator[Line]:
    """A server of `target` (module:app), ended when the block is left; `python` is the one of its venv.

    Ours is served as it is for everybody; another in one thread, which is the fastest for what waits for nothing.
    """
    port = free_port()
    if target == "wsgi:app":
        command = ["tools/serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    else:
        command = [
            *(str(Path(python).with_name("granian")), "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
            *("--blocking-threads", "1", target),
        ]
    with running(command, port, environ) as line:
        yield line


@contextmanager
def running(command: Sequence[str], port: int, environ: Mapping[str, str]) -> Iterator[Line]:
    """A program that answers on `port`, ended when the block is left."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ})
    try:
        _wait_for(port, process)
        line = Line(port, process.pid)
        try:
            yield line
        finally:
            line.connection.close()
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:  # on a machine that is very busy
            process.kill()
            process.wait()


def cpu_seconds(process: int) -> float:
    """What a process, its threads and its children have used so far, in steps of nanoseconds."""
    used, waiting = 0, [process]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
            used += int((task / "schedstat").read_text().split()[0])
            waiting += map(int, (task / "children").read_text().split())
    return used / 1e9


def free_port() -> int:
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
