"""NACC's word: one, many, all, and taken back; only in the provinces given."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.lao.profile.queries import changed_verdicts
from app.lao.projects.operations import edit_project
from app.lao.projects.queries import project_detail
from app.lao.reporting.counts import round_summary
from app.models import HistoryEntry, Project
from app.models.enums import ReviewStatus, Role, Round
from app.nacc.review.details import review_detail
from app.nacc.review.operations import change_verdict, decide, decide_all, decide_chosen, take_back
from app.nacc.review.queries import queue_count, queue_rows
from app.nacc.review.rules import ReviewQueue, Verdict
from app.plans.queries import period_of
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_staff
from tests.lao.fixed_rounds.closing import close, fix

LATER = NOW + timedelta(days=3)


def _officer(*provinces: str, name: str = "officer65") -> Actor:
    return actor_of(make_staff(name, Role.OFFICER, *provinces).id)


def _decide(officer: Actor, project_id: int, verdict: Verdict, reason: str = "", version: int = 1) -> None:
    with transaction():
        decide(officer, project_id, version, verdict, reason, LATER)


def test_an_approval_is_seen_by_the_lao_and_leaves_the_counts_alone(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    _decide(officer, project_id, Verdict.APPROVE)
    assert project_detail(lao, project_id).review_status is ReviewStatus.APPROVED
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 1
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "approve")).one()
    assert (entry.actor_name, entry.organisation_id, entry.at) == (officer.name, lao.organisation_id, LATER)


def test_a_rejection_needs_a_reason_and_leaves_every_count(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    with pytest.raises(Refusal, match="เหตุผล"):
        _decide(officer, project_id, Verdict.REJECT)
    _decide(officer, project_id, Verdict.REJECT, "ไม่สอดคล้องกับมิติ")
    assert project_detail(lao, project_id).review_reason == "ไม่สอดคล้องกับมิติ"
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 0


def test_the_second_officer_sees_the_first_ones_word(app: Flask) -> None:
    lao, first, second = make_lao(), _officer("65"), _officer("65", name="other65")
    project_id = make_project(lao)
    _decide(first, project_id, Verdict.APPROVE)
    with pytest.raises(Refusal, match="มีผลพิจารณาแล้ว: รับรอง"):
        _decide(second, project_id, Verdict.REJECT, "ไม่เห็นด้วย")
    assert project_detail(lao, project_id).review_status is ReviewStatus.APPROVED


def test_a_project_the_lao_changed_meanwhile_is_not_decided_unread(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    with transaction():
        edit_project(lao, period_of(YEAR), project_id, 1, facts("ชื่อใหม่"), NOW)
    with pytest.raises(Stale):
        _decide(officer, project_id, Verdict.APPROVE)


def test_the_queue_is_narrowed_by_how_long_a_project_has_waited(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    old, new = make_project(lao), make_project(lao, facts("ใหม่"), now=LATER)
    now = LATER + timedelta(hours=1)
    assert [row.id for row in queue_rows(officer, ReviewQueue(days=2), now)] == [old]
    assert [row.id for row in queue_rows(officer, ReviewQueue(), now)] == [old, new]


def test_another_province_shows_nothing_and_decides_nothing(app: Flask) -> None:
    lao, stranger = make_lao(), _officer("90")
    project_id = make_project(lao)
    assert queue_rows(stranger, ReviewQueue(), LATER) == []
    for deed in (
        lambda: review_detail(stranger, project_id),
        lambda: _decide(stranger, project_id, Verdict.APPROVE),
    ):
        with pytest.raises(NotTheirs):
            deed()
    with transaction():
        assert decide_chosen(stranger, [project_id], Verdict.APPROVE, "", LATER) == 0
    assert queue_count(lao, ReviewQueue(), LATER) == 0  # an LAO is no officer


def test_all_filtered_are_decided_and_a_changed_number_is_told_first(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    for number in range(60):
        make_project(lao, facts(f"โครงการ {number}", dimension=1 + number % 2))
    queue = ReviewQueue(dimension=2)
    assert queue_count(officer, queue, LATER) == 30
    with pytest.raises(Refusal, match="30"), transaction():
        decide_all(officer, queue, 29, Verdict.APPROVE, "", LATER)
    assert queue_count(officer, queue, LATER) == 30
    with transaction():
        assert decide_all(officer, queue, 30, Verdict.APPROVE, "", LATER) == 30
    assert queue_count(officer, ReviewQueue(), LATER) == 30
    assert queue_count(officer, ReviewQueue(status=ReviewStatus.APPROVED), LATER) == 30


def test_the_last_decision_can_be_taken_back_for_what_nobody_touched_since(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    ids = [make_project(lao, facts(f"ที่ {number}")) for number in range(3)]
    with transaction():
        decide_chosen(officer, ids, Verdict.REJECT, "ผิดมิติ", LATER)
    with transaction():  # one is corrected before the officer takes the decision back
        edit_project(lao, period_of(YEAR), ids[0], 2, facts("แก้แล้ว"), LATER + timedelta(minutes=1))
    with transaction():
        assert take_back(officer, LATER, LATER + timedelta(minutes=2)) == 2
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 3
    assert {project.review_status for project in db.session.scalars(select(Project))} == {ReviewStatus.PENDING}


def test_a_decision_of_another_officer_at_the_same_moment_stays(app: Flask) -> None:
    lao, mine, theirs = make_lao(), _officer("65"), _officer("65", name="other65")
    project_id, other_id = make_project(lao), make_project(lao, facts("ของอีกคน"))
    _decide(mine, project_id, Verdict.APPROVE)
    _decide(theirs, other_id, Verdict.APPROVE)
    with transaction():
        assert take_back(mine, LATER, LATER + timedelta(minutes=1)) == 1
    assert project_detail(lao, project_id).review_status is ReviewStatus.PENDING
    assert project_detail(lao, other_id).review_status is ReviewStatus.APPROVED


def test_an_approval_of_what_the_lao_has_changed_since_is_not_taken_back(app: Flask) -> None:
    """Another budget leaves the approval standing: it must not fall behind the LAO's back."""
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    _decide(officer, project_id, Verdict.APPROVE)
    with transaction():
        changed = facts(budgets={YEAR: Decimal("2000.00")})
        edit_project(lao, period_of(YEAR), project_id, 2, changed, LATER + timedelta(minutes=1))
    with transaction():
        assert take_back(officer, LATER, LATER + timedelta(minutes=2)) == 0
    assert project_detail(lao, project_id).review_status is ReviewStatus.APPROVED


def test_the_officer_sees_what_changed_since_the_rejection(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    _decide(officer, project_id, Verdict.REJECT, "ชื่อไม่ชัด")
    with transaction():
        edit_project(lao, period_of(YEAR), project_id, 2, facts("ชื่อที่ชัดแล้ว"), LATER)
    changes = review_detail(officer, project_id).since_rejection
    named = ("ชื่อ", facts().name, "ชื่อที่ชัดแล้ว")
    assert [(change.label, change.before, change.after) for change in changes] == [named]
    # and after another edit both
    with transaction():
        edit_project(lao, period_of(YEAR), project_id, 3, facts("ชื่อที่ชัดแล้ว", objective="เพื่อความโปร่งใส"), LATER)
    changes = review_detail(officer, project_id).since_rejection
    assert {(change.before, change.after) for change in changes} == {
        named[1:],
        (facts().objective, "เพื่อความโปร่งใส"),
    }


def _change(officer: Actor, project_id: int, version: int, verdict: Verdict, reason: str, days: int = 1) -> None:
    with transaction():
        change_verdict(officer, project_id, version, verdict, reason, LATER + timedelta(days=days))


def test_a_verdict_changes_later_with_a_reason_and_the_counts_follow(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    _decide(officer, project_id, Verdict.APPROVE)
    with pytest.raises(Refusal, match="เหตุผล"):
        _change(officer, project_id, 2, Verdict.REJECT, "")
    with pytest.raises(Refusal, match="อยู่แล้ว"):
        _change(officer, project_id, 2, Verdict.APPROVE, "เหมือนเดิม")
    with pytest.raises(Stale):
        _change(officer, project_id, 1, Verdict.REJECT, "หน้าเก่า")
    _change(officer, project_id, 2, Verdict.REJECT, "อ่านอีกครั้งแล้วผิดมิติ")
    assert project_detail(lao, project_id).review_reason == "อ่านอีกครั้งแล้วผิดมิติ"
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 0
    _change(officer, project_id, 3, Verdict.APPROVE, "อปท. ชี้แจงแล้ว", days=2)
    assert project_detail(lao, project_id).review_status is ReviewStatus.APPROVED
    assert round_summary(lao, YEAR, Round.SIX).counts.total == 1
    # the LAO is told of the last change, and of none that was a first word
    told = changed_verdicts(lao, NOW)
    assert [(each.words, each.reason) for each in told] == [("ป.ป.ช. รับรอง", "อปท. ชี้แจงแล้ว")]
    assert changed_verdicts(make_lao("6650101"), NOW) == []


def test_only_what_was_judged_in_the_own_provinces_changes(app: Flask) -> None:
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    with pytest.raises(Refusal, match="รอพิจารณา"):
        _change(officer, project_id, 1, Verdict.REJECT, "ยังไม่ได้พิจารณา")
    _decide(officer, project_id, Verdict.APPROVE)
    with pytest.raises(NotTheirs):
        _change(_officer("90", name="officer90"), project_id, 2, Verdict.REJECT, "ต่างจังหวัด")


def test_an_undo_after_a_round_closed_leaves_the_round_as_it_closed(app: Flask) -> None:
    # given a project that was rejected before its round closed
    lao, officer = make_lao(), _officer("65")
    project_id = make_project(lao)
    _decide(officer, project_id, Verdict.REJECT, "ผิดมิติ")
    close()
    # when it waits again before anybody has kept what the round was
    with transaction():
        assert take_back(officer, LATER, clock.now()) == 1
    fix()
    # then it counts in the round that is open, and not in the other
    assert [round_summary(lao, YEAR, each).counts.total for each in (Round.SIX, Round.TWELVE)] == [0, 1]
