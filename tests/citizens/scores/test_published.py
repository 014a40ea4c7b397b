"""Scores on public pages: those that NACC published, of every dimension, and none before."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import update

from app.citizens.scores.queries import PublishedScore, published_scores
from app.db import db, transaction
from app.models import PlanYear, Score
from tests.citizens.results.test_routes import words
from tests.client import Client
from tests.factories import NOW, YEAR, make_lao, make_project, make_report

MOMENT = f"year={YEAR}&round=6"


@pytest.fixture
def scored(app: Flask) -> int:
    """An LAO whose first dimension was judged in FY YEAR and the next, nothing of it published."""
    lao = make_lao()
    make_report(lao, make_project(lao))
    with transaction():
        for year in (YEAR, YEAR + 1):
            own = {"organisation_id": lao.own_organisation_id, "fiscal_year": year}
            db.session.add(Score(**own, dimension=1, sar=Decimal("12.50"), evaluation=Decimal("11.25")))
            db.session.add(Score(**own, dimension=2, sar=Decimal("7.00")))
    return lao.own_organisation_id


def publish(organisation_id: int) -> None:
    own = PlanYear.organisation_id == organisation_id, PlanYear.fiscal_year == YEAR
    with transaction():
        db.session.execute(update(PlanYear).where(*own).values(published_at=NOW))


def test_nothing_is_shown_before_it_is_published(scored: int, client: Client) -> None:
    assert published_scores([scored], YEAR) == {}
    for path in ("/public/organisations/6650807?", "/public/side-by-side?places=6650807&"):
        page = client.get(path + MOMENT).text
        assert "11.25" not in page
        assert "ผลประเมิน" not in words(page)


def test_then_every_dimension_is_told_with_the_most_there_is(scored: int, client: Client) -> None:
    # when
    publish(scored)

    # then that year's scores are there, the next year's are not
    scores = published_scores([scored], YEAR)[scored]
    assert scores.scores[0] == PublishedScore(1, scores.scores[0].most, Decimal("12.50"), Decimal("11.25"))
    assert scores.scores[1].evaluation is None
    assert (scores.sar, scores.evaluation) == (Decimal("19.50"), Decimal("11.25"))
    assert scores.most == sum(each.most for each in scores.scores) > 0
    assert published_scores([scored], YEAR + 1) == {}
    page = client.get(f"/public/organisations/6650807?{MOMENT}").text
    section = page[page.index('aria-labelledby="scores-h"') :]
    last = re.search(r"<tfoot>.*?</tfoot>", section, re.S)
    assert last
    assert words(last[0]).endswith("19.50 11.25")
    assert "11.25" in words(client.get(f"/public/side-by-side?places=6650807,65&{MOMENT}").text)
