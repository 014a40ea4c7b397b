"""Rules of the desk at the very moment, number or length at which they change their answer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import Refusal
from app.lao.signs.rules import officers_see_until
from app.models import Account, Sign, Window, WindowException
from app.models.enums import Action, PlanStatus, Role, Round, SignVerdict
from app.nacc.administration.rules import lock_problem, more_time_problem, window_problem
from app.nacc.digests.rules import Span, is_morning, is_told_of_closing, next_span
from app.nacc.evaluation.rules import ScoreCell, YearScores
from app.nacc.lao_accounts.queries import account_rows, unclaimed
from app.nacc.lao_accounts.rules import AccountFilter, AccountState, code_words
from app.nacc.proposals.operations import set_minimum
from app.nacc.proposals.rules import proposed
from app.nacc.review.queries import queue_by_province, queue_count
from app.nacc.review.rules import ALIKE_FROM, ReviewQueue, alike, picked_reason, sent_back
from app.nacc.second_person.rules import SecondPerson, asks
from app.nacc.signs.operations import judge
from app.nacc.signs.queries import sign_rows
from app.nacc.signs.rules import SignFilter
from app.nacc.waiting.queries import with_open_window
from app.nacc.waiting.rules import ReminderCandidate as Candidate
from app.nacc.waiting.rules import RoundStanding, RoundWork, body, sort_out, standing
from app.plans.rules import ReportWindow, round_of
from tests.factories import NOW, YEAR, make_lao, make_project, make_sign, make_staff

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def _officer() -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, "65").id)


@pytest.mark.parametrize("given", [False, True])
def test_at_its_closing_a_round_takes_no_reminder(app: Flask, given: bool) -> None:
    id_ = make_lao().own_organisation_id
    everybody, own = (NOW - DAY, NOW) if given else (NOW, None)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=NOW - 9 * DAY, closes_at=everybody))
        if own:
            more = {"organisation_id": id_, "fiscal_year": YEAR, "round": 6, "closes_at": own, "reason": "น้ำท่วม"}
            db.session.add(WindowException(**more))
    assert with_open_window([id_], YEAR, Round.SIX, NOW - SECOND) == {id_}
    assert with_open_window([id_], YEAR, Round.SIX, NOW) == set()
    assert with_open_window([id_], YEAR, Round.SIX, NOW - 9 * DAY) == {id_}
    assert with_open_window([id_], YEAR, Round.SIX, NOW - 9 * DAY - SECOND) == set()


def test_a_sign_is_judged_anew_where_verdict_or_note_is_another(app: Flask) -> None:
    officer, lao = _officer(), make_lao()
    sign = make_sign(lao.own_organisation_id, make_project(lao))
    later = NOW + 30 * DAY
    said = [
        (1, SignVerdict.NOTED, "ก", True),
        (2, SignVerdict.NOTED, "ก", False),
        (1, SignVerdict.NOTED, "ก", True),  # a double click
        (2, SignVerdict.NOTED, "ข", True),
        (3, SignVerdict.ASKED, "ข", True),
    ]
    for version, verdict, note, saved in said:
        with transaction():
            assert judge(officer, sign, version, verdict, note, later) is saved, (version, verdict, note)
    kept = db.session.get_one(Sign, sign, populate_existing=True)
    assert (kept.verdict, kept.note, kept.version) == (SignVerdict.ASKED, "ข", 4)


def test_officers_see_a_sign_that_arose_by_the_closing(app: Flask) -> None:
    officer, lao = _officer(), make_lao()
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=NOW - 90 * DAY, closes_at=NOW))
    signs = [make_sign(lao.own_organisation_id, make_project(lao)) for _ in range(2)]
    until = officers_see_until(NOW, NOW + DAY)
    assert until is not None
    with transaction():
        for sign, at in zip(signs, (until, until + SECOND), strict=True):
            db.session.get_one(Sign, sign).arose_at = at
    shown = sign_rows(officer, SignFilter(year=YEAR, round=Round.SIX), NOW + DAY)
    assert [row.id for row in shown] == [signs[0]]


def test_a_project_has_waited_so_many_days_from_that_moment_on(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    make_project(lao, now=NOW - 7 * DAY)
    for now, number in ((NOW - SECOND, 0), (NOW, 1)):
        assert queue_count(officer, ReviewQueue(days=7), now) == number
        assert queue_by_province(officer, ReviewQueue(), 7, now)["65"].long == number


def test_a_code_is_good_until_its_last_moment(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    with transaction():
        account = db.session.get_one(Account, lao.account_id)
        account.password_hash, account.activation_expires_at = None, NOW
    without = AccountFilter(state=AccountState.NO_CODE)
    for now, good in ((NOW - SECOND, True), (NOW, False)):
        assert unclaimed(officer, AccountFilter(), now).with_code == good
        assert len(account_rows(officer, without, now)) == (not good)
        assert code_words(False, NOW, now, "วันนี้").startswith("ออกแล้ว" if good else "หมดอายุ")


def test_the_minimum_can_be_all_that_can_be_reached(app: Flask) -> None:
    admin = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    with transaction():
        assert set_minimum(admin, YEAR, Decimal(100), 0, NOW)
    with pytest.raises(Refusal, match=r"100\.00"), transaction():
        set_minimum(admin, YEAR, Decimal("100.01"), 1, NOW)
    with transaction():
        assert not set_minimum(admin, YEAR, Decimal(100), 1, NOW)
    reached = YearScores({ScoreCell.named("evaluation_1"): Decimal(20), ScoreCell.named("sar_1"): Decimal(5)})
    assert [proposed(reached, Decimal(least)) for least in ("20", "20.01")] == [PlanStatus.PASSED, PlanStatus.FAILED]
    assert proposed(YearScores({ScoreCell.named("sar_1"): Decimal(5)}), Decimal(0)) is None


def test_windows_and_more_time_at_their_edges() -> None:
    window = ReportWindow(YEAR, Round.SIX, NOW - DAY, NOW)
    assert window_problem(NOW, NOW)
    assert not window_problem(NOW, NOW + SECOND)
    assert not window_problem(NOW, None)
    assert "ไม่มีกำหนดปิด" in more_time_problem(NOW, ReportWindow(YEAR, Round.SIX, NOW, None), NOW)
    assert "ผ่านไปแล้ว" in more_time_problem(NOW + SECOND, window, NOW + SECOND)
    assert "สำหรับทุกแห่งอยู่แล้ว" in more_time_problem(NOW, window, NOW - DAY)
    assert not more_time_problem(NOW + SECOND, window, NOW)
    assert [round_of(text) for text in (" 12 ", "6", "7", "", "12.0")] == [12, 6, 6, 6, 6]


def test_somebody_is_left_who_can_unlock() -> None:
    assert lock_problem(True, 5, True)
    assert lock_problem(False, 1, True)
    assert not lock_problem(False, 2, True)
    assert not lock_problem(False, 1, False)


def test_a_day_is_told_from_seven_on_and_a_closing_a_week_and_a_day_ahead() -> None:
    seven = NOW.replace(hour=7, minute=0, second=0)
    assert [is_morning(at) for at in (seven - SECOND, seven, seven + 16 * timedelta(hours=1))] == [False, True, True]
    assert next_span(NOW - timedelta(minutes=5), NOW) is None
    first = next_span(None, NOW)
    assert first == Span(NOW - timedelta(minutes=5) - DAY, NOW - timedelta(minutes=5))
    span = Span(NOW - DAY, NOW)
    assert [at in span for at in (span.since, span.since + SECOND, NOW, NOW + SECOND)] == [False, True, True, False]
    for closes, told, lately in (
        (NOW, False, False),
        (NOW + SECOND, True, True),
        (NOW + DAY, True, True),
        (NOW + DAY + SECOND, False, True),
        (NOW + 6 * DAY, False, True),
        (NOW + 6 * DAY + SECOND, True, True),
        (NOW + 7 * DAY, True, True),
        (NOW + 7 * DAY + SECOND, False, False),
    ):
        answers = [is_told_of_closing(closes, span, set_lately=set_lately) for set_lately in (False, True)]
        assert answers == [told, lately], closes - NOW


@pytest.mark.parametrize(
    ("wanted", "rejecting", "other"),
    [
        (SecondPerson.OFF, [False] * 3, [False] * 3),
        (SecondPerson.REJECTIONS, [False, True, True], [False] * 3),
        (SecondPerson.BULK, [False, False, True], [False, False, True]),
        (SecondPerson.BOTH, [False, True, True], [False, False, True]),
    ],
)
def test_what_asks_for_two(wanted: SecondPerson, rejecting: list[bool], other: list[bool]) -> None:
    assert [asks(wanted, rows, rejects=True) for rows in (0, 1, 2)] == rejecting
    assert [asks(wanted, rows, rejects=False) for rows in (0, 1, 2)] == other


def test_where_an_lao_stands_and_who_is_reminded() -> None:
    at = RoundStanding
    for work, found in (
        (RoundWork(False, 3, 1), at.NOTHING_TO_REPORT),
        (RoundWork(True), at.NOTHING_RECORDED),
        (RoundWork(True, rejected=True), at.NOTHING_TO_REPORT),
        (RoundWork(True, said_nothing=True), at.SAID_NOTHING),
        (RoundWork(True, 2, 1, said_nothing=True), at.PARTLY),
        (RoundWork(True, rejected=True, said_nothing=True), at.SAID_NOTHING),
        (RoundWork(True, 2), at.NOTHING_REPORTED),
        (RoundWork(True, 2, 2), at.COMPLETE),
    ):
        assert standing(work) is found, work
    due, complete = RoundWork(True, 2), RoundWork(True, 2, 2)
    sorted_ = sort_out(
        Candidate(number, "ก", *facts)
        for number, facts in enumerate(
            [
                (complete, "", True, False),
                (due, "", True, False),
                (due, "", True, True),
                (due, "", False, True),
                (due, "a@b", True, True),
                (due, "a@b", False, True),
            ]
        )
    )
    assert [each.organisation_id for each in sorted_.mailed] == [5]
    assert (sorted_.not_needed, sorted_.not_open, sorted_.without_email, sorted_.already_today) == (1, 1, 2, 1)


def test_a_reminder_names_a_closing_that_is_to_come() -> None:
    window = ReportWindow(YEAR, Round.SIX, NOW - DAY, NOW)
    for counted_at, named in ((NOW - SECOND, True), (NOW, False)):
        text = body("อบต.", 1234, 1000, counted_at, window, "https://e.example")
        assert ("ปิดรับรายงานวันที่ 2 เมษายน 2561 เวลา 14.32 น." in text) is named
        assert "1,000 โครงการ จากทั้งหมด 1,234 โครงการ" in text
        assert f"https://e.example/reporting?year={YEAR}" in text
    none = body("อบต.", 0, 0, NOW, window, "https://e.example")
    assert "https://e.example/projects/new" in none


def test_names_alike_and_reasons_picked() -> None:
    name = "ก" * ALIKE_FROM
    assert alike(name, f"โครงการ{name}ปี")
    assert not alike(name[1:], f"โครงการ{name}ปี")
    assert alike("ก", "ก")
    known = ["ซ้ำ", "ซ้ำกับโครงการอื่น"]
    picked = {text: picked_reason(text, known) for text in ("ซ้ำ", "ซ้ำ – ดู", "ซ้ำกับโครงการอื่น", "ซ้ำกับ", "ไม่ซ้ำ")}
    assert list(picked.values()) == ["ซ้ำ", "ซ้ำ", "ซ้ำกับโครงการอื่น", "", ""]


def test_sent_back_is_what_was_rejected_last() -> None:
    class Word:
        def __init__(self, action: str) -> None:
            self.action = action

    for told, back in (
        ([Action.EDIT, Action.REJECT], True),
        ([Action.EDIT, Action.TAKE_BACK, Action.REJECT], False),
        ([Action.REJECT, Action.APPROVE], True),
        ([Action.APPROVE, Action.REJECT], False),
        ([Action.EDIT], False),
    ):
        assert (sent_back([Word(each.value) for each in told]) is not None) is back, told
