"""Settings, read from the environment once, at start.

Three environments: `demo` (what `make run` starts), `production` and `testing`.
Production starts only with its own secrets; the demo makes its own on first run
and keeps them in `instance/`, which git ignores.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from click import ClickException

from config_faults import FLAGS, THIS_MACHINE, database_url, faults, witnesses

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("demo", "production", "testing")
# Each may stand in a file instead, which NAME_FILE names: a vault or the service manager writes it.
SECRETS = (
    "SECRET_KEY",
    "LOG_SIGNING_KEY",
    "DATABASE_URL",
    "MAIL_PASSWORD",
    "RATELIMIT_STORAGE_URI",
    "JOBS_URL",
    "METRICS_TOKEN",
)


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
    environ, unread = _with_files(environ)
    if found := unread or list(faults(environ, environment)):
        raise ConfigError("\n".join(found))
    signing_key = environ.get("LOG_SIGNING_KEY") or _kept_secret(instance, "log_signing_key")
    return {
        "ENVIRONMENT": environment,
        "TESTING": environment == "testing",
        "SECRET_KEY": environ.get("SECRET_KEY") or _kept_secret(instance, "secret_key"),
        "SQLALCHEMY_DATABASE_URI": database_url(
            environ.get("DATABASE_URL") or f"sqlite:///{instance / 'eplannacc.sqlite3'}"
        ),
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # else a failing statement's values stand in the log
        "DATABASE_POOLED": _flag(environ, "DATABASE_POOLED", default=False),
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
        "PASSWORD_HASHES_AT_ONCE": int(environ.get("PASSWORD_HASHES_AT_ONCE", "1")),
        # Beside the password: of staff always, of LAOs a code by mail where they sign in from a device not seen before.
        "SECOND_FACTOR_STAFF": _flag(environ, "SECOND_FACTOR_STAFF", default=production),
        "SECOND_FACTOR_LAO": _flag(environ, "SECOND_FACTOR_LAO", default=False),
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
        "REQUESTS_AT_ONCE": int(environ.get("REQUESTS_AT_ONCE", "2")),
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
        "LOG_WITNESSES": witnesses(environ),
        "SNAPSHOT_FOLDER": Path(environ.get("SNAPSHOT_FOLDER", instance / "open-data")),
        # From when on the worker publishes the day's open data, in Thai time; 24 for never.
        "SNAPSHOT_HOUR": int(environ.get("SNAPSHOT_HOUR", "24" if environment == "testing" else "2")),
        "SNAPSHOTS_KEPT": int(environ.get("SNAPSHOTS_KEPT", "30")),
        # Who may ask /metrics; "" for nobody. What each process counts stands in files: not on a network's disk.
        "METRICS_TOKEN": environ.get("METRICS_TOKEN", ""),
        "METRICS_FOLDER": Path(environ.get("METRICS_FOLDER", instance / "metrics")),
        "SLOW_QUERY_MS": float(environ.get("SLOW_QUERY_MS", "500")),  # 0: none is written down
    }


def _with_files(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """`environ` with what stands in the files it names, and a sentence for each that cannot be read."""
    read, unread = dict(environ), list[str]()
    for name in SECRETS:
        if not (path := environ.get(f"{name}_FILE")):
            continue
        try:
            read[name] = Path(path).read_text().strip()
        except (OSError, ValueError) as error:
            unread.append(f"{name}_FILE cannot be read: {error}")
            continue
        if name in environ or not read[name]:
            unread.append(f"{name}_FILE {f'and {name} are both set' if name in environ else 'names an empty file'}.")
    return read, unread


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    return FLAGS[environ[name].lower()] if name in environ else default


def _kept_secret(instance: Path, name: str) -> str:
    """32 bytes in hex, made on the first run."""
    path = instance / name
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()
