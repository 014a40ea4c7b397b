"""What all desks of NACC share: one filter, one way from page to page, one number that is said before."""

import pytest
from flask import Flask

from app.errors import Refusal
from app.listing import Pager
from app.models.enums import Role
from app.nacc.desk.rules import DeskFilter, refuse_unexpected
from app.nacc.review.rules import ReviewQueue
from tests.client import Client
from tests.factories import make_lao, make_project, make_staff
from tests.pages import enter

DESKS = ("/nacc/review", "/nacc/plan-years", "/nacc/waiting", "/nacc/accounts", "/nacc/scores")


@pytest.mark.parametrize("desk", DESKS)
def test_whoever_oversees_one_province_is_offered_its_districts(app: Flask, client: Client, desk: str) -> None:
    make_project(make_lao())
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    page = client.get(desk).text
    assert 'name="district"' in page
    assert 'name="province"' not in page.partition("</form>")[2].partition('class="filters"')[2].partition("</form>")[0]


@pytest.mark.parametrize("desk", DESKS)
def test_whoever_oversees_several_chooses_the_province_first(app: Flask, client: Client, desk: str) -> None:
    make_project(make_lao())
    enter(client, make_staff("officer65", Role.OFFICER, "65", "90").id)
    assert 'name="district"' not in client.get(desk).text
    assert 'name="district"' in client.get(f"{desk}?province=65").text


def test_the_ticks_send_along_what_the_address_says() -> None:
    asked = ReviewQueue(q="ดินทอง", kind="", page=3)
    assert asked.hidden() == {"status": "pending", "q": "ดินทอง", "page": 3}
    assert DeskFilter().query() == ""


def test_a_pager_counts_by_the_rows_its_page_has() -> None:
    pager = Pager(2, 7850, 50)
    assert (pager.first, pager.last, pager.pages, pager.total_words) == (51, 100, 157, "7,850")


def test_a_number_that_changed_meanwhile_is_refused_with_the_new_one() -> None:
    refuse_unexpected(3, 3, "ตัวกรองมี")
    with pytest.raises(Refusal, match="ขณะนี้ตัวกรองมี 1,200 โครงการ ไม่ใช่ 3"):
        refuse_unexpected(1200, 3, "ตัวกรองมี", "โครงการ")
