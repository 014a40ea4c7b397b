"""Merging and splitting: who goes on for whom, by which paper, and what becomes of the projects."""

from datetime import datetime
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.projects.operations import delete_project
from app.lao.reporting.counts import organisation_counts
from app.models import Account, HistoryEntry, Organisation, PlanYear, Project, Succession
from app.models.enums import PlanStatus, ReviewStatus, Role, Round
from app.nacc.registry_upkeep.rules import first_year_after
from app.plans.queries import period_of
from app.registry.finding.queries import find_laos
from app.registry.past import kin_of
from app.registry.queries import find_by_code
from tests.client import Client
from tests.factories import (
    NOW,
    PASSWORD,
    YEAR,
    facts,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_staff,
    review,
)
from tests.lao.fixed_rounds.closing import close

OLD, NEW = "6650807", "6650899"
PAGE = f"/nacc/admin/registry/{OLD}/succession"
FORM = {
    "kind": "merge",
    "successors": NEW,
    "projects": "along",
    "document": "ประกาศ มท. 7/2561",
    "document_date": "15/8/2561",
    "since": "1/10/2561",
}


def day(year: int, month: int, day_: int) -> datetime:
    return datetime(year, month, day_, tzinfo=clock.BANGKOK)


@pytest.fixture
def merged(app: Flask, client: Client) -> tuple[int, int]:
    """An LAO with projects of this year, of both years and of the next one, and the one that takes it in."""
    lao = make_lao(OLD)
    other = make_organisation(NEW, "เทศบาลตำบลรวมใจ", passed=(YEAR, YEAR + 1))
    budgets = {YEAR: Decimal(100), YEAR + 1: Decimal(200)}
    make_report(lao, make_project(lao, facts("ปีเดียว", budgets={YEAR: Decimal(5)})))
    make_report(lao, make_project(lao, facts("สองปี", budgets=budgets)))
    review(make_project(lao, facts("ปีหน้า", budgets={YEAR + 1: None})), ReviewStatus.APPROVED)
    gone = make_project(lao, facts("ลบแล้ว", budgets={YEAR + 1: None}))
    with transaction():
        delete_project(lao, period_of(YEAR), gone, 1, "บันทึกซ้ำ", NOW)  # type: ignore[arg-type]
    make_staff("admin", Role.ADMINISTRATOR)
    client.sign_in("admin", PASSWORD)
    client.get(PAGE)
    return lao.own_organisation_id, other.id


def totals(year: int, round_: Round = Round.TWELVE) -> dict[int, int]:
    return {id_: counts.total for id_, counts in organisation_counts("65", year, round_).items()}


def names(organisation_id: int) -> list[tuple[str, bool]]:
    rows = select(Project.name, Project.deleted_at.is_not(None)).where(Project.organisation_id == organisation_id)
    return [(name, bool(gone)) for name, gone in db.session.execute(rows.order_by(Project.id))]


def test_a_merged_lao_leads_to_its_successor_and_back(merged: tuple[int, int], client: Client) -> None:
    assert client.send(PAGE, FORM).status_code == 303

    old, new = merged
    assert db.session.get_one(Organisation, old, populate_existing=True).closed_at == day(2018, 10, 1)
    ((kin,), (back,)) = kin_of(old), kin_of(new)
    assert (kin.code, kin.later, kin.document) == (NEW, True, "ประกาศ มท. 7/2561")
    assert (back.code, back.later) == (OLD, False)
    assert [lao.code for lao in find_laos("ดินทอง").fitting] == [NEW]
    for code, word in ((OLD, "รับช่วงโดย"), (NEW, "รับช่วงจาก")):
        page = client.get(f"/nacc/admin/registry/{code}").text
        assert word in page
        assert "ประกาศ มท. 7/2561 ลงวันที่ 15 สิงหาคม 2561" in page


def test_years_it_began_stay_as_reported_and_later_ones_go_along(merged: tuple[int, int], client: Client) -> None:
    old, new = merged
    before = organisation_counts("65", YEAR, Round.SIX)

    client.send(PAGE, FORM)

    assert organisation_counts("65", YEAR, Round.SIX) == before
    assert totals(YEAR) == {old: 2}
    assert totals(YEAR + 1) == {new: 2}
    assert names(old) == [("ปีเดียว", False), ("สองปี", False), ("ปีหน้า", True), ("ลบแล้ว", True)]
    assert names(new) == [("สองปี", False), ("ปีหน้า", False)]
    kept = db.session.scalars(select(Project.review_status).where(Project.organisation_id == new).order_by(Project.id))
    assert list(kept) == [ReviewStatus.PENDING, ReviewStatus.APPROVED]


@pytest.mark.parametrize("go", ["along", "end"])
def test_a_year_that_closed_before_the_paper_came_stays_as_it_was_reported(
    merged: tuple[int, int], client: Client, go: str
) -> None:
    # Given a merger from the beginning of a year whose rounds have both closed since
    close(Round.SIX, YEAR + 1)
    close(Round.TWELVE, YEAR + 1)
    before = totals(YEAR + 1)

    # When it is written down
    answer = client.send(PAGE, FORM | {"projects": go})

    # Then that year stays the closed LAO's: nobody could report it any more
    assert answer.status_code == 303
    assert before == {merged[0]: 2}
    assert {id_: number for id_, number in totals(YEAR + 1).items() if number} == before
    assert (names(merged[0])[1:3], names(merged[1])) == ([("สองปี", False), ("ปีหน้า", False)], [])


def test_who_did_not_exist_yet_takes_no_projects_and_nobody_ends_before_it_began(
    merged: tuple[int, int], client: Client
) -> None:
    # Given a successor that was founded a year after the paper's day
    with transaction():
        db.session.get_one(Organisation, merged[1]).founded_at = day(2019, 10, 1)
    # When the paper is written down: the projects of a year would go to an LAO that year does not show
    answer = client.send(PAGE, FORM)
    # Then it is refused, with the day, and what was typed is kept
    assert answer.status_code == 422
    assert "เทศบาลตำบลรวมใจ ตั้งขึ้นวันที่ 1 ตุลาคม 2562 หลังวันที่มีผล" in answer.text
    assert FORM["document"] in answer.text
    assert totals(YEAR + 1) == {merged[0]: 2}

    # And when it is closed as of a day before it was founded, or merged
    closing = client.send(f"/nacc/admin/registry/{NEW}/close", {"why": "ยุบ", "since": "1/10/2561"})
    merging = client.send(f"/nacc/admin/registry/{NEW}/succession", FORM | {"successors": OLD})
    # Then that is refused too
    for answer in (closing, merging):
        assert answer.status_code == 422
        assert "อปท. นี้ตั้งขึ้นวันที่ 1 ตุลาคม 2562 จะปิดก่อนวันนั้นไม่ได้" in answer.text
    assert db.session.get_one(Organisation, merged[1]).closed_at is None


def test_a_new_lao_that_begins_the_day_the_old_one_ends_takes_its_projects(
    merged: tuple[int, int], client: Client
) -> None:
    with transaction():
        db.session.get_one(Organisation, merged[1]).founded_at = day(2018, 10, 1)
    assert client.send(PAGE, FORM).status_code == 303
    assert totals(YEAR + 1) == {merged[1]: 2}


def test_projects_can_end_with_the_lao(merged: tuple[int, int], client: Client) -> None:
    client.send(PAGE, FORM | {"projects": "end"})

    assert (totals(YEAR), totals(YEAR + 1)) == ({merged[0]: 2}, {})
    assert names(merged[1]) == []


def test_a_part_split_off_closes_nobody(merged: tuple[int, int], client: Client) -> None:
    client.send(PAGE, FORM | {"kind": "split"})

    old, new = merged
    assert db.session.get_one(Organisation, old).closed_at is None
    assert totals(YEAR + 1) == {old: 2}
    assert [kin.code for kin in kin_of(new)] == [OLD]


def test_both_laos_and_each_project_have_it_in_their_history(merged: tuple[int, int], client: Client) -> None:
    client.send(PAGE, FORM)

    entries = select(HistoryEntry.action, HistoryEntry.organisation_id).where(
        HistoryEntry.reason.contains(FORM["document"])
    )
    told = sorted(tuple(row) for row in db.session.execute(entries))
    old, new = merged
    assert told == sorted(
        [("succeed", old), ("succeed", new), ("close", old)] + [("hand on", old)] * 2 + [("record", new)] * 2
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"successors": "1234567"}, "ไม่พบ อปท. รหัส 1234567"),
        ({"successors": OLD}, f"รหัส {OLD} คือ อปท. นี้เอง"),
        ({"successors": ""}, "กรอกรหัส 7 หลักของ อปท. ที่รับช่วง"),
        ({"document": ""}, "กรอกเลขที่ประกาศ"),
        ({"document_date": "เมื่อวาน"}, "กรอกประกาศลงวันที่เป็น วัน/เดือน/ปี"),
        ({"since": "1/10/2699"}, "วันที่มีผลยังมาไม่ถึง"),
        ({"kind": ""}, "เลือกเหตุการณ์"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    merged: tuple[int, int], client: Client, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.send(PAGE, FORM | wrong)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalars(select(Succession)).all() == []
    assert find_by_code(OLD)


def test_the_first_year_an_lao_does_not_begin() -> None:
    assert first_year_after(day(2018, 10, 1)) == 2562
    assert first_year_after(day(2018, 10, 2)) == 2563
    assert first_year_after(day(2018, 9, 30)) == 2562


def test_a_reason_that_is_missing_keeps_the_day_that_was_typed(merged: tuple[int, int], client: Client) -> None:
    client.get(f"/nacc/admin/registry/{OLD}")
    answer = client.send(f"/nacc/admin/registry/{OLD}/close", {"why": "", "since": "1/10/2561"})

    assert answer.status_code == 422
    assert 'value="1/10/2561"' in answer.text
    assert "กรอกเหตุผล" in answer.text


def test_everybody_is_led_on(merged: tuple[int, int], client: Client) -> None:
    client.send(PAGE, FORM)
    client.post("/logout")

    found = client.get("/codes?q=ดินทอง").text
    assert "เทศบาลตำบลรวมใจ" in found
    assert f"เดิม องค์การบริหารส่วนตำบลดินทอง ({OLD})" in found
    old = client.get(f"/public/organisations/{OLD}?year={YEAR}&round=6").text
    assert f'รับช่วงโดย <a href="/public/organisations/{NEW}">เทศบาลตำบลรวมใจ</a>' in old
    gone = client.get(f"/api/v1/organisations/{OLD}").get_json()["data"]
    assert (gone["closed"], gone["closed_at"], gone["successor_codes"]) == (True, "2018-09-30T17:00:00Z", [NEW])
    file = client.get("/codes/table.csv?q=ดินทอง").data.decode("utf-8-sig")
    assert f"องค์การบริหารส่วนตำบลดินทอง ({OLD})" in file
    new = client.get(f"/public/organisations/{NEW}?year={YEAR}&round=6").text
    assert f'รับช่วงจาก <a href="/public/organisations/{OLD}">' in new


def test_a_closed_lao_is_not_merged_again_and_nobody_goes_on_for_its_own_successor(
    merged: tuple[int, int], client: Client
) -> None:
    client.send(PAGE, FORM)
    assert "อปท. นี้ปิดแล้ว" in client.send(PAGE, FORM | {"kind": "split"}).text
    client.send(f"/nacc/admin/registry/{OLD}/open", {"why": "เปิดอีกครั้ง"})
    back = client.send(f"/nacc/admin/registry/{NEW}/succession", FORM | {"successors": OLD})
    assert "บันทึกไว้แล้วว่า อปท. นี้รับช่วงจาก" in back.text


def test_a_project_of_several_years_to_come_goes_along_once(merged: tuple[int, int], client: Client) -> None:
    # given one of the two next years, and one of this year too
    old, new = merged
    with transaction():
        db.session.add_all(
            PlanYear(organisation_id=id_, fiscal_year=YEAR + 2, status=PlanStatus.PASSED) for id_ in merged
        )
    lao = actor_of(db.session.scalars(select(Account.id).where(Account.organisation_id == old)).one())
    coming = {YEAR + 1: None, YEAR + 2: Decimal(7)}
    make_project(lao, facts("สองปีข้างหน้า", budgets=coming))
    make_project(lao, facts("สามปี", budgets={YEAR: None} | coming))
    # when
    client.send(PAGE, FORM)
    # then
    db.session.rollback()
    assert sorted(names(new)) == sorted((name, False) for name in ("สองปี", "ปีหน้า", "สองปีข้างหน้า", "สามปี"))
    assert totals(YEAR + 2) == {new: 2}


@pytest.mark.parametrize("typed", ["6650899 6650811", "6650811 6650899"])
def test_the_projects_go_to_the_one_that_was_typed_first(merged: tuple[int, int], client: Client, typed: str) -> None:
    make_organisation("6650811", "เทศบาลตำบลร่วมใจ", passed=(YEAR, YEAR + 1))
    assert client.send(PAGE, FORM | {"successors": typed}).status_code == 303
    codes = [lao.id for code in typed.split() if (lao := find_by_code(code))]
    assert [names(id_) for id_ in codes] == [[("สองปี", False), ("ปีหน้า", False)], []]
