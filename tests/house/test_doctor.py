"""`flask doctor` on installations that have one fault each, and on one that has none."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import clock, doctor
from app.db import db, is_sqlite, transaction
from app.extensions import limiter
from app.ledger import rights
from app.models import MailLog
from tests.conftest import POSTGRESQL, Postgresql, Sqlite
from tests.factories import make_lao
from tests.smtp import Mailbox, served

Told = Callable[[], list[str]]


@pytest.fixture
def told(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Told:
    """What the command says; of an installation in which all is right, but for the rights of the tests' own role."""
    for name in ("EXPORT_FOLDER", "SNAPSHOT_FOLDER", "MAIL_FOLDER"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setitem(app.config, name, folder)
    if is_sqlite(db.engine):
        Path(str(db.engine.url.database)).chmod(0o600)

    def ask() -> list[str]:
        db.session.rollback()
        result = app.test_cli_runner().invoke(args=["doctor"])
        lines = result.output.splitlines()
        assert result.exit_code == (0 if lines == ["Nothing found that is unsafe, missing or slow."] else 1)
        return [line for line in lines if not line.startswith(("rights", "Nothing"))]

    return ask


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
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    good = {"PROXY_COUNT": 1, "RATELIMIT_STORAGE_URI": "redis://127.0.0.1", "LOG_WITNESSES": ["a@example.org"]}
    for name, value in good.items():
        monkeypatch.setitem(app.config, name, value)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0})
    for environment in ("demo", "production"):
        monkeypatch.setitem(app.config, "ENVIRONMENT", environment)
        assert told() == []

    # when, then
    for name, bad in (("PROXY_COUNT", 0), ("RATELIMIT_STORAGE_URI", "memory://"), ("LOG_WITNESSES", [])):
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
            assert list(doctor._rights()) == []
            db.session.rollback()
            with transaction():
                db.session.execute(text(too_much.format(role=role)))
            db.session.execute(text(f"SET LOCAL ROLE {role}"))
            (line,) = doctor._rights()
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
