"""Shapes of the plan-year desk."""

from collections.abc import Mapping

from app.fields import OneOf, Version
from app.models.enums import PlanStatus
from app.nacc.desk.forms import ExpectedForm, one_of, place_and_words
from app.nacc.plan_years.rules import PlanFilter, ScoreStanding


class StatusForm(ExpectedForm):
    status = OneOf("ผลแผน", choices=[(status, status.label) for status in PlanStatus], missing="เลือกผลแผน")
    version = Version()


def plan_filter_of(args: Mapping[str, str], year: int) -> PlanFilter:
    """The filter an address asks for, in `year`; what makes no sense does not narrow."""
    return PlanFilter(
        year=year,
        status=one_of(args.get("status", ""), list(PlanStatus)),
        scores=one_of(args.get("scores", ""), list(ScoreStanding)),
        **place_and_words(args),
    )
