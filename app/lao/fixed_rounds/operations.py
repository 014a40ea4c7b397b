"""Fixing rounds that have closed, and opening them again: each with its history, for many LAOs at once."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Insert, exists, insert, literal, select, true, update

from app.access import Actor, system
from app.db import db, table
from app.history.operations import entry, record_all
from app.lao.fixed_rounds import queries
from app.lao.fixed_rounds.queries import DueRound
from app.lao.fixed_rounds.rules import DimensionSums, Edition, FixedLine
from app.models import FixedDocument, FixedRound, FixedSum, Organisation, ProjectYear, Report
from app.models.enums import Action, Entity, PlanStatus, ReportStatus, Round
from app.models.projects import CARRIED
from app.plans.rules import ReportWindow
from app.registry.operations import before_change

_F, _Y, _R = (table(model).c for model in (FixedRound, ProjectYear, Report))
FIXER = system("ปิดผลของรอบ")


def fix_due(closed_by: datetime, now: datetime, among: Collection[int] | None = None, limit: int | None = None) -> int:
    """Fix the rounds that had closed by then, at most `limit`: of all LAOs, or of those `among`; gives how many.

    Whoever is about to change what a closed round is counted from calls this first, in the same transaction.
    """
    found = queries.due(closed_by, among, limit)
    if not found:
        return 0
    ids = {each.organisation_id for each in found}
    hold(ids)
    found = queries.due(closed_by, ids, limit, lock=True)  # what nobody else has fixed meanwhile
    for (year, round_), some in groupby(found, key=lambda each: (each.closed.year, each.closed.round)):
        _fix(list(some), year, round_, now)
    return len(found)


@before_change
def fix_before_the_registry_changes(ids: Collection[int], now: datetime) -> None:
    """A round that has closed keeps the name and the place the LAO had then."""
    fix_due(now, now, ids)


def hold(ids: Collection[int]) -> None:
    """Two who fix the same LAO come one after the other. Reporting never waits for this."""
    held = select(Organisation.id).where(Organisation.id.in_(ids)).order_by(Organisation.id)
    db.session.execute(held.with_for_update(key_share=True))


def _fix(some: Sequence[DueRound], year: int, round_: Round, now: datetime) -> None:
    ids = [each.organisation_id for each in some]
    laos, lines = queries.lao_facts(ids, year), queries.live_lines(ids, year, round_)
    last = queries.last_editions(ids, year, round_)
    publish(
        FIXER,
        Action.FIX_ROUND,
        [Edition(id_, closed, last.get(id_, 0) + 1, laos[id_], lines.get(id_, [])) for id_, closed in some],
        now,
    )


def publish(actor: Actor, action: Action, editions: Sequence[Edition], now: datetime, reason: str = "") -> None:
    """Put editions in force, where none of their round is."""
    amended_by = None if action is Action.FIX_ROUND else actor.account_id
    more = {"in_force": True, "fixed_at": now, "reason": reason, "amended_by_id": amended_by}
    added = insert(table(FixedRound)).returning(_F.id, sort_by_parameter_order=True)
    ids = db.session.scalars(added, [_round(each) | more for each in editions]).all()
    kept = dict(zip(ids, editions, strict=True))
    _insert(insert(table(FixedSum)), [_sums(id_, *sums) for id_, e in kept.items() for sums in e.sums.items()])
    _insert(insert(table(FixedDocument)), [{"fixed_round_id": id_, "document": e.document} for id_, e in kept.items()])
    record_all(
        [
            entry(actor, action, Entity.FIXED_ROUND, _key(e), e.organisation_id, None, e.told, reason, now)
            for e in editions
        ]
    )


def amend(
    actor: Actor, before: Edition, lines: Sequence[FixedLine], plan_status: PlanStatus, reason: str, now: datetime
) -> bool:
    """Put a next edition in the place of the one in force; False where it would be the same. Both stay published."""
    lao = before.lao._replace(plan_status=plan_status)
    after = replace(before, number=before.number + 1, lao=lao, lines=list(lines))
    if (after.lao, list(after.lines)) == (before.lao, list(before.lines)):
        return False
    closed = before.closed
    here = (_F.organisation_id == before.organisation_id, _F.fiscal_year == closed.year, _F.round == int(closed.round))
    db.session.execute(update(table(FixedRound)).where(*here, _F.in_force).values(in_force=False))
    publish(actor, Action.AMEND_ROUND, [after], now, reason)
    return True


def _insert(statement: Insert, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(statement, rows)


def _key(edition: Edition) -> str:
    return f"{edition.organisation_id}/{edition.closed.year}/{int(edition.closed.round)}"


def _round(edition: Edition) -> dict[str, Any]:
    counts, closed = edition.summary.counts, edition.closed
    return {
        "organisation_id": edition.organisation_id,
        "fiscal_year": closed.year,
        "round": int(closed.round),
        "edition": edition.number,
        "closed_at": closed.closed_at,
        **edition.lao._asdict(),
        "level": edition.summary.level,
        **vars(counts),
    }


def _sums(id_: int, dimension: int, sums: DimensionSums) -> dict[str, Any]:
    return {
        "fixed_round_id": id_,
        "dimension": dimension,
        **vars(sums.counts),
        "in_ordinance": sums.money.in_ordinance,
        "planned_satang": sums.money.planned,
        "ordinance_satang": sums.money.ordinance,
        "spent_satang": sums.money.spent,
        "with_plan": sums.with_plan,
        "with_spent": sums.with_spent,
        "left_out": sums.left_out,
    }


def reopen(actor: Actor, window: ReportWindow, now: datetime, organisation_id: int | None = None) -> int:
    """Make a round live again whose window no longer is closed: of all LAOs, or of one; gives how many were fixed.

    What was published stays as editions of before. A project recorded meanwhile counts in the round from now on.
    """
    if window.closing_passed(now):
        return 0
    if organisation_id is not None:
        hold([organisation_id])
    here = [_F.fiscal_year == window.year, _F.round == int(window.round), _F.in_force]
    if organisation_id is not None:
        here.append(_F.organisation_id == organisation_id)
    fixed = db.session.execute(
        update(table(FixedRound)).where(*here).values(in_force=False).returning(_F.organisation_id, _F.edition)
    ).all()
    _add_missing_lines(window, organisation_id)
    key = f"{window.year}/{int(window.round)}"
    told = [
        entry(actor, Action.REOPEN_ROUND, Entity.FIXED_ROUND, f"{id_}/{key}", id_, {"edition": edition}, None, "", now)
        for id_, edition in sorted(fixed)
    ]
    record_all(told)
    return len(told)


def _add_missing_lines(window: ReportWindow, organisation_id: int | None) -> None:
    """A report line for each project of the year that was recorded while the round was closed."""
    own = _Y.organisation_id == organisation_id if organisation_id is not None else true()
    there = exists().where(
        _R.project_id == _Y.project_id, _R.fiscal_year == _Y.fiscal_year, _R.round == int(window.round)
    )
    add_report_lines(window.round, _Y.fiscal_year == window.year, own, ~there)


def add_report_lines(round_: Round, *wanted: ColumnElement[bool]) -> None:
    """A line in that round, not reported yet, for each project year wanted: one statement, however many there are."""
    fixed = {"round": int(round_), "status": ReportStatus.NOT_REPORTED, "note": "", "version": 1}
    values = [literal(value, _R[name].type) for name, value in fixed.items()]
    columns = ["project_id", "fiscal_year", *CARRIED]
    lines = select(*(_Y[name] for name in columns), *values).where(*wanted)
    db.session.execute(insert(table(Report)).from_select([*columns, *fixed], lines))
