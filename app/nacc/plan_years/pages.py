"""What the routes of plan years, scores and proposals share: the filter in the address."""

from flask import request

from app.nacc.desk.pages import plan_year, with_own_province
from app.nacc.plan_years.forms import plan_filter_of
from app.nacc.plan_years.rules import PlanFilter


def plan_filter() -> PlanFilter:
    return with_own_province(plan_filter_of(request.args, plan_year()))
