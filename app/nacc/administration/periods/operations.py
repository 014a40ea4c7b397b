"""Deeds on plan periods and their dimensions. Each with its history."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from app.access import Actor
from app.db import db, write
from app.errors import NotTheirs, Refusal
from app.history.operations import record
from app.models import Dimension, PlanPeriod, SubHeading
from app.models.enums import Action, Entity
from app.nacc.administration.periods import queries
from app.nacc.administration.periods.rules import (
    headings_in_use_problem,
    in_use_problem,
    maximum_problem,
    names_problem,
    sub_headings_problem,
    years_problem,
)

MAX_SCORE = Decimal(25)


def refuse_bad_period(first: int, last: int, names: list[str], period_id: int | None = None) -> None:
    """Raises Refusal where a period cannot have these years and names; `period_id`: of the one that is changed."""
    if problem := years_problem(first, last, queries.other_years(period_id)):
        raise Refusal(problem, "first_year")
    if problem := names_problem(names):
        raise Refusal(problem, "names")


def add_period(actor: Actor, first: int, last: int, names: list[str], now: datetime) -> None:
    """A plan period with its dimensions. Raises Refusal where it overlaps another, or two names say the same."""
    _one_at_a_time()
    refuse_bad_period(first, last, names)
    period = PlanPeriod(first_year=first, last_year=last)
    db.session.add(period)
    db.session.flush()
    after = {"years": [first, last], "dimensions": names}
    record(actor, Action.ADD, Entity.PLAN_PERIOD, period.id, after=after, at=now)
    _name_dimensions(actor, period.id, names, now)


def change_period(
    actor: Actor, period_id: int, first: int, last: int, names: list[str], version: int, now: datetime
) -> bool:
    """Give an unused period other years, names or another number of dimensions; False where it is so already.

    Raises NotTheirs; Refusal where something was kept for its years, and as add_period; Stale at the commit.
    """
    _one_at_a_time()
    period = _unused(period_id, "แก้ไข")
    before = _facts(period)
    after = {"years": [first, last], "dimensions": names}
    if before == after:
        return period.version != version  # a double click: the first one saved it
    write(period, version, first_year=first, last_year=last)
    refuse_bad_period(first, last, names, period_id)
    record(actor, Action.EDIT, Entity.PLAN_PERIOD, period_id, before=before, after=after, at=now)
    _name_dimensions(actor, period_id, names, now)
    return True


def remove_period(actor: Actor, period_id: int, version: int, now: datetime) -> None:
    """Take an unused period away, with its dimensions.

    Raises NotTheirs; Refusal where something was kept for its years, and for the last one; Stale at the commit.
    """
    _one_at_a_time()
    period = _unused(period_id, "ลบ")
    if not queries.other_years(period_id):
        raise Refusal("ลบไม่ได้ เพราะต้องมีแผนอย่างน้อย 1 ช่วง")
    before = _facts(period)
    write(period, version, first_year=period.first_year)  # who looked at another version does not remove this one
    _name_dimensions(actor, period_id, [], now)
    record(actor, Action.REMOVE, Entity.PLAN_PERIOD, period_id, before=before, at=now)
    db.session.delete(period)
    db.session.flush()


def _one_at_a_time() -> None:
    """Wait for whoever else changes periods: what is asked next sees theirs. There is always one period to lock."""
    db.session.execute(select(PlanPeriod.id).order_by(PlanPeriod.id).with_for_update())


def _unused(period_id: int, deed: str) -> PlanPeriod:
    period = db.session.get(PlanPeriod, period_id, with_for_update=True)
    if period is None:
        raise NotTheirs
    if problem := in_use_problem(queries.use_of(period.first_year, period.last_year), deed):
        raise Refusal(problem)
    return period


def _facts(period: PlanPeriod) -> dict[str, object]:
    names = [each.name for each in _dimensions(period.id)]
    return {"years": [period.first_year, period.last_year], "dimensions": names}


def _dimensions(period_id: int) -> list[Dimension]:
    found = select(Dimension).where(Dimension.plan_period_id == period_id).order_by(Dimension.number)
    return list(db.session.scalars(found))


def _name_dimensions(actor: Actor, period_id: int, names: list[str], now: datetime) -> None:
    """Let the period have these dimensions and no others; one that stays keeps its maximum."""
    kept = {each.number: each for each in _dimensions(period_id)}
    for number, name in enumerate(names, start=1):
        key, known = f"{period_id}/{number}", kept.pop(number, None)
        if known is None:
            added = Dimension(plan_period_id=period_id, number=number, name=name, max_score=MAX_SCORE)
            db.session.add(added)
            after = {"name": name, "max_score": MAX_SCORE}
            record(actor, Action.ADD, Entity.DIMENSION, key, after=after, at=now)
        elif known.name != name:
            facts = _told(known)
            known.name = name
            record(actor, Action.EDIT, Entity.DIMENSION, key, before=facts, after=facts | {"name": name}, at=now)
    for number, gone in sorted(kept.items()):
        record(actor, Action.REMOVE, Entity.DIMENSION, f"{period_id}/{number}", before=_told(gone), at=now)
        _write_headings(period_id, number, {})
        db.session.delete(gone)
    db.session.flush()


def _told(dimension: Dimension) -> dict[str, Any]:
    """What the history has of a dimension."""
    sub_headings = queries.sub_headings(dimension.plan_period_id, dimension.number)
    lines = [f"{number} {name}" for number, name in sub_headings.items()]
    return {"name": dimension.name, "max_score": dimension.max_score, "sub_headings": lines or None}


def _write_headings(period_id: int, number: int, sub_headings: Mapping[str, str]) -> None:
    """Let the dimension have these and no others; those that stay keep their rows, for projects point at them."""
    own = SubHeading.plan_period_id == period_id, SubHeading.dimension == number
    db.session.execute(delete(SubHeading).where(*own, SubHeading.number.not_in(sub_headings)))
    for heading, name in sub_headings.items():
        db.session.merge(SubHeading(plan_period_id=period_id, dimension=number, number=heading, name=name))
    db.session.flush()


def refuse_bad_headings(period_id: int, number: int, headings: list[tuple[str, str]]) -> None:
    """Raises Refusal where a dimension cannot have this list of sub-headings."""
    kept = queries.sub_headings(period_id, number)
    gone = kept.keys() - {each for each, _name in headings}
    problem = sub_headings_problem(number, headings)
    if problem := problem or headings_in_use_problem(gone, queries.projects_under(period_id, number) if gone else {}):
        raise Refusal(problem, "sub_headings")


def rename_dimension(
    actor: Actor,
    period_id: int,
    number: int,
    name: str,
    max_score: Decimal,
    version: int,
    now: datetime,
    headings: list[tuple[str, str]] | None = None,
) -> bool:
    """Change a dimension's name, the most it can score and its sub-headings; False where it is so already.

    `headings`: number and name of each that it is to have; None leaves them as they are.

    Raises NotTheirs; Refusal where a score would be above the most, or a sub-heading that is used would go; Stale at
    the commit.
    """
    dimension = db.session.get(Dimension, (period_id, number), with_for_update=True)
    if dimension is None:
        raise NotTheirs
    before = _told(dimension)
    lines = before["sub_headings"] if headings is None else [" ".join(each) for each in headings] or None
    after = {"name": name, "max_score": max_score, "sub_headings": lines}
    if before == after:
        return dimension.version != version  # a double click: the first one saved it
    names = [name if each.number == number else each.name for each in _dimensions(period_id)]
    write(dimension, version, name=name, max_score=max_score)
    if problem := names_problem(names):
        raise Refusal(problem, "name")
    if problem := maximum_problem(max_score, queries.highest_score(period_id, number)):
        raise Refusal(problem, "max_score")
    if headings is not None:
        refuse_bad_headings(period_id, number, headings)
        _write_headings(period_id, number, dict(headings))
    record(actor, Action.EDIT, Entity.DIMENSION, f"{period_id}/{number}", before=before, after=after, at=now)
    return True
