"""What each environment starts with, and what it refuses to start with."""

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.db import db
from config import REQUIRED_IN_PRODUCTION, ConfigError, database_url, settings

PRODUCTION = {
    "EPLANNACC_ENV": "production",
    "SECRET_KEY": "x" * 32,
    "DATABASE_URL": "postgres://db.example/eplan",
    "PUBLIC_URL": "https://eplan.example.go.th/",
    "MAIL_HOST": "mail.example",
    "MAIL_FROM": "no-reply@example.go.th",
    "RATELIMIT_STORAGE_URI": "memory://",
    "JOBS_URL": "memory://",
    "LOG_SIGNING_KEY": "1a" * 32,
}


@pytest.mark.parametrize("name", REQUIRED_IN_PRODUCTION)
def test_production_refuses_to_start_without_its_own(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=name):
        settings({key: value for key, value in PRODUCTION.items() if key != name}, tmp_path)
    with pytest.raises(ConfigError, match=name):
        settings(PRODUCTION | {name: ""}, tmp_path)
    assert not list(tmp_path.iterdir())  # and makes no secret of its own


def test_production_refuses_a_short_secret_and_an_unknown_environment(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="32"):
        settings(PRODUCTION | {"SECRET_KEY": "short"}, tmp_path)
    with pytest.raises(ConfigError, match="prod"):
        settings({"EPLANNACC_ENV": "prod"}, tmp_path)


def test_production_asks_for_activation_codes_and_hides_its_cookie(tmp_path: Path) -> None:
    found = settings(PRODUCTION, tmp_path)
    assert found["FIRST_LOGIN_CODE_REQUIRED"] is True
    assert found["MAIL_STARTTLS"] is True
    assert found["PUBLIC_URL"] == "https://eplan.example.go.th"
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://db.example/eplan"
    assert (found["SESSION_COOKIE_SECURE"], found["SESSION_COOKIE_NAME"]) == (True, "__Host-eplannacc")


def test_the_demo_makes_a_secret_once_that_only_its_owner_reads(tmp_path: Path) -> None:
    first, again = settings({}, tmp_path), settings({}, tmp_path)
    assert first["SECRET_KEY"] == again["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert first["FIRST_LOGIN_CODE_REQUIRED"] is False
    assert settings({"FIRST_LOGIN_CODE_REQUIRED": "1"}, tmp_path)["FIRST_LOGIN_CODE_REQUIRED"] is True


def test_a_hosting_services_database_address_gets_our_driver() -> None:
    assert database_url("postgres://u@h/d") == database_url("postgresql://u@h/d") == "postgresql+psycopg://u@h/d"
    assert database_url("sqlite:///x") == "sqlite:///x"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app as production starts it, on a file of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in PRODUCTION.items():
            patch.setenv(name, value)
        file = tmp_path_factory.mktemp("production") / "empty.sqlite3"
        return create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{file}"})


def test_the_session_cookie_is_secure_and_out_of_reach_of_scripts_and_strange_sites(production: Flask) -> None:
    answer = production.test_client().get("/login", base_url="https://eplan.example.go.th")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-eplannacc=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain=" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_made_up_data_has_no_place_in_production(production: Flask) -> None:
    for command in (["seed", "demo"], ["seed", "country"], ["demo-up"]):
        with production.app_context():
            result = production.test_cli_runner().invoke(args=command)
        assert (result.exit_code, "no place in production" in result.output) == (1, True), result.output


def test_a_crash_in_production_tells_nothing_but_a_reference(
    production: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The empty database has no tables: every query fails."""
    monkeypatch.setattr(production.logger, "exception", lambda *_args: None)
    answer = production.test_client().get("/public", base_url="https://eplan.example.go.th")
    assert answer.status_code == 500
    assert "ระบบขัดข้องชั่วคราว" in answer.text
    for secret in ("Traceback", "sqlite", "OperationalError", "no such table"):
        assert secret not in answer.text
    with production.app_context():
        db.engine.dispose()
