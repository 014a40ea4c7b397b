"""Settings, read from the environment once, at start.

Three environments: `demo` (what `make run` starts), `production` and `testing`.
Production starts only with its own secrets; the demo makes its own on first run
and keeps them in `instance/`, which git ignores.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from click import ClickException

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("demo", "production", "testing")
REQUIRED_IN_PRODUCTION = (
    *("SECRET_KEY", "DATABASE_URL", "PUBLIC_URL", "MAIL_HOST", "MAIL_FROM", "RATELIMIT_STORAGE_URI"),
    *("JOBS_URL", "LOG_SIGNING_KEY", "PROXY_COUNT"),
)
WHOLE_NUMBERS = ("PORT", "MAIL_PORT", "PROXY_COUNT", "PASSWORD_HASHES_AT_ONCE")
NUMBERS = ("RESULTS_SECONDS", "SESSION_HOURS", "SESSION_IDLE_STAFF", "SESSION_IDLE_LAO")
THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
FEWEST_LETTERS = 9  # different ones in a secret: of 32 hex digits drawn at random one in 370,000 has fewer


class ConfigError(ClickException):
    """The environment does not make a safe configuration; the message says all there is to set, a line each."""


def settings(environ: Mapping[str, str], instance: Path = ROOT / "instance") -> dict[str, Any]:
    """Flask settings for `environ`. Raises ConfigError, which names all that is missing or unsafe at once.

    What is empty is not set: a file of settings often names a variable and says nothing behind it.
    """
    environ = {name: value for name, value in environ.items() if value.strip()}
    environment = environ.get("EPLANNACC_ENV", "")
    if environment not in ENVIRONMENTS:
        raise ConfigError(f"EPLANNACC_ENV is {environment!r}; it must say one of {', '.join(ENVIRONMENTS)}.")
    production = environment == "production"
    if faults := [*_unreadable(environ), *(_unsafe(environ) if production else _unfit_for_a_trial(environ))]:
        raise ConfigError("\n".join(faults))
    signing_key = environ.get("LOG_SIGNING_KEY") or _kept_secret(instance, "log_signing_key")
    return {
        "ENVIRONMENT": environment,
        "TESTING": environment == "testing",
        "SECRET_KEY": environ.get("SECRET_KEY") or _kept_secret(instance, "secret_key"),
        "SQLALCHEMY_DATABASE_URI": database_url(
            environ.get("DATABASE_URL") or f"sqlite:///{instance / 'eplannacc.sqlite3'}"
        ),
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # else a failing statement's values stand in the log
        "ACCESS_LOG": _flag(environ, "ACCESS_LOG", default=production),
        # Carries the ids of long work to `flask jobs work`: sqlite:///…, redis://…, or memory:// within one process.
        "JOBS_URL": environ.get("JOBS_URL")
        or ("memory://" if environment == "testing" else f"sqlite:///{instance / 'jobs.sqlite3'}"),
        "JOBS_NAME": environ.get("JOBS_NAME", "eplannacc"),
        "EXPORT_FOLDER": Path(environ.get("EXPORT_FOLDER", instance / "exports")),
        # Argon2 and the sign-in limit decide how fast a stranger may guess; see app/accounts.
        "RATELIMIT_STORAGE_URI": environ.get("RATELIMIT_STORAGE_URI", "memory://"),
        "SIGN_IN_LIMIT_ACCOUNT": environ.get("SIGN_IN_LIMIT_ACCOUNT", "8/minute;30/hour"),
        "SIGN_IN_LIMIT_ADDRESS": environ.get("SIGN_IN_LIMIT_ADDRESS", "60/minute;600/hour"),
        # Public pages made anew for strangers of one address or IPv6 /64, by the minute: one that takes long is many.
        "PUBLIC_LIMIT_ADDRESS": environ.get("PUBLIC_LIMIT_ADDRESS", "100/minute"),
        "PASSWORD_HASHES_AT_ONCE": int(environ.get("PASSWORD_HASHES_AT_ONCE", "2")),
        "FIRST_LOGIN_CODE_REQUIRED": _flag(environ, "FIRST_LOGIN_CODE_REQUIRED", default=production),
        "SESSION_COOKIE_NAME": "__Host-eplannacc" if production else "eplannacc",
        "SESSION_COOKIE_SECURE": environment != "demo" and environment != "testing",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=float(environ.get("SESSION_HOURS", "10"))),
        # Without a request; a session is noted as used every 5 minutes at most.
        "SESSION_IDLE_STAFF": timedelta(minutes=float(environ.get("SESSION_IDLE_STAFF", "60"))),
        "SESSION_IDLE_LAO": timedelta(minutes=float(environ.get("SESSION_IDLE_LAO", "240"))),
        # A working day from the sign-in; renewing the cookie at every request would sign it every time.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_I18N_ENABLED": False,
        "WTF_CSRF_TIME_LIMIT": None,  # a token lives as long as its session, so a long form never goes stale
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,  # fields of a form, however it is sent
        # Whom this server answers to; a proxy hands on the Host that it was asked for, and watchers may ask from here.
        "TRUSTED_HOSTS": [urlsplit(environ["PUBLIC_URL"]).hostname, *THIS_MACHINE[1:]] if production else None,
        "PROXY_COUNT": int(environ.get("PROXY_COUNT", "0")),
        # Links in mails use this, never the Host header, which a stranger can set.
        "PUBLIC_URL": environ.get("PUBLIC_URL", f"http://127.0.0.1:{environ.get('PORT', '5000')}").rstrip("/"),
        "MAIL_HOST": environ.get("MAIL_HOST", ""),
        "MAIL_PORT": int(environ.get("MAIL_PORT", "25")),
        "MAIL_STARTTLS": _flag(environ, "MAIL_STARTTLS", default=production),
        "MAIL_USER": environ.get("MAIL_USER", ""),
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD", ""),
        "MAIL_FROM": environ.get("MAIL_FROM", "e-PlanNACC <no-reply@localhost>"),
        "MAIL_FOLDER": Path(environ.get("MAIL_FOLDER", instance / "mail")),
        "CONTACT": environ.get("CONTACT", "สำนักงาน ป.ป.ช. ประจำจังหวัดของท่าน"),
        "CONTACT_EMAIL": environ.get("CONTACT_EMAIL") or parseaddr(environ.get("MAIL_FROM", "contact@localhost"))[1],
        # Told of many sign-ins that failed, once a day.
        "ALARM_EMAIL": environ.get("ALARM_EMAIL")
        or environ.get("CONTACT_EMAIL")
        or parseaddr(environ.get("MAIL_FROM", "contact@localhost"))[1],
        # How old the whole country's results may be in the API; districts and LAOs are read anew each time.
        "RESULTS_SECONDS": float(environ.get("RESULTS_SECONDS", "0" if environment == "testing" else "25")),
        # Signs the heads of the public log; whoever has it could sign others.
        "LOG_SIGNING_KEY": signing_key,
        "LOG_WITNESSES": [address for address in environ.get("LOG_WITNESSES", "").split(",") if address.strip()],
        "SNAPSHOT_FOLDER": Path(environ.get("SNAPSHOT_FOLDER", instance / "open-data")),
    }


def _unreadable(environ: Mapping[str, str]) -> Iterator[str]:
    for name in WHOLE_NUMBERS:
        if not re.fullmatch(r"\d{1,9}", environ.get(name, "0")):
            yield f"{name} is {environ[name]!r}; it must be a whole number."
    for name in NUMBERS:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", environ.get(name, "0")):
            yield f"{name} is {environ[name]!r}; it must be a number."
    if not re.fullmatch(r"([0-9a-f]{64})?", environ.get("LOG_SIGNING_KEY", "")):
        yield "LOG_SIGNING_KEY must be 32 bytes in hex: 64 of the digits 0-9 and a-f."


def _unsafe(environ: Mapping[str, str]) -> Iterator[str]:
    """What production must not start with."""
    for name in REQUIRED_IN_PRODUCTION:
        if not environ.get(name):
            yield f"{name} is missing: {REASONS.get(name, 'production needs its own')}."
    secret = environ.get("SECRET_KEY", "")
    if secret and (len(secret) < 32 or len(set(secret)) < FEWEST_LETTERS):
        yield "SECRET_KEY must be 32 characters or more, drawn at random: openssl rand -base64 48"
    if secret and secret == environ.get("LOG_SIGNING_KEY"):
        yield "SECRET_KEY and LOG_SIGNING_KEY are the same; whoever learns one must not have the other."
    if environ.get("PUBLIC_URL") and urlsplit(environ["PUBLIC_URL"]).scheme != "https":
        yield "PUBLIC_URL must begin with https://: links in mails open accounts, and cookies go by TLS alone."
    if not _flag(environ, "FIRST_LOGIN_CODE_REQUIRED", default=True):
        yield "FIRST_LOGIN_CODE_REQUIRED is off: anybody who knows an LAO's public code could take its account."
    if not _flag(environ, "MAIL_STARTTLS", default=True) and environ.get("MAIL_HOST") not in THIS_MACHINE:
        yield "MAIL_STARTTLS is off: links for new passwords would cross the network in the open."
    yield from _in_the_open(environ)


def _in_the_open(environ: Mapping[str, str]) -> Iterator[str]:
    for name in ("DATABASE_URL", "RATELIMIT_STORAGE_URI", "JOBS_URL"):
        if lacking := _lacks(urlsplit(environ.get(name, ""))):
            yield f"{name} is on another machine without {lacking}: passwords would cross the network in the open."


def _lacks(url: SplitResult) -> str:
    """What keeps the way to `url` from being one by TLS, with a certificate that is checked; "" where nothing does."""
    if (url.hostname or "") in THIS_MACHINE:
        return ""
    if url.scheme.startswith("postgres"):
        return "" if parse_qs(url.query).get("sslmode") == ["verify-full"] else "sslmode=verify-full"
    return "rediss://" if url.scheme == "redis" else ""


REASONS = {
    "PROXY_COUNT": "how many trusted proxies stand in front; with a wrong 0 all visitors seem to be one, and one of "
    "them who guesses passwords shuts out all",
    "RATELIMIT_STORAGE_URI": "where tries are counted, redis://…; memory:// counts in each process alone",
}


def _unfit_for_a_trial(environ: Mapping[str, str]) -> Iterator[str]:
    """What belongs to a production that forgot to say so: under the demo's rules a stranger could take any LAO."""
    wants = "EPLANNACC_ENV says demo, whose accounts everybody knows, but"
    if environ["EPLANNACC_ENV"] != "demo":
        return
    if environ.get("PUBLIC_URL", "").startswith("https:"):
        yield f"{wants} PUBLIC_URL begins with https://. Is this production?"
    database = database_url(environ.get("DATABASE_URL", ""))
    if database.startswith("postgresql") and (urlsplit(database).hostname or "") not in THIS_MACHINE:
        yield f"{wants} DATABASE_URL is a PostgreSQL on another machine. Is this production?"


def database_url(url: str) -> str:
    """`url` with the driver this project uses; hosting services hand out `postgres://`."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "").lower()
    return value in ("1", "true", "yes", "on") if value else default


def _kept_secret(instance: Path, name: str) -> str:
    """32 bytes in hex, made on the first run."""
    path = instance / name
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()
