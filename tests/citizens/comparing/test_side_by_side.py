"""Places beside each other at one address, tables in the order of a column, and what a page says of itself."""

import re
from datetime import datetime

import pytest
from flask import Flask

from app import clock
from app.citizens.places.rules import MOST_BESIDE, codes_of, in_address, kind_of
from app.citizens.results.rules import PartSort
from app.db import db
from app.lao.reporting.rules import Counts, Money, PlaceSummary
from app.models import Organisation
from app.models.enums import Level, PlaceKind, ReportStatus, Round
from tests.citizens.results.test_routes import words
from tests.client import Client
from tests.factories import YEAR, make_former, make_lao, make_organisation, make_project, make_report

MOMENT = f"year={YEAR}&round=6"
BESIDE = "/public/side-by-side"


@pytest.fixture
def two_provinces(app: Flask) -> None:
    """In 65 one of two projects is done; in 90 one of one; everywhere else nobody has a plan."""
    here, there = make_lao(), make_lao("5900101", name="เทศบาลตำบลคลองแห", province="90", district="9001")
    make_report(here, make_project(here), ReportStatus.DONE)
    make_project(here)
    make_report(there, make_project(there), ReportStatus.DONE)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("65,6508,6650807,6", ["65", "6508", "6650807", "6"]),
        ("65,65,x,,650,๖๕,-1", ["65"]),
        ("1,2,3,4,5", ["1", "2", "3", "4"]),
        ("", []),
    ],
)
def test_an_address_holds_codes_each_once_and_at_most_four(text: str, codes: list[str]) -> None:
    assert codes_of(text) == codes
    assert codes_of(in_address(codes) or "") == codes
    assert len(codes) <= MOST_BESIDE


def test_the_kind_of_a_place_follows_from_its_code() -> None:
    kinds = [kind_of(code) for code in ("6", "65", "6508", "6650807", "650", "")]
    assert kinds == [PlaceKind.REGION, PlaceKind.PROVINCE, PlaceKind.DISTRICT, PlaceKind.ORGANISATION, None, None]


@pytest.mark.usefixtures("two_provinces")
def test_places_of_any_kind_stand_beside_each_other(client: Client) -> None:
    # when
    page = client.get(f"{BESIDE}?places=65,90,6508,6650807&{MOMENT}").text

    # then each has the figures of its own page
    rows = [words(row) for row in re.findall(r'<tr>\s*<th scope="row">.*?</tr>', page, re.S)]
    assert [row.split(" ")[0] for row in rows] == [
        *("จังหวัดพิษณุโลก", "จังหวัดสงขลา", "อำเภอวังทอง", "องค์การบริหารส่วนตำบลดินทอง"),
    ]
    percents = [found[0] for row in rows if (found := re.search(r"\d+\.\d\d", row))]
    assert percents == ["50.00", "100.00", "50.00", "50.00"]
    assert "50.00 มาก 1 2 1 2,000.00" in rows[3], "an LAO has a level"
    assert "1/1 แห่ง" in rows[0], "other places have LAOs whose plan passed"
    for path in ("/provinces/65", "/provinces/90", "/districts/6508", "/organisations/6650807"):
        assert f'href="/public{path}/figures/percent?{MOMENT.replace("&", "&amp;")}"' in page
    assert "เลือกครบ 4 แห่งแล้ว" in page
    # and each can be taken out
    assert f"{BESIDE}?places=90,6508,6650807&amp;" in page


@pytest.mark.usefixtures("two_provinces")
def test_one_more_is_found_by_name_and_added_by_a_link(client: Client) -> None:
    page = client.get(f"{BESIDE}?places=65&q=คลองแห&{MOMENT}").text
    assert f'href="{BESIDE}?places=65,5900101&amp;{MOMENT.replace("&", "&amp;")}"' in page
    assert "ไม่พบ “ไม่มีชื่อนี้เลย”" in client.get(f"{BESIDE}?q=ไม่มีชื่อนี้เลย").text
    place = client.get(f"/public/provinces/65?{MOMENT}").text
    assert f'href="{BESIDE}?places=65&amp;' in place, "a place's page leads here"


@pytest.mark.usefixtures("two_provinces")
def test_an_lao_under_two_of_its_codes_stands_there_once(client: Client) -> None:
    # given a code that it had before
    lao = db.session.scalars(db.select(Organisation).filter_by(code="6650807")).one()
    make_former(lao, name="องค์การบริหารส่วนตำบลชื่อเดิม", code="6650800")

    # when
    page = client.get(f"{BESIDE}?places=6650800,6650807,65&{MOMENT}").text

    # then
    assert len(re.findall(r'<tr>\s*<th scope="row">', page)) == 2
    assert "/organisations/6650800" not in page
    assert f"{BESIDE}?places=65&amp;" in page, "it is taken out as one"


@pytest.mark.usefixtures("two_provinces")
@pytest.mark.parametrize("codes", ["99", "65,9999", "6659999"])
def test_a_place_that_is_not_there_is_not_found(client: Client, codes: str) -> None:
    assert client.get(f"{BESIDE}?places={codes}").status_code == 404


@pytest.mark.usefixtures("two_provinces")
def test_a_table_of_places_is_ordered_as_the_address_says(client: Client) -> None:
    # given
    path = f"/public?{MOMENT}"
    assert 'aria-sort="' not in client.get(path).text

    def order(sort: str) -> list[str]:
        page = client.get(f"{path}&sort={sort}").text
        assert page.count('aria-sort="descending"') == 1
        assert f'<input type="hidden" name="sort"\n  value="{sort}">' in page, "another year keeps the order"
        table = page.partition('id="parts-h"')[2]
        return re.findall(r'<th scope="row"><a href="/public/provinces/(\d\d)', table)

    # then
    assert order("percent")[:2] == ["90", "65"]
    assert order("total")[:2] == ["65", "90"]
    assert sorted(order("spent")) == sorted(order("laos"))
    assert "rowgroup" in client.get(f"{path}&sort=nonsense").text, "an order that is none leaves the headings"


def test_by_percent_who_has_not_reported_is_last() -> None:
    def place(done: int, waiting: int) -> PlaceSummary:
        return PlaceSummary(Round.SIX, {Level.LOW: 1}, {1: (Counts(done=done, waiting=waiting), Money())})

    silent, low, high = place(0, 9), PlaceSummary(Round.SIX, {}, {1: (Counts(in_progress=1), Money())}), place(1, 1)
    assert sorted([silent, low, high], key=PartSort.PERCENT.key) == [high, low, silent]
    assert min([silent, low, high], key=PartSort.TOTAL.key) is silent


@pytest.mark.usefixtures("two_provinces")
def test_a_page_says_what_it_is_and_of_when_its_figures_are(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 1, 5, 10, 7, tzinfo=clock.BANGKOK))
    lao = "/public/organisations/6650807"
    own = (lao, f"{lao}/figures/percent", f"{lao}/compare", f"{lao}/deleted", "/public/projects/1")
    for path in ("/public", "/public/provinces/65", "/public/provinces/65/ranking", *own, BESIDE):
        page = words(client.get(f"{path}?{MOMENT}").text)
        assert "หน้านี้" in page, path
        assert "ข้อมูล ณ วันที่ 5 มกราคม 2569 เวลา 10.07 น." in page, path


@pytest.mark.usefixtures("two_provinces")
def test_an_empty_year_says_that_it_is_empty(client: Client) -> None:
    # given a year that nobody has a project in, and a round that nobody has reported for
    make_organisation("6650102", "องค์การบริหารส่วนตำบลว่าง", district="6501")
    empty, silent = "year=2564&round=6", f"year={YEAR}&round=12"
    for path in ("/public", "/public/provinces/65", "/public/districts/6508"):
        assert "ปีงบประมาณ 2564 ยังไม่มีโครงการของ อปท. ใด" in client.get(f"{path}?{empty}").text
        assert "ยังไม่มี อปท. ใดรายงานผล" in client.get(f"{path}?{silent}").text
        full = client.get(f"{path}?{MOMENT}").text
        assert "ยังไม่มีโครงการ" not in full
        assert "ยังไม่มี อปท. ใดรายงานผล" not in full
    assert "ปีงบประมาณ 2564 ไม่มีโครงการที่นับ" in client.get(f"/public/organisations/6650807?{empty}").text


@pytest.mark.usefixtures("two_provinces")
def test_an_laos_page_leads_to_the_plain_list_of_its_projects(client: Client) -> None:
    page = client.get(f"/public/organisations/6650807?{MOMENT}").text
    assert "รายชื่อโครงการทั้ง 2 โครงการ" in page
    figures = client.get(f"/public/organisations/6650807/figures/total?{MOMENT}").text
    assert len(re.findall(r'href="/public/projects/\d+', figures)) == 2
