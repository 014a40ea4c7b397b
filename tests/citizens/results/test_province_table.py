"""The province table out of the database: Songkhla as the manual prints it, which is another day than the demo."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, session
from sqlalchemy import insert, select

from app.access import Actor, system
from app.citizens.results.queries import province_rows
from app.db import db, transaction
from app.lao.reporting.rules import in_table_order
from app.models import Account, Organisation, PlanYear, Project, ProjectYear, Report
from app.models.enums import Kind, PlanStatus, ReportStatus, ReviewStatus, Role, Round
from app.nacc.administration.operations import change_staff
from app.nacc.administration.periods.operations import add_period
from app.nacc.plan_years.operations import set_status
from app.registry.operations import load_registry, set_closed
from app.web import etag
from app.words import thai_sort_key
from tests.client import Client
from tests.factories import (
    NOW,
    YEAR,
    facts,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_staff,
    review,
)
from tests.pages import enter

GOLDEN = Path(__file__).parents[2] / "golden" / "province_tables.csv"


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


def test_a_report_shows_at_the_next_request(app: Flask, client: Client) -> None:
    actor = make_lao()
    project_id = make_project(actor)
    enter(client, actor.account_id)
    assert "0/1" in client.get("/reports/places/provinces/65?year=2561&round=6").text
    make_report(actor, project_id)
    page = client.get("/reports/places/provinces/65?year=2561&round=6").text
    assert "1/1" in page
    assert "100.00" in page


TABLE = "/reports/province?province=65"
CHIEF = system("test")


def _deed(operation: Callable[..., object], *given: object) -> None:
    with transaction():
        operation(*given)


# What somebody else may do while an officer looks at the table of a province.
CHANGES: dict[str, Callable[[Actor, Account, int], object]] = {
    "a plan that failed": lambda lao, _who, _id: _deed(_fail_plan, lao),
    "another project": lambda lao, _who, _id: make_project(lao, facts("อีกโครงการ")),
    "a rejection": lambda _lao, _who, id_: review(id_, ReviewStatus.REJECTED, "ไม่สอดคล้อง"),
    "a report": lambda lao, _who, id_: make_report(lao, id_, ReportStatus.IN_PROGRESS),
    "the first report of the next round": lambda lao, _who, id_: make_report(lao, id_, round_=Round.TWELVE),
    "a new plan period": lambda _lao, _who, _id: _deed(add_period, CHIEF, 2571, 2575, ["หนึ่ง"], NOW),
    "a closed LAO": lambda lao, _who, _id: _deed(set_closed, CHIEF, lao.organisation_id, True, "ยุบรวม", NOW),
    "another name of who looks": lambda _lao, who, _id: _deed(
        change_staff, CHIEF, who.id, "ชื่อใหม่", Role.OFFICER, ("65",), "คำสั่งย้าย", 1, NOW
    ),
}


def _fail_plan(lao: Actor) -> None:
    overseer = replace(lao, role=Role.ADMINISTRATOR)
    set_status(overseer, lao.own_organisation_id, YEAR, PlanStatus.FAILED, 1, NOW)


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_that_a_browser_has_kept_is_sent_anew_after(app: Flask, client: Client, change: str) -> None:
    # given
    lao, officer = make_lao(), make_staff("officer65", Role.OFFICER, "65")
    project_id = make_project(lao)
    make_report(lao, make_project(lao, facts("รายงานแล้ว")))
    enter(client, officer.id)
    known = {"If-None-Match": client.get(TABLE).headers["ETag"]}
    assert client.get(TABLE, headers=known).status_code == 304

    # when
    CHANGES[change](lao, officer, project_id)

    # then
    assert client.get(TABLE, headers=known).status_code == 200


@pytest.mark.parametrize("other", [{"_user_id": "another"}, {"csrf_token": "another"}, {}])
def test_a_tag_is_of_who_asks_for_what(app: Flask, other: dict[str, str]) -> None:
    """Two who share a browser one after the other, a new session, a part of the page instead of all of it."""

    first, second = (make_staff(name, Role.OFFICER, "65").id for name in ("first", "second"))
    assert (first, second) == (1, 2)

    def tag(headers: dict[str, str], **kept: str) -> str:
        with app.test_request_context(headers=headers):
            session.update({"_user_id": "one", "csrf_token": "one"} | kept)
            return etag("the same table")

    assert tag({}) == tag({})
    assert tag({} if other else {"HX-Request": "true"}, **other) != tag({})


def test_golden_data_is_the_same_as_the_demo_reads() -> None:
    demo = Path("app/seeds/data/phitsanulok_2561_round12.csv").read_text(encoding="utf-8").splitlines()
    assert set(demo) <= set(GOLDEN.read_text(encoding="utf-8").splitlines())
    assert json.loads((GOLDEN.parent / "songkhla_pao_2561_round6.json").read_text(encoding="utf-8"))


def test_an_lao_finds_itself_in_the_table_and_the_level_low_has_a_mark_of_its_own(app: Flask, client: Client) -> None:
    # given an LAO of the lowest level among others; citizens are nobody's LAO
    lao = make_lao()
    make_organisation("6650808", "องค์การบริหารส่วนตำบลอื่น")
    make_report(lao, make_project(lao), ReportStatus.IN_PROGRESS)
    enter(client, lao.account_id)
    # when
    inside = client.get(f"/reports/province?province=65&year={YEAR}&round=6").text
    public = client.get(f"/public/provinces/65?year={YEAR}&round=6").text
    # then
    assert inside.count("อปท. ของท่าน</span>") == 1
    assert 'href="#o6650807"' in inside
    assert 'id="o6650807" class="is-own"' in inside
    assert "อปท. ของท่าน" not in public
    assert "#i-low" in inside
    assert "#i-no" not in inside
