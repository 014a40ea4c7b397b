"""Counts come from one covering index, and the facts repeated in it cannot drift: the database sees to both."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import db, is_sqlite, transaction
from app.lao.reporting.counts import ORGANISATION_COUNTS, STATUS_COUNTS, organisation_counts, status_counts
from app.lao.reporting.rules import Counts
from app.models import HistoryEntry, Organisation, Project, ProjectYear, Report
from app.models.enums import OrganisationType, ReportStatus, ReviewStatus, Role, Round

MOMENT = datetime(2018, 4, 2, 3, 0, tzinfo=UTC)
PLACE = {"province_code": "90", "year": 2561, "round": 6}


def add_organisation(id_: int, province_code: str = "90", district_code: str = "9001") -> None:
    db.session.execute(
        insert(Organisation).values(
            id=id_,
            code=f"69001{id_:02}",
            name="อบต.ตัวอย่าง",
            name_sort="ก",
            type=OrganisationType.SAO,
            province_code=province_code,
            district_code=district_code,
            version=1,
        )
    )


def add_project(id_: int, organisation_id: int, status: ReportStatus, **facts: Any) -> None:
    """A project of province 90 with one report line in FY 2561, round 6."""
    carried = {"organisation_id": organisation_id, "province_code": "90", "dimension": 2, "counted": True}
    carried |= {name: value for name, value in facts.items() if name in carried}
    db.session.execute(
        insert(Project).values(
            id=id_,
            plan_period_id=1,
            name="โครงการ",
            name_sort="คโรงการ",
            kind="project",
            quarters=(1,),
            target_group="ประชาชน",
            objective="เพื่อทดสอบ",
            created_at=MOMENT,
            updated_at=MOMENT,
            version=1,
            **carried,
            **{name: value for name, value in facts.items() if name not in carried},
        )
    )
    db.session.execute(
        insert(ProjectYear).values(project_id=id_, fiscal_year=2561, plan_budget=Decimal(100), **carried)
    )
    add_report(id_, 6, status, **carried)


def add_report(project_id: int, round_: int, status: ReportStatus = ReportStatus.NOT_REPORTED, **carried: Any) -> None:
    told = None if status is ReportStatus.NOT_REPORTED else MOMENT
    reason = "no_budget" if status is ReportStatus.CANNOT else None
    db.session.execute(
        insert(Report).values(
            project_id=project_id,
            fiscal_year=2561,
            round=round_,
            status=status,
            reported_at=told,
            cannot_reason=reason,
            note="",
            version=1,
            **carried,
        )
    )


@pytest.fixture
def two_laos(app: Flask) -> Flask:
    """LAO 1: in progress, done, done, cannot, waiting, and one rejected; LAO 2: done."""
    statuses = (ReportStatus.IN_PROGRESS, ReportStatus.DONE, ReportStatus.DONE, ReportStatus.CANNOT)
    with transaction():
        add_organisation(1)
        add_organisation(2)
        for id_, status in enumerate((*statuses, ReportStatus.NOT_REPORTED), start=1):
            add_project(id_, 1, status)
        rejected = {"review_status": ReviewStatus.REJECTED, "review_reason": "ซ้ำ", "counted": False}
        add_project(6, 1, ReportStatus.DONE, **rejected)
        add_project(7, 2, ReportStatus.DONE)
    return app


def plan_of(statement: Select[Any]) -> str:
    """How the engine answers `statement`, which is asked as it is, with its parameters."""
    compiled = statement.params(PLACE).compile(db.engine, compile_kwargs={"literal_binds": True})
    if is_sqlite(db.engine):
        return plain_rows(f"EXPLAIN QUERY PLAN {compiled}")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE reports"))  # else no page is known to be visible to all
    for other in ("seqscan", "bitmapscan", "sort", "hashagg"):  # of seven rows any way costs the same
        db.session.execute(text(f"SET LOCAL enable_{other} = off"))
    return plain_rows(f"EXPLAIN {compiled}")


def plain_rows(sql: str) -> str:
    return "\n".join(str(row[-1]) for row in db.session.connection().exec_driver_sql(sql))


@pytest.mark.parametrize("statement", [STATUS_COUNTS, ORGANISATION_COUNTS], ids=["statuses", "organisations"])
def test_counts_read_the_covering_index_and_nothing_else(two_laos: Flask, statement: Select[Any]) -> None:
    # when
    plan = plan_of(statement)

    # then
    expected = "USING COVERING INDEX" if is_sqlite(db.engine) else "Index Only Scan using"
    assert f"{expected} ix_reports_count" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_statuses_are_counted_over_projects_that_count(two_laos: Flask) -> None:
    assert dict(status_counts("90", 2561, Round.SIX)) == {
        ReportStatus.IN_PROGRESS: 1,
        ReportStatus.DONE: 3,
        ReportStatus.CANNOT: 1,
        ReportStatus.NOT_REPORTED: 1,
    }


def test_a_place_without_projects_counts_nothing(two_laos: Flask) -> None:
    assert {number for _, number in status_counts("90", 2562, Round.SIX)} == {0}
    assert organisation_counts("90", 2561, Round.TWELVE) == {}


def test_counts_stand_by_organisation(two_laos: Flask) -> None:
    assert organisation_counts("90", 2561, Round.SIX) == {
        1: Counts(in_progress=1, done=2, cannot=1, waiting=1),
        2: Counts(done=1),
    }


def test_an_organisation_that_moves_takes_its_projects_and_reports_along(two_laos: Flask) -> None:
    # when
    with transaction():
        db.session.execute(
            update(Organisation).where(Organisation.id == 2).values(province_code="96", district_code="9601")
        )

    # then
    assert organisation_counts("96", 2561, Round.SIX) == {2: Counts(done=1)}
    assert set(organisation_counts("90", 2561, Round.SIX)) == {1}


def test_another_dimension_reaches_the_reports(two_laos: Flask) -> None:
    # when
    with transaction():
        db.session.execute(update(Project).where(Project.id == 1).values(dimension=4))

    # then
    assert db.session.scalars(select(Report.dimension).where(Report.project_id == 1)).all() == [4]
    assert db.session.scalars(select(ProjectYear.dimension).where(ProjectYear.project_id == 1)).all() == [4]


def test_a_deleted_project_leaves_the_counts(two_laos: Flask) -> None:
    # when
    with transaction():
        db.session.execute(update(Project).where(Project.id == 2).values(deleted_at=MOMENT, counted=False))

    # then
    assert organisation_counts("90", 2561, Round.SIX)[1] == Counts(in_progress=1, done=1, cannot=1, waiting=1)
    assert db.session.scalars(select(Report.counted).where(Report.project_id == 2)).all() == [False]


@pytest.mark.parametrize(
    "drift", [{"province_code": "96"}, {"dimension": 3}, {"counted": False}, {"organisation_id": 2}], ids=str
)
def test_a_report_that_tells_another_fact_is_refused(two_laos: Flask, drift: dict[str, Any]) -> None:
    carried = {"organisation_id": 1, "province_code": "90", "dimension": 2, "counted": True}
    with pytest.raises(IntegrityError), transaction():
        add_report(1, 12, **{**carried, **drift})
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Report).where(Report.project_id == 1).values(**drift))


def test_a_rejected_project_cannot_count(two_laos: Flask) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Project).where(Project.id == 6).values(counted=True))


@pytest.mark.parametrize("deed", ["UPDATE history SET reason = 'changed'", "DELETE FROM history"])
def test_history_refuses_to_be_rewritten(app: Flask, deed: str) -> None:
    # given
    entry = {"at": MOMENT, "actor_name": "ระบบ", "actor_role": Role.SYSTEM, "action": "set", "entity": "setting"}
    with transaction():
        db.session.execute(insert(HistoryEntry).values(**entry, entity_key="1", reason=""))

    # when
    with pytest.raises(DBAPIError, match="append-only"), transaction():
        db.session.execute(text(deed))

    # then
    assert db.session.scalars(select(HistoryEntry.reason)).all() == [""]
