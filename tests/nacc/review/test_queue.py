"""Finding the work: the queue's order, its filters, and how many wait."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, select, update

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import Refusal
from app.lao.projects.operations import delete_project, edit_project
from app.models import Dimension, Organisation, PlanPeriod, Project, RejectionReason
from app.models.enums import Kind, ReviewStatus, Role
from app.nacc.administration.operations import raise_reason, retire_reason
from app.nacc.desk.queries import filter_words
from app.nacc.review.details import review_detail
from app.nacc.review.operations import decide, decide_all, decide_chosen, take_back
from app.nacc.review.queries import (
    every_queued,
    middle_of_queue,
    named_first,
    queue_by_province,
    queue_count,
    queue_dimensions,
    queue_rows,
    rejection_reasons,
    waiting,
)
from app.nacc.review.rules import MAX_REASON, ReviewQueue, Verdict, alike, refusal
from app.plans.queries import period_of
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_lao, make_project, make_staff
from tests.pages import enter, without_choices

DAY = timedelta(days=1)
LATER = NOW + 9 * DAY


@pytest.fixture
def officer(app: Flask) -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, "65").id)


def _decide(who: Actor, project_id: int, verdict: Verdict, at: object = NOW) -> None:
    with transaction():
        decide(who, project_id, db.session.get_one(Project, project_id).version, verdict, "ผิดมิติ", at)  # type: ignore[arg-type]


def _edit(lao: Actor, project_id: int, name: str, at: object = NOW + DAY) -> None:
    with transaction():
        version = db.session.get_one(Project, project_id).version
        edit_project(lao, period_of(YEAR), project_id, version, facts(name), at)  # type: ignore[arg-type]


def _ids(who: Actor, queue: ReviewQueue) -> list[int]:
    return [row.id for row in queue_rows(who, queue, LATER)]


def test_what_waits_longest_comes_first_by_the_date_that_is_shown(officer: Actor) -> None:
    lao = make_lao()
    corrected, waiting = make_project(lao, now=NOW - DAY), make_project(lao, facts("รออยู่"))
    _edit(lao, corrected, "แก้ไขวันนี้")
    rows = queue_rows(officer, ReviewQueue(), LATER)
    assert [(row.id, row.waiting_since) for row in rows] == [(waiting, "2 เม.ย. 2561"), (corrected, "3 เม.ย. 2561")]


def test_a_project_has_waited_so_many_days_from_the_very_moment_they_are_over(officer: Actor) -> None:
    waiting, queue = make_project(make_lao()), ReviewQueue(days=2)
    assert [row.id for row in queue_rows(officer, queue, NOW + 2 * DAY)] == [waiting]
    assert queue_rows(officer, queue, NOW + 2 * DAY - timedelta(seconds=1)) == []
    assert queue_count(officer, queue, NOW + 2 * DAY - timedelta(seconds=1)) == 0


def test_what_was_judged_stands_with_the_date_of_its_verdict(officer: Actor) -> None:
    lao = make_lao()
    first, second = make_project(lao), make_project(lao, facts("ที่สอง"))
    _decide(officer, first, Verdict.APPROVE, NOW + DAY)
    _decide(officer, second, Verdict.APPROVE, NOW + 2 * DAY)
    approved = ReviewQueue(status=ReviewStatus.APPROVED)
    rows = queue_rows(officer, approved, LATER)
    assert [(row.id, row.waiting_since) for row in rows] == [(second, "4 เม.ย. 2561"), (first, "3 เม.ย. 2561")]
    assert [line.since for line in every_queued(officer, approved, LATER)] == [NOW + 2 * DAY, NOW + DAY]


def test_those_sent_back_and_corrected_are_marked_and_found(officer: Actor) -> None:
    # given one that was rejected and corrected, one whose rejection the officer took back, and one never judged
    lao = make_lao()
    corrected, taken_back, new = (make_project(lao, facts(name)) for name in ("แก้แล้ว", "เลิกทำ", "ใหม่"))
    _decide(officer, corrected, Verdict.REJECT)
    _edit(lao, corrected, "แก้แล้วจริง")
    _decide(officer, taken_back, Verdict.REJECT, NOW + DAY)
    with transaction():
        take_back(officer, NOW + DAY, NOW + 2 * DAY)
    assert _ids(officer, ReviewQueue(again="1")) == [corrected]
    assert {row.id: row.sent_back for row in queue_rows(officer, ReviewQueue(), LATER)} == {
        corrected: True,
        taken_back: False,
        new: False,
    }
    # then the old reason stands beside it
    back = review_detail(officer, corrected).sent_back
    assert back
    assert back.reason == "ผิดมิติ"
    assert review_detail(officer, taken_back).sent_back is None
    # and a project that was approved after that is no longer one of them
    _decide(officer, corrected, Verdict.APPROVE, NOW + 3 * DAY)
    _edit(lao, corrected, "เปลี่ยนชื่ออีก", NOW + 4 * DAY)
    assert _ids(officer, ReviewQueue(again="1")) == []


def test_a_search_finds_projects_by_place_and_a_filter_by_lao(officer: Actor) -> None:
    here = make_project(make_lao())
    there = make_project(make_lao("6650101", name="องค์การบริหารส่วนตำบลที่อื่น", district="6501"), facts("ที่สอง"))
    assert _ids(officer, ReviewQueue(q="วังทอง")) == [here]
    assert sorted(_ids(officer, ReviewQueue(q="พิษณุโลก"))) == [here, there]
    assert _ids(officer, ReviewQueue(lao="6650101")) == [there]
    assert "องค์การบริหารส่วนตำบลที่อื่น" in filter_words(ReviewQueue(lao="6650101"))


@pytest.mark.parametrize(
    "desk", ["/nacc/review", "/nacc/plan-years", "/nacc/waiting", "/nacc/accounts", "/nacc/scores"]
)
def test_every_desk_offers_the_laos_of_its_place_and_finds_a_district(app: Flask, client: Client, desk: str) -> None:
    lao = make_lao()
    make_lao("6650101", name="องค์การบริหารส่วนตำบลที่อื่น", district="6501")
    make_project(lao)
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get(f"{desk}?year={YEAR}&round=6&state=").text
    assert '<option value="6650101">องค์การบริหารส่วนตำบลที่อื่น</option>' in page
    narrowed = without_choices(client.get(f"{desk}?year={YEAR}&round=6&state=&q=วังทอง").text)
    assert "ที่อื่น" not in narrowed
    assert "ดินทอง" in narrowed


def test_the_dimensions_offered_are_those_of_all_plans_or_of_the_chosen_year(app: Flask) -> None:
    names = dict(queue_dimensions(ReviewQueue(year=YEAR)))
    assert sorted(names) == [1, 2, 3, 4]
    assert names[1].startswith("มิติที่ 1 ")
    with transaction():
        db.session.add(PlanPeriod(first_year=2590, last_year=2591))  # without dimensions yet
    assert sorted(dict(queue_dimensions(ReviewQueue()))) == [1, 2, 3, 4]


def test_the_number_is_exact_on_the_desk_and_in_the_menu(app: Flask, client: Client) -> None:
    lao, account = make_lao(), make_staff("officer65", Role.OFFICER, "65")
    for number in range(203):
        make_project(lao, facts(f"โครงการ {number}"))
    enter(client, account.id)
    page = client.get("/nacc/review").text
    assert "<b>203</b>" in page
    menu = client.get("/nacc/plan-years").text.partition('aria-label="เมนูหลัก"')[2]
    assert 'class="n">203</span>' in menu
    answer = client.send("/nacc/review/many?status=pending", {"verdict": "approve", "expected": "203", "all": "1"})
    assert answer.status_code == 303
    assert 'class="n"' not in client.get("/nacc/plan-years").text
    assert queue_count(actor_of(account.id), ReviewQueue(), LATER) == 0


def test_the_number_in_the_menu_is_that_of_the_own_provinces(app: Flask, client: Client) -> None:
    make_project(make_lao())
    officers = {province: make_staff(f"officer{province}", Role.OFFICER, province).id for province in ("65", "90")}
    for province, shown in (("65", True), ("90", False), ("65", True)):
        enter(client, officers[province])
        menu = client.get("/nacc/plan-years").text.partition('aria-label="เมนูหลัก"')[2]
        assert ('class="n">1</span>' in menu) is shown


def test_projects_of_a_closed_lao_do_not_wait(officer: Actor) -> None:
    lao = make_lao()
    make_project(lao)
    with transaction():
        db.session.get_one(Organisation, lao.own_organisation_id).closed_at = NOW
    assert _ids(officer, ReviewQueue()) == []
    assert queue_count(officer, ReviewQueue(), LATER) == 0


def test_like_names_are_told_and_short_ones_are_not(officer: Actor) -> None:
    assert alike("โครงการอบรม  คุณธรรม", "โครงการอบรมคุณธรรม")
    assert alike("โครงการอบรมคุณธรรมจริยธรรม", "โครงการอบรมคุณธรรมจริยธรรม ครั้งที่ 2")
    assert not alike("อบรม", "โครงการอบรมคุณธรรม")
    assert not alike("โครงการอบรมคุณธรรม", "อบรม")
    assert alike("อบรม", " อบรม")
    lao = make_lao()
    one, other = make_project(lao), make_project(lao, facts("โครงการ อบรมคุณธรรม"))
    make_project(lao, facts("ปลูกป่า"))
    deleted = make_project(lao, facts("โครงการอบรมคุณธรรม 2"))
    assert [each.id for each in review_detail(officer, one).alike] == [other, deleted]
    with transaction():
        delete_project(lao, period_of(YEAR), deleted, 1, "บันทึกซ้ำ", NOW)  # type: ignore[arg-type]
    assert [each.id for each in review_detail(officer, one).alike] == [other]


def test_the_card_names_the_dimension_as_the_own_plan_does(officer: Actor) -> None:
    # given a later plan that calls its third dimension otherwise
    lao, own = make_lao(passed=(YEAR, 2566)), period_of(YEAR)
    project_id = make_project(lao, facts(dimension=3))
    with transaction():
        db.session.execute(update(Dimension).where(Dimension.number == 3, *_of_plan(2566)).values(name="ชื่อใหม่"))
    later = make_project(lao, facts("ที่สอง", dimension=3, budgets={2566: None}))
    # then
    assert review_detail(officer, project_id).dimension(3) == f"มิติที่ 3 {own.dimensions[3]}"  # type: ignore[union-attr]
    assert review_detail(officer, later).dimension(3) == "มิติที่ 3 ชื่อใหม่"


def _of_plan(year: int) -> tuple[ColumnElement[bool], ...]:
    return (Dimension.plan_period_id == period_of(year).id,)  # type: ignore[union-attr]


def test_each_filter_narrows_the_list_its_number_its_file_and_what_many_are(officer: Actor) -> None:
    # given projects that differ in one thing each
    lao = make_lao(passed=(YEAR, YEAR + 1))
    given = {
        "มิติ": facts("มิติ", dimension=3),
        "ประเภท": facts("ประเภท", kind=Kind.MEASURE),
        "ปี": facts("ปี", budgets={YEAR: None, YEAR + 1: None}),
        "นาน": facts("นาน"),
    }
    made = {name: make_project(lao, each, now=NOW - 90 * DAY if name == "นาน" else NOW) for name, each in given.items()}
    other = make_lao("6900101", province="90", district="9001", passed=(YEAR, YEAR + 1))
    for name, each in given.items():  # the same in a province of others
        make_project(other, each, now=NOW - 90 * DAY if name == "นาน" else NOW)
    # then
    for queue, name in (
        (ReviewQueue(dimension=3), "มิติ"),
        (ReviewQueue(kind=Kind.MEASURE.value), "ประเภท"),
        (ReviewQueue(year=YEAR + 1), "ปี"),
        (ReviewQueue(days=90), "นาน"),
        (ReviewQueue(q="นาน"), "นาน"),
    ):
        assert _ids(officer, queue) == [made[name]], name
        assert queue_count(officer, queue, LATER) == 1, name
        assert [each.project for each in every_queued(officer, queue, LATER)] == [name]
        assert named_first(officer, queue, [], LATER) == [(name, "องค์การบริหารส่วนตำบลดินทอง")]
        with transaction():
            assert decide_all(officer, queue, 1, Verdict.REJECT, "ผิดมิติ", LATER) == 1
        assert db.session.get_one(Project, made[name]).review_status is ReviewStatus.REJECTED
        with transaction():
            take_back(officer, LATER, LATER + DAY)
    # and the file has a project of two years once, in the order of the list
    lines = list(every_queued(officer, ReviewQueue(), LATER))
    assert [(each.number, each.project, each.code) for each in lines] == [
        (1, "นาน", "6650807"),
        (2, "มิติ", "6650807"),
        (3, "ประเภท", "6650807"),
        (4, "ปี", "6650807"),
    ]


def test_of_many_the_first_ten_are_named(officer: Actor) -> None:
    lao = make_lao()
    made = [make_project(lao, facts(f"โครงการ {number:02}"), now=NOW - number * DAY) for number in range(12)]
    oldest_first = [f"โครงการ {number:02}" for number in reversed(range(12))]
    assert [name for name, _lao in named_first(officer, ReviewQueue(), [], LATER)] == oldest_first[:10]
    ticked = [name for name, _lao in named_first(officer, ReviewQueue(q="อื่น"), made[:3], LATER)]
    assert ticked == ["โครงการ 02", "โครงการ 01", "โครงการ 00"]


def test_no_word_on_many_without_a_reason_or_on_what_was_judged(officer: Actor) -> None:
    project = make_project(make_lao())
    with pytest.raises(Refusal, match="เหตุผลที่ปฏิเสธ"):
        decide_all(officer, ReviewQueue(), 1, Verdict.REJECT, "", NOW)
    with pytest.raises(Refusal, match="เหตุผลที่ปฏิเสธ"):
        decide_chosen(officer, [project], Verdict.REJECT, "", NOW)
    with pytest.raises(Refusal, match="มีผลพิจารณาแล้ว"):
        decide_all(officer, ReviewQueue(status=ReviewStatus.APPROVED), 0, Verdict.APPROVE, "", NOW)


def test_reasons_are_picked_from_in_the_order_they_were_given(officer: Actor) -> None:
    known, admin = rejection_reasons(), actor_of(make_staff("admin", Role.ADMINISTRATOR).id)
    ids = {reason.text: reason.id for reason in db.session.scalars(select(RejectionReason))}
    with transaction():
        raise_reason(admin, ids[known[2]], ids[known[0]], NOW)
        retire_reason(admin, ids[known[1]], NOW)
    assert rejection_reasons() == [known[2], known[0], *known[3:]]


def test_of_the_ticked_those_that_wait_and_are_ones_own_are_left(officer: Actor) -> None:
    # given an LAO whose number is that of a project, and projects that were judged, deleted or are another's
    others = make_lao("6900101", province="90", district="9001")
    lao = make_lao()
    judged, deleted, waits = (make_project(lao, facts(name)) for name in ("ก", "ข", "ค"))
    elsewhere, not_ticked = make_project(others), make_project(lao, facts("ง"))
    _decide(officer, judged, Verdict.APPROVE)
    with transaction():
        delete_project(lao, period_of(YEAR), deleted, 1, "ซ้ำ", NOW)  # type: ignore[arg-type]
    # then
    assert waiting(officer, [waits, judged, deleted, elsewhere]) == [waits]
    assert waiting(officer, [not_ticked, waits]) == [waits, not_ticked]
    assert waiting(officer, []) == []
    with transaction():
        assert decide_chosen(officer, [waits, judged, deleted, elsewhere], Verdict.REJECT, "ผิดมิติ", LATER) == 1
    found = {id_: db.session.get_one(Project, id_).review_status for id_ in (waits, judged, elsewhere, not_ticked)}
    assert found == {
        waits: ReviewStatus.REJECTED,
        judged: ReviewStatus.APPROVED,
        elsewhere: ReviewStatus.PENDING,
        not_ticked: ReviewStatus.PENDING,
    }


def test_of_like_projects_the_first_five_are_told_with_their_standing(officer: Actor) -> None:
    lao, other = make_lao(), make_lao("6650808")
    made = [make_project(lao, facts(f"โครงการอบรมคุณธรรม ครั้งที่ {number}")) for number in range(8)]
    make_project(other, facts("โครงการอบรมคุณธรรม ครั้งที่ 1"))
    named = make_project(lao, facts("โครงการอบรมคุณธรรม"))
    _decide(officer, made[1], Verdict.REJECT)
    told = review_detail(officer, named).alike
    assert [(each.id, each.name) for each in told] == [
        (id_, f"โครงการอบรมคุณธรรม ครั้งที่ {number}") for number, id_ in enumerate(made[:5])
    ]
    assert [each.status for each in told[:2]] == [ReviewStatus.PENDING, ReviewStatus.REJECTED]


def test_a_province_counts_what_waits_long_from_the_very_moment(app: Flask) -> None:
    # given in one province two that wait and one that was judged, in another one that waits less long
    lao, other = make_lao(), make_lao("6900101", province="90", district="9001")
    officer = actor_of(make_staff("somsri", Role.OFFICER, "65", "90").id)
    make_project(lao, now=NOW)
    make_project(lao, facts("ใหม่"), now=NOW + DAY)
    _decide(officer, make_project(lao, facts("มีผล"), now=NOW - DAY), Verdict.APPROVE)
    make_project(other, now=NOW + timedelta(seconds=1))
    make_project(make_lao("6960101", province="96", district="9601"))
    # then
    found = queue_by_province(officer, ReviewQueue(), 30, NOW + 30 * DAY)
    assert found == {"65": (2, NOW, 1), "90": (1, NOW + timedelta(seconds=1), 0)}
    assert queue_by_province(officer, ReviewQueue(), 30, NOW + 30 * DAY - timedelta(seconds=1))["65"].long == 0
    assert middle_of_queue(officer, ReviewQueue(), 3, LATER) == NOW + timedelta(seconds=1)
    assert middle_of_queue(officer, ReviewQueue(), 2, LATER) == NOW


def test_a_reason_has_at_most_so_many_letters() -> None:
    assert not refusal(ReviewStatus.PENDING, Verdict.REJECT, "ก" * MAX_REASON)
    assert f"{MAX_REASON + 1:,} ตัวอักษร" in refusal(ReviewStatus.PENDING, Verdict.REJECT, "ก" * (MAX_REASON + 1))
