"""A throw-away instance that runs: a database of its own, everybody of the town, a server on this machine's port."""

import http.client
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask_migrate import upgrade
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from app.db import transaction
from app.registry.operations import load_provinces
from app.seeds.periods import add_basics
from tests.conftest import SETTINGS
from tests.security.town import Person, fill


def make(folder: Path, url: str = "") -> tuple[Flask, list[Person]]:
    folders = {
        "MAIL_FOLDER": folder / "mail",
        "SNAPSHOT_FOLDER": folder / "open-data",
        "EXPORT_FOLDER": folder / "files",
    }
    app = create_app(
        SETTINGS
        | folders
        | {"SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{folder / 'town.sqlite3'}", "SHOW_ERROR_PAGES": True}
    )
    with app.app_context():
        upgrade()
        with transaction():
            load_provinces()
            add_basics()
        return app, fill()


class Quiet(WSGIRequestHandler):
    def log(self, *_words: Any) -> None:
        return None


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The port of this machine at which `app` answers meanwhile."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def over_the_wire(port: int) -> Callable[..., Iterable[bytes]]:
    """What a test client takes for an application: it sends each request, as it is, to the server at `port`."""

    def wsgi(asked: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        headers = {key[5:].replace("_", "-"): value for key, value in asked.items() if key.startswith("HTTP_")}
        if asked.get("CONTENT_TYPE"):
            headers["Content-Type"] = asked["CONTENT_TYPE"]
        body = asked["wsgi.input"].read(int(asked.get("CONTENT_LENGTH") or 0))
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        path = quote(asked["REQUEST_URI"].encode("latin-1"), safe="%/:=&?~+!$,;'@()*[]")
        line.request(asked["REQUEST_METHOD"], path, body, headers)
        answer = line.getresponse()
        told = [each for each in answer.getheaders() if each[0] not in ("Transfer-Encoding", "Connection")]
        start(f"{answer.status} {answer.reason}", told)
        content = answer.read()
        line.close()
        return [content]

    return wsgi


logging.getLogger("alembic").setLevel(logging.WARNING)
