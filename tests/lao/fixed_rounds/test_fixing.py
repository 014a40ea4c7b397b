"""Fixing what has closed: once for each LAO, restartable, in everybody's way for no longer than a moment."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.history.queries import entries_of
from app.history.rules import HistoryFilter
from app.lao.fixed_rounds import jobs, operations, queries
from app.lao.fixed_rounds.rules import digest_of
from app.models import FixedRound, HistoryEntry, Organisation, Report
from app.models.enums import Action, Entity, Level, PlanStatus, ReportStatus, Role, Round
from app.nacc.administration.operations import give_more_time, set_window
from app.registry.operations import set_closed
from tests.client import Client
from tests.factories import YEAR, make_lao, make_organisation, make_report, make_staff
from tests.lao.fixed_rounds.closing import close, document, editions, fix, reported
from tests.pages import enter

ADMIN = Actor(Role.ADMINISTRATOR, "admin")
DONE, WAITING = ReportStatus.DONE, ReportStatus.NOT_REPORTED


def test_a_round_is_fixed_once_its_window_has_closed(app: Flask) -> None:
    lao = make_lao()
    reported(lao, DONE, WAITING)
    assert fix() == 0
    closed_at = close()
    assert fix() == 1
    assert fix() == 0
    (one,) = editions(lao)
    assert (one.edition, one.in_force, one.closed_at) == (1, True, closed_at)
    assert (one.done, one.waiting, one.level) == (1, 1, Level.HIGH)
    assert (one.name, one.type, one.province_code, one.district) == (
        *("องค์การบริหารส่วนตำบลดินทอง", "sao", "65", "วังทอง"),
    )
    assert one.plan_status is PlanStatus.PASSED
    kept = document(lao)
    assert kept["level"] == "high"
    (entry,) = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == Entity.FIXED_ROUND.value))
    assert entry.after is not None
    assert entry.after["sha256"] == digest_of(kept)
    told = entries_of(lao, lao.own_organisation_id, HistoryFilter(), 1)[0][0]
    assert (told.action, told.subject) == ("ปิดผลของรอบ", f"ปี {YEAR} รอบ 6 เดือน {one.name}")


def test_an_lao_is_fixed_as_it_is_and_also_without_a_project(app: Flask) -> None:
    organisation = make_organisation("6650801", "อบต.หนึ่ง", passed=())
    close()
    assert fix() == 1
    one = db.session.scalars(select(FixedRound)).one()
    assert (one.organisation_id, one.plan_status, one.level) == (organisation.id, PlanStatus.NOT_SENT, Level.NOT_PASSED)


def test_whoever_was_not_there_has_no_result(app: Flask) -> None:
    """Founded after the round closed; closed before it did, without a project."""
    gone, new = make_organisation("6650801", "อบต.หนึ่ง"), make_organisation("6650802", "อบต.สอง")
    closed_at = close()
    with transaction():
        set_closed(ADMIN, gone.id, True, "ยุบรวม", closed_at - timedelta(days=1))
        db.session.get_one(Organisation, new.id).founded_at = clock.now()
    assert fix() == 0
    with transaction():
        set_closed(ADMIN, gone.id, False, "", clock.now())
        set_closed(ADMIN, gone.id, True, "ยุบรวม", clock.now())  # after the round closed: it was there
    assert db.session.scalars(select(FixedRound.organisation_id)).all() == [gone.id]


def test_fixing_stopped_half_way_goes_on_where_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        make_organisation(f"66508{number:02}", f"อบต.ที่ {number}")
    close()
    monkeypatch.setattr(jobs, "AT_ONCE", 3)
    written = operations.publish

    def fails_in_the_third(*given: object) -> None:
        written(*given)  # type: ignore[arg-type]
        if db.session.scalar(select(func.count()).select_from(FixedRound)) == 9:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(operations, "publish", fails_in_the_third)
        with pytest.raises(KeyboardInterrupt):
            jobs.fix_closed_rounds()
    db.session.rollback()
    assert [each.fixed for each in queries.progress(clock.now())] == [6]
    assert [each.waiting for each in queries.progress(clock.now())] == [4]
    jobs.fix_closed_rounds()
    assert db.session.scalar(select(func.count()).select_from(FixedRound)) == 10
    assert db.session.scalar(select(func.count(FixedRound.organisation_id.distinct()))) == 10
    assert db.session.scalar(select(func.count()).where(HistoryEntry.action == Action.FIX_ROUND.value)) == 10


def test_the_worker_lets_its_other_duties_have_their_turn(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_organisation(f"66508{number:02}", f"อบต.ที่ {number}")
    close()
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(jobs, "TURN", timedelta(seconds=0.1))
    jobs.fix_closed_rounds()
    assert [(each.fixed, each.waiting) for each in queries.progress(clock.now())] == [(1, 2)]


def test_saving_goes_on_while_rounds_are_fixed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    lao = make_lao()
    projects = reported(lao, *[WAITING] * 12)
    for number in range(40):
        make_organisation(f"66509{number:02}", f"อบต.ที่ {number}")
    close()
    monkeypatch.setattr(jobs, "AT_ONCE", 4)
    began, failed = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            with app.app_context():
                while jobs.fix_some():
                    began.set()
                db.session.remove()
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    assert began.wait(10)
    for project in projects:
        make_report(lao, project, DONE, Round.TWELVE)
    worker.join()
    assert failed == []
    assert db.session.scalar(select(func.count()).select_from(FixedRound)) == 41
    here = Report.round == 12, Report.status == DONE
    assert db.session.scalar(select(func.count()).select_from(Report).where(*here)) == 12


def test_extra_time_keeps_one_lao_live_until_it_ends(app: Flask) -> None:
    lao, other = make_lao(), make_organisation("6650801", "อบต.หนึ่ง")
    reported(lao, WAITING)
    close()
    now = clock.now()
    with transaction():
        give_more_time(ADMIN, "6650807", YEAR, Round.SIX, now + timedelta(days=1), "น้ำท่วม", 0, now)
    assert fix() == 1
    assert db.session.scalars(select(FixedRound.organisation_id)).all() == [other.id]
    later = now + timedelta(days=1, minutes=2)
    with transaction():
        operations.fix_due(later, later)
    assert [each.closed_at for each in editions(lao)] == [now + timedelta(days=1)]


def test_a_window_opened_again_makes_the_round_live_until_it_closes(app: Flask) -> None:
    lao = make_lao()
    first, second = reported(lao, DONE, WAITING)
    close()
    fix()
    now = clock.now()
    with transaction():
        set_window(ADMIN, YEAR, Round.SIX, clock.fiscal_year_start(YEAR), now + timedelta(days=1), 1, now)
    assert [each.in_force for each in editions(lao)] == [False]
    assert fix() == 0
    make_report(lao, second)
    close()
    assert fix() == 1
    assert [(each.edition, each.in_force, each.done) for each in editions(lao)] == [(1, False, 1), (2, True, 2)]
    actions = db.session.scalars(
        select(HistoryEntry.action)
        .where(HistoryEntry.entity == Entity.FIXED_ROUND.value, HistoryEntry.organisation_id == lao.organisation_id)
        .order_by(HistoryEntry.id)
    ).all()
    assert actions == ["fix round", "reopen round", "fix round"]
    assert first != second


def test_more_time_for_one_lao_leaves_the_others_fixed(app: Flask) -> None:
    lao, other = make_lao(), make_lao("6650801", name="อบต.หนึ่ง")
    close()
    fix()
    now = clock.now()
    with transaction():
        give_more_time(ADMIN, "6650807", YEAR, Round.SIX, now + timedelta(days=1), "น้ำท่วม", 0, now)
    assert [each.in_force for each in editions(lao)] == [False]
    assert [each.in_force for each in editions(other)] == [True]


def test_a_window_that_stays_closed_opens_nothing(app: Flask) -> None:
    lao = make_lao()
    close()
    fix()
    now = clock.now()
    with transaction():
        set_window(ADMIN, YEAR, Round.SIX, clock.fiscal_year_start(YEAR), now - timedelta(days=1), 1, now)
    assert [each.in_force for each in editions(lao)] == [True]


def test_a_filled_database_of_the_last_release_is_fixed_by_the_job(app: Flask) -> None:
    lao = make_lao()
    reported(lao, DONE, WAITING)
    close()
    downgrade(revision="0008")
    upgrade()
    assert fix() == 1
    assert [(each.done, each.waiting) for each in editions(lao)] == [(1, 1)]


def test_the_command_fixes_what_is_due_and_tells_how_far_it_is(app: Flask) -> None:
    make_organisation()
    close()
    result = app.test_cli_runner().invoke(args=["rounds", "fix"])
    assert result.output.splitlines() == ["2561 round 6: 1 fixed, 0 to be fixed"]


def test_the_administrator_sees_how_far_it_is(app: Flask, client: Client) -> None:
    admin = make_staff("admin", Role.ADMINISTRATOR)
    make_organisation()
    close()
    enter(client, admin.id)
    assert "ปิดผลแล้ว 0 จาก 1 แห่ง" in client.get("/nacc/admin/windows").text
    fix()
    assert "ปิดผลแล้ว 1 จาก 1 แห่ง" in client.get("/nacc/admin/windows").text
