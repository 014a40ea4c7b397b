"""A published score changes with two persons only: who may confirm, what is stale, what the history tells."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.models import HistoryEntry, Score, ScoreChange
from app.models.enums import Role, Which
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.queries import lao_name, own_scores, scores_of_one, waiting_count
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.score_changes.operations import answer_change
from app.nacc.score_changes.queries import waiting_list
from app.nacc.score_changes.rules import ChangeAnswer
from tests.factories import NOW, YEAR, make_lao, make_staff

SAR, EVALUATION = ScoreCell(Which.SAR, 1), ScoreCell(Which.EVALUATION, 1)


def _officer(*provinces: str) -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, *(provinces or ("65",))).id)


def _save(actor: Actor, lao: Actor, cell: ScoreCell, value: str, seen: str = "", reason: str = "") -> int:
    """How many cells were entered, without those that were proposed."""
    entry = ScoreEntry(Decimal(value), Decimal(seen) if seen else None)
    with transaction():
        return save_scores(actor, lao.own_organisation_id, YEAR, {cell: entry}, reason, NOW).entered


def _published(officer: Actor, value: str = "18") -> Actor:
    """An LAO whose evaluation of the first dimension is published."""
    lao = make_lao()
    _save(officer, lao, EVALUATION, value)
    with transaction():
        do_one(officer, lao.own_organisation_id, YEAR, ScoreDeed.PUBLISH, NOW)
    return lao


def _change(lao: Actor) -> ScoreChange:
    return db.session.get_one(ScoreChange, (lao.own_organisation_id, YEAR), populate_existing=True)


def _answer(actor: Actor, lao: Actor, answer: ChangeAnswer, version: int) -> None:
    with transaction():
        answer_change(actor, lao.own_organisation_id, YEAR, answer, version, NOW)


def test_a_published_score_changes_only_with_a_reason_and_a_second_person(app: Flask) -> None:
    # given
    officer, second = _officer(), actor_of(make_staff("second", Role.OFFICER, "65").id)
    lao = _published(officer)
    assert own_scores(lao, YEAR).value(EVALUATION) == Decimal(18)

    # when, then
    with pytest.raises(Refusal, match="ระบุเหตุผล"):
        _save(officer, lao, EVALUATION, "17", "18")
    assert _save(officer, lao, EVALUATION, "17", "18", "รวมคะแนนผิด") == 0
    assert own_scores(lao, YEAR).value(EVALUATION) == Decimal(18)
    with pytest.raises(Refusal, match="ผู้เสนอยืนยันเองไม่ได้"):
        _answer(officer, lao, ChangeAnswer.CONFIRM, 1)
    _answer(second, lao, ChangeAnswer.CONFIRM, 1)
    assert own_scores(lao, YEAR).value(EVALUATION) == Decimal(17)
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.reason != "").order_by(HistoryEntry.id))
    assert [(each.action, each.actor_name, each.reason, each.before, each.after) for each in told] == [
        ("propose scores", "officer65", "รวมคะแนนผิด", {"evaluation_1": "18.00"}, {"evaluation_1": "17"}),
        (
            *("confirm scores", "second", "รวมคะแนนผิด", {"evaluation_1": "18.00"}),
            {"evaluation_1": "17", "proposed_by": officer.account_id},
        ),
    ]
    with pytest.raises(Refusal, match="เผยแพร่ผลประเมิน"):
        _save(lao, lao, SAR, "20")


def test_a_proposal_is_answered_once_and_as_it_was_shown(app: Flask) -> None:
    # given: a page that shows the first proposal of three
    officer, second = _officer(), actor_of(make_staff("second", Role.ADMINISTRATOR).id)
    lao, stranger = _published(officer), actor_of(make_staff("stranger", Role.OFFICER, "90").id)
    _save(officer, lao, EVALUATION, "17", "18", "รวมคะแนนผิด")
    shown = _change(lao).version
    _save(officer, lao, EVALUATION, "17", "18", "รวมคะแนนผิด")
    assert _change(lao).version == shown  # a double click
    _save(officer, lao, EVALUATION, "2", "18", "รวมคะแนนผิด")

    # when, then
    with pytest.raises(Stale):
        _answer(second, lao, ChangeAnswer.CONFIRM, shown)
    with pytest.raises(NotTheirs):
        _answer(stranger, lao, ChangeAnswer.CONFIRM, shown + 1)
    with pytest.raises(Refusal, match="officer65 รออยู่"):
        _save(second, lao, EVALUATION, "3", "18", "อีกคนเสนอ")
    _answer(officer, lao, ChangeAnswer.CANCEL, shown + 1)
    with pytest.raises(Stale):
        _answer(second, lao, ChangeAnswer.CONFIRM, shown + 1)
    _save(second, lao, EVALUATION, "3", "18", "อีกคนเสนอ")
    with pytest.raises(Stale):
        _answer(officer, lao, ChangeAnswer.CONFIRM, shown)
    assert own_scores(lao, YEAR).value(EVALUATION) == Decimal(18)
    _answer(officer, lao, ChangeAnswer.CONFIRM, _change(lao).version)
    assert own_scores(lao, YEAR).value(EVALUATION) == Decimal(3)


def test_the_same_scores_with_another_reason_are_another_proposal(app: Flask) -> None:
    # given
    officer, second = _officer(), actor_of(make_staff("second", Role.OFFICER, "65").id)
    lao = _published(officer)
    _save(officer, lao, EVALUATION, "17", "18", "รวมคะแนนผิด")
    shown = _change(lao).version
    # when who proposed it says why in other words
    _save(officer, lao, EVALUATION, "17", "18", "พิมพ์ผิด")
    # then who read the first reason does not confirm the second one unread
    assert _change(lao).reason == "พิมพ์ผิด"
    with pytest.raises(Stale):
        _answer(second, lao, ChangeAnswer.CONFIRM, shown)
    _answer(second, lao, ChangeAnswer.CONFIRM, shown + 1)
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "confirm scores")).one()
    assert told.reason == "พิมพ์ผิด"


def test_what_waits_longest_stands_first(app: Flask) -> None:
    # given two proposals, of which the LAO that was recorded first has the later one
    officer, names = _officer(), {"6650807": "องค์การบริหารส่วนตำบลดินทอง", "6650808": "เทศบาลตำบลวังทอง"}
    laos = [make_lao(code, name=name) for code, name in names.items()]
    for lao, hours in zip(laos, (5, 2), strict=True):
        _save(officer, lao, EVALUATION, "18")
        with transaction():
            do_one(officer, lao.own_organisation_id, YEAR, ScoreDeed.PUBLISH, NOW)
            wrong = {EVALUATION: ScoreEntry(Decimal(17), Decimal(18))}
            save_scores(officer, lao.own_organisation_id, YEAR, wrong, "รวมคะแนนผิด", NOW + timedelta(hours=hours))
    # then
    assert [each.name for each in waiting_list(officer, 1)] == ["เทศบาลตำบลวังทอง", "องค์การบริหารส่วนตำบลดินทอง"]
    # counted for those who oversee them alone
    stranger = actor_of(make_staff("stranger", Role.OFFICER, "90").id)
    assert [(waiting_count(each), len(waiting_list(each, 1))) for each in (officer, stranger)] == [(2, 2), (0, 0)]
    # and what was cancelled is told as taken back, and waits no more
    _answer(officer, laos[1], ChangeAnswer.CANCEL, 1)
    assert [each.organisation_id for each in waiting_list(officer, 1)] == [laos[0].organisation_id]
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "cancel scores")).one()
    assert (told.before, told.after) == (
        {"evaluation_1": "17"},
        {"evaluation_1": "18.00", "proposed_by": officer.account_id},
    )


def test_of_several_years_too_what_waits_longest_stands_first(app: Flask) -> None:
    # given a proposal for a later year that was made before one for an earlier year
    officer, lao = _officer(), make_lao()
    for year, hours in ((YEAR, 5), (YEAR + 1, 2)):
        cell = {EVALUATION: ScoreEntry(Decimal(18), None)}
        with transaction():
            save_scores(officer, lao.own_organisation_id, year, cell, "", NOW)
            do_one(officer, lao.own_organisation_id, year, ScoreDeed.PUBLISH, NOW)
            wrong = {EVALUATION: ScoreEntry(Decimal(17), Decimal(18))}
            save_scores(officer, lao.own_organisation_id, year, wrong, "รวมคะแนนผิด", NOW + timedelta(hours=hours))
    # then
    assert [each.year for each in waiting_list(officer, 1)] == [YEAR + 1, YEAR]


def test_a_proposal_made_from_other_scores_is_not_confirmed(app: Flask) -> None:
    officer, second = _officer(), actor_of(make_staff("second", Role.ADMINISTRATOR).id)
    lao = _published(officer)
    _save(officer, lao, EVALUATION, "17", "18", "รวมคะแนนผิด")
    with transaction():
        db.session.get_one(Score, (lao.own_organisation_id, YEAR, 1)).evaluation = Decimal(19)
    with pytest.raises(Refusal, match="คะแนนเปลี่ยนไปหลังจากเสนอ"):
        _answer(second, lao, ChangeAnswer.CONFIRM, 1)
    _answer(second, lao, ChangeAnswer.CANCEL, 1)
    assert scores_of_one(second, lao.own_organisation_id, YEAR).value(EVALUATION) == Decimal(19)


def test_the_same_proposal_once_more_is_no_other_one(app: Flask) -> None:
    officer = _officer()
    lao = _published(officer)
    for _click in range(2):
        _save(officer, lao, EVALUATION, "17", "18", " รวมคะแนนผิด ")
    proposed = select(HistoryEntry).where(HistoryEntry.action == "propose scores")
    assert (_change(lao).version, len(db.session.scalars(proposed).all())) == (1, 1)
    # but another value or another reason is
    _save(officer, lao, EVALUATION, "17", "18", "ตรวจใหม่")
    _save(officer, lao, EVALUATION, "16", "18", "ตรวจใหม่")
    assert (_change(lao).version, len(db.session.scalars(proposed).all())) == (3, 3)


def test_an_lao_of_another_province_has_no_name_for_an_officer(app: Flask) -> None:
    lao, other = make_lao(), make_lao("6900101", province="90", district="9001")
    officer = _officer()
    assert lao_name(officer, lao.own_organisation_id) == "องค์การบริหารส่วนตำบลดินทอง"
    for who, about in ((officer, other), (lao, other)):
        with pytest.raises(NotTheirs):
            lao_name(who, about.own_organisation_id)
