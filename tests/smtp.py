"""A real SMTP server on loopback, for tests that send mail."""

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from app import mail


class Mailbox:
    """A server that takes mails, except those it is told to answer otherwise.

    `refused`: addresses whose mail it puts off after the text; `says`: its word on an address at once, by address;
    `hangs_up`: addresses at whose mail it closes the connection.
    """

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.refused: set[str] = set()
        self.says: dict[str, str] = {}
        self.hangs_up: set[str] = set()
        self.forgets_to_say_goodbye = False
        self.tries: list[str] = []
        self.seconds = 0.0  # it takes before it lets a mail come

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        await asyncio.sleep(self.seconds)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        self.tries.append(address)
        if address in self.hangs_up:
            server.transport.close()
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if set(envelope.rcpt_tos) & self.refused:
            return "451 try again later"
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:
        if self.forgets_to_say_goodbye:
            server.transport.close()
        return "221 Bye"

    @property
    def addresses(self) -> list[str]:
        return sorted(message["To"] for message in self.mails)


def wait_for_mail() -> None:
    """A job that goes on puts its next batch behind this task: again, for what one batch started."""
    for _turn in range(4):
        mail._worker.submit(lambda: None).result(timeout=20)


@contextmanager
def served(box: Mailbox, **options: Any) -> Iterator[int]:
    """The port at which `box` takes mails."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=10, enable_SMTPUTF8=False, **options)
    server.start()
    yield port
    server.stop()


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with served(box) as port:
        for name, value in {
            "MAIL_HOST": "127.0.0.1",
            "MAIL_PORT": port,
            "PUBLIC_URL": "https://eplan.example.go.th",
        }.items():
            monkeypatch.setitem(app.config, name, value)
        yield box
