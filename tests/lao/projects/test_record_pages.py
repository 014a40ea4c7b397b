"""What the record form begins with: kept from the last project, copied from another, the same budget in every year."""

from decimal import Decimal

import pytest
from flask import Flask

from app.access import Actor
from app.db import db, transaction
from app.lao.projects.queries import project_detail
from app.models import PlanYear
from app.models.enums import PlanStatus
from tests.client import Client
from tests.factories import all_projects, facts, make_lao, make_project, project_form
from tests.pages import check_refused, enter, fields

NEW = "/projects/new?year=2561"
BOTH = {"years": ["2561", "2562"], "same_budget": "y"}


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    client.get("/profile")  # a page with a token
    return actor


def _last(lao: Actor) -> object:
    return project_detail(lao, all_projects(lao.own_organisation_id)[-1].id).facts.budgets


@pytest.mark.parametrize(
    ("typed", "budget"),
    [
        ({"budget_2561": "9"}, Decimal(9)),
        ({"budget_2561": "9", "budget_2562": "สองแสน"}, Decimal(9)),  # hidden behind the tick
        ({"budget_2561": "-", "budget_2562": "8"}, None),
        ({"budget_2561": "", "no_budget_2561": "y"}, None),
    ],
)
def test_the_server_fills_the_same_budget_into_every_chosen_year(
    client: Client, lao: Actor, typed: dict[str, str], budget: Decimal | None
) -> None:
    assert client.send(NEW, project_form(BOTH | typed)).status_code == 302
    assert _last(lao) == {2561: budget, 2562: budget}


def test_the_first_chosen_year_is_the_one_that_is_asked(client: Client, lao: Actor) -> None:
    sentence = {"budget_2561": "กรอกงบประมาณปี 2561"}
    check_refused(client, NEW, project_form(BOTH | {"budget_2561": "", "budget_2562": "5"}), sentence)
    check_refused(client, NEW, project_form(BOTH | {"years": []}), {"years": "เลือกปีงบประมาณ"})


def test_a_project_is_copied_into_a_further_year_by_its_tick(client: Client, lao: Actor) -> None:
    project_id = make_project(lao, facts(budgets={2561: Decimal("12.50")}))
    path = f"/projects/{project_id}"
    again = fields(client.get(path).text)
    assert "same_budget" not in again
    assert client.send(path, again | BOTH).status_code == 302
    assert _last(lao) == {2561: Decimal("12.50"), 2562: Decimal("12.50")}
    # And from then on both change together, until the tick is taken away
    again = fields(client.get(path).text)
    assert again["same_budget"] == ["y"]
    assert client.send(path, again | {"budget_2561": "3"}).status_code == 302
    assert _last(lao) == {2561: Decimal(3), 2562: Decimal(3)}
    again = fields(client.get(path).text)
    del again["same_budget"]
    assert client.send(path, again | {"budget_2562": "4"}).status_code == 302
    assert _last(lao) == {2561: Decimal(3), 2562: Decimal(4)}


def test_what_usually_stays_is_kept_and_words_and_budgets_are_not(client: Client, lao: Actor) -> None:
    page = client.send(NEW, project_form(BOTH | {"then": "next"}), follow_redirects=True).text
    kept = fields(page)
    assert (kept["kind"], kept["quarters"], kept["dimension"]) == (["project"], ["1", "2"], ["2"])
    assert (kept["years"], kept["same_budget"]) == (["2561", "2562"], ["y"])
    assert "further_dimensions" not in kept
    for empty in ("name", "target_group", "objective", "budget_2561", "budget_2562"):
        assert kept[empty] == [""], empty
    assert "คงไว้จากรายการก่อน: โครงการ · ไตรมาส 1, 2 · มิติที่ 2 · ปี 2561, 2562 งบประมาณเท่ากันทุกปี" in page
    assert 'href="/projects/new?year=2561" data-unkeep' in page


def test_a_project_is_copied_with_its_budgets_and_another_name_makes_it_a_new_one(client: Client, lao: Actor) -> None:
    original = make_project(lao, facts(further_dimensions=(3,), budgets={2561: Decimal(7), 2562: None}))
    page = client.get(f"/projects/new?copy={original}").text
    copied = fields(page)
    assert "คัดลอกจาก" in page
    assert "มีชื่อนี้อยู่แล้ว" in page  # below the name, which is to be changed
    assert client.send(NEW, copied | {"name": "โครงการที่คัดลอก"}).status_code == 302
    first, second = all_projects(lao.own_organisation_id)
    told = project_detail(lao, first.id).facts.as_dict()
    assert project_detail(lao, second.id).facts.as_dict() == told | {"name": "โครงการที่คัดลอก"}
    assert client.get(f"/projects/new?copy={original + 999}").status_code == 404


def test_of_a_project_of_closed_years_the_words_are_copied_into_the_running_plan(client: Client, lao: Actor) -> None:
    original = make_project(lao, facts(budgets={2561: Decimal(7)}))
    with transaction():
        db.session.query(PlanYear).delete()
        db.session.add(PlanYear(organisation_id=lao.own_organisation_id, fiscal_year=2566, status=PlanStatus.PASSED))
    page = client.get(f"/projects/new?copy={original}").text
    assert "ไม่ได้คัดลอกปี 2561 เพราะปิดอยู่หรือไม่อยู่ในแผน 2566 - 2570" in page
    assert 'action="/projects/new?year=2566"' in page
    copied = fields(page) | {"years": ["2566"], "budget_2566": "7"}
    assert client.send("/projects/new?year=2566", copied).status_code == 302
    assert _last(lao) == {2566: Decimal(7)}


def test_only_the_lao_itself_is_told_of_names_like_the_one_that_is_typed(client: Client, lao: Actor) -> None:
    project_id = make_project(lao, facts("โครงการอบรมคุณธรรม"))
    asked = "/projects/alike?year=2562&name=โครงการอบรม คุณธรรม"
    assert f'href="/projects/{project_id}"' in client.get(asked).text
    assert "รายการที่ 1 ของปี 2561" in client.get(asked).text
    for nobody in (f"{asked}&but={project_id}", asked.replace("2562", "2566"), asked.replace("2562", "x")):
        assert client.get(nobody).text.strip() == ""
    enter(client, make_lao("6650808").account_id)
    assert client.get(asked).text.strip() == ""
    client.delete_cookie("eplannacc")
    assert client.get(asked).text.strip() == ""
