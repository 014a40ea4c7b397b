"""The real worker, a process of its own that is really killed: on SQLite alone, and on PostgreSQL with Redis."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from app.db import db
from app.jobs import engine
from app.models import ExportJob
from app.models.enums import ExportState
from app.nacc.exports import jobs, routes
from tests.client import Client
from tests.conftest import POSTGRESQL
from tests.nacc.exports.test_exports import FORM, HERE, files, grow_old, officer, sheet, some_projects
from tests.pages import enter

ROOT = Path(__file__).parents[3]
REDIS = os.environ.get("TEST_REDIS_URL")
REDIS_SERVER = shutil.which("redis-server")
PATIENCE_SECONDS = 120
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The Redis that is there for tests, else one of our own on a socket."""
    if REDIS:
        yield REDIS
        return
    with TemporaryDirectory() as folder:  # not pytest's: a socket's path must be short
        path = Path(folder) / "redis.sock"
        command = [str(REDIS_SERVER), "--port", "0", "--unixsocket", str(path), "--save", "", "--loglevel", "warning"]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        while not path.exists() and server.poll() is None:
            time.sleep(0.02)
        yield f"unix://{path}?db=0"
        server.terminate()
        server.wait()


@pytest.fixture
def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the job engine keeps its queue."""
    if request.param == "redis":
        return str(request.getfixturevalue("redis_url"))
    return f"sqlite:///{tmp_path / 'jobs.sqlite3'}"


@pytest.fixture
def start(carrier: str, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts processes that share the test's database, engine and folder; none is left behind."""
    name = f"eplannacc-test-{os.getpid()}-{time.monotonic_ns()}"
    settings = {
        "JOBS_URL": carrier,
        "JOBS_NAME": name,
        "EXPORT_FOLDER": tmp_path / "files",
        "SECRET_KEY": app.config["SECRET_KEY"],
    }
    for key, value in settings.items():
        monkeypatch.setitem(app.config, key, value)
    monkeypatch.setattr(routes, "AT_ONCE", 0)
    app.extensions.pop("jobs", None)
    environ = {**os.environ, **{key: str(value) for key, value in settings.items()}}
    environ["DATABASE_URL"] = db.engine.url.render_as_string(hide_password=False)
    started: list[subprocess.Popen[bytes]] = []

    def start_one(*command: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environ))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()
    app.extensions.pop("jobs").huey.storage.flush_all()


def until(happened: Callable[[ExportJob], bool]) -> ExportJob:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        (job,) = files()
        if happened(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job.state}, {job.rows_done} rows")


BOTH = [
    ("sqlite", "sqlite"),
    pytest.param(
        "postgresql",
        "redis",
        marks=pytest.mark.skipif(
            not POSTGRESQL or not (REDIS or REDIS_SERVER), reason="needs TEST_DATABASE_URL and a Redis"
        ),
    ),
]


@pytest.mark.parametrize(("database", "carrier"), BOTH, indirect=True)
def test_a_worker_killed_half_way_is_taken_up_again_and_the_file_is_whole(
    app: Flask, client: Client, start: Start
) -> None:
    some_projects()
    enter(client, officer().id)
    client.get(HERE)
    client.send(HERE, FORM)
    first = start("tests.nacc.exports.halting_worker")
    until(lambda job: job.rows_done == 1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert [path.suffix for path in jobs.folder().iterdir()] == [".part"]
    assert client.get(f"{HERE}/1/file").status_code == 404
    assert "make_export" not in {task.name for task in engine(app).huey.pending()}  # the engine has lost it
    grow_old()
    second = start("flask", "--app", "wsgi", "jobs", "work")
    job = until(lambda job: job.state is ExportState.DONE)
    assert job.attempts == 2
    with client.get(f"{HERE}/1/file") as file:
        rows = sheet(file.data)
    assert [row[5] for row in rows[6:]] == ["=SUM(A1)", "ไม่ใช้งบ", ""]
    assert [path.name for path in jobs.folder().iterdir()] == [f"{job.claim}.xlsx"]
    second.terminate()
    assert second.wait(timeout=10) == 0
