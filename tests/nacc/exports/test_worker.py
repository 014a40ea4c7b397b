"""The real worker, a process of its own that is really killed: on SQLite alone, and on PostgreSQL with Redis."""

import hashlib
import os
import random
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
from sqlalchemy import func, select

from app import clock
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.jobs import engine
from app.models import ExportJob, MailLog
from app.models.enums import ExportState, Round
from app.nacc.exports import jobs, routes, rules
from app.nacc.exports.queries import OPEN
from app.nacc.waiting.operations import remind_filtered
from app.nacc.waiting.rules import WaitingFilter
from tests.client import Client
from tests.conftest import POSTGRESQL
from tests.factories import YEAR, make_lao
from tests.nacc.exports.test_exports import FORM, HERE, files, grow_old, officer, sheet, some_projects
from tests.pages import enter
from tests.smtp import Mailbox, served

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

    def start_one(*command: str, **more: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environ | more))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()
    engine(app).huey.storage.flush_all()
    app.extensions.pop("jobs")


LAOS = ["6650807", *(f"66508{number}" for number in range(10, 40))]  # the first has projects
WORK = ("flask", "--app", "wsgi", "jobs", "work")


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
    second = start(*WORK)
    job = until(lambda job: job.state is ExportState.DONE)
    assert job.attempts == 2
    with client.get(f"{HERE}/1/file") as file:
        rows = sheet(file.data)
    assert [row[5] for row in rows[6:]] == ["=SUM(A1)", "ไม่ใช้งบ", ""]
    assert [path.name for path in jobs.folder().iterdir()] == [f"{job.claim}.xlsx"]
    second.terminate()
    assert second.wait(timeout=10) == 0


@pytest.mark.parametrize(("database", "carrier"), BOTH, indirect=True)
def test_a_worker_that_is_killed_at_any_moment_loses_no_file_and_no_mail(
    app: Flask, client: Client, start: Start
) -> None:
    """WORKER_KILLS=100 does it as often as somebody who does not trust three times would."""
    # given: files that wait, and mails that are owed
    some_projects()
    for code in LAOS[1:]:
        make_lao(code, name=f"องค์การบริหารส่วนตำบลที่ {code}")
    somsri = officer()
    with transaction():
        remind_filtered(actor_of(somsri.id), WaitingFilter(year=YEAR, round=Round.SIX), len(LAOS), clock.now())
    enter(client, somsri.id)
    client.get(HERE)
    for kind in ("xlsx", "csv"):
        for round_ in ("6", "12"):
            client.send(HERE, {**FORM, "kind": kind, "round": round_})
    box, kills = Mailbox(), int(os.environ.get("WORKER_KILLS", "3"))
    box.seconds = 0.02
    with served(box) as port:
        mailing = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(port), "MAIL_STARTTLS": "0"}

        # when
        for _each in range(kills):
            worker = start(*WORK, **mailing)
            time.sleep(random.uniform(1, 3))
            worker.kill()
            worker.wait()
            grow_old()
        last = start(*WORK, **mailing)
        wait_until_all_is_done()
        last.terminate()
        assert last.wait(timeout=10) == 0

    # then: each file is whole or was given up as often as it may be tried, and nothing lies beside them
    done = [file for file in files() if file.state is ExportState.DONE]
    assert len(files()) == 4
    assert {file.attempts for file in files() if file not in done} <= {rules.MOST_TRIES}
    assert {path.name for path in jobs.folder().iterdir()} == {f"{file.claim}.{file.kind.value}" for file in done}
    for file in done:
        with client.get(f"{HERE}/{file.id}/file") as answer:
            assert hashlib.sha256(answer.data).hexdigest() == file.sha256
    # and each mail came: twice only where the worker died between the server's word and its own note of it
    wanted = {f"{code}@example.go.th" for code in LAOS}
    assert set(box.addresses) == wanted
    assert len(box.addresses) <= len(wanted) + kills


def wait_until_all_is_done() -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    unsent = select(func.count()).select_from(MailLog).where(MailLog.sent_at.is_(None))
    while any(file.state in OPEN for file in files()) or db.session.scalar(unsent):
        assert time.monotonic() < end, [(file.state, file.attempts) for file in files()]
        time.sleep(0.1)
