"""Rows by the million, past the ORM, in the fastest way each driver has."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import nan
from typing import Any

from sqlalchemy.engine import Connection

from app.db import db, is_sqlite, table
from app.models import PlanYear, Project, ProjectDimension, ProjectYear, Report

TableRow = tuple[Any, ...]
Rows = dict[type[Any], list[TableRow]]

COLUMNS: dict[type[Any], str] = {
    PlanYear: "organisation_id fiscal_year status version",
    Project: (
        "id organisation_id province_code plan_period_id name name_sort kind dimension quarters target_group objective "
        "review_status review_reason reviewed_at deleted_at counted created_at updated_at version"
    ),
    ProjectDimension: "project_id dimension",
    ProjectYear: "project_id fiscal_year plan_budget_satang organisation_id province_code dimension counted",
    Report: (
        "project_id fiscal_year round status ordinance_budget_satang spent_satang cannot_reason cannot_text note "
        "reported_at reported_by_id version organisation_id province_code dimension counted"
    ),
}
# SQLite keeps it as NULL. For each None its driver in Python looks for somebody who can adapt it: 0.4 microseconds.
NULL = nan
INDEXED = (Project, ProjectYear, Report)


def no_rows() -> Rows:
    """Room for rows by table, each in the order of COLUMNS; parents stand before children."""
    return {model: [] for model in COLUMNS}


def refresh_statistics() -> None:
    """Tell the planner how much is there now; VACUUM lets PostgreSQL scan indexes only. After the transaction."""
    if is_sqlite(db.engine):
        with db.engine.begin() as connection:  # AUTOCOMMIT would leave the pool a connection that begins by itself
            connection.exec_driver_sql("ANALYZE")
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


@contextmanager
def in_bulk(connection: Connection) -> Iterator[Any]:
    """Without the big indexes while rows come in: built in one go they are quicker and without gaps.

    Gives what a row has for NULL. SQLite takes nearly half of its time to check each row as if somebody had typed it:
    these rows are ours, and tests/seeds/test_country.py has all of them checked.
    """
    indexes = sorted((index for model in INDEXED for index in table(model).indexes), key=lambda index: str(index.name))
    for index in indexes:
        index.drop(connection)
    gc.disable()  # rows are tuples, which hold no circles: looking for some takes a twentieth of the time
    try:
        with _unchecked(connection):
            yield NULL if is_sqlite(connection.engine) else None
    finally:
        gc.enable()
    for index in indexes:
        index.create(connection)


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    if not is_sqlite(connection.engine):
        yield
        return
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


def load(connection: Connection, rows: Rows) -> None:
    """Write `rows` past the ORM, in the fastest way the driver has, and empty them."""
    driver = connection.connection.driver_connection
    assert driver
    for model, columns in COLUMNS.items():
        names = columns.split()
        target = f"{model.__tablename__} ({', '.join(names)})"
        if is_sqlite(connection.engine):
            marks = ", ".join("?" * len(names))
            driver.executemany(f"INSERT INTO {target} VALUES ({marks})", rows[model])  # noqa: S608 - names of ours
        else:
            _copy(driver, target, rows[model])
        rows[model].clear()


def _copy(driver: Any, target: str, rows: Iterable[TableRow]) -> None:
    with driver.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def continue_ids(connection: Connection) -> None:
    """PostgreSQL counts up ids in a sequence, which knows nothing of rows that bring their own."""
    connection.exec_driver_sql(
        "SELECT setval(pg_get_serial_sequence('projects', 'id'), greatest((SELECT max(id) FROM projects), 1))"
    )
