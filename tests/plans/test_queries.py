"""Periods, gates and windows as the database has them."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from app.clock import BANGKOK, fiscal_year_start
from app.db import db, transaction
from app.models import Dimension, PlanPeriod, PlanYear, Window, WindowException
from app.models.enums import PlanStatus, ReviewStatus, Round
from app.plans.queries import (
    current_period,
    latest_recorded_year,
    next_closing,
    period_of,
    periods,
    window_for,
    year_gates,
)
from tests.factories import facts, make_lao, make_project, review

OPENS, CLOSES = datetime(2018, 4, 1, tzinfo=BANGKOK), datetime(2018, 4, 30, tzinfo=BANGKOK)


def test_periods_have_their_years_and_dimensions_whatever_their_length(app: Flask) -> None:
    assert [(period.first_year, period.last_year) for period in periods()] == [(2561, 2564), (2566, 2570)]
    assert list(period_of(2567).dimensions) == [1, 2, 3, 4]
    assert period_of(2565) is None
    assert current_period(2565).first_year == 2561
    assert current_period(2500).first_year == 2561
    assert current_period(2600).first_year == 2566


def test_without_any_period_the_error_says_what_to_do(app: Flask) -> None:
    with transaction():
        for model in (Dimension, PlanPeriod):
            db.session.execute(db.delete(model))
    with pytest.raises(LookupError, match="flask seed periods"):
        current_period(2561)


def test_the_gate_of_each_year_is_that_of_the_own_lao(app: Flask) -> None:
    mine = make_lao(passed=(2561, 2566))
    make_lao("2900101", province="90", district="9001", passed=(2562,))
    assert [gate.year for gate in year_gates(mine) if gate.open] == [2561, 2566]
    with transaction():
        db.session.add(PlanYear(organisation_id=mine.organisation_id, fiscal_year=2563, status=PlanStatus.FAILED))
    assert {gate.year: gate.why for gate in year_gates(mine)}[2563] == "แผนยังไม่ผ่าน"


def test_a_window_is_the_default_the_set_one_or_that_with_more_time_for_one_lao(app: Flask) -> None:
    mine, other = make_lao(), make_lao("2900101", province="90", district="9001")
    untouched = window_for(mine.own_organisation_id, 2561, Round.SIX)
    assert (untouched.opens_at, untouched.closes_at) == (fiscal_year_start(2561), None)
    with transaction():
        db.session.add(Window(fiscal_year=2561, round=6, opens_at=OPENS, closes_at=CLOSES))
        db.session.add(
            WindowException(
                organisation_id=mine.organisation_id,
                fiscal_year=2561,
                round=6,
                closes_at=CLOSES + timedelta(days=7),
                reason="น้ำท่วม",
            )
        )
    assert window_for(mine.own_organisation_id, 2561, Round.SIX).closes_at == CLOSES + timedelta(days=7)
    assert window_for(other.own_organisation_id, 2561, Round.SIX).closes_at == CLOSES
    assert window_for(mine.own_organisation_id, 2561, Round.TWELVE).closes_at is None
    assert next_closing(OPENS).closes_at == CLOSES
    assert next_closing(OPENS - timedelta(seconds=1)) is next_closing(CLOSES) is None


def test_the_latest_recorded_year_of_a_province_is_one_that_counts(app: Flask) -> None:
    lao = make_lao(passed=(2561, 2562))
    make_project(lao)
    rejected = make_project(lao, facts(budgets={2562: None}))
    assert (latest_recorded_year("65"), latest_recorded_year("90")) == (2562, None)
    review(rejected, ReviewStatus.REJECTED, "ไม่สอดคล้อง")
    assert latest_recorded_year("65") == 2561
