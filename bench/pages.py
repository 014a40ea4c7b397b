"""Pages as one signed-in LAO gets them, against a bare Flask route; both on a real server with one client."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import text, update

from app import clock
from app.accounts.passwords import hash_password
from app.db import db, transaction
from app.models import Account
from bench.counts import median_province
from bench.frame import Pair, benchmark
from bench.server import Line, serving

YEAR, ROUND = 2561, 6
PASSWORD = "only for measuring"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# One statement that writes one line as it stands, over itself.
UPSERT = """
INSERT INTO reports SELECT * FROM reports WHERE project_id = {id} AND fiscal_year = {year} AND round = {round}
ON CONFLICT (project_id, fiscal_year, round) DO UPDATE SET version = reports.version + 1
"""


@benchmark("list page of 100 projects / bare route, same bytes", sqlite=15, postgresql=25)
def list_page(app: Flask, stack: ExitStack) -> Pair:
    path = f"/projects?year={YEAR}"
    line, headers = signed_in(app, stack, busy_lao())
    body, _headers = line.ask("GET", path, headers)
    assert body.count(b"<tbody") >= 100, "the page does not show 100 projects"
    bare = stack.enter_context(serving("bench.bare:app", {"BARE_BODY": kept(body)}))
    return lambda: line.ask("GET", path, headers), lambda: bare.ask("GET", "/")


@benchmark("one report saved with history / bare route, one raw upsert", sqlite=4, postgresql=4)
def save_report(app: Flask, stack: ExitStack) -> Pair:
    lao_id = busy_lao()
    saved, upserted = two_open_lines(lao_id)
    line, headers = signed_in(app, stack, lao_id)
    path = f"/reporting/{saved}/{YEAR}/{ROUND}"
    page, _headers = line.ask("GET", path, headers)
    forms = report_forms(token_of(page), version_of(saved))
    settings = {
        "BARE_BODY": kept(b""),
        "BARE_DATABASE": app.config["SQLALCHEMY_DATABASE_URI"],
        "BARE_SQL": UPSERT.format(id=upserted, year=YEAR, round=ROUND),
    }
    bare = stack.enter_context(serving("bench.bare:app", settings))
    return (
        lambda: line.ask("POST", path, headers | FORM, next(forms), expected=302),
        lambda: bare.ask("POST", "/", FORM, "note=0"),
    )


def busy_lao() -> int:
    """An LAO whose plan passed, with 150 projects at least: a small country's others lend some, neighbours first."""
    province = median_province()
    found = text(
        "SELECT y.organisation_id FROM plan_years y JOIN organisations o ON o.id = y.organisation_id "
        "WHERE o.province_code = :province AND y.fiscal_year = :year AND y.status = 'passed' ORDER BY o.id"
    )
    moved = text(
        "UPDATE projects SET organisation_id = :lao, province_code = :province WHERE id IN (SELECT project_id "
        "FROM project_years WHERE fiscal_year = :year AND counted "
        "ORDER BY province_code <> :province, project_id LIMIT 150)"
    )
    with transaction():
        lao_id: int = db.session.execute(found, {"province": province, "year": YEAR}).scalars().first() or 0
        db.session.execute(moved, {"province": province, "year": YEAR, "lao": lao_id})
    return lao_id


def signed_in(app: Flask, stack: ExitStack, lao_id: int) -> tuple[Line, dict[str, str]]:
    """A served app and the headers of somebody who signed in by the form, as people do."""
    line = stack.enter_context(serving("wsgi:app", served(app)))
    return line, sign_in(line, lao_id)


def served(app: Flask) -> dict[str, str]:
    """The environment of a server on the same database."""
    return {
        "EPLANNACC_ENV": "demo",
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "SECRET_KEY": "x" * 32,
        "SIGN_IN_LIMIT_ADDRESS": "1000/minute",
        "PUBLIC_LIMIT_ADDRESS": "1000000/minute",
    }


def sign_in(line: Line, lao_id: int) -> dict[str, str]:
    """The headers of an LAO that has signed in over `line`."""
    with transaction():
        claimed = {"password_hash": hash_password(PASSWORD), "claimed_at": clock.now()}
        db.session.execute(update(Account).where(Account.organisation_id == lao_id).values(**claimed))
    code = db.session.execute(text("SELECT code FROM organisations WHERE id = :id"), {"id": lao_id}).scalar_one()
    db.session.rollback()
    page, headers = line.ask("GET", "/login")
    form = {"username": code, "password": PASSWORD, "csrf_token": token_of(page)}
    cookie = {"Cookie": headers["set-cookie"].split(";")[0]}
    _body, headers = line.ask("POST", "/login", cookie | FORM, urlencode(form), expected=302)
    return {"Cookie": headers["set-cookie"].split(";")[0]}


def token_of(page: bytes) -> str:
    match = TOKEN.search(page.decode())
    assert match, "the page has no CSRF token"
    return match[1]


def kept(body: bytes) -> str:
    path = Path(mkdtemp(prefix="eplannacc_bench_")) / "body.html"
    path.write_bytes(body)
    return str(path)


def two_open_lines(lao_id: int) -> list[int]:
    """Two of the LAO's projects whose report can be saved."""
    lines = text(
        "SELECT project_id FROM reports WHERE organisation_id = :lao AND fiscal_year = :year AND round = :round "
        "AND counted ORDER BY project_id LIMIT 2"
    )
    return list(db.session.scalars(lines, {"lao": lao_id, "year": YEAR, "round": ROUND}))


def version_of(project_id: int) -> int:
    found = text("SELECT version FROM reports WHERE project_id = :id AND fiscal_year = :year AND round = :round")
    version: int = db.session.execute(found, {"id": project_id, "year": YEAR, "round": ROUND}).scalar_one()
    db.session.rollback()
    return version


def report_forms(token: str, version: int) -> Iterator[str]:
    """Forms that each change the report the one before left: another amount every time."""
    for place in count():
        status = ("done", "in_progress")[place % 2]
        fields = {"csrf_token": token, "version": version + place, "status": status, "spent": f"{place}.25", "note": ""}
        yield urlencode(fields)
