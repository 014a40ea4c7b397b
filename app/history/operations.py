"""Writing the history: in the same transaction as the change it tells of."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import delete, insert

from app import clock
from app.access import Actor
from app.db import db, table
from app.models import HistoryEntry, LogStand
from app.models.enums import Action, Entity

Facts = Mapping[str, Any]
AS_IT_IS = (str, int, bool, type(None))  # what nearly all values are
_ADD = insert(table(HistoryEntry))


def record(
    actor: Actor,
    action: Action,
    entity: Entity,
    key: object,
    *,
    organisation_id: int | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Add one entry: `before` None for something new, `after` None for something gone."""
    record_all([entry(actor, action, entity, key, organisation_id, before, after, reason, at)])


def entry(
    actor: Actor,
    action: Action,
    entity: Entity,
    key: object,
    organisation_id: int | None,
    before: Facts | None,
    after: Facts | None,
    reason: str = "",
    at: datetime | None = None,
) -> dict[str, Any]:
    """The values of one entry, for `record_all`."""
    return {
        "at": at or clock.now(),
        "actor_id": actor.account_id,
        "actor_name": actor.name,
        "actor_role": actor.role,
        "action": action.value,
        "entity": entity.value,
        "entity_key": str(key),
        "organisation_id": organisation_id,
        "before": None if before is None else plain_facts(before),
        "after": None if after is None else plain_facts(after),
        "reason": reason,
    }


def record_all(entries: list[dict[str, Any]]) -> None:
    """Add many entries in one statement."""
    if entries:
        db.session.execute(_ADD, entries)


def stand_again(*names: str) -> None:
    """Rows of these tables were loaded without an entry each: the log (app/ledger) will give them one."""
    db.session.execute(delete(LogStand).where(LogStand.name.in_(names)))


def plain_facts(facts: Facts) -> dict[str, Any]:
    """Facts as JSON keeps them."""
    return {name: plain_value(value) for name, value in facts.items()}


def plain_value(value: Any) -> Any:
    """A value as the history keeps it, in JSON."""
    if type(value) in AS_IT_IS:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(k): plain_value(v) for k, v in value.items()}
    return [plain_value(item) for item in value] if isinstance(value, list | tuple | set | frozenset) else value
