"""`flask doctor` on installations that have one fault each, and on one that has none."""

import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from redis import Redis
from sqlalchemy import text

from app import clock, doctor
from app.db import db, is_sqlite, transaction
from app.doctor import around
from app.doctor import database as of_database
from app.doctor.database import rights as rights_of_role
from app.extensions import limiter
from app.last_done import BACKUP, WORK, last_done, note_done
from app.ledger import rights
from app.models import ExportJob, MailLog
from app.models.enums import ExportState, ExportWhat
from tests.conftest import POSTGRESQL, Postgresql, Sqlite
from tests.factories import make_lao
from tests.smtp import Mailbox, served

Told = Callable[[], list[str]]
REDIS_SERVER = shutil.which("redis-server")
OF_THE_TESTS_SERVER = "PostgreSQL: autovacuum is off"  # where it is


@pytest.fixture
def told(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Told]:
    """What the command says; of an installation in which all is right, but for the rights of the tests' own role."""
    for name in ("EXPORT_FOLDER", "SNAPSHOT_FOLDER", "MAIL_FOLDER"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setitem(app.config, name, folder)
    if is_sqlite(db.engine):
        Path(str(db.engine.url.database)).chmod(0o600)
    with transaction():
        note_done(WORK, clock.now())
        note_done(BACKUP, clock.now())
    if not is_sqlite(db.engine):  # other tests of this database wrote more than a day's work
        run("SELECT pg_stat_force_next_flush()", "ANALYZE", "SELECT pg_stat_force_next_flush()", "SELECT 1")

    def ask() -> list[str]:
        db.session.rollback()
        result = app.test_cli_runner().invoke(args=["doctor"])
        lines = result.output.splitlines()
        assert result.exit_code == (0 if lines == ["Nothing found that is unsafe, missing or slow."] else 1)
        return [line for line in lines if not line.startswith(("rights", "Nothing", OF_THE_TESTS_SERVER))]

    app.extensions.pop("jobs", None)
    monkeypatch.setattr(of_database, "SLOW_COMMIT", 60)  # whatever else this machine does meanwhile
    with waits_for_the_disk():
        yield ask
    app.extensions.pop("jobs", None)


def test_nothing_is_said_of_an_installation_in_which_all_is_right(told: Told) -> None:
    assert told() == []


def test_a_database_that_was_not_upgraded(told: Told) -> None:
    db.session.rollback()
    downgrade(revision="0023")
    (line,) = [each for each in told() if each.startswith("schema")]
    assert "at 0023" in line
    assert "db upgrade" in line
    upgrade()


def test_files_that_others_may_read(app: Flask, told: Told) -> None:
    places = [app.config[name] for name in ("EXPORT_FOLDER", "SNAPSHOT_FOLDER", "MAIL_FOLDER")]
    places += [Path(str(db.engine.url.database))] if is_sqlite(db.engine) else []
    for place in places:
        own = place.stat().st_mode
        for others in (0o004, 0o040):
            place.chmod(own | others)
            (line,) = told()
            assert line.startswith("files: ")
            assert f" {place}:" in line
        place.chmod(own)
    app.config["MAIL_FOLDER"].rmdir()  # it is made with the first mail
    assert told() == []


def test_a_mail_server_that_does_not_answer_or_is_not_who_it_should_be(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_HOST", "127.0.0.1")
    monkeypatch.setitem(app.config, "MAIL_PORT", 1)
    (line,) = told()
    assert line.startswith("mail: ConnectionRefusedError")
    with served(Mailbox()) as port:
        monkeypatch.setitem(app.config, "MAIL_PORT", port)
        assert told() == []
        monkeypatch.setitem(app.config, "MAIL_STARTTLS", True)
        (line,) = told()
        assert line.startswith("mail: SMTPNotSupportedError")


def test_mails_that_nobody_sends(told: Told) -> None:
    now, lao = clock.now(), make_lao()
    mail = {"organisation_id": lao.organisation_id, "kind": "reset", "to_address": "a@example.go.th", "day": now.date()}
    for minutes, more, said in (
        (9, {}, False),
        (60, {"attempts": 1, "next_try_at": now + timedelta(minutes=1)}, False),
        (60, {"given_up_at": now}, False),
        (60, {"sent_at": now}, False),
        (11, {}, True),
    ):
        with transaction():
            db.session.add(MailLog(queued_at=now - timedelta(minutes=minutes), **mail, **more))
        assert any(each.startswith("worker: ") for each in told()) is said


def test_settings_that_production_would_better_not_have(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    good = {"PROXY_COUNT": 1, "LOG_WITNESSES": ["a@example.org"], "ACCESS_LOG": True}
    good |= dict.fromkeys(("RATELIMIT_STORAGE_URI", "JOBS_URL"), f"sqlite:///{tmp_path / 'jobs.db'}")
    for name, value in good.items():
        monkeypatch.setitem(app.config, name, value)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0})
    for environment in ("demo", "production"):
        monkeypatch.setitem(app.config, "ENVIRONMENT", environment)
        assert told() == []

    # when, then
    for name, bad in (
        *(("PROXY_COUNT", 0), ("LOG_WITNESSES", []), ("ACCESS_LOG", False)),
        *((name, "memory://") for name in ("RATELIMIT_STORAGE_URI", "JOBS_URL")),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(app.config, name, bad)
            (line,) = told()
            assert line.startswith(f"{name} is ")
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0, 1})
    assert [line.split()[0] for line in told()] == (["DATABASE_URL"] if is_sqlite(db.engine) else [])


def test_what_cannot_be_looked_at_hides_nothing_else(app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def _broken() -> Iterator[str]:
        raise ZeroDivisionError
        yield ""

    monkeypatch.setattr("app.doctor.ASKED", (_broken, *doctor.ASKED))
    monkeypatch.setattr(limiter, "answers", lambda: False)
    app.config["EXPORT_FOLDER"].chmod(0o755)
    tries, broken, files = told()
    assert tries.startswith("tries: does not answer")
    assert broken == "broken: could not be looked at (ZeroDivisionError)"
    assert files.startswith("files: ")


@pytest.mark.skipif(not POSTGRESQL, reason="needs TEST_DATABASE_URL")
def test_a_role_that_can_switch_the_triggers_off_and_one_that_cannot(
    app: Flask, told: Told, database: Sqlite | Postgresql
) -> None:
    if is_sqlite(db.engine):
        return
    role = "eplannacc_test_doctor"
    runner = app.test_cli_runner()
    assert "rights: this role can change history" in runner.invoke(args=["doctor"]).output
    with db.engine.begin() as connection:
        connection.execute(text(f"DROP ROLE IF EXISTS {role}"))
        connection.execute(text(f"CREATE ROLE {role}"))
    given = (
        ("GRANT TRIGGER ON projects TO {role}", "change projects without"),
        ("GRANT DELETE ON log_heads TO {role}", "change log_heads without"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "make tables and functions"),
    )
    try:
        for too_much, said in given:
            with transaction():
                rights.give(role)
            db.session.execute(text(f"SET LOCAL ROLE {role}"))
            assert list(rights_of_role()) == []
            db.session.rollback()
            with transaction():
                db.session.execute(text(too_much.format(role=role)))
            db.session.execute(text(f"SET LOCAL ROLE {role}"))
            (line,) = rights_of_role()
            assert f"this role can {said}" in line
            db.session.rollback()
        with transaction():
            rights.give(role)
    finally:
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(text("RESET ROLE"))
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


# --- what makes it true on the real thing ---------------------------------------------------------------------------
def only_on_postgresql() -> None:
    if is_sqlite(db.engine):
        pytest.skip("an SQLite file has no server")


def run(*statements: str) -> None:
    db.session.rollback()
    for statement in statements:
        with db.engine.begin() as connection:
            connection.execute(text(statement))


@contextmanager
def done(statement: str, undone: str) -> Iterator[None]:
    """What no test puts back by itself."""
    run(statement)
    db.engine.dispose()
    try:
        yield
    finally:
        run(undone)
        db.engine.dispose()


def waits_for_the_disk() -> AbstractContextManager[None]:
    """As an installation does; databases of tests do not."""
    if is_sqlite(db.engine):
        return nullcontext()
    setting = f"ALTER DATABASE {db.engine.url.database} SET synchronous_commit = {{}}"
    return done(setting.format("on"), setting.format("off"))


def test_an_index_or_a_table_that_somebody_took_away(told: Told) -> None:
    run("DROP INDEX ix_export_jobs_account", "DROP TABLE second_factors")
    (line,) = told()
    assert line.startswith("schema: ix_export_jobs_account, ix_second_factors_account_id, second_factors are missing")


def test_triggers_that_are_off_and_an_index_that_is_half_built(told: Told) -> None:
    only_on_postgresql()
    with done("ALTER TABLE history DISABLE TRIGGER USER", "ALTER TABLE history ENABLE TRIGGER USER"):
        (line,) = told()
    assert re.match(r"triggers: \w+ of history is switched off", line)
    valid = "UPDATE pg_index SET indisvalid = {} WHERE indexrelid = 'ix_export_jobs_account'::regclass"
    with done(valid.format("false"), valid.format("true")):
        (line,) = told()
    assert line.startswith("indexes: ix_export_jobs_account was not built to its end")
    assert told() == []


def test_a_server_that_is_old_or_keeps_less_than_it_says(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_on_postgresql()
    name = db.engine.url.database
    setting = f"ALTER DATABASE {name} {{}} synchronous_commit"
    with done(setting.format("SET") + " = off", setting.format("RESET")):
        (line,) = told()
    assert line.startswith("PostgreSQL: synchronous_commit is off: a power cut takes back")
    said = app.test_cli_runner().invoke(args=["doctor"]).output
    off = db.session.scalar(text("SELECT current_setting('autovacuum')")) == "off"
    assert (OF_THE_TESTS_SERVER in said) is off
    monkeypatch.setattr(of_database, "OLDEST", 999)
    (line,) = told()
    assert re.match(r"PostgreSQL \d\d gets no more repairs", line)


def test_connections_that_are_too_few_nearly_all_in_use_or_forgotten(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_on_postgresql()
    with monkeypatch.context() as patch:
        patch.setattr("os.sched_getaffinity", lambda _process: set(range(64)))
        (line,) = told()
        assert re.match(r"connections: processes here may open \d+, and PostgreSQL takes \d+", line)
    with monkeypatch.context() as patch:
        patch.setattr(of_database, "NEARLY_ALL", 0.001)
        (line,) = told()
        assert re.match(r"connections: \d+ of \d+ are in use", line)
    monkeypatch.setattr(of_database, "FORGOTTEN", timedelta())
    assert told() == []
    with db.engine.connect() as forgotten:
        forgotten.execute(text("SELECT 1"))
        time.sleep(0.05)
        (line,) = told()
    assert line.startswith("connections: 1 sit in a transaction")


def test_tables_that_postgresql_knows_from_long_ago(told: Told) -> None:
    only_on_postgresql()
    add = "INSERT INTO settings (name, value, version) SELECT '{0}' || g, '', 1 FROM generate_series(1, {1}) g"
    flush = "SELECT pg_stat_force_next_flush()"
    for many, said in ((900, False), (1_500, True)):
        run(flush, add.format(f"{many}-", many), flush, "SELECT 1")
        assert any("settings look by now" in line for line in told()) is said, many
    run("ANALYZE settings", flush, "SELECT 1")
    assert told() == []
    run(flush, add.format("more-", 1_200), flush, "SELECT 1")
    (line,) = told()
    assert line.startswith("statistics: PostgreSQL does not know how settings look by now")


def test_a_clock_that_goes_wrong(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on_postgresql()
    now = clock.now
    for seconds in (1, -1):
        monkeypatch.setattr(clock, "now", lambda seconds=seconds: now() + timedelta(seconds=seconds))
        assert of_the_clock(told) == []
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=90))
    (line,) = of_the_clock(told)
    assert line.startswith("clock: the database's is -90 seconds from this machine's")


def of_the_clock(told: Told) -> list[str]:
    return [line for line in told() if line.startswith("clock:")]


def test_a_disk_that_lets_saves_wait(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_disk(number: int) -> None:
        time.sleep(0.03)
        fsync(number)

    fsync = os.fsync
    monkeypatch.setattr("os.fsync", slow_disk)
    monkeypatch.setattr(of_database, "SLOW_COMMIT", 0.02 if is_sqlite(db.engine) else 0)
    (line,) = told()
    assert line.startswith("disk: a save waits ")


def test_a_disk_that_will_soon_be_full(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "disk_usage", lambda _folder: SimpleNamespace(free=4_900_000_000))
    (line,) = told()
    assert line.startswith("disk: little room is left for export (4.9 GB) and snapshot (4.9 GB)")


def test_a_worker_that_ended_its_last_round_long_ago(told: Told) -> None:
    now, lao = clock.now(), make_lao()
    with transaction():
        note_done(WORK, now - timedelta(minutes=11))
    (line,) = told()
    assert re.match(r"worker: none has ended a round since \d{4}-\d\d-\d\d \d\d:\d\d UTC", line)

    # when: it makes a large file meanwhile
    asked = {"what": ExportWhat.RESULTS, "place": "TH", "fiscal_year": 2561, "round": 6, "kind": "csv", "name": "x"}
    asked |= {"account_id": lao.account_id, "rows_total": 1, "created_at": now, "expires_at": now}
    with transaction():
        db.session.add(ExportJob(state=ExportState.RUNNING, heartbeat_at=now, **asked))
    assert told() == []
    with transaction():
        db.session.execute(text("DELETE FROM settings"))
        db.session.execute(text("DELETE FROM export_jobs"))
    assert any(line.startswith("worker: none has ended a round ever") for line in told())


def test_mails_that_the_server_does_not_take(told: Told) -> None:
    now, lao = clock.now(), make_lao()
    mail = {"organisation_id": lao.organisation_id, "kind": "reset", "to_address": "a@example.go.th", "day": now.date()}
    for hours, more, said in (
        (5, {"attempts": 3}, False),
        (9, {"given_up_at": now}, False),
        (9, {"sent_at": now}, False),
        (9, {"attempts": 5}, True),
    ):
        with transaction():
            db.session.add(MailLog(queued_at=now - timedelta(hours=hours), **mail, **more))
        assert any(each.startswith("mails: 1 wait, the oldest for 9 hours") for each in told()) is said
    assert "example.go.th" not in str(told())


def test_copies_that_nobody_made_lately(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    folder: Path = app.config["SNAPSHOT_FOLDER"] / "2026-11-01"
    folder.mkdir(mode=0o700)
    now = time.time()
    os.utime(folder, (now - 47 * 3600,) * 2)
    good = {"PROXY_COUNT": 1, "LOG_WITNESSES": ["a@example.org"], "ACCESS_LOG": True}
    good |= dict.fromkeys(("RATELIMIT_STORAGE_URI", "JOBS_URL"), f"sqlite:///{tmp_path / 'jobs.db'}")
    for name, value in (good | {"ENVIRONMENT": "production"}).items():
        monkeypatch.setitem(app.config, name, value)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0})
    assert told() == []

    # when, then
    os.utime(folder, (now - 49 * 3600,) * 2)
    (line,) = told()
    assert line.startswith("open data: the last files are of 2026-11-01")
    folder.rmdir()
    with transaction():
        note_done(BACKUP, clock.now() - timedelta(hours=37))
    (line,) = told()
    assert line.startswith("backup: the last one is of ")
    with transaction():
        db.session.execute(text("DELETE FROM settings WHERE name = :name"), {"name": BACKUP})
    (line,) = told()
    assert line.startswith("backup: no backup was ever written")
    monkeypatch.setitem(app.config, "ENVIRONMENT", "demo")
    assert told() == []


def test_a_backup_says_when_it_was_written(app: Flask, tmp_path: Path) -> None:
    only_once = app.test_cli_runner().invoke(args=["backup", str(tmp_path / "backups"), "--no-files"])
    assert only_once.exit_code == 0, only_once.output
    written = last_done(BACKUP)
    assert written is not None
    assert clock.now() - written < timedelta(minutes=1)


@contextmanager
def redis(*options: str) -> Iterator[str]:
    with TemporaryDirectory() as folder:  # not pytest's: a socket's path must be short
        path = Path(folder) / "redis.sock"
        command = [str(REDIS_SERVER), "--port", "0", "--unixsocket", str(path), "--loglevel", "warning", *options]
        server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        while not path.exists() and server.poll() is None:
            time.sleep(0.02)
        yield f"unix://{path}?db=0"
        server.kill()  # one that cannot write does not end when it is told to
        server.wait()


@pytest.mark.skipif(not REDIS_SERVER, reason="needs a Redis")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--save", "60 1"), ""),
        (("--save", "", "--appendonly", "yes"), ""),
        (("--save", "60 1", "--maxmemory", "100mb", "--maxmemory-policy", "noeviction"), ""),
        (("--save", "60 1", "--maxmemory-policy", "allkeys-lru"), ""),  # of all that the machine has
        (("--save", ""), "keeps nothing on its disk"),
        (("--save", "60 1", "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"), "throws away what waits"),
        (("--save", "60 1", "--maxmemory", "100mb", "--maxmemory-policy", "volatile-ttl"), "throws away what waits"),
        (("--save", "60 1", "--maxmemory", "600kb"), "of its memory in use"),
        (("--save", "60 1", "--dir", "/proc"), "could not write to its disk"),
        (("--requirepass", "x"), "does not answer (AuthenticationError)"),
    ],
)
def test_a_redis_that_keeps_nothing_or_throws_away(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    with redis(*options) as url:
        if "/proc" in options:
            with Redis.from_url(url) as asked:
                asked.set("a", 1)
                asked.bgsave()
                while asked.info("persistence")["rdb_bgsave_in_progress"]:
                    time.sleep(0.02)
        monkeypatch.setitem(app.config, "JOBS_URL", url)
        lines = [line for line in told() if line != "jobs: does not answer"]
    assert [said in line and line.startswith("JOBS_URL: this Redis ") for line in lines] == ([True] if said else [])


def test_a_way_in_that_is_closed_leads_elsewhere_or_will_soon_be_closed(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A proxy that speaks TLS, by a certificate of an authority of its own."""
    # given
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def certify(days: int) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-keyout", str(key), "-out", str(certificate), "-days", str(days)]
        command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        subprocess.run(command, check=True, capture_output=True)

    @contextmanager
    def proxy(body: bytes) -> Iterator[None]:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said: object) -> None:
                return None

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(app.config, "PUBLIC_URL", f"https://localhost:{server.server_port}")
        yield
        server.shutdown()
        server.server_close()

    # when, then
    certify(90)
    with proxy(b"ok"):
        assert told() == []
    (line,) = told()
    assert line.startswith("PUBLIC_URL cannot be opened from here (ConnectionRefusedError")
    with proxy(b"welcome to nginx"):
        (line,) = told()
        assert line.startswith("PUBLIC_URL answers 200 at /healthz, so it leads elsewhere")
    certify(13)
    with proxy(b"ok"):
        (line,) = told()
        assert line.startswith("PUBLIC_URL: its certificate ends on ")
        monkeypatch.setenv("SSL_CERT_FILE", str(key))  # an authority that nobody knows
        (line,) = told()
        assert line.startswith("PUBLIC_URL cannot be opened from here (SSLCertVerificationError")
