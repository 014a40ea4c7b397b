"""What the environment must not say, each a sentence that begins with the variable's name.

A fault found here is found at the start. Found later it is a traceback, a page that hangs, or a password that crossed
the network in the open.
"""

import re
import ssl
from collections.abc import Iterator, Mapping
from email.utils import getaddresses
from typing import NamedTuple
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from limits import parse_many
from psycopg.conninfo import make_conninfo
from redis import ConnectionPool
from redis.connection import Connection, SSLConnection
from sqlalchemy.engine import make_url

REQUIRED_IN_PRODUCTION = (
    *("SECRET_KEY", "DATABASE_URL", "PUBLIC_URL", "MAIL_HOST", "MAIL_FROM", "RATELIMIT_STORAGE_URI"),
    *("JOBS_URL", "LOG_SIGNING_KEY", "PROXY_COUNT"),
)
# From, to: what lies outside hangs, locks out, or lets a stolen cookie live for months.
WHOLE_NUMBERS = {
    "PORT": (1, 65_535),
    "MAIL_PORT": (1, 65_535),
    "PROXY_COUNT": (0, 9),
    "PASSWORD_HASHES_AT_ONCE": (1, 64),
    "REQUESTS_AT_ONCE": (1, 64),
    "SNAPSHOT_HOUR": (0, 24),
    "SNAPSHOTS_KEPT": (1, 3650),
}
NUMBERS = {
    "RESULTS_SECONDS": (0, 3600),
    "SLOW_QUERY_MS": (0, 3_600_000),
    "SESSION_HOURS": (1, 30 * 24),
    # A session is noted as used every 5 minutes at most: a shorter idle time signs out who is at work.
    "SESSION_IDLE_STAFF": (10, 30 * 24 * 60),
    "SESSION_IDLE_LAO": (10, 30 * 24 * 60),
}
MUST_BE_ON = {
    "FIRST_LOGIN_CODE_REQUIRED": "anybody who knows an LAO's public code could take its account",
    "SECOND_FACTOR_STAFF": "whoever learns one password of NACC could change what the whole country sees",
}
FLAGS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
SERVICES = {
    "DATABASE_URL": ("sqlite:///", "postgresql://"),
    "RATELIMIT_STORAGE_URI": ("memory://", "redis://", "rediss://", "redis+unix://"),
    "JOBS_URL": ("memory://", "sqlite:///", "redis://", "rediss://", "unix://"),
}
NOWHERE = re.compile(r"(sqlite|unix|redis\+unix):/*")
THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
FEWEST_LETTERS = 9  # different ones in a secret: of 32 hex digits drawn at random one in 370,000 has fewer


def faults(environ: Mapping[str, str], environment: str) -> Iterator[str]:
    """All that is wrong with `environ`, in which nothing is empty."""
    yield from _numbers(environ)
    yield from _words(environ)
    yield from _addresses(environ)
    if environment == "production":
        yield from _unsafe(environ)
    for name in SERVICES:
        if (url := environ.get(name)) and (fault := _fault_of_service(name, url, environ, environment)):
            yield f"{name} {fault}"
    if (url := environ.get("PUBLIC_URL")) and (fault := _fault_of_site(url, environment)):
        yield f"PUBLIC_URL {fault}"


def _numbers(environ: Mapping[str, str]) -> Iterator[str]:
    for ranges, kind, form in (
        (WHOLE_NUMBERS, "whole number", r"\d{1,9}"),
        (NUMBERS, "number", r"\d{1,9}(\.\d{1,9})?"),
    ):
        for name, (least, most) in ranges.items():
            said = environ.get(name)
            if said and not (re.fullmatch(form, said) and least <= float(said) <= most):
                yield f"{name} is {said!r}; it must be a {kind} from {least} to {most}."


def _words(environ: Mapping[str, str]) -> Iterator[str]:
    for name in ("ACCESS_LOG", "DATABASE_POOLED", *MUST_BE_ON, "SECOND_FACTOR_LAO", "MAIL_STARTTLS"):
        if environ.get(name, "on").lower() not in FLAGS:
            yield f"{name} is {environ[name]!r}; it must say yes or no ({', '.join(FLAGS)})."
    for name in ("SIGN_IN_LIMIT_ACCOUNT", "SIGN_IN_LIMIT_ADDRESS", "PUBLIC_LIMIT_ADDRESS"):
        if not _is_limit(environ.get(name, "1/minute")):
            yield f"{name} is {environ[name]!r}; it must be one limit or more, like 8/minute;30/hour, none of them 0."
    if not re.fullmatch(r"[!-~]{32,}", environ.get("METRICS_TOKEN", "x" * 32)):
        yield "METRICS_TOKEN must be 32 characters or more, drawn at random: openssl rand -hex 32"
    if not re.fullmatch(r"[0-9a-f]{64}", environ.get("LOG_SIGNING_KEY", "0" * 64)):
        yield "LOG_SIGNING_KEY must be 32 bytes in hex: 64 of the digits 0-9 and a-f."


def _is_limit(said: str) -> bool:
    try:
        return all(limit.amount for limit in parse_many(said))
    except ValueError:
        return False


def _addresses(environ: Mapping[str, str]) -> Iterator[str]:
    if "MAIL_FROM" in environ:
        senders = getaddresses([environ["MAIL_FROM"]])
        if len(senders) != 1 or not _is_mailbox(senders[0][1]):
            yield "MAIL_FROM must be one mail address, alone or as NAME <ADDRESS>."
    for name in ("CONTACT_EMAIL", "ALARM_EMAIL"):
        if name in environ and not _is_mailbox(environ[name]):
            yield f"{name} is {environ[name]!r}; it must be one mail address, without a name."
    if not all(map(_is_mailbox, witnesses(environ))):
        yield "LOG_WITNESSES must be mail addresses, with commas between."


def witnesses(environ: Mapping[str, str]) -> list[str]:
    """The addresses that get signed heads of the public log."""
    return [each.strip() for each in environ.get("LOG_WITNESSES", "").split(",") if each.strip()]


def _is_mailbox(said: str) -> bool:
    try:  # as in a profile (app/accounts/forms.py), but for hosts of an office's own network
        validate_email(said, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return said.isascii()


def _unsafe(environ: Mapping[str, str]) -> Iterator[str]:
    """What production must not start with."""
    for name in REQUIRED_IN_PRODUCTION:
        if name not in environ:
            yield f"{name} is missing: {REASONS.get(name, 'production needs its own')}."
    secret = environ.get("SECRET_KEY", "")
    if secret and (len(secret) < 32 or len(set(secret)) < FEWEST_LETTERS):
        yield "SECRET_KEY must be 32 characters or more, drawn at random: openssl rand -base64 48"
    if secret and secret == environ.get("LOG_SIGNING_KEY"):
        yield "SECRET_KEY and LOG_SIGNING_KEY are the same; whoever learns one must not have the other."
    for name, why in MUST_BE_ON.items():
        if _is_off(environ, name):
            yield f"{name} is off: {why}."
    if _is_off(environ, "MAIL_STARTTLS") and environ.get("MAIL_HOST") not in THIS_MACHINE:
        yield "MAIL_STARTTLS is off: links for new passwords would cross the network in the open."


def _is_off(environ: Mapping[str, str], name: str) -> bool:
    return not FLAGS.get(environ.get(name, "on").lower(), True)


REASONS = {
    "PROXY_COUNT": "how many trusted proxies stand in front; with a wrong 0 all visitors seem to be one, and one of "
    "them who guesses passwords shuts out all",
    "RATELIMIT_STORAGE_URI": "where tries are counted, redis://…; memory:// counts in each process alone",
}
# Under the demo's rules a stranger could take any LAO.
LIKE_PRODUCTION = "but EPLANNACC_ENV says demo, whose accounts everybody knows. Is this production?"


def _fault_of_site(url: str, environment: str) -> str:
    if not _is_site(url):
        return "must be https:// and a host, with :PORT where it has one, and nothing behind it."
    secure = url.lower().startswith("https:")
    if environment == "production" and not secure:
        return "must begin with https://: links in mails open accounts, and cookies go by TLS alone."
    return f"begins with https://, {LIKE_PRODUCTION}" if environment == "demo" and secure else ""


def _is_site(said: str) -> bool:
    """Whether links can begin with it: all is served from the root of one host."""
    try:
        url = urlsplit(said)
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        plain = host if url.port is None else f"{host}:{url.port}"
    except ValueError:
        return False
    named = re.fullmatch(r"[\w.-]+|\[[0-9a-f:.]+\]", host or "")
    return bool(named) and said.rstrip("/").lower() in (f"http://{plain}", f"https://{plain}")


class Way(NamedTuple):
    """How a service is reached: on another machine or not, and what its address must say for a checked TLS."""

    elsewhere: bool = False
    lacking: str = ""


def _fault_of_service(name: str, url: str, environ: Mapping[str, str], environment: str) -> str:
    url = database_url(url) if name == "DATABASE_URL" else url
    if not url.replace("+psycopg:", ":").startswith(SERVICES[name]) or NOWHERE.fullmatch(url):
        return f"must begin with {' or '.join(SERVICES[name])}, and say where."
    try:
        way = _way(url, environ)
    except Exception:  # each library has errors of its own for what it cannot read, and some repeat the password
        return "cannot be read: check its port, and what stands behind its question mark."
    if environment == "production" and way.elsewhere and way.lacking:
        return f"is on another machine without {way.lacking}: passwords would cross the network in the open."
    if environment == "demo" and name == "DATABASE_URL" and way.elsewhere:
        return f"is a PostgreSQL on another machine, {LIKE_PRODUCTION}"
    return ""


def _way(url: str, environ: Mapping[str, str]) -> Way:
    """As the library that will connect reads it: a host may also stand behind the question mark."""
    if url.startswith("postgresql"):
        return _way_to_postgresql(url, environ)
    return _way_to_redis(url.removeprefix("redis+")) if url.startswith(("redis", "unix")) else Way()


def _way_to_postgresql(url: str, environ: Mapping[str, str]) -> Way:
    made = make_url(url)
    said = made.get_dialect()().create_connect_args(made)[1]
    make_conninfo(**said)  # raises where libpq does not know an option
    if "service" in said or "PGSERVICE" in environ:
        return Way(True, "a host of its own (a service file may name any)")
    named = (
        said.get(key) or environ.get(variable, "") for key, variable in (("host", "PGHOST"), ("hostaddr", "PGHOSTADDR"))
    )
    hosts = {host for each in named for host in each.split(",")}
    if all(host in THIS_MACHINE or host.startswith("/") for host in hosts):
        return Way()
    checked = said.get("sslmode", environ.get("PGSSLMODE")) == "verify-full"
    return Way(True, "" if checked else "sslmode=verify-full")


def _way_to_redis(url: str) -> Way:
    there = ConnectionPool.from_url(url).make_connection()  # which connects nowhere yet
    if not isinstance(there, Connection) or there.host in THIS_MACHINE:  # what is no TCP is a socket here
        return Way()
    if not isinstance(there, SSLConnection):
        return Way(True, "rediss://")
    checked = there.cert_reqs == ssl.CERT_REQUIRED and there.check_hostname is True
    return Way(True, "" if checked else "a certificate that is checked (ssl_cert_reqs=required, ssl_check_hostname)")


def database_url(url: str) -> str:
    """`url` with the driver this project uses; hosting services hand out `postgres://`."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
