"""Saying which plans passed. Taking "passed" back closes the year to recording and reporting; it deletes nothing."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.access import Actor
from app.db import db, table, write
from app.errors import NotTheirs, Stale
from app.history.operations import entry, record_all
from app.lao.fixed_rounds.operations import fix_due
from app.models import Organisation, PlanYear
from app.models.enums import Action, Entity, PlanStatus
from app.nacc.desk.queries import batches, in_scope
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.plan_years import queries
from app.nacc.plan_years.rules import PlanFilter, SeenStatus

_O, _PY = table(Organisation).c, table(PlanYear).c


def set_status(
    actor: Actor, organisation_id: int, year: int, status: PlanStatus, version: int, now: datetime, reason: str = ""
) -> bool:
    """Set one LAO's plan year; False where it is so already. `reason`: why it failed, which the LAO sees.

    Raises NotTheirs outside the actor's provinces; Stale at the commit where somebody was first.
    """
    if organisation_id not in _seen(actor, [organisation_id]):
        raise NotTheirs
    known = db.session.get(PlanYear, (organisation_id, year), with_for_update=True)
    before = known.status if known else PlanStatus.NOT_SENT
    if before is status:
        return known is not None and known.version != version  # a double click: the first one saved it
    fix_due(now, now, [organisation_id])
    if known is None:
        db.session.add(PlanYear(organisation_id=organisation_id, fiscal_year=year, status=status))
        db.session.flush()
    else:
        write(known, version, status=status)
    record_all([_plan_year_entry(actor, organisation_id, year, before, status, now, reason)])
    return True


def set_many(
    actor: Actor,
    organisation_ids: Collection[int],
    year: int,
    status: PlanStatus,
    now: datetime,
    reason: str = "",
    *,
    reword: bool = False,
) -> int:
    """Set the plan year of those LAOs the actor oversees; gives how many changed. What is so already stays.

    `reword`: a plan that failed for another reason gets this one.
    """
    some = batches(sorted(set(organisation_ids)))
    return sum(_set_some(actor, _seen(actor, ids), year, status, now, reason, reword) for ids in some)


def set_filtered(
    actor: Actor, asked: PlanFilter, expected: int, status: PlanStatus, now: datetime, reason: str = ""
) -> int:
    """Set every LAO the filters show. Raises Refusal where their number is not the one that was said before."""
    ids = queries.filtered_ids(actor, asked)
    refuse_unexpected(len(ids), expected, "ตัวกรองมี")
    return set_many(actor, ids, asked.year, status, now, reason)


def _seen(actor: Actor, ids: list[int]) -> list[int]:
    """Those the actor oversees, held: two people setting the first status of one do not both make its row."""
    statement = select(_O.id).where(_O.id.in_(ids), in_scope(actor)).order_by(_O.id)
    return list(db.session.scalars(statement.with_for_update(key_share=True)))


def _set_some(
    actor: Actor, ids: list[int], year: int, status: PlanStatus, now: datetime, reason: str, reword: bool
) -> int:
    here = _PY.organisation_id.in_(ids), _PY.fiscal_year == year
    before = dict(db.session.execute(select(_PY.organisation_id, _PY.status).where(*here).with_for_update()).all())
    moving = [id_ for id_ in ids if before.get(id_, PlanStatus.NOT_SENT) is not status]
    if reword and status is PlanStatus.FAILED and reason:
        because = queries.failed_because([(id_, year) for id_ in ids if before.get(id_) is status])
        moving += [id_ for (id_, _year), why in because.items() if why != reason]
    fix_due(now, now, moving)
    new = [id_ for id_ in moving if id_ not in before]
    if new:
        rows = [{"organisation_id": id_, "fiscal_year": year, "status": status, "version": 1} for id_ in new]
        db.session.execute(insert(table(PlanYear)), rows)
    old = [id_ for id_ in moving if id_ in before]
    if old:
        db.session.execute(
            update(table(PlanYear))
            .where(_PY.organisation_id.in_(old), _PY.fiscal_year == year)
            .values(status=status, version=_PY.version + 1)
        )
    record_all(
        [
            _plan_year_entry(actor, id_, year, before.get(id_, PlanStatus.NOT_SENT), status, now, reason)
            for id_ in moving
        ]
    )
    return len(moving)


def _plan_year_entry(
    actor: Actor, id_: int, year: int, before: PlanStatus, after: PlanStatus, now: datetime, reason: str
) -> dict[str, Any]:
    facts = {"status": before}, {"status": after}
    return entry(actor, Action.SET_PLAN_YEAR, Entity.PLAN_YEAR, f"{id_}/{year}", id_, *facts, reason, now)


def take_back(actor: Actor, done_at: datetime, now: datetime) -> int:
    """Undo what the actor set at that moment, one or many or a file; gives how many are as they were before.

    What somebody has set since stays as it is.
    """
    undone = 0
    for (year, status, reason), ids in queries.set_together(actor, done_at).items():
        undone += set_many(actor, ids, year, status, now, reason, reword=True)
    return undone


def set_from_file(actor: Actor, lines: Collection[SeenStatus], now: datetime) -> int:
    """Set what a checked file says; gives how many changed. Raises Stale where one was changed since it was shown."""
    kept = queries.statuses([(line.organisation_id, line.year) for line in lines], lock=True)
    because = queries.failed_because([place for place, status in kept.items() if status is PlanStatus.FAILED])
    grouped: dict[tuple[int, PlanStatus, str], list[int]] = {}
    for line in lines:
        place = line.organisation_id, line.year
        if line.was_changed(kept.get(place, PlanStatus.NOT_SENT), because.get(place, "")):
            raise Stale
        grouped.setdefault((line.year, line.status, line.reason), []).append(line.organisation_id)
    return sum(
        set_many(actor, ids, year, status, now, why, reword=True) for (year, status, why), ids in grouped.items()
    )
