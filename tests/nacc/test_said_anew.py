"""What NACC says anew stands in the history with what stood there before: all of it, and nothing else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.models import Dimension, HistoryEntry, Project, RejectionReason
from app.models.enums import PlanStatus, Role, Round, SignVerdict, Which
from app.nacc.administration.operations import change_staff, give_more_time, raise_reason, set_setting, set_window
from app.nacc.administration.periods.operations import rename_dimension
from app.nacc.administration.windows.operations import give_many_more_time
from app.nacc.evaluation.operations import save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry
from app.nacc.lao_accounts.operations import set_locked
from app.nacc.plan_years.operations import set_status
from app.nacc.proposals.operations import set_minimum
from app.nacc.review.operations import change_verdict, decide
from app.nacc.review.rules import Verdict
from app.nacc.signs.operations import judge
from tests.factories import NOW, YEAR, make_lao, make_project, make_sign, make_staff

DAY = timedelta(days=1)
LATER = NOW + 8 * DAY  # officers see signs from then on
CELL = ScoreCell(Which.EVALUATION, 1)
SIX, TWELVE = Round.SIX, Round.TWELVE
Deed = Callable[[], Any]


def _twice(officer: Actor, admin: Actor, lao: Actor) -> dict[str, tuple[Deed, Deed]]:
    """Each deed as it is done, and done anew otherwise."""
    id_, code, project = lao.own_organisation_id, lao.organisation_code, make_project(lao)
    sign, other = make_sign(id_, project), make_staff("other", Role.OFFICER, "65").id
    reasons = db.session.scalars(select(RejectionReason.id).order_by(RejectionReason.position)).all()
    period, part = db.session.execute(select(Dimension.plan_period_id, Dimension.number)).first() or (0, 0)
    opens, closes = NOW - 30 * DAY, NOW + 30 * DAY

    def version() -> int:
        return db.session.get_one(Project, project).version

    return {
        "a plan's outcome": (
            lambda: set_status(officer, id_, YEAR, PlanStatus.FAILED, 1, NOW, "ไม่ครบ"),
            lambda: set_status(officer, id_, YEAR, PlanStatus.PASSED, 2, NOW),
        ),
        "a verdict": (
            lambda: decide(officer, project, version(), Verdict.APPROVE, "", NOW),
            lambda: change_verdict(officer, project, version(), Verdict.REJECT, "ผิดมิติ", LATER),
        ),
        "what came of a sign": (
            lambda: judge(officer, sign, 1, SignVerdict.ASKED, "โทรแล้ว", LATER),
            lambda: judge(officer, sign, 2, SignVerdict.NOTED, "ได้เอกสารแล้ว", LATER),
        ),
        "a score": (
            lambda: save_scores(officer, id_, YEAR, {CELL: ScoreEntry(Decimal("3.00"), None)}, "", NOW),
            lambda: save_scores(officer, id_, YEAR, {CELL: ScoreEntry(Decimal("4.00"), Decimal("3.00"))}, "", NOW),
        ),
        "the minimum score": (
            lambda: set_minimum(admin, YEAR, Decimal("50.00"), 0, NOW),
            lambda: set_minimum(admin, YEAR, Decimal("60.00"), 1, NOW),
        ),
        "a window": (
            lambda: set_window(admin, YEAR, SIX, opens, closes, 0, NOW),
            lambda: set_window(admin, YEAR, SIX, opens, closes + DAY, 1, NOW),
        ),
        "another window": (
            lambda: set_window(admin, YEAR, TWELVE, opens, closes, 0, NOW),
            lambda: set_window(admin, YEAR, TWELVE, opens + DAY, closes, 1, NOW),
        ),
        "more time": (
            lambda: give_more_time(admin, code, YEAR, SIX, closes + 9 * DAY, "น้ำท่วม", 0, NOW),
            lambda: give_more_time(admin, code, YEAR, SIX, closes + 10 * DAY, "ไฟดับ", 1, NOW),
        ),
        "more time for many": (
            lambda: give_many_more_time(admin, [id_], YEAR, TWELVE, closes + 9 * DAY, "น้ำท่วม", NOW),
            lambda: give_many_more_time(admin, [id_], YEAR, TWELVE, closes + 10 * DAY, "ไฟดับ", NOW),
        ),
        "a setting": (
            lambda: set_setting(admin, "contact", "ติดต่อ 1", 0, NOW),
            lambda: set_setting(admin, "contact", "ติดต่อ 2", 1, NOW),
        ),
        "a member of staff": (
            lambda: change_staff(admin, other, "คนหนึ่ง", Role.OFFICER, ("65", "90"), "ย้าย", 1, NOW),
            lambda: change_staff(admin, other, "คนสอง", Role.ADMINISTRATOR, (), "ย้าย", 2, NOW),
        ),
        "the order of reasons": (
            lambda: raise_reason(admin, reasons[2], reasons[1], NOW),
            lambda: raise_reason(admin, reasons[2], reasons[0], NOW),
        ),
        "a dimension": (
            lambda: rename_dimension(admin, period, part, "ชื่อหนึ่ง", Decimal("25.00"), 1, NOW),
            lambda: rename_dimension(admin, period, part, "ชื่อสอง", Decimal("24.00"), 2, NOW),
        ),
        "a lock": (
            lambda: set_locked(officer, id_, True, "ย้ายไป", NOW),
            lambda: set_locked(officer, id_, False, "กลับมา", NOW),
        ),
    }


def _told(deed: Deed) -> HistoryEntry:
    with transaction():
        deed()
    return db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc())).first() or HistoryEntry()


def _one_form(value: Any) -> Any:
    """A moment is the same in every zone."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def _facts(told: Any) -> dict[str, Any] | None:
    return None if told is None else {name: _one_form(value) for name, value in told.items()}


def test_what_is_said_anew_is_told_with_all_that_was_said_before(app: Flask) -> None:
    lao = make_lao()
    officer, admin = (actor_of(make_staff(name, *own).id) for name, own in _STAFF.items())
    for what, (first, anew) in _twice(officer, admin, lao).items():
        said, then = _told(first), _told(anew)
        assert then.id > said.id, what
        assert (then.entity, then.entity_key, then.organisation_id) == (
            *(said.entity, said.entity_key, said.organisation_id),
        ), what
        before, after = _facts(then.before), _facts(then.after)
        assert before == _facts(said.after), what
        assert before != after, what
        assert set(before or {}) == set(after or {}), what


_STAFF: dict[str, tuple[Any, ...]] = {"officer": (Role.OFFICER, "65"), "chief": (Role.ADMINISTRATOR,)}
