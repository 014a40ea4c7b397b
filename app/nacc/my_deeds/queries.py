"""What an officer did today on projects and plan years: one line for all that was done in one moment."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, Text, case, cast, func, select

from app.access import Actor
from app.db import db, table
from app.history.rules import action_label
from app.models import Account, HistoryEntry, Organisation, Project
from app.models.enums import Action, Entity, PlanStatus

MOST_SHOWN = 200
UNDONE_BY = {Entity.PROJECT: "/nacc/review/take-back", Entity.PLAN_YEAR: "/nacc/plan-years/take-back"}
_H, _P, _O, _A = (table(model).c for model in (HistoryEntry, Project, Organisation, Account))
_DEEDS = (Action.APPROVE, Action.REJECT, Action.TAKE_BACK, Action.SET_PLAN_YEAR)
_VERDICT = _H.entity == Entity.PROJECT.value, _H.action.in_([Action.APPROVE.value, Action.REJECT.value])
_ABOUT = cast(_H.entity_key, Integer) == _P.id


class MyDeed(NamedTuple):
    """What was done at one moment. `name`: of the project or LAO, where it was one; `undo`: where it is undone."""

    at: datetime
    words: str
    number: int
    unit: str
    name: str
    reason: str
    undo: str


def deeds_since(actor: Actor, since: datetime) -> list[MyDeed]:
    """The latest first, at most MOST_SHOWN moments."""
    status = case((_H.entity == Entity.PLAN_YEAR, cast(_H.after, Text)))
    facts = func.min(_H.entity_key), func.max(_H.reason), func.min(status), func.max(status)
    columns = (_H.at, _H.action, _H.entity, func.count(), *facts)
    rows = db.session.execute(
        select(*columns)
        .where(*_mine(actor, since))
        .group_by(_H.at, _H.action, _H.entity)
        .order_by(_H.at.desc())
        .limit(MOST_SHOWN)
    ).all()
    names = _names([(entity, key) for _at, _action, entity, number, key, *_more in rows if number == 1])
    return [
        MyDeed(
            at,
            action_label(action) + _became(lowest, highest),
            number,
            "แห่ง" if entity == Entity.PLAN_YEAR else "โครงการ",
            names.get((entity, key), "") if number == 1 else "",
            reason,
            "" if action == Action.TAKE_BACK else UNDONE_BY.get(Entity(entity), ""),
        )
        for at, action, entity, number, key, reason, lowest, highest in rows
    ]


def _mine(actor: Actor, since: datetime) -> list[ColumnElement[bool]]:
    return [_H.actor_id == actor.account_id, _H.at >= since, _H.action.in_([each.value for each in _DEEDS])]


def tally_since(actor: Actor, since: datetime) -> dict[tuple[str, str], int]:
    """How many rows the actor did something to, by action and reason: what the moments of `deeds_since` add up to."""
    reasons = case((_H.action == Action.REJECT.value, _H.reason), else_="").label("why")
    counted = select(_H.action, reasons, func.count()).where(*_mine(actor, since)).group_by(_H.action, reasons)
    return {(action, reason): number for action, reason, number in db.session.execute(counted)}


def waited_for(actor: Actor, since: datetime) -> list[timedelta]:
    """How long each project waited that the actor decided on since then, and whose word still stands."""
    words = _H.actor_id == actor.account_id, _H.at >= since, *_VERDICT
    decided = select(_H.at, _P.updated_at).join_from(table(HistoryEntry), table(Project), _ABOUT)
    rows = db.session.execute(decided.where(*words, _P.reviewed_at == _H.at, _P.updated_at <= _H.at))
    return [at - updated_at for at, updated_at in rows]


def verdicts_since(month: datetime, today: datetime) -> dict[int, list[tuple[str, int, int]]]:
    """By account: each verdict, how many since the beginning of the month, and how many of them today."""
    staff = select(_A.id).where(_A.username.is_not(None))
    numbers = func.count(), func.count().filter(_H.at >= today)
    counted = select(_H.actor_id, _H.action, *numbers).where(_H.actor_id.in_(staff), _H.at >= month, *_VERDICT)
    found: dict[int, list[tuple[str, int, int]]] = {}
    for account_id, action, of_month, of_today in db.session.execute(counted.group_by(_H.actor_id, _H.action)):
        found.setdefault(account_id, []).append((action, of_month, of_today))
    return found


def _became(lowest: str | None, highest: str | None) -> str:
    """What the plans of one moment were set to, where it was the same: lowest and highest of what stands written."""
    return f" “{PlanStatus(json.loads(lowest)['status']).label}”" if lowest and lowest == highest else ""


def _names(keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    projects = {int(key) for entity, key in keys if entity == Entity.PROJECT}
    found = {
        (Entity.PROJECT.value, str(id_)): name
        for id_, name in db.session.execute(select(_P.id, _P.name).where(_P.id.in_(projects)))
    }
    years = [key.split("/") for entity, key in keys if entity == Entity.PLAN_YEAR]
    wanted = select(_O.id, _O.name).where(_O.id.in_({int(lao) for lao, _year in years}))
    laos = {str(id_): name for id_, name in db.session.execute(wanted)}
    return found | {(Entity.PLAN_YEAR.value, f"{lao}/{year}"): f"{laos.get(lao, '')} ปี {year}" for lao, year in years}
