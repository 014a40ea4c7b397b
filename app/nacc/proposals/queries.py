"""What a year's minimum score proposes. Staff see the LAOs of their provinces."""

from typing import NamedTuple

from app.access import Actor
from app.db import db
from app.models import MinimumScore
from app.models.enums import PlanStatus
from app.nacc.evaluation.queries import GridRow, whole_grid
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.proposals.rules import proposed


def minimum_score(year: int) -> MinimumScore | None:
    return db.session.get(MinimumScore, year)


class PlanProposal(NamedTuple):
    """A plan whose status would change, and to what."""

    row: GridRow
    status: PlanStatus


def proposals(actor: Actor, asked: PlanFilter) -> list[PlanProposal]:
    """What the minimum score of the year proposes for the LAOs the filters show; those it would change only."""
    minimum = minimum_score(asked.year)
    if minimum is None:
        return []
    return [
        PlanProposal(row, status)
        for row in whole_grid(actor, asked)
        if (status := proposed(row.scores, minimum.score)) and status is not row.lao.status
    ]
