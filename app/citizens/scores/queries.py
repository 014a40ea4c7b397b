"""NACC's scores of LAOs as citizens see them: once they are published, and not before."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, select

from app.db import db, table
from app.models import Dimension, PlanPeriod, PlanYear, Score

_D, _P, _PY, _S = (table(model).c for model in (Dimension, PlanPeriod, PlanYear, Score))


class PublishedScore(NamedTuple):
    """Of one dimension: the most there is, the LAO's own score and NACC's; None where none was given."""

    dimension: int
    most: Decimal
    sar: Decimal | None
    evaluation: Decimal | None


class PublishedScores(NamedTuple):
    """Of one LAO in one fiscal year, dimension by dimension."""

    scores: list[PublishedScore]

    @property
    def most(self) -> Decimal:
        return sum((each.most for each in self.scores), Decimal())

    @property
    def sar(self) -> Decimal | None:
        return _sum(each.sar for each in self.scores)

    @property
    def evaluation(self) -> Decimal | None:
        return _sum(each.evaluation for each in self.scores)


def _sum(scores: Iterable[Decimal | None]) -> Decimal | None:
    given = [score for score in scores if score is not None]
    return sum(given, Decimal()) if given else None


def published_scores(organisation_ids: Iterable[int], year: int) -> dict[int, PublishedScores]:
    """By LAO, of those whose scores of that fiscal year are published; all dimensions of its plan period."""
    of_year = and_(_P.first_year <= _PY.fiscal_year, _P.last_year >= _PY.fiscal_year)
    own = (_S.organisation_id == _PY.organisation_id, _S.fiscal_year == _PY.fiscal_year, _S.dimension == _D.number)
    wanted = (
        select(_PY.organisation_id, _D.number, _D.max_score_hundredths, _S.sar_hundredths, _S.evaluation_hundredths)
        .select_from(table(PlanYear))
        .join(table(PlanPeriod), of_year)
        .join(table(Dimension), _D.plan_period_id == _P.id)
        .outerjoin(table(Score), and_(*own))
        .where(_PY.organisation_id.in_(organisation_ids), _PY.fiscal_year == year, _PY.published_at.is_not(None))
        .order_by(_PY.organisation_id, _D.number)
    )
    found: dict[int, list[PublishedScore]] = {}
    for id_, *score in db.session.execute(wanted):
        found.setdefault(id_, []).append(PublishedScore(*score))
    return {id_: PublishedScores(scores) for id_, scores in found.items()}
