"""What `flask doctor` asks of all that stands around the database: Redis, disks, mail, the worker, the way in."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from shutil import disk_usage
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import func, select

from app import clock
from app.citizens.open_data import archive
from app.db import db, is_sqlite, table
from app.health import folders
from app.last_done import BACKUP, WORK, last_done
from app.mail import greet
from app.mails.queries import WAITS
from app.models import ExportJob, MailLog
from app.models.enums import ExportState

PATIENCE = timedelta(minutes=10)  # the worker looks every minute
STUCK = timedelta(hours=6)  # a mail is tried for a day
BACKUP_EVERY, SNAPSHOT_EVERY = timedelta(hours=36), timedelta(hours=48)
ROOM = 5_000_000_000  # bytes: ten nights of open data
FULL = 0.9  # of what a Redis may use
ENDS_SOON = timedelta(days=14)
SECONDS = 5
_J, _M = table(ExportJob).c, table(MailLog).c


def files() -> Iterator[str]:
    """An SQLite file holds password hashes, an export the coordinators of a country."""
    config = current_app.config
    places = [config[name] for name in ("EXPORT_FOLDER", "SNAPSHOT_FOLDER", "MAIL_FOLDER")]
    database = db.engine.url.database if is_sqlite(db.engine) else None
    kept = [Path(database)] if database else []
    open_ones = [path for path in [*places, *kept] if path.exists() and path.stat().st_mode & 0o077]
    if open_ones:
        yield f"files: others on this machine may read {', '.join(map(str, open_ones))}: chmod go= them"


def room() -> Iterator[str]:
    little = {name: free for name, place in folders().items() if (free := disk_usage(place).free) < ROOM}
    if little:
        told = " and ".join(f"{name} ({free / 1e9:.1f} GB)" for name, free in little.items())
        yield f"disk: little room is left for {told}: a night of open data takes half a gigabyte (--keep)"


def mail() -> Iterator[str]:
    if current_app.config["MAIL_HOST"]:
        try:
            greet().close()
        except OSError as error:
            yield f"mail: {error}"
    number, oldest = db.session.execute(
        select(func.count(), func.min(_M.queued_at)).where(WAITS, _M.queued_at < clock.now() - STUCK)
    ).one()
    if number:
        hours = (clock.now() - oldest).total_seconds() / 3600
        yield f"mails: {number} wait, the oldest for {hours:.0f} hours: /nacc/waiting/mails has what the server says"


def worker() -> Iterator[str]:
    """One that makes a large file looks after nothing else meanwhile, and says so in its file."""
    late = clock.now() - PATIENCE
    if db.session.scalar(select(MailLog.id).where(WAITS, _M.attempts == 0, _M.queued_at < late).limit(1)):
        yield "worker: mails wait that nobody has tried to send. Does `flask --app wsgi jobs work` run?"
    seen = last_done(WORK)
    busy = select(ExportJob.id).where(_J.state == ExportState.RUNNING, _J.heartbeat_at > late).limit(1)
    if (seen is None or seen < late) and db.session.scalar(busy) is None:
        when = "ever" if seen is None else f"since {seen:%Y-%m-%d %H:%M} UTC"
        yield f"worker: none has ended a round {when}. Does `flask --app wsgi jobs work` run, and what does it write?"


def copies() -> Iterator[str]:
    """Of an installation that people rely on."""
    if current_app.config["ENVIRONMENT"] != "production":
        return
    written, now = last_done(BACKUP), clock.now()
    if written is None or now - written > BACKUP_EVERY:
        when = "no backup was ever written" if written is None else f"the last one is of {written:%Y-%m-%d %H:%M} UTC"
        yield f"backup: {when}: run flask --app wsgi backup FOLDER each night, and move it to another machine"
    folder: Path = current_app.config["SNAPSHOT_FOLDER"]
    if days := archive.days(folder):
        age = now - datetime.fromtimestamp((folder / days[0]).stat().st_mtime, UTC)
        if age > SNAPSHOT_EVERY:
            yield f"open data: the last files are of {days[0]}. Does flask --app wsgi open-data snapshot run at night?"


def redis() -> Iterator[str]:
    names: dict[str, list[str]] = {}
    for name in ("RATELIMIT_STORAGE_URI", "JOBS_URL"):
        url = str(current_app.config[name]).removeprefix("redis+")
        if url.startswith(("redis", "unix")):
            names.setdefault(url, []).append(name)
    for url, settings in names.items():
        with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as asked:
            for fault in _faults_of(asked):
                yield f"{' and '.join(settings)}: this Redis {fault}"


def _faults_of(asked: "Redis") -> Iterator[str]:
    try:
        found: dict[str, Any] = asked.info("everything")  # type: ignore[assignment]
    except RedisError as error:
        yield f"does not answer ({type(error).__name__})"
        return
    most, policy = found["maxmemory"], found.get("maxmemory_policy", "")
    if most and policy != "noeviction":
        yield f"throws away what waits when its memory is full ({policy}): set maxmemory-policy noeviction"
    if most and found["used_memory"] > FULL * most:
        yield f"has {found['used_memory'] / most:.0%} of its memory in use, and then takes no more: raise maxmemory"
    if {found["rdb_last_bgsave_status"], found["aof_last_write_status"]} != {"ok"}:
        yield "could not write to its disk the last time"
    if not found["aof_enabled"] and not _saves(asked):
        yield (
            "keeps nothing on its disk: after a restart whoever guesses passwords begins anew, and files that were "
            "asked for wait for the worker's round: set appendonly yes"
        )


def _saves(asked: "Redis") -> bool:
    """Whether it writes itself down now and then; hosting services do not say."""
    try:
        said: dict[str, str] = asked.config_get("save")  # type: ignore[assignment]
        return bool(said.get("save", "unknown"))
    except ResponseError:
        return True


def way_in() -> Iterator[str]:
    """Through the proxy, as people come."""
    url = urlsplit(current_app.config["PUBLIC_URL"])
    if url.scheme != "https":
        return
    line = HTTPSConnection(url.hostname or "", url.port, timeout=SECONDS, context=ssl.create_default_context())
    try:
        line.request("GET", "/healthz")
        certificate: Any = line.sock.getpeercert()
        answer = line.getresponse()
        said = answer.read(100)
    except (OSError, HTTPException) as error:
        yield f"PUBLIC_URL cannot be opened from here ({type(error).__name__}: {error}): do visitors reach it?"
        return
    finally:
        line.close()
    if (answer.status, said) != (200, b"ok"):
        yield f"PUBLIC_URL answers {answer.status} at /healthz, so it leads elsewhere: does the proxy hand on Host?"
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    if ends - clock.now() < ENDS_SOON:
        yield f"PUBLIC_URL: its certificate ends on {ends:%Y-%m-%d}, and then no browser opens it: renew it"
