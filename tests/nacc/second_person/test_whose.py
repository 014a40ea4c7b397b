"""Whose a proposal is: of the own provinces alone, told to its proposer for a week, answered by another one."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Refusal
from app.models import PlanYear, ProposedDeed, ScoreChange
from app.models.enums import PlanStatus, ProposalAnswer, Role, SecondPerson
from app.nacc.administration.operations import set_setting
from app.nacc.day.rules import ProvinceLoad, heaviest_first
from app.nacc.evaluation.operations import do_filtered, save_scores
from app.nacc.evaluation.queries import waiting_changes, waiting_count
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.my_deeds.operations import answer_proposal
from app.nacc.plan_years.operations import set_from_file, set_many
from app.nacc.plan_years.queries import failed_because
from app.nacc.plan_years.rules import PlanFilter, SeenStatus
from app.nacc.review.operations import decide, decide_chosen
from app.nacc.review.rules import Verdict
from app.nacc.score_changes.queries import waiting_list
from app.nacc.second_person.operations import propose
from app.nacc.second_person.queries import settled_since, waiting_number, waiting_proposals
from app.nacc.second_person.rules import SETTING, AsksSecond
from tests.client import Client
from tests.factories import NOW, YEAR, make_lao, make_project, make_staff
from tests.pages import enter

SECOND = timedelta(seconds=1)


def _staff(name: str, *provinces: str) -> Actor:
    return actor_of(make_staff(name, Role.OFFICER if provinces else Role.ADMINISTRATOR, *provinces).id)


def _want(wanted: SecondPerson) -> Actor:
    admin = _staff("chief")
    with transaction():
        set_setting(admin, SETTING, wanted, 0, NOW, "second_person")
    return admin


def _laos() -> list[Actor]:
    """Two of one province, and one of another."""
    return [make_lao(), make_lao("6650808", district="6501"), make_lao("6900101", province="90", district="9001")]


def _asked(deed: object) -> AsksSecond:
    with pytest.raises(AsksSecond) as asked, transaction():
        deed()  # type: ignore[operator]
    return asked.value


def test_what_is_proposed_is_of_the_own_provinces_alone(app: Flask) -> None:
    # given three LAOs, of which an officer oversees two
    laos = _laos()
    ids, projects = [lao.own_organisation_id for lao in laos], [make_project(lao) for lao in laos]
    officer, boss = _staff("officer65", "65"), _staff("boss")
    scores = {ScoreCell.named("evaluation_1"): ScoreEntry(Decimal(9), None)}
    with transaction():
        for lao in ids:
            save_scores(boss, lao, YEAR, scores, "", NOW)
    _want(SecondPerson.BOTH)
    # then a deed on all of them proposes for those two
    plans = _asked(lambda: set_many(officer, ids, YEAR, PlanStatus.FAILED, NOW, "ไม่ครบ"))
    verdicts = _asked(lambda: decide_chosen(officer, projects, Verdict.APPROVE, "", NOW))
    published = _asked(lambda: do_filtered(officer, PlanFilter(year=YEAR), 2, ScoreDeed.PUBLISH, NOW))
    for asked in (plans, verdicts, published):
        assert [row.organisation_id for row in asked.rows] == ids[:2], asked.kind
    assert [row.project_id for row in verdicts.rows] == projects[:2]


def test_nobody_confirms_what_they_proposed_whatever_it_is(app: Flask) -> None:
    laos = _laos()[:2]
    ids, projects = [lao.own_organisation_id for lao in laos], [make_project(lao) for lao in laos]
    officer, other = _staff("officer65", "65"), _staff("malee", "65")
    scores = {ScoreCell.named("evaluation_1"): ScoreEntry(Decimal(9), None)}
    with transaction():
        for lao in ids:
            save_scores(officer, lao, YEAR, scores, "", NOW)
    admin, elsewhere = _want(SecondPerson.BOTH), _staff("officer90", "90")
    deeds = (
        lambda who: set_many(who, ids, YEAR, PlanStatus.FAILED, NOW, "ไม่ครบ"),
        lambda who: decide_chosen(who, projects, Verdict.APPROVE, "", NOW),
        lambda who: do_filtered(who, PlanFilter(year=YEAR), 2, ScoreDeed.PUBLISH, NOW),
    )
    for who, second in ((officer, other), (admin, officer)):
        for deed in deeds:
            asked = _asked(lambda deed=deed, who=who: deed(who))
            with transaction():
                propose(who, asked, NOW)
            (found,) = waiting_proposals(who)
            assert [waiting_number(each) for each in (who, second, elsewhere)] == [0, 1, 0]
            assert waiting_proposals(elsewhere) == []
            with pytest.raises(NotTheirs), transaction():
                answer_proposal(elsewhere, found.id, ProposalAnswer.CONFIRM, "", NOW)
            with pytest.raises(Refusal, match="ผู้เสนอยืนยันเองไม่ได้"), transaction():
                answer_proposal(who, found.id, ProposalAnswer.CONFIRM, "", NOW)
            with pytest.raises(Refusal, match="ผู้เสนอยืนยันเองไม่ได้"), transaction():
                answer_proposal(who, found.id, ProposalAnswer.DECLINE, "ไม่ครบ", NOW)
            with transaction():
                answer_proposal(second, found.id, ProposalAnswer.DECLINE, "ไม่ครบ", NOW)


def test_one_rejection_asks_for_two_only_where_rejections_do(app: Flask) -> None:
    lao, officer = make_lao(), _staff("officer65", "65")
    admin = _want(SecondPerson.REJECTIONS)
    project = make_project(lao)
    asked = _asked(lambda: decide(officer, project, 1, Verdict.REJECT, "ไม่ครบ", NOW))
    assert (asked.reason, [(row.seen, row.outcome) for row in asked.rows]) == ("ไม่ครบ", [(1, "reject")])
    with transaction():
        set_setting(admin, SETTING, SecondPerson.BULK, 1, NOW, "second_person")
    with transaction():
        assert decide(officer, project, 1, Verdict.REJECT, "ไม่ครบ", NOW) == 1


def test_what_became_of_the_own_proposals_is_told_for_seven_days(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given proposals of two officers that were declined at other moments
    lao = make_lao()
    officer, other, admin = _staff("officer65", "65"), _staff("malee", "65"), _want(SecondPerson.REJECTIONS)
    for place, who in enumerate((officer, other, officer)):
        project = make_project(lao)
        asked = _asked(lambda who=who, project=project: decide(who, project, 1, Verdict.REJECT, "ไม่ครบ", NOW))
        with transaction():
            propose(who, asked, NOW + (2 - place) * SECOND)
    for found in waiting_proposals(admin):
        with transaction():
            answer_proposal(admin, found.id, ProposalAnswer.DECLINE, f"เหตุผล {found.id}", NOW + found.id * SECOND)
    # then
    assert [each.id for each in settled_since(officer, NOW)] == [3, 1]  # as they were proposed
    assert [each.id for each in settled_since(officer, NOW + 3 * SECOND)] == [3]
    assert [each.id for each in settled_since(officer, NOW + 4 * SECOND)] == []
    enter(client, officer.account_id)
    for since, told in ((timedelta(days=7) + SECOND, [1, 3]), (timedelta(days=7) + 2 * SECOND, [3])):
        monkeypatch.setattr(clock, "now", lambda since=since: NOW + since)
        page = client.get("/nacc/deeds").text
        assert [id_ for id_ in (1, 2, 3) if f"เหตุผล {id_}" in page] == told
    assert db.session.get_one(ProposedDeed, 2).proposed_by_id == other.account_id


def test_changes_of_published_scores_are_told_to_who_oversees_them(app: Flask) -> None:
    # given one that waits in each of two provinces, and one that was answered
    laos = _laos()
    for days, lao in enumerate(laos):
        with transaction():
            db.session.get_one(PlanYear, (lao.own_organisation_id, YEAR)).published_at = NOW
            db.session.add(
                ScoreChange(
                    organisation_id=lao.own_organisation_id,
                    fiscal_year=YEAR,
                    before={"evaluation_1": None},
                    after={"evaluation_1": "6.00"},
                    reason="พิมพ์ผิด",
                    proposed_by_id=_staff(f"by{days}").own_account_id,
                    proposed_at=NOW - timedelta(days=days),
                    settled_at=NOW if days == 1 else None,
                )
            )
    ids = [lao.own_organisation_id for lao in laos]
    for provinces, seen in ((("65",), [ids[0]]), (("90",), [ids[2]]), (("65", "90"), [ids[2], ids[0]]), (("50",), [])):
        who = _staff("-".join(provinces), *provinces)
        assert waiting_count(who) == len(seen)
        assert [each.organisation_id for each in waiting_list(who, 1)] == seen
        assert sorted(waiting_changes(who, ids, YEAR)) == sorted(seen)
        assert waiting_list(who, 2) == []
    assert waiting_changes(_staff("all"), ids, YEAR + 1) == {}


def test_provinces_with_as_much_to_do_stay_in_their_order() -> None:
    loads = [ProvinceLoad(name, name, waiting, None, 0, 0, 0, 0) for name, waiting in (("ฮ", 1), ("ก", 1), ("ข", 2))]
    assert [load.name for load in heaviest_first(loads)] == ["ข", "ฮ", "ก"]


def test_other_reasons_of_plans_that_failed_are_given_once_they_are_confirmed(app: Flask) -> None:
    # given
    officer, second, laos = _staff("somsri", "65"), _staff("malee", "65"), _laos()[:2]
    places = [(lao.own_organisation_id, YEAR) for lao in laos]
    with transaction():
        assert set_many(officer, [id_ for id_, _year in places], YEAR, PlanStatus.FAILED, NOW, "ไม่มีงบ") == 2
    _want(SecondPerson.BULK)
    failed = PlanStatus.FAILED
    lines = [SeenStatus(*place, failed, failed, False, f"เหตุผลที่ {n}", "ไม่มีงบ") for n, place in enumerate(places)]

    # when
    asked = _asked(lambda: set_from_file(officer, lines, NOW))
    with transaction():
        propose(officer, asked, NOW)
    id_ = db.session.scalars(select(ProposedDeed.id)).one()
    with transaction():
        done = answer_proposal(second, id_, ProposalAnswer.CONFIRM, "", NOW)

    # then
    assert done == (2, 0)
    assert failed_because(places) == {place: f"เหตุผลที่ {n}" for n, place in enumerate(places)}


def test_the_menu_counts_for_each_officer_what_others_proposed_also_within_the_same_moment(
    app: Flask, client: Client
) -> None:
    # given two who oversee the same province
    lao, officer, second = make_lao(), _staff("somsri", "65"), _staff("malee", "65")
    project = make_project(lao)
    _want(SecondPerson.REJECTIONS)
    asked = _asked(lambda: decide(officer, project, 1, Verdict.REJECT, "ไม่ครบ", NOW))
    with transaction():
        propose(officer, asked, NOW)
    link = re.compile(r'href="/nacc/deeds"[^>]*>.*?</a>', re.DOTALL)

    # when
    shown = []
    for who in (officer, second, officer):
        enter(client, who.account_id)
        found = link.search(client.get("/nacc").text)
        assert found
        shown.append('class="n"' in found[0])

    # then
    assert shown == [False, True, False]
