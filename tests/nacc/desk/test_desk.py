"""What all desks of NACC share: one filter, one way from page to page, one number that is said before."""

import re
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.queries import actor_of
from app.db import db
from app.errors import Refusal
from app.listing import Pager
from app.models import Organisation
from app.models.enums import Role
from app.nacc.desk.queries import filtered_laos, laos_by_code, laos_by_id, laos_of_place
from app.nacc.desk.rules import DeskFilter, refuse_unexpected
from app.nacc.review.rules import ReviewQueue
from tests.client import Client, text_of
from tests.factories import make_former, make_lao, make_organisation, make_project, make_staff
from tests.pages import elements, enter, tags

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


def test_laos_are_offered_named_and_found_in_the_own_provinces_only(app: Flask) -> None:
    # given
    own = make_organisation()
    strange = make_organisation("2900101", "องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    # then
    assert laos_of_place(officer, DeskFilter(province="65")) == [(own.code, own.name)]
    assert laos_of_place(officer, DeskFilter(province="90")) == []
    assert laos_of_place(chief, DeskFilter(province="90")) == [(strange.code, strange.name)]
    assert list(laos_by_id(officer, [own.id, strange.id])) == [own.id]
    assert list(laos_by_code(officer, [own.code, strange.code])) == [own.code]


@pytest.mark.parametrize("word", ["พิษณุโลก", "วังทอง", "ดินทอง", "6650807"])
def test_a_word_of_a_search_may_name_the_province_the_district_or_the_lao(app: Flask, word: str) -> None:
    make_organisation()
    make_organisation("2900101", "องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    found = db.session.scalars(select(Organisation.code).where(*filtered_laos(chief, DeskFilter(q=word))))
    assert list(found) == ["6650807"]


def test_a_code_that_was_given_again_leads_to_who_has_it_today(app: Flask) -> None:
    chief = actor_of(make_staff("chief", Role.ADMINISTRATOR).id)
    upgraded = make_organisation("5650807", "เทศบาลตำบลดินทอง")
    make_former(upgraded, code="6650807")
    assert laos_by_code(chief, ["6650807"])["6650807"].id == upgraded.id
    heir = make_organisation("6650807", "องค์การบริหารส่วนตำบลใหม่")
    assert laos_by_code(chief, ["6650807"])["6650807"].id == heir.id


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


BY_YEAR = ("/nacc", "/nacc/plan-years", "/nacc/waiting", "/nacc/scores", "/nacc/signs", "/reports/exports")


@pytest.mark.parametrize(("today", "shown"), [(2018, 2561), (2010, 2561), (2060, 2570), (2024, 2567)])
def test_a_desk_opens_with_this_fiscal_year_or_the_nearest_of_a_plan(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, today: int, shown: int
) -> None:
    """The plans run from fiscal year 2561 to 2570."""
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    monkeypatch.setattr(clock, "now", lambda: datetime(today, 9, 30, 12, tzinfo=clock.BANGKOK))
    for desk in BY_YEAR:
        chosen = [each for name, each in tags(client.get(desk).text) if name == "option" and "selected" in each]
        years = re.findall(r"<option[^>]* selected[^>]*>(25\d\d)</option>", client.get(desk).text)
        assert years == [str(shown)], (desk, chosen)


def test_a_fiscal_year_begins_in_october(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(client, make_staff("officer65", Role.OFFICER, "65").id)
    monkeypatch.setattr(clock, "now", lambda: datetime(2018, 10, 1, tzinfo=clock.BANGKOK))
    assert re.search(r"<option[^>]* selected[^>]*>2562</option>", client.get("/nacc/plan-years").text)


def test_only_a_filter_that_somebody_set_is_said_to_be_in_force(app: Flask, client: Client) -> None:
    """Whoever oversees one province has it in every address, and never chose it."""
    # given
    make_project(make_lao())
    one, two = (make_staff(name, Role.OFFICER, *own).id for name, own in (("one", ["65"]), ("two", ["65", "90"])))
    # then
    for who, asked, number in (
        (one, "", 0),
        (one, "province=65", 0),
        (one, "kind=project", 1),
        (two, "", 0),
        (two, "province=65", 1),
        (two, "province=65&kind=project", 2),
    ):
        enter(client, who)
        page = client.get(f"/nacc/review?{asked}").text
        said = next(text_of(each) for each in elements(page, "summary") if "ตัวกรองและค้นหา" in text_of(each))
        assert said == ("ตัวกรองและค้นหา" + f" ({number})" * bool(number)), (asked, said)
        assert ("ตัวกรอง:" in page) is bool(number), asked
