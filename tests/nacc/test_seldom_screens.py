"""Screens of the desk as they are seldom seen: with nothing on them, in their other states, and after a deed.

What stands in `screens/` was read by a person once; READ_ANEW=1 writes it anew.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db, transaction
from app.mails import jobs as mails
from app.models import Account, MinimumScore, PlanPeriod, Sign
from app.models.enums import Role
from app.nacc.administration.periods.operations import add_period
from app.nacc.review.operations import decide
from app.nacc.review.rules import Verdict
from tests.client import Client
from tests.factories import NOW, YEAR, facts, make_project, make_staff
from tests.nacc.addresses import YEAR_AND_ROUND as HERE
from tests.nacc.busy import SEEN_AT, Busy, make_busy
from tests.nacc.reading import as_read, differing
from tests.nacc.small_pages import pages_of_two
from tests.pages import enter
from tests.worlds import Worlds

__all__ = ["pages_of_two"]

SCREENS = Path(__file__).parent / "screens"
NOTHING = {
    "day": f"/nacc?year={YEAR}",
    "deeds": "/nacc/deeds",
    "review": "/nacc/review",
    "review_rejected": "/nacc/review?status=rejected&q=ก",
    "review_many": "/nacc/review/many?all=1",
    "plan_years": f"/nacc/plan-years?year={YEAR}",
    "scores": f"/nacc/scores?year={YEAR}",
    "scores_changes": "/nacc/scores/changes",
    "scores_proposals": f"/nacc/scores/proposals?year={YEAR}",
    "waiting": f"/nacc/waiting?{HERE}",
    "mails": "/nacc/waiting/mails",
    "mails_failed": "/nacc/waiting/mails?state=failed",
    "accounts": "/nacc/accounts",
    "accounts_codes": "/nacc/accounts/codes",
    "signs": f"/nacc/signs?{HERE}",
    "signs_many": f"/nacc/signs/many?{HERE}&all=1",
}
NOTHING_TO_ADMINISTER = {
    "day": f"/nacc?year={YEAR}",
    "administration": "/nacc/admin",
    "failed_sign_ins": "/nacc/admin/failed-sign-ins",
    "reasons": "/nacc/admin/reasons",
    "deleted": "/nacc/admin/deleted",
    "windows": "/nacc/admin/windows",
    "registry": "/nacc/admin/registry?q=ก",
    "registry_new": "/nacc/admin/registry/new",
    "period": "/nacc/admin/periods/1",
    "scores_proposals": f"/nacc/scores/proposals?year={YEAR}",
}


def _compare(client: Client, who: str, addresses: dict[str, str]) -> None:
    found: list[str] = []
    for name, address in addresses.items():
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.location)
        found += differing(SCREENS / f"seldom_{who}_{name}.txt", as_read(answer.text))
    assert not found, "\n".join(found)


def test_screens_with_nothing_on_them_read_as_before(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    enter(client, make_staff("new", Role.OFFICER, "50").id)
    _compare(client, "nothing", NOTHING)
    enter(client, make_staff("nowhere", Role.OFFICER).id)
    _compare(client, "nowhere", {"day": f"/nacc?year={YEAR}", "review": "/nacc/review"})
    enter(client, make_staff("first", Role.ADMINISTRATOR).id)
    _compare(client, "first", NOTHING_TO_ADMINISTER)


@pytest.fixture
def busy(app: Flask, worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> Busy:
    monkeypatch.setattr(clock, "now", lambda: SEEN_AT)
    monkeypatch.setattr(mails, "send_behind_the_request", lambda: None)
    return worlds.begin(make_busy)


def test_other_states_of_an_officers_screens_read_as_before(busy: Busy, client: Client) -> None:
    made, lao = busy.projects, busy.crowd.laos["6900801"]
    (one,) = busy.crowd.ids("6900801")
    long = "โครงการส่งเสริมคุณธรรม" * 8
    twice = [make_project(lao, facts(f"{long}{end}"), now=NOW - timedelta(days=1)) for end in ("", " 2")]
    with transaction():
        judged = db.session.scalars(select(Sign.id).where(Sign.verdict.is_not(None))).one()
        decide(busy.crowd.officer, twice[1], 1, Verdict.APPROVE, "", SEEN_AT)
        db.session.get_one(MinimumScore, YEAR).score = Decimal(90)
    enter(client, busy.crowd.officer.account_id)
    _compare(
        client,
        "officer",
        {
            "project_approved": f"/nacc/review/{made['รับรองแล้ว']}?status=approved",
            "project_alike": f"/nacc/review/{twice[0]}",
            "review_kind": "/nacc/review?kind=project",
            "review_two": "/nacc/review/many?ids=1&ids=2",
            "plan_years_one": f"/nacc/plan-years/many?year={YEAR}&ids={one}&to=failed",
            "proposals_failing": f"/nacc/scores/proposals?year={YEAR}",
            "signs_judged": f"/nacc/signs/{judged}?{HERE}",
            "signs_kind": f"/nacc/signs?{HERE}&kind=last_hour",
            "plan_years_none": f"/nacc/plan-years?year={YEAR}&q=ไม่มี",
            "scores_none": f"/nacc/scores?year={YEAR}&q=ไม่มี",
            "waiting_none": f"/nacc/waiting?{HERE}&q=ไม่มี",
        },
    )


@pytest.mark.usefixtures("pages_of_two")
def test_the_second_page_of_each_list_reads_as_before(busy: Busy, client: Client) -> None:
    enter(client, busy.crowd.officer.account_id)
    _compare(
        client,
        "second_page",
        {
            "review": "/nacc/review?page=2",
            "plan_years": f"/nacc/plan-years?year={YEAR}&page=2",
            "scores": f"/nacc/scores?year={YEAR}&page=2&province=90",
            "waiting": f"/nacc/waiting?{HERE}&state=all&page=2",
            "accounts": "/nacc/accounts?page=2",
            "signs": f"/nacc/signs?{HERE}&page=2",
        },
    )


def test_what_a_desk_says_after_a_deed_reads_as_before(busy: Busy, client: Client) -> None:
    two = [str(each) for each in busy.crowd.ids()[:2]]
    many = "/nacc/review/many?status=pending"
    enter(client, busy.crowd.officer.account_id)
    found: list[str] = []
    for name, path, form in (
        ("reminded", f"/nacc/waiting/{two[0]}?{HERE}&state=all", {}),
        ("approved", f"/nacc/review/{busy.projects['ครบ']}?status=pending", {"verdict": "approve", "version": "1"}),
        ("proposal_dropped", many, {"verdict": "approve", "ids": ["5", "6", "7"]}),
        (
            "plans",
            f"/nacc/plan-years/many?year={YEAR}",
            {"status": "failed", "reason": "ก", "ids": two},
        ),
        ("judged", f"/nacc/signs/many?{HERE}", {"verdict": "noted", "note": "เก็บไว้", "ids": ["1", "4"]}),
    ):
        answer = client.send(path, form, follow_redirects=True)
        assert answer.status_code == 200, name
        found += differing(SCREENS / f"seldom_after_{name}.txt", as_read(answer.text))
    assert not found, "\n".join(found)
    _compare(
        client, "after", {"reminded_already": f"/nacc/waiting/many?{HERE}&state=all&all=1", "deeds": "/nacc/deeds"}
    )
    enter(client, busy.admin.account_id)
    client.send("/nacc/admin/second-person", {"wanted": "both", "version": "2"})
    enter(client, busy.crowd.officer.account_id)
    answer = client.send(many, {"verdict": "reject", "reason": "ซ้ำ", "ids": ["1", "2"]}, follow_redirects=True)
    found = differing(SCREENS / "seldom_after_proposed.txt", as_read(answer.text))
    assert not found, "\n".join(found)
    _compare(client, "after", {"proposed_deeds": "/nacc/deeds"})
    enter(client, busy.second.account_id)
    _compare(client, "after", {"others_deeds": "/nacc/deeds"})


def test_other_states_of_an_administrators_screens_read_as_before(busy: Busy, client: Client) -> None:
    with transaction():
        add_period(busy.admin, 2575, 2579, ["ก", "ข"], SEEN_AT)
        period = db.session.scalars(select(PlanPeriod.id).where(PlanPeriod.first_year == 2575)).one()
        locked = db.session.scalars(select(Account.id).where(Account.username == "prasit")).one()
        invited = db.session.scalars(select(Account.id).where(Account.username == "nida")).one()
    enter(client, busy.admin.account_id)
    _compare(
        client,
        "admin",
        {
            "staff_locked": f"/nacc/admin/staff/{locked}",
            "staff_invited": f"/nacc/admin/staff/{invited}",
            "staff_own": f"/nacc/admin/staff/{busy.admin.account_id}",
            "closed": "/nacc/admin/registry/6900104",
            "period_unused": f"/nacc/admin/periods/{period}",
            "registry_none": "/nacc/admin/registry?q=ไม่มีที่ไหน",
            "deleted_none": "/nacc/admin/deleted?q=ไม่มี",
            "project": f"/nacc/review/{busy.projects['ครบ']}",
            "no_minimum": f"/nacc/scores/proposals?year={YEAR + 1}",
            "review": "/nacc/review?province=65",
        },
    )
