"""From last period's plan into this one: counted before, recorded after, and taken back."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.projects.operations import edit_project
from app.lao.projects.queries import project_detail
from app.lao.reporting.operations import save_report
from app.lao.reporting.rules import ReportFacts
from app.models import Dimension, PlanPeriod, Project, Window
from app.models.enums import ReportStatus, ReviewStatus, Round
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, all_projects, facts, make_lao, make_project, review
from tests.pages import enter, fields

PAGE = "/projects/copy?from=2561"


@pytest.fixture
def lao(app: Flask, client: Client) -> Actor:
    """An LAO with a plan of three projects, one of them rejected, and the first year of the next plan open."""
    actor = make_lao(passed=(2561, 2562, 2566))
    make_project(actor, facts("โครงการหนึ่ง", further_dimensions=(2,), budgets={2561: Decimal(100), 2562: Decimal(7)}))
    make_project(actor, facts("โครงการสอง", dimension=3, budgets={2562: None}))
    review(make_project(actor, facts("โครงการที่ถูกปฏิเสธ")), ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    enter(client, actor.account_id)
    return actor


def _typed(html: str) -> dict[str, Any]:
    """What a browser sends from the page, its choices of years too."""
    years = re.findall(r'<select\s+[^>]*id="(from_\d+)".*?<option value="(\d+)" selected', html, re.DOTALL)
    return fields(html) | dict(years)


def _copied(lao: Actor) -> list[Project]:
    """Those of the new plan; of the last one there are three."""
    return all_projects(lao.own_organisation_id)[3:]


def test_a_plan_is_taken_over_in_two_steps_and_can_be_taken_back(client: Client, lao: Actor) -> None:
    page = client.get(PAGE).text
    typed = _typed(page)
    assert typed["ids"] == ["1", "2"]  # the rejected one is not ticked
    assert typed["from_2566"] == "2561"
    assert "ปี 2567: ยังไม่ส่งแผน จึงยังคัดลอกเข้าไม่ได้" in page
    # when the button is pressed first, the count is said and nothing saved
    asked = client.send("/projects/copy?from=2561&to=2566", typed)
    assert asked.status_code == 422
    assert "จะบันทึก 1 โครงการในแผน 2566 - 2570: ปี 2566 1 โครงการ 100.00 บาท อีก 1 โครงการ" in asked.text
    assert _copied(lao) == []
    # another choice is counted anew
    other = client.send("/projects/copy?from=2561&to=2566", _typed(asked.text) | {"from_2566": "2562"})
    assert "จะบันทึก 2 โครงการในแผน 2566 - 2570: ปี 2566 2 โครงการ 7.00 บาท" in other.text
    assert _copied(lao) == []
    # then it is done
    done = client.send("/projects/copy?from=2561&to=2566", _typed(other.text))
    assert done.status_code == 303
    told = [project_detail(lao, each.id).facts for each in _copied(lao)]
    assert told == [
        facts("โครงการหนึ่ง", further_dimensions=(2,), budgets={2566: Decimal(7)}),
        facts("โครงการสอง", dimension=3, budgets={2566: None}),
    ]
    # and copied once more nothing is ticked, for the plan has these names
    after = client.get(done.location).text
    assert "คัดลอกแล้ว 2 โครงการ" in after
    assert after.count("<span>มีชื่อนี้ในแผน 2566 - 2570 แล้ว") == 2
    assert "ids" not in fields(after)
    # taking back leaves what was touched since
    with transaction():
        edit_project(lao, period_of(2566), _copied(lao)[0].id, 1, facts("แก้แล้ว", budgets={2566: Decimal(8)}), NOW)
    at = fields(after)["at"]
    assert client.send("/projects/copy/undo?from=2561&to=2566", {"at": at}).status_code == 303
    assert [each.name for each in _copied(lao) if each.deleted_at is None] == ["แก้แล้ว"]
    assert "เลิกทำแล้ว 1 โครงการ" in client.get(PAGE).text
    assert client.send("/projects/copy/undo?from=2561&to=2566", {"at": "x"}).status_code == 404


def test_taking_back_leaves_what_was_reported_since_and_what_another_lao_recorded_then(
    client: Client, lao: Actor
) -> None:
    at, other = NOW + timedelta(hours=1), make_lao("2900101", province="90", district="9001", passed=(2566,))
    copied = [make_project(lao, facts(f"โครงการ {name}", budgets={2566: None}), now=at) for name in "กข"]
    make_project(other, facts(budgets={2566: None}), now=at)
    with transaction():
        save_report(lao, copied[0], 2566, Round.SIX, 1, ReportFacts(status=ReportStatus.DONE), clock.now())
    enter(client, lao.account_id)
    assert client.send("/projects/copy/undo?from=2561&to=2566", {"at": at.isoformat()}).status_code == 303
    gone = select(Project.id).where(Project.deleted_at.is_not(None))
    assert db.session.scalars(gone).all() == [copied[1]]


def test_what_cannot_be_copied_is_said(client: Client, lao: Actor) -> None:
    typed = _typed(client.get(PAGE).text)
    for wrong, sentence in (
        ({"ids": []}, "เลือกโครงการอย่างน้อย 1 โครงการ"),
        ({"ids": ["1", "99"]}, "มีตัวเลือกที่ไม่มีในหน้านี้"),
        ({"from_2566": "2599"}, "เลือกปีจากรายการ"),
        ({"from_2566": "0"}, "ไม่ได้ดำเนินการในปีต้นทางเลย"),
        ({"from_2566": "2564"}, "ไม่ได้ดำเนินการในปีต้นทางเลย"),
    ):
        answer = client.send("/projects/copy?from=2561&to=2566", typed | wrong)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert _copied(lao) == []


def test_no_way_leads_around_the_gates(client: Client, lao: Actor) -> None:
    for to, said in (
        ("from=2566&to=2561", "แผน 2566 - 2570 ไม่มีโครงการให้คัดลอก"),
        ("from=2561&to=2561", "แผน 2561 - 2564"),
        ("to=2561", "ไม่มีแผนช่วงก่อนแผน 2561 - 2564 ให้คัดลอก"),
        ("from=x&to=99999999999", "คัดลอกจากแผนช่วงก่อน"),
    ):
        assert said in client.get(f"/projects/copy?{to}").text, to
    typed = _typed(client.get(PAGE).text)
    asked = _typed(client.send("/projects/copy?from=2561&to=2566", typed).text)
    with transaction():
        for round_ in Round:
            db.session.add(Window(fiscal_year=2566, round=int(round_), opens_at=NOW, closes_at=NOW + timedelta(days=1)))
    refused = client.send("/projects/copy?from=2561&to=2566", asked)
    assert refused.status_code == 422
    assert "ปิด" in refused.text
    assert _copied(lao) == []


def test_a_renamed_dimension_is_said(client: Client, lao: Actor) -> None:
    with transaction():
        period = db.session.query(PlanPeriod).filter_by(first_year=2566).one()
        dimension = db.session.query(Dimension).filter_by(plan_period_id=period.id, number=1).one()
        dimension.name = "ชื่อใหม่ของมิติ"
    page = client.get(PAGE).text
    assert "มิติที่ 1: “การสร้างสังคมที่ไม่ทนต่อการทุจริต” → “ชื่อใหม่ของมิติ”" in page


def test_going_back_and_copying_again_doubles_nothing(client: Client, lao: Actor) -> None:
    to = "/projects/copy?from=2561&to=2566"
    asked = client.send(to, _typed(client.get(PAGE).text) | {"from_2566": "2562"})
    done = client.send(to, _typed(asked.text))
    assert client.send(to, _typed(asked.text)).location == done.location  # from there it can be taken back
    fewer = client.send(to, _typed(asked.text) | {"ids": ["2"]})
    assert client.send(to, _typed(fewer.text) | {"ids": ["2"]}).status_code == 303
    assert [each.name for each in _copied(lao)] == ["โครงการหนึ่ง", "โครงการสอง"]
