"""What LAOs are told once a day: one mail each, of what still stands, and nothing twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import Stale
from app.jobs import engine
from app.lao.projects.operations import delete_project
from app.mails import jobs
from app.models import Account, MailLog, PlanYear, Profile, Project, Window
from app.models.enums import PlanStatus, ReviewStatus, Role, Round
from app.nacc.administration.operations import give_more_time
from app.nacc.digests import operations, rules
from app.nacc.digests.jobs import owe_todays_digests
from app.nacc.digests.rules import (
    SETTLED,
    LaoNews,
    RejectedProject,
    Span,
    digest_letter,
    is_morning,
    is_told_of_closing,
    next_span,
)
from app.nacc.mails import queries
from app.nacc.mails.rules import MailFilter
from app.nacc.plan_years.operations import set_many, set_status
from app.plans.queries import period_of
from app.registry.operations import set_closed
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report, make_staff, profile_form, review
from tests.pages import enter, fields
from tests.smtp import Mailbox

EIGHT = datetime(2018, 4, 3, 8, 0, tzinfo=clock.BANGKOK)  # in the morning
DAY = timedelta(days=1)
SPAN = Span(EIGHT - DAY, EIGHT)
At = Callable[[datetime], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def stand(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    stand(EIGHT)
    return stand


def _run() -> None:
    """What the worker does in a minute."""
    owe_todays_digests()
    jobs.send_queued()


def _texts(mailbox: Mailbox) -> dict[str, str]:
    return {message["To"]: message.get_content() for message in mailbox.mails}  # type: ignore[attr-defined]


def _reject(project_id: int, reason: str, moment: datetime) -> None:
    review(project_id, ReviewStatus.REJECTED, reason)
    with transaction():
        db.session.get_one(Project, project_id).reviewed_at = moment


def _fail(lao: Actor, year: int, moment: datetime) -> None:
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    version = db.session.scalars(
        select(PlanYear.version).where(
            PlanYear.organisation_id == lao.own_organisation_id, PlanYear.fiscal_year == year
        )
    ).one()
    with transaction():
        set_status(officer, lao.own_organisation_id, year, PlanStatus.FAILED, version, moment, "มีเพียง 3 มิติ")


def _publish(lao: Actor, moment: datetime) -> None:
    with transaction():
        db.session.get_one(PlanYear, (lao.own_organisation_id, YEAR)).published_at = moment


def _close_at(moment: datetime, round_: Round = Round.TWELVE) -> None:
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=int(round_), opens_at=EIGHT - 90 * DAY, closes_at=moment))


@pytest.mark.parametrize(
    ("ahead", "set_lately", "told"),
    [
        (DAY * 7, False, True),
        (DAY * 7 - timedelta(minutes=1), False, True),
        (DAY * 6, False, False),
        (DAY * 5, True, True),
        (DAY, False, True),
        (timedelta(hours=2), False, True),
        (timedelta(), True, False),
        (DAY * 7 + timedelta(minutes=1), True, False),
    ],
)
def test_a_closing_is_told_of_a_week_and_a_day_ahead(ahead: timedelta, set_lately: bool, told: bool) -> None:
    assert is_told_of_closing(EIGHT + ahead, SPAN, set_lately=set_lately) is told


def test_runs_leave_no_gap_and_overlap_nowhere() -> None:
    first = next_span(None, EIGHT)
    assert first == Span(EIGHT - SETTLED - DAY, EIGHT - SETTLED)
    second = next_span(first.until, EIGHT + 3 * DAY)
    assert second == Span(first.until, EIGHT + 3 * DAY - SETTLED)
    assert next_span(EIGHT, EIGHT) is None
    assert [is_morning(EIGHT.replace(hour=hour)) for hour in (0, 6, 7, 23)] == [False, False, True, True]


def test_of_many_rejected_projects_the_first_are_named_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_NAMED", 2)
    news = LaoNews(rejected=[RejectedProject(f"ที่ {n}", "ผิดมิติ", YEAR + n) for n in range(3)])
    text = digest_letter("อบต.ดินทอง", news, EIGHT, "https://e-plan.example").text
    for words in ("ปฏิเสธ 3 โครงการ", "และอีก 1 โครงการ", *(f"year={YEAR + n}&review=rejected" for n in range(3))):
        assert words in text
    assert [f"– ที่ {n}" in text for n in range(3)] == [True, True, False]


def test_all_news_of_a_day_is_one_mail(app: Flask, mailbox: Mailbox, at: At) -> None:
    # given
    lao, other = make_lao(), make_lao("6650808", name="เทศบาลตำบลอื่น")
    for actor in (lao, other):
        make_report(actor, make_project(actor, facts("โครงการที่รายงานแล้ว")), round_=Round.TWELVE)
    rejected = make_project(lao, facts("โครงการดูงาน"))
    make_project(lao, facts("โครงการที่ยังไม่รายงาน"))
    _reject(rejected, "ไม่สอดคล้องกับมิติ", EIGHT - timedelta(hours=3))
    _fail(lao, YEAR + 1, EIGHT - timedelta(hours=2))
    _publish(lao, EIGHT - timedelta(hours=1))
    _close_at(EIGHT + DAY * 7 - timedelta(hours=1))

    # when
    for _minute in range(3):
        _run()

    # then
    (to,) = mailbox.addresses
    text = _texts(mailbox)[to]
    assert to == "6650807@example.go.th"
    assert "เรื่องที่ต้องทราบ 4 เรื่อง" in mailbox.mails[0]["Subject"]
    for words in (
        "องค์การบริหารส่วนตำบลดินทอง",
        "รอบ 12 เดือน ปีงบประมาณ 2561 ปิดรับรายงานวันที่ 10 เมษายน 2561 เวลา 07.00 น.",
        "ยังไม่ได้รายงาน 1 จาก 2 โครงการ",
        "https://eplan.example.go.th/reporting?year=2561&round=12",
        "โครงการดูงาน",
        "เหตุผล: ไม่สอดคล้องกับมิติ",
        "https://eplan.example.go.th/projects?year=2561&review=rejected",
        "แผนปี 2562 ไม่ผ่าน\n  เหตุผล: มีเพียง 3 มิติ",
        "เผยแพร่ผลประเมินปี 2561 แล้ว",
        "https://eplan.example.go.th/profile#contact",
    ):
        assert words in text, words
    assert "ผู้ประสานงาน" in text.splitlines()[0]
    for personal in ("นักวิเคราะห์", "055000000", "นายก"):
        assert personal not in text
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    assert [line.about for line in queries.mail_lines(chief, MailFilter())] == ["เรื่องที่ต้องทราบประจำวัน"]


def test_what_was_told_is_not_told_again_and_what_came_later_is_told_the_next_day(
    app: Flask, mailbox: Mailbox, at: At
) -> None:
    lao = make_lao()
    _reject(make_project(lao, facts("โครงการแรก")), "เหตุผลแรก", EIGHT - timedelta(hours=1))
    _run()
    _reject(make_project(lao, facts("โครงการที่สอง")), "เหตุผลที่สอง", EIGHT + timedelta(hours=2))
    at(EIGHT + timedelta(hours=6))
    _run()
    assert len(mailbox.mails) == 1, "once a day"
    at(EIGHT + 3 * DAY)  # the worker stood still for two days
    _run()
    _run()
    first, second = (message.get_content() for message in mailbox.mails)  # type: ignore[attr-defined]
    assert "โครงการแรก" in first
    assert "โครงการที่สอง" in second
    assert "โครงการแรก" not in second
    at(EIGHT + 4 * DAY)
    _run()
    assert len(mailbox.mails) == 2, "no news, no mail"


def test_what_was_taken_back_before_the_mail_went_is_not_told(app: Flask, mailbox: Mailbox, at: At) -> None:
    lao = make_lao()
    project_id = make_project(lao, facts("โครงการดูงาน"))
    _reject(project_id, "กดผิด", EIGHT - timedelta(hours=1))
    owe_todays_digests()
    assert queries.queue_numbers(clock.now()).waiting == 1
    review(project_id, ReviewStatus.PENDING)
    jobs.send_queued()
    assert mailbox.mails == []
    assert queries.queue_numbers(clock.now()) == (0, 0, 0, 0)
    _run()
    assert mailbox.mails == []


def test_a_plan_that_passed_again_before_the_mail_went_is_not_told(app: Flask, mailbox: Mailbox, at: At) -> None:
    lao, moment = make_lao(), EIGHT - timedelta(hours=1)
    _fail(lao, YEAR, moment)
    owe_todays_digests()
    officer = actor_of(db.session.scalars(select(Account.id).where(Account.username == "officer65")).one())
    with transaction():
        set_many(officer, [lao.own_organisation_id], YEAR, PlanStatus.PASSED, EIGHT)
    jobs.send_queued()
    assert mailbox.mails == []


def test_more_time_that_ends_soon_is_told_at_once_to_whom_it_was_given(app: Flask, mailbox: Mailbox, at: At) -> None:
    # given a round that closes in a month, and was set long ago
    laos = [make_lao(code, name=f"เทศบาลตำบล {code}") for code in ("6650801", "6650802")]
    for lao in laos:
        make_project(lao)
    _close_at(EIGHT + timedelta(hours=1))
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    # when one of two is given four more days
    with transaction():
        moment = EIGHT - timedelta(hours=1)
        give_more_time(chief, "6650801", YEAR, Round.TWELVE, EIGHT + 4 * DAY, "น้ำท่วม", 0, moment)
    # then
    _run()
    texts = _texts(mailbox)
    assert "ปิดรับรายงานวันที่ 7 เมษายน 2561" in texts["6650801@example.go.th"]
    # and whose mail comes too late is told of no closing that is over
    _reject(make_project(laos[1], facts("โครงการดูงาน")), "ไม่สอดคล้อง", EIGHT + timedelta(hours=2))
    at(EIGHT + DAY)
    _run()
    assert "ปิดรับรายงาน" not in _texts(mailbox)["6650802@example.go.th"]


def test_of_a_round_that_is_not_open_yet_or_no_more_nobody_is_told(app: Flask, mailbox: Mailbox, at: At) -> None:
    # given a round that closes in a week and opens tomorrow: then no mail is owed
    make_project(make_lao())
    with transaction():
        times = {"opens_at": EIGHT + DAY, "closes_at": EIGHT + 7 * DAY - 2 * SETTLED}
        db.session.add(Window(fiscal_year=YEAR, round=6, **times))
    owe_todays_digests()
    assert queries.queue_numbers(clock.now()).waiting == 0
    # given a round that closes in a day, and a mail that goes only after that: then it tells of nothing
    at(EIGHT + DAY)
    _close_at(EIGHT + 2 * DAY - 2 * SETTLED)
    owe_todays_digests()
    assert queries.queue_numbers(clock.now()).waiting == 1
    at(EIGHT + 2 * DAY)
    jobs.send_queued()
    assert (mailbox.mails, queries.queue_numbers(clock.now())) == ([], (0, 0, 0, 0))


def test_a_rejected_project_that_was_deleted_is_not_told(app: Flask, mailbox: Mailbox, at: At) -> None:
    lao, own = make_lao(), period_of(YEAR)
    kept, deleted = (make_project(lao, facts(name)) for name in ("โครงการที่เหลือ", "โครงการที่ลบ"))
    for project_id in (kept, deleted):
        _reject(project_id, "ไม่สอดคล้อง", EIGHT - timedelta(hours=2))
    assert own
    with transaction():
        version = db.session.get_one(Project, deleted).version
        delete_project(lao, own, deleted, version, "บันทึกซ้ำ", EIGHT - timedelta(hours=1))
    _run()
    text = _texts(mailbox)["6650807@example.go.th"]
    assert ("โครงการที่เหลือ" in text, "โครงการที่ลบ" in text) == (True, False)
    assert "ปฏิเสธ 1 โครงการ" in text


def test_nobody_is_told_who_wants_no_mail_or_cannot_be_reached(app: Flask, mailbox: Mailbox, at: At) -> None:
    laos = {f"665080{n}": make_lao(f"665080{n}", name=f"เทศบาลตำบล {n}") for n in range(1, 6)}
    for lao in laos.values():
        _publish(lao, EIGHT - timedelta(hours=1))
    with transaction():
        mine = update(Profile).where(Profile.organisation_id == laos["6650801"].organisation_id)
        db.session.execute(mine.values(mail_notices=False))
        mine = update(Profile).where(Profile.organisation_id == laos["6650802"].organisation_id)
        db.session.execute(mine.values(email=""))
        mine = update(Account).where(Account.organisation_id == laos["6650805"].organisation_id)
        db.session.execute(mine.values(locked_at=EIGHT - DAY))
        set_closed(laos["6650804"], laos["6650803"].own_organisation_id, True, "ยุบรวม", EIGHT - DAY)
    _run()
    assert mailbox.addresses == ["6650804@example.go.th"]


def test_a_closing_set_late_is_told_at_once_and_a_done_round_never(
    app: Flask, client: Client, mailbox: Mailbox, at: At
) -> None:
    waiting, done = make_lao(), make_lao("6650808", name="เทศบาลตำบลอื่น")
    make_project(waiting)
    make_report(done, make_project(done))
    enter(client, make_staff("chief", Role.ADMINISTRATOR).id)
    client.get("/nacc/admin/windows")
    closes = EIGHT + 4 * DAY
    typed = {"opens_at": "1/10/2560 08.30", "closes_at": "7/4/2561 08.00", "version": "0"}
    at(EIGHT - timedelta(hours=1))
    assert client.send(f"/nacc/admin/windows/{YEAR}/6", typed).status_code == 303
    at(EIGHT)
    _run()
    assert mailbox.addresses == ["6650807@example.go.th"]
    at(EIGHT + DAY)
    _run()
    assert len(mailbox.mails) == 1
    at(closes - DAY + timedelta(minutes=10))
    _run()
    assert len(mailbox.mails) == 2
    assert "ปิดรับรายงานวันที่ 7 เมษายน 2561" in mailbox.mails[1].get_content()  # type: ignore[attr-defined]


def test_two_workers_owe_a_day_once(app: Flask, at: At) -> None:
    for number in range(3):
        _publish(make_lao(f"665080{number}", name=f"เทศบาลตำบล {number}"), EIGHT - timedelta(hours=1))
    start, owed = Barrier(2), []

    def work() -> None:
        with app.app_context():
            start.wait(timeout=10)
            try:
                with transaction():
                    owed.append(operations.owe_digests(EIGHT))
            except Stale:
                owed.append(0)
            db.session.remove()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(owed) == [0, 3]
    db.session.rollback()
    assert len(db.session.scalars(select(MailLog.id)).all()) == 3


def test_the_worker_and_the_command_send_them(app: Flask, mailbox: Mailbox, at: At) -> None:
    _publish(make_lao(), EIGHT - timedelta(hours=1))
    at(EIGHT.replace(hour=5))
    engine(app).look_after()
    assert mailbox.mails == [], "nobody is woken"
    at(EIGHT)
    engine(app).look_after()
    assert mailbox.addresses == ["6650807@example.go.th"]
    at(EIGHT + DAY)
    _publish(make_lao("6650808", name="เทศบาลตำบลอื่น"), EIGHT + timedelta(hours=3))
    assert "Sent 1, waiting 0" in app.test_cli_runner().invoke(args=["mail", "send-queued"]).output


def test_an_lao_switches_its_mails_off_and_the_history_says_so(app: Flask, client: Client) -> None:
    lao = make_lao()
    enter(client, lao.account_id)
    page = client.get("/profile").text
    assert fields(page)["mail_notices"] == ["y"]
    sent = {**fields(page), "size": "small", "mail_notices": []}
    assert client.send("/profile", sent).status_code == 302
    assert db.session.scalars(select(Profile.mail_notices)).one() is False
    history = client.get("/history").text
    assert "แจ้งเตือนทางอีเมล" in history
    assert "ไม่ใช่" in history
    thai = client.send("/profile", profile_form({"email": "สมชาย@dinthong.go.th", "version": "2"}))
    assert "อีเมลใช้ได้เฉพาะตัวอักษรอังกฤษ" in thai.text
