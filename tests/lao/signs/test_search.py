"""The search: what it keeps, what it lets go, and when it is done again."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.lao.reporting.details import report_detail
from app.lao.signs import jobs
from app.lao.signs.queries import own_signs
from app.models import Project, Report, Sign, Window
from app.models.enums import CannotReason, ReportStatus, Role, Round, SignKind, SignVerdict
from app.nacc.signs.operations import judge
from app.plans.queries import window_for
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_report, make_staff

SIX, TWELVE = Round.SIX, Round.TWELVE
LONG = "จัดประชุมชี้แจงแนวทางการดำเนินงานร่วมกับผู้นำชุมชน และสรุปผลเสนอผู้บริหาร ครั้งที่ 1/2561"


def kept() -> dict[tuple[SignKind, int, int | None], Sign]:
    rows = db.session.scalars(select(Sign).execution_options(populate_existing=True))
    return {(row.kind, row.organisation_id, row.project_id): row for row in rows}


def find(round_: Round = SIX) -> dict[tuple[SignKind, int, int | None], Sign]:
    jobs.search(YEAR, round_)
    return kept()


def told(lao: Actor, round_: Round = SIX) -> set[SignKind]:
    return set(own_signs(lao, window_for(lao.own_organisation_id, YEAR, round_)))


@pytest.fixture
def lao(app: Flask) -> Actor:
    return make_lao()


def test_the_lao_reads_at_once_what_the_search_keeps_later(lao: Actor) -> None:
    # given a project that was done, and nothing spent of its 1,000 baht
    project = make_project(lao)
    make_report(lao, project)

    # then its LAO is told at once, beside the project and in its list
    (sentence,) = report_detail(lao, project, YEAR, SIX).sentences(SIX)
    (own,) = own_signs(lao, window_for(lao.own_organisation_id, YEAR, SIX))[SignKind.DONE_UNSPENT]
    assert own == (
        project,
        "โครงการอบรมคุณธรรม",
        sentence,
        f"/reporting/{project}/{YEAR}/6?year={YEAR}&round=6#spent-{project}",
    )

    # and the search keeps the same, as of the moment it was reported
    assert kept() == {}
    ((key, row),) = find().items()
    assert key == (SignKind.DONE_UNSPENT, lao.organisation_id, project)
    assert (row.arose_at, row.facts) == (NOW, {"planned": "1000.00"})


def test_a_sign_goes_with_what_it_told_of_but_what_was_said_of_it_stays(lao: Actor) -> None:
    # given two projects that were done without spending, and what an officer said of one
    first, second = make_project(lao), make_project(lao, key="2")
    for project in (first, second):
        make_report(lao, project)
    found = find()
    officer = actor_of(make_staff("somsri", Role.OFFICER, "65").id)
    with transaction():
        judge(officer, found[SignKind.DONE_UNSPENT, 1, first].id, 1, SignVerdict.ASKED, "โทรแล้ว", NOW + timedelta(30))

    # when both are corrected
    for project in (first, second):
        make_report(lao, project, spent=Decimal(900))
    now = find()

    # then the one is gone without a trace, and the other is kept with its verdict
    assert told(lao) == set()
    ((key, row),) = now.items()
    assert key[2] == first
    assert (row.verdict, row.note, row.gone_at is not None) == (SignVerdict.ASKED, "โทรแล้ว", True)

    # and when it holds again, it is back, with the verdict
    make_report(lao, first)
    assert find()[key].gone_at is None
    assert kept()[key].verdict is SignVerdict.ASKED


def test_done_in_the_first_round_and_not_in_the_second_is_told_in_the_second(lao: Actor) -> None:
    project = make_project(lao, facts(budgets={YEAR: None}))
    make_report(lao, project)
    assert told(lao) == set()
    make_report(lao, project, ReportStatus.IN_PROGRESS, TWELVE)
    assert (told(lao), told(lao, TWELVE)) == (set(), {SignKind.DONE_UNDONE})
    assert list(find(TWELVE)) == [(SignKind.DONE_UNDONE, 1, project)]


def test_a_text_of_five_laos_is_told_to_each_of_them_and_to_nobody_else(app: Flask) -> None:
    # given a note in five LAOs, and the reason of two projects of a sixth that says the same in other digits
    laos = [make_lao(f"66508{number:02}") for number in range(7)]
    for place, each in enumerate(laos[:5]):
        project = make_project(each, facts(budgets={YEAR: None}))
        where = "suggestions" if place == 4 else "note"
        make_report(each, project, **{where: LONG if place % 2 else LONG.replace(" ", "\n")})
    cannot = {"cannot_reason": CannotReason.OTHER, "cannot_text": LONG.replace("1/2561", "๑/๒๕๖๑")}
    for key in ("1", "2"):
        project = make_project(laos[5], facts(budgets={YEAR: None}), key=key)
        make_report(laos[5], project, ReportStatus.CANNOT, **cannot)
    make_report(laos[6], make_project(laos[6], facts(budgets={YEAR: None})), note=LONG[:60])

    # then it is told once to each, with a project that says it and how many do, and never the text itself
    found = {lao_id: row for (_kind, lao_id, _project), row in find().items()}
    assert set(found) == {each.organisation_id for each in laos[:6]}
    assert {row.kind for row in found.values()} == {SignKind.SAME_TEXT}
    assert found[1].facts == {"place": "note", "laos": 6, "projects": 1}
    assert found[laos[5].own_organisation_id].facts == {"place": "reason", "laos": 6, "projects": 2}
    assert [told(each) for each in laos] == [{SignKind.SAME_TEXT}] * 6 + [set()]

    # and when one of them writes its own, five are left; with one more, nobody is told any more
    for place in (0, 1):
        project = found[laos[place].own_organisation_id].project_id or 0
        make_report(laos[place], project, note="เขียนเอง")
        assert len(find()) == (5, 0)[place]


def test_an_objective_is_looked_at_once_in_the_first_round_of_the_first_year(app: Flask) -> None:
    laos = [make_lao(f"66508{number:02}") for number in range(5)]
    for each in laos:
        make_project(each, facts(objective=LONG, budgets={YEAR: None, YEAR + 1: None}))
    for year in (YEAR, YEAR + 1):
        for round_ in Round:
            jobs.search(year, round_)
    moments = {(row.fiscal_year, row.round) for row in kept().values()}
    assert (len(kept()), moments) == (5, {(YEAR, int(SIX))})


def _report_at(lao: Actor, ids: list[int], at: datetime, saves: int) -> None:
    """As if those reports were saved for the last time then."""
    with transaction():
        for place, id_ in enumerate(ids):
            row = db.session.get_one(Report, (id_, YEAR, int(SIX)))
            row.reported_at = at + timedelta(seconds=place)
        db.session.flush()
        for id_ in ids:
            row = db.session.get_one(Report, (id_, YEAR, int(SIX)))
            assert row.version == saves + 1 or row.version > saves


def test_reports_changed_in_the_last_hour_are_told_when_they_were_reported_before(lao: Actor) -> None:
    # given reports of April that are corrected in the hour before the closing
    closing = NOW + timedelta(days=30)
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=6, opens_at=clock.fiscal_year_start(YEAR), closes_at=closing))
    ids = [make_project(lao, facts(budgets={YEAR: None}), key=str(number)) for number in range(6)]
    for id_ in ids:
        make_report(lao, id_, ReportStatus.IN_PROGRESS)
    assert told(lao) == set()
    for id_ in ids:
        make_report(lao, id_, note="แก้ไข")
    _report_at(lao, ids, closing - timedelta(minutes=20), saves=2)

    # then it is told, both of the last hour and of the minute
    assert told(lao) == {SignKind.LAST_HOUR}
    assert find()[SignKind.LAST_HOUR, 1, None].facts == {"number": 6, "total": 6}


def test_a_rejected_or_deleted_project_is_no_sign(lao: Actor) -> None:
    project = make_project(lao)
    make_report(lao, project)
    with transaction():
        row = db.session.get_one(Project, project)
        row.deleted_at, row.counted = NOW, False
    assert told(lao) == set()
    assert find() == {}


def test_rounds_that_are_due_are_searched_one_after_the_other_and_then_rest(app: Flask, lao: Actor) -> None:
    make_report(lao, make_project(lao))
    answer = app.test_cli_runner().invoke(args=["signs", "find"])
    assert f"{YEAR} round 6 searched" in answer.output
    assert len(kept()) == 1
    assert app.test_cli_runner().invoke(args=["signs", "find"]).output == ""
