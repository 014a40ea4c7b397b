"""What a history entry is in the log: facts in, published bytes out. Format 1; its bytes are for ever.

An entry is canonical JSON (RFC 8785). A value that may one day have to go, or is not public yet, stands in it as a
salted hash; the value itself is disclosed beside the entry, as long as it may be.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import rfc8785

from app.models.enums import Action, Entity, Which

Facts = Mapping[str, Any]
Salts = Mapping[str, Any]


class Share(StrEnum):
    """How a value is told. KEPT: only its hash, for good."""

    OPEN = "in the entry"
    TEXT = "as a hash, with the text beside it"
    SCORE = "as a hash, beside it once it is published"
    KEPT = "as a hash"


NOTHING = (None, "")  # stands in an entry as it is: there is nothing in it to hide
# The only words that may take the place of others in the history: its triggers know them too.
BLACKED_OUT = "■■■"
ERASED = "ลบชื่อแล้ว"
RIGHTS = frozenset({Action.CREATE, Action.EDIT, Action.LOCK, Action.UNLOCK, Action.STAND, Action.ERASE})
LATER_TEXTS = frozenset({"obstacles", "suggestions"})  # of reports; older entries tell nothing of them
TEXTS = frozenset({"name", "target_group", "objective", "note", "cannot_text", "review_reason"}) | LATER_TEXTS
OPEN_FACTS: dict[Entity, frozenset[str]] = {
    Entity.PROJECT: frozenset(
        {"kind", "dimension", "sub_heading", "further_dimensions", "quarters", "budgets", "review_status"}
        | {"organisation", "deleted_at", "created_at", "reviewed_at"}
    ),
    Entity.REPORT: frozenset({"status", "ordinance_budget", "spent", "cannot_reason", "reported_at"}),
    Entity.PLAN_YEAR: frozenset({"status"}),
    Entity.SCORES: frozenset({"sar_closed_at", "published_at"}),
    Entity.WINDOW: frozenset({"opens_at", "closes_at"}),
    Entity.ACCOUNT: frozenset({"role", "provinces", "locked_at"}),
    Entity.ORGANISATION: frozenset(
        {"code", "name", "type", "province_code", "district_code", "founded_at", "closed_at"}
        | {"formerly", "goes_on", "effective_at", "successors", "succession", "document_date"}
    ),
    Entity.REGISTRY: frozenset({"added", "upgraded"}),
    Entity.PLAN_PERIOD: frozenset({"years", "dimensions"}),
    Entity.DIMENSION: frozenset({"name", "max_score", "sub_headings"}),
    Entity.MINIMUM_SCORE: frozenset({"score"}),
    Entity.FIXED_ROUND: frozenset(
        {"edition", "total", "done", "percent", "level", "spent", "sha256", "in_force"}
        | {str(edition) for edition in range(1, 100)}
    ),
    Entity.SENT_ROUND: frozenset(
        {"code", "name", "total", "done", "in_progress", "cannot", "percent", "level"}
        | {"planned", "ordinance_budget", "spent", "budget_percent", "sha256"}
    ),
}
COVERED = frozenset(OPEN_FACTS)
_OPEN: Mapping[str, frozenset[str]] = {entity.value: names for entity, names in OPEN_FACTS.items()}
_SCORE = re.compile(rf"({'|'.join(Which)})_\d")
_MONEY = frozenset({"ordinance_budget", "spent", "score", "max_score"})
_SETS = frozenset({"quarters", "further_dimensions", "provinces"})


@dataclass(frozen=True)
class Told:
    """A history entry as it stands in its table; `subject`: the pseudonym of the account it was done to."""

    id: int
    at: datetime
    role: str
    action: str
    entity: str
    key: str
    organisation_id: int | None
    before: Facts | None
    after: Facts | None
    reason: str


def covered(action: str, entity: str) -> bool:
    """Whether an entry belongs into the log. What accounts do with their own passwords is nobody's business."""
    return entity in COVERED and (entity != Entity.ACCOUNT or action in RIGHTS)


def canonical(value: Any) -> bytes:
    return rfc8785.dumps(value)


def digest(salt: str, value: Any) -> str:
    """The hash by which a value is committed to; `salt` in hex. Nothing where it is no salt: no entry has that."""
    try:
        return hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()
    except ValueError:
        return ""


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def kept(entity: str, facts: Facts | None) -> dict[str, Any] | None:
    """The facts of an entry in the one form they have in the log, without what is personal."""
    if facts is None:
        return None
    known = OPEN_FACTS[Entity.ACCOUNT] if entity == Entity.ACCOUNT else facts
    return {name: _in_one_form(name, facts[name]) for name in facts if name in known}


def _in_one_form(name: str, value: Any) -> Any:
    """A value in its one form. One that cannot be right, for somebody wrote it past the app, stays as it is."""
    try:
        return None if value is None else _formed_value(name, value)
    except (AttributeError, TypeError, ValueError, InvalidOperation):
        return value


def _formed_value(name: str, value: Any) -> Any:
    if name in _MONEY or _SCORE.fullmatch(name):
        return _amount(value)
    if name == "budgets":
        return {str(year): None if amount is None else _amount(amount) for year, amount in value.items()}
    if name in _SETS:
        return sorted(set(value))
    return _moment(value) if name.endswith("_at") else value


def _amount(value: Any) -> str:
    return f"{Decimal(value):.2f}"


def _moment(value: Any) -> str:
    return moment(datetime.fromisoformat(value))


def share(entity: str, name: str) -> Share:
    """How a fact is told. What nobody has thought of yet is only committed to."""
    if name in _OPEN.get(entity, frozenset()):
        return Share.OPEN
    if entity == Entity.SCORES and _SCORE.fullmatch(name):
        return Share.SCORE
    return Share.TEXT if entity in (Entity.PROJECT, Entity.REPORT) and name in TEXTS else Share.KEPT


def commitments(told: Told, new_salt: Callable[[], str]) -> dict[str, str]:
    """A salt for each value of a new entry that does not stand in it openly, by its path."""
    return {
        path: new_salt()
        for path, name, value in values(told)
        if value not in NOTHING and _committed(told.entity, path, name)
    }


def values(told: Told) -> Iterator[tuple[str, str, Any]]:
    """Path, name and value of all that an entry tells."""
    for side, facts in (("before", told.before), ("after", told.after)):
        for name, value in (kept(told.entity, facts) or {}).items():
            yield f"{side}/{name}", name, value
    if told.reason:
        yield "reason", "reason", told.reason


def _committed(entity: str, path: str, name: str) -> bool:
    return path == "reason" or share(entity, name) is not Share.OPEN


def entry(seq: int, told: Told, pseudonym: str, subject: str | None, salts: Salts) -> dict[str, Any]:
    """The entry itself. What is committed to is what has a commitment, whatever a later version would share."""
    shown = {path: _value_or_hash(value, salts.get(path)) for path, _name, value in values(told)}
    return {
        "seq": seq,
        "at": moment(told.at),
        "role": told.role,
        "actor": pseudonym,
        "action": told.action,
        "entity": told.entity,
        "key": told.key if subject is None else subject,
        "organisation": told.organisation_id,
        "before": _side("before", told.before, shown),
        "after": _side("after", told.after, shown),
        "reason": shown.get("reason", ""),
    }


def _value_or_hash(value: Any, salt: Any) -> Any:
    if salt is None:
        return value
    return {"hash": digest(salt, value)} if isinstance(salt, str) else salt


def _side(side: str, facts: Facts | None, shown: Mapping[str, Any]) -> dict[str, Any] | None:
    if facts is None:
        return None
    start = f"{side}/"
    return {path.removeprefix(start): value for path, value in shown.items() if path.startswith(start)}


@dataclass(frozen=True)
class Openness:
    """What may be told of an entry today: of a deleted project its name and why, of a year its published scores.

    `deleted_as`: the name a deleted project had last; those it had before are texts that are gone.
    """

    deleted_as: str | None = None
    scores_after: bool = False
    last_scores: Collection[str] = ()

    def discloses(self, told: Told, path: str, name: str, value: Any) -> bool:
        deleted = self.deleted_as is not None
        if path == "reason":
            return _tells_why(told, deleted=deleted)
        sort = share(told.entity, name)
        if sort is Share.SCORE:
            return self.scores_after or (path.startswith("after/") and name in self.last_scores)
        known = told.entity == Entity.PROJECT and name == "name" and value == self.deleted_as
        return sort is Share.TEXT and (known or not deleted)


def _tells_why(told: Told, *, deleted: bool) -> bool:
    """Why a project was rejected, deleted or blacked out is public; other reasons may name people."""
    return told.entity == Entity.PROJECT and (not deleted or told.action in (Action.DELETE, Action.HAND_ON))


def disclosed(told: Told, salts: Salts, openness: Openness) -> dict[str, list[Any]]:
    """Salt and value of all that may be told, by path."""
    told_values = {path: (name, value) for path, name, value in values(told)}
    shown = {
        path: [salt, value]
        for path, (name, value) in told_values.items()
        if isinstance(salt := salts.get(path), str) and openness.discloses(told, path, name, value)
    }
    # A salt for what the entry does not tell was put there by somebody else: it is shown, for it should not be there.
    return shown | {path: [salts[path], None] for path in salts.keys() - told_values.keys()}


def is_score(name: str) -> bool:
    return _SCORE.fullmatch(name) is not None
