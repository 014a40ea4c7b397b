"""What LAOs are told of a day, in a crowd: each LAO its own, all of it, in order, whoever else is asked for."""

from datetime import timedelta

from flask import Flask

from app.access import Actor
from app.db import db, transaction
from app.lao.projects.operations import delete_project
from app.models import Account, PlanYear, Profile, Project, Window, WindowException
from app.models.enums import PlanStatus, ReviewStatus
from app.nacc.digests.queries import addresses, lao_name, news_of
from app.nacc.digests.rules import LaoNews, RejectedProject, Span
from app.nacc.plan_years.operations import set_status
from app.plans.queries import period_of
from tests.factories import NOW, YEAR, facts, make_project, review
from tests.nacc.crowd import CLOSED, Crowd, make_crowd

DAY = timedelta(days=1)
SPAN = Span(NOW, NOW + DAY)


def _reject(lao: Actor, name: str, after: timedelta, year: int = YEAR) -> int:
    project = make_project(lao, facts(name, budgets={year: None}))
    review(project, ReviewStatus.REJECTED, f"เหตุผลของ{name}")
    with transaction():
        db.session.get_one(Project, project).reviewed_at = NOW + after
    return project


def _crowd() -> tuple[Crowd, Actor, Actor]:
    """Two LAOs with news of the day between news of other days."""
    crowd = make_crowd()
    one, other = crowd.laos["6900801"], crowd.laos["6900101"]
    with transaction():
        db.session.get_one(PlanYear, (one.own_organisation_id, YEAR + 1)).status = PlanStatus.PASSED
    for name, after, year in (
        ("ปีหน้าก่อน", 2, YEAR + 1),
        ("ข", 1, YEAR),
        ("เมื่อวาน", 0, YEAR),
        ("ก", 24, YEAR),
        ("พรุ่งนี้", 25, YEAR),
    ):
        _reject(one, name, timedelta(hours=after), year)
    _reject(other, "ของอีกแห่ง", timedelta(hours=3))
    deleted = _reject(other, "ที่ลบแล้ว", timedelta(hours=3))
    with transaction():
        version = db.session.get_one(Project, deleted).version
        delete_project(other, period_of(YEAR), deleted, version, "ซ้ำ", NOW)  # type: ignore[arg-type]
    return crowd, one, other


def test_each_lao_is_told_its_own_of_that_day_by_year_and_as_recorded(app: Flask) -> None:
    # given
    crowd, one, other = _crowd()
    with transaction():
        for year, hours in ((YEAR + 1, 5), (YEAR, 6)):
            plan = db.session.get_one(PlanYear, (one.own_organisation_id, year))
            plan.published_at = NOW + timedelta(hours=hours)
        db.session.get_one(PlanYear, (other.own_organisation_id, YEAR)).published_at = NOW
    for year, hours, reason in ((YEAR + 1, 3, "ปีหน้าไม่ครบ"), (YEAR, 2, "ไม่ครบ")):
        with transaction():
            at = NOW + timedelta(hours=hours)
            plan = db.session.get_one(PlanYear, (other.own_organisation_id, year))
            plan.status = PlanStatus.PASSED
            db.session.flush()
            set_status(crowd.officer, other.own_organisation_id, year, PlanStatus.FAILED, plan.version, at, reason)
    # when
    news = news_of(SPAN)
    # then
    told = {id_: [(each.name, each.reason, each.year) for each in of.rejected] for id_, of in news.items()}
    assert told == {
        one.own_organisation_id: [
            ("ข", "เหตุผลของข", YEAR),
            ("ก", "เหตุผลของก", YEAR),
            ("ปีหน้าก่อน", "เหตุผลของปีหน้าก่อน", YEAR + 1),
        ],
        other.own_organisation_id: [("ของอีกแห่ง", "เหตุผลของของอีกแห่ง", YEAR)],
    }
    assert news[one.own_organisation_id].published == [YEAR, YEAR + 1]
    assert news[other.own_organisation_id].published == []
    assert [(plan.year, plan.reason) for plan in news[other.own_organisation_id].failed] == [
        (YEAR, "ไม่ครบ"),
        (YEAR + 1, "ปีหน้าไม่ครบ"),
    ]
    # and whoever asks for some of them is told just that of those
    for id_ in news:
        assert news_of(SPAN, [id_]) == {id_: news[id_]}
    assert news_of(SPAN, crowd.ids("6960101")) == {}
    assert news_of(SPAN, []) == {}


def test_a_closing_is_told_to_those_it_is_for(app: Flask) -> None:
    _of_all, one, other = _crowd()
    with transaction():
        db.session.add(Window(fiscal_year=YEAR, round=12, opens_at=NOW - 60 * DAY, closes_at=NOW - DAY))
        for lao, hours in ((one, 24 * 7), (other, 24 * 60)):
            closes_at = SPAN.until + timedelta(hours=hours)
            lao_id = lao.own_organisation_id
            db.session.add(
                WindowException(organisation_id=lao_id, fiscal_year=YEAR, round=12, closes_at=closes_at, reason="ฝน")
            )
    news = news_of(SPAN)
    assert [(each.window.closes_at, each.work.total) for each in news[one.own_organisation_id].closing] == [
        (SPAN.until + timedelta(days=7), 2)
    ]
    assert news[other.own_organisation_id].closing == []
    assert news_of(SPAN, [one.own_organisation_id]) == {one.own_organisation_id: news[one.own_organisation_id]}


def test_mail_goes_to_open_claimed_accounts_that_want_it(app: Flask) -> None:
    # given one without a password, one locked, one without an address, one that wants none, and a closed one
    crowd = make_crowd()
    ids = {code: lao.own_organisation_id for code, lao in crowd.laos.items()}
    with transaction():
        db.session.get_one(Account, crowd.laos["6900101"].account_id).password_hash = None
        db.session.get_one(Account, crowd.laos["6900102"].account_id).locked_at = NOW
        db.session.get_one(Profile, ids["6900103"]).email = ""
        db.session.get_one(Profile, ids["6900801"]).mail_notices = False
    # then
    everybody = {ids["6960101"]: "6960101@example.go.th", ids["6650807"]: "6650807@example.go.th"}
    assert addresses(ids.values()) == everybody
    assert addresses([ids["6960101"], ids["6900101"], ids[CLOSED]]) == {ids["6960101"]: "6960101@example.go.th"}
    assert lao_name(ids["6900801"]) == "องค์การบริหารส่วนตำบลหนึ่ง"
    assert lao_name(0) == ""


def test_who_has_no_news_is_not_among_them() -> None:
    assert not LaoNews().parts
    assert LaoNews(rejected=[RejectedProject("ก", "ข", YEAR)]).parts
