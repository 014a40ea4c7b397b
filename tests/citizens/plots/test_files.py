"""Each plot as a file: it says what it is, its unit, its source and every number that its page has."""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask

from app.citizens.plots.rules import Plot
from app.language import THAI_LETTER
from app.lao.standings.rules import TENS
from app.models.enums import Level, ReportStatus, Role, Round
from tests.client import XHTML, Client, text_of
from tests.factories import YEAR, facts, make_lao, make_organisation, make_project, make_report, make_staff
from tests.lao.fixed_rounds.closing import close, fix
from tests.pages import elements, enter

MOMENT = f"year={YEAR}&round=6"
SVG = "{http://www.w3.org/2000/svg}"
DISTRICT, LAO = "/districts/6508", "/organisations/6650807"
OF_PLACES = [
    *((place, plot) for place in ("", "/regions/6") for plot in Plot),
    *((place, plot) for place in ("/provinces/65", DISTRICT) for plot in Plot if plot is not Plot.MAP),
    *((LAO, plot) for plot in (Plot.STATUSES, Plot.YEARS)),
]


@pytest.fixture
def places(app: Flask) -> Flask:
    """LAOs of every level: 1 of 3 projects done, all done, none reported, and a plan that did not pass."""
    lao = make_lao()
    for number, status in enumerate((ReportStatus.DONE, ReportStatus.IN_PROGRESS, ReportStatus.IN_PROGRESS)):
        make_report(lao, make_project(lao, facts(f"โครงการที่ {number}")), status)
    other = make_lao("6650808")
    make_report(other, make_project(other))
    make_project(make_lao("6650809"))
    make_organisation("6650810", 'องค์การบริหารส่วนตำบล <ไม่ผ่าน> & "อื่น"', passed=())
    return app


def _words(svg: str) -> tuple[str, list[str]]:
    """The title, and every text of the picture."""
    tree = ElementTree.fromstring(svg)
    assert tree.tag == f"{SVG}svg"
    said = [f"{SVG}{name}" for name in ("text", "title", "desc")]
    texts = ["".join(each.itertext()) for each in tree.iter() if each.tag in said]
    return tree.findtext(f"{SVG}title") or "", texts


@pytest.mark.parametrize(("place", "plot"), OF_PLACES)
def test_a_file_says_what_it_is_and_where_it_is_from(places: Flask, client: Client, place: str, plot: Plot) -> None:
    # when
    answer = client.get(f"/public{place}/plots/{plot}.svg?{MOMENT}")

    # then
    assert answer.mimetype == "image/svg+xml"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert quote(plot.label.split()[-1]) in answer.headers["Content-Disposition"]
    title, texts = _words(answer.text)
    whole = " ".join(texts)
    assert title.startswith(plot.label)
    assert plot.unit.split()[0] in whole
    assert "ที่มา: e-PlanNACC" in whole
    assert "ข้อมูล ณ วันที่" in whole
    assert "CC BY 4.0" in whole
    assert f"/public{place}?{MOMENT}" in "".join(texts)
    assert "var(--" not in answer.text, "a file has no page around it"
    assert "<script" not in answer.text


def test_a_file_has_the_numbers_of_its_page(places: Flask, client: Client) -> None:
    page = client.get(f"/public/provinces/65?{MOMENT}").text
    tables = {text_of(next(table.iter(f"{XHTML}caption"))): table for table in elements(page, "table")}
    rows = {
        caption: [[text_of(cell) for cell in row][:2] for row in tables[caption].iter(f"{XHTML}tr")]
        for caption in ("จำนวนโครงการตามสถานะ", "จำนวน อปท. ตามระดับ", "จำนวน อปท. ในแต่ละช่วงร้อยละ")
    }
    for plot, (caption, shown) in zip((Plot.STATUSES, Plot.LEVELS, Plot.SPREAD), rows.items(), strict=True):
        _title, texts = _words(client.get(f"/public/provinces/65/plots/{plot}.svg?{MOMENT}").text)
        told = set(pairwise(texts)) | {tuple(text.removesuffix(" โครงการ").rsplit(" ", 1)) for text in texts}
        assert len(shown) >= 4
        assert [row for row in shown if tuple(row) not in told] == [], caption
    # and the LAOs are all there: one of 3 done, one done, one silent, one whose plan did not pass
    assert {label: number for label, number in rows["จำนวน อปท. ในแต่ละช่วงร้อยละ"] if number != "0"} == {
        "มาก ตั้งแต่ 50": "1",
        "90 – 100": "1",
        "ปานกลาง ตั้งแต่ 20": "1",
        "30 – ต่ำกว่า 40": "1",
        "ยังไม่รายงานผล": "1",
        "ยังไม่ส่งแผน หรือแผนไม่ผ่าน": "1",
    }


def test_years_and_provinces_are_in_their_files_with_two_decimals(places: Flask, client: Client) -> None:
    _title, texts = _words(client.get(f"/public{LAO}/plots/years.svg?{MOMENT}").text)
    assert "33.33" in texts
    assert "ไม่ผ่าน" in texts, "other years have no plan that passed"
    assert "0.00" not in texts
    _title, texts = _words(client.get(f"/public/plots/map.svg?{MOMENT}").text)
    assert "พิษณุโลก 40.00" in texts
    assert sum("ยังไม่รายงานผล" in each for each in texts) >= 76


def test_every_bar_leads_to_its_laos(places: Flask, client: Client) -> None:
    path = f"/public/provinces/65?{MOMENT}"
    page = client.get(path).text
    spread = page[page.index('id="spread-h"') : page.index("</figure>", page.index('id="spread-h"'))]
    links = re.findall(r'&amp;((?:level|ten)=\w+)#lao-table">(\d+)</a>', spread)
    assert len(links) == len(Level) + len(TENS)
    for choice, number in links:
        shown = client.get(f"{path}&{choice}").text
        assert len(re.findall(r'<tr id="o\d{7}"', shown)) == int(number), choice
    # and nonsense shows all
    assert len(re.findall(r'<tr id="o\d{7}"', client.get(f"{path}&ten=10").text)) == 4


def test_both_doors_give_the_same_picture_of_a_public_page(places: Flask, client: Client) -> None:
    public = client.get(f"/public/provinces/65/plots/spread.svg?{MOMENT}")
    assert "public" in public.headers["Cache-Control"]
    enter(client, make_staff("somsri", Role.OFFICER, "65").id)
    inside = client.get(f"/reports/places/provinces/65/plots/spread.svg?{MOMENT}").text
    assert _words(inside)[1][:8] == _words(public.text)[1][:8]
    assert f"/public/provinces/65?{MOMENT}" in inside.replace("&amp;", "&")


@pytest.mark.parametrize("place", ["", "/provinces/65", LAO])
def test_an_english_page_has_english_pictures(places: Flask, client: Client, place: str) -> None:
    page = client.get(f"/en/public{place}?{MOMENT}").text
    links = {unescape(link) for link in re.findall(r'href="(/en/public[^"]*\.svg[^"]*)"', page)}
    assert len(links) == {"": 4, LAO: 1}.get(place, 3)
    for link in links:
        _title, texts = _words(client.get(link).text)
        told = " ".join(texts)
        assert "Source: e-PlanNACC" in told
        assert f"/en/public{place}?{MOMENT}" in told
        assert not THAI_LETTER.search(told), link


def test_search_engines_leave_pictures_alone(places: Flask, client: Client) -> None:
    assert "Disallow: /*/plots/" in client.get("/robots.txt").text


@pytest.mark.parametrize("path", [f"{LAO}/plots/map.svg", f"{LAO}/plots/spread.svg", "/provinces/65/plots/map.svg"])
def test_a_plot_that_a_place_has_not_is_not_there(places: Flask, client: Client, path: str) -> None:
    assert client.get(f"/public{path}?{MOMENT}").status_code == 404


def test_a_fixed_round_and_a_live_one_count_alike(places: Flask, client: Client) -> None:
    before = _words(client.get(f"/public/provinces/65/plots/spread.svg?{MOMENT}").text)[1]
    country = _words(client.get(f"/public/plots/spread.svg?{MOMENT}").text)[1]
    places.extensions["public-pages"].clear()
    close(Round.SIX)
    fix()
    after = _words(client.get(f"/public/provinces/65/plots/spread.svg?{MOMENT}").text)[1]
    assert [each for each in before if "ข้อมูล ณ" not in each] == [each for each in after if "ข้อมูล ณ" not in each]
    fixed = _words(client.get(f"/public/plots/spread.svg?{MOMENT}").text)[1]
    assert [each for each in country if "ข้อมูล ณ" not in each] == [each for each in fixed if "ข้อมูล ณ" not in each]


@pytest.mark.parametrize("code", ["0", "x", "6599999", "65' OR 1=1", "%00"])
def test_nonsense_is_not_found(places: Flask, client: Client, code: str) -> None:
    assert client.get(f"/public/provinces/{quote(code)}/plots/levels.svg").status_code == 404
    assert client.get(f"/public/provinces/65/plots/{quote(code)}.svg").status_code == 404
