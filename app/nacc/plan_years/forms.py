"""Shapes of the plan-year desk."""

from collections.abc import Mapping
from typing import Any

from app.fields import AtMost, OneOf, TextBlock, Version
from app.models.enums import PlanStatus
from app.nacc.desk.forms import ExpectedForm, one_of, place_and_words
from app.nacc.plan_years.rules import MAX_REASON, NO_REASON, PlanFilter, ScoreStanding


class StatusForm(ExpectedForm):
    status = OneOf("ผลแผน", choices=[(status, status.label) for status in PlanStatus], missing="เลือกผลแผน")
    reason = TextBlock("เหตุผลที่แผนไม่ผ่าน", validators=[AtMost(MAX_REASON)])
    version = Version()

    def validate(self, extra_validators: Any = None) -> bool:
        """A plan that fails has a reason; any other has none to tell."""
        super().validate(extra_validators)
        fails = self.status.data is PlanStatus.FAILED
        self.ask_only(self.reason, fails)
        if fails and not self.reason.data and not self.reason.errors:
            self.reason.errors = [NO_REASON]
        return not self.problems

    @property
    def told(self) -> str:
        return self.reason.data or "" if self.status.data is PlanStatus.FAILED else ""


def plan_filter_of(args: Mapping[str, str], year: int) -> PlanFilter:
    """The filter an address asks for, in `year`; what makes no sense does not narrow."""
    return PlanFilter(
        year=year,
        status=one_of(args.get("status", ""), list(PlanStatus)),
        scores=one_of(args.get("scores", ""), list(ScoreStanding)),
        **place_and_words(args),
    )
