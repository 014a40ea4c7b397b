"""The desk of what should be checked: after the LAO had it, of the provinces given, with a verdict that stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs
from app.ledger.rules import covered
from app.models import HistoryEntry, Sign, Window, WindowException
from app.models.enums import Action, Entity, Role, Round, SignVerdict
from app.nacc.signs import operations, queries
from app.nacc.signs.rules import SignFilter
from tests.client import Client
from tests.factories import NOW, YEAR, make_lao, make_project, make_report, make_sign, make_staff
from tests.pages import enter

DESK = f"/nacc/signs?year={YEAR}&round=6"
DAY = timedelta(days=1)
ASKED = SignFilter(year=YEAR, round=Round.SIX)
SAID = {"verdict": "asked", "note": "โทรสอบถามแล้ว รอเอกสาร", "version": "1"}


@pytest.fixture
def lao(app: Flask) -> Actor:
    return make_lao()


@pytest.fixture
def officer(lao: Actor) -> Actor:
    return actor_of(make_staff("somsri", Role.OFFICER, "65").id)


def closes(at: object, more: object = None) -> None:
    """The round's window closes then; for the first LAO, `more` is given."""
    opens = clock.fiscal_year_start(YEAR)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=opens, closes_at=at))
        if more:
            db.session.add(WindowException(organisation_id=1, fiscal_year=YEAR, round=6, closes_at=more, reason="ฝน"))


def seen(officer: Actor, now: object) -> list[int]:
    return [row.id for row in queries.sign_rows(officer, ASKED, now)]  # type: ignore[arg-type]


def test_an_officer_sees_a_sign_of_an_open_end_after_seven_days(lao: Actor, officer: Actor) -> None:
    sign = make_sign(lao.own_organisation_id)
    assert seen(officer, NOW + 6 * DAY) == []
    assert seen(officer, NOW + 7 * DAY) == [sign]


def test_an_officer_sees_a_sign_when_the_round_has_closed_for_that_lao(lao: Actor, officer: Actor) -> None:
    # given two LAOs, one of which was given more time
    other = make_lao("6650808")
    first, second = make_sign(lao.own_organisation_id, make_project(lao)), make_sign(other.own_organisation_id)
    closes(NOW + 30 * DAY, more=NOW + 40 * DAY)

    # then each is seen from its own closing on, in the list and by its number
    assert seen(officer, NOW + 29 * DAY) == []
    assert seen(officer, NOW + 30 * DAY) == [second]
    with pytest.raises(NotTheirs):
        queries.sign_row(officer, first, NOW + 39 * DAY)
    assert set(seen(officer, NOW + 40 * DAY)) == {first, second}
    assert queries.sign_row(officer, first, NOW + 40 * DAY).id == first
    assert queries.chosen(officer, [first, second], ASKED, NOW + 30 * DAY) == [second]


def test_only_of_the_provinces_given(lao: Actor, client: Client) -> None:
    sign = make_sign(lao.own_organisation_id)
    enter(client, make_staff("north", Role.OFFICER, "50").id)
    assert "ไม่มีสิ่งที่ควรตรวจสอบ" in client.get(DESK).text
    assert client.get(f"/nacc/signs/{sign}").status_code == 404
    assert client.send(f"/nacc/signs/{sign}", SAID).status_code == 404
    client.send(f"/nacc/signs/many?year={YEAR}&round=6", {"ids": str(sign), **SAID})
    assert db.session.get_one(Sign, sign).verdict is None


def test_a_verdict_is_kept_told_to_the_lao_and_can_change(lao: Actor, officer: Actor, client: Client) -> None:
    # given a sign on the desk
    sign = make_sign(lao.own_organisation_id, make_project(lao))
    enter(client, officer.account_id or 0)
    assert "แต่ยังไม่มียอดเบิกจ่าย" in client.get(DESK).text

    # when the officer says what came of it, and later something else
    shown = client.send(f"/nacc/signs/{sign}?year={YEAR}&round=6", SAID, follow_redirects=True).text
    assert "บันทึกผลการตรวจสอบแล้ว: สอบถาม อปท. แล้ว" in shown
    assert SAID["note"] in shown
    client.send(f"/nacc/signs/{sign}", {"verdict": "no_problem", "note": "ได้เอกสารแล้ว", "version": "2"})

    # then the last one stands, with who and when, and both stand in the history
    db.session.expire_all()
    row = db.session.get_one(Sign, sign)
    assert (row.verdict, row.note, row.judged_by_id) == (SignVerdict.NO_PROBLEM, "ได้เอกสารแล้ว", officer.account_id)
    assert row.judged_at is not None
    of_signs = select(HistoryEntry).where(HistoryEntry.entity == Entity.SIGN.value)
    told = list(db.session.scalars(of_signs.order_by(HistoryEntry.id)))
    assert [(each.action, each.reason) for each in told] == [
        (Action.JUDGE_SIGN.value, SAID["note"]),
        (Action.JUDGE_SIGN.value, "ได้เอกสารแล้ว"),
    ]
    enter(client, lao.account_id or 0)
    page = client.get("/history").text
    for words in ("ป.ป.ช. บันทึกผลการตรวจสอบ", "ตรวจสอบแล้ว ไม่มีข้อสังเกต", "ได้เอกสารแล้ว"):
        assert words in page


def test_a_verdict_without_words_or_on_an_old_page_is_refused_and_what_was_typed_stays(
    lao: Actor, officer: Actor, client: Client
) -> None:
    sign = make_sign(lao.own_organisation_id)
    enter(client, officer.account_id or 0)
    answer = client.send(f"/nacc/signs/{sign}", {"note": "", "version": "1"})
    assert answer.status_code == 422
    for words in ("เลือกผลการตรวจสอบ 1 ข้อ", "เขียนสั้น ๆ ว่าตรวจสอบอะไร"):
        assert words in answer.text
    client.send(f"/nacc/signs/{sign}", SAID)
    stale = client.send(f"/nacc/signs/{sign}", SAID | {"verdict": "noted", "note": "ข้อความที่สอง"})
    assert stale.status_code == 422
    assert "ข้อความที่สอง" in stale.text
    assert "มีการแก้ไขโดยท่านเองในหน้าต่างอื่น" in stale.text
    assert db.session.get_one(Sign, sign).verdict is SignVerdict.ASKED


def test_many_are_judged_at_once_and_those_with_a_verdict_stay(lao: Actor, officer: Actor, client: Client) -> None:
    # given three signs, one with a verdict
    first = make_sign(lao.own_organisation_id)
    others = [make_sign(make_lao(f"665081{n}").own_organisation_id) for n in (1, 2)]
    enter(client, officer.account_id or 0)
    client.send(f"/nacc/signs/{first}", SAID)
    many = f"/nacc/signs/many?year={YEAR}&round=6"

    # when all that the filter shows are judged, first with a number that is not theirs
    assert "จะบันทึกผลการตรวจสอบ 2 เรื่อง" in client.get(f"{many}&all=1").text
    said = {"verdict": "no_problem", "note": "ตรวจแล้ว", "all": "1"}
    assert client.send(many, said | {"expected": "3"}).status_code == 422
    answer = client.send(many, said | {"expected": "2"}, follow_redirects=True)

    # then the two that waited have it, and the numbers beside the choices are the same whichever is chosen
    assert "บันทึกผลการตรวจสอบแล้ว 2 เรื่อง" in answer.text
    counts = queries.state_counts(officer, ASKED, clock.now())
    assert {state.value: number for state, number in counts.items() if number} == {"asked": 1, "no_problem": 2}
    for state in counts:
        assert queries.state_counts(officer, replace(ASKED, state=state.value), clock.now()) == counts
    db.session.expire_all()
    assert [db.session.get_one(Sign, id_).note for id_ in (first, *others)] == [SAID["note"], "ตรวจแล้ว", "ตรวจแล้ว"]


def test_the_list_is_narrowed_by_kind_and_verdict(lao: Actor, officer: Actor, client: Client) -> None:
    make_sign(lao.own_organisation_id)
    enter(client, officer.account_id or 0)
    for narrow, there in (("kind=done_at_once", True), ("kind=last_hour", False), ("state=waiting", True)):
        assert ("ภายใน 1 นาที ควรตรวจสอบ" in client.get(f"{DESK}&{narrow}").text) is there, narrow
    assert "ภายใน 1 นาที ควรตรวจสอบ" not in client.get(f"{DESK}&state=asked").text
    assert "ภายใน 1 นาที ควรตรวจสอบ" not in client.get(f"/nacc/signs?year={YEAR}&round=12").text


def test_nothing_of_it_is_public(lao: Actor, officer: Actor, client: Client) -> None:
    project = make_project(lao)
    make_report(lao, project)
    make_sign(lao.own_organisation_id, project)
    for path in (f"/public/projects/{project}", "/public/organisations/6650807", f"/api/v1/projects?year={YEAR}"):
        assert "ควรตรวจสอบ" not in client.get(path).text, path
    assert not covered(Action.JUDGE_SIGN.value, Entity.SIGN.value)


def test_whoever_was_first_with_a_verdict_on_many_keeps_it(
    lao: Actor, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading which signs wait and writing, somebody else said something of one of them."""
    # given two signs that were read as waiting
    judged, waits = make_sign(lao.own_organisation_id, make_project(lao)), make_sign(lao.own_organisation_id)
    other = actor_of(make_staff("malee", Role.OFFICER, "65").id)
    later = NOW + 8 * DAY
    with transaction():
        operations.judge(other, judged, 1, SignVerdict.ASKED, "โทรแล้ว", later)
    monkeypatch.setattr(queries, "chosen", lambda *_args: [judged, waits])
    monkeypatch.setattr(queries, "filtered", lambda *_args: [judged, waits])
    # when
    with transaction():
        assert operations.judge_chosen(officer, [judged, waits], ASKED, SignVerdict.NOTED, "เก็บไว้", later) == 1
        assert operations.judge_filtered(officer, ASKED, 2, SignVerdict.NOTED, "อีกครั้ง", later) == 0
    # then the first word stands, and the history tells of each once
    rows = [db.session.get_one(Sign, id_, populate_existing=True) for id_ in (judged, waits)]
    assert [(row.verdict, row.note, row.judged_by_id, row.version) for row in rows] == [
        (SignVerdict.ASKED, "โทรแล้ว", other.account_id, 2),
        (SignVerdict.NOTED, "เก็บไว้", officer.account_id, 2),
    ]
    told = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == Entity.SIGN.value))
    assert [(each.actor_id, each.reason) for each in told] == [
        (other.account_id, "โทรแล้ว"),
        (officer.account_id, "เก็บไว้"),
    ]


def test_only_the_signs_of_the_round_that_was_asked_for_are_judged(lao: Actor, officer: Actor) -> None:
    make_sign(lao.own_organisation_id)
    of_twelve = make_sign(lao.own_organisation_id, round_=Round.TWELVE)
    later = NOW + 8 * DAY
    assert queries.chosen(officer, [of_twelve], ASKED, later) == []
    assert queries.filtered(officer, replace(ASKED, round=Round.TWELVE), later) == [of_twelve]
