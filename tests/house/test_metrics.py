"""/metrics: who may read it, that it is right whoever of the processes answers, and that it is about nobody."""

import errno
import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, create_app
from app.db import db, is_sqlite, transaction
from app.jobs import engine
from app.last_done import BACKUP, WORK, note_done
from app.ledger.jobs import look_after_the_log
from app.meters import BUCKETS, Meter, Meters, _is_held
from app.models import ExportJob, FailedSignIn, MailLog
from app.models.enums import ExportState, ExportWhat, Role
from app.turns import Rank, Turns
from config import ROOT
from tests.client import Client
from tests.conftest import SETTINGS
from tests.factories import PASSWORD, YEAR, facts, make_lao, make_project, make_staff, project_form
from tests.house.serving import serving, wait_for_answer
from tests.house.test_access import address, known_routes
from tests.pages import enter

TOKEN = "only-for-tests-" * 3
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LINE = re.compile(r'(eplannacc_[a-z_]+)(?:\{([a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*)\})? ([0-9.e+-]+)')
MOST_SERIES = 2_500  # a Prometheus holds millions; one that grows with what people do would never end

Told = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def watched(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A server on the test's database that may be watched."""
    folders = {f"{name}_FOLDER": tmp_path / name for name in ("METRICS", "SNAPSHOT", "EXPORT", "MAIL")}
    url = db.engine.url.render_as_string(hide_password=False)
    made = create_app({**SETTINGS, "SQLALCHEMY_DATABASE_URI": url, "METRICS_TOKEN": TOKEN, **folders})
    yield made
    with made.app_context():
        db.engine.dispose()


def read(said: str) -> Told:
    """What is told, by name and labels; it is written as Prometheus asks."""
    told: Told = {}
    kinds: dict[str, str] = {}
    for line in said.splitlines():
        if line.startswith("# "):
            _sign, what, name, rest = line.split(" ", 3)
            if what == "TYPE":
                assert name not in kinds, f"{name} in two places"
                kinds[name] = rest
            continue
        parts = LINE.fullmatch(line)
        assert parts, line
        labels = frozenset(tuple(each.split("=", 1)) for each in (parts[2] or "").split(",") if each)
        assert (parts[1], labels) not in told, line
        assert list(kinds)[-1] == re.sub("_(bucket|sum|count)$", "", parts[1]), line
        told[parts[1], labels] = float(parts[3])
    return told


def ask(app: Flask) -> Told:
    answer = app.test_client().get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    return read(answer.text)


def number(told: Told, name: str, **labels: str) -> float:
    return told[f"eplannacc_{name}", frozenset((key, f'"{value}"') for key, value in labels.items())]


def test_it_is_told_to_nobody_but_who_knows_the_token(app: Flask, watched: Flask) -> None:
    assert app.test_client().get("/metrics", headers=BEARER).status_code == 404
    assert app.test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    enter(chief := Client(watched), make_staff("chief", Role.ADMINISTRATOR).id)
    for said in (
        "",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        TOKEN,
        "Basic eDp4",
        "Bearer สวัสดี".encode(),
    ):
        answer = chief.get("/metrics", headers={"Authorization": said})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), said
        assert "eplannacc_" not in answer.text
    assert chief.get(f"/metrics?token={TOKEN}").status_code == 401
    assert ask(watched)


def test_all_processes_are_counted_whichever_answers_and_one_that_died_takes_nothing_along(tmp_path: Path) -> None:
    environ = {"METRICS_TOKEN": TOKEN, "METRICS_FOLDER": str(tmp_path / "metrics")}

    def told() -> Told:
        with urlopen(Request(f"http://127.0.0.1:{served.port}/metrics", headers=BEARER)) as answer:
            return read(answer.read().decode())

    def help_pages() -> float:
        return number(told(), "requests_total", group="files", method="read", status="2xx")

    with serving(tmp_path, "--workers", "3", **environ) as served:
        # when: each of three processes answers some, the last to start too
        asked, counting = 0, 0
        while counting < 3 and asked < 5_000:
            urlopen(f"http://127.0.0.1:{served.port}/static/style.css").close()
            asked, counting = asked + 1, len(list((tmp_path / "metrics").iterdir()))

        # then
        assert counting == 3
        assert {help_pages() for _each in range(12)} == {asked}
        assert number(told(), "turns") == 6

        # when: all of them die
        for worker in served.workers():
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.5)
        wait_for_answer(served)
        urlopen(f"http://127.0.0.1:{served.port}/static/style.css").close()

        # then
        assert {help_pages() for _each in range(6)} == {asked + 1}
        assert number(told(), "turns_in_use") == 0
    with pytest.raises(HTTPError, match="404"), serving(tmp_path) as served:
        urlopen(Request(f"http://127.0.0.1:{served.port}/metrics", headers=BEARER))


def _child(meters: Meters) -> None:
    pid = os.fork()
    if not pid:
        meters.add("seen_total")
        meters.set("busy", to=5)
        os._exit(0)
    os.waitpid(pid, 0)


def test_a_fork_counts_for_itself_and_what_it_was_busy_with_ends_with_it(tmp_path: Path) -> None:
    # given
    (tmp_path / "mine.txt").write_text("somebody else's")
    (tmp_path / f"{'0' * 12}-0").write_bytes(b"of another program")
    known = {"seen_total": Meter("counter", ""), "busy": Meter("gauge", "")}
    meters = Meters(tmp_path, known)
    meters.add("seen_total")
    meters.set("busy", to=2)

    # when
    _child(meters)
    _child(meters)  # which goes on where the one before it ended

    # then
    assert meters.sums() == [3, 2]
    assert len(list(tmp_path.glob(f"{meters._prefix}-*"))) == 2
    assert Meters(tmp_path, known).sums() == [3, 2]
    assert (tmp_path / "mine.txt").exists()
    assert not (tmp_path / f"{'0' * 12}-0").exists()


def test_threads_lose_no_count(tmp_path: Path) -> None:
    meters = Meters(tmp_path, {"seen_total": Meter("counter", "")})

    def work() -> None:
        for _each in range(5_000):
            meters.add("seen_total")

    threads = [threading.Thread(target=work) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meters.sums() == [40_000]


def test_who_cannot_write_the_counts_answers_all_the_same(watched: Flask, tmp_path: Path) -> None:
    (tmp_path / "METRICS").write_text("a file where the folder would be")
    assert Client(watched).get("/help").status_code == 200


def test_a_disk_that_fills_up_later_takes_no_room_from_what_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: room for all there is to count is taken with the first count
    known = {f"seen_{number}_total": Meter("counter", "") for number in range(2_000)}
    meters = Meters(tmp_path / "early", known)
    meters.add("seen_0_total")
    (file,) = (tmp_path / "early").iterdir()
    assert file.stat().st_blocks * 512 >= file.stat().st_size == 8 * len(known)

    # when
    def full(*_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    late = Meters(tmp_path / "late", known)
    late.add("seen_0_total")

    # then: it goes on by itself, and holds no file open
    (file,) = (tmp_path / "late").iterdir()
    assert not _is_held(file)


def test_a_histogram_says_how_many_were_below_each_bound(watched: Flask) -> None:
    # given
    meters: Meters = watched.extensions["meters"]
    for seconds in (0.001, 0.01, 0.0101, 3, 99):
        meters.observe("turn_wait_seconds", seconds=seconds)

    # when
    told = ask(watched)

    # then
    below = [number(told, "turn_wait_seconds_bucket", le=str(bound)) for bound in (*BUCKETS, "+Inf")]
    assert below == [2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 5]
    assert number(told, "turn_wait_seconds_count") == 5
    assert number(told, "turn_wait_seconds_sum") == pytest.approx(102.0211)


# --- what is counted ---------------------------------------------------------------------------------
def test_requests_saves_sign_ins_and_who_was_sent_away(watched: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    lao = make_lao()
    client = Client(watched)

    # when
    client.sign_in(lao.organisation_code, "wrong")
    client.sign_in(lao.organisation_code, PASSWORD)
    client.send(f"/projects/new?year={YEAR}", {"name": ""})
    client.get("/projects/999999")
    monkeypatch.setattr("app.guard.COSTLY", "1/minute")
    for _each in range(2):
        client.get(f"/reporting/papers/plan.pdf?year={YEAR}")

    # then
    told = ask(watched)
    for outcome in ("ok", "failed"):
        assert number(told, "sign_ins_total", outcome=outcome) == 1
    assert db.session.query(FailedSignIn).count() == 1
    assert number(told, "requests_total", group="projects", method="read", status="4xx") == 1
    assert number(told, "requests_total", group="projects", method="write", status="4xx") == 1
    assert number(told, "requests_total", group="projects", method="write", status="5xx") == 0
    assert number(told, "request_seconds_count", group="projects", method="write") == 1
    assert number(told, "saves_total", group="projects") == 0
    assert number(told, "requests_shed_total", group="papers") == 1
    assert number(told, "requests_shed_total", group="projects") == 0
    assert ("eplannacc_requests_total", frozenset({("group", '"nowhere"')})) not in told
    client.get("/nothing-here")
    assert number(ask(watched), "requests_total", group="nowhere", method="read", status="4xx") == 1


def test_a_save_that_was_told_so_is_one(watched: Flask) -> None:
    client = Client(watched)
    enter(client, make_lao().account_id)
    answer = client.send(f"/projects/new?year={YEAR}", project_form({"name": "โครงการ"}))
    assert answer.status_code == 302
    assert number(ask(watched), "saves_total", group="projects") == 1
    client.send(f"/projects/new?year={YEAR}", project_form({"name": ""}))
    assert number(ask(watched), "saves_total", group="projects") == 1


def test_how_long_requests_wait_for_their_turn_and_how_many(watched: Flask) -> None:
    # given: one turn, and somebody who has it
    meters: Meters = watched.extensions["meters"]
    begun, go = threading.Semaphore(0), threading.Event()

    def application(environ: dict[str, str], _start: object) -> list[bytes]:
        begun.release()
        if environ["PATH_INFO"] == "/":
            go.wait(20)
        return []

    turns = Turns(application, 1, 100, lambda _environ: Rank.SAVES, meters)
    threads = [threading.Thread(target=turns, args=({"PATH_INFO": "/"}, None)) for _each in range(3)]
    for thread in threads:
        thread.start()
    begun.acquire()
    while meters.sums()[meters.at["turns_waiting",]] < 2:
        time.sleep(0.01)
    assert meters.sums()[meters.at["turns_in_use",]] == 1

    # when: a watcher asks, who waits for nobody
    for path in ("/healthz", "/metrics"):
        assert turns({"PATH_INFO": path}, lambda *_given: None) == []

    # then
    time.sleep(0.3)
    go.set()
    for thread in threads:
        thread.join()
    told = ask(watched)
    assert number(told, "turn_wait_seconds_count") == 3
    assert 0.5 < number(told, "turn_wait_seconds_sum") < 10
    assert (number(told, "turns_in_use"), number(told, "turns_waiting")) == (0, 0)


def test_it_is_about_nobody_and_does_not_grow_with_what_is_asked_for(watched: Flask) -> None:
    # given: everybody opens every page, and types what is personal wherever something can be typed
    lao = make_lao()
    project_id = make_project(lao, facts("โครงการของสมชาย"))
    people = [lao.account_id, make_staff("somsri", Role.ADMINISTRATOR).id]
    for account_id in (None, *people):
        client = Client(watched)
        if account_id:
            enter(client, account_id)
        for name, method, rule in known_routes(watched):
            if method == "GET" and name not in ("GET metrics", "GET accounts.logout"):
                path = address(watched, rule, project_id)
                client.get(
                    f"{path}{'&' if '?' in path else '?'}q=somchai&group=somchai", headers={"X-Request-ID": "so"}
                )
    client = Client(watched)
    for odd in ("/somchai", "/forgot/somchai", "/projects/31337", "/public/organisations/6650807"):
        client.get(odd)
        client.open(odd, method="SOMCHAI")

    # when
    told = ask(watched)

    # then: labels are words of the program, and there are no more of them than it has
    words = {
        label: {value for _name, labels in told for key, value in labels if key == label}
        for label in ("group", "method", "status")
    }
    features = {f'"{each}"' for each in (*watched.blueprints, "files", "watching", "nowhere")}
    assert words["group"] <= features
    assert words["method"] == {'"read"', '"write"'}
    assert words["status"] == {f'"{each}xx"' for each in (2, 3, 4, 5)}
    assert {key for _name, labels in told for key, _value in labels} == {
        *("group", "method", "status", "rank", "le", "outcome", "build", "python", "engine", "part", "folder", "state"),
    }
    assert not re.search("somchai|somsri|6650807|31337|สมชาย", repr(told))
    assert len(told) < MOST_SERIES
    assert watched.extensions["meters"].size < 2 * MOST_SERIES


# --- what is found -----------------------------------------------------------------------------------------
def test_files_mails_log_and_backups_are_told_as_they_are_for_all(watched: Flask, tmp_path: Path) -> None:
    # given
    with watched.app_context():
        engine(watched).look_after()
    assert number(before := ask(watched), "mails_owed") == 0
    assert ("eplannacc_backup_age_seconds", frozenset()) not in before
    now, lao = clock.now(), make_lao()
    asked = {"what": ExportWhat.RESULTS, "place": "TH", "fiscal_year": YEAR, "round": 6, "kind": "csv", "name": "x"}
    asked |= {"account_id": lao.account_id, "rows_total": 1, "heartbeat_at": now, "expires_at": now + timedelta(days=7)}
    mail = {"organisation_id": lao.organisation_id, "kind": "reset", "to_address": "a@example.go.th", "day": now.date()}
    with transaction():
        for state, minutes in ((ExportState.QUEUED, 3), (ExportState.RUNNING, 10), (ExportState.FAILED, 90)):
            db.session.add(ExportJob(state=state, created_at=now - timedelta(minutes=minutes), **asked))
        for minutes, more in ((5, {}), (45, {}), (99, {"sent_at": now}), (600, {"given_up_at": now})):
            db.session.add(MailLog(queued_at=now - timedelta(minutes=minutes), **mail, **more))
    make_project(lao)
    look_after_the_log()
    (tmp_path / "SNAPSHOT" / "2026-11-29").mkdir(parents=True)
    os.utime(tmp_path / "SNAPSHOT" / "2026-11-29", (time.time() - 7200,) * 2)
    with transaction():
        note_done(BACKUP, now - timedelta(hours=3))

    # when
    told = ask(watched)

    # then
    assert [number(told, "jobs", state=state) for state in ("queued", "running", "failed", "done")] == [1, 1, 1, 0]
    assert number(told, "job_oldest_seconds") == pytest.approx(600, abs=60)
    assert (number(told, "mails_owed"), number(told, "mails_given_up")) == (2, 1)
    assert number(told, "mail_oldest_seconds") == pytest.approx(2700, abs=60)
    assert number(told, "log_entries") > 0
    assert 0 <= number(told, "log_head_age_seconds") < 60
    assert 0 <= number(told, "work_age_seconds") < 60
    assert number(told, "backup_age_seconds") == pytest.approx(3 * 3600, abs=60)
    assert number(told, "snapshot_age_seconds") == pytest.approx(7200, abs=60)
    for part in ("database", "tries", "jobs", "disk"):
        assert number(told, "ready", part=part) == 1
    assert number(told, "disk_free_bytes", folder="export") > 0


def test_connections_of_all_processes_are_counted(watched: Flask) -> None:
    if is_sqlite(db.engine):
        return
    with db.engine.connect() as other:
        other.execute(text("SELECT 1"))
        told = ask(watched)
    assert number(told, "database_connections", state="in transaction") >= 1
    assert (
        1
        < number(told, "database_connections_most")
        == int(db.session.scalar(text("SELECT current_setting('max_connections')")))
    )


def test_it_answers_while_the_database_is_away(tmp_path: Path) -> None:
    nowhere = {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://nobody@127.0.0.1:1/x", "METRICS_TOKEN": TOKEN}
    told = ask(create_app({**SETTINGS, **nowhere, "METRICS_FOLDER": tmp_path}))
    assert number(told, "ready", part="database") == 0
    assert number(told, "ready", part="disk") == 1
    assert ("eplannacc_mails_owed", frozenset()) not in told


def test_the_dashboard_shows_nothing_that_is_not_told(watched: Flask) -> None:
    # given: everything that can be told
    client = Client(watched)
    client.get("/help")
    make_project(make_lao())
    look_after_the_log()
    (watched.config["SNAPSHOT_FOLDER"] / "2026-11-29").mkdir(parents=True)
    with transaction():
        note_done(WORK, clock.now())
        note_done(BACKUP, clock.now())

    # when
    told = ask(watched)
    labels: dict[str, set[str]] = {}
    for name, pairs in told:
        labels.setdefault(name, set()).update(key for key, _value in pairs)

    # then
    panels = json.loads((ROOT / "docs" / "grafana.json").read_text())["panels"]
    asked = {target["expr"] for panel in panels for target in panel["targets"]}
    shown = {name for expression in asked for name in re.findall("eplannacc_[a-z_]+", expression)}
    of_postgresql = {"eplannacc_database_connections", "eplannacc_database_connections_most"}
    assert shown - (of_postgresql if is_sqlite(db.engine) else set()) <= set(labels)
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in labels} - {
        re.sub("_bucket$", "", name) for name in shown
    } == {"eplannacc_log_entries"}
    for expression in asked:
        by = {word.strip() for words in re.findall(r"by \(([^)]+)\)", expression) for word in words.split(",")}
        names = set(re.findall("eplannacc_[a-z_]+", expression)) & set(labels)
        for name in names:
            assert by - {"instance"} <= labels[name], expression
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places) == len({panel["id"] for panel in panels})
