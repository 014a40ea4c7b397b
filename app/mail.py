"""Mail, sent behind the request: whoever asks gets an answer in the same time, whether or not a mail goes out.

With MAIL_HOST it goes by SMTP; without (the demo) into a file, whose place is printed.
"""

import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from app.db import db
from app.logs import request_number, told_as

TIMEOUT_SECONDS = 20
TROUBLE = (smtplib.SMTPException, OSError, ValueError)
_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


class MailServerAway(OSError):
    """The server is not there, or will not talk to us: the next mail would fare no better."""


class MailNotTaken(OSError):
    """The server talked to us and did not take this one mail.

    `for_good`: it said no (5xx), or the address is none that it can be told. Else the same mail may go later: after
    a 4xx, and where the server hung up or fell silent, which `unanswered` says.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(in_one_line(error))
        self.for_good = _is_for_good(error)
        self.unanswered = isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError)


def in_one_line(error: Exception) -> str:
    """What the server said."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


def _is_for_good(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    if isinstance(error, smtplib.SMTPSenderRefused):
        return False  # about MAIL_FROM, which whoever runs the system can mend
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, smtplib.SMTPNotSupportedError | ValueError)


def behind_the_request(task: Callable[..., None], *args: Any) -> Future[None]:
    """Run `task` in the app's context after the answer has gone; a failure is logged."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _worker.submit(_run, app, task, args, request_number())


def _run(app: Flask, task: Callable[..., None], args: tuple[Any, ...], asked_by: str) -> None:
    with app.app_context(), told_as(request=asked_by):
        try:
            task(*args)
        except Exception:
            app.logger.exception("mail task %s failed", task.__name__)
        finally:
            db.session.remove()


def send(to: str, subject: str, body: str, message_id: str = "") -> None:
    """Send one plain-text mail now. Raises MailServerAway, MailNotTaken.

    `message_id` stays the same when the same mail is tried again.
    """
    config = current_app.config
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = config["MAIL_FROM"], to, subject
    except ValueError as error:
        raise MailNotTaken(error) from error
    message["Date"], message["Message-ID"] = formatdate(localtime=True), message_id or make_msgid()
    message.set_content(body)
    if config["MAIL_HOST"]:
        _by_smtp(message)
    else:
        _into_file(message, config["MAIL_FOLDER"])


def _by_smtp(message: EmailMessage) -> None:
    server = greet()
    try:
        server.send_message(message)
    except TROUBLE as error:
        server.close()
        raise MailNotTaken(error) from error
    with suppress(*TROUBLE):  # it has the mail: trouble at the farewell must not send it twice
        server.quit()


def greet() -> smtplib.SMTP:
    """The server, connected and ready to take mails. Raises MailServerAway."""
    config = current_app.config
    try:
        server = smtplib.SMTP(config["MAIL_HOST"], config["MAIL_PORT"], timeout=TIMEOUT_SECONDS)
    except TROUBLE as error:
        raise MailServerAway(in_one_line(error)) from error
    try:
        if config["MAIL_STARTTLS"]:
            server.starttls(context=ssl.create_default_context())
        if config["MAIL_USER"]:
            server.login(config["MAIL_USER"], config["MAIL_PASSWORD"])
        server.ehlo_or_helo_if_needed()
    except TROUBLE as error:
        server.close()
        raise MailServerAway(in_one_line(error)) from error
    return server


def _into_file(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{message['Message-ID'].strip('<>').split('@')[0]}.txt"
    path.write_text(f"To: {message['To']}\nSubject: {message['Subject']}\n\n{message.get_content()}")
    click.echo(f"Mail written to {path}")
