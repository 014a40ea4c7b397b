"""A plan period is corrected and removed while nothing stands on it, and looked at twice before it is saved."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import Refusal
from app.ledger.replay import replayed
from app.ledger.rules import Told
from app.models import Dimension, HistoryEntry, PlanPeriod, PlanYear, Score
from app.models.enums import PlanStatus, Role, Which
from app.nacc.administration.periods.operations import change_period
from app.nacc.administration.periods.queries import highest_score
from app.nacc.administration.periods.rules import PeriodUse, in_use_problem, names_problem
from app.nacc.evaluation.operations import save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry
from app.plans.queries import period_of, periods
from tests.client import Client
from tests.factories import NOW, make_lao, make_staff
from tests.pages import check_refused, enter, fields, forms, kept, sentences

LIST = "/nacc/admin/periods"
NEW = {"first_year": "2571", "last_year": "2575", "names": "มิติใหม่\nมิติที่สอง"}


def _chief(client: Client) -> int:
    account_id = make_staff("chief", Role.ADMINISTRATOR).id
    enter(client, account_id)
    client.get(LIST)
    return account_id


def _add(client: Client) -> int:
    asked = client.send(LIST, NEW)
    assert asked.status_code == 422
    assert client.send(LIST, NEW | {"sure": fields(asked.text)["sure"][0]}).status_code == 303
    return db.session.scalars(select(PlanPeriod.id).where(PlanPeriod.first_year == 2571)).one()


def _names(period_id: int) -> list[str]:
    db.session.rollback()
    wanted = select(Dimension.name).where(Dimension.plan_period_id == period_id).order_by(Dimension.number)
    return list(db.session.scalars(wanted))


def test_names_that_say_the_same_are_refused_however_they_are_typed() -> None:
    assert "ชื่อมิติที่ 3 ซ้ำกับมิติที่ 1" in names_problem(["สุจริต", "โปร่งใส", "สุจริต"])
    assert names_problem(["ความ  สุจริต", "ความ สุจริต"]), "spaces say nothing"
    assert in_use_problem(PeriodUse(), "ลบ") == ""
    assert "โครงการ 3 รายการ" in in_use_problem(PeriodUse(projects=3), "ลบ")


def test_years_and_names_are_said_once_more_before_they_are_kept(app: Flask, client: Client) -> None:
    _chief(client)
    before = kept()
    check_refused(client, LIST, NEW | {"names": "มิติเดียวกัน\nมิติเดียวกัน"}, {"names": "ซ้ำกับมิติที่ 1"})
    asked = client.send(LIST, NEW)
    assert asked.status_code == 422
    assert "แผนของปี 2571, 2572, 2573, 2574, 2575" in asked.text
    assert "2 มิติ: 1 มิติใหม่ · 2 มิติที่สอง" in asked.text
    assert "ตรวจปีและชื่อมิติก่อน" in asked.text
    sure = {"sure": fields(asked.text)["sure"][0]}
    other = client.send(LIST, NEW | sure | {"last_year": "2576"})
    assert other.status_code == 422, "another year is asked about anew"
    assert "รวม 6 ปี" in other.text
    assert kept() == before
    client.send(LIST, NEW | sure)
    assert period_of(2575)


def test_an_unused_period_gets_other_years_and_dimensions(app: Flask, client: Client) -> None:
    # given
    _chief(client)
    period_id = _add(client)
    page = f"{LIST}/{period_id}"
    sent = {name: values[0] for name, values in fields(client.get(page).text).items()}
    assert sent["names"] == "มิติใหม่\nมิติที่สอง"

    # when
    changed = sent | {"last_year": "2574", "names": "มิติใหม่\nชื่อที่แก้แล้ว\nมิติที่สาม"}
    asked = client.send(page, changed)
    assert "3 มิติ" in asked.text, sentences(asked.text)
    assert client.send(page, changed | {"sure": fields(asked.text)["sure"][0]}).status_code == 303

    # then
    assert period_of(2575) is None
    assert _names(period_id) == ["มิติใหม่", "ชื่อที่แก้แล้ว", "มิติที่สาม"]
    fewer = changed | {"names": "มิติใหม่", "version": "2"}
    asked = client.send(page, fewer)
    assert client.send(page, fewer | {"sure": fields(asked.text)["sure"][0]}).status_code == 303
    assert _names(period_id) == ["มิติใหม่"]
    late = changed | {"once": ""}
    again = client.send(page, late | {"sure": fields(client.send(page, late).text)["sure"][0]})
    assert "แผนนี้มีการแก้ไขโดยท่านเองในหน้าต่างอื่น" in again.text
    history = client.get("/nacc/admin/history").text
    assert "ช่วงแผน" in history
    assert "ชื่อที่แก้แล้ว" in history


def test_an_unused_period_is_removed_and_leaves_every_year_list(app: Flask, client: Client) -> None:
    _chief(client)
    period_id = _add(client)
    assert "2573" in client.get("/nacc/admin/windows").text
    stale = client.send(f"{LIST}/{period_id}/remove", {"version": "9"}, follow_redirects=True)
    assert "มีการแก้ไขรายการนี้" in stale.text
    assert client.send(f"{LIST}/{period_id}/remove", {"version": "1"}).status_code == 303
    assert period_of(2573) is None
    assert _names(period_id) == []
    assert "2573" not in client.get("/nacc/admin/windows").text
    assert client.get(f"{LIST}/{period_id}").status_code == 404
    assert client.send(f"{LIST}/{period_id}/remove", {"version": "1"}).status_code == 404
    entries = db.session.scalars(
        select(HistoryEntry).where(HistoryEntry.entity == "plan period", HistoryEntry.entity_key == str(period_id))
    )
    facts = (
        Told(e.id, e.at, e.actor_role, e.action, e.entity, e.entity_key, None, e.before, e.after, e.reason)
        for e in entries
    )
    assert replayed(facts) == {}, "the public log knows that it is gone"


def test_a_period_that_is_used_keeps_its_years(app: Flask, client: Client) -> None:
    make_lao()
    chief = _chief(client)
    used = period_of(2561)
    assert used
    page = client.get(f"{LIST}/{used.id}").text
    assert "ผลแผนของ อปท. 2 รายการ" in page
    assert 'name="first_year"' not in page
    with pytest.raises(Refusal, match="ผลแผนของ"), transaction():
        change_period(actor_of(chief), used.id, 2561, 2563, ["ก"], 1, NOW)
    removed = client.send(f"{LIST}/{used.id}/remove", {"version": "1"}, follow_redirects=True)
    assert "ลบไม่ได้ เพราะมีข้อมูลของปีในแผนนี้แล้ว" in removed.text
    assert period_of(2564) == used


def test_a_dimension_is_not_renamed_to_another_ones_name(app: Flask, client: Client) -> None:
    _chief(client)
    period_id = _add(client)
    client.get(f"{LIST}/{period_id}/2")
    answer = client.send(f"{LIST}/{period_id}/2", {"name": "มิติใหม่", "max_score": "25", "version": "1"})
    assert answer.status_code == 422
    assert "ซ้ำกับมิติที่ 1" in answer.text


@pytest.mark.parametrize("which", Which)
def test_a_maximum_is_not_set_below_a_score_that_was_given(app: Flask, client: Client, which: Which) -> None:
    lao = make_lao()
    _chief(client)
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    cell = ScoreCell(which, 2)
    with transaction():
        save_scores(officer, lao.own_organisation_id, 2561, {cell: ScoreEntry(Decimal("20.50"), None)}, "", NOW)
    period = period_of(2561)
    assert period
    page = f"{LIST}/{period.id}/2"
    sent = {name: values[0] for name, values in fields(client.get(page).text).items()}
    refused = client.send(page, sent | {"max_score": "20.49"})
    assert refused.status_code == 422
    assert "20.50" in refused.text
    assert client.send(page, sent | {"max_score": "20.50"}).status_code == 303


def test_the_latest_year_stands_first_among_the_windows(app: Flask, client: Client) -> None:
    _chief(client)
    page = client.get("/nacc/admin/windows").text
    assert page.index('<th scope="row">2570') < page.index('<th scope="row">2561')
    assert "ปีนี้" in page


def test_reasons_have_an_order_and_none_stands_there_twice(app: Flask, client: Client) -> None:
    # given
    _chief(client)
    client.get("/nacc/admin/reasons")
    for text in ("เหตุผลที่หนึ่ง", "เหตุผลที่สอง"):
        client.send("/nacc/admin/reasons", {"text": text})

    # when
    check_refused(client, "/nacc/admin/reasons", {"text": "เหตุผลที่หนึ่ง"}, {"text": "มีเหตุผลนี้อยู่แล้ว"})
    page = client.get("/nacc/admin/reasons").text
    raised = next(each for each in forms(page) if "/above/" in each and each.startswith(_of(page, "เหตุผลที่สอง")))
    for _click in range(2):
        assert client.send(raised, {}).status_code == 303

    # then
    page = client.get("/nacc/admin/reasons").text
    assert page.index("<div>เหตุผลที่สอง") < page.index("<div>เหตุผลที่หนึ่ง")
    desk = client.get("/nacc/review/many?status=pending&all=1").text
    assert "เหตุผลที่สอง" not in desk or desk.index("เหตุผลที่สอง") < desk.index("เหตุผลที่หนึ่ง")
    client.send(f"{_of(page, 'เหตุผลที่สอง')}retire", {})
    again = client.get("/nacc/admin/reasons").text
    assert "ใช้อีกครั้ง" in again
    assert client.send("/nacc/admin/reasons", {"text": "เหตุผลที่สอง"}).status_code == 303
    assert "เปลี่ยนลำดับ" in client.get("/nacc/admin/history").text


def _of(html: str, text: str) -> str:
    """Where the deeds on a reason are sent."""
    retire = html[: html.index(f'<span\n  class="sr"> {text}</span></button>\n</form></li>')].rsplit('action="', 1)[1]
    return retire.split("retire")[0]


def test_the_best_score_of_a_dimension_is_the_highest_of_anybody_in_the_years_of_its_plan(app: Flask) -> None:
    # given scores of a plan's first and last year, higher ones of another dimension and of another plan
    laos = [make_lao(code).own_organisation_id for code in ("6650807", "6650808")]
    first, later = periods()[:2]
    given = [
        (laos[0], first.first_year, 1, "20.25", "3"),
        (laos[1], first.last_year, 1, "19", "4"),
        (laos[0], first.first_year, 2, "24", "24"),
        (laos[0], later.first_year, 1, "23", "23"),
    ]
    with transaction():
        for lao, year, dimension, sar, evaluation in given:
            if db.session.get(PlanYear, (lao, year)) is None:
                db.session.add(PlanYear(organisation_id=lao, fiscal_year=year, status=PlanStatus.PASSED))
                db.session.flush()
            place = {"organisation_id": lao, "fiscal_year": year, "dimension": dimension}
            db.session.add(Score(**place, sar=Decimal(sar), evaluation=Decimal(evaluation)))
    # then
    assert highest_score(first.id, 1) == Decimal("20.25")
    assert highest_score(first.id, 3) is None
    with transaction():
        db.session.get_one(Score, (laos[1], first.last_year, 1)).evaluation = Decimal("21.5")
    assert highest_score(first.id, 1) == Decimal("21.50")


def test_a_dimensions_name_has_at_most_300_letters(app: Flask, client: Client) -> None:
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    sent = {"first_year": "2575", "last_year": "2579", "version": "0"}
    longest, longer = (client.send("/nacc/admin/periods", sent | {"names": "ก" * most}) for most in (300, 301))
    assert "names" not in sentences(longest.text)
    assert sentences(longer.text)["names"] == "ชื่อมิติยาวได้ไม่เกิน 300 ตัวอักษร"


def test_what_is_wrong_with_a_changed_period_is_said_beside_its_field(app: Flask, client: Client) -> None:
    _chief(client)
    here = f"{LIST}/{_add(client)}"
    client.get(here)
    changed = NEW | {"version": "1"}
    twice = {"names": "มิติเดียวกัน\nมิติเดียวกัน"}
    check_refused(client, here, changed | twice, {"names": "ซ้ำกับมิติที่ 1"}, forgets=("version",))
    check_refused(client, here, changed | {"first_year": "2570"}, {"first_year": "2570"}, forgets=("version",))
