"""Pages and saves asked for by wrk, and the server's own processor time for each: served as README.md has it.

The bare route stands on the same server with as many workers.
"""

from contextlib import ExitStack
from secrets import token_hex
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import bindparam, func, select, text

from app.db import db, table
from app.lao.reporting.counts import ORGANISATION_COUNTS
from app.models import Report
from bench import wrk
from bench.counts import driver_sql, place_of
from bench.pages import FORM, ROUND, UPSERT, YEAR, busy_lao, kept, served, sign_in, token_of, two_open_lines, version_of
from bench.places import LARGEST, TABLE, somebody_there
from bench.server import Line, serving
from bench.wrk import Asked, compared

AS_SERVED = {"workers": 2}  # what README.md tells who installs it
SLOW = 4  # seconds of a round: a page takes half of one
LIST = f"/projects?year={YEAR}"
COUNTRY = "/reports/places?year=2562&round=12"
# What the country page tells, read once, by the driver: counts and money of each LAO, from the lines that count.
_R = table(Report).c
COUNTRY_SUMS = (
    select(_R.organisation_id, func.count(), func.sum(_R.ordinance_budget_satang), func.sum(_R.spent_satang))
    .where(_R.province_code.in_(bindparam("codes", expanding=True)), _R.fiscal_year == 2562, _R.round == 12, _R.counted)
    .group_by(_R.province_code, _R.organisation_id)
)


def ours(app: Flask, stack: ExitStack, lao_id: int) -> tuple[Line, dict[str, str]]:
    """The app, and the headers of somebody signed in."""
    line = stack.enter_context(serving("wsgi:app", served(app), **AS_SERVED))
    return line, sign_in(line, lao_id)


def bare(app: Flask, stack: ExitStack, body: bytes, **more: str) -> Line:
    settings = {"BARE_BODY": kept(body), "BARE_DATABASE": app.config["SQLALCHEMY_DATABASE_URI"], **more}
    return stack.enter_context(serving("bench.bare:app", settings, **AS_SERVED))


@compared("list page of 100 projects by wrk / bare route, same bytes", one=12, eight=10, cpu=12)
def list_page(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    line, headers = ours(app, stack, busy_lao())
    body, _headers = line.ask("GET", LIST, headers)
    assert body.count(b"<tbody") >= 100, "the page does not show 100 projects"
    return wrk.page(line, LIST, headers), wrk.page(bare(app, stack, body), "/")


@compared("list page of 100 projects never asked for before, by wrk / bare route, same bytes", one=12, cpu=12)
def list_page_anew(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    """Each address is another one, so nothing of the list is kept but its rows."""
    line, headers = ours(app, stack, busy_lao())
    body, _headers = line.ask("GET", LIST, headers)
    return wrk.page(line, f"{LIST}&x=@", headers), wrk.page(bare(app, stack, body), "/")


@compared("list page asked again, nothing changed, by wrk / bare route, the page's bytes", one=5, eight=5, cpu=5)
def list_page_again(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    line, headers = ours(app, stack, busy_lao())
    body, answered = line.ask("GET", LIST, headers)
    return again(line, LIST, headers, answered), wrk.page(bare(app, stack, body), "/")


def again(line: Line, path: str, headers: dict[str, str], answered: dict[str, str]) -> Asked:
    """The page with the tag that it was `answered` with; one that has none is given whole."""
    tag = answered.get("etag")
    if not tag:
        return wrk.page(line, path, headers)
    return wrk.page(line, path, headers | {"If-None-Match": tag}, expected=304)


@compared("province page of 334 LAOs by wrk / raw query + bare route", one=2.5, eight=2.5, cpu=2.5)
def province_page(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    line, headers = ours(app, stack, somebody_there())
    body, _headers = line.ask("GET", TABLE, headers)
    assert body.count(b'<tr id="o') > 300, "the page does not show the province"
    _driver, query = driver_sql(ORGANISATION_COUNTS, place_of(LARGEST))
    return wrk.page(line, TABLE, headers), wrk.page(bare(app, stack, body, BARE_QUERY=query), "/")


@compared("province page of 334 LAOs never asked for before, by wrk / raw query + bare route", one=2.5, cpu=2.5)
def province_page_anew(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    line, headers = ours(app, stack, somebody_there())
    body, _headers = line.ask("GET", TABLE, headers)
    _driver, query = driver_sql(ORGANISATION_COUNTS, place_of(LARGEST))
    return wrk.page(line, f"{TABLE}&x=@", headers), wrk.page(bare(app, stack, body, BARE_QUERY=query), "/")


@compared("country page signed in by wrk / raw GROUP BY + bare route", one=0.6, cpu=0.6)
def country_page(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    line, headers = ours(app, stack, somebody_there())
    body, _headers = line.ask("GET", COUNTRY, headers)
    codes = list(db.session.scalars(text("SELECT code FROM provinces")))
    _driver, query = driver_sql(COUNTRY_SUMS, {"codes": codes})
    plain = bare(app, stack, body, BARE_QUERY=query)
    return wrk.page(line, COUNTRY, headers, seconds=SLOW), wrk.page(plain, "/", seconds=SLOW)


@compared("htmx save of a report by wrk / bare route, one raw upsert", one=12, cpu=12)
def htmx_save(app: Flask, stack: ExitStack) -> tuple[Asked, Asked]:
    lao_id = busy_lao()
    upserted = two_open_lines(lao_id)[1]
    plain = bare(app, stack, b"", BARE_SQL=UPSERT.format(id=upserted, year=YEAR, round=ROUND))
    return saved_in_place(app, stack, lao_id), Asked(plain, "/", FORM, "POST", "note=@")


def saved_in_place(app: Flask, stack: ExitStack, lao_id: int) -> Asked:
    """A clerk's save as htmx sends it."""
    return saving(stack.enter_context(serving("wsgi:app", served(app), **AS_SERVED)), lao_id)


def saving(line: Line, lao_id: int) -> Asked:
    """Session, CSRF, key, version, history; row and totals come back."""
    headers, project_id = sign_in(line, lao_id), two_open_lines(lao_id)[0]
    path = f"/reporting/{project_id}/{YEAR}/{ROUND}?year={YEAR}&round={ROUND}"
    form, _headers = line.ask("GET", path, headers)
    body = urlencode(
        {"csrf_token": token_of(form), "version": "@", "status": "done", "spent": "@.25", "note": ""}, safe="@"
    )
    told = headers | FORM | {"HX-Request": "true", "Idempotency-Key": f"{token_hex(4)}-@"}
    return Asked(line, path, told, "POST", body, size=500, first=lambda: version_of(project_id))
