"""LAOs in the order of what they have done: equal percents share a rank, and who has none is counted, not ranked."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.citizens.comparing.queries import beside
from app.citizens.comparing.rules import ranked
from app.citizens.places.queries import find
from app.lao.reporting.rules import Counts, ProvinceTableRow
from app.models.enums import OrganisationType, PlaceKind, ReportStatus, Round
from tests.citizens.results.test_routes import words
from tests.client import Client
from tests.factories import YEAR, make_lao, make_project, make_report
from tests.pages import enter

MOMENT = f"year={YEAR}&round=6"
ROWS = r'<tr id="o.*?</tr>'


NUMBERS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.booleans())


def row(id_: int, done: int, cannot: int, waiting: int, passed: bool) -> ProvinceTableRow:
    counts = Counts(done=done, cannot=cannot, waiting=waiting)
    return ProvinceTableRow(id_, str(id_), str(id_), str(id_), "", "", counts, passed, Round.SIX)


@given(st.lists(NUMBERS, max_size=8))
def test_a_rank_is_one_more_than_those_who_have_done_more(numbers: list[tuple[int, int, int, bool]]) -> None:
    rows = [row(id_, *each) for id_, each in enumerate(numbers)]
    order = ranked(rows)
    assert {each.row for each in order} == {each for each in rows if each.passed and each.counts.reported}
    for each in order:
        assert each.rank == 1 + sum(other.row.percent > each.row.percent for other in order)
    percents: list[Decimal] = [each.row.percent for each in order]
    assert percents == sorted(percents, reverse=True)


@pytest.fixture
def country(app: Flask) -> None:
    """Half done in 65; all done by two in 90, of two types; one there has not reported, one plan did not pass."""
    here = make_lao()
    make_report(here, make_project(here), ReportStatus.DONE)
    make_project(here)
    for code, name, type_ in (
        ("5900101", "เทศบาลตำบลคลองแห", OrganisationType.SUBDISTRICT_MUNICIPALITY),
        ("6900102", "องค์การบริหารส่วนตำบลน้ำน้อย", OrganisationType.SAO),
    ):
        there = make_lao(code, name=name, type_=type_, province="90", district="9001")
        make_report(there, make_project(there), ReportStatus.DONE)
    make_project(make_lao("6900103", name="องค์การบริหารส่วนตำบลทุ่งใหญ่", province="90", district="9001"))
    make_lao("6900104", name="องค์การบริหารส่วนตำบลพะตง", province="90", district="9001", passed=())


def rows_of(page: str) -> list[str]:
    return [words(each) for each in re.findall(ROWS, page, re.S)]


@pytest.mark.usefixtures("country")
def test_the_whole_country_stands_in_one_order(client: Client) -> None:
    # when
    page = client.get(f"/public/ranking?{MOMENT}").text

    # then equal ones share a rank, and each says where it lies
    assert [each.split(" 1/")[0] for each in rows_of(page)] == [
        "1 เทศบาลตำบลคลองแห อำเภอเมืองสงขลา จังหวัดสงขลา",
        "1 องค์การบริหารส่วนตำบลน้ำน้อย อำเภอเมืองสงขลา จังหวัดสงขลา",
        "3 องค์การบริหารส่วนตำบลดินทอง อำเภอวังทอง จังหวัดพิษณุโลก",
    ]
    assert "จัดอันดับ 3 แห่ง" in words(page)
    assert "ไม่จัดอันดับ 2 แห่ง" in words(page)


@pytest.mark.usefixtures("country")
@pytest.mark.parametrize(
    ("place", "more", "ranks"),
    [
        ("/regions/9", "", ["1", "1"]),
        ("/provinces/65", "", ["1"]),
        ("/districts/9001", "", ["1", "1"]),
        ("/districts/9002", "", []),
        ("", "&type=sao", ["1", "2"]),
        ("", "&type=nonsense&page=99", ["1", "1", "3"]),
    ],
)
def test_so_does_every_place_and_every_type(client: Client, place: str, more: str, ranks: list[str]) -> None:
    page = client.get(f"/public{place}/ranking?{MOMENT}{more}")
    assert page.status_code == 200
    assert [each.split(" ")[0] for each in rows_of(page.text)] == ranks
    assert ("ยังไม่มี อปท. ที่จัดอันดับได้" in page.text) is (not ranks)


PLACES = r'<th scope="row"><a href="(/[^"?]*)[^"]*">([^<]*)<'


def ranked_places(page: str) -> list[tuple[str, str, str]]:
    """Rank, address and name of each."""
    rows = re.findall(r'<tr class="of-place.*?</tr>', page, re.S)
    return [(words(row).split(" ")[0], *re.findall(PLACES, row)[0]) for row in rows]


@pytest.mark.usefixtures("country")
@pytest.mark.parametrize(
    ("path", "order"),
    [
        (
            "?of=districts",
            [
                ("1", "/public/districts/9001", "อำเภอเมืองสงขลา จังหวัดสงขลา"),
                ("2", "/public/districts/6508", "อำเภอวังทอง จังหวัดพิษณุโลก"),
            ],
        ),
        ("?of=provinces", [("1", "/public/provinces/90", "สงขลา"), ("2", "/public/provinces/65", "พิษณุโลก")]),
        ("/regions/9/ranking?of=provinces", [("1", "/public/provinces/90", "สงขลา")]),
        ("/provinces/65/ranking?of=districts", [("1", "/public/districts/6508", "อำเภอวังทอง")]),
    ],
)
def test_places_are_ranked_too(client: Client, path: str, order: list[tuple[str, str, str]]) -> None:
    # given in 9001 two LAOs that have done all, and one project that waits
    address = path if path.startswith("/") else f"/ranking{path}"

    # when
    page = client.get(f"/public{address}&{MOMENT}").text

    # then
    assert ranked_places(page) == order
    assert f"จัดอันดับ {len(order)} แห่ง" in words(page)
    assert 'id="r-type"' not in page, "a place has LAOs of every type"


@pytest.mark.usefixtures("country")
def test_a_place_has_the_percent_of_its_own_page_and_none_reported_has_no_rank(client: Client) -> None:
    # given a district with a project that nobody has reported
    make_project(make_lao("6900199", name="องค์การบริหารส่วนตำบลสทิงพระ", province="90", district="9002"))

    # when
    page = client.get(f"/public/ranking?of=districts&{MOMENT}").text

    # then
    for percent, code in (("66.67", "9001"), ("50.00", "6508")):
        assert f'/districts/{code}/figures/percent?{MOMENT.replace("&", "&amp;")}">{percent}</a>' in page
        assert percent in client.get(f"/public/districts/{code}?{MOMENT}").text
    assert "ไม่จัดอันดับ 1 แห่ง" in words(page)


@pytest.mark.usefixtures("country")
def test_equal_places_share_a_rank(client: Client) -> None:
    there = make_lao("6900199", name="องค์การบริหารส่วนตำบลสทิงพระ", province="90", district="9002")
    make_report(there, make_project(there), ReportStatus.DONE)
    also = make_lao("6500199", name="องค์การบริหารส่วนตำบลบ้านคลอง", district="6501")
    make_report(also, make_project(also), ReportStatus.DONE)
    page = client.get(f"/public/ranking?of=districts&{MOMENT}").text
    assert [(rank, path[-4:]) for rank, path, _name in ranked_places(page)] == [
        *(("1", "6501"), ("1", "9002"), ("3", "9001"), ("4", "6508")),
    ]


@pytest.mark.usefixtures("country")
def test_what_lies_in_no_place_of_that_kind_is_of_laos(client: Client) -> None:
    for address in (
        "/provinces/65/ranking?of=provinces",
        "/districts/6508/ranking?of=districts",
        "/ranking?of=regions",
    ):
        page = client.get(f"/public{address}&{MOMENT}")
        assert page.status_code == 200
        assert "อันดับ อปท." in page.text


@pytest.mark.usefixtures("country")
def test_an_lao_reads_the_rank_of_its_district(client: Client) -> None:
    enter(client, find(PlaceKind.ORGANISATION, "6650807").id)
    told = words(client.get(f"/reports/places/ranking?of=districts&{MOMENT}").text)
    assert "อำเภอของท่าน: อันดับ 2" in told
    assert "จังหวัดของท่าน: อันดับ 2" in words(client.get(f"/reports/places/ranking?of=provinces&{MOMENT}").text)


@pytest.mark.usefixtures("country")
def test_an_lao_reads_its_own_rank_there_and_on_its_page(client: Client, app: Flask) -> None:
    # given one that is signed in
    place = find(PlaceKind.ORGANISATION, "6650807")
    enter(client, place.id)

    # then
    assert "อปท. ของท่าน: อันดับ 3" in words(client.get(f"/reports/places/ranking?{MOMENT}").text)
    assert [(each.rank, each.of) for each in beside(place, YEAR, Round.SIX)] == [(1, 1)] * 3
    page = client.get(f"/reports?{MOMENT}").text
    assert f'href="/reports/places/provinces/65/ranking?type=sao&amp;{MOMENT.replace("&", "&amp;")}">1/1</a>' in page


@pytest.mark.usefixtures("country")
def test_who_has_no_rank_is_not_given_one(client: Client) -> None:
    for code in ("6900103", "6900104"):
        told = beside(find(PlaceKind.ORGANISATION, code), YEAR, Round.SIX)
        assert [each.rank for each in told] == [0, 0, 0]
        assert client.get(f"/public/organisations/{code}?{MOMENT}").status_code == 200
        led = client.get(f"/public/organisations/{code}/ranking?{MOMENT}")
        assert led.location == f"/public/provinces/90/ranking?{MOMENT}"


@pytest.mark.usefixtures("country")
def test_in_english_the_order_is_the_same(client: Client) -> None:
    page = client.get(f"/en/public/ranking?{MOMENT}")
    assert [each.split(" ")[0] for each in rows_of(page.text)] == ["1", "1", "3"]
    assert "Phitsanulok" in page.text
    districts = client.get(f"/en/public/ranking?of=districts&{MOMENT}").text
    assert [name for _rank, _path, name in ranked_places(districts)] == [
        "Mueang Songkhla District, Songkhla Province",
        "Wang Thong District, Phitsanulok Province",
    ]
