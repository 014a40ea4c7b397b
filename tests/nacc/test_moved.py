"""An officer who was moved to another province: what they did in the first one is no more theirs to see or undo."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import thai_day
from app.db import db, transaction
from app.errors import NotTheirs
from app.models import Account, HistoryEntry, MailLog, Project, Window
from app.models.enums import PlanStatus, ReviewStatus, Role, Round, SignVerdict
from app.nacc.administration.operations import change_staff
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.lao_accounts.operations import issue_filtered, set_locked
from app.nacc.lao_accounts.queries import issued_codes
from app.nacc.lao_accounts.rules import AccountFilter
from app.nacc.mails.operations import try_now
from app.nacc.mails.queries import mail_lines, mail_total, progress
from app.nacc.mails.rules import MailFilter
from app.nacc.notes.queries import noted_lao, noted_project
from app.nacc.plan_years import operations as plans
from app.nacc.plan_years.queries import statuses
from app.nacc.review import operations as verdicts
from app.nacc.review.rules import Verdict
from app.nacc.signs.operations import judge
from app.nacc.signs.queries import sign_row
from app.nacc.waiting.operations import remind_chosen
from app.nacc.waiting.rules import WaitingFilter
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_sign, make_staff

LATER = NOW + timedelta(days=30)


@pytest.fixture
def lao(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Actor:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=12, opens_at=NOW, closes_at=None))
    return make_lao()


def _moved(officer: Actor) -> Actor:
    """The same person, who oversees another province by now."""
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    with transaction():
        change_staff(chief, officer.own_account_id, "somsri", Role.OFFICER, ("90",), "ย้าย", 1, LATER)
    return actor_of(officer.own_account_id)


def test_what_was_done_before_is_neither_undone_nor_shown(lao: Actor) -> None:
    # given verdicts, a plan, a code and a mail of an officer
    officer, id_ = actor_of(make_staff("somsri", Role.OFFICER, "65").id), lao.own_organisation_id
    projects = [make_project(lao, facts(f"ที่ {number}")) for number in range(2)]
    without = make_lao("6650808", name="องค์การบริหารส่วนตำบลใหม่")
    with transaction():
        db.session.get_one(Account, without.account_id).password_hash = None
    asked = WaitingFilter(year=YEAR, round=Round.TWELVE)
    secret = b"s" * 32
    with transaction():
        verdicts.decide_chosen(officer, projects, Verdict.APPROVE, "", LATER)
        plans.set_many(officer, [id_], YEAR + 1, PlanStatus.FAILED, LATER, "ไม่ครบ")
        issue_filtered(officer, AccountFilter(), 1, LATER, secret)
        assert remind_chosen(officer, [id_], asked, LATER)[0] == 1
    assert len(issued_codes(officer, secret, LATER, LATER)) == 1
    assert (mail_total(officer, MailFilter()), progress(officer, thai_day(LATER), LATER).waiting) == (1, 1)
    # when they were moved
    moved = _moved(officer)
    with transaction():
        db.session.scalars(select(MailLog)).one().next_try_at = LATER
    entries = db.session.scalar(select(func.count()).select_from(HistoryEntry))
    # then
    with transaction():
        assert verdicts.take_back(moved, LATER, LATER) == 0
        assert plans.take_back(moved, LATER, LATER) == 0
        assert try_now(moved) == 0
    assert issued_codes(moved, secret, LATER, LATER) == []
    assert (mail_lines(moved, MailFilter()), mail_total(moved, MailFilter())) == ([], 0)
    assert progress(moved, thai_day(LATER), LATER) == (0, 0, 0, 0)
    assert set(db.session.scalars(select(Project.review_status))) == {ReviewStatus.APPROVED}
    assert statuses([(id_, YEAR + 1)]) == {(id_, YEAR + 1): PlanStatus.FAILED}
    assert db.session.scalar(select(func.count()).select_from(HistoryEntry)) == entries


def test_no_deed_reaches_an_lao_of_another_province(lao: Actor) -> None:
    # given something of each kind in a province that the officer does not oversee
    officer = actor_of(make_staff("somsri", Role.OFFICER, "90").id)
    id_, project = lao.own_organisation_id, make_project(lao)
    sign = make_sign(id_, project)
    asked = WaitingFilter(year=YEAR, round=Round.TWELVE)
    score = {ScoreCell.named("evaluation_1"): ScoreEntry(Decimal(5), None)}
    refused: list[Callable[[], Any]] = [
        lambda: verdicts.decide(officer, project, 1, Verdict.APPROVE, "", LATER),
        lambda: verdicts.change_verdict(officer, project, 1, Verdict.APPROVE, "ก", LATER),
        lambda: plans.set_status(officer, id_, YEAR, PlanStatus.NOT_SENT, 1, LATER),
        lambda: save_scores(officer, id_, YEAR, score, "", LATER),
        lambda: do_one(officer, id_, YEAR, ScoreDeed.CLOSE, LATER),
        lambda: set_locked(officer, id_, True, "ก", LATER),
        lambda: sign_row(officer, sign, LATER),
        lambda: judge(officer, sign, 1, SignVerdict.NOTED, "ก", LATER),
        lambda: noted_lao(officer, id_),
        lambda: noted_project(officer, project),
    ]
    entries = db.session.scalar(select(func.count()).select_from(HistoryEntry))
    for deed in refused:
        with pytest.raises(NotTheirs), transaction():
            deed()
    with transaction():
        assert verdicts.decide_chosen(officer, [project], Verdict.APPROVE, "", LATER) == 0
        assert plans.set_many(officer, [id_], YEAR, PlanStatus.NOT_SENT, LATER) == 0
        assert remind_chosen(officer, [id_], asked, LATER)[0] == 0
    # then nothing was written
    assert db.session.scalar(select(func.count()).select_from(HistoryEntry)) == entries
