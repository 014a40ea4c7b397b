"""The first and the last year of a plan period are years of it, for every desk that asks for the period."""

from decimal import Decimal

import pytest
from flask import Flask

from app.accounts.queries import actor_of
from app.db import transaction
from app.models.enums import Role, Which
from app.nacc.evaluation.operations import save_scores
from app.nacc.evaluation.queries import max_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreEntry
from app.nacc.plan_years.queries import plan_rows
from app.nacc.plan_years.rules import PlanFilter, ScoreStanding
from app.plans.queries import periods
from tests.factories import NOW, make_organisation, make_staff


@pytest.mark.parametrize("edge", ["first", "second", "last"])
def test_an_lao_scored_in_part_is_one_in_each_year(app: Flask, edge: str) -> None:
    # given: in each year of that kind a dimension is scored
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    years = [{"first": each.years[0], "second": each.years[1], "last": each.years[-1]}[edge] for each in periods()]
    lao = make_organisation("6650807", passed=tuple(years))
    for year in years:
        with transaction():
            entry = ScoreEntry(Decimal("1.00"), None)
            save_scores(officer, lao.id, year, {ScoreCell(Which.EVALUATION, 1): entry}, "", NOW)

        # when
        found = {
            standing: [row.organisation_id for row in plan_rows(officer, PlanFilter(year=year, scores=standing))]
            for standing in ScoreStanding
        }

        # then
        assert len(max_scores(year)) > 1
        assert found == {
            ScoreStanding.NONE: [],
            ScoreStanding.PARTLY: [lao.id],
            ScoreStanding.UNPUBLISHED: [lao.id],
            ScoreStanding.PUBLISHED: [],
        }, year
