"""A browser that has a page is not sent it again, and whatever is kept follows every change at the next request."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock
from app.access import Actor
from app.db import db, table, transaction
from app.history.kept_lists import _words_of_row
from app.lao.projects import queries as projects
from app.lao.reporting import queries as reporting
from app.models import (
    District,
    Organisation,
    PlanPeriod,
    PlanYear,
    Project,
    ProjectYear,
    Province,
    Window,
    WindowException,
)
from app.models.enums import Kind, PlanStatus, ReportStatus, ReviewStatus, Role, Round
from app.nacc.desk.pages import _kept_numbers
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report, make_staff, review
from tests.house.test_access import address, known_routes
from tests.pages import enter

LISTS = {
    "projects.project_list": f"/projects?year={YEAR}",
    "reporting.report_list": f"/reporting?year={YEAR}&round=6",
    "reporting.all_reports": f"/reporting/all?year={YEAR}&round=6",
    "reports.province_table": f"/reports/province?year={YEAR}&round=6",
}
TOKENS = re.compile(r'(name="csrf-token" content|name="csrf_token"\s+value)="[^"]*"')
Change = Callable[[Actor, int], object]


def _set(model: type, **values: object) -> Change:
    def change(_lao: Actor, _project_id: int) -> None:
        with transaction():
            db.session.execute(update(table(model)).values(**values))

    return change


def _add(row: Callable[[Actor], object]) -> Change:
    def change(lao: Actor, _project_id: int) -> None:
        with transaction():
            db.session.add(row(lao))

    return change


LATER = clock.now() + timedelta(days=9)
CHANGES: dict[str, Change] = {
    "a project is renamed": _set(Project, name="ชื่อใหม่"),
    "another kind": _set(Project, kind=Kind.ACTIVITY),
    "another budget": _set(ProjectYear, plan_budget_satang=Decimal(7)),
    "a project more": lambda lao, _id: make_project(lao, facts("อีกหนึ่ง")),
    "rejected": lambda _lao, id_: review(id_, ReviewStatus.REJECTED, "ซ้ำ"),
    "another reason": lambda _lao, id_: review(id_, ReviewStatus.REJECTED, "ไม่ตรงแผน"),
    "taken back": lambda _lao, id_: review(id_, ReviewStatus.APPROVED),
    "reported": lambda lao, id_: make_report(lao, id_, ReportStatus.IN_PROGRESS),
    "reported anew": lambda lao, id_: make_report(lao, id_, ReportStatus.DONE, spent=Decimal(5)),
    "the other round": lambda lao, id_: make_report(lao, id_, ReportStatus.DONE, Round.TWELVE),
    "another name": _set(Organisation, name="เทศบาลเมืองใหม่", version=9),
    "another district": _set(District, name=table(District).c.name + "ใหม่"),
    "another province": _set(Province, name=table(Province).c.name + "ใหม่"),
    "a window": _add(lambda _lao: Window(fiscal_year=YEAR, round=6, opens_at=clock.now(), closes_at=LATER)),
    "more time": _add(
        lambda lao: WindowException(
            organisation_id=lao.organisation_id,
            fiscal_year=YEAR,
            round=6,
            closes_at=LATER + timedelta(days=9),
            reason="น้ำท่วม",
        )
    ),
    "the plan did not pass": _set(PlanYear, status=PlanStatus.FAILED),
    "years of a plan": _add(lambda _lao: PlanPeriod(first_year=2580, last_year=2584)),
}


@pytest.mark.parametrize("path", LISTS.values())
@pytest.mark.parametrize("htmx", [False, True])
def test_a_list_that_is_kept_follows_every_change(app: Flask, client: Client, path: str, htmx: bool) -> None:
    # given
    lao = make_lao()
    enter(client, lao.account_id)
    project_id = make_project(lao)
    make_project(lao, facts("โครงการที่สอง"))
    headers = {"HX-Request": "true"} if htmx else {}
    shown, changed = client.get(path, headers=headers), set()
    again = client.get(path, headers={**headers, "If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == shown.headers["ETag"]

    for name, change in CHANGES.items():
        # when
        change(lao, project_id)
        answer = client.get(path, headers={**headers, "If-None-Match": shown.headers["ETag"]})
        _forget_all(app)
        anew = client.get(path, headers=headers)

        # then
        told = TOKENS.sub("", (shown if answer.status_code == 304 else answer).text)
        assert told == TOKENS.sub("", anew.text), name
        if answer.status_code == 200:
            changed.add(name)
        shown = anew
    assert len(changed) > 6, f"these changed what is shown: {sorted(changed)}"


def _forget_all(app: Flask) -> None:
    app.extensions["finished-rows"].clear()
    for kept in (projects._row, reporting._report_row, _words_of_row):
        kept.cache_clear()


def test_a_page_that_said_something_once_does_not_say_it_again(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    enter(client, lao.account_id)
    make_project(lao)
    path = LISTS["projects.project_list"]
    quiet = client.get(path).headers["ETag"]
    client.get("/projects/new")
    with client.session_transaction() as session:
        session["_flashes"] = [("ok", "บันทึกแล้วเมื่อครู่")]

    # when
    told = client.get(path, headers={"If-None-Match": quiet})

    # then
    assert (told.status_code, "บันทึกแล้วเมื่อครู่" in told.text) == (200, True)
    after = client.get(path, headers={"If-None-Match": told.headers["ETag"]})
    assert (after.status_code, "บันทึกแล้วเมื่อครู่" in after.text) == (200, False)
    assert after.headers["ETag"] == quiet


@pytest.mark.parametrize("path", LISTS.values())
def test_what_is_said_twice_in_the_same_words_is_over_after_each(app: Flask, client: Client, path: str) -> None:
    """Nothing changed, twice: a page that the browser has must not leave the words to the page after it."""
    # given
    lao = make_lao()
    enter(client, lao.account_id)
    make_report(lao, make_project(lao))
    client.get("/projects/new")
    tag = ""

    for _time in range(2):
        # when
        with client.session_transaction() as session:
            session["_flashes"] = [("info", "ไม่มีอะไรเปลี่ยนเมื่อครู่")]
        told = client.get(path, headers={"If-None-Match": tag})
        tag = told.headers["ETag"]

        # then
        assert "ไม่มีอะไรเปลี่ยนเมื่อครู่" in told.text
        assert "ไม่มีอะไรเปลี่ยนเมื่อครู่" not in client.get("/home").text


@pytest.mark.parametrize("path", LISTS.values())
@pytest.mark.parametrize("htmx", [False, True])
def test_a_list_that_is_known_keeps_what_tells_page_and_part_apart(
    app: Flask, client: Client, path: str, htmx: bool
) -> None:
    """A browser takes over the headers of such an answer: else it shows the part as the page, on the way back."""
    lao = make_lao()
    enter(client, lao.account_id)
    make_project(lao)
    headers = {"HX-Request": "true"} if htmx else {}
    shown = client.get(path, headers=headers)
    again = client.get(path, headers={**headers, "If-None-Match": shown.headers["ETag"]})
    assert again.status_code == 304
    for name in ("Vary", "Cache-Control", "ETag"):
        assert again.headers[name] == shown.headers[name]


def test_what_a_tag_is_made_of_tells_itself(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object that is told by its place in memory would be another one in each process, or the same by chance."""
    told = []
    monkeypatch.setattr("app.history.kept_lists._hash", lambda words: told.append(words) or str(len(told)))
    lao = make_lao()
    enter(client, lao.account_id)
    make_report(lao, make_project(lao))
    for path in LISTS.values():
        client.get(path)
    assert len(told) == 2 * len(LISTS), "what is shown, and where it is kept"
    assert [each for each in told if " at 0x" in each] == []


@pytest.mark.parametrize(
    "number", ["app.nacc.review.queries.queue_count", "app.nacc.second_person.queries.waiting_number"]
)
def test_a_page_is_another_one_when_a_number_of_its_menu_changes(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    # given
    make_project(make_lao())
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    table = f"/reports/province?province=65&year={YEAR}&round=6"
    tag, asking = "", {"HX-Request": "true"}
    part = client.get(table, headers=asking).headers["ETag"]
    for waiting in (41, 42):
        # when
        monkeypatch.setattr(number, lambda *_asked, waiting=waiting: waiting)
        _kept_numbers().clear()
        answer = client.get(table, headers={"If-None-Match": tag})
        tag = answer.headers["ETag"]

        # then
        assert f'<span class="n">{waiting}</span>' in answer.text
    assert client.get(table, headers=asking | {"If-None-Match": part}).status_code == 304, "a part has no menu"


def test_the_page_of_one_account_is_none_of_another(app: Flask, client: Client) -> None:
    tags = []
    for code in ("6650807", "6650808"):
        enter(client, make_lao(code).account_id)
        tags.append(client.get(LISTS["projects.project_list"]).headers["ETag"])
    answer = client.get(LISTS["projects.project_list"], headers={"If-None-Match": tags[0]})
    assert answer.status_code == 200


def test_these_are_all_lists_that_browsers_keep(app: Flask, client: Client) -> None:
    # given
    lao = make_lao()
    project_id = make_project(lao)
    found = set()
    for account_id in (lao.account_id, make_staff("chief", "administrator").id):  # type: ignore[arg-type]
        actor = enter(client, account_id)

        # when
        for _name, method, rule in known_routes(app):
            access = getattr(app.view_functions[rule.endpoint], "access", ())
            if method == "GET" and any(each != "public" and actor.may(each) for each in access):
                answer = client.get(address(app, rule, project_id))
                if "ETag" in answer.headers:
                    found.add(rule.endpoint)

    # then
    assert found == set(LISTS)
