"""The checklist of a round: all of it, each item with a link that leads to its field."""

from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import update

from app.access import Actor
from app.db import db, transaction
from app.lao.checks.queries import checklist
from app.lao.checks.rules import CheckKind, number_of
from app.lao.signs.queries import own_signs
from app.models import Profile
from app.models.enums import CannotReason, ReportStatus, ReviewStatus, Round
from app.plans.queries import window_for
from tests.client import Client
from tests.factories import YEAR, facts, make_lao, make_project, make_report, review
from tests.pages import elements, enter, links

CHECK = f"/reporting/check?year={YEAR}&round=6"


def _odd_lao() -> Actor:
    """An LAO with something of each kind that round 6 can have."""
    lao = make_lao()
    ids = [make_project(lao, facts(f"โครงการที่ {number}")) for number in range(1, 7)]
    other = {"cannot_reason": CannotReason.OTHER, "cannot_text": "-"}
    make_report(lao, ids[1], ReportStatus.CANNOT, spent=Decimal(5), **other)
    make_report(lao, ids[2], ordinance_budget=Decimal(0), spent=Decimal(10_001))
    make_report(lao, ids[3])
    review(ids[4], ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    make_report(lao, ids[5], spent=Decimal(900), ordinance_budget=Decimal(900))
    with transaction():
        db.session.execute(update(Profile).values(executive_name=""))
    return lao


def test_every_kind_is_found_once_and_what_is_right_is_not(client: Client) -> None:
    lao = _odd_lao()
    groups = checklist(lao, YEAR, Round.SIX)
    assert {kind: [item.name for item in found] for kind, found in groups.items()} == {
        CheckKind.NOT_REPORTED: ["โครงการที่ 1"],
        CheckKind.NO_REASON: ["โครงการที่ 2"],
        CheckKind.NO_OBSTACLES: ["โครงการที่ 2"],
        CheckKind.REJECTED: ["โครงการที่ 5"],
        CheckKind.NOT_IN_PROFILE: ["ชื่อผู้บริหารท้องถิ่น"],
        CheckKind.NO_ORDINANCE_BUDGET: ["โครงการที่ 3"],
        CheckKind.SPENT_CANNOT: ["โครงการที่ 2"],
        CheckKind.UNUSUAL_AMOUNT: ["โครงการที่ 3"],
    }
    assert (number_of(groups, missing=True), number_of(groups, missing=False)) == (5, 3)


def test_each_link_of_the_page_leads_to_a_field_that_is_there(client: Client) -> None:
    lao = _odd_lao()
    enter(client, lao.account_id)
    page = client.get(CHECK).text
    signs = own_signs(lao, window_for(lao.own_organisation_id, YEAR, Round.SIX))
    assert f"ยังขาด <b>5</b> จุด · ควรตรวจสอบ <b>{3 + sum(map(len, signs.values()))}</b> จุด" in page
    led = [to for to, _ in links(page) if "#" in to and to.startswith(("/reporting/", "/profile"))]
    assert len(led) == 4 + 3 + 2  # the rejected one leads to its project; signs: above the ordinance, done unspent
    for address in led:
        ids = {each.get("id") for each in elements(client.get(address).text, "input", "textarea")}
        assert urlsplit(address).fragment in ids, address
