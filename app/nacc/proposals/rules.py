"""Who is proposed to pass. An officer confirms; nothing passes by itself."""

from decimal import Decimal

from app.models.enums import PlanStatus, Which
from app.nacc.evaluation.rules import YearScores


def proposed(kept: YearScores, minimum: Decimal) -> PlanStatus | None:
    """The status a plan is proposed to get; None where NACC has not scored it at all."""
    reached = kept.total(Which.EVALUATION)
    if reached is None:
        return None
    return PlanStatus.PASSED if reached >= minimum else PlanStatus.FAILED
