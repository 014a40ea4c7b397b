"""The country's projects of a round, from the database to a workbook, by CPU and memory of a process of its own,
against openpyxl's write-only mode fed by the bare driver.

`python -m bench.workbooks ours|driver` prints CPU seconds, the peak of memory above idle in MiB, and how many rows.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from flask import Flask

from app import clock
from app.access import Actor
from app.db import db
from app.models.enums import CannotReason, ExportKind, ExportWhat, Kind, ReportStatus, Role, Round
from app.nacc.exports.queries import offered, row_total
from app.nacc.exports.rules import ALL, ExportRequest
from app.nacc.exports.workbooks import export_table
from app.spreadsheets.excel import write_workbook
from bench import writers
from bench.frame import Pair, benchmark
from bench.pages import served
from bench.server import ROOT

YEAR, ROUND, MOST_MIB = 2562, Round.TWELVE, 64
# The columns of the file, in its order; the driver's rows need only be put into words and baht.
ROWS = f"""
SELECT o.code, o.name, d.name, v.name, p.kind, p.name, p.dimension, y.plan_budget_satang, r.ordinance_budget_satang,
       r.spent_satang, r.status, r.cannot_reason, r.cannot_text
FROM project_years y
JOIN projects p ON p.id = y.project_id
JOIN organisations o ON o.id = y.organisation_id
JOIN provinces v ON v.code = o.province_code
JOIN reports r ON r.project_id = y.project_id AND r.fiscal_year = y.fiscal_year AND r.round = {int(ROUND)}
LEFT JOIN districts d ON d.code = o.district_code
WHERE y.fiscal_year = {YEAR} AND y.counted
ORDER BY v.name_sort, d.name_sort, o.name_sort, o.id, p.id
"""


@benchmark(
    "country's workbook from the database / openpyxl write-only", sqlite=0.05, postgresql=0.05, rounds=1, warm_up=0,
    unit="s",
)  # fmt: skip
def workbook(app: Flask, stack: ExitStack) -> Pair:
    assert told(app, "ours")["rows"] == told(app, "driver")["rows"]
    return lambda: told(app, "ours")["seconds"], lambda: told(app, "driver")["seconds"]


@benchmark(
    "country's workbook from the database: memory above idle / allowed", sqlite=1, postgresql=1, rounds=1, warm_up=0,
    unit="MiB",
)  # fmt: skip
def peak(app: Flask, stack: ExitStack) -> Pair:
    return lambda: told(app, "ours")["mib"], lambda: float(MOST_MIB)


@cache
def told(app: Flask, what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.workbooks", what]
    run = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={**os.environ, **served(app)})
    found: dict[str, float] = json.loads(run.stdout)
    return found


def ours(path: Path) -> int:
    asked = ExportRequest(ExportWhat.PROJECTS, ALL, YEAR, ROUND, ExportKind.XLSX)
    somebody = Actor(role=Role.ADMINISTRATOR, name="bench")
    place = next(each for each in offered(somebody) if each.token == ALL)
    with export_table(somebody, asked, place, clock.now()) as whole, path.open("wb") as file:
        write_workbook(file, whole)
    return row_total(asked, place)


def driver(path: Path) -> int:
    number = 0

    def cells() -> Iterator[tuple[Any, ...]]:
        nonlocal number
        cursor: Any = db.session.connection().connection.cursor()
        for row in cursor.execute(ROWS) or cursor:
            number += 1
            *words, kind, name, dimension, planned, ordinance, spent, status, reason, text = row
            percent = round(spent * 100 / planned, 2) if planned and spent is not None else None
            why = text or (CannotReason(reason).label if reason else "")
            money = (None if each is None else Decimal(each) / 100 for each in (planned, ordinance, spent))
            yield *words, Kind(kind).label, name, dimension, *money, ReportStatus(status).label, percent, why

    writers.openpyxl(path, cells())
    return number


WAYS: dict[str, Any] = {each.__name__: each for each in (ours, driver)}


def main(what: str) -> None:
    from wsgi import app  # with what a worker sets: nothing of the app is looked through for circles

    with app.app_context(), TemporaryDirectory(prefix="eplannacc_bench_") as folder:
        idle, start = writers.memory("VmRSS"), process_time()
        rows = WAYS[what](Path(folder) / "country.xlsx")
        told = {"seconds": process_time() - start, "mib": writers.memory("VmHWM") - idle, "rows": rows}
        print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
