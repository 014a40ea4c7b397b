"""What each environment starts with, and what it refuses to start with."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from flask import Flask, Response, flash, request, session
from flask.testing import FlaskClient

from app import create_app
from app.accounts.rules import SEEN_EVERY
from app.db import db
from config import ROOT, SECRETS, ConfigError, settings
from config_faults import NUMBERS, REQUIRED_IN_PRODUCTION, database_url

PRODUCTION = {
    "EPLANNACC_ENV": "production",
    "SECRET_KEY": "jZ3vQ8rT1mWk5xYbN7cLs0aHf2dGpE9u",
    "DATABASE_URL": "postgres://db.example/eplan?sslmode=verify-full",
    "PUBLIC_URL": "https://eplan.example.go.th/",
    "MAIL_HOST": "mail.example",
    "MAIL_FROM": "no-reply@example.go.th",
    "RATELIMIT_STORAGE_URI": "memory://",
    "JOBS_URL": "memory://",
    "LOG_SIGNING_KEY": "1a" * 32,
    "PROXY_COUNT": "1",
}
DEMO = {"EPLANNACC_ENV": "demo"}
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("name", REQUIRED_IN_PRODUCTION)
def test_production_refuses_to_start_without_its_own(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=name):
        settings({key: value for key, value in PRODUCTION.items() if key != name}, tmp_path)
    with pytest.raises(ConfigError, match=name):
        settings(PRODUCTION | {name: ""}, tmp_path)
    assert not list(tmp_path.iterdir())  # and makes no secret of its own


def test_each_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    # given
    whole = PRODUCTION | {"MAIL_PASSWORD": "สวัสดี # ไม่มีคำพูด", "METRICS_TOKEN": "5e" * 32}
    own = tmp_path / "instance"
    files = {}
    for name in SECRETS:
        (tmp_path / name).write_text(f"{whole[name]}\n")
        files[f"{name}_FILE"] = str(tmp_path / name)
    rest = {name: value for name, value in whole.items() if name not in SECRETS}

    # when, then
    assert settings(rest | files, own) == settings(whole, own)
    for name in SECRETS:
        with pytest.raises(ConfigError, match=f"^{name}_FILE and {name} are both set"):
            settings(rest | files | {name: whole[name]}, own)
        with pytest.raises(ConfigError, match=f"^{name}_FILE cannot be read"):
            settings(rest | files | {f"{name}_FILE": str(tmp_path / "none")}, own)
        (tmp_path / name).write_text("\n")
        with pytest.raises(ConfigError, match=f"^{name}_FILE names an empty file"):
            settings(rest | files, own)
        (tmp_path / name).write_text(whole[name])


@pytest.mark.parametrize("environ", [{}, {"EPLANNACC_ENV": ""}, {"EPLANNACC_ENV": "prod"}, {"DATABASE_URL": "x"}])
def test_nothing_starts_that_does_not_say_what_it_is(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EPLANNACC_ENV"):
        settings(environ, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("unsafe", "named"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "jZ3vQ8rT1mWk5xYbN7cLs0aHf2dGpE9"}, "SECRET_KEY"),  # 31 letters
        ({"SECRET_KEY": "x" * 64}, "SECRET_KEY"),
        ({"SECRET_KEY": "password" * 8}, "SECRET_KEY"),
        ({"SECRET_KEY": "12345678" * 8}, "SECRET_KEY"),
        ({"SECRET_KEY": "0123456789abcdef" * 4, "LOG_SIGNING_KEY": "0123456789abcdef" * 4}, "the same"),
        ({"LOG_SIGNING_KEY": "xyz"}, "LOG_SIGNING_KEY"),
        ({"PUBLIC_URL": "http://eplan.example.go.th"}, "PUBLIC_URL"),
        ({"FIRST_LOGIN_CODE_REQUIRED": "off"}, "FIRST_LOGIN_CODE_REQUIRED"),
        ({"SECOND_FACTOR_STAFF": "no"}, "SECOND_FACTOR_STAFF"),
        ({"MAIL_STARTTLS": "off"}, "MAIL_STARTTLS"),
        ({"DATABASE_URL": "postgresql://app@10.0.0.5/eplan"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgres://db.example/eplan?sslmode=require"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgresql:///eplan?host=db.example"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgresql://localhost/eplan?hostaddr=10.0.0.5"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgresql://localhost/eplan?host=/run&host=db.example"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgresql://localhost,db.example/eplan"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgresql:///eplan?service=elsewhere"}, "DATABASE_URL.*host"),
        ({"DATABASE_URL": "postgresql:///eplan", "PGSERVICE": "elsewhere"}, "DATABASE_URL.*host"),
        ({"DATABASE_URL": "postgresql:///eplan", "PGHOST": "db.example"}, "DATABASE_URL.*sslmode"),
        ({"DATABASE_URL": "postgresql://localhost/eplan", "PGHOSTADDR": "10.0.0.5"}, "DATABASE_URL.*sslmode"),
        (
            {"DATABASE_URL": "postgresql://db.example/eplan?sslmode=verify-full&sslmode=disable"},
            "DATABASE_URL.*sslmode",
        ),
        ({"RATELIMIT_STORAGE_URI": "redis://10.0.0.6:6379/0"}, "RATELIMIT_STORAGE_URI.*rediss"),
        ({"RATELIMIT_STORAGE_URI": "redis:///0?host=redis.example"}, "RATELIMIT_STORAGE_URI.*rediss"),
        ({"RATELIMIT_STORAGE_URI": "redis+sentinel://10.0.0.6:26379/eplan"}, "RATELIMIT_STORAGE_URI.*rediss"),
        ({"RATELIMIT_STORAGE_URI": "redis+cluster://10.0.0.6:6379"}, "RATELIMIT_STORAGE_URI.*rediss"),
        ({"RATELIMIT_STORAGE_URI": "valkey://10.0.0.6:6379"}, "RATELIMIT_STORAGE_URI.*rediss"),
        ({"RATELIMIT_STORAGE_URI": "rediss://redis.example/0?ssl_cert_reqs=none"}, "RATELIMIT_STORAGE_URI.*cert"),
        ({"JOBS_URL": "rediss://redis.example/0?ssl_cert_reqs=optional"}, "JOBS_URL.*cert"),
        ({"JOBS_URL": "rediss://redis.example/0?ssl_check_hostname=False"}, "JOBS_URL.*cert"),
        ({"JOBS_URL": "redis://:secret@redis.example/1"}, "JOBS_URL.*rediss"),
        ({"PROXY_COUNT": "one"}, "PROXY_COUNT"),
        ({"PROXY_COUNT": "-1"}, "PROXY_COUNT"),
        ({"PROXY_COUNT": "1.0"}, "PROXY_COUNT.*whole"),
        ({"MAIL_PORT": "smtp"}, "MAIL_PORT"),
        ({"MAIL_PORT": "1.5"}, "MAIL_PORT.*whole"),
        ({"PASSWORD_HASHES_AT_ONCE": "2.5"}, "PASSWORD_HASHES_AT_ONCE.*whole"),
        ({"SESSION_HOURS": "ten"}, "SESSION_HOURS"),
        ({"RESULTS_SECONDS": "."}, "RESULTS_SECONDS"),
        ({"ACCESS_LOG": "ture"}, "ACCESS_LOG.*yes or no"),
        ({"FIRST_LOGIN_CODE_REQUIRED": "ture"}, "FIRST_LOGIN_CODE_REQUIRED.*yes or no"),
        ({"MAIL_STARTTLS": "off!"}, "MAIL_STARTTLS.*yes or no"),
    ],
)
def test_production_refuses_by_name_what_is_unsafe(unsafe: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=named) as refused:
        settings(PRODUCTION | unsafe, tmp_path)
    assert len(refused.value.message.splitlines()) == 1


IMPOSSIBLE = [
    *(("PASSWORD_HASHES_AT_ONCE", number) for number in ("0", "1000")),  # of none at once all wait for ever
    *((name, number) for name in ("MAIL_PORT", "PORT") for number in ("0", "65536", "-1")),
    ("PROXY_COUNT", "10"),
    *(("SESSION_HOURS", hours) for hours in ("0", "0.5", "721", "999999999")),
    *((name, minutes) for name in ("SESSION_IDLE_STAFF", "SESSION_IDLE_LAO") for minutes in ("0", "9.9", "999999999")),
    ("RESULTS_SECONDS", "3601"),
    *(("SLOW_QUERY_MS", number) for number in ("-1", "fast", "3600001")),
    *(("METRICS_TOKEN", token) for token in ("x" * 31, "ก" * 40, "two words " * 4)),
    *(
        (name, limits)
        for name in ("SIGN_IN_LIMIT_ACCOUNT", "SIGN_IN_LIMIT_ADDRESS", "PUBLIC_LIMIT_ADDRESS")
        for limits in ("8", "8 a minute", "8/fortnight", "8/minute;", "0/minute", "-1/minute")
    ),
    *(
        ("PUBLIC_URL", url)
        for url in (
            *("https://", "https:///path", "eplan.example.go.th", "https://[", "https://eplan.example.go.th:port"),
            *("ftp://eplan.example.go.th", "https://eplan.example.go.th/?a=1", "https://eplan.example.go.th/eplan"),
            *("https://user@eplan.example.go.th", "https://eplan.example.go.th:99999", "https://two hosts"),
        )
    ),
    *(
        ("DATABASE_URL", url)
        for url in (
            *(
                "mysql://localhost/eplan",
                "eplan.db",
                "sqlite:///",
                "sqlite://",
                "oracle://db/eplan",
                "postgresql:eplan",
            ),
            *(
                "postgresql://localhost:port/eplan",
                "postgresql+asyncpg://localhost/eplan",
                "postgresql:///e?nonsense=1",
            ),
        )
    ),
    *(
        ("RATELIMIT_STORAGE_URI", url)
        for url in (
            "memcached://localhost",
            "redis+sentinel://localhost/eplan",
            "redis",
            "mongodb://localhost",
            "redis+unix://",
        )
    ),
    *(
        ("JOBS_URL", url)
        for url in (
            *("nonsense", "sqlite:///", "sqlite://jobs", "unix://", "unix:///", "amqp://localhost"),
            *("redis://localhost:port", "redis://localhost/0?nonsense=1", "rediss://localhost?ssl_cert_reqs=perhaps"),
        )
    ),
    *(("MAIL_FROM", word) for word in ("no address", "ก@example.go.th", "a@example.go.th, b@example.go.th", "A <a>")),
    *((name, "https://a.go.th") for name in ("CONTACT_EMAIL", "ALARM_EMAIL", "LOG_WITNESSES")),
    ("CONTACT_EMAIL", "An office <office@example.go.th>"),  # the metadata of the open data hold a bare one
    ("LOG_WITNESSES", "a@example.go.th,b"),
    ("LOG_WITNESSES", "a@example.go.th b@example.go.th"),
]


@pytest.mark.parametrize(("name", "value"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_its_name_in_a_sentence(name: str, value: str, tmp_path: Path) -> None:
    for environ in (DEMO, PRODUCTION):
        with pytest.raises(ConfigError) as refused:
            settings(environ | {name: value}, tmp_path)
        (line,) = refused.value.message.splitlines()
        assert line.split()[0] == name


def test_no_refusal_repeats_a_password(tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "RATELIMIT_STORAGE_URI", "JOBS_URL", "PUBLIC_URL"):
        for url in (
            "mysql://u:s3cret@h/e",
            "redis://u:s3cret@h:x/e",
            "postgresql://u:s3cret@h:x/e",
            "https://u:s3cret@",
        ):
            with pytest.raises(ConfigError) as refused:
                settings(PRODUCTION | {name: url}, tmp_path)
            assert "s3cret" not in refused.value.message


def test_what_can_be_is_taken(tmp_path: Path) -> None:
    # given
    possible = {
        **{"PASSWORD_HASHES_AT_ONCE": "1", "MAIL_PORT": "65535", "PORT": "1", "PROXY_COUNT": "0"},
        **{"SESSION_HOURS": "1.5", "SESSION_IDLE_STAFF": "10", "SESSION_IDLE_LAO": "12.5", "RESULTS_SECONDS": "0"},
        **{"SIGN_IN_LIMIT_ACCOUNT": "8/minute;30/hour", "PUBLIC_LIMIT_ADDRESS": "5 per 10 minutes"},
        **{"MAIL_FROM": "ป.ป.ช. <no-reply@mail.example.go.th>", "LOG_WITNESSES": "a@example.org, b@example.org,"},
        **{"ACCESS_LOG": "No", "MAIL_STARTTLS": "TRUE", "FIRST_LOGIN_CODE_REQUIRED": "1"},
    }

    # when
    found = settings(PRODUCTION | possible, tmp_path)

    # then
    assert (found["MAIL_PORT"], found["PASSWORD_HASHES_AT_ONCE"], found["PROXY_COUNT"]) == (65535, 1, 0)
    assert found["PERMANENT_SESSION_LIFETIME"] == timedelta(minutes=90)
    assert (found["SESSION_IDLE_STAFF"], found["SESSION_IDLE_LAO"]) == (timedelta(minutes=10), timedelta(minutes=12.5))
    assert found["LOG_WITNESSES"] == ["a@example.org", "b@example.org"]
    assert found["CONTACT_EMAIL"] == "no-reply@mail.example.go.th"
    assert (found["ACCESS_LOG"], found["MAIL_STARTTLS"]) == (False, True)
    assert settings(DEMO | {"PUBLIC_URL": "http://[::1]:5000/"}, tmp_path)["PUBLIC_URL"] == "http://[::1]:5000"


def test_nobody_at_work_is_signed_out_by_the_clock_that_notes_them(tmp_path: Path) -> None:
    """A session is seen every SEEN_EVERY, so whoever sends a request that often must stay in."""
    for name in ("SESSION_IDLE_STAFF", "SESSION_IDLE_LAO"):
        assert NUMBERS[name][0] * MINUTE >= 2 * SEEN_EVERY


@pytest.mark.parametrize("letters", [32, 64])
def test_a_secret_drawn_at_random_is_taken_also_of_the_sixteen_hex_digits(letters: int, tmp_path: Path) -> None:
    drawn = Random(1)
    for _time in range(300):
        secret = "".join(drawn.choices("0123456789abcdef", k=letters))
        assert settings(PRODUCTION | {"SECRET_KEY": secret}, tmp_path)["SECRET_KEY"] == secret


def _read_by(*places: str) -> set[str]:
    """Names that the environment is asked for in these files."""
    asks = re.compile(r"""(?:environ(?:\.get\(|\[)|_flag\(environ, |envvar=)["']([A-Z_]+)["'](?!\] = )""")
    return {name for place in places for name in asks.findall((ROOT / place).read_text())}


@pytest.mark.parametrize("name", sorted(_read_by("config.py", "config_faults.py") - {"EPLANNACC_ENV"}))
def test_what_is_empty_is_not_set(name: str, tmp_path: Path) -> None:
    """An EnvironmentFile or a compose file often names a variable and says nothing behind it."""
    for environ in (DEMO, PRODUCTION):
        if name not in environ:
            assert settings(environ | {name: ""}, tmp_path) == settings(environ, tmp_path)
            assert settings(environ | {name: " "}, tmp_path) == settings(environ, tmp_path)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        settings({"EPLANNACC_ENV": "production", "SECRET_KEY": "short", "MAIL_PORT": "x"}, tmp_path)
    assert {line.split()[0] for line in refused.value.message.splitlines()} == {*REQUIRED_IN_PRODUCTION, "MAIL_PORT"}


def test_services_are_reached_by_tls_or_on_the_same_machine(tmp_path: Path) -> None:
    for name, urls in {
        "DATABASE_URL": (
            *("postgresql:///eplan", "postgresql://app@127.0.0.1/eplan", "postgres://localhost:5433/eplan"),
            *("postgresql:///eplan?host=/var/run/postgresql", "postgresql+psycopg://[::1]/eplan"),
            "postgresql:///eplan?host=db.example&sslmode=verify-full&sslrootcert=/etc/own.pem",
        ),
        "RATELIMIT_STORAGE_URI": (
            *("redis://127.0.0.1:6379/0", "rediss://redis.example:6380/0", "redis://[::1]/0"),
            "redis+unix:///run/redis/redis.sock",
        ),
        "JOBS_URL": (
            *("redis://localhost/1", "rediss://redis.example/1", f"sqlite:///{tmp_path / 'jobs.db'}"),
            "unix:///run/redis/redis.sock?db=1",
        ),
    }.items():
        for url in urls:
            assert settings(PRODUCTION | {name: url}, tmp_path)["ENVIRONMENT"] == "production", url


def test_what_libpq_reads_by_itself_counts_too(tmp_path: Path) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://db.example/eplan"}
    assert settings(PRODUCTION | elsewhere | {"PGSSLMODE": "verify-full"}, tmp_path)["ENVIRONMENT"] == "production"
    for of_libpq in ({"PGSSLMODE": "require"}, {"PGSSLMODE": "verify-full", "PGSERVICE": "eplan"}):
        with pytest.raises(ConfigError, match="DATABASE_URL is on another machine"):
            settings(PRODUCTION | elsewhere | of_libpq, tmp_path)
    assert settings(elsewhere | {"EPLANNACC_ENV": "testing"}, tmp_path)["ENVIRONMENT"] == "testing"


def test_a_mail_server_on_the_same_machine_needs_no_tls(tmp_path: Path) -> None:
    assert settings(PRODUCTION | {"MAIL_STARTTLS": "off", "MAIL_HOST": "localhost"}, tmp_path)["MAIL_STARTTLS"] is False


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"PUBLIC_URL": "https://eplan.example.go.th"}, "PUBLIC_URL"),
        ({"DATABASE_URL": "postgresql://app@db.example/eplan"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgres://app:secret@10.0.0.5:5432/eplan"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql:///eplan?host=db.example&sslmode=verify-full"}, "DATABASE_URL"),
    ],
)
def test_the_demo_refuses_what_looks_like_a_forgotten_production(
    environ: dict[str, str], named: str, tmp_path: Path
) -> None:
    """One variable forgotten, and a stranger signed in to an unclaimed LAO with its public code."""
    with pytest.raises(ConfigError, match=f"{named}.*production") as refused:
        settings(DEMO | environ, tmp_path)
    assert "secret" not in refused.value.message


def test_the_demo_runs_on_a_postgresql_of_the_same_machine(tmp_path: Path) -> None:
    for url in ("postgresql:///eplan", "postgresql://root@127.0.0.1:5432/eplan", "postgresql://localhost/eplan"):
        assert settings(DEMO | {"DATABASE_URL": url}, tmp_path)["ENVIRONMENT"] == "demo"


def test_whoever_starts_it_unsafely_reads_sentences_and_no_traceback(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "EPLANNACC_ENV": "production", "SECRET_KEY": "short"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    told = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert {"DATABASE_URL", "PROXY_COUNT"} <= {
        line.split()[0] for line in told.stderr.replace("Error: ", "").splitlines()
    }
    assert "Traceback" not in told.stderr


def test_what_a_process_writes_only_its_owner_reads(tmp_path: Path) -> None:
    """The SQLite file holds password hashes, an export the coordinators of a country."""
    # given
    environ = {
        "PATH": os.environ["PATH"],
        "EPLANNACC_ENV": "demo",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'eplan.db'}",
    }
    environ |= {name: str(tmp_path / name.lower()) for name in ("EXPORT_FOLDER", "MAIL_FOLDER", "SNAPSHOT_FOLDER")}
    environ |= {"SECRET_KEY": "a secret", "LOG_SIGNING_KEY": "1a" * 32, "JOBS_URL": f"sqlite:///{tmp_path / 'jobs.db'}"}

    # when
    for command in (["db", "upgrade"], ["mail", "send-queued"]):
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", *command], cwd=ROOT, env=environ, check=True)

    # then
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "eplan.db" in written
    assert {path.stat().st_mode & 0o077 for path in written} == {0}


def test_the_demo_says_on_every_page_that_it_is_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for environment, said in (("demo", True), ("production", False)):
        monkeypatch.setitem(app.config, "ENVIRONMENT", environment)
        app.extensions["public-pages"].clear()
        for page in ("/", "/login", "/public", "/help"):
            assert ("ระบบสาธิต" in app.test_client().get(page).text) is said, page


def test_production_asks_for_activation_codes_and_hides_its_cookie(tmp_path: Path) -> None:
    found = settings(PRODUCTION, tmp_path)
    assert found["FIRST_LOGIN_CODE_REQUIRED"] is True
    assert (found["SECOND_FACTOR_STAFF"], found["SECOND_FACTOR_LAO"]) == (True, False)
    assert found["MAIL_STARTTLS"] is True
    assert found["PUBLIC_URL"] == "https://eplan.example.go.th"
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://db.example/eplan?sslmode=verify-full"
    assert (found["SESSION_COOKIE_SECURE"], found["SESSION_COOKIE_NAME"]) == (True, "__Host-eplannacc")


def test_the_demo_makes_a_secret_once_that_only_its_owner_reads(tmp_path: Path) -> None:
    first, again = settings(DEMO, tmp_path), settings(DEMO, tmp_path)
    assert first["SECRET_KEY"] == again["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) == 64
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert first["FIRST_LOGIN_CODE_REQUIRED"] is False
    assert first["SECOND_FACTOR_STAFF"] is False
    assert settings(DEMO | {"FIRST_LOGIN_CODE_REQUIRED": "1"}, tmp_path)["FIRST_LOGIN_CODE_REQUIRED"] is True


def test_the_readme_lists_every_variable_that_is_read_and_no_other() -> None:
    table = re.findall(r"^\| (`[A-Z][^|]+`) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    listed = [name for cell in table for name in re.findall(r"`([A-Z_]+)`", cell)]
    places = ["config.py", "config_faults.py", "wsgi.py"]
    places += [str(path.relative_to(ROOT)) for part in ("app", "tests") for path in (ROOT / part).rglob("*.py")]
    assert len(listed) == len(set(listed))
    # Of the system, of libpq, of a request.
    of_others = {"PATH", "PGSERVICE", "PGSSLMODE", "CONTENT_LENGTH", "PATH_INFO"}
    assert set(listed) == (_read_by(*places) - of_others).union(f"{name}_FILE" for name in SECRETS)


def test_the_readme_says_what_holds_where_nothing_is_set(tmp_path: Path) -> None:
    # given
    rows = re.findall(r"^\| (`[A-Z][^|]+`) \| ([^|]+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    said = dict(
        pair
        for names, defaults in rows
        for pair in zip(re.findall(r"[A-Z_]+", names), defaults.replace("`", "").split(", "), strict=False)
    )

    # when
    found, production = settings(DEMO, tmp_path), settings(PRODUCTION, tmp_path)

    # then
    for name in ("PASSWORD_HASHES_AT_ONCE", "PROXY_COUNT", "RATELIMIT_STORAGE_URI", "PUBLIC_LIMIT_ADDRESS"):
        assert str(found[name]) == said[name]
    for name in ("SIGN_IN_LIMIT_ACCOUNT", "SIGN_IN_LIMIT_ADDRESS"):
        assert found[name] == said[name]
    assert found["RESULTS_SECONDS"] == float(said["RESULTS_SECONDS"])
    assert found["PERMANENT_SESSION_LIFETIME"] == timedelta(hours=int(said["SESSION_HOURS"]))
    for name in ("SESSION_IDLE_STAFF", "SESSION_IDLE_LAO"):
        assert found[name] == int(said[name]) * MINUTE
    assert (found["SLOW_QUERY_MS"], found["METRICS_TOKEN"]) == (float(said["SLOW_QUERY_MS"]), "")
    for name in ("EXPORT_FOLDER", "MAIL_FOLDER", "METRICS_FOLDER", "SNAPSHOT_FOLDER"):
        assert found[name] == tmp_path / said[name].removeprefix("instance/")
    for name in ("JOBS_NAME", "SNAPSHOT_HOUR", "SNAPSHOTS_KEPT"):
        assert str(found[name]) == said[name]
    assert found["JOBS_URL"] == f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    assert found["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'eplannacc.sqlite3'}"
    assert found["LOG_WITNESSES"] == []
    assert settings(DEMO | {"PORT": "7000"}, tmp_path)["PUBLIC_URL"] == "http://127.0.0.1:7000"
    for name in ("ACCESS_LOG", "FIRST_LOGIN_CODE_REQUIRED"):
        assert (found[name], production[name]) == (False, True)


def test_who_is_told_of_alarms_and_asked_is_the_nearest_that_is_named(tmp_path: Path) -> None:
    named = {"MAIL_FROM": "e-PlanNACC <from@example.go.th>", "CONTACT_EMAIL": "ask@example.go.th"}
    for environ, contact, alarm in (
        ({"MAIL_FROM": named["MAIL_FROM"]}, "from@example.go.th", "from@example.go.th"),
        (named, "ask@example.go.th", "ask@example.go.th"),
        (named | {"ALARM_EMAIL": "alarm@example.go.th"}, "ask@example.go.th", "alarm@example.go.th"),
    ):
        found = settings(DEMO | environ, tmp_path)
        assert (found["CONTACT_EMAIL"], found["ALARM_EMAIL"]) == (contact, alarm)


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
    answer, said = production.test_client().get("/login", base_url="https://eplan.example.go.th"), Response()
    with production.test_request_context():
        flash("บันทึกแล้ว")
        production.session_interface.save_session(production, session, said)
    for name, cookie in (("eplannacc", answer.headers["Set-Cookie"]), ("eplannacc-words", said.headers["Set-Cookie"])):
        assert cookie.startswith(f"__Host-{name}=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain=" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_no_answer_repeats_the_host_that_somebody_wrote(production: Flask, app: Flask) -> None:
    """A cache or a mail would lead everybody there."""
    client, home = production.test_client(), "https://eplan.example.go.th"
    for path in ("/login", "/public//provinces/90", "/nothing"):
        strange = client.get(path, base_url="https://evil.example")
        assert strange.status_code == 400, path
        for header, name in ((key, value) for key, value in strange.headers if key != "Vary"):
            assert "evil" not in name, header
        assert "evil" not in strange.text
    behind = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.1"}
    for base in (home, "http://127.0.0.1:8000"):  # a watcher asks from beside it
        led = client.get("/public//provinces/90?year=2561", base_url=base, headers=behind)
        assert (led.status_code, led.location) == (308, "/public/provinces/90?year=2561")
        assert "evil" not in led.text
    led = app.test_client().get("/public//provinces/90", base_url="http://evil.example")
    assert led.location == "/public/provinces/90"
    assert "evil" not in led.text


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


def test_of_what_a_visitor_says_of_its_address_only_the_proxys_word_counts(production: Flask, app: Flask) -> None:
    said = {"X-Forwarded-For": "198.51.100.6, 192.0.2.1", "X-Real-IP": "198.51.100.6", "Forwarded": "for=198.51.100.6"}
    for served, address in ((production, "192.0.2.1"), (app, "127.0.0.1")):
        with FlaskClient(served, served.response_class) as client:
            assert client.get("/healthz", base_url="https://eplan.example.go.th", headers=said).status_code == 200
            assert request.remote_addr == address
