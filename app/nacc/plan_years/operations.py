"""Saying which plans passed. Taking "passed" back closes the year to recording and reporting; it deletes nothing."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from app.access import Actor
from app.db import db, table, write
from app.errors import NotTheirs, Stale
from app.history.operations import entry, record_all
from app.lao.fixed_rounds.operations import fix_due
from app.models import Organisation, PlanYear
from app.models.enums import Action, Entity, PlanStatus, ProposedKind, SecondPerson
from app.nacc.desk.queries import batches, in_scope
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.plan_years import queries
from app.nacc.plan_years.rules import PlanFilter, PlanMove, SeenStatus
from app.nacc.second_person.queries import second_person
from app.nacc.second_person.rules import AsksSecond, WantedRow, asks

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
    return set_moves(actor, [PlanMove(id_, year, status, reason) for id_ in organisation_ids], now, reword=reword)


def set_moves(actor: Actor, moves: Collection[PlanMove], now: datetime, *, reword: bool = False) -> int:
    """Set many plan years in one deed; gives how many changed.

    Raises AsksSecond, and changes nothing, where an administrator wants a second person for that.
    """
    if (wanted := second_person()) is not SecondPerson.OFF:
        rows = _changing(actor, moves, reword)
        if asks(wanted, len(rows), rejects=False):
            reasons = {row.reason for row in rows}
            raise AsksSecond(ProposedKind.PLAN_YEARS, rows, reasons.pop() if len(reasons) == 1 else "")
    return _apply(actor, moves, now, reword=reword)


def set_proposed(actor: Actor, rows: Collection[WantedRow], _reason: str, now: datetime) -> int:
    """What one person proposed and the actor confirmed: those that are as they were read then; gives how many."""
    versions = queries.versions([(row.organisation_id, row.year or 0) for row in rows], lock=True)
    as_read = [row for row in rows if versions.get((row.organisation_id, row.year or 0), 0) == row.seen]
    moves = [PlanMove(row.organisation_id, row.year or 0, PlanStatus(row.outcome), row.reason) for row in as_read]
    return _apply(actor, moves, now, reword=True)


def _changing(actor: Actor, moves: Collection[PlanMove], reword: bool) -> list[WantedRow]:
    """Those that would change, with their versions as they stand."""
    found: list[WantedRow] = []
    for (year, status, reason), some in _together(moves):
        moving = _moving(_seen(actor, some), year, status, reason, reword).moving
        versions = queries.versions([(id_, year) for id_ in moving])
        found += [WantedRow(id_, versions.get((id_, year), 0), status.value, None, year, reason) for id_ in moving]
    return found


def _apply(actor: Actor, moves: Collection[PlanMove], now: datetime, *, reword: bool) -> int:
    return sum(
        _set_some(actor, _seen(actor, some), year, status, now, reason, reword)
        for (year, status, reason), some in _together(moves)
    )


def _together(moves: Collection[PlanMove]) -> Iterator[tuple[tuple[int, PlanStatus, str], list[int]]]:
    """LAOs that get the same, as many at a time as one statement takes."""
    grouped: dict[tuple[int, PlanStatus, str], set[int]] = {}
    for move in moves:
        grouped.setdefault((move.year, move.status, move.reason), set()).add(move.organisation_id)
    return ((wanted, some) for wanted, ids in grouped.items() for some in batches(sorted(ids)))


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


class _Moving(NamedTuple):
    """The status of each plan year that has one, and the LAOs whose plan changes."""

    before: dict[int, PlanStatus]
    moving: list[int]


def _moving(ids: list[int], year: int, status: PlanStatus, reason: str, reword: bool) -> _Moving:
    here = _PY.organisation_id.in_(ids), _PY.fiscal_year == year
    before = dict(db.session.execute(select(_PY.organisation_id, _PY.status).where(*here).with_for_update()).all())
    moving = [id_ for id_ in ids if before.get(id_, PlanStatus.NOT_SENT) is not status]
    if reword and status is PlanStatus.FAILED and reason:
        because = queries.failed_because([(id_, year) for id_ in ids if before.get(id_) is status])
        moving += [id_ for (id_, _year), why in because.items() if why != reason]
    return _Moving(before, moving)


def _set_some(
    actor: Actor, ids: list[int], year: int, status: PlanStatus, now: datetime, reason: str, reword: bool
) -> int:
    before, moving = _moving(ids, year, status, reason, reword)
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
    together = queries.set_together(actor, done_at)
    moves = [PlanMove(id_, *wanted) for wanted, ids in together.items() for id_ in ids]
    return _apply(actor, moves, now, reword=True)


def set_from_file(actor: Actor, lines: Collection[SeenStatus], now: datetime) -> int:
    """Set what a checked file says; gives how many changed. Raises Stale where one was changed since it was shown."""
    kept = queries.statuses([(line.organisation_id, line.year) for line in lines], lock=True)
    because = queries.failed_because([place for place, status in kept.items() if status is PlanStatus.FAILED])
    for line in lines:
        place = line.organisation_id, line.year
        if line.was_changed(kept.get(place, PlanStatus.NOT_SENT), because.get(place, "")):
            raise Stale
    moves = [PlanMove(line.organisation_id, line.year, line.status, line.reason) for line in lines]
    return set_moves(actor, moves, now, reword=True)
