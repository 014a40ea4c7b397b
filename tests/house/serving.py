"""The web server as README starts it: `tools/serve`, on a database of its own."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from config import ROOT

Made = TypeVar("Made")

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Served(NamedTuple):
    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in children.read_text().split()]


def start(folder: Path, *options: str, **environ: str) -> Served:
    """Started, and not waited for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    known = {
        "PATH": os.environ["PATH"],
        "EPLANNACC_ENV": "demo",
        "SECRET_KEY": "a secret",
        "LOG_SIGNING_KEY": "1a" * 32,
    }
    known |= {"DATABASE_URL": f"sqlite:///{folder / 'eplan.db'}", "JOBS_URL": "memory://", "PORT": str(port)}
    process = subprocess.Popen(
        ["tools/serve", *options], cwd=ROOT, env=known | environ, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )
    return Served(port, process)


@contextmanager
def serving(folder: Path, *options: str, **environ: str) -> Iterator[Served]:
    served = start(folder, *options, **environ)
    try:
        wait_for_answer(served)
        yield served
    finally:
        served.process.terminate()
        served.process.wait()


def in_a_loop(work: Coroutine[Any, Any, Made]) -> Made:
    """What `work` gives, from a loop in a thread of its own: Playwright leaves one running in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def wait_for_answer(served: Served) -> None:
    for _try in range(600):
        if served.process.poll() is None and answers(served.port, HEALTH, wait=0.2):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def answers(port: int, sent: bytes, wait: float = 20) -> list[bytes]:
    """The first line of each answer to what is sent on one connection, until the server closes it."""
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
