"""The open-data snapshot, by CPU of a process of its own, against what a short script would write of the same tables:
CSV and JSON lines, packed, row by row. It makes no Excel, no results, no checksums.

`python -m bench.snapshots script|ours FOLDER DAY` prints CPU seconds and the peak of memory above idle.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from flask import Flask
from sqlalchemy import select, text, update

from app.citizens.open_data.snapshots import publication, take_snapshot
from app.db import db, table
from app.models import Organisation, PlanYear, Project, ProjectYear, Report
from bench.frame import Pair, benchmark
from bench.pages import served
from bench.server import ROOT
from bench.writers import memory

MOST_MIB = 64
CHANGED = 50  # one LAO of so many records something in a night


@benchmark("open data: snapshot / a script's CSV and JSON", sqlite=0.8, postgresql=0.8, rounds=1, warm_up=0, unit="s")
def whole(app: Flask, stack: ExitStack) -> Pair:
    return lambda: told(app, "ours")["seconds"], lambda: told(app, "script")["seconds"]


@benchmark("open data: a night with 2 % changed / all", sqlite=0.29, postgresql=0.29, rounds=1, warm_up=0, unit="s")
def night(app: Flask, stack: ExitStack) -> Pair:
    def changed() -> float:
        folder = stack.enter_context(TemporaryDirectory(prefix="eplannacc_bench_"))
        measured(app, "ours", folder, "2026-11-01")
        some = select(Project.id).where(Project.organisation_id % CHANGED == 0)
        with db.engine.begin() as connection:
            connection.execute(update(Report).where(Report.project_id.in_(some)).values(note="ปรับแผน"))
        return measured(app, "ours", folder, "2026-11-02")["seconds"]

    return changed, lambda: told(app, "ours")["seconds"]


@benchmark("open data: memory above idle / allowed", sqlite=1, postgresql=1, rounds=1, warm_up=0, unit="MiB")
def peak(app: Flask, stack: ExitStack) -> Pair:
    return lambda: told(app, "ours")["mib"], lambda: float(MOST_MIB)


@cache
def told(app: Flask, what: str) -> dict[str, float]:
    with TemporaryDirectory(prefix="eplannacc_bench_") as folder:
        return measured(app, what, folder, "2026-11-01")


def measured(app: Flask, what: str, folder: str, day: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.snapshots", what, folder, day]
    run = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={**os.environ, **served(app)})
    found: dict[str, float] = json.loads(run.stdout)
    return found


def script(folder: Path, _at: datetime) -> None:
    for model in (Organisation, PlanYear, Project, ProjectYear, Report):
        _write(folder, table(model).name)


def _write(folder: Path, name: str) -> None:
    rows = db.session.execute(text(f"SELECT * FROM {name}").execution_options(yield_per=1_000))
    heads = list(rows.keys())
    with (
        gzip.open(folder / f"{name}.csv.gz", "wt", 6) as sheet,
        gzip.open(folder / f"{name}.jsonl.gz", "wt", 6) as lines,
    ):
        cells = csv.writer(sheet)
        cells.writerow(heads)
        for row in rows:
            cells.writerow(row)
            lines.write(json.dumps(dict(zip(heads, row, strict=True)), ensure_ascii=False, default=str) + "\n")


def ours(folder: Path, at: datetime) -> None:
    take_snapshot(folder, publication(at))


WAYS: dict[str, Any] = {each.__name__: each for each in (script, ours)}


def main(what: str, folder: str, day: str) -> None:
    from wsgi import app  # with what a worker sets: nothing of the app is looked through for circles

    with app.app_context():
        idle, start = memory("VmRSS"), process_time()
        WAYS[what](Path(folder), datetime.fromisoformat(f"{day}T02:00:00+07:00"))
        print(json.dumps({"seconds": process_time() - start, "mib": memory("VmHWM") - idle}))


if __name__ == "__main__":
    main(*sys.argv[1:])
