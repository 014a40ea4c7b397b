"""Who has not reported: where each LAO stands, and reminders that go out once."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import thai_day
from app.db import db, transaction
from app.errors import Refusal
from app.lao.projects.operations import delete_project
from app.mails import jobs as mails
from app.models import HistoryEntry, MailLog, PlanYear, Profile, Project, Window, WindowException
from app.models.enums import PlanStatus, ReviewStatus, Role, Round
from app.nacc.digests.rules import DIGEST
from app.nacc.waiting import queries
from app.nacc.waiting.forms import waiting_filter_of
from app.nacc.waiting.operations import remind_chosen, remind_filtered
from app.nacc.waiting.rules import RoundStanding, RoundWork, WaitingFilter, body, standing
from app.plans.queries import period_of
from app.plans.rules import report_window
from app.registry.operations import set_closed
from tests.client import Client
from tests.factories import (
    NOW,
    PASSWORD,
    YEAR,
    facts,
    make_account,
    make_lao,
    make_organisation,
    make_project,
    make_report,
    make_staff,
    review,
)
from tests.pages import enter, kept, without_choices
from tests.smtp import Mailbox, wait_for_mail

ASKED = WaitingFilter(year=YEAR, round=Round.SIX)
DESK = f"/nacc/waiting?year={YEAR}&round=6"
MANY = f"/nacc/waiting/many?year={YEAR}&round=6"


def _officer(*provinces: str) -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, *(provinces or ("65",))).id)


def _laos(number: int) -> list[Actor]:
    """LAOs without a project, each with an address of its own."""
    return [make_lao(f"66508{n:02}", name=f"องค์การบริหารส่วนตำบลที่ {n}") for n in range(number)]


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (RoundWork(passed=False), RoundStanding.NOTHING_TO_REPORT),
        (RoundWork(passed=False, total=3, reported=1), RoundStanding.NOTHING_TO_REPORT),
        (RoundWork(passed=True), RoundStanding.NOTHING_RECORDED),
        (RoundWork(passed=True, rejected=True), RoundStanding.NOTHING_TO_REPORT),
        (RoundWork(passed=True, said_nothing=True), RoundStanding.SAID_NOTHING),
        (RoundWork(passed=True, rejected=True, said_nothing=True), RoundStanding.SAID_NOTHING),
        (RoundWork(passed=True, total=3, said_nothing=True), RoundStanding.NOTHING_REPORTED),
        (RoundWork(passed=True, total=3), RoundStanding.NOTHING_REPORTED),
        (RoundWork(passed=True, total=3, reported=1, rejected=True), RoundStanding.PARTLY),
        (RoundWork(passed=True, total=3, reported=3), RoundStanding.COMPLETE),
    ],
)
def test_where_an_lao_stands(work: RoundWork, expected: RoundStanding) -> None:
    assert standing(work) is expected


def test_the_day_is_thailands() -> None:
    assert thai_day(NOW.replace(hour=0, minute=30)) == date(2018, 4, 2)  # 17.30 the day before in UTC


def test_the_desk_counts_each_standing_as_the_reports_say(app: Flask) -> None:
    officer = _officer()
    partly, complete, rejected, _nothing_recorded, silent = _laos(5)
    make_organisation("6650899", passed=())
    for lao in (partly, complete):
        make_report(lao, make_project(lao))
    make_project(partly, facts("โครงการที่สอง"))
    make_project(silent)
    review(make_project(rejected), ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    shown = queries.shown(officer, ASKED)
    assert list(shown.counts.values()) == [1, 1, 1, 1, 0, 2]
    assert shown.works[partly.own_organisation_id] == RoundWork(True, 2, 1, False)
    only = queries.shown(officer, WaitingFilter(year=YEAR, round=Round.SIX, state=RoundStanding.PARTLY))
    assert list(only.works) == [partly.own_organisation_id]
    for state in ("due", *RoundStanding):
        assert queries.shown(officer, replace(ASKED, state=state)).counts == shown.counts
    other_round = queries.shown(officer, WaitingFilter(year=YEAR, round=Round.TWELVE))
    assert other_round.counts[RoundStanding.NOTHING_REPORTED] == 3


def test_a_rejected_project_of_another_year_excuses_nobody(app: Flask) -> None:
    officer, (lao,) = _officer(), _laos(1)
    review(make_project(lao, facts(budgets={YEAR + 1: None})), ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    assert queries.shown(officer, ASKED).counts[RoundStanding.NOTHING_RECORDED] == 1
    assert queries.shown(officer, replace(ASKED, year=YEAR + 1)).counts[RoundStanding.NOTHING_TO_REPORT] == 1
    with transaction():
        db.session.add(PlanYear(organisation_id=lao.organisation_id, fiscal_year=YEAR + 2, status=PlanStatus.PASSED))
    assert queries.shown(officer, replace(ASKED, year=YEAR + 2)).counts[RoundStanding.NOTHING_RECORDED] == 1


def test_a_rejected_project_that_was_deleted_excuses_nobody(app: Flask) -> None:
    officer, (lao,) = _officer(), _laos(1)
    project = make_project(lao)
    review(project, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    assert queries.shown(officer, ASKED).counts[RoundStanding.NOTHING_TO_REPORT] == 1
    with transaction():
        version = db.session.get_one(Project, project).version
        delete_project(lao, period_of(YEAR), project, version, "บันทึกซ้ำ", NOW)  # type: ignore[arg-type]
    assert queries.shown(officer, ASKED).counts[RoundStanding.NOTHING_RECORDED] == 1


def test_another_province_is_neither_seen_nor_reminded(app: Flask) -> None:
    lao, stranger = make_lao(), _officer("90")
    for actor in (stranger, lao):
        assert queries.shown(actor, ASKED).works == {}
        with transaction():
            assert remind_chosen(actor, [lao.own_organisation_id], ASKED, NOW)[0] == 0
    administrator = actor_of(make_staff("admin", Role.ADMINISTRATOR).id)
    assert list(queries.shown(administrator, ASKED).works) == [lao.own_organisation_id]


def test_a_closed_lao_is_neither_shown_nor_reminded(app: Flask) -> None:
    officer, (open_, closed) = _officer(), _laos(2)
    with transaction():
        set_closed(officer, closed.own_organisation_id, True, "ยุบรวม", NOW)
    assert list(queries.shown(officer, ASKED).works) == [open_.own_organisation_id]
    with transaction():
        assert remind_chosen(officer, [closed.own_organisation_id], ASKED, NOW)[0] == 0
        assert remind_filtered(officer, ASKED, 1, NOW)[0] == 1
    assert db.session.scalars(select(MailLog.organisation_id)).all() == [open_.organisation_id]


def test_the_page_shows_the_coordinator_and_filters(app: Flask, client: Client) -> None:
    lao = make_lao()
    make_organisation("6650101", "เทศบาลตำบลอื่น", district="6501")
    make_project(lao)
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    page = client.get(DESK).text
    for words in ("ผู้ประสานงาน", "055000000", "6650807@example.go.th", "0/1", "เทศบาลตำบลอื่น", "ยังไม่มีอีเมล"):
        assert words in page
    for query in ("&province=65&district=6508", "&state=nothing_reported", "&q=๖๖๕๐๘๐๗", "&q=ดินทอง"):
        narrowed = without_choices(client.get(DESK + query).text)
        assert "ดินทอง" in narrowed
        assert "เทศบาลตำบลอื่น" not in narrowed
    assert "<html" not in client.get(DESK, headers={"HX-Request": "true"}).text
    assert client.get("/nacc/waiting?year=x&round=9&state=y&page=-1").status_code == 200


def test_one_is_reminded_by_a_real_mail_and_not_twice_a_day(app: Flask, client: Client, mailbox: Mailbox) -> None:
    lao = make_lao()
    make_report(lao, make_project(lao))
    for name in ("โครงการที่สอง", "โครงการที่สาม"):
        make_project(lao, facts(name))
    closes = clock.now() + timedelta(days=5)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=NOW, closes_at=closes))
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    client.get(DESK)
    path = f"/nacc/waiting/{lao.organisation_id}?year={YEAR}&round=6"
    answer = client.send(path, {}, htmx=True)
    assert answer.status_code == 200
    assert "จัดคิวแล้ว" in answer.text
    wait_for_mail()
    (message,) = mailbox.mails
    text = message.get_content()  # type: ignore[attr-defined]
    assert message["To"] == "6650807@example.go.th"
    assert "รอบ 6 เดือน" in message["Subject"]
    for words in (
        "องค์การบริหารส่วนตำบลดินทอง",
        "รอบ 6 เดือน ปีงบประมาณ พ.ศ. 2561",
        "ยังไม่ได้รายงานผล 2 โครงการ จากทั้งหมด 3 โครงการ",
        clock.thai_date(closes),
        "https://eplan.example.go.th/reporting?year=2561",
    ):
        assert words in text
    again = client.send(path, {}, htmx=True)
    assert again.status_code == 422
    assert "วันนี้เตือน อปท. นี้แล้ว" in again.text
    other_round = client.send(path.replace("round=6", "round=12"), {})
    assert other_round.status_code == 422
    wait_for_mail()
    assert len(mailbox.mails) == 1
    log = client.get("/nacc/waiting/mails").text
    assert "ส่งแล้ว <b>1</b> · รอส่ง <b>0</b>" in log
    assert "6650807@example.go.th" in log
    entry = db.session.scalars(select(HistoryEntry).where(HistoryEntry.action == "queue reminder")).one()
    assert (entry.organisation_id, entry.after) == (lao.organisation_id, {"year": YEAR, "round": 6})


def test_the_next_day_in_thailand_is_another_day(app: Flask) -> None:
    officer, (lao,) = _officer(), _laos(1)
    late = NOW.replace(hour=23, minute=59)
    with transaction():
        assert remind_chosen(officer, [lao.own_organisation_id], ASKED, late)[0] == 1
        assert remind_chosen(officer, [lao.own_organisation_id], ASKED, late + timedelta(seconds=30))[0] == 0
        assert remind_chosen(officer, [lao.own_organisation_id], ASKED, late + timedelta(minutes=2))[0] == 1
    # and of the two the last one is told
    rows = queries.waiting_rows(queries.shown(officer, ASKED).works, ASKED, late + timedelta(minutes=3))
    assert [(row.mail, row.mailed_today) for row in rows] == [("รอส่ง 3 เม.ย. 2561", True)]


def test_what_is_told_once_a_day_is_no_reminder(app: Flask) -> None:
    officer, (lao,) = _officer(), _laos(1)
    id_, day = lao.own_organisation_id, thai_day(NOW)
    with transaction():
        db.session.add(MailLog(organisation_id=id_, kind=DIGEST, to_address="a@example.go.th", day=day, queued_at=NOW))
    rows = queries.waiting_rows(queries.shown(officer, ASKED).works, ASKED, NOW)
    assert [(row.mail, row.mailed_today) for row in rows] == [("", False)]
    with transaction():
        assert remind_chosen(officer, [id_], ASKED, NOW)[0] == 1


def test_a_reminder_names_the_closing_that_is_still_ahead() -> None:
    for closes, named in ((timedelta(days=5), True), (timedelta(), False), (-timedelta(days=1), False)):
        window = report_window(YEAR, Round.SIX, (NOW - timedelta(days=90), NOW + closes), None)
        told = body("อบต.ดินทอง", 3, 2, NOW, window, "https://e-plan.example")
        assert ("ปิดรับรายงานวันที่" in told) is named
        assert "ยังไม่ได้รายงานผล 2 โครงการ จากทั้งหมด 3 โครงการ" in told


def test_whoever_needs_no_reminder_or_has_no_address_gets_none_and_it_is_said(
    app: Flask, client: Client, mailbox: Mailbox
) -> None:
    first, second, complete = _laos(3)
    make_report(complete, make_project(complete))
    make_account(make_organisation("6650899", "องค์การบริหารส่วนตำบลไร้อีเมล"), claimed=False)
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    page = client.get(f"{MANY}&all=1&state=all").text
    for words in ("จะส่งอีเมลเตือน 2 แห่ง", "ยังไม่มีอีเมลผู้ประสานงาน 1 แห่ง", "รายงานครบแล้วหรือไม่ต้องรายงาน 1 แห่ง"):
        assert words in page
    wrong = client.send(MANY, {"expected": "3", "all": "1"})
    assert wrong.status_code == 422
    assert "ขณะนี้จะส่งถึง 2 แห่ง ไม่ใช่ 3" in wrong.text
    done = client.send(MANY, {"expected": "2", "all": "1"}, follow_redirects=True)
    assert "จัดคิวส่งอีเมลเตือนแล้ว 2 แห่ง ไม่มีอีเมล 1 แห่ง" in done.text
    wait_for_mail()
    assert mailbox.addresses == ["6650800@example.go.th", "6650801@example.go.th"]
    assert "วันนี้เตือนแล้ว 2 แห่ง" in client.get(f"{MANY}&all=1").text
    everything = {"all": "1", "expected": "0"}
    for typed in (everything, everything | {"expected": "2"}, {"ids": [first.organisation_id, second.organisation_id]}):
        assert client.send(MANY, typed).status_code == 422  # the second click
    wait_for_mail()
    assert len(mailbox.mails) == 2
    no_address = client.send(f"/nacc/waiting/{_id_of('6650899')}?year={YEAR}", {})
    assert "ยังไม่มีอีเมลผู้ประสานงาน" in no_address.text
    assert client.send(f"/nacc/waiting/99999?year={YEAR}", {}).status_code == 404


def _id_of(code: str) -> int:
    from app.models import Organisation

    return db.session.scalars(select(Organisation.id).where(Organisation.code == code)).one()


def test_chosen_ones_are_reminded_without_the_rest(app: Flask, client: Client, mailbox: Mailbox) -> None:
    chosen, _rest = _laos(2)
    make_staff("officer65", Role.OFFICER, "65")
    client.sign_in("officer65", PASSWORD)
    assert "จะส่งอีเมลเตือน 1 แห่ง" in client.get(f"{MANY}&ids={chosen.organisation_id}").text
    client.send(MANY, {"ids": [chosen.organisation_id], "expected": "1"})
    wait_for_mail()
    assert mailbox.addresses == ["6650800@example.go.th"]
    assert "ยังไม่มีโครงการที่บันทึกไว้" in mailbox.mails[0].get_content()  # type: ignore[attr-defined]


def test_two_officers_at_once_queue_one_mail(app: Flask) -> None:
    officer, laos = _officer(), _laos(5)
    start, queued = Barrier(2), []
    ids = [lao.own_organisation_id for lao in laos]

    def click() -> None:
        with app.app_context():
            start.wait(timeout=10)
            with transaction():
                queued.append(remind_chosen(officer, ids, ASKED, NOW)[0])
            db.session.remove()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(queued) == [0, 5]
    db.session.rollback()
    assert len(db.session.scalars(select(MailLog.id)).all()) == 5


def test_an_empty_address_is_none_at_all_and_nothing_is_queued(app: Flask) -> None:
    officer, (lao,) = _officer(), _laos(1)
    with transaction():
        db.session.execute(update(Profile).values(email=""))
    before = kept()
    with transaction():
        queued, found = remind_chosen(officer, [lao.own_organisation_id], ASKED, NOW)
    assert (queued, found.without_email) == (0, 1)
    assert kept() == before
    with pytest.raises(Refusal), transaction():
        remind_filtered(officer, ASKED, 1, NOW)


def _window(opens: timedelta, closes: timedelta) -> None:
    with transaction():
        db.session.merge(Window(fiscal_year=YEAR, round=6, opens_at=NOW + opens, closes_at=NOW + closes, version=1))


CLOSED, NOT_YET = (timedelta(-9), timedelta(-1)), (timedelta(1), timedelta(9))


@pytest.mark.parametrize(("times", "why"), [(CLOSED, "ปิดรับรายงานแล้ว"), (NOT_YET, "ยังไม่เปิดรับรายงาน")])
def test_nobody_is_reminded_of_a_round_that_is_not_open(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, times: tuple[timedelta, timedelta], why: str
) -> None:
    # given an LAO that has not reported in a round that has closed, or opens tomorrow
    officer, (lao,) = _officer(), _laos(1)
    _window(*times)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    enter(client, officer.account_id)
    # then its row offers no reminder, and one sent all the same is refused, for one, for ticked ones and for all
    assert "ส่งอีเมลเตือน</button>" not in client.get(DESK).text
    assert "รอบนี้ไม่เปิดรับรายงานสำหรับ อปท. 1 แห่ง" in client.get(f"{MANY}&all=1").text
    one = client.send(f"/nacc/waiting/{lao.organisation_id}?year={YEAR}&round=6", {})
    many = [client.send(MANY, sent) for sent in ({"ids": [lao.organisation_id]}, {"all": "1", "expected": "0"})]
    for answer in (one, *many):
        assert answer.status_code == 422
        assert f"ไม่ส่งอีเมลเตือน เพราะรอบ 6 เดือน ปีงบประมาณ 2561 {why}" in answer.text
    assert not db.session.scalars(select(MailLog)).all()


def test_of_a_closed_round_only_those_with_more_time_are_reminded(app: Flask) -> None:
    officer, (longer, over, neither) = _officer(), _laos(3)
    _window(*CLOSED)
    with transaction():
        for lao, until in ((longer, timedelta(hours=1)), (over, timedelta(hours=-1))):
            facts_ = {"fiscal_year": YEAR, "round": 6, "closes_at": NOW + until, "reason": "น้ำท่วม"}
            db.session.add(WindowException(organisation_id=lao.own_organisation_id, **facts_))
    ids = [lao.own_organisation_id for lao in (longer, over, neither)]
    with transaction():
        queued, found = remind_chosen(officer, ids, ASKED, NOW)
    assert (queued, found.not_open) == (1, 2)
    assert db.session.scalars(select(MailLog.organisation_id)).all() == [longer.own_organisation_id]


def test_a_reminder_of_a_round_that_closed_meanwhile_is_not_sent(app: Flask, mailbox: Mailbox) -> None:
    officer, (lao,) = _officer(), _laos(1)
    with transaction():
        assert remind_chosen(officer, [lao.own_organisation_id], ASKED, NOW)[0] == 1
    _window(*CLOSED)
    mails.send_queued()
    assert (mailbox.mails, db.session.scalars(select(MailLog)).all()) == ([], [])


def test_the_page_begins_with_those_who_must_report_and_have_not() -> None:
    first = waiting_filter_of({}, YEAR)
    assert [each for each in RoundStanding if first.leaves(each)] == [
        RoundStanding.NOTHING_RECORDED,
        RoundStanding.NOTHING_REPORTED,
        RoundStanding.PARTLY,
    ]
    everyone = waiting_filter_of({"state": "all"}, YEAR)
    assert all(everyone.leaves(each) for each in RoundStanding)
    assert "state=all" in everyone.query()
    assert waiting_filter_of({"state": "ไม่มี"}, YEAR) == everyone
    assert waiting_filter_of({"state": "complete"}, YEAR).leaves(RoundStanding.COMPLETE)
    assert "ต้องรายงานและยังไม่ครบ" in first.in_words("")


def test_the_file_is_in_the_order_of_the_desk(app: Flask) -> None:
    officer = _officer()
    for code, name in (("6650801", "เทศบาลตำบลวังทอง"), ("6650802", "เทศบาลตำบลบ้านกลาง")):
        make_organisation(code, name)
    works = queries.shown(officer, ASKED).works
    shown = [row.code for row in queries.waiting_rows(works, ASKED, NOW)]
    assert shown == ["6650802", "6650801"]
    assert [row.code for row in queries.every_row(works, ASKED, NOW)] == shown


def test_a_reminder_goes_to_who_was_given_more_time_and_names_that_closing(app: Flask, mailbox: Mailbox) -> None:
    # given a round that closed for all, and one LAO that has longer
    officer, (longer,) = _officer(), _laos(1)
    _window(timedelta(-9), clock.now() - NOW - timedelta(days=1))
    until = clock.now() + timedelta(days=3)
    with transaction():
        facts_ = {"fiscal_year": YEAR, "round": 6, "closes_at": until, "reason": "น้ำท่วม"}
        db.session.add(WindowException(organisation_id=longer.own_organisation_id, **facts_))
    # when it is reminded
    with transaction():
        assert remind_chosen(officer, [longer.own_organisation_id], ASKED, clock.now())[0] == 1
    mails.send_queued()
    # then
    (message,) = mailbox.mails
    closing = f"ปิดรับรายงานวันที่ {clock.thai_date(until)} เวลา {clock.thai_time(until)}"
    assert closing in message.get_content()  # type: ignore[attr-defined]
