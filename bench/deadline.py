"""`python -m bench.deadline [--laos 5000] [--rate 100]`: the last day of a round, and a recount after it.

Open loop: each request has its moment, whether or not answers keep up, and its time is counted from then on. Of what
clerks ask 80 % are saves, 15 % lists and the grid, 5 % files; others sign in, each at the price of its hash, and
citizens read beside. Five parts follow one another: quiet, the last day, a crowd that signs in, more than can be
answered, quiet again; `--kills` adds workers that are killed. Then every save that was acknowledged must be in the
history once, in its order, and every figure must equal a recount. The exit code is 1 where one does not.

On PostgreSQL where TEST_DATABASE_URL names a server, at BENCH_SCALE of the country.
"""

import asyncio
import json
import os
import random
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlencode

os.environ.setdefault("EPLANNACC_ENV", "testing")

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import text, update

from app import clock, create_app
from app.accounts.operations import begin_session
from app.accounts.passwords import hash_password
from app.accounts.queries import actor_of
from app.citizens.results.kept import province_summaries
from app.db import db, transaction
from app.error_pages import MAYBE_WORDS
from app.models import Account
from app.models.enums import ReportStatus, Round
from app.tokens import token_seed
from bench import engines
from bench.load import public_paths
from bench.pages import PASSWORD, ROUND, YEAR, served
from bench.server import Line, serving

LINES = 400
ANSWER_SECONDS = 60
TRIES = 50
KILL_SECONDS = 7
LOOKS = (
    f"/reporting?year={YEAR}&round={ROUND}",
    f"/reporting/grid?year={YEAR}&round={ROUND}",
    f"/projects?year={YEAR}",
)
FILE = f"/reporting/table.xlsx?year={YEAR}&round={ROUND}"
UNLIMITED = dict.fromkeys(("SIGN_IN_LIMIT_ADDRESS", "SIGN_IN_LIMIT_ACCOUNT"), "1000000/minute")
OK = {"save": 302, "sign in": 302, "look": 200, "file": 200, "public": 200}


class Part(NamedTuple):
    """Requests a second of each kind."""

    name: str
    clerks: float
    sign_ins: float
    public: float


def parts(rate: float) -> tuple[Part, ...]:
    quiet = Part("quiet", rate / 10, 0, 0)
    return (
        quiet,
        Part("last day", rate, rate / 20, rate / 4),
        Part("a crowd signs in", rate / 10, rate, 0),
        Part("too much", rate * 2, rate, rate * 3),
        quiet._replace(name="quiet again"),
    )


@dataclass
class Clerk:
    """One LAO with one line to report. `told`: amounts whose save was acknowledged; `unknown`: that had no answer."""

    code: str
    account_id: int
    province: str
    project_id: int
    version: int
    headers: dict[str, str] = field(default_factory=dict)
    token: str = ""
    told: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    under_way: bool = False


# --- who they are ------------------------------------------------------------------------------------------
def clerks_of(laos: int) -> list[Clerk]:
    """LAOs whose plan passed, each with its first line of the round, signed in."""
    found = text(
        "SELECT o.code, a.id AS account_id, r.province_code AS province, r.project_id, r.version "
        "FROM (SELECT organisation_id, min(project_id) AS project_id FROM reports "
        "WHERE fiscal_year = :year AND round = :round AND counted GROUP BY organisation_id) first "
        "JOIN reports r ON r.project_id = first.project_id AND r.fiscal_year = :year AND r.round = :round "
        "JOIN organisations o ON o.id = first.organisation_id JOIN accounts a ON a.organisation_id = o.id "
        "JOIN plan_years y ON y.organisation_id = o.id AND y.fiscal_year = :year AND y.status = 'passed' "
        "ORDER BY o.id LIMIT :laos"
    )
    rows = db.session.execute(found, {"year": YEAR, "round": ROUND, "laos": laos}).mappings().all()
    clerks = [Clerk(**row) for row in rows]
    claimed = {"password_hash": hash_password(PASSWORD), "claimed_at": clock.now()}
    with transaction():
        for some in (clerks[at : at + 500] for at in range(0, len(clerks), 500)):
            ids = [clerk.account_id for clerk in some]
            db.session.execute(update(Account).where(Account.id.in_(ids)).values(**claimed))
    return clerks


def let_in(app: Flask, clerks: list[Clerk]) -> None:
    """Sessions and tokens as a sign-in leaves them, without its hash."""
    signed = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with transaction():
        for clerk in clerks:
            key = begin_session(actor_of(clerk.account_id), "", "", clock.now())
            seed = token_seed(clerk.account_id)
            held = {"_user_id": key, "_permanent": True, "csrf_token": seed}
            clerk.headers = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={cookies.dumps(held)}"}
            clerk.token = signed.dumps(seed)


def let_in_at(environ: Mapping[str, str], clerks: list[Clerk]) -> None:
    """The same for the server that `environ` starts."""
    let_in(
        create_app({"SECRET_KEY": environ["SECRET_KEY"], "SQLALCHEMY_DATABASE_URI": environ["DATABASE_URL"]}), clerks
    )
    db.session.rollback()


# --- what they do ------------------------------------------------------------------------------------------
class Load:
    """Requests of one server, over as many lines as are needed, up to `lines`."""

    def __init__(self, port: int, clerks: list[Clerk], public: list[str], lines: int = LINES) -> None:
        self._port, self._clerks, self._public = port, clerks, public
        self._lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._free = asyncio.Semaphore(lines)
        self._amounts = count(1)
        self._random = random.Random(1)  # the same day each time
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.seen: Counter[tuple[str, str]] = Counter()

    async def part(self, part: Part, seconds: float) -> dict[str, Any]:
        """Offer what `part` says for so long, and wait for all answers."""
        self.taken.clear()
        self.seen.clear()
        kinds = {"save": part.clerks * 0.8, "look": part.clerks * 0.15, "file": part.clerks * 0.05}
        kinds |= {"sign in": part.sign_ins, "public": part.public}
        due = sorted((at / rate, kind) for kind, rate in kinds.items() if rate for at in range(int(seconds * rate)))
        start, tasks = perf_counter(), []
        for moment, kind in due:
            await asyncio.sleep(max(0, start + moment - perf_counter()))
            tasks.append(asyncio.create_task(self._timed(kind, start + moment)))
        await asyncio.gather(*tasks)
        return {kind: self._told(kind) for kind in kinds if kinds[kind]}

    async def close(self) -> None:
        for _reader, writer in self._lines:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """One that is idle and that the server has not closed meanwhile, or a new one."""
        while self._lines:
            reader, writer = self._lines.pop()
            if not reader.at_eof() and not reader.exception():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)

    def _told(self, kind: str) -> dict[str, Any]:
        taken = sorted(self.taken[kind])
        times = {f"p{part}": round(taken[len(taken) * part // 100] * 1000) for part in (50, 95)} if taken else {}
        return {said: number for (of, said), number in sorted(self.seen.items()) if of == kind} | times

    async def _timed(self, kind: str, due: float) -> None:
        clerk = self._random.choice(self._clerks)
        if kind == "save":
            idle = [
                each for each in self._random.choices(self._clerks, k=TRIES) if not each.under_way and not each.unknown
            ]
            if not idle:  # nobody saves twice at once
                self.seen[kind, "nobody was free"] += 1
                return
            status = await self._save(idle[0])
        elif kind == "sign in":
            status = await self._sign_in(clerk)
        else:
            path = {"look": self._random.choice(LOOKS), "file": FILE, "public": self._random.choice(self._public)}[kind]
            status, _head, _body = await self._ask("GET", path, clerk.headers if kind != "public" else {})
        said = {OK[kind]: "ok", 503: "told to come back", 0: "no answer"}.get(status, f"answered {status}")
        self.seen[kind, said] += 1
        if said == "ok":
            self.taken[kind].append(perf_counter() - due)

    async def _save(self, clerk: Clerk) -> int:
        amount, clerk.under_way = f"{next(self._amounts)}.25", True
        form = {"csrf_token": clerk.token, "version": clerk.version, "status": "in_progress", "spent": amount}
        path = f"/reporting/{clerk.project_id}/{YEAR}/{ROUND}"
        status, _head, body = await self._ask("POST", path, clerk.headers, urlencode(form | {"note": ""}))
        if status == OK["save"]:
            clerk.told.append(amount)
            clerk.version += 1
        elif status == 0 or MAYBE_WORDS[0].encode() in body:
            clerk.unknown.add(amount)
        clerk.under_way = False
        return status

    async def _sign_in(self, clerk: Clerk) -> int:
        status, head, body = await self._ask("GET", "/login", {})
        if status != 200:
            return status
        token = body.split(b'name="csrf_token"')[1].split(b'value="')[1].split(b'"')[0].decode()
        cookie = head.lower().split(b"set-cookie: ")[1].split(b";")[0]
        cookie = head[head.lower().index(cookie) :][: len(cookie)]
        form = urlencode({"username": clerk.code, "password": PASSWORD, "csrf_token": token})
        return (await self._ask("POST", "/login", {"Cookie": cookie.decode()}, form))[0]

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: str = ""
    ) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer; status 0 where none came."""
        form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))} if body else {}
        told = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "127.0.0.1", **headers, **form}.items())
        async with self._free:
            writer = None
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    reader, writer = await self._line()
                    writer.write(f"{method} {path} HTTP/1.1\r\n{told}\r\n{body}".encode())
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                    content = await reader.readexactly(length)
            except (OSError, EOFError, TimeoutError):
                if writer:
                    writer.close()
                return 0, b"", b""
            self._lines.append((reader, writer))
            return int(head.split(b" ", 2)[1]), head, content


# --- what must be true after it ----------------------------------------------------------------------------
def faults(clerks: list[Clerk]) -> Iterator[str]:
    """What is not as it was acknowledged, or is not what a recount gives."""
    entries = text(
        "SELECT entity_key, after FROM history WHERE entity = 'report' AND organisation_id = "
        "(SELECT organisation_id FROM accounts WHERE id = :id) ORDER BY id"
    )
    row = text("SELECT spent_satang FROM reports WHERE project_id = :id AND fiscal_year = :year AND round = :round")
    for clerk in clerks:
        found = [_json(each.after)["spent"] for each in db.session.execute(entries, {"id": clerk.account_id})]
        if [each for each in found if each not in clerk.unknown] != clerk.told:
            yield f"{clerk.code}: acknowledged {clerk.told}, in the history {found}"
        spent = db.session.scalar(row, {"id": clerk.project_id, "year": YEAR, "round": ROUND})
        if found and spent != Decimal(found[-1]) * 100:
            yield f"{clerk.code}: the report says {spent} satang, its history {found[-1]} baht"
    db.session.rollback()


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def recounted(clerks: list[Clerk], figures: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Where the server's figures of a province, by code, are not what a count of its reports gives."""
    counted = text(
        "SELECT province_code, status, count(*) AS number FROM reports WHERE fiscal_year = :year AND round = :round "
        "AND counted GROUP BY province_code, status"
    )
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    for each in db.session.execute(counted, {"year": YEAR, "round": ROUND}):
        wanted[each.province_code][str(each.status)] = each.number
    codes = sorted({clerk.province for clerk in clerks})
    for code, summary in province_summaries(codes, YEAR, Round(ROUND)).items():
        ours = {"done": summary.counts.done, "in_progress": summary.counts.in_progress}
        for status, number in ours.items():
            told = figures[code][status]
            if not wanted[code][ReportStatus(status).value] == number == told:
                yield f"province {code}, {status}: {wanted[code][status]} rows, counted {number}, told {told}"
    db.session.rollback()


# --- the day -----------------------------------------------------------------------------------------------
async def day(load: Load, asked: Namespace, line: Line) -> dict[str, Any]:
    rate, seconds, kills, told = asked.rate, asked.seconds, asked.kills, {}
    alone = [Part(f"{saves:g} saves a second", saves / 0.8, 0, 0) for saves in asked.saves]
    for part in alone or parts(rate):
        told[part.name] = await load.part(part, seconds)
        print(part.name, json.dumps(told[part.name]), flush=True)
    if kills:
        killed: list[int] = []
        killing = asyncio.create_task(kill_workers(line, killed))
        part = Part("workers are killed", rate / 5, rate / 50, rate / 20)
        told[part.name] = await load.part(part, kills * KILL_SECONDS)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        print(part.name, len(killed), json.dumps(told[part.name]), flush=True)
    await load.close()
    return told


async def kill_workers(line: Line, killed: list[int]) -> None:
    """One after the other, each when all listen: two deaths within six seconds end granian. Adds to `killed`."""
    workers = listening(line.port)
    while True:
        first = int(Path(f"/proc/{line.process}/task/{line.process}/children").read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        killed.append(first)
        await asyncio.sleep(KILL_SECONDS)
        while listening(line.port) < workers:  # a busy machine takes long to start one
            await asyncio.sleep(0.1)


def listening(port: int) -> int:
    """How many processes do: each worker has a socket of its own."""
    return Path("/proc/net/tcp").read_text().count(f":{port:04X} 00000000:0000 0A ")


def main(arguments: list[str]) -> int:
    read = ArgumentParser(prog="python -m bench.deadline")
    read.add_argument("--laos", type=int, default=5000)
    read.add_argument("--rate", type=float, default=100, help="requests a second of clerks on the last day")
    read.add_argument("--seconds", type=float, default=20, help="of each part")
    read.add_argument("--workers", type=int, default=2)
    read.add_argument(
        "--kills",
        type=int,
        default=0,
        help="of a worker by SIGKILL, one every seven seconds, at the end; fewer where starting one takes longer",
    )
    read.add_argument(
        "--saves", type=float, nargs="*", default=[], help="in place of the day: so many a second, one after the other"
    )
    asked = read.parse_args(arguments)
    with engines.filled_app("postgresql" if engines.server_url() else "sqlite", engines.scale()) as app:
        return run(app, asked)


def run(app: Flask, asked: Namespace) -> int:
    environ = served(app) | UNLIMITED | {"RESULTS_SECONDS": "0"}
    clerks, public = clerks_of(asked.laos), public_paths()
    let_in_at(environ, clerks)
    with ExitStack() as stack:
        line = stack.enter_context(serving("wsgi:app", environ, workers=asked.workers))
        load = Load(line.port, clerks, public)
        told = asyncio.run(day(load, asked, line))
        path = f"/api/v1/results?kind=province&year={YEAR}&round={ROUND}&limit=100"
        figures = {row["place_code"]: row for row in json.loads(line.ask("GET", path)[0])["data"]}
    wrong = [*faults(clerks), *recounted(clerks, figures)]
    wrong += [
        f"{part}, {kind}: {said} {number} times"
        for part, kinds in told.items()
        for kind, seen in kinds.items()
        for said, number in seen.items()
        if said.startswith("answered") or (said == "no answer" and part != "workers are killed")
    ]
    saves = {part: kinds["save"] for part, kinds in told.items()}
    print(f"{sum(len(clerk.told) for clerk in clerks)} saves acknowledged by {len(clerks)} LAOs, {len(wrong)} faults")
    if not asked.saves:
        _compare(saves)
    for fault in wrong[:20]:
        print(fault)
    return int(bool(wrong))


def _compare(saves: Mapping[str, Mapping[str, Any]]) -> None:
    print(f"p95 of saves, a crowd signs in / quiet: {saves['a crowd signs in']['p95'] / saves['quiet']['p95']:.2f}")
    print(f"p95 of saves on the last day / median when quiet: {saves['last day']['p95'] / saves['quiet']['p50']:.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
