"""/metrics: what this installation does, as Prometheus reads it, for whoever knows METRICS_TOKEN.

Requests, turns and sign-ins are what the processes of this machine counted (app/meters.py). All else is asked of what
they share, at the moment of asking, and so is the same on every machine. No number is about a person.
"""

import hmac
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from platform import python_version
from shutil import disk_usage
from time import perf_counter
from typing import Any

from flask import Flask, abort, current_app, g, request
from sqlalchemy import func, select, text
from werkzeug.wrappers import Response

from app import clock
from app.access import public
from app.citizens.open_data import archive
from app.db import db, is_sqlite, table
from app.health import CHECKS, folders, in_words
from app.jobs import engine
from app.last_done import BACKUP, WORK, last_done
from app.ledger import queries as ledger
from app.mails.queries import WAITS
from app.meters import BUCKETS, Meter, Meters, meters_of
from app.models import ExportJob, HistoryEntry, MailLog
from app.models.enums import ExportState
from app.turns import CAME, Rank

RANKS = [rank.name.lower() for rank in Rank]
METHODS = ("read", "write")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
LATELY = timedelta(days=1)
_J, _M, _H = (table(each).c for each in (ExportJob, MailLog, HistoryEntry))
Labels = dict[str, str]
Fact = tuple[str, str, Labels, float]  # name, words, labels, number
SECONDS = "Seconds since"


def init_metrics(app: Flask) -> None:
    """Once all routes are there. Without a token nothing is counted, and there is no such address."""

    @app.get("/metrics")
    @public
    def metrics() -> Response:
        if meters_of(current_app) is None:
            abort(404)
        said = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(said, f"Bearer {current_app.config['METRICS_TOKEN']}".encode()):
            return Response("METRICS_TOKEN, please\n", 401, {"WWW-Authenticate": "Bearer"}, content_type="text/plain")
        lines = "".join(f"{line}\n" for line in [*_counted(), *_found()])
        return Response(lines, content_type="text/plain; version=0.0.4; charset=utf-8")

    if app.config["METRICS_TOKEN"]:
        groups = {rule.endpoint: _group(rule.endpoint) for rule in app.url_map.iter_rules()}
        app.extensions["meters"] = Meters(app.config["METRICS_FOLDER"], _meters(sorted({*groups.values(), "nowhere"})))
        app.after_request(lambda response: _count_request(response, groups.get(request.endpoint or "", "nowhere")))


def _group(endpoint: str) -> str:
    """The feature whose page it is; a file, or a watcher's question."""
    return endpoint.rpartition(".")[0] or ("files" if endpoint == "static" else "watching")


def _meters(groups: list[str]) -> dict[str, Meter]:
    asked = {"group": groups, "method": METHODS}
    return {
        "requests_total": Meter("counter", "Requests that were answered.", asked | {"status": CLASSES}),
        "request_seconds": Meter("histogram", "From the whole request being there to its answer.", asked),
        "requests_shed_total": Meter("counter", "Told to come again later.", {"group": groups}),
        "saves_total": Meter("counter", "Deeds that were kept, and told so.", {"group": groups}),
        "turn_wait_seconds": Meter("histogram", "How long requests waited for their turn."),
        "turns_in_use": Meter("gauge", "Requests that are worked on."),
        "turns_waiting": Meter("gauge", "Requests that wait for their turn."),
        "turns": Meter("gauge", "Requests that all processes may work on at once."),
        "turns_refused_total": Meter("counter", "Told at once that too many wait.", {"rank": RANKS}),
        "sign_ins_total": Meter("counter", "Sign-ins and failures.", {"outcome": ("ok", "failed")}),
        "slow_statements_total": Meter("counter", "Statements that took SLOW_QUERY_MS or longer."),
    }


def _count_request(response: Response, group: str) -> Response:
    meters: Meters = current_app.extensions["meters"]
    method = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
    meters.add("requests_total", group, method, f"{response.status_code // 100}xx")
    came = request.environ.get(CAME)
    if came is not None:
        meters.observe("request_seconds", group, method, seconds=perf_counter() - came)
    if response.status_code < 400:
        if "committed_at" in g and method == "write":
            meters.add("saves_total", group)
    elif "Retry-After" in response.headers:
        meters.add("requests_shed_total", group)
    return response


# --- what was counted ---------------------------------------------------------------------------------
def _counted() -> Iterator[str]:
    meters = meters_of(current_app)
    assert meters is not None
    sums = meters.sums()
    for name, meter in meters.meters.items():
        yield from _head(name, meter.words, meter.kind)
        for place in meter.places():
            labels = dict(zip(meter.labels, place, strict=True))
            at = meters.at[name, *place]
            if meter.kind == "histogram":
                yield from _histogram(name, labels, sums[at : at + len(BUCKETS) + 2])
            elif _is_told(meters, sums, labels, sums[at]):
                yield _line(name, labels, sums[at])


def _is_told(meters: Meters, sums: list[float], labels: Labels, number: float) -> bool:
    """Of a feature nobody asked for, nothing; else its first failure must be seen to rise from 0."""
    if number or "group" not in labels:
        return True
    asked = ((labels["group"], method) for method in METHODS if labels.get("method", method) == method)
    first = (meters.at["request_seconds", *place] for place in asked)
    return any(any(sums[at : at + len(BUCKETS) + 1]) for at in first)


def _histogram(name: str, labels: Labels, cells: list[float]) -> Iterator[str]:
    *numbers, seconds = cells
    if labels and not any(numbers):
        return
    below = 0.0
    for bound, number in zip((*map(str, BUCKETS), "+Inf"), numbers, strict=True):
        below += number
        yield _line(f"{name}_bucket", labels | {"le": bound}, below)
    yield _line(f"{name}_sum", labels, seconds)
    yield _line(f"{name}_count", labels, below)


# --- what is found --------------------------------------------------------------------------------------
def _found() -> Iterator[str]:
    """What cannot be asked now is left out, and `ready` tells why."""
    told = set[str]()
    for ask in ASKED:
        try:
            facts = list(ask(clock.now()))
        except Exception as error:
            current_app.logger.warning("metrics of %s: %s", ask.__name__.strip("_"), type(error).__name__)
            facts = []
        finally:
            db.session.rollback()
        for name, words, labels, number in facts:
            yield from _head(name, words, "gauge") if name not in told else ()
            told.add(name)
            yield _line(name, labels, number)


def _program(_now: datetime) -> Iterator[Fact]:
    labels = {"build": current_app.config["BUILD"], "python": python_version(), "engine": db.engine.dialect.name}
    yield "build_info", "The program that answers.", labels, 1


def _ready(_now: datetime) -> Iterator[Fact]:
    for part, asked in CHECKS.items():
        yield (
            "ready",
            "1 where what it needs answers, as in /readyz.",
            {"part": part},
            1.0 if in_words(asked) == "ok" else 0.0,
        )


def _disks(_now: datetime) -> Iterator[Fact]:
    for name, folder in folders().items():
        yield "disk_free_bytes", "Room where files are written.", {"folder": name}, disk_usage(folder).free


def _jobs(now: datetime) -> Iterator[Fact]:
    since = func.min(_J.created_at)
    found = {state: (number, oldest) for state, number, oldest in _of_each_state(since)}
    for state in ExportState:
        yield "jobs", "Large files, by what became of them.", {"state": state.value}, found.get(state, (0, None))[0]
    waits = [found[state][1] for state in (ExportState.QUEUED, ExportState.RUNNING) if state in found]
    yield "job_oldest_seconds", f"{SECONDS} the oldest file was asked for that is not done.", {}, _age(waits, now)
    carried = engine(current_app._get_current_object()).huey.pending_count()  # type: ignore[attr-defined]
    yield "queue_length", "What the job engine carries to the worker.", {}, carried


def _of_each_state(oldest: Any) -> Any:
    return db.session.execute(select(_J.state, func.count(), oldest).group_by(_J.state))


def _mails(now: datetime) -> Iterator[Fact]:
    number, oldest = db.session.execute(select(func.count(), func.min(_M.queued_at)).where(WAITS)).one()
    yield "mails_owed", "Mails that wait to be sent.", {}, number
    yield "mail_oldest_seconds", f"{SECONDS} the oldest of them was queued.", {}, _age([oldest], now)
    given_up = select(func.count()).where(_M.sent_at.is_(None), _M.given_up_at > now - LATELY)
    yield "mails_given_up", "Mails given up within a day.", {}, db.session.scalar(given_up) or 0


def _log(now: datetime) -> Iterator[Fact]:
    head = ledger.latest_head()
    if head is not None:
        yield "log_entries", "Entries under the last signed head of the public log.", {}, head.size
        yield "log_head_age_seconds", f"{SECONDS} that head was signed.", {}, _age([head.at], now)
    oldest = db.session.scalar(select(_H.at).where(_H.id > ledger.settled()).order_by(_H.id).limit(1))
    yield "log_oldest_seconds", f"{SECONDS} the oldest deed that the log has not looked at.", {}, _age([oldest], now)


def _done(now: datetime) -> Iterator[Fact]:
    for name, what, words in (
        ("work", WORK, "a worker ended its last round"),
        ("backup", BACKUP, "the last backup was written"),
    ):
        if moment := last_done(what):
            yield f"{name}_age_seconds", f"{SECONDS} {words}.", {}, _age([moment], now)
    folder = current_app.config["SNAPSHOT_FOLDER"]
    if days := archive.days(folder):
        written = (folder / days[0]).stat().st_mtime
        yield "snapshot_age_seconds", f"{SECONDS} the last open data were written.", {}, now.timestamp() - written


_CONNECTIONS = text(
    "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1"
)
_STATES = {"active": "active", "idle": "idle", "idle in transaction": "in transaction"}
_MOST = text("SELECT current_setting('max_connections')::int")


def _connections(_now: datetime) -> Iterator[Fact]:
    """Of all processes on all machines: each one's pool holds some of them."""
    if is_sqlite(db.engine):
        return
    found = dict.fromkeys((*_STATES.values(), "other"), 0)
    for state, number in db.session.execute(_CONNECTIONS):
        found[_STATES.get(state, "other")] += number
    for state, number in found.items():
        yield "database_connections", "Connections to this database.", {"state": state}, number
    yield "database_connections_most", "How many the server takes.", {}, db.session.scalar(_MOST) or 0


ASKED: tuple[Callable[[datetime], Iterator[Fact]], ...] = (
    *(_program, _ready, _disks, _jobs, _mails, _log, _done, _connections),
)


def _age(moments: list[datetime | None], now: datetime) -> float:
    """Seconds since the oldest; 0 where there is none."""
    return max(((now - each).total_seconds() for each in moments if each), default=0)


# --- the text -------------------------------------------------------------------------------------------
def _head(name: str, words: str, kind: str) -> Iterator[str]:
    yield f"# HELP eplannacc_{name} {words}"
    yield f"# TYPE eplannacc_{name} {kind}"


def _line(name: str, labels: Labels, number: float) -> str:
    """No label needs an escape: each is a word of the program."""
    told = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return f"eplannacc_{name}{f'{{{told}}}' if told else ''} {number:.15g}"
