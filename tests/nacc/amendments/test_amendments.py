"""NACC amends a closed round: with a reason, as a next edition, and both are published."""

from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.db import db, is_sqlite, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.lao.fixed_rounds.documents import edition_in_force
from app.lao.fixed_rounds.operations import fix_due
from app.lao.fixed_rounds.rules import digest_of
from app.lao.reporting.counts import lao_summary
from app.models import HistoryEntry, PlanYear, Window
from app.models.enums import Action, CannotReason, Level, PlanStatus, ReportStatus, ReviewStatus, Role, Round
from app.nacc.administration.operations import give_more_time, set_window
from app.nacc.amendments.operations import amend_line, take_today
from app.nacc.amendments.rules import LineAmendment, amended
from app.plans.queries import everybodys_window
from tests.client import Client
from tests.factories import YEAR, make_account, make_lao, make_organisation, make_staff, review
from tests.lao.fixed_rounds.closing import close, document, editions, fix, reported
from tests.lao.fixed_rounds.test_rules import line
from tests.lao.fixed_rounds.test_story import PAGE, words
from tests.pages import enter, fields, sentences

SIX = Round.SIX
ADMIN = Actor(Role.ADMINISTRATOR, "admin")
OFFICER = Actor(Role.OFFICER, "somsri", province_codes=frozenset({"65"}))
CODE = "6650807"
DONE, WAITING = ReportStatus.DONE, ReportStatus.NOT_REPORTED
SAID = LineAmendment(DONE, None, Decimal("1000.00"), None, Decimal("900.00"))
FORM = {"status": "done", "planned": "1,000", "ordinance": "", "spent": "900", "why": "สตง. ตรวจพบ", "version": "1"}


@pytest.fixture
def closed(app: Flask) -> tuple[Actor, list[int]]:
    """An LAO whose round 6 closed with one project done and one not reported."""
    lao = make_lao()
    projects = reported(lao, DONE, WAITING)
    close()
    fix()
    return lao, projects


def amend(project: int, said: LineAmendment = SAID, edition: int = 1, code: str = CODE, who: Actor = OFFICER) -> bool:
    with transaction():
        return amend_line(who, code, YEAR, SIX, project, edition, said, "สตง. ตรวจพบ", clock.now())


def test_a_round_opened_while_it_is_amended_is_live(app: Flask, closed: tuple[Actor, list[int]]) -> None:
    """Opening waits for the amendment, and then takes its edition out of force, too."""
    if is_sqlite(db.engine):
        pytest.skip("SQLite has one writer")
    lao, (_first, second) = closed
    window = everybodys_window(YEAR, SIX)
    version = db.session.get_one(Window, (YEAR, int(SIX))).version

    def open_again() -> None:
        with app.app_context(), transaction():
            set_window(ADMIN, YEAR, SIX, window.opens_at, None, version, clock.now())

    opening = Thread(target=open_again)
    with transaction():
        amend_line(OFFICER, CODE, YEAR, SIX, second, 1, SAID, "สตง. ตรวจพบ", clock.now())
        opening.start()
        opening.join(0.5)
        assert opening.is_alive()
    opening.join()

    assert [(each.edition, each.in_force) for each in editions(lao)] == [(1, False), (2, False)]


def test_an_amendment_is_a_next_edition_and_the_one_before_stays(closed: tuple[Actor, list[int]]) -> None:
    lao, (_first, second) = closed
    assert amend(second)
    assert [(each.edition, each.in_force, each.done, each.reason) for each in editions(lao)] == [
        (1, False, 1, ""),
        (2, True, 2, "สตง. ตรวจพบ"),
    ]
    assert editions(lao)[0].closed_at == editions(lao)[1].closed_at
    summary = lao_summary(lao.own_organisation_id, "65", YEAR, SIX)
    assert (summary.counts.percent, summary.money.spent) == (Decimal("100.00"), Decimal("900.00"))
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == Action.AMEND_ROUND.value)).one()
    assert entry.reason == "สตง. ตรวจพบ"
    assert entry.after is not None
    assert entry.after["sha256"] == digest_of(document(lao))


def test_the_same_again_is_no_edition(closed: tuple[Actor, list[int]]) -> None:
    lao, (_first, second) = closed
    before = edition_in_force(lao.own_organisation_id, YEAR, SIX)
    assert before is not None
    same = next(each for each in before.lines if each.project_id == second)
    assert not amend(second, LineAmendment(same.status, None, same.planned, None, None))
    assert len(editions(lao)) == 1


def test_today_can_be_taken_for_the_whole_round(closed: tuple[Actor, list[int]]) -> None:
    lao, (_first, second) = closed
    review(second, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    with transaction():
        db.session.get_one(PlanYear, (lao.own_organisation_id, YEAR)).status = PlanStatus.FAILED
    assert lao_summary(lao.own_organisation_id, "65", YEAR, SIX).counts.total == 2
    with transaction():
        assert take_today(OFFICER, CODE, YEAR, SIX, 1, "พิจารณาช้ากว่ากำหนด", clock.now())
    summary = lao_summary(lao.own_organisation_id, "65", YEAR, SIX)
    assert (summary.counts.total, summary.level) == (1, Level.NOT_PASSED)


def test_of_two_officers_the_second_is_told(closed: tuple[Actor, list[int]]) -> None:
    _lao, (_first, second) = closed
    amend(second)
    with pytest.raises(Stale):
        amend(second, edition=1)


def test_only_a_closed_round_of_the_own_provinces_and_its_projects(closed: tuple[Actor, list[int]]) -> None:
    lao, (_first, second) = closed
    with pytest.raises(NotTheirs):
        amend(second, who=Actor(Role.OFFICER, "other", province_codes=frozenset({"90"})))
    with pytest.raises(NotTheirs):
        amend(second, who=lao)
    with pytest.raises(NotTheirs):
        amend(999_999)
    now = clock.now()
    with transaction():
        give_more_time(OFFICER, CODE, YEAR, SIX, now + timedelta(days=1), "น้ำท่วม", 0, now)
    with pytest.raises(Refusal, match="รอบนี้ยังไม่ปิด"):
        amend(second)


def test_after_it_was_opened_and_closed_again_the_editions_go_on(closed: tuple[Actor, list[int]]) -> None:
    lao, (_first, second) = closed
    amend(second)
    now = clock.now()
    with transaction():
        give_more_time(OFFICER, CODE, YEAR, SIX, now + timedelta(seconds=0.05), "น้ำท่วม", 0, now)
    assert [each.in_force for each in editions(lao)] == [False, False]
    later = now + timedelta(minutes=5)
    with transaction():
        fix_due(later, later)
    assert [(each.edition, each.in_force, each.done) for each in editions(lao)] == [
        *((1, False, 1), (2, False, 2), (3, True, 1)),
    ]


def test_a_reason_belongs_to_its_status_and_amounts_to_a_report() -> None:
    said = LineAmendment(DONE, CannotReason.NO_BUDGET, None, Decimal(1), Decimal(2))
    assert amended(line(1), said)[2:7] == (DONE, None, Decimal(1), Decimal(2), None)
    cannot = said._replace(status=ReportStatus.CANNOT)
    assert amended(line(1), cannot).cannot_reason is CannotReason.NO_BUDGET
    waiting = said._replace(status=WAITING, planned=Decimal(5))
    assert amended(line(1), waiting)[2:6] == (WAITING, Decimal(5), None, None)


# --- on screen --------------------------------------------------------------------------------------
@pytest.fixture
def officer(closed: tuple[Actor, list[int]], client: Client) -> Client:
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    return client


def test_an_officer_amends_on_screen_and_citizens_see_why(
    officer: Client, closed: tuple[Actor, list[int]], app: Flask
) -> None:
    _lao, (_first, second) = closed
    here = f"/nacc/rounds/{CODE}/{YEAR}/6"
    place = officer.get(f"/reports/places/organisations/{CODE}?year={YEAR}&round=6").text
    assert f'href="{here}"' in place
    assert f'href="{here}/{second}"' in officer.get(here).text
    page = officer.get(f"{here}/{second}").text
    assert fields(page)["planned"] == ["1,000.00"]
    answer = officer.send(f"{here}/{second}", FORM)
    assert answer.status_code == 303
    told = words(officer.get(f"/reports/places/organisations/{CODE}?year={YEAR}&round=6").text)
    assert "และแก้ไขครั้งที่ 1 เมื่อวันที่" in told
    assert "เพราะสตง. ตรวจพบ" in told
    with officer.session_transaction() as session:
        session.clear()
    app.extensions["public-pages"].clear()
    public = words(officer.get(PAGE).text)
    assert "แก้ไขครั้งที่ 1" in public
    assert "ณ ปิดรอบ" in public
    assert "2/2" in public
    assert "1/2" in public
    assert "somsri" not in public
    assert "/nacc/rounds" not in officer.get(PAGE).text


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"why": ""}, "why", "กรอกเหตุผลที่แก้ไข"),
    ({"status": "cannot"}, "cannot_reason", "เลือกเหตุผล"),
    ({"status": ""}, "status", "เลือกสถานะ"),
    ({"spent": "-5"}, "spent", "-5"),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), WRONG)
def test_what_is_wrong_is_said_beside_its_field(
    officer: Client, closed: tuple[Actor, list[int]], changes: dict[str, Any], field: str, sentence: str
) -> None:
    lao, (_first, second) = closed
    answer = officer.send(f"/nacc/rounds/{CODE}/{YEAR}/6/{second}", FORM | changes)
    assert answer.status_code == 422
    assert sentence in sentences(answer.text)[field]
    assert len(editions(lao)) == 1


def test_a_stale_page_shows_both_and_saves_when_sent_again(officer: Client, closed: tuple[Actor, list[int]]) -> None:
    lao, (first, second) = closed
    amend(first, LineAmendment(ReportStatus.IN_PROGRESS, None, None, None, None))
    here = f"/nacc/rounds/{CODE}/{YEAR}/6/{second}"
    answer = officer.send(here, FORM)
    assert answer.status_code == 422
    assert "มีการแก้ไขโดย somsri หลังจากเปิดหน้านี้" in answer.text
    again = fields(answer.text)
    assert again["version"] == ["2"]
    assert officer.send(here, FORM | {"version": "2"}).status_code == 303
    assert [each.done for each in editions(lao)] == [1, 0, 1]


def test_a_live_round_has_no_page(app: Flask, client: Client) -> None:
    make_account(make_organisation())
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    assert client.get(f"/nacc/rounds/{CODE}/{YEAR}/6").status_code == 404
    assert client.get(f"/nacc/rounds/{CODE}/{YEAR}/7").status_code == 404
    assert client.get(f"/nacc/rounds/{CODE}/{YEAR}/6/1").status_code == 404
