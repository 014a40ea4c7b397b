"""Reads of scores. Staff see the LAOs of their provinces, an LAO sees itself; the scope is that of the plan years."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.access import Actor
from app.db import db, table
from app.errors import NotTheirs
from app.models import Account, Dimension, Organisation, PlanPeriod, PlanYear, Score, ScoreChange
from app.models.enums import Role, Which
from app.nacc.desk.queries import batches, in_scope, with_places
from app.nacc.evaluation.rules import (
    NO_SCORES,
    ProposedChange,
    ScoreCell,
    ScoreDeed,
    YearScores,
    applies,
    as_the_lao_sees,
)
from app.nacc.plan_years.queries import PlanRow, every_row, filtered_ids, plan_rows
from app.nacc.plan_years.rules import PlanFilter

PAGE_SIZE = 25
_O, _PY, _S, _D, _P = (table(model).c for model in (Organisation, PlanYear, Score, Dimension, PlanPeriod))
_C, _A = table(ScoreChange).c, table(Account).c
CHANGE = (_C.before, _C.after, _C.reason, _C.proposed_by_id, _A.display_name, _C.proposed_at, _C.version)


class GridRow(NamedTuple):
    """One LAO of the grid: who it is, and its scores."""

    lao: PlanRow
    scores: YearScores


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The LAOs whose scores the actor may see: its own, or those it oversees."""
    return _O.id == actor.own_organisation_id if actor.role is Role.LAO else in_scope(actor)


def max_scores(year: int) -> dict[int, Decimal]:
    """Maximum of each dimension of the plan period that holds `year`; empty where none does."""
    rows = db.session.execute(
        select(_D.number, _D.max_score_hundredths)
        .join_from(table(Dimension), table(PlanPeriod), _P.id == _D.plan_period_id)
        .where(_P.first_year <= year, _P.last_year >= year)
        .order_by(_D.number)
    )
    return dict(rows.all())


def scores_of(actor: Actor, ids: Iterable[int], year: int) -> dict[int, YearScores]:
    """Scores of those of `ids` that the actor may see; an LAO without a plan year is there with none."""
    found: dict[int, YearScores] = {}
    for some in batches(sorted(set(ids))):
        found |= _scores(_O.id.in_(some), seen_by(actor), year)
    return found


def _scores(these: ColumnElement[bool], scope: ColumnElement[bool], year: int) -> dict[int, YearScores]:
    joined = (
        table(Organisation)
        .outerjoin(table(PlanYear), and_(_PY.organisation_id == _O.id, _PY.fiscal_year == year))
        .outerjoin(table(Score), and_(_S.organisation_id == _PY.organisation_id, _S.fiscal_year == _PY.fiscal_year))
    )
    columns = (_O.id, _PY.sar_closed_at, _PY.published_at, _S.dimension, _S.sar_hundredths, _S.evaluation_hundredths)
    found: dict[int, tuple[dict[ScoreCell, Decimal | None], Any, Any]] = {}
    for id_, closed, published, dimension, sar, evaluation in db.session.execute(
        select(*columns).select_from(joined).where(these, scope)
    ):
        values = found.setdefault(id_, ({}, closed, published))[0]
        if dimension is not None:
            values[ScoreCell(Which.SAR, dimension)] = sar
            values[ScoreCell(Which.EVALUATION, dimension)] = evaluation
    return {id_: YearScores(*facts) for id_, facts in found.items()}


def scores_of_one(actor: Actor, organisation_id: int, year: int) -> YearScores:
    """Raises NotTheirs for an LAO the actor may not see, and for a year of no plan period."""
    found = scores_of(actor, [organisation_id], year)
    if organisation_id not in found or not max_scores(year):
        raise NotTheirs
    return found[organisation_id]


def own_scores(actor: Actor, year: int) -> YearScores:
    """What the actor's LAO may see of its scores."""
    return as_the_lao_sees(scores_of_one(actor, actor.own_organisation_id, year))


def lao_name(actor: Actor, organisation_id: int) -> str:
    """Raises NotTheirs for an LAO the actor may not see."""
    name: str | None = db.session.scalar(select(_O.name).where(_O.id == organisation_id, seen_by(actor)))
    if name is None:
        raise NotTheirs
    return name


def grid(actor: Actor, asked: PlanFilter) -> list[GridRow]:
    """One page of LAOs with their scores."""
    return _with_scores(actor, plan_rows(actor, asked, PAGE_SIZE), asked.year)


def whole_grid(actor: Actor, asked: PlanFilter) -> list[GridRow]:
    """All LAOs the filters show, in the same order."""
    return _with_scores(actor, every_row(actor, asked), asked.year)


def _with_scores(actor: Actor, laos: list[PlanRow], year: int) -> list[GridRow]:
    found = scores_of(actor, [lao.organisation_id for lao in laos], year)
    return [GridRow(lao, found.get(lao.organisation_id, NO_SCORES)) for lao in laos]


def affected(actor: Actor, asked: PlanFilter, deed: ScoreDeed) -> list[int]:
    """The LAOs the filters show for which the deed changes something."""
    found = scores_of(actor, filtered_ids(actor, asked), asked.year)
    return [id_ for id_, kept in found.items() if applies(deed, kept)]


def versions(ids: Collection[int], year: int) -> dict[int, int]:
    """A number for each LAO's scores of the year that grows with whatever is entered, closed or published."""
    found: dict[int, int] = {}
    joined = table(PlanYear).outerjoin(
        table(Score), and_(_S.organisation_id == _PY.organisation_id, _S.fiscal_year == _PY.fiscal_year)
    )
    number = _PY.version + func.coalesce(func.sum(_S.version), 0)
    for some in batches(sorted(ids)):
        here = _PY.organisation_id.in_(some), _PY.fiscal_year == year
        grouped = select(_PY.organisation_id, number).select_from(joined).where(*here)
        found |= dict(db.session.execute(grouped.group_by(_PY.organisation_id, _PY.version)).all())
    return found


def half_scored(actor: Actor, ids: Collection[int], year: int) -> int:
    """How many of `ids` NACC has not scored in every dimension of the year's plan."""
    dimensions = len(max_scores(year))
    return sum(kept.evaluated < dimensions for kept in scores_of(actor, ids, year).values())


def scores_in_years(actor: Actor, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], YearScores]:
    """Scores of each (organisation id, fiscal year) that the actor may see."""
    found: dict[tuple[int, int], YearScores] = {}
    for year in {year for _id, year in places}:
        of_year = scores_of(actor, [id_ for id_, each in places if each == year], year)
        found |= {(id_, year): scores for id_, scores in of_year.items()}
    return found


def waiting_changes(actor: Actor, ids: Iterable[int], year: int) -> dict[int, ProposedChange]:
    """Proposed changes of those of `ids` that have one and that the actor oversees."""
    found: dict[int, ProposedChange] = {}
    for some in batches(sorted(set(ids))):
        here = waiting_statement(actor, _O.id, *CHANGE).where(_O.id.in_(some), _C.fiscal_year == year)
        found |= {id_: change_of(*facts) for id_, *facts in db.session.execute(here)}
    return found


def waiting_count(actor: Actor) -> int:
    return db.session.scalar(waiting_statement(actor, func.count())) or 0


def waiting_statement(actor: Actor, *columns: Any) -> Select[Any]:
    """`columns` of the proposed changes the actor oversees; joined with places and with who proposed."""
    laos = with_places(table(Organisation))
    joined = laos.join(table(ScoreChange), _C.organisation_id == _O.id).join(table(Account), _A.id == _C.proposed_by_id)
    return select(*columns).select_from(joined).where(_C.settled_at.is_(None), in_scope(actor))


def change_of(before: Any, after: Any, *facts: Any) -> ProposedChange:
    """Out of a row of CHANGE."""
    return ProposedChange(_values(before), _values(after), *facts)


def _values(kept: Mapping[str, str | None]) -> dict[ScoreCell, Decimal | None]:
    """The values by cell, as `by_cell_name` made them."""
    return {ScoreCell.named(name): None if value is None else Decimal(value) for name, value in kept.items()}
