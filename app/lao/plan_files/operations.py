"""Recording a plan from a file: what a dry run showed, or nothing. Never commits, never sees the request."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.errors import Stale
from app.history.operations import record
from app.lao.fixed_rounds.queries import closed_rounds
from app.lao.plan_files import queries
from app.lao.plan_files.outcomes import DryRun, Given, Standing, What, dry_run
from app.lao.plan_files.rules import ReadLine
from app.lao.projects.operations import edit_project, edit_refusal, record_projects
from app.models import Organisation, Setting
from app.models.enums import Action, Entity
from app.plans.queries import plan_statuses
from app.plans.rules import Period, gates

MOST_COLUMNS = 200  # heads that an LAO can have said something of


class Imported(NamedTuple):
    """What came of a file."""

    recorded: int
    changed: int


def check_plan(actor: Actor, period: Period, lines: Sequence[ReadLine], given: Given, now: datetime) -> DryRun:
    """What the lines would do as things stand now. Writes nothing."""
    year_gates = gates(period.years, plan_statuses(actor.own_organisation_id))
    closed = closed_rounds(actor.own_organisation_id, now, list(period.years))
    refusal = partial(edit_refusal, year_gates=year_gates, closed=closed)
    projects = queries.standing_projects(actor, period)
    return dry_run(lines, Standing(projects, year_gates, closed, refusal), given, period.years)


def import_plan(
    actor: Actor, period: Period, lines: Sequence[ReadLine], given: Given, shown: str, key: str, now: datetime
) -> Imported:
    """Do what the dry run with the digest `shown` told of: record what is new, change what differs, leave the rest.

    Raises Stale where it would do something else by now; nothing is overwritten that was not shown.
    """
    own = select(Organisation.id).where(Organisation.id == actor.own_organisation_id)
    db.session.execute(own.with_for_update())
    found = check_plan(actor, period, lines, given, now)
    if found.digest != shown:
        raise Stale
    new = [each.after for each in found.of(What.NEW) if each.after]
    changed = found.of(What.CHANGED)
    for each in changed:
        if each.before and each.after:
            edit_project(actor, period, each.before.id, each.version, each.after, now)
    record_projects(actor, period, new, key, now)
    return Imported(len(new), len(changed))


def keep_columns(actor: Actor, said: Mapping[str, str], words: Collection[str], now: datetime) -> None:
    """Remember what the heads of this LAO's files mean, by hand; `words` tell it to people."""
    name, before = queries.columns_name(actor), queries.kept_columns(actor)
    after = dict(list((before | dict(said)).items())[-MOST_COLUMNS:])
    if after == before:
        return
    kept = db.session.get(Setting, name, with_for_update=True)
    value = json.dumps(after, ensure_ascii=False)
    if kept is None:
        db.session.add(Setting(name=name, value=value))
    else:
        kept.value = value
    told = {"value": ", ".join(words)}
    record(actor, Action.SET, Entity.SETTING, name, organisation_id=actor.own_organisation_id, after=told, at=now)
