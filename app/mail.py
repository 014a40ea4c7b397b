"""Mail, sent behind the request: whoever asks gets an answer in the same time, whether or not a mail goes out.

With MAIL_HOST it goes by SMTP; without (the demo) into a file, whose place is printed.
"""

import smtplib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from app.db import db

TIMEOUT_SECONDS = 20
_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


def behind_the_request(task: Callable[..., None], *args: Any) -> Future[None]:
    """Run `task` in the app's context after the answer has gone; a failure is logged."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _worker.submit(_run, app, task, args)


def _run(app: Flask, task: Callable[..., None], args: tuple[Any, ...]) -> None:
    with app.app_context():
        try:
            task(*args)
        except Exception:
            app.logger.exception("mail task %s failed", task.__name__)
        finally:
            db.session.remove()


def send(to: str, subject: str, body: str, message_id: str = "") -> None:
    """Send one plain-text mail now. Raises smtplib.SMTPException or OSError where the server refuses it.

    `message_id` stays the same when the same mail is tried again.
    """
    config = current_app.config
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = config["MAIL_FROM"], to, subject
    message["Date"], message["Message-ID"] = formatdate(localtime=True), message_id or make_msgid()
    message.set_content(body)
    if config["MAIL_HOST"]:
        _by_smtp(message)
    else:
        _into_file(message, config["MAIL_FOLDER"])


def _by_smtp(message: EmailMessage) -> None:
    config = current_app.config
    with smtplib.SMTP(config["MAIL_HOST"], config["MAIL_PORT"], timeout=TIMEOUT_SECONDS) as server:
        if config["MAIL_STARTTLS"]:
            server.starttls()
        if config["MAIL_USER"]:
            server.login(config["MAIL_USER"], config["MAIL_PASSWORD"])
        server.send_message(message)


def _into_file(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{message['Message-ID'].strip('<>').split('@')[0]}.txt"
    path.write_text(f"To: {message['To']}\nSubject: {message['Subject']}\n\n{message.get_content()}")
    click.echo(f"Mail written to {path}")
