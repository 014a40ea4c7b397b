"""Many projects recorded at once, against the driver's own executemany of the very rows that leaves."""

from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import text

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.projects.operations import record_projects
from app.lao.projects.rules import ProjectFacts
from app.models import PlanYear
from app.models.enums import Kind, PlanStatus, Role
from app.plans.queries import period_of
from bench.frame import Pair, benchmark
from bench.pages import YEAR, busy_lao

MANY = 2000
# The columns that are written; the database makes those of a search key itself.
MADE = {"name_search"}
SINCE = {
    "projects": "id > :last",
    "project_years": "project_id > :last",
    "reports": "project_id > :last",
    "history": "id > :entry",
}


def many_projects(years: tuple[int, ...]) -> list[ProjectFacts]:
    """Facts as a plan has them, some without budget."""
    return [
        ProjectFacts(
            name=f"โครงการส่งเสริมคุณธรรมและจริยธรรมผู้บริหาร สมาชิกสภา และพนักงาน ครั้งที่ {n} ประจำปีงบประมาณ",
            kind=list(Kind)[n % len(Kind)],
            dimension=1 + n % 4,
            further_dimensions=(),
            quarters=(1, 2, 3, 4),
            target_group="ผู้บริหาร สมาชิกสภาท้องถิ่น และพนักงาน",
            objective="เพื่อสร้างจิตสำนึกและความตระหนักในการป้องกันการทุจริต",
            budgets={year: Decimal(n * 100) if n % 3 else None for year in years},
        )
        for n in range(MANY)
    ]


@benchmark("2,000 projects of 4 years / raw executemany of the same rows", sqlite=2, postgresql=2, rounds=5, warm_up=1)
def record_a_plan(_app: Flask, _stack: ExitStack) -> Pair:
    return _recorded(4)


@benchmark("2,000 projects of 1 year / raw executemany of the same rows", sqlite=2, postgresql=2, rounds=7, warm_up=1)
def record_a_year(_app: Flask, _stack: ExitStack) -> Pair:
    return _recorded(1)


def _recorded(years: int) -> Pair:
    actor, period = _actor(busy_lao()), period_of(YEAR)
    assert period
    _pass(actor, period.years)
    projects = many_projects(tuple(period.years)[:years])

    def ours() -> None:
        record_projects(actor, period, projects, "a form", clock.now())

    return ours, _raw(ours), db.session.rollback


def _actor(lao_id: int) -> Actor:
    row = db.session.execute(
        text(
            "SELECT o.code, o.province_code, a.id FROM organisations o JOIN accounts a ON a.organisation_id = o.id "
            "WHERE o.id = :id"
        ),
        {"id": lao_id},
    ).one()
    return Actor(Role.LAO, "เจ้าหน้าที่ อปท.", row.id, lao_id, row.code, row.province_code)


def _pass(actor: Actor, years: range) -> None:
    """The LAO's plan passes in every year of the period: that is what a plan is imported for."""
    row = {"organisation_id": actor.own_organisation_id, "status": PlanStatus.PASSED}
    with transaction():
        for year in years:
            db.session.merge(PlanYear(fiscal_year=year, **row))


def _raw(ours: Callable[[], Any]) -> Callable[[], None]:
    """The driver's own executemany of every row that `ours` writes, as they stand in the tables."""
    last = {
        "last": db.session.scalar(text("SELECT max(id) FROM projects")),
        "entry": db.session.scalar(text("SELECT max(id) FROM history")) or 0,
    }
    ours()
    sqlite = db.engine.dialect.name == "sqlite"
    statements = []
    for name, since in SINCE.items():
        found = db.session.execute(text(f"SELECT * FROM {name} WHERE {since}"), last)
        columns = [column for column in found.keys() if column not in MADE]  # noqa: SIM118 - of the result, not of a row
        rows = [tuple(_kept(row[column]) for column in columns) for row in found.mappings()]
        assert len(rows) >= MANY, name
        places = ", ".join(["?" if sqlite else "%s"] * len(columns))
        statements.append((f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})", rows))
    db.session.rollback()

    def raw() -> None:
        cursor = db.session.connection().connection.cursor()
        for statement, rows in statements:
            cursor.executemany(statement, rows)

    return raw


def _kept(value: Any) -> Any:
    """PostgreSQL's driver gives JSON as a dictionary and wants it wrapped."""
    if isinstance(value, dict):
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return value
