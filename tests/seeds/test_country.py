"""The made-up country: the same rows for the same seed on both engines, and every case that pages must show."""

import hashlib
from collections import Counter
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Column, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.db import db, is_sqlite, transaction
from app.models import Account, Organisation, PlanYear, Project, ProjectDimension, ProjectYear, Report
from app.models.enums import CannotReason, Kind, OrganisationType, PlanStatus, ReportStatus, ReviewStatus, Role
from app.seeds import cli
from app.seeds.country import AlreadyFilled, fill_country

MADE = (PlanYear, Project, ProjectDimension, ProjectYear, Report)
# Every engine and every run must come to this: change it only together with what the seed makes.
EXPECTED = "7555d9d51a0b509e"


def add_laos(number: int = 24) -> None:
    """LAOs with ids of their own, each with its account."""
    for id_ in range(1, number + 1):
        organisation = Organisation(
            id=id_,
            code=f"69001{id_:02}",
            name=f"องค์การบริหารส่วนตำบลที่ {id_}",
            name_sort=f"{id_:02}",
            type=OrganisationType.SAO,
            province_code="90",
            district_code="9001",
        )
        db.session.add(organisation)
        db.session.flush()
        db.session.add(Account(id=id_, role=Role.LAO, organisation_id=id_))


@pytest.fixture
def laos(app: Flask) -> Flask:
    with transaction():
        add_laos()
    return app


def fill(scale: float = 1, seed: int = 1) -> int:
    with transaction():
        return fill_country(scale, seed)


def checksum() -> str:
    """Of every row that was made, as the application reads it; not of what the database makes of them."""
    digest = hashlib.sha256()
    for model in MADE:
        for row in db.session.execute(select(*_written(model)).order_by(*model.__table__.primary_key)):
            digest.update("|".join(map(str, row)).encode())
    return digest.hexdigest()[:16]


def _written(model: Any) -> list[Column[Any]]:
    """The columns that somebody writes: not those that the database makes of others."""
    return [column for column in model.__table__.columns if column.computed is None]


def numbers(column: Any) -> Counter[Any]:
    return Counter(db.session.scalars(select(column)))


def seed_country(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["seed", "country", *arguments])


def test_the_same_seed_makes_the_same_rows_on_every_engine(laos: Flask) -> None:
    # when
    fill(seed=1)

    # then
    assert checksum() == EXPECTED


def test_another_seed_makes_other_rows(laos: Flask) -> None:
    fill(seed=2)
    assert checksum() != EXPECTED


def test_every_case_is_there(laos: Flask) -> None:
    # when
    made = fill()

    # then
    assert 20 * 24 < made < 140 * 24
    assert set(numbers(PlanYear.status)) == set(PlanStatus)
    assert len(db.session.scalars(select(PlanYear)).all()) < 24 * 4, "some plans were not sent: no row"
    assert set(numbers(Project.review_status)) == set(ReviewStatus)
    assert set(numbers(Project.kind)) == set(Kind)
    assert set(numbers(Project.dimension)) == {1, 2, 3, 4}
    assert set(numbers(Project.quarters)) > {(1,), (1, 3), (1, 2, 3, 4)}
    assert 0 < numbers(Project.deleted_at.is_not(None))[True] < made / 20
    assert {None, 0} < set(numbers(ProjectYear.plan_budget))
    assert set(numbers(Report.status)) == set(ReportStatus)
    assert set(numbers(Report.cannot_reason)) == {None, *CannotReason}
    assert db.session.execute(select(ProjectDimension)).first()


def test_some_rounds_are_missing_and_some_lines_late(laos: Flask) -> None:
    # when
    fill()

    # then
    rounds = Counter[tuple[int, int, int]]()
    told = select(Report.organisation_id, Report.fiscal_year, Report.round, Report.reported_at).where(Report.counted)
    months = Counter[int]()
    for organisation_id, year, round_, reported_at in db.session.execute(told):
        rounds[organisation_id, year, round_] += reported_at is not None
        if reported_at and round_ == 6:
            months[reported_at.month] += 1
    assert 0 in rounds.values(), "an LAO that never reported in a round"
    assert months[4] > months[6] > 0, "most lines come in April, some in June"


def test_projects_run_only_in_passed_years_and_every_year_has_both_rounds(laos: Flask) -> None:
    # when
    fill()

    # then
    passed = select(PlanYear.organisation_id, PlanYear.fiscal_year).where(PlanYear.status == PlanStatus.PASSED)
    ran = db.session.execute(select(ProjectYear.organisation_id, ProjectYear.fiscal_year).distinct()).all()
    assert set(ran) <= set(db.session.execute(passed).all())
    lines = Counter(db.session.execute(select(Report.project_id, Report.fiscal_year)).all())
    assert set(lines.values()) == {2}
    assert lines.keys() == set(db.session.execute(select(ProjectYear.project_id, ProjectYear.fiscal_year)).all())


def test_the_scale_multiplies_projects_and_the_smallest_leaves_some_laos_without(laos: Flask) -> None:
    assert fill(scale=0.01) < 24


def test_a_project_recorded_afterwards_gets_the_next_id(laos: Flask) -> None:
    # given
    made = fill(scale=0.1)
    first = db.session.execute(select(Project.__table__).limit(1)).mappings().one()

    # when
    with transaction():
        facts = {column.name: first[column.name] for column in _written(Project) if column.name != "id"}
        new_id = db.session.execute(Project.__table__.insert().values(**facts)).inserted_primary_key[0]

    # then
    assert new_id == made + 1


def test_the_schema_is_the_one_of_the_migration(laos: Flask) -> None:
    # given
    before = indexes()

    # when
    fill(scale=0.1)

    # then
    assert indexes() == before


def indexes() -> list[Any]:
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    }
    db.session.rollback()
    found = db.session.execute(text(catalogue[db.engine.dialect.name])).all()
    assert len(found) > len(inspect(db.engine).get_table_names())
    return list(found)


def test_the_rows_hold_to_every_rule_of_the_schema(laos: Flask) -> None:
    """PostgreSQL asked as they came in; SQLite is asked now."""
    # given
    fill(scale=0.1)

    # then
    assert broken_rules() == []
    if is_sqlite(db.engine):
        with pytest.raises(IntegrityError, match="CHECK"):
            db.session.execute(text("UPDATE projects SET quarters = 16"))
        db.session.execute(text("PRAGMA ignore_check_constraints = ON"))
        db.session.execute(text("UPDATE projects SET quarters = 16 WHERE id = 1"))
        db.session.execute(text("PRAGMA ignore_check_constraints = OFF"))
        assert broken_rules() == ["CHECK constraint failed in projects"], "nobody would have been told"


def broken_rules() -> list[str]:
    if not is_sqlite(db.engine):
        return []
    found = [each for (each,) in db.session.execute(text("PRAGMA integrity_check")) if each != "ok"]
    return [*found, *map(str, db.session.execute(text("PRAGMA foreign_key_check")))]


def test_a_second_filling_is_refused(laos: Flask) -> None:
    # given
    fill(scale=0.1)

    # when
    with pytest.raises(AlreadyFilled):
        fill(scale=0.1)
    result = seed_country(laos, "--scale", "0.1")

    # then
    assert result.exit_code == 1
    assert "already" in result.output


@pytest.mark.parametrize("scale", ["0", "0.009", "4.1", "nan", "-1"])
def test_a_scale_out_of_range_is_refused(app: Flask, scale: str) -> None:
    result = seed_country(app, f"--scale={scale}")
    assert result.exit_code == 1
    assert "from 0.01 to 4" in result.output


def test_production_is_never_filled(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "ENVIRONMENT", "production")
    result = seed_country(app)
    assert result.exit_code == 1
    assert db.session.execute(select(Project)).first() is None


def test_the_command_loads_the_registry_first(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setattr(cli, "load_registry", add_laos)  # the real one, of 7,850 LAOs, takes two seconds

    # when
    result = seed_country(app, "--scale", "0.5")

    # then
    assert result.exit_code == 0, result.output
    assert f"added: {len(db.session.scalars(select(Project.id)).all()):,} projects" in result.output
    assert db.session.scalars(select(Report.reported_by_id)).all()


def test_the_command_leaves_the_pool_as_it_was(laos: Flask) -> None:
    # when
    seed_country(laos, "--scale", "0.1")

    # then
    connection = db.session.connection().connection.driver_connection
    assert connection
    if is_sqlite(db.engine):
        assert connection.isolation_level is None, "the driver would begin transactions behind our back"
    else:
        assert connection.autocommit is False


def test_periods_are_added_once(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["seed", "periods"])
    assert result.exit_code == 0
    assert "nothing added" in result.output
