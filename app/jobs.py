"""Long work outside requests: huey carries names and ids to `flask jobs work`, and nothing else.

A task killed half way is lost by every engine of huey. So each feature keeps its jobs in a table of its own, takes
them up again in its upkeep, and may be handed the same id twice.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from app import clock
from app.db import transaction, unless_read_only
from app.last_done import WORK, note_done
from app.logs import request_number, told_as

DAY = timedelta(days=1)

_tasks: dict[str, Callable[[int], None]] = {}
_upkeep: list[Callable[[], None]] = []
_daily: list[Callable[[], None]] = []


def job(run: Callable[[int], None]) -> Callable[[int], None]:
    """Declare that `run` is work for a row's id; `queue` hands it over."""
    _tasks[run.__name__] = run
    return run


def upkeep(run: Callable[[], None]) -> Callable[[], None]:
    """Declare that a worker calls `run` when it starts, and every minute."""
    _upkeep.append(run)
    return run


def daily(run: Callable[[], None]) -> Callable[[], None]:
    """Declare that a worker calls `run` when it starts, and every day it lives."""
    _daily.append(run)
    return run


def queue(run: Callable[[int], None], id_: int) -> None:
    """Hand over a row that is already committed. Where the engine is out of reach, the upkeep does it later."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        engine(app).tasks[run.__name__](id_, asked_by=request_number())
    except Exception as error:
        app.logger.warning("job engine: %s", error)


def engine(app: Flask) -> "Engine":
    """The app's engine, made when it is first needed: a page that queues nothing opens no connection."""
    found: Engine | None = app.extensions.get("jobs")
    if found is None:
        found = app.extensions["jobs"] = Engine(app)
    return found


class TaskSerializer(SignedSerializer):
    """Tasks are pickled on their way, so only what this system signed is opened; by SHA-256, where huey takes SHA-1."""

    def _signature(self, message: bytes) -> bytes:
        return hmac.new(self.secret, self.salt + message, hashlib.sha256).hexdigest().encode()


class Engine:
    """Huey with the tasks of one app."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.huey = _huey(
            app.config["JOBS_URL"],
            name=app.config["JOBS_NAME"],
            results=False,
            serializer=TaskSerializer(app.config["SECRET_KEY"], salt="jobs"),
        )
        self.tasks = {name: self.huey.task(name=name)(_asked_for(app, run)) for name, run in _tasks.items()}
        self._upkeep = [_within(app, run) for run in _upkeep]
        self._daily = [_within(app, run) for run in _daily]
        self._daily_from = clock.now()
        self._note_round = _within(app, _note_round)
        self.huey.periodic_task(crontab(minute="*"), name="upkeep")(self.look_after)

    def look_after(self) -> None:
        for run in self._upkeep:
            run()
        if clock.now() >= self._daily_from:
            self._daily_from = clock.now() + DAY
            for run in self._daily:
                run()
        self._note_round()

    def work_off(self) -> None:
        """Do all that waits, here and now."""
        while (task := self.huey.dequeue()) is not None:
            self.huey.execute(task)

    def work(self) -> None:
        """Work until a signal says to stop."""
        with self._app.app_context(), unless_read_only():  # then the next minute's round does it
            self.look_after()
        self.huey.create_consumer(workers=1, max_delay=1).run()


def _huey(url: str, **parts: Any) -> Huey:
    if url.startswith("sqlite:///"):
        return SqliteHuey(filename=url.removeprefix("sqlite:///"), **parts)
    if url.startswith("memory://"):
        return MemoryHuey(**parts)
    return RedisHuey(url=url, **parts)


def _note_round() -> None:
    with transaction():
        note_done(WORK, clock.now())


def _asked_for(app: Flask, run: Callable[[int], None]) -> Callable[..., None]:
    """A task of a program before this one says nobody who asked for it."""

    def run_for(id_: int, asked_by: str = "") -> None:
        with app.app_context(), told_as(request=asked_by, job=f"{run.__name__} {id_}"):
            run(id_)

    return run_for


def _within(app: Flask, run: Callable[[], None]) -> Callable[[], None]:
    def run_within() -> None:
        with app.app_context(), told_as(job=run.__name__):
            run()

    return run_within
