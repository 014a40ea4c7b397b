"""Clerks who save while citizens read: the public pages must not slow them down.

Eight clerks report one project after another, with a fifth of a second between two saves; beside them 200 public pages
a second are asked for, whether or not the server keeps up. Two workers, as the README has it for production.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread
from time import perf_counter, sleep

from flask import Flask
from sqlalchemy import text

from app.db import db
from bench.frame import Pair, benchmark
from bench.pages import FORM, ROUND, YEAR, report_forms, served, sign_in, token_of, two_open_lines, version_of
from bench.server import ROOT, Line, serving

CLERKS, PAUSE = 8, 0.2
RATE, SECONDS = 200, 8
WHEN = "year=2562&round=12"


@benchmark(
    "p95 of 8 clerks' saves beside 200 public pages a second / alone", sqlite=2, postgresql=2, rounds=3, warm_up=1
)
def clerks_beside_citizens(app: Flask, stack: ExitStack) -> Pair:
    line = stack.enter_context(serving("wsgi:app", served(app), workers=2))
    clerks = [Clerk(line.port, lao_id) for lao_id in laos_with_projects()]
    paths = public_paths()

    def beside() -> float:
        command = [sys.executable, "-m", "bench.offered", str(line.port), str(SECONDS), str(RATE), *paths]
        offered = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        slowest = p95(clerks)
        told = json.loads(offered.communicate(timeout=60)[0])
        assert told["wrong"] == 0
        assert told["requests"] == SECONDS * RATE
        return slowest

    return beside, lambda: p95(clerks)


class Clerk:
    """One LAO's clerk on a line of its own, reporting the same project over and over with another amount."""

    def __init__(self, port: int, lao_id: int) -> None:
        self.line = Line(port)
        project_id = two_open_lines(lao_id)[0]
        self.path = f"/reporting/{project_id}/{YEAR}/{ROUND}"
        self.headers = sign_in(self.line, lao_id)
        page, _headers = self.line.ask("GET", self.path, self.headers)
        self.forms: Iterator[str] = report_forms(token_of(page), version_of(project_id))
        self.taken: list[float] = []

    def work(self, until: float, pause: float = PAUSE) -> None:
        while perf_counter() < until:
            start = perf_counter()
            self.line.ask("POST", self.path, self.headers | FORM, next(self.forms), expected=302)
            self.taken.append(perf_counter() - start)
            sleep(pause)


def p95(clerks: list[Clerk]) -> float:
    """Of all saves of all clerks in the next SECONDS."""
    for clerk in clerks:
        clerk.taken.clear()
    until = perf_counter() + SECONDS
    threads = [Thread(target=clerk.work, args=(until,)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = sorted(each for clerk in clerks for each in clerk.taken)
    return taken[len(taken) * 95 // 100]


def laos_with_projects(number: int = CLERKS) -> list[int]:
    found = text(
        "SELECT y.organisation_id FROM plan_years y WHERE y.fiscal_year = :year AND y.status = 'passed' AND EXISTS ("
        "SELECT 1 FROM reports r JOIN organisations o ON o.id = r.organisation_id WHERE o.id = y.organisation_id "
        "AND r.province_code = o.province_code AND r.fiscal_year = :year AND r.round = :round AND r.counted) "
        f"ORDER BY y.organisation_id LIMIT {number}"
    )
    laos = list(db.session.scalars(found, {"year": YEAR, "round": ROUND}))
    db.session.rollback()
    return laos


def public_paths() -> list[str]:
    """The country, every tenth province, and some LAOs: what people open."""
    provinces = [f"/public/provinces/{code}?{WHEN}" for code in db.session.scalars(text("SELECT code FROM provinces"))]
    laos = db.session.scalars(text("SELECT code FROM organisations ORDER BY id LIMIT 40"))
    paths = [f"/public?{WHEN}", *provinces[::10], *(f"/public/organisations/{code}?{WHEN}" for code in laos)]
    db.session.rollback()
    return paths
