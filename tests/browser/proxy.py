"""A line that can be bad: a small TCP proxy on loopback."""

import socket
import struct
from contextlib import suppress
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
        self._server = (urlsplit(site).hostname, urlsplit(site).port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                Thread(target=self._carry, args=(browser, server, False), daemon=True).start()
                Thread(target=self._carry, args=(server, browser, True), daemon=True).start()

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
