"""Roll-ups: every sum is the sum of what it is made of, and no figure is without its source."""

from collections import Counter
from decimal import Decimal
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.citizens.comparing.queries import beside
from app.citizens.figures.queries import FigureProjects, listed
from app.citizens.figures.rules import Figure, FigureRequest, ProjectLine, Side, recomputed, side_of, sums_of, value_of
from app.citizens.places.queries import find
from app.citizens.places.rules import Place
from app.citizens.results import queries
from app.db import db, transaction
from app.errors import NotTheirs
from app.lao.reporting.counts import lao_summary
from app.lao.reporting.rules import Counts, Money, PlaceSummary, Summed
from app.models import Organisation, Report
from app.models.enums import Level, PlaceKind, ReportStatus, Round
from tests.citizens.results.conftest import DISTRICTS

YEARS = (2561, 2562, 2563, 2564)


def all_places() -> list[Place]:
    codes = db.session.scalars(select(Organisation.code).order_by(Organisation.code)).all()
    return [
        find(PlaceKind.COUNTRY, ""),
        *(find(PlaceKind.REGION, code) for code in ("6", "9")),
        *(find(PlaceKind.PROVINCE, code) for code in ("65", "90", "96")),
        *(find(PlaceKind.DISTRICT, code) for code in DISTRICTS),
        *(find(PlaceKind.ORGANISATION, code) for code in codes),
    ]


def every_line(asked: FigureRequest, side: Side) -> list[ProjectLine]:
    """All pages of one side, as somebody who leafs through them gets them."""
    found = listed(asked, side, 1)
    lines = list(found.lines)
    page = 2
    while len(lines) < found.total:
        more: FigureProjects = listed(asked, side, page)
        assert more.lines, f"page {page} is empty"
        lines += more.lines
        page += 1
    assert len(lines) == found.total
    return lines


def test_a_thousand_random_figures_come_out_of_their_own_projects(country: Flask) -> None:
    """Place, year, round, dimension and figure at random; each is computed again from the projects listed behind it."""
    # given
    random, places = Random(2561), all_places()
    sums: dict[tuple[str, int, Round], Summed] = {}

    # when
    wrong, other_than_zero = [], 0
    for _turn in range(1000):
        place, year, round_ = random.choice(places), random.choice(YEARS), random.choice(list(Round))
        figure, dimension = random.choice(list(Figure)), random.choice((0, 0, 1, 2, 3, 4))
        key = (place.path, year, round_)
        if key not in sums:
            sums[key] = queries.summed(place, year, round_)
        shown = value_of(figure, *sums_of(sums[key], dimension))
        asked = FigureRequest(place, year, round_, figure, dimension)
        lines = [line for side in (Side.COUNTED, Side.REST) for line in every_line(asked, side)]
        if recomputed(figure, lines) != shown:
            wrong.append((place.name, year, round_, figure, dimension, shown))
        other_than_zero += bool(shown)

    # then
    assert not wrong
    assert other_than_zero > 600


@pytest.mark.parametrize("figure", [Figure.PERCENT, Figure.SPENT, Figure.PLANNED, Figure.WAITING])
def test_each_project_stands_on_exactly_one_side(country: Flask, figure: Figure) -> None:
    asked = FigureRequest(find(PlaceKind.PROVINCE, "90"), 2562, Round.SIX, figure)
    sides = {side: every_line(asked, side) for side in Side}
    ids = [line.project_id for lines in sides.values() for line in lines]
    assert len(ids) == len(set(ids))
    for side, lines in sides.items():
        assert {side_of(figure, line) for line in lines} <= {side}
    assert sides[Side.LEFT_OUT]
    assert all(line.why_left_out for line in sides[Side.LEFT_OUT])


@pytest.mark.parametrize("round_", list(Round))
def test_every_sum_is_the_sum_of_its_parts(country: Flask, round_: Round) -> None:
    whole = queries.results(find(PlaceKind.COUNTRY, ""), 2562, round_)
    by_lao = Counts(), Money()
    levels: Counter[Level] = Counter()
    for part in whole.parts:
        place = find(PlaceKind.PROVINCE, part.code)
        inside = queries.results(place, 2562, round_)
        assert inside.whole == part.summary, part.name
        districts = [queries.results(find(PlaceKind.DISTRICT, each.code), 2562, round_) for each in inside.parts]
        assert [each.whole for each in districts] == [each.summary for each in inside.parts]
        for row in inside.rows:
            lao = lao_summary(row.organisation_id, part.code, 2562, round_)
            assert (lao.counts, lao.level, lao.money) == (row.counts, row.level, inside.money[row.organisation_id])
            by_lao = by_lao[0] + lao.counts, by_lao[1] + lao.money
            levels[lao.level] += 1
    assert (whole.whole.counts, whole.whole.money) == by_lao
    assert Counter(whole.whole.levels) == levels
    assert by_lao[0].total > 100
    assert by_lao[1].spent > Decimal(0)


def test_years_and_rounds_side_by_side_are_those_of_each_page(country: Flask) -> None:
    for place in (all_places()[0], *(find(PlaceKind.PROVINCE, "65"), find(PlaceKind.DISTRICT, "9002"))):
        compared = queries.compared(place, YEARS)
        assert list(compared) == [(year, round_) for year in YEARS for round_ in Round]
        for (year, round_), summary in compared.items():
            page = queries.summed(place, year, round_)
            assert (summary.counts, summary.money) == (page.counts, page.money), (place.name, year, round_)
            assert isinstance(summary, PlaceSummary)
            assert isinstance(page, PlaceSummary)
            assert Counter(summary.levels) == Counter(page.levels)
    lao = all_places()[-1]
    assert queries.compared(lao, YEARS)[2562, Round.SIX] == queries.summed(lao, 2562, Round.SIX)


def test_an_lao_stands_beside_its_district_its_type_and_its_province(country: Flask) -> None:
    place = next(each for each in all_places() if each.kind is PlaceKind.ORGANISATION)
    district, alike, province = beside(place, 2562, Round.SIX)
    rows = queries.province_rows("65", 2562, Round.SIX)
    own = next(row for row in rows if row.organisation_id == place.id)
    assert (district.laos, province.laos) == (5, 10)
    assert alike.laos == sum(row.type is own.type for row in rows)
    assert province.counts == queries.summed(find(PlaceKind.PROVINCE, "65"), 2562, Round.SIX).counts


def test_a_closed_lao_stays_in_the_years_it_has_projects_in(country: Flask) -> None:
    # given
    lao = next(row for row in queries.province_rows("90", 2562, Round.SIX) if row.counts.total)
    before = queries.summed(find(PlaceKind.COUNTRY, ""), 2562, Round.SIX)

    # when
    with transaction():
        closed = update(Organisation).where(Organisation.id == lao.organisation_id).values(closed_at=clock.now())
        db.session.execute(closed)

    # then
    assert queries.summed(find(PlaceKind.COUNTRY, ""), 2562, Round.SIX) == before
    assert lao.code not in {row.code for row in queries.province_rows("90", 2570, Round.SIX)}
    assert lao.code in {row.code for row in queries.province_rows("90", 2562, Round.SIX)}


def test_a_page_starts_from_the_latest_that_was_reported(country: Flask) -> None:
    place = find(PlaceKind.PROVINCE, "90")
    assert queries.latest_reported(place.province_codes, YEARS) == (2564, Round.TWELVE)
    assert queries.latest_reported(place.province_codes, (2566, 2567)) is None
    with transaction():
        nothing = {"status": ReportStatus.NOT_REPORTED, "reported_at": None, "cannot_reason": None, "cannot_text": None}
        db.session.execute(update(Report).where(Report.fiscal_year == 2564, Report.round == 12).values(**nothing))
    assert queries.latest_reported(place.province_codes, YEARS) == (2564, Round.SIX)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (PlaceKind.REGION, "0"),
        (PlaceKind.REGION, "๙"),
        (PlaceKind.REGION, "06"),
        (PlaceKind.REGION, "0006123"),
        (PlaceKind.REGION, "x"),
        (PlaceKind.PROVINCE, "99"),
        (PlaceKind.DISTRICT, "9099"),
        (PlaceKind.ORGANISATION, "\x00"),
    ],
)
def test_a_place_that_is_not_there_is_told_as_such(app: Flask, kind: PlaceKind, code: str) -> None:
    with pytest.raises(NotTheirs):
        find(kind, code)
