"""How old things are and when they end: whole days, their boundaries, and whose they are."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.access import Actor
from app.accounts.queries import actor_of
from app.clock import BANGKOK
from app.db import db, transaction
from app.lao.projects.operations import edit_project
from app.models import Organisation, Project, Window, WindowException
from app.models.enums import Role, Round
from app.nacc.day.queries import load, my_work
from app.nacc.day.rules import CLOSED_LATELY, CLOSES_SOON, EXTRA_ENDS_SOON, closing_words, days, in_days, middle_days
from app.nacc.my_deeds.queries import waited_for
from app.nacc.review.operations import decide, decide_chosen, take_back
from app.nacc.review.rules import Verdict
from app.plans.queries import period_of
from app.plans.rules import ReportWindow
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_organisation, make_project, make_staff
from tests.pages import enter

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("since", "whole"), [(0 * DAY, 0), (DAY - SECOND, 0), (DAY, 1), (2 * DAY - SECOND, 1), (-DAY, 0)]
)
def test_days_are_whole(since: timedelta, whole: int) -> None:
    assert days(NOW - since, NOW) == whole


def test_what_ends_within_a_day_says_so() -> None:
    assert [in_days(left) for left in (SECOND, DAY - SECOND, DAY, 2 * DAY - SECOND, 1234 * DAY)] == [
        *["ภายใน 24 ชั่วโมง"] * 2,
        *["อีก 1 วัน"] * 2,
        "อีก 1,234 วัน",
    ]


def test_the_middle_of_spans_is_told_in_whole_days() -> None:
    assert middle_days([]) is None
    assert middle_days([DAY - SECOND]) == 0
    assert middle_days([DAY, 9 * DAY, 2 * DAY]) == 2
    assert middle_days([DAY, 2 * DAY]) == 1


@pytest.mark.parametrize(
    ("closes", "said"),
    [(-SECOND, "ปิดแล้วเมื่อ "), (0 * DAY, "ปิดแล้วเมื่อ "), (SECOND, "ปิด 2 เมษายน 2561 เวลา 14.32 น. (ภายใน")],
)
def test_at_its_closing_a_round_has_closed(closes: timedelta, said: str) -> None:
    window = ReportWindow(YEAR, Round.SIX, NOW - DAY, NOW + closes)
    assert closing_words(window, NOW).startswith(said)


def _officer() -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, "65").id)


def test_how_long_each_project_waited_is_told_of_ones_own_words_that_still_stand(app: Flask) -> None:
    # given projects that waited one, two, three and four days; of these one was taken back, two were edited since, one
    # is another officer's, and one was decided before the month began
    lao, officer = make_lao(), _officer()
    other = actor_of(make_staff("other", Role.OFFICER, "65").id)
    ids = [make_project(lao, facts(f"โครงการ {n}"), now=NOW - n * DAY) for n in range(1, 8)]
    early = datetime(2018, 3, 31, 23, 59, tzinfo=BANGKOK)
    old = make_project(lao, facts("เดือนก่อน"), now=early - 20 * DAY)
    with transaction():
        decide(officer, old, 1, Verdict.APPROVE, "", early)
    with transaction():
        decide_chosen(officer, ids[:2], Verdict.APPROVE, "", NOW)
    for who, id_, at in ((officer, ids[2], NOW + SECOND), (officer, ids[3], NOW + 2 * SECOND), (other, ids[4], NOW)):
        with transaction():
            decide(who, id_, 1, Verdict.REJECT, "ไม่ครบ", at)
    with transaction():
        take_back(officer, NOW + SECOND, NOW + 3 * SECOND)
    period = period_of(YEAR)
    assert period is not None
    with transaction():
        edit_project(lao, period, ids[3], 2, facts("แก้แล้ว"), NOW + DAY)
    with transaction():
        decide(officer, ids[5], 1, Verdict.APPROVE, "", NOW + 4 * DAY)
    with transaction():
        decide(officer, ids[6], 1, Verdict.APPROVE, "", NOW + 3 * SECOND)
    with transaction():  # another budget leaves the word standing
        more = facts("โครงการ 7", budgets={YEAR: Decimal(7)})
        edit_project(lao, period, ids[6], 2, more, NOW + DAY)
    # then
    month = datetime(2018, 4, 1, tzinfo=BANGKOK)
    assert sorted(waited_for(officer, month)) == [DAY, 2 * DAY, 10 * DAY]
    assert sorted(waited_for(officer, early)) == [DAY, 2 * DAY, 10 * DAY, 20 * DAY]
    assert waited_for(other, month) == [5 * DAY]
    assert my_work(officer, NOW + 4 * DAY).took == 2


def test_what_closes_and_what_extra_time_ends_is_told_from_so_many_days_before_and_after(app: Flask) -> None:
    # given rounds that close at the edges of what is told, and extra time that ends at its own, of two years
    officer = _officer()
    closings = [(YEAR - 1, 6, -CLOSED_LATELY), (YEAR - 1, 12, SECOND - CLOSED_LATELY), (YEAR, 6, CLOSES_SOON)]
    with transaction():
        for year, round_, closes in [*closings, (YEAR, 12, CLOSES_SOON + SECOND)]:
            window = {"opens_at": NOW - 400 * DAY, "closes_at": NOW + closes}
            db.session.add(Window(fiscal_year=year, round=round_, **window))
    ends = {"ก": 0 * DAY, "ข": SECOND, "ค": EXTRA_ENDS_SOON, "ง": EXTRA_ENDS_SOON + SECOND}
    for place, (name, until) in enumerate(ends.items()):
        id_ = make_organisation(f"665080{place}", name).id
        given = {"fiscal_year": YEAR - 1, "round": 6, "reason": "น้ำท่วม"}
        with transaction():
            db.session.add(WindowException(organisation_id=id_, closes_at=NOW + until, **given))
    gone = make_organisation("6650877", "ปิดแล้ว")
    with transaction():
        db.session.add(WindowException(organisation_id=gone.id, closes_at=NOW + DAY, **given))
        db.session.get_one(Organisation, gone.id).closed_at = NOW
    # then
    told = [each.words for each in load(officer, YEAR, NOW).due]
    assert told[:2] == [f"รอบ 12 เดือน ปีงบประมาณ {YEAR - 1}", f"รอบ 6 เดือน ปีงบประมาณ {YEAR}"]
    assert told[2:] == [f"ขยายเวลา รอบ 6 เดือน ปี {YEAR - 1} {name}" for name in ("ข", "ค")]


def test_a_load_tells_of_the_oldest_and_the_middle_one_that_waits(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    for span in (31 * DAY, 30 * DAY, 30 * DAY - SECOND, DAY):
        make_project(lao, facts(f"รอ {span}"), now=NOW - span)
    # of an even number the longer waiting one of both in the middle
    found = load(officer, YEAR, NOW)
    assert found.age is not None
    assert (found.age.median, found.age.longest) == (30, 31)
    (province,) = found.provinces
    assert (province.waiting, province.oldest, province.long) == (4, 31, 2)
    assert db.session.scalars(select(Project.id)).all()


def test_what_is_kept_for_a_moment_is_of_the_year_that_is_asked_for(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    make_organisation("6650807", "องค์การบริหารส่วนตำบลดินทอง", passed=(YEAR,))
    enter(client, _officer().account_id)
    for year, number in ((YEAR, 0), (YEAR + 1, 1), (YEAR, 0)):
        page = client.get(f"/nacc?year={year}").text
        assert f'aria-label="แผนปี {year} ที่ยังไม่มีผล {number} แห่ง"' in page
