"""The province table out of the database: Songkhla as the manual prints it, which is another day than the demo."""

import csv
import json
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select

from app.db import db, transaction
from app.models import Organisation, PlanYear, Project, ProjectYear, Report
from app.models.enums import Kind, PlanStatus, ReportStatus, Round
from app.registry.operations import load_registry
from app.reporting.rules import in_table_order
from app.results.queries import province_rows
from app.words import thai_sort_key
from tests.factories import NOW
from tests.pages import enter

GOLDEN = Path(__file__).parent.parent / "golden" / "province_tables.csv"


def test_songkhla_comes_out_as_the_manual_prints_it(app: Flask) -> None:
    with GOLDEN.open(encoding="utf-8") as lines:
        golden = [row for row in csv.DictReader(lines) if row["table"] == "songkhla"]
    with transaction():
        load_registry()
        for row in golden:
            _fill(row)
    tables = dict(in_table_order(province_rows("90", 2561, Round.SIX)))
    for district in ("เมืองสงขลา", "สทิงพระ"):
        expected = [row for row in golden if row["district"] == district]
        shown = [(row.marked_name, f"{row.percent:.2f}", row.level.label) for row in tables[district]]
        named = {row["organisation"] for row in expected}
        assert [row for row in shown if row[0] in named] == [
            (row["organisation"], row["percent"], row["level"]) for row in expected
        ]
    assert list(tables) == sorted(tables, key=thai_sort_key)


def _fill(row: dict[str, str]) -> None:
    """`total` projects of the LAO, `done` of them done, as bare rows: the manual tells no more of them."""
    name = row["organisation"].removeprefix("** ")
    organisation = db.session.scalars(
        select(Organisation).where(Organisation.name == name, Organisation.province_code == "90")
    ).one()
    passed = PlanStatus.PASSED if row["plan_passed"] == "yes" else PlanStatus.FAILED
    db.session.add(PlanYear(organisation_id=organisation.id, fiscal_year=2561, status=passed))
    total, done = int(row["total"]), int(row["done"])
    if not total:
        return
    carried = {
        "organisation_id": organisation.id,
        "province_code": "90",
        "dimension": 1,
        "counted": True,
    }
    told = {"plan_period_id": 1, "kind": Kind.MEASURE, "quarters": (1,), "target_group": "ก", "objective": "ข"}
    projects = [
        carried | told | {"name": f"ที่ {n}", "name_sort": f"{n:03}", "created_at": NOW, "updated_at": NOW}
        for n in range(total)
    ]
    ids = db.session.scalars(insert(Project).returning(Project.id, sort_by_parameter_order=True), projects).all()
    years = [carried | {"project_id": id_, "fiscal_year": 2561, "plan_budget": None} for id_ in ids]
    db.session.execute(insert(ProjectYear), years)
    lines = [
        carried
        | {
            "project_id": id_,
            "fiscal_year": 2561,
            "round": 6,
            "reported_at": NOW,
            "status": ReportStatus.DONE if place < done else ReportStatus.IN_PROGRESS,
        }
        for place, id_ in enumerate(ids)
    ]
    db.session.execute(insert(Report), lines)


def test_a_report_shows_at_the_next_request(app: Flask, client) -> None:
    from tests.factories import make_lao, make_project, make_report

    actor = make_lao()
    project_id = make_project(actor)
    enter(client, actor.account_id)
    assert "0/1" in client.get("/reports/places/provinces/65?year=2561&round=6").text
    make_report(actor, project_id)
    page = client.get("/reports/places/provinces/65?year=2561&round=6").text
    assert "1/1" in page
    assert "100.00" in page


def test_golden_data_is_the_same_as_the_demo_reads() -> None:
    demo = Path("app/seeds/data/phitsanulok_2561_round12.csv").read_text(encoding="utf-8").splitlines()
    assert set(demo) <= set(GOLDEN.read_text(encoding="utf-8").splitlines())
    assert json.loads((GOLDEN.parent / "songkhla_pao_2561_round6.json").read_text(encoding="utf-8"))
