"""Deeds on the registry: the first load of the project's own data files, and imports after it."""

import csv
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, bindparam, insert, literal, select, update

from app import clock
from app.access import Actor, system
from app.accounts.operations import shut_out
from app.db import db
from app.errors import Refusal, Stale
from app.history.operations import entry, record, record_all, stand_again
from app.models import Account, District, FormerFacts, Organisation, Province
from app.models.enums import Action, Entity, Role
from app.registry import queries
from app.registry.digests import past_digests
from app.registry.lines import Lines
from app.registry.rules import TYPES, Effect, ImportPlan, RegistryChange, RegistryDeed, plan_import
from app.words import thai_sort_key

# The list of upgrades says no more than the month.
UPGRADED = datetime(2025, 5, 1, tzinfo=clock.BANGKOK)
DATA = Path(__file__).parent / "data"
# The word of the history for a change; of several, the first of RegistryDeed's order tells it.
DEED_ACTIONS = {
    RegistryDeed.ADDED: Action.ADD,
    RegistryDeed.UPGRADED: Action.UPGRADE,
    RegistryDeed.MOVED: Action.MOVE,
    RegistryDeed.RENAMED: Action.RENAME,
    RegistryDeed.RETYPED: Action.RETYPE,
}


BeforeChange = Callable[[Collection[int], datetime], object]
_before_change: list[BeforeChange] = []


def before_change(call: BeforeChange) -> BeforeChange:
    """Declare that `call` keeps what the registry says of LAOs, by id: it is called before that changes."""
    _before_change.append(call)
    return call


def _announce(ids: Collection[int], now: datetime) -> None:
    for call in _before_change:
        call(ids, now)


def load_provinces() -> int:
    """Add the provinces and districts that are missing; how many. What is there stays as it is."""
    regions = {row["code"]: int(row["nacc_region"]) if row["nacc_region"] else None for row in _own_data("provinces")}
    provinces = [{**row, "nacc_region": regions[row["code"]]} for row in _own_data("provinces")]
    return _add_places(Province, provinces) + _add_places(District, _own_data("districts"))


def _add_places(model: type[Province] | type[District], places: list[dict[str, Any]]) -> int:
    known = set(db.session.scalars(select(model.code)))
    rows = [{**place, "name_sort": thai_sort_key(place["name"])} for place in places if place["code"] not in known]
    if rows:
        db.session.execute(insert(_table(model)), rows)
    return len(rows)


def load_registry(actor: Actor | None = None) -> int:
    """Add the LAOs of the project's own files that are missing, each with its unclaimed account; how many.

    An LAO found by its code, or by one it had before, stays as it is: an import made since the
    first load must not be undone by loading once more.
    """
    _one_at_a_time()
    known = {*db.session.scalars(select(Organisation.code)), *db.session.scalars(select(FormerFacts.code))}
    upgrades = {row["old_code"]: row for row in _own_data("upgrades_2025")}
    told = [(row, upgrades.get(row["code"])) for row in _own_data("organisations")]
    new = [(row, up) for row, up in told if known.isdisjoint({row["code"], up["new_code"] if up else row["code"]})]
    if new:
        ids = _add_organisations([_loaded(row, up) for row, up in new])
        former = [(ids[up["new_code"]], _loaded(row, None)) for row, up in new if up]
        _keep_former_facts(former, UPGRADED)
        after = {"added": len(new), "upgraded": len(former)}
        stand_again("organisations")
        record(actor or system("registry import"), Action.LOAD, Entity.REGISTRY, "organisations", after=after)
    return len(new)


def _loaded(row: dict[str, str], upgrade: dict[str, str] | None) -> dict[str, Any]:
    """Today's facts of an LAO in the list of 2566."""
    today = {"code": upgrade["new_code"], "name": upgrade["new_name"], "type": upgrade["new_type"]} if upgrade else {}
    facts = {**row, **today}
    return {**facts, "type": TYPES[facts["type"]], "district_code": row["district_code"] or None}


def import_lines(
    actor: Actor, lines: Lines, effect: Effect | None = None, *, upgrades_only: bool = False
) -> ImportPlan:
    """Do what the lines of an import file tell: all of it, or nothing where anything is wrong. Raises BrokenFile.

    What an LAO was until then stays, for the past years. Those that fill an empty registry were there before it.
    """
    _one_at_a_time()
    effect, registry = effect or Effect(clock.now()), queries.registry(lock=True)
    plan = plan_import(lines, registry, effect, upgrades_only=upgrades_only)
    added = [change for change in plan.changes if change.known is None]
    changed = [(change, change.known.id) for change in plan.changes if change.known]
    founded = {"founded_at": effect.at} if registry.organisations else {}
    ids = _add_organisations([asdict(change.after) | founded for change in added]) if added else {}
    if changed:
        _announce([id_ for _change, id_ in changed], clock.now())
        _change_organisations(changed)
        _keep_former_facts([(id_, asdict(change.known.facts)) for change, id_ in changed if change.known], effect.at)
    told = [(change, ids[change.after.code]) for change in added] + changed
    past = past_digests([id_ for _change, id_ in changed])
    more = {id_: past.get(id_, {}) if change.known else founded for change, id_ in told}
    record_all([_history(actor, change, id_, effect, more[id_]) for change, id_ in told])
    return plan


def change_one(actor: Actor, organisation_id: int, version: int, lines: Lines, effect: Effect) -> bool:
    """An import of one LAO, whose page was opened at `version`; False where the line changes nothing.

    Raises BrokenFile; Stale where it was changed since.
    """
    _one_at_a_time()
    stale = queries.version_of(organisation_id) != version
    changes = import_lines(actor, lines, effect).changes
    if changes and stale:
        raise Stale
    return bool(changes) or stale  # a double click: the first one saved it


def _one_at_a_time() -> None:
    """Wait for another load or import: of two that add the same LAO, the later one finds it there."""
    db.session.execute(select(Province.code).order_by(Province.code).with_for_update(key_share=True))


def _history(actor: Actor, change: RegistryChange, id_: int, effect: Effect, more: Mapping[str, Any]) -> dict[str, Any]:
    before = asdict(change.known.facts) if change.known else None
    after = asdict(change.after) | ({"effective_at": effect.at} if effect.typed else {}) | {**more}
    action = DEED_ACTIONS[change.deeds[0]]
    return entry(actor, action, Entity.ORGANISATION, id_, id_, before, after, effect.document)


def _add_organisations(facts: list[dict[str, Any]]) -> dict[str, int]:
    """Add LAOs and an unclaimed account for each; their ids by code."""
    organisations = _table(Organisation)
    rows = [{**each, "name_sort": thai_sort_key(each["name"])} for each in facts]
    added = db.session.execute(insert(organisations).returning(organisations.c.code, organisations.c.id), rows)
    ids: dict[str, int] = dict(added.all())
    _add_missing_accounts()
    return ids


def _add_missing_accounts() -> None:
    """Give each LAO without an account an unclaimed one: a single statement however many they are."""
    accounts, organisations = _table(Account), _table(Organisation)
    without = (
        select(literal(Role.LAO, accounts.c.role.type), organisations.c.id)
        .outerjoin(accounts, accounts.c.organisation_id == organisations.c.id)
        .where(accounts.c.id.is_(None))
        .order_by(organisations.c.id)
    )
    db.session.execute(insert(accounts).from_select(["role", "organisation_id"], without))


def _change_organisations(changes: list[tuple[RegistryChange, int]]) -> None:
    """Write the new facts. The database carries a new province down to projects, their years and reports."""
    organisations = _table(Organisation)
    columns = ("code", "name", "name_sort", "type", "province_code", "district_code")
    statement = (
        update(organisations)
        .where(organisations.c.id == bindparam("known_id"))
        .values(version=organisations.c.version + 1, **{name: bindparam(f"new_{name}") for name in columns})
    )
    rows = []
    for change, id_ in changes:
        facts = {**asdict(change.after), "name_sort": thai_sort_key(change.after.name)}
        rows.append({"known_id": id_, **{f"new_{name}": facts[name] for name in columns}})
    db.session.execute(statement, rows)


def _keep_former_facts(former: list[tuple[int, dict[str, Any]]], until: datetime) -> None:
    """What each LAO was until then; a second change from the same moment on corrects the first."""
    here = select(FormerFacts.organisation_id).where(FormerFacts.until == until)
    corrected = set(db.session.scalars(here))
    rows = [
        {**facts, "organisation_id": id_, "name_sort": thai_sort_key(facts["name"]), "until": until}
        for id_, facts in former
        if id_ not in corrected
    ]
    if rows:
        db.session.execute(insert(_table(FormerFacts)), rows)


def _table(model: type[Any]) -> Table:
    """The bare table: thousands of rows go in without an object for each."""
    table: Table = model.__table__
    return table


def _own_data(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def set_closed(
    actor: Actor, organisation_id: int, closed: bool, reason: str, now: datetime, effect: Effect | None = None
) -> None:
    """Close an LAO that is no more (it leaves look-ups, tables and sign-in), or open it again; its history stays.

    Closing ends its sessions and reset links. What is so already stays, without an entry. Raises Refusal for a closing
    before it was founded.
    """
    organisation = db.session.get_one(Organisation, organisation_id, with_for_update=True)
    if (organisation.closed_at is not None) is closed:
        return  # also what a double submit comes to
    closing = effect.at if effect else now
    if closed and (founded := organisation.founded_at) and closing < founded:
        raise Refusal(f"อปท. นี้ตั้งขึ้นวันที่ {clock.thai_date(founded)} จะปิดก่อนวันนั้นไม่ได้", "since")
    _announce([organisation_id], now)
    before = {"closed_at": organisation.closed_at}
    organisation.closed_at = closing if closed else None
    if closed:
        for account in db.session.scalars(select(Account).where(Account.organisation_id == organisation_id)):
            shut_out(account, now)
    db.session.flush()
    record(
        actor,
        Action.CLOSE if closed else Action.OPEN_AGAIN,
        Entity.ORGANISATION,
        organisation_id,
        organisation_id=organisation_id,
        before=before,
        after={"closed_at": organisation.closed_at},
        reason=reason,
        at=now,
    )
