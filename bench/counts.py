"""Counts by status of the median province: against the bare driver, and against counting without the index."""

from contextlib import ExitStack
from typing import Any

from flask import Flask
from sqlalchemy import Select, func, select, text

from app.db import db
from app.lao.reporting.counts import ORGANISATION_COUNTS, STATUS_COUNTS, organisation_counts, status_counts
from app.models import Organisation
from app.models.enums import Round
from bench.frame import Pair, benchmark

YEAR, ROUND = 2562, Round.TWELVE
# What there would be to do if report lines did not carry the facts they are counted by.
JOINED = """
FROM organisations o
JOIN projects p ON p.organisation_id = o.id
JOIN project_years y ON y.project_id = p.id
JOIN reports r ON r.project_id = y.project_id AND r.fiscal_year = y.fiscal_year
WHERE o.province_code = :province_code AND y.fiscal_year = :year AND r.round = :round
  AND p.review_status <> 'rejected' AND p.deleted_at IS NULL
"""
LIVE_JOIN = f"SELECT r.status, count(*) AS number {JOINED} GROUP BY r.status"


def median_province() -> str:
    """The province that half of the provinces have more LAOs than."""
    number = func.count()
    codes = db.session.scalars(
        select(Organisation.province_code).group_by(Organisation.province_code).order_by(number, "province_code")
    ).all()
    return codes[len(codes) // 2]


def driver_sql(statement: Select[*tuple[Any, ...]], place: dict[str, Any]) -> tuple[Any, str]:
    """The driver's own connection, and `statement` as the text it would be sent."""
    compiled = statement.params(place).compile(db.engine, compile_kwargs={"literal_binds": True})
    return db.session.connection().connection.driver_connection, str(compiled)


def place_of(province_code: str) -> dict[str, Any]:
    return {"province_code": province_code, "year": YEAR, "round": int(ROUND)}


@benchmark("status counts of a province / raw driver", sqlite=4, postgresql=4)
def status_counts_against_driver(app: Flask, stack: ExitStack) -> Pair:
    province = median_province()
    driver, sql = driver_sql(STATUS_COUNTS, place_of(province))
    return lambda: status_counts(province, YEAR, ROUND), lambda: driver.execute(sql).fetchall()


@benchmark("organisation counts of a province / raw driver", sqlite=4, postgresql=4)
def organisation_counts_against_driver(app: Flask, stack: ExitStack) -> Pair:
    province = median_province()
    driver, sql = driver_sql(ORGANISATION_COUNTS, place_of(province))
    return lambda: organisation_counts(province, YEAR, ROUND), lambda: driver.execute(sql).fetchall()


@benchmark("status counts of a province / live join of four tables", sqlite=0.5, postgresql=0.5)
def status_counts_against_live_join(app: Flask, stack: ExitStack) -> Pair:
    province = median_province()
    join, place = text(LIVE_JOIN), place_of(province)
    counted = {status.value: number for status, number in status_counts(province, YEAR, ROUND) if number}
    assert counted == {row.status: row.number for row in db.session.execute(join, place)}
    return lambda: status_counts(province, YEAR, ROUND), lambda: db.session.execute(join, place).all()
