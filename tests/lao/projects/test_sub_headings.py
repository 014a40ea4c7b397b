"""The sub-heading a project stands under: typed, kept, corrected and told, and nowhere seen where a plan has none."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app.access import Actor
from app.db import transaction
from app.errors import Refusal
from app.lao.papers.queries import executive, planned_projects
from app.lao.papers.rules import plan_paper
from app.lao.projects.operations import edit_project
from app.lao.projects.queries import project_detail
from app.lao.projects.rules import sub_heading_refusal
from app.models.enums import ReviewStatus, Role
from app.plans.queries import period_of
from app.typeset.content import RowKind
from tests.client import Client
from tests.factories import (
    NOW,
    YEAR,
    all_projects,
    facts,
    make_lao,
    make_project,
    make_staff,
    make_sub_headings,
    project_form,
    review,
)
from tests.lao.projects.test_workbooks import rows_of
from tests.pages import check_refused, enter, fields, kept

NEW = "/projects/new?year=2561"
LIST = ("sub_heading",)  # no input: it stands in the page as the option that is selected
LISTED = ("1.1 การสร้างจิตสำนึก", "1.1.2 เยาวชน", "1.1.10 ผู้สูงอายุ", "2.1 บริการโปร่งใส")


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    actor = make_lao()
    enter(client, actor.account_id)
    client.get("/profile")  # a page with a token
    return actor


def _last(lao: Actor) -> str | None:
    project_id = all_projects(lao.own_organisation_id)[-1].id
    return project_detail(lao, project_id).facts.sub_heading


def _opened(client: Client, path: str) -> dict[str, Any]:
    """What a browser sends from the page of a project, the pick list too."""
    html = client.get(path).text
    chosen = re.search(r'<option value="([\d.]+)" selected', html)
    return fields(html) | {"sub_heading": chosen[1] if chosen else ""}


def test_a_plan_without_sub_headings_says_nothing_of_them(client: Client, lao: Actor) -> None:
    project_id = make_project(lao)
    make_sub_headings("1.1 ของแผนหน้า", year=2566)
    pages = (NEW, f"/projects/{project_id}", f"{NEW}&after={project_id}", f"/public/projects/{project_id}", "/projects")
    for page in pages:
        assert "หัวข้อย่อย" not in client.get(page).text, page
    assert "หัวข้อย่อย" not in rows_of(client.get("/projects/table.xlsx?year=2561").data)[0]
    assert client.send(NEW, project_form({"dimension": "1", "sub_heading": "1.1"})).status_code == 302
    assert _last(lao) is None


def test_it_is_chosen_below_its_dimension_and_stays_for_the_next_project(client: Client, lao: Actor) -> None:
    make_sub_headings(*LISTED)
    page = client.get(NEW).text
    below = page[page.index('name="sub_heading"') :]
    order = ["มิติที่ 1", "1.1 การสร้างจิตสำนึก", "1.1.2 เยาวชน", "1.1.10 ผู้สูงอายุ", "มิติที่ 2", "2.1 บริการโปร่งใส"]
    assert [below.index(words) for words in order] == sorted(below.index(words) for words in order)
    done = client.send(NEW, project_form({"dimension": "1", "sub_heading": "1.1.2", "then": "next"}))
    assert _last(lao) == "1.1.2"
    following = client.get(done.location).text
    assert "มิติที่ 1 หัวข้อย่อย 1.1.2" in following
    assert '<option value="1.1.2" selected>' in following
    assert client.send(NEW, project_form({"name": "ไม่ระบุ", "sub_heading": ""})).status_code == 302
    assert _last(lao) is None


def test_one_of_another_dimension_or_one_that_is_gone_is_asked_about(client: Client, lao: Actor) -> None:
    assert sub_heading_refusal(2, None) == sub_heading_refusal(2, "2.10.1") == ""
    make_sub_headings(*LISTED)
    told = {"sub_heading": "หัวข้อย่อย 1.1.2 ไม่อยู่ในมิติที่ 2"}
    check_refused(client, NEW, project_form({"dimension": "2", "sub_heading": "1.1.2"}), told, forgets=LIST)
    gone = project_form({"dimension": "1", "sub_heading": "1.9"})
    check_refused(client, NEW, gone, {"sub_heading": "ไม่มีในแผนแล้ว"}, forgets=LIST)
    project_id, period = make_project(lao), period_of(YEAR)
    assert period
    for number, words in (("1.9", "ไม่มีหัวข้อย่อย 1.9 แล้ว"), ("2.1", "ไม่อยู่ในมิติที่ 1")):
        with pytest.raises(Refusal, match=words), transaction():
            edit_project(lao, period, project_id, 1, facts(sub_heading=number), NOW)


def test_another_one_leaves_an_approval_as_it_is_and_another_dimension_asks(client: Client, lao: Actor) -> None:
    # given
    make_sub_headings(*LISTED)
    project_id = make_project(lao, facts(sub_heading="1.1"))
    review(project_id, ReviewStatus.APPROVED)
    path = f"/projects/{project_id}"

    # when
    sent = _opened(client, path) | {"sub_heading": "1.1.10"}
    assert client.send(path, sent).status_code == 302

    # then
    detail = project_detail(lao, project_id)
    assert (detail.facts.sub_heading, detail.review_status) == ("1.1.10", ReviewStatus.APPROVED)
    assert "หัวข้อย่อย" in (history := client.get(f"/public/projects/{project_id}").text)
    assert "1.1 → 1.1.10" in history
    assert "1.1.10 ผู้สูงอายุ" in history
    moved = _opened(client, path) | {"dimension": "2"}
    before = kept()
    assert "ไม่อยู่ในมิติที่ 2" in client.send(path, moved).text
    assert kept() == before
    assert client.send(path, moved | {"sub_heading": "2.1"}).status_code == 302
    assert project_detail(lao, project_id).facts == facts(dimension=2, sub_heading="2.1")


def test_two_windows_on_it_choose_side_by_side(client: Client, lao: Actor) -> None:
    make_sub_headings(*LISTED)
    project_id = make_project(lao, facts(sub_heading="1.1"))
    path = f"/projects/{project_id}"
    early, late = _opened(client, path), _opened(client, path)
    client.send(path, early | {"sub_heading": "1.1.2"})
    conflict = client.send(path, late | {"sub_heading": "1.1.10"})
    assert conflict.status_code == 422
    assert 'name="side-sub_heading"' in conflict.text
    other = client.send(path, late | {"objective": "แก้ที่หน้าต่างนี้"})
    assert '<option value="1.1.2" selected>' in other.text, "what this window left alone is the newer one"


def test_officers_citizens_and_files_are_told(client: Client, lao: Actor) -> None:
    make_sub_headings(*LISTED)
    project_id = make_project(lao, facts(sub_heading="1.1.2"))
    make_project(lao, facts("ไม่ระบุ"))
    rows = rows_of(client.get("/projects/table.xlsx?year=2561").data)
    assert [row["หัวข้อย่อย"] for row in rows[:2]] == ["1.1.2", ""]
    told = client.get("/api/v1/projects?organisation=6650807").get_json()["data"]
    assert [row["sub_heading"] for row in told] == ["1.1.2", None]
    enter(client, make_staff("officer", Role.OFFICER, "65").id)
    assert "› 1.1.2 เยาวชน" in client.get(f"/nacc/review/{project_id}").text


def test_the_plan_on_paper_is_in_the_order_of_its_sub_headings(app: Flask) -> None:
    # given
    lao, period = make_lao(), period_of(YEAR)
    make_sub_headings(*LISTED)
    for name, below in (("ก", "1.1.10"), ("ข", "1.1"), ("ค", None), ("ง", "1.1.2"), ("จ", "1.1.10")):
        make_project(lao, facts(name, sub_heading=below, budgets={YEAR: Decimal(5)}), now=NOW + timedelta(1))
    make_project(lao, facts("ฉ", dimension=2))
    period = period_of(YEAR)
    assert period

    # when
    paper = plan_paper("อบต.", period, planned_projects(lao, period), executive(lao), "", NOW)

    # then
    told = [row.cells[:3] for row in paper.tables[0].rows if row.kind is not RowKind.SUM][:9]
    assert [each[0] if len(each) == 1 else each[2] for each in told] == [
        f"มิติที่ 1 {period.dimensions[1]}",
        *("ค", "1.1 การสร้างจิตสำนึก", "ข", "1.1.2 เยาวชน", "ง", "1.1.10 ผู้สูงอายุ", "ก", "จ"),
    ]
    assert [each[0] for each in told if len(each) > 1] == ["1", "2", "3", "4", "5"]
    none = replace(period, sub_headings={})
    plain = [each._replace(sub_heading=None) for each in planned_projects(lao, period)]
    bands = [
        row.cells[0]
        for row in plan_paper("อบต.", none, plain, executive(lao), "", NOW).tables[0].rows
        if row.kind is RowKind.BAND
    ]
    assert bands == [f"มิติที่ {number} {name}" for number, name in period.dimensions.items()]
