"""Our list and our save by wrk, against the same 100 projects and their reports in other programs, on this machine.

All that is Python is served by granian as ours is, two workers; PocketBase serves itself and takes every core.
"""

import json
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask
from sqlalchemy import text

from app.db import db
from bench import wrk
from bench.asked import AS_SERVED, LIST, ours, saved_in_place
from bench.frame import Benchmark
from bench.pages import FORM, ROUND, YEAR, busy_lao
from bench.peers.pocketbase import JSON, RECORDS, pocketbase
from bench.server import ROOT, Line, serving
from bench.wrk import Asked, compared

SLOW = 4  # seconds of a round: eight of these pages take longer than one
REGISTRY: list[Benchmark] = []
VENV = Path(os.environ.get("PEERS_VENV") or ROOT / ".venv" / "peers") / "bin"
ROWS = """
SELECT p.name, p.kind, p.dimension, p.review_status AS review, y.plan_budget_satang / 100.0 AS planned, r.status,
       r.ordinance_budget_satang / 100.0 AS ordinance, r.spent_satang / 100.0 AS spent, coalesce(r.note, '') AS note
FROM projects p
JOIN project_years y ON y.project_id = p.id AND y.fiscal_year = :year
LEFT JOIN reports r ON r.project_id = p.id AND r.fiscal_year = :year AND r.round = :round
WHERE p.organisation_id = :lao AND p.deleted_at IS NULL ORDER BY p.id LIMIT 100
"""


def exported(lao_id: int) -> Path:
    """A folder with the rows of the list's first page, and each one's report."""
    found = db.session.execute(text(ROWS), {"lao": lao_id, "year": YEAR, "round": ROUND}).mappings()
    rows = [dict(row) | {"status": row["status"] or "not_reported"} for row in found]
    db.session.rollback()
    assert len(rows) == 100
    folder = Path(mkdtemp(prefix="eplannacc_bench_"))
    (folder / "rows.json").write_text(json.dumps(rows, default=float, ensure_ascii=False))
    return folder


def list_page(app: Flask, stack: ExitStack, lao_id: int) -> Asked:
    line, headers = ours(app, stack, lao_id)
    return wrk.page(line, LIST, headers)


def python_peer(stack: ExitStack, module: str, folder: Path) -> Line:
    python, told = str(VENV / "python"), {"PEER_FOLDER": str(folder)}
    # Whoever imports it first fills its database: not both workers at once.
    subprocess.run([python, "-c", f"import bench.peers.{module}"], cwd=ROOT, env={**os.environ, **told}, check=True)
    target = serving(f"bench.peers.{module}:app", told, **AS_SERVED, python=python)
    return stack.enter_context(target)


def shows_all(peer: Asked, mark: bytes) -> Asked:
    """Raises AssertionError where the peer's page has not 100 rows."""
    body, _headers = peer.line.ask("GET", peer.path, peer.headers)
    assert body.count(mark) == 100, f"{peer.path} does not show 100 rows"
    return peer


@compared("list page of 100 projects by wrk / PocketBase's JSON of the rows", REGISTRY, one=1, eight=1 / 1.5)
def against_pocketbase(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    lao_id = busy_lao()
    line, headers, _id = stack.enter_context(pocketbase(VENV / "pocketbase", exported(lao_id)))
    peer = wrk.page(line, f"{RECORDS}?perPage=100", headers)
    return list_page(app, stack, lao_id), shows_all(peer, b'"collectionName":"projects"')


@compared("list page of 100 projects by wrk / Django admin list_editable", REGISTRY, one=1 / 40, eight=1 / 40)
def against_django_admin(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    lao_id = busy_lao()
    folder = exported(lao_id)
    line = python_peer(stack, "django_admin", folder)
    peer = wrk.page(line, "/admin/peer/project/", {"Cookie": (folder / "cookie").read_text()}, seconds=SLOW)
    return list_page(app, stack, lao_id), shows_all(peer, b'class="action-select"')


@compared("list page of 100 projects by wrk / Flask-Admin editable", REGISTRY, one=1 / 30, eight=1 / 30)
def against_flask_admin(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    lao_id = busy_lao()
    peer = wrk.page(python_peer(stack, "flask_admin_list", exported(lao_id)), "/admin/project/", seconds=SLOW)
    return list_page(app, stack, lao_id), shows_all(peer, b'class="action-checkbox"')


@compared("htmx save of a report by wrk / PocketBase's PATCH, no history", REGISTRY, one=2)
def save_against_pocketbase(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    lao_id = busy_lao()
    line, headers, first = stack.enter_context(pocketbase(VENV / "pocketbase", exported(lao_id)))
    body = '{"status": "done", "spent": @.25, "note": ""}'
    patch = Asked(line, f"{RECORDS}/{first}", headers | JSON, "PATCH", body, 100)
    return saved_in_place(app, stack, lao_id), patch


@compared("htmx save of a report by wrk / Flask-Admin's inline edit, no CSRF, no history", REGISTRY, one=0.9)
def save_against_flask_admin(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    lao_id = busy_lao()
    line = python_peer(stack, "flask_admin_list", exported(lao_id))
    path, body = "/admin/project/ajax/update/", "list_form_pk=1&spent=@.25"
    answer, _headers = line.ask("POST", path, FORM, body.replace("@", "1"))
    assert answer == b"Record was successfully saved.", answer
    edit = Asked(line, path, FORM, "POST", body)
    return saved_in_place(app, stack, lao_id), edit
