"""What the routes of plan years, scores and proposals share: the filter in the address."""

from flask import request

from app import clock
from app.nacc.plan_years.forms import filter_of
from app.nacc.plan_years.rules import PlanFilter
from app.plans.queries import current_period, periods
from app.web import asked_year


def asked_for() -> PlanFilter:
    """The filter in the address, with this fiscal year or the nearest one of a plan where it names none."""
    this_year = clock.fiscal_year(clock.now())
    period = current_period(this_year)
    years = [year for each in periods() for year in each.years]
    return filter_of(request.args, years, asked_year(years, min(max(this_year, period.first_year), period.last_year)))
