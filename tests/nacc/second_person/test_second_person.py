"""The second person: what one proposes changes nothing, what another confirms is done by the deed itself, once."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, table, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.lao.projects.operations import edit_project
from app.lao.projects.queries import project_detail
from app.ledger.rules import COVERED
from app.models import HistoryEntry, PlanYear, Project, ProposedDeed, Score
from app.models.enums import Entity, PlanStatus, ProposalAnswer, ReviewStatus, Role, SecondPerson, Which
from app.nacc.administration.operations import set_setting
from app.nacc.evaluation.operations import do_filtered, do_one, save_scores
from app.nacc.evaluation.queries import scores_of_one
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.my_deeds.operations import answer_proposal
from app.nacc.plan_years.operations import set_from_file, set_many, set_status
from app.nacc.plan_years.operations import take_back as take_plans_back
from app.nacc.plan_years.queries import statuses
from app.nacc.plan_years.rules import COLUMNS, PlanFilter, SeenStatus
from app.nacc.proposals.operations import set_minimum
from app.nacc.review.operations import change_verdict, decide, decide_chosen, take_back
from app.nacc.review.rules import Verdict
from app.nacc.second_person import queries
from app.nacc.second_person.operations import propose
from app.nacc.second_person.queries import second_person, waiting_number, waiting_proposals
from app.nacc.second_person.rules import SETTING, AsksSecond, answer_refusal, asks
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_staff
from tests.pages import enter, fields
from tests.uploads.files import workbook_of

LATER = NOW + timedelta(days=3)
OTHER_YEAR = YEAR + 2  # of which no plan was sent
CONFIRM, DECLINE, WITHDRAW = ProposalAnswer.CONFIRM, ProposalAnswer.DECLINE, ProposalAnswer.WITHDRAW


def _staff(name: str, *provinces: str) -> Actor:
    role = Role.OFFICER if provinces else Role.ADMINISTRATOR
    return actor_of(make_staff(name, role, *provinces).id)


def _want(admin: Actor, wanted: SecondPerson) -> None:
    with transaction():
        kept = second_person() is not SecondPerson.OFF
        set_setting(admin, SETTING, wanted, int(kept), NOW, "second_person")


def _propose(actor: Actor, deed: Any) -> int:
    """The deed asks for a second person, and is put before one; gives the proposal's id."""
    with pytest.raises(AsksSecond) as asked, transaction():
        deed()
    with transaction():
        propose(actor, asked.value, LATER)
    return db.session.scalars(select(ProposedDeed.id).order_by(ProposedDeed.id.desc())).first() or 0


def _answer(actor: Actor, id_: int, answer: ProposalAnswer, reason: str = "") -> tuple[int, int]:
    with transaction():
        return answer_proposal(actor, id_, answer, reason, LATER)


def _score(officer: Actor, lao: Actor, year: int, value: str = "18") -> None:
    cell = ScoreCell(Which.EVALUATION, 1)
    seen = scores_of_one(officer, lao.own_organisation_id, year).value(cell)
    with transaction():
        save_scores(officer, lao.own_organisation_id, year, {cell: ScoreEntry(Decimal(value), seen)}, "", NOW)


@pytest.mark.parametrize(
    ("wanted", "rows", "rejects", "second"),
    [
        (SecondPerson.OFF, 575, True, False),
        (SecondPerson.REJECTIONS, 1, True, True),
        (SecondPerson.REJECTIONS, 575, False, False),
        (SecondPerson.BULK, 1, True, False),
        (SecondPerson.BULK, 2, False, True),
        (SecondPerson.BOTH, 1, True, True),
        (SecondPerson.BOTH, 1, False, False),
        (SecondPerson.BOTH, 2, False, True),
        (SecondPerson.BOTH, 0, True, False),
    ],
)
def test_a_rejection_or_two_rows_ask_for_a_second_person(
    wanted: SecondPerson, rows: int, rejects: bool, second: bool
) -> None:
    assert asks(wanted, rows, rejects=rejects) is second


def test_only_another_one_confirms_and_only_the_proposer_withdraws() -> None:
    assert answer_refusal(CONFIRM, own=True, reason="")
    assert answer_refusal(DECLINE, own=True, reason="ไม่")
    assert answer_refusal(WITHDRAW, own=False, reason="")
    assert answer_refusal(DECLINE, own=False, reason="")
    assert not answer_refusal(DECLINE, own=False, reason="ไม่")
    assert not answer_refusal(CONFIRM, own=False, reason="")
    assert not answer_refusal(WITHDRAW, own=True, reason="")


# What one person does alone also then, and why.
ALONE = {
    "plan_years.set_one": "one plan",
    "plan_years.check_file": "shows what a file would change",
    "proposals.set_minimum": "the administrator's, and no plan changes by it",
}


def _stands() -> list[list[Any]]:
    """Verdicts, plans and scores as they stand."""
    db.session.rollback()
    return [[tuple(row) for row in db.session.execute(select(table(each)))] for each in (Project, PlanYear, Score)]


def test_no_route_rejects_or_does_many_before_the_second_person_and_then_each_is_done(
    app: Flask, client: Client
) -> None:
    # given
    laos = [make_lao(), make_lao("6650808", name="องค์การบริหารส่วนตำบลสอง", district="6508")]
    ids = [make_project(lao, facts(f"ที่ {n}")) for n, lao in enumerate([*laos, *laos, *laos])]
    officer, second, admin = _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    with transaction():
        decide(officer, ids[5], 1, Verdict.APPROVE, "", NOW)
        set_minimum(admin, OTHER_YEAR, Decimal(10), 0, NOW)
    for lao in laos:
        _score(officer, lao, YEAR)
        _score(officer, lao, OTHER_YEAR)
    enter(client, officer.account_id)
    file = workbook_of(list(COLUMNS), *[[f"665080{n}", YEAR + 3, "ผ่าน"] for n in (7, 8)])
    chosen = {"file": (BytesIO(file), "a.xlsx")}
    dry = client.send(f"/nacc/plan-years/file?year={YEAR}", chosen, content_type="multipart/form-data")
    _want(admin, SecondPerson.BOTH)
    before, rejecting = _stands(), {"verdict": "reject", "reason": "ผิดมิติ"}
    at = {"at": LATER.isoformat()}
    sent: list[tuple[str, str, dict[str, Any]]] = [
        ("review.decide", f"/nacc/review/{ids[0]}", rejecting | {"version": "1"}),
        ("review.decide", f"/nacc/review/{ids[5]}?status=approved", rejecting | {"version": "2", "change": "1"}),
        ("review.decide_many", "/nacc/review/many", rejecting | {"ids": [ids[1]]}),
        ("review.decide_many", "/nacc/review/many", {"verdict": "approve", "ids": ids[2:4]}),
        ("review.decide_many", "/nacc/review/many", rejecting | {"all": "1", "expected": "5"}),
        ("plan_years.set_many", f"/nacc/plan-years/many?year={YEAR}", {"status": "not_sent", "ids": ["1", "2"]}),
        (
            *("plan_years.set_many", f"/nacc/plan-years/many?year={YEAR + 1}"),
            {"status": "failed", "reason": "ไม่ครบ", "all": "1", "expected": "2"},
        ),
        ("plan_years.confirm_file", f"/nacc/plan-years/file/confirm?year={YEAR}", _sealed(dry.text)),
        (
            *("proposals.confirm_proposals", f"/nacc/scores/proposals?year={OTHER_YEAR}"),
            {"passing": "2", "failing": "0"},
        ),
        ("evaluation.do_filtered", f"/nacc/scores/publish?year={YEAR}", {"expected": "2"}),
        ("review.take_back", "/nacc/review/take-back", at),
        ("plan_years.take_back", "/nacc/plan-years/take-back", at),
    ]
    views = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    of_desks = {each for each in views if each.startswith(("review.", "plan_years.", "proposals."))}
    assert of_desks == {name for name, _path, _form in sent if not name.startswith("evaluation.")} | set(ALONE)

    # when: the first person sends everything there is, and would confirm it too
    for name, path, form in sent:
        answer = client.send(path, form)
        assert answer.status_code == 303, (name, answer.text)
    waiting = [each.id for each in waiting_proposals(officer)]
    for id_ in waiting:
        assert "ผู้เสนอยืนยันเองไม่ได้" in client.send(f"/nacc/deeds/{id_}/confirm", {}).text

    # then: nothing has changed until the second one confirms
    assert _stands() == before
    assert len(waiting) == 10
    assert (waiting_number(officer), waiting_number(second)) == (0, 10)
    enter(client, second.account_id)
    page = client.get("/nacc/deeds").text
    for words in ("officer65", "พิจารณาโครงการ: ปฏิเสธ", "เปลี่ยนผลแผนเป็น แผนผ่าน", "เผยแพร่คะแนน", "ผิดมิติ"):
        assert words in page
    for id_ in waiting:
        answer = client.send(f"/nacc/deeds/{id_}/confirm", {})
        assert answer.status_code == 303, answer.text
    db.session.rollback()
    verdicts = dict(db.session.execute(select(Project.id, Project.review_status)).all())
    rejected, approved = ReviewStatus.REJECTED, ReviewStatus.APPROVED
    assert [verdicts[id_] for id_ in ids] == [rejected, rejected, approved, approved, rejected, rejected]
    kept = statuses([(lao.own_organisation_id, YEAR + n) for lao in laos for n in range(4)])
    expected = [PlanStatus.NOT_SENT, PlanStatus.FAILED, PlanStatus.PASSED, PlanStatus.PASSED]
    assert [kept[laos[0].own_organisation_id, YEAR + n] for n in range(4)] == expected
    assert waiting_proposals(second) == []


def _sealed(page: str) -> dict[str, Any]:
    return {"sealed": fields(page)["sealed"][0]}


def test_what_changed_since_is_left_out_and_said_and_the_undo_works_afterwards(app: Flask, client: Client) -> None:
    # given
    lao, officer, second, admin = make_lao(), _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    ids = [make_project(lao, facts(f"ที่ {n}")) for n in range(3)]
    _want(admin, SecondPerson.BULK)
    id_ = _propose(officer, lambda: decide_chosen(officer, ids, Verdict.REJECT, "ผิดมิติ", LATER))
    with transaction():
        edit_project(lao, period_of(YEAR), ids[0], 1, facts("แก้แล้ว"), LATER)

    # when
    enter(client, second.account_id)
    answer = client.send(f"/nacc/deeds/{id_}/confirm", {}, follow_redirects=True)

    # then
    assert "เปลี่ยน 2 รายการ อีก 1 รายการไม่เปลี่ยน เพราะมีการแก้ไขหลังจากเสนอ" in answer.text
    assert project_detail(lao, ids[0]).review_status is ReviewStatus.PENDING
    assert project_detail(lao, ids[1]).review_reason == "ผิดมิติ"
    assert client.send(f"/nacc/deeds/{id_}/confirm", {}).status_code == 422
    at = re.findall(r'name="at"\s+value="([^"]+)"', answer.text)[0]
    undone = client.send("/nacc/review/take-back", {"at": at, "back": "deeds"}, follow_redirects=True)
    assert "เลิกทำแล้ว 2 โครงการ" in undone.text
    enter(client, officer.account_id)
    assert "ยืนยันแล้ว</b>\nเปลี่ยน 2 โครงการ โดย second" in client.get("/nacc/deeds").text
    history = client.get("/nacc/history/6650807?entity=proposed+deed").text
    for words in ("ป.ป.ช. เสนอให้อีกคนยืนยัน", "ป.ป.ช. ยืนยันข้อเสนอ", "<b>เสนอโดย</b>: – → officer65"):
        assert words in history
    enter(client, lao.account_id)
    told = client.get("/history").text
    assert "ป.ป.ช. ปฏิเสธ" in told
    assert "เสนอ" not in told.split("<table")[1]
    assert Entity.PROPOSED_DEED not in COVERED


def test_the_second_person_oversees_all_provinces_involved_at_that_moment(app: Flask) -> None:
    # given
    here = make_lao()
    there = make_lao("2900101", name="องค์การบริหารส่วนจังหวัดสงขลา", province="90", district="9001")
    ids = [make_project(here), make_project(there)]
    both, one, other, admin = _staff("both", "65", "90"), _staff("one", "65"), _staff("other", "65", "90"), _staff("a")
    _want(admin, SecondPerson.BULK)
    id_ = _propose(both, lambda: decide_chosen(both, ids, Verdict.APPROVE, "", LATER))

    # when, then
    assert [len(waiting_proposals(who)) for who in (both, one, other, admin, here)] == [1, 0, 1, 1, 0]
    for stranger in (one, here):
        with pytest.raises(NotTheirs):
            _answer(stranger, id_, CONFIRM)
    with pytest.raises(Refusal, match="ถอนได้เฉพาะ"):
        _answer(other, id_, WITHDRAW)
    assert _answer(other, id_, CONFIRM) == (2, 0)
    with pytest.raises(Stale):
        _answer(admin, id_, CONFIRM)


def test_a_proposal_is_said_at_the_project_and_falls_with_word_where_somebody_decides_otherwise(
    app: Flask, client: Client
) -> None:
    # given
    lao, officer, second, admin = make_lao(), _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    project = make_project(lao)
    _want(admin, SecondPerson.REJECTIONS)
    enter(client, officer.account_id)
    rejecting = {"verdict": "reject", "reason": "ผิดมิติ", "version": "1"}
    first = client.send(f"/nacc/review/{project}", rejecting, follow_redirects=True).text
    assert "เสนอแล้ว 1 โครงการ" in first
    assert 'name="at"' not in first, "nothing was done that could be undone"
    assert "เสนอไว้แล้วและรอเจ้าหน้าที่อีกคน" in client.send(f"/nacc/review/{project}", rejecting).text

    # when
    enter(client, second.account_id)
    desk = client.get(f"/nacc/review/{project}").text
    for words in ("officer65 เสนอปฏิเสธ", "เสนอปฏิเสธ</span>", "รออีกคนยืนยัน"):
        assert words in desk
    approved = client.send(f"/nacc/review/{project}", {"verdict": "approve", "version": "1"}, follow_redirects=True)

    # then
    assert "ข้อเสนอที่รออยู่ 1 ข้อเสนอตกไป" in approved.text
    assert project_detail(lao, project).review_status is ReviewStatus.APPROVED
    assert waiting_proposals(second) == []
    enter(client, officer.account_id)
    assert "ตกไป เพราะมีการพิจารณาก่อน" in client.get("/nacc/deeds").text
    change = _propose(officer, lambda: change_verdict(officer, project, 2, Verdict.REJECT, "ใหม่", LATER))
    assert _answer(second, change, CONFIRM) == (1, 0)


def test_what_was_proposed_of_a_project_before_it_was_changed_stands_in_nobodys_way(app: Flask, client: Client) -> None:
    # given
    lao, officer, second, admin = make_lao(), _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    project = make_project(lao)
    _want(admin, SecondPerson.REJECTIONS)
    _propose(officer, lambda: decide(officer, project, 1, Verdict.REJECT, "ผิดมิติ", LATER))
    # when the LAO changes the project
    with transaction():
        edit_project(lao, period_of(YEAR), project, 1, facts("แก้แล้ว"), LATER)
    # then its page says nothing of the proposal, and it can be proposed anew and confirmed
    enter(client, second.account_id)
    assert "เสนอปฏิเสธ" not in client.get(f"/nacc/review/{project}").text
    anew = _propose(officer, lambda: decide(officer, project, 2, Verdict.REJECT, "ยังผิดมิติ", LATER))
    assert "officer65 เสนอปฏิเสธ" in client.get(f"/nacc/review/{project}").text
    assert _answer(second, anew, CONFIRM) == (1, 0)
    assert project_detail(lao, project).review_reason == "ยังผิดมิติ"


def test_a_proposal_of_several_falls_with_the_last_project_that_is_as_it_was_read(app: Flask) -> None:
    # given
    lao, officer, second, admin = make_lao(), _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    ids = [make_project(lao, facts(f"ที่ {n}")) for n in range(2)]
    _want(admin, SecondPerson.BULK)
    id_ = _propose(officer, lambda: decide_chosen(officer, ids, Verdict.REJECT, "ผิดมิติ", LATER))
    waits = []
    # when the second one decides on them, one after the other
    for project in ids:
        with transaction():
            decide(second, project, 1, Verdict.APPROVE, "", LATER)
        waits.append([each.id for each in waiting_proposals(admin)])
    # then it waits for as long as one of them does
    assert waits == [[id_], []]


def test_of_a_long_proposal_the_first_rows_are_shown_and_all_are_counted(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    lao, officer, second, admin = make_lao(), _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    ids = [make_project(lao, facts(f"ที่ {n}")) for n in range(3)]
    _want(admin, SecondPerson.BULK)
    monkeypatch.setattr(queries, "SHOWN", 2)
    id_ = _propose(officer, lambda: decide_chosen(officer, ids, Verdict.APPROVE, "", LATER))
    # when
    enter(client, second.account_id)
    page = client.get("/nacc/deeds").text
    # then
    for words in ("ยืนยัน 3 โครงการ</button>", "และอีก 1 โครงการ"):
        assert words in page
    assert [f"ที่ {n} ·" in page for n in range(3)] == [True, True, False]
    assert _answer(second, id_, CONFIRM) == (3, 0)


def test_a_proposal_is_declined_with_a_reason_or_withdrawn_also_after_the_setting_is_off(
    app: Flask, client: Client
) -> None:
    # given
    lao, officer, second, admin = make_lao(), _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    ids = [make_project(lao, facts(f"ที่ {n}")) for n in range(3)]
    _want(admin, SecondPerson.REJECTIONS)
    declined, withdrawn, confirmed = (
        _propose(officer, lambda id_=id_: decide(officer, id_, 1, Verdict.REJECT, "ผิดมิติ", LATER)) for id_ in ids
    )
    _want(admin, SecondPerson.OFF)

    # when, then
    enter(client, second.account_id)
    bad = client.send(f"/nacc/deeds/{declined}/decline", {"reason": ""})
    assert bad.status_code == 422
    assert "เขียนเหตุผลที่ไม่รับ" in bad.text
    assert client.send(f"/nacc/deeds/{declined}/decline", {"reason": "มิติถูกแล้ว"}).status_code == 303
    assert client.send(f"/nacc/deeds/{withdrawn}/withdraw", {}).status_code == 422
    enter(client, officer.account_id)
    assert "มิติถูกแล้ว" in client.get("/nacc/deeds").text
    assert client.send(f"/nacc/deeds/{withdrawn}/withdraw", {}).status_code == 303
    assert _answer(second, confirmed, CONFIRM) == (1, 0)
    assert [project_detail(lao, id_).review_status.value for id_ in ids] == ["pending", "pending", "rejected"]
    with transaction():
        assert decide_chosen(officer, ids[:2], Verdict.REJECT, "ผิดมิติ", LATER) == 2


def test_plans_and_scores_that_changed_since_are_left_out_and_plans_go_back(app: Flask) -> None:
    # given
    laos = [make_lao(), make_lao("6650808", district="6508")]
    ids = [lao.own_organisation_id for lao in laos]
    officer, second, admin = _staff("officer65", "65"), _staff("second", "65"), _staff("chief")
    for lao in laos:
        _score(officer, lao, YEAR)
    _want(admin, SecondPerson.BULK)
    plans = _propose(officer, lambda: set_many(officer, ids, OTHER_YEAR, PlanStatus.PASSED, LATER))
    scores = _propose(officer, lambda: do_filtered(officer, PlanFilter(year=YEAR), 2, ScoreDeed.PUBLISH, LATER))
    with transaction():
        set_status(officer, ids[0], OTHER_YEAR, PlanStatus.FAILED, 0, LATER, "ไม่ครบ")
    _score(officer, laos[1], YEAR, "3")

    # when, then
    assert _answer(second, plans, CONFIRM) == (1, 1)
    assert _answer(second, scores, CONFIRM) == (1, 1)
    places = [(id_, OTHER_YEAR) for id_ in ids]
    assert statuses(places) == {places[0]: PlanStatus.FAILED, places[1]: PlanStatus.PASSED}
    published = [scores_of_one(officer, id_, YEAR).published_at is not None for id_ in ids]
    assert published == [True, False]
    with transaction():
        assert take_plans_back(second, LATER, LATER + timedelta(1)) == 1
    with transaction():
        assert take_back(second, LATER, LATER + timedelta(1)) == 0


def test_the_setting_is_the_administrators_and_its_history_is_read_in_thai(app: Flask, client: Client) -> None:
    enter(client, _staff("chief").account_id)
    assert client.send("/nacc/admin/second-person", {"wanted": "", "version": "0"}).status_code == 422
    assert client.send("/nacc/admin/second-person", {"wanted": "both", "version": "0"}).status_code == 303
    stale = client.send("/nacc/admin/second-person", {"wanted": "off", "version": "0"})
    assert stale.status_code == 422
    assert "มีการแก้ไขโดยท่านเอง" in stale.text
    assert second_person() is SecondPerson.BOTH
    history = client.get("/nacc/admin/history?entity=setting").text
    assert "<b>ผู้ยืนยันคนที่สอง</b>: – → ทั้งสองกรณี" in history


def test_a_filled_database_of_the_last_release_takes_proposals(app: Flask) -> None:
    lao, officer, admin = make_lao(), _staff("officer65", "65"), _staff("chief")
    project = make_project(lao)
    entries = db.session.scalars(select(HistoryEntry.id)).all()
    db.session.rollback()
    downgrade(revision="0022")
    upgrade()
    assert db.session.scalars(select(HistoryEntry.id)).all() == entries
    _want(admin, SecondPerson.REJECTIONS)
    assert _propose(officer, lambda: decide(officer, project, 1, Verdict.REJECT, "ผิดมิติ", LATER))


def test_whoever_answered_first_is_told_to_the_second(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading a proposal that waits and answering it, somebody else did; another one that waits stays."""
    # given two proposals, of which one was read as waiting and then declined
    lao, admin, officer, second = make_lao(), _staff("admin"), _staff("officer", "65"), _staff("second", "65")
    _want(admin, SecondPerson.REJECTIONS)
    projects = [make_project(lao, facts(name)) for name in ("ก", "ข")]
    ids = [
        _propose(officer, lambda project=project: decide(officer, project, 1, Verdict.REJECT, "ผิดมิติ", LATER))
        for project in projects
    ]
    read = queries.proposal(second, ids[0])
    _answer(second, ids[0], DECLINE, "ไม่ใช่")
    monkeypatch.setattr(queries, "proposal", lambda *_args: read)
    # then the confirmation comes too late, and changes nothing
    with pytest.raises(Stale):
        _answer(admin, ids[0], CONFIRM)
    rows = [db.session.get_one(ProposedDeed, id_, populate_existing=True) for id_ in ids]
    assert [(row.answer, row.answer_reason, row.settled_by_id, row.done) for row in rows] == [
        (DECLINE, "ไม่ใช่", second.account_id, None),
        (None, "", None, None),
    ]
    assert [db.session.get_one(Project, id_).review_status for id_ in projects] == [ReviewStatus.PENDING] * 2
    # and of the other one, once confirmed, its own number is kept
    monkeypatch.undo()
    assert _answer(second, ids[1], CONFIRM) == (1, 0)
    rows = [db.session.get_one(ProposedDeed, id_, populate_existing=True) for id_ in ids]
    assert [row.done for row in rows] == [None, 1]


def test_what_was_declined_can_be_proposed_again_and_what_waits_cannot(app: Flask) -> None:
    lao, other = make_lao(), make_lao("6650808")
    admin, officer, second = _staff("admin"), _staff("officer", "65"), _staff("second", "65")
    _want(admin, SecondPerson.BULK)
    ids = [lao.own_organisation_id, other.own_organisation_id]

    def deed() -> int:
        return set_many(officer, ids, YEAR, PlanStatus.FAILED, LATER, "ไม่ครบ")

    first = _propose(officer, deed)
    with pytest.raises(Refusal):
        _propose(officer, deed)
    _answer(second, first, DECLINE, "ยังไม่ใช่")
    again = _propose(officer, deed)
    assert again > first
    assert [(each.id, each.number) for each in waiting_proposals(second)] == [(again, 2)]


def test_of_many_that_change_one_row_only_one_person_does_it(app: Flask) -> None:
    """What a deed is told of is not what it changes: the rest is so already, and one row is no bulk."""
    # given two of each, one of which is already what it is to be
    laos = [make_lao(), make_lao("6650808", district="6508")]
    ids = [lao.own_organisation_id for lao in laos]
    projects = [make_project(lao) for lao in laos]
    officer, admin = _staff("officer65", "65"), _staff("chief")
    for lao in laos:
        _score(officer, lao, YEAR)
    with transaction():
        decide(officer, projects[0], 1, Verdict.APPROVE, "", NOW)
        set_status(officer, ids[0], OTHER_YEAR, PlanStatus.PASSED, 0, NOW)
        do_one(officer, ids[0], YEAR, ScoreDeed.PUBLISH, NOW)
    _want(admin, SecondPerson.BULK)
    seen = [SeenStatus(id_, OTHER_YEAR, PlanStatus.FAILED, PlanStatus.PASSED, False, "ไม่ครบ") for id_ in ids]
    deeds: list[Callable[[], int]] = [
        lambda: set_many(officer, ids, OTHER_YEAR, PlanStatus.PASSED, LATER),
        lambda: set_many(officer, ids, OTHER_YEAR, PlanStatus.PASSED, LATER),  # of which none changes
        lambda: set_status(officer, ids[0], OTHER_YEAR, PlanStatus.FAILED, 1, LATER, "ไม่ครบ"),
        lambda: set_from_file(officer, seen, LATER),
        lambda: decide_chosen(officer, projects, Verdict.APPROVE, "", LATER),
        lambda: do_filtered(officer, PlanFilter(year=YEAR), 1, ScoreDeed.PUBLISH, LATER),
    ]
    # then each is done at once
    for deed, done in zip(deeds, (1, 0, 1, 1, 1, 1), strict=True):
        with transaction():
            assert deed() == done
    assert waiting_proposals(admin) == []
