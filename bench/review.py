"""The review desk: 1,000 projects decided in one go, and the first page of a long queue."""

from contextlib import ExitStack
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import delete, select, text, update

from app.access import Actor
from app.db import db, is_sqlite, table, transaction
from app.models import Project, ProjectYear, Report
from app.models.enums import ReviewStatus, Role
from app.nacc.review.operations import decide_all
from app.nacc.review.queries import queue_rows
from app.nacc.review.rules import ReviewQueue, Verdict
from bench.engines import filled_app
from bench.frame import Pair, benchmark

MANY, SMALL = 1000, 1000
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ADMIN = Actor(role=Role.ADMINISTRATOR, name="bench")
P = table(Project).c


@benchmark(
    "1,000 projects approved in one go / raw UPDATE and 1,000 raw history rows", sqlite=3, postgresql=3, rounds=25
)
def approve_many(app: Flask, stack: ExitStack) -> Pair:
    ids = _make_pending()
    queue = ReviewQueue(q="ขอพิจารณา")

    def ours() -> None:
        with transaction():
            assert decide_all(ADMIN, queue, MANY, Verdict.APPROVE, "", NOW) == MANY

    def raw() -> None:
        with transaction():
            driver = db.session.connection().connection.driver_connection
            assert driver
            driver.execute(RAW_UPDATE)
            mark = "?" if is_sqlite(db.engine) else "%s"
            driver.cursor().executemany(RAW_INSERT.replace("?", mark), [(str(id_),) for id_ in ids])

    def again() -> None:
        with transaction():
            waiting = {"review_status": ReviewStatus.PENDING, "reviewed_at": None}
            db.session.execute(update(table(Project)).where(P.id.in_(ids)).values(waiting))

    return ours, raw, again


RAW_UPDATE = (
    "UPDATE projects SET review_status = 'approved', reviewed_at = '2026-11-22', version = version + 1 WHERE id IN "
    "(SELECT p.id FROM projects p JOIN organisations o ON o.id = p.organisation_id "
    "WHERE p.review_status = 'pending' AND p.deleted_at IS NULL AND p.name LIKE '%%ขอพิจารณา%%')"
).replace("%%", "%")
RAW_INSERT = (
    "INSERT INTO history (at, actor_name, actor_role, action, entity, entity_key, reason) "
    "VALUES ('2026-11-22', 'bench', 'administrator', 'approve', 'project', ?, '')"
)


def _make_pending() -> list[int]:
    """1,000 projects that wait, known by their name."""
    with transaction():
        ids = list(db.session.scalars(select(P.id).where(P.deleted_at.is_(None), P.counted).order_by(P.id).limit(MANY)))
        waiting: dict[str, Any] = {"review_status": ReviewStatus.PENDING, "name": "ขอพิจารณา " + P.name}
        db.session.execute(update(table(Project)).where(P.id.in_(ids)).values(waiting))
    return ids


@benchmark("first page of the country's review queue / of a database with 1,000 projects", sqlite=1.3, postgresql=1.3)
def first_page(app: Flask, stack: ExitStack) -> Pair:
    engine = "sqlite" if is_sqlite(db.engine) else "postgresql"
    here = copy_context()
    stack.enter_context(filled_app(engine, 0.01))
    _keep_only(SMALL)
    there = copy_context()

    def page() -> None:
        assert len(queue_rows(ADMIN, ReviewQueue(), NOW)) == 50

    return lambda: here.run(page), lambda: there.run(page)


def _keep_only(number: int) -> None:
    with transaction():
        for model in (Report, ProjectYear):
            db.session.execute(delete(table(model)).where(table(model).c.project_id > number))
        db.session.execute(delete(table(Project)).where(P.id > number))
        db.session.execute(
            update(table(Project)).where(P.review_status != "rejected").values(review_status=ReviewStatus.PENDING)
        )
    db.session.execute(text("ANALYZE"))
    db.session.rollback()
