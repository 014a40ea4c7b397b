"""What is written down of what happens, for whoever runs the system: one JSON object a line, on standard error.

A line says when (UTC), how grave, which request, whose account, which kind of page: never what somebody typed, an
address in full (a link for a new password is one), a statement's values, or anybody's name. Whoever holds the log can
find a request's lines by the number that its error page shows.
"""

import logging
import re
import secrets
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import perf_counter
from traceback import format_tb
from types import MappingProxyType
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from pythonjsonlogger.json import JsonFormatter
from werkzeug.wrappers import Response

from app.turns import BUSY, WAITED

UNTOLD = ("static", "healthz", "readyz", "metrics")
access_log = logging.getLogger("access")
# Flask and the server write text by themselves; the server what broke while an answer was sent, values and all.
TEXT = ("app", "_granian")
LEAST_WAIT = 0.001  # second for a turn that is worth a word
# What a proxy that we trust calls a request, as nginx ($request_id), Traefik and others make it. Nothing else is taken
# over: a proxy that was not told to hands on what the visitor wrote.
OF_A_PROXY = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY: Mapping[str, str] = MappingProxyType({})
_outside: ContextVar[Mapping[str, str]] = ContextVar("_outside", default=NOBODY)  # of work that is no request
# What a database says behind the first line of an error repeats the values.
VALUES = re.compile(r"\n(DETAIL|CONTEXT|HINT|LINE \d+):.*?(?=\n\[SQL|\Z)", re.DOTALL)


def init_logs(app: Flask) -> None:
    """Number every request, and write a line for each that is no file of ours; ACCESS_LOG says whether."""
    app.before_request(_begin)
    app.after_request(_write_line)
    if not app.config["TESTING"]:
        write_as_json(logging.getLogger())
        sys.excepthook, threading.excepthook = _last_words, _last_words_of_thread


def write_as_json(logger: logging.Logger) -> logging.Handler:
    """Let `logger` and those below it write on standard error, as this module says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(json_ensure_ascii=False))
    logger.handlers = [handler]
    for name in ("app", "access"):
        logging.getLogger(name).setLevel(logging.INFO)
    for name in TEXT:
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
    return handler


def _last_words(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A command or a worker ends: as a line, too, for what a database says of an error repeats the row."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("app").critical("ended by an error", exc_info=(kind, error, trace))


def _last_words_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _last_words(told.exc_type, told.exc_value, told.exc_traceback)


@contextmanager
def told_as(**names: str) -> Iterator[None]:
    """Lines of the block name the request that asked for it, and the job that it is."""
    token = _outside.set(names)
    try:
        yield
    finally:
        _outside.reset(token)


def request_number() -> str:
    """Ten letters that find the lines of this request; people read them out on the telephone. Of work behind one, its
    number; else ""."""
    if not has_request_context():
        return _outside.get().get("request", "")
    if "number" not in g:
        g.number = secrets.token_hex(5).upper()
    number: str = g.number
    return number


def whose() -> int | None:
    """The account of this request, as far as that is known already: a line never asks the database."""
    who = g.get("_login_user") if has_request_context() else None
    return getattr(who, "account_id", None)


class Lines(JsonFormatter):
    """A record as one line. What a message holds cannot begin another: JSON writes it as \\n."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: Mapping[str, Any]) -> None:
        super().add_fields(log_data, record, dict(message_dict))
        about = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_number(),
            "page": str(request.url_rule or "") if has_request_context() else "",
            "account": whose(),
            "job": _outside.get().get("job", ""),
        }
        log_data.update({name: value for name, value in about.items() if value not in ("", None)})
        log_data["message"] = without_values(str(log_data.get("message", "")))

    def formatException(self, exc_info: Any) -> str:
        """Where it happened, from the first error to the last, each with what it says."""
        told: list[str] = []
        error: BaseException | None = exc_info[1]
        while error is not None:
            told[:0] = [*format_tb(error.__traceback__), f"{type(error).__name__}: {without_values(str(error))}\n"]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(told)


def without_values(message: str) -> str:
    """An error's words without what a database adds to them."""
    return VALUES.sub("", message)


def _begin() -> None:
    g.began = perf_counter()


def _write_line(response: Response) -> Response:
    # What went well needs no number, and a slow line no more headers; what all are told alike is no request's own.
    if response.status_code >= 400 and BUSY not in request.environ:
        response.headers["X-Request-ID"] = request_number()
    if request.endpoint in UNTOLD or not current_app.config["ACCESS_LOG"]:
        return response
    view = current_app.view_functions.get(request.endpoint or "")
    line = {
        "method": request.method,
        "ids": {name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)},
        "status": response.status_code,
        "ms": round((perf_counter() - g.get("began", perf_counter())) * 1000, 1),
        "waited": round(waited * 1000, 1) if (waited := request.environ.get(WAITED, 0.0)) >= LEAST_WAIT else 0,
        "proxy": _number_of_proxy(),
        "address": request.remote_addr,
        "contacts": getattr(view, "shows_contacts", False),
    }
    access_log.info("answered", extra={name: value for name, value in line.items() if value})
    return response


def _number_of_proxy() -> str:
    said = request.headers.get("X-Request-ID", "") if current_app.config["PROXY_COUNT"] else ""
    return said if OF_A_PROXY.fullmatch(said) else ""
