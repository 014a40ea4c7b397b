"""The province table of the largest province, and public pages: against bare routes, the raw driver and a live join."""

from contextlib import ExitStack
from datetime import timedelta

from flask import Flask
from sqlalchemy import text

from app import clock
from app.citizens.results.queries import forget_fixed_rows, live_rows, province_rows
from app.db import db, transaction
from app.lao.fixed_rounds.jobs import fix_closed_rounds
from app.lao.reporting.counts import ORGANISATION_COUNTS
from app.lao.reporting.rules import ProvinceTableRow
from app.models import Window
from app.models.enums import Round
from bench.counts import JOINED, driver_sql, place_of
from bench.engines import filled_app, scale
from bench.frame import Pair, benchmark
from bench.pages import kept, signed_in
from bench.server import Line, serving

LARGEST = "30"  # นครราชสีมา, 334 LAOs
YEAR, ROUND = 2562, Round.TWELVE
TABLE = f"/reports/province?province={LARGEST}&year={YEAR}&round={int(ROUND)}"
PUBLIC = f"/public/provinces/{LARGEST}?year={YEAR}&round={int(ROUND)}"
# The same counts without the facts that report lines carry: projects, their years, their reports, and their LAOs.
LIVE_JOIN = f"""
SELECT o.id, count(*), count(*) FILTER (WHERE r.status = 'in_progress'), count(*) FILTER (WHERE r.status = 'done'),
       count(*) FILTER (WHERE r.status = 'cannot')
{JOINED} GROUP BY o.id
"""


def somebody_there() -> int:
    """An LAO of the largest province whose plan passed."""
    found = text(
        "SELECT y.organisation_id FROM plan_years y JOIN organisations o ON o.id = y.organisation_id "
        "WHERE o.province_code = :code AND y.status = 'passed' ORDER BY o.id LIMIT 1"
    )
    lao_id: int = db.session.execute(found, {"code": LARGEST}).scalar_one()
    db.session.rollback()
    return lao_id


def bare(stack: ExitStack, body: bytes) -> Line:
    return stack.enter_context(serving("bench.bare:app", {"BARE_BODY": kept(body)}))


@benchmark("province table, 334 LAOs / bare route, same bytes", sqlite=26, postgresql=32)
def province_table(app: Flask, stack: ExitStack) -> Pair:
    line, headers = signed_in(app, stack, somebody_there())
    body, _headers = line.ask("GET", TABLE, headers)
    assert body.count(b'<tr id="o') > 300, "the page does not show the province"
    plain = bare(stack, body)
    return lambda: line.ask("GET", TABLE, headers), lambda: plain.ask("GET", "/")


@benchmark("province table unchanged since the last visit / bare route, same bytes", sqlite=8, postgresql=12)
def province_table_unchanged(app: Flask, stack: ExitStack) -> Pair:
    line, headers = signed_in(app, stack, somebody_there())
    body, answered = line.ask("GET", TABLE, headers)
    known = headers | {"If-None-Match": answered["etag"]}
    plain = bare(stack, body)
    return lambda: line.ask("GET", TABLE, known, expected=304), lambda: plain.ask("GET", "/")


@benchmark("counts of the province table / raw driver", sqlite=1.3, postgresql=1.3)
def counts_against_driver(app: Flask, stack: ExitStack) -> Pair:
    place = place_of(LARGEST)
    driver, sql = driver_sql(ORGANISATION_COUNTS, place)
    return lambda: db.session.execute(ORGANISATION_COUNTS, place).all(), lambda: driver.execute(sql).fetchall()


@benchmark("counts of the province table / live join", sqlite=1 / 30, postgresql=1 / 30, rounds=60)
def counts_against_live_join(app: Flask, stack: ExitStack) -> Pair:
    join, place = text(LIVE_JOIN), place_of(LARGEST)
    counted = sorted(map(tuple, db.session.execute(ORGANISATION_COUNTS, place)))
    assert counted == sorted(map(tuple, db.session.execute(join, place)))
    return (
        lambda: db.session.execute(ORGANISATION_COUNTS, place).all(),
        lambda: db.session.execute(join, place).all(),
    )


@benchmark("province table of a fixed round, data / the same as today's build", sqlite=0.5, postgresql=0.5)
def fixed_province_table(app: Flask, stack: ExitStack) -> Pair:
    """Another year than the others measure: what is fixed stays so until the database is gone."""
    moment = (LARGEST, YEAR + 1, Round.SIX)
    closed_at = clock.now() - timedelta(days=1)
    with transaction():
        opened = clock.fiscal_year_start(YEAR + 1)
        db.session.merge(Window(fiscal_year=YEAR + 1, round=6, opens_at=opened, closes_at=closed_at))
    fix_closed_rounds()
    assert sorted(province_rows(*moment)) == sorted(live_rows(*moment))
    return lambda: province_rows(*moment), lambda: live_rows(*moment)


@benchmark("the same, read for the first time / today's build", sqlite=1.1, postgresql=1.1)
def fixed_province_table_anew(app: Flask, stack: ExitStack) -> Pair:
    """What is fixed is kept in memory once it was read; at the country's size this alone is below 0.5."""
    _fixed, live = fixed_province_table(app, stack)
    moment = (LARGEST, YEAR + 1, Round.SIX)

    def anew() -> list[ProvinceTableRow]:
        forget_fixed_rows()
        return province_rows(*moment)

    return anew, live


@benchmark("public page, kept / bare route, same bytes", sqlite=7, postgresql=7)
def public_page(app: Flask, stack: ExitStack) -> Pair:
    line, _headers = signed_in(app, stack, somebody_there())
    body, _answered = line.ask("GET", PUBLIC)
    plain = bare(stack, body)
    return lambda: line.ask("GET", PUBLIC), lambda: plain.ask("GET", "/")


@benchmark("province table / of a country with a quarter of the projects", sqlite=3.5, postgresql=2.5)
def four_times_the_data(app: Flask, stack: ExitStack) -> Pair:
    line, headers = signed_in(app, stack, somebody_there())
    fewer = stack.enter_context(filled_app(db.engine.name, scale() / 4))
    smaller, known = signed_in(fewer, stack, somebody_there())
    return lambda: line.ask("GET", TABLE, headers), lambda: smaller.ask("GET", TABLE, known)
