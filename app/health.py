"""Whether this server runs, and whether all that it needs answers: for whoever watches it, in words."""

import os
from collections.abc import Callable
from pathlib import Path
from shutil import disk_usage

from flask import Flask, current_app
from sqlalchemy import text
from werkzeug.wrappers import Response

from app.access import public
from app.db import db
from app.extensions import limiter
from app.jobs import engine

LEAST_FREE = 200_000_000  # bytes of each disk: a file of the country and some hours of saves


def init_health(app: Flask) -> None:
    @app.get("/healthz")
    @public
    def healthz() -> str:
        """The process answers; what it needs may be away."""
        return "ok"

    @app.get("/readyz")
    @public
    def readyz() -> Response:
        """A line for each thing it needs; 503 where one of them is missing."""
        found = {name: in_words(asked) for name, asked in CHECKS.items()}
        ready = all(said == "ok" for said in found.values())
        lines = "".join(f"{name}: {said}\n" for name, said in found.items())
        return Response(lines, 200 if ready else 503, content_type="text/plain; charset=utf-8")


def in_words(asked: Callable[[], str]) -> str:
    """Says ok, or what is wrong."""
    try:
        return asked() or "ok"
    except Exception as error:  # whatever it is, it does not answer
        current_app.logger.warning("not ready: %s", error)
        return "does not answer"


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    finally:
        db.session.rollback()
    return ""


def _counter() -> str:
    return "" if limiter.answers() else "does not answer; each process counts for itself"


def _jobs() -> str:
    engine(current_app._get_current_object()).huey.pending_count()  # type: ignore[attr-defined]
    return ""


def _disk() -> str:
    for folder in folders().values():
        if not os.access(folder, os.W_OK):
            return "cannot be written to"
        if disk_usage(folder).free < LEAST_FREE:
            return "full"
    return ""


def folders() -> dict[str, Path]:
    """Where files are written; a folder that is made later is asked for by the one it will stand in."""
    asked: dict[str, Path] = {name: current_app.config[f"{name.upper()}_FOLDER"] for name in ("export", "snapshot")}
    return {
        name: next(each for each in (folder, *folder.absolute().parents) if each.exists())
        for name, folder in asked.items()
    }


CHECKS = {"database": _database, "tries": _counter, "jobs": _jobs, "disk": _disk}
