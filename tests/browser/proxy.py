"""A line that can be bad: a small TCP proxy on loopback."""

import socket
import struct
import time
from collections import Counter
from contextlib import suppress
from random import Random
from threading import Thread
from urllib.parse import urlsplit

RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger: closing sends a reset


class Line:
    """Carries everything to `site` while `fault` is ""; then nothing of what the browser sends arrives.

    `cut` closes the connection, `reset` resets it, `hang` never answers; `cut answer` lets the request through and
    keeps the answer back.
    """

    def __init__(self, site: str) -> None:
        self.fault = ""
        self._carriers: list[Thread] = []
        self._server = (urlsplit(site).hostname, urlsplit(site).port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def wait_until_all_hung_up(self) -> None:
        """That one end closed a connection takes a moment to reach the other."""
        for each in self._carriers:
            each.join(timeout=20)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for way in ((browser, server, False), (server, browser, True)):
                    self._carriers.append(Thread(target=self._carry, args=way, daemon=True))
                    self._carriers[-1].start()

    def _carry(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                fault = self.fault
                if fault == "hang" and not is_answer:
                    continue
                if fault in ("cut", "reset") or (fault == "cut answer" and is_answer):
                    if fault == "reset":
                        (target if is_answer else source).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    break
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                if self.fault != "reset":  # that would end it in good order
                    each.shutdown(socket.SHUT_RDWR)
            each.close()


class BadLine(Line):
    """A line on which what is sent by POST goes wrong at random, as `seed` says: of ten requests three lose their
    answer, one arrives twice, and one arrives late, when newer ones may have; while `fault` is "cut", nothing does.

    One connection carries one request.
    """

    LATE = 0.3  # seconds

    def __init__(self, site: str, seed: int) -> None:
        self.random, self.told = Random(seed), Counter[str]()
        super().__init__(site)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        with suppress(OSError), browser:
            request = _whole_request(browser)
            if self.fault or not request:
                return
            luck = self.random.random() if request.startswith(b"POST") else 1.0
            what = "lost" if luck < 0.3 else "twice" if luck < 0.4 else "late" if luck < 0.5 else "good"
            self.told[what] += 1
            if what == "late":  # the browser is told of a broken line at once
                browser.close()
                time.sleep(self.LATE)
            answer = self._ask(request)
            if what == "twice":
                self._ask(request)
            if what in ("twice", "good"):
                browser.sendall(answer)

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(self._server) as server:
            server.sendall(request)
            return b"".join(iter(lambda: server.recv(65536), b""))


def _whole_request(browser: socket.socket) -> bytes:
    """Head and body, with a word that the connection ends after the answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = browser.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    sizes = [int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")]
    while len(body) < sum(sizes):
        more = browser.recv(65536)
        if not more:
            return b""
        body += more
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body
