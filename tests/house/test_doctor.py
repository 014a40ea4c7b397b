"""`flask doctor` on installations that have one fault each, and on one that has none."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import clock
from app.db import db, is_sqlite, transaction
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
    app.config["EXPORT_FOLDER"].chmod(0o755)
    (line,) = told()
    assert line.startswith("files: ")
    assert str(app.config["EXPORT_FOLDER"]) in line


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
    mail = {"organisation_id": lao.organisation_id, "to_address": "a@example.go.th", "day": now.date()}
    for kind, age, said in (("digest", 1, False), ("reset", 11, True)):
        with transaction():
            db.session.add(MailLog(kind=kind, queued_at=now - timedelta(minutes=age), **mail))
        assert any(each.startswith("worker: ") for each in told()) is said


def test_settings_that_production_would_better_not_have(
    app: Flask, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "ENVIRONMENT", "production")
    named = {line.split()[0] for line in told()}
    assert {"PROXY_COUNT", "RATELIMIT_STORAGE_URI", "LOG_WITNESSES"} <= named


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
    try:
        with transaction():
            rights.give(role)
        db.session.execute(text(f"SET ROLE {role}"))
        from app.doctor import _rights

        assert list(_rights()) == []
    finally:
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(text("RESET ROLE"))
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
