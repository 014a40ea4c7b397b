"""What stays in public of a deleted project: its name, when, by which role and why. Its texts are nowhere."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from app.access import Actor
from app.accounts.queries import actor_of
from app.citizens.figures.rules import Figure, Side
from app.citizens.open_data.snapshots import publication, take_snapshot
from app.db import transaction
from app.lao.projects.operations import delete_project, edit_project, hand_on_project
from app.lao.projects.queries import project_detail
from app.ledger.jobs import sequence_all
from app.models.enums import ReportStatus, Role
from app.nacc.administration.operations import bring_back
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from tests.citizens.open_data.test_privacy import everything
from tests.citizens.results.test_routes import words
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff
from tests.pages import enter

NAME, WHY = "โครงการที่จะลบ", "บันทึกซ้ำกับโครงการอื่น"
TEXT, AMOUNT = "ข้อความที่ต้องหายไป", "7654321"
LINK = re.compile(r'href="(/public[^"#]*)"')


def _full_of_texts(lao: Actor, admin: Actor) -> int:
    """A project with texts in every place, of now and of before, then rejected and corrected; gives its id."""
    whole = facts(NAME, target_group=TEXT, objective=TEXT, budgets={YEAR: Decimal(AMOUNT)})
    project_id = make_project(lao, replace(whole, name=TEXT))
    spent = Decimal(AMOUNT)
    make_report(lao, project_id, ReportStatus.IN_PROGRESS, note=TEXT, spent=spent, ordinance_budget=spent)
    with transaction():
        decide(admin, project_id, project_detail(lao, project_id).version, Verdict.REJECT, TEXT, NOW)
    with transaction():
        edit_project(lao, period_of(YEAR), project_id, project_detail(lao, project_id).version, whole, NOW)
    return project_id


def _delete(lao: Actor, project_id: int) -> None:
    with transaction():
        version = project_detail(lao, project_id).version
        delete_project(lao, period_of(YEAR), project_id, version, WHY, NOW)


def _public_pages(client: Client, project_id: int) -> Iterator[tuple[str, str]]:
    """(where, text) of every public page that links of public pages lead to, and of every figure on each side."""
    sides = (f"/figures/{each}?side={side}&year={YEAR}&round=6" for each in Figure for side in Side)
    waiting = deque(["/public", f"/public/projects/{project_id}", "/public/log", "/public/log/entries"])
    waiting += [f"/public/organisations/6650807{tail}" for tail in ("/deleted", "/table.csv", *sides)]
    seen = set[str]()
    while waiting:
        path = waiting.popleft()
        if path in seen or ("provinces/" in path and "/65" not in path) or len(seen) > 200:
            continue
        seen.add(path)
        answer = client.get(path, follow_redirects=True)
        if answer.status_code == 200:
            yield path, answer.data.decode(errors="replace")
            waiting += [each.replace("&amp;", "&") for each in LINK.findall(answer.data.decode(errors="replace"))]


@pytest.fixture
def lao(app: Flask) -> Actor:
    return make_lao()


@pytest.fixture
def admin(app: Flask) -> Actor:
    return actor_of(make_staff("admin", Role.ADMINISTRATOR).id)


def test_texts_of_a_deleted_project_are_on_no_public_page_in_no_file_and_no_answer(
    app: Flask, client: Client, lao: Actor, admin: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the walk finds them while the project is there
    monkeypatch.setitem(app.config, "SNAPSHOT_FOLDER", tmp_path)
    make_report(lao, make_project(lao))
    project_id = _full_of_texts(lao, admin)
    sequence_all()
    before = {where for where, text in _public_pages(client, project_id) if TEXT in text}
    assert {f"/public/projects/{project_id}", "/public/log/entries"} <= before

    # when
    _delete(lao, project_id)
    sequence_all()
    take_snapshot(tmp_path, publication(NOW))
    app.extensions["public-pages"].clear()
    told = dict([*_public_pages(client, project_id), *everything(client, tmp_path)])

    # then
    assert len(told) > 150
    assert [where for where, text in told.items() if TEXT in text] == []
    counted = {where: text for where, text in told.items() if not where.startswith("/public/log")}  # it proves amounts
    assert [where for where, text in counted.items() if AMOUNT in text.replace(",", "")] == []


def test_the_tombstone_tells_name_when_by_whom_and_why_until_it_is_brought_back(
    app: Flask, client: Client, lao: Actor, admin: Actor
) -> None:
    project_id = _full_of_texts(lao, admin)
    _delete(lao, project_id)
    for path in (f"/public/projects/{project_id}", "/public/organisations/6650807/deleted"):
        page = words(client.get(path).text)
        for said in (NAME, "2561", "องค์การบริหารส่วนตำบลดินทอง", WHY):
            assert said in page, (path, said)
    summary = client.get("/public/organisations/6650807").text
    assert "โครงการที่ถูกลบ 1 โครงการ" in summary
    figure = client.get(f"/public/organisations/6650807/figures/total?year={YEAR}&round=6&side=left-out").text
    assert "อปท. ลบโครงการแล้ว" in figure
    told = client.get(f"/api/v1/projects/{project_id}")
    assert told.status_code == 410
    assert told.get_json()["reason"] == WHY
    assert client.get("/public/projects/999999").status_code == 404
    enter(client, admin.account_id)
    assert WHY in client.get("/nacc/admin/deleted").text
    with transaction():
        bring_back(admin, project_id, NOW)
    app.extensions["public-pages"].clear()
    again = client.get(f"/public/projects/{project_id}").text
    assert TEXT in again
    assert WHY in again
    assert client.get(f"/api/v1/projects/{project_id}").status_code == 200


def test_a_project_that_a_closed_lao_leaves_to_nobody_says_so(client: Client, lao: Actor, admin: Actor) -> None:
    project_id = make_project(lao)
    with transaction():
        hand_on_project(admin, project_id, YEAR, None, "องค์การบริหารส่วนตำบลดินทอง ปิดตาม ประกาศ โครงการสิ้นสุด", NOW)
    page = words(client.get(f"/public/projects/{project_id}").text)
    assert "โดย ป.ป.ช." in page
    assert "ปิดตาม ประกาศ โครงการสิ้นสุด" in page
    assert "บุคลากร 50 คน" not in page
