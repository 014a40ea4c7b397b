"""What entries, one after the other, make of a row: how the log gives back the facts of every table it covers.

docs/verify.py says the same in its own words, for it must not believe these.
"""

from collections.abc import Iterable
from typing import Any

from app.ledger.rules import LATER_TEXTS, Told, kept, moment
from app.models.enums import Action, Entity, PlanStatus, ReportStatus, ReviewStatus, Role

Row = dict[str, Any]
# What entries tell beside the facts of their row, and stands in none.
BESIDE = frozenset({"effective_at", "successors", "succession", "document_date", "dimensions", "proposed_by"})
OF_AN_EDITION = ("total", "done", "level", "spent", "sha256")
NO_ROW: dict[str, str] = {
    Entity.PLAN_YEAR: PlanStatus.NOT_SENT.value,
    Entity.REPORT.value: ReportStatus.NOT_REPORTED.value,
}


REMOVED = frozenset({Entity.REPORT, Entity.PLAN_PERIOD, Entity.DIMENSION, Entity.WINDOW})  # what an entry can end


def identity(entity: str, key: str, organisation_id: int | None) -> str:
    """The key of the row an entry tells of: a window of an LAO's own is another row than that of everybody."""
    return key if entity != Entity.WINDOW or organisation_id is None else f"{key}/{organisation_id}"


def replayed(entries: Iterable[Told]) -> Row:
    """The facts that the entries of one row leave; empty where there is no row."""
    row: Row = {}
    for told in entries:
        row = _after(row, told)
    return row


def shown(entity: str, facts: Row) -> Row:
    """`facts` without what is nothing: a fact without a value, a row that means as much as none."""
    waits = entity in NO_ROW and facts.get("status") == NO_ROW[entity]
    if waits and not any(facts[name] for name in facts if name != "status"):
        return {}
    if entity == Entity.ACCOUNT and facts.get("role") != Role.OFFICER:
        facts = {name: value for name, value in facts.items() if name != "provinces"}
    return {name: value for name, value in facts.items() if not _says_nothing(name, value) and name not in BESIDE}


def _says_nothing(name: str, value: Any) -> bool:
    """A later text that is empty is as one of which nothing was told: rows of before have none."""
    return value is None or (value == "" and name in LATER_TEXTS)


def _after(row: Row, told: Told) -> Row:
    facts = kept(told.entity, told.after) or {}
    if told.action == Action.STAND:
        lao = {"organisation": told.organisation_id} if facts and told.entity == Entity.PROJECT else {}
        return shown(told.entity, facts | lao)
    if told.entity == Entity.ACCOUNT:
        return _account_row(row, told, facts)
    if told.entity == Entity.FIXED_ROUND:
        return _fixed_row(row, facts)
    if told.entity in REMOVED and told.after is None:
        return {}
    extra = _MORE.get(told.entity)
    return shown(told.entity, row | facts | (extra(row | facts, told) if extra else {}))


def _account_row(row: Row, told: Told, facts: Row) -> Row:
    """Locking an account of which nothing else is known, an LAO's, is an event and no row."""
    if told.action == Action.ERASE:
        return {}
    if told.action in (Action.LOCK, Action.UNLOCK):
        return (
            shown(told.entity, row | {"locked_at": moment(told.at) if told.action == Action.LOCK else None})
            if row
            else {}
        )
    return shown(told.entity, row | facts)


def _fixed_row(row: Row, facts: Row) -> Row:
    """All editions of a round, and which of them is in force: none once it is live again."""
    if "edition" not in facts:
        return {name: value for name, value in row.items() if name != "in_force"}
    edition = facts["edition"]
    return row | {str(edition): {name: facts.get(name) for name in OF_AN_EDITION}, "in_force": edition}


def _project_more(row: Row, told: Told) -> Row:
    return {"organisation": told.organisation_id, **_deed(row, told)}


def _deed(row: Row, told: Told) -> Row:
    at = moment(told.at)
    match told.action:
        case Action.RECORD:
            return {"created_at": at, "review_status": row.get("review_status", ReviewStatus.PENDING.value)}
        case Action.DELETE:
            return {"deleted_at": at}
        case Action.HAND_ON if told.after is None:
            return {"deleted_at": at}
        case Action.BRING_BACK:
            return {"deleted_at": None}
        case Action.REJECT:
            return {"reviewed_at": at, "review_reason": told.reason or None}
        case Action.APPROVE:
            return {"reviewed_at": at, "review_reason": None}
    if told.action == Action.BLACK_OUT:
        return {}
    pending = row.get("review_status") == ReviewStatus.PENDING
    return {"reviewed_at": None, "review_reason": None} if pending else {}


def _report_more(_row: Row, told: Told) -> Row:
    return {"reported_at": moment(told.at)} if told.action in (Action.REPORT, Action.CORRECT_REPORT) else {}


def _window_more(_row: Row, told: Told) -> Row:
    return {} if told.organisation_id is None else {"reason": told.reason or None}


_MORE = {Entity.PROJECT.value: _project_more, Entity.REPORT.value: _report_more, Entity.WINDOW.value: _window_more}
