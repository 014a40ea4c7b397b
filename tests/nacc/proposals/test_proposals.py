"""A minimum score proposes who passes; the officer confirms, and nothing passes by itself."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import Refusal, Stale
from app.models import HistoryEntry
from app.models.enums import PlanStatus, Role, Which
from app.nacc.evaluation.operations import save_from_file
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry
from app.nacc.plan_years.queries import failed_because
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.proposals import routes
from app.nacc.proposals.operations import confirm_proposals, set_minimum
from app.nacc.proposals.queries import minimum_score, proposals
from app.plans.queries import plan_statuses
from tests.client import Client
from tests.factories import NOW, YEAR, make_organisation, make_staff
from tests.pages import enter

ASKED = PlanFilter(year=YEAR)


def _scored(officer: Actor) -> list[int]:
    """Three LAOs: one at 18 points, one at 10 whose plan had passed, one without a score."""
    ids = [
        make_organisation(f"66508{n:02}", f"องค์การบริหารส่วนตำบลที่ {n}", passed=(YEAR,) if n else ()).id for n in range(3)
    ]
    points = ((ids[0], "18"), (ids[1], "10"))
    lines = {(id_, YEAR): {ScoreCell(Which.EVALUATION, 1): ScoreEntry(Decimal(value), None)} for id_, value in points}
    with transaction():
        save_from_file(officer, lines, "", NOW)
    return ids


def test_confirming_changes_who_passed(app: Flask) -> None:
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    ids = _scored(officer)
    assert proposals(officer, ASKED) == []  # no minimum, no proposal
    with transaction():
        set_minimum(officer, YEAR, Decimal(18), 0, NOW)
    found = {each.row.lao.organisation_id: each.status for each in proposals(officer, ASKED)}
    assert found == {ids[0]: PlanStatus.PASSED, ids[1]: PlanStatus.FAILED}
    with pytest.raises(Refusal, match="จำนวนเปลี่ยนไปแล้ว"), transaction():
        confirm_proposals(officer, ASKED, (2, 0), NOW)
    with transaction():
        assert confirm_proposals(officer, ASKED, (1, 1), NOW) == 2
    assert [plan_statuses(id_)[YEAR] for id_ in ids] == [PlanStatus.PASSED, PlanStatus.FAILED, PlanStatus.PASSED]
    assert proposals(officer, ASKED) == []
    assert failed_because([(ids[1], YEAR)]) == {(ids[1], YEAR): f"ผลประเมินรวมต่ำกว่าคะแนนขั้นต่ำของปี {YEAR}"}
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "set plan year"))
    assert {entry.organisation_id: bool(entry.reason) for entry in told} == {ids[0]: False, ids[1]: True}
    stranger = actor_of(make_staff("officer90", Role.OFFICER, "90").id)
    assert proposals(stranger, ASKED) == []


def test_the_minimum_is_kept_with_its_history(app: Flask) -> None:
    admin = actor_of(make_staff("admin", Role.ADMINISTRATOR).id)
    with pytest.raises(Refusal, match=r"100\.00"), transaction():
        set_minimum(admin, YEAR, Decimal("100.01"), 0, NOW)
    with transaction():
        set_minimum(admin, YEAR, Decimal(60), 0, NOW)
    with pytest.raises(Stale), transaction():
        set_minimum(admin, YEAR, Decimal(50), 0, NOW)
    with transaction():
        set_minimum(admin, YEAR, Decimal("65.50"), 1, NOW)
    kept = minimum_score(YEAR)
    assert kept
    assert (kept.score, kept.version) == (Decimal("65.50"), 2)
    entries = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "minimum score"))
    assert [entry.after["score"] for entry in entries] == ["60", "65.50"]


def test_the_administrator_sets_it_and_the_officer_confirms(app: Flask, client: Client) -> None:
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    ids = _scored(officer)
    enter(client, make_staff("admin", Role.ADMINISTRATOR).id)
    client.get(f"/nacc/scores/proposals?year={YEAR}")
    for typed, words in (("", "กรอกคะแนนขั้นต่ำ"), ("x", "เป็นตัวเลข"), ("101", "ไม่เกินคะแนนเต็ม")):
        bad = client.send(f"/nacc/scores/proposals/minimum?year={YEAR}", {"minimum": typed, "version": "0"})
        assert bad.status_code == 422
        assert words in bad.text
    minimum = {"minimum": "๑๘", "version": "0"}
    shown = client.send(f"/nacc/scores/proposals/minimum?year={YEAR}", minimum, follow_redirects=True)
    assert "เสนอให้ผ่าน 1 แห่ง ไม่ผ่าน 1 แห่ง" in shown.text
    enter(client, officer.account_id)
    page = client.get(f"/nacc/scores/proposals?year={YEAR}")
    assert "ให้คะแนนแล้ว 1 จาก 4 มิติ" in page.text
    assert client.send(f"/nacc/scores/proposals/minimum?year={YEAR}", minimum).status_code == 403
    path = f"/nacc/scores/proposals?year={YEAR}"
    assert client.send(path, {"passing": "9", "failing": "1"}).status_code == 422
    done = client.send(path, {"passing": "1", "failing": "1"}, follow_redirects=True)
    assert "เปลี่ยนผลแผนแล้ว 2 แห่ง" in done.text
    assert plan_statuses(ids[0])[YEAR] is PlanStatus.PASSED


def test_of_many_proposed_the_first_are_shown_and_all_are_counted_and_set(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(routes, "SHOWN", 1)
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    ids = _scored(officer)
    last = make_organisation("6650803", "องค์การบริหารส่วนตำบลที่ 3", passed=()).id
    with transaction():
        high = {ScoreCell(Which.EVALUATION, 1): ScoreEntry(Decimal(20), None)}
        save_from_file(officer, {(last, YEAR): high}, "", NOW)
        set_minimum(officer, YEAR, Decimal(18), 0, NOW)
    # when
    enter(client, officer.account_id)
    path = f"/nacc/scores/proposals?year={YEAR}"
    page = client.get(path).text
    # then
    for words in ("เสนอให้ผ่าน 2 แห่ง ไม่ผ่าน 1 แห่ง", "แสดง 1 แห่งแรกจาก 3 แห่ง", "ยืนยัน 3 แห่ง</button>"):
        assert words in page
    assert client.send(path, {"passing": "2", "failing": "1"}).status_code == 303
    found = [plan_statuses(id_)[YEAR] for id_ in (*ids[:2], last)]
    assert found == [PlanStatus.PASSED, PlanStatus.FAILED, PlanStatus.PASSED]
