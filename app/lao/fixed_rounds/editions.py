"""The editions of an LAO's round, and what stands differently today. All of it is public: no actor is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select

from app.db import db, table
from app.history.rules import FactChange, action_label, changes
from app.lao.fixed_rounds.documents import FixedProject, fixed_projects
from app.lao.fixed_rounds.queries import live_lines
from app.lao.fixed_rounds.rules import FixedLine, line_facts
from app.lao.reporting.counts import live_summary
from app.lao.reporting.rules import NO_BAHT, Counts, RoundSummary
from app.models import FixedRound, FixedSum, HistoryEntry, Project
from app.models.enums import Entity, Level, Role, Round

_F, _S, _P, _H = (table(model).c for model in (FixedRound, FixedSum, Project, HistoryEntry))


class RoundEdition(NamedTuple):
    """One published result of a round. `reason`: why it was amended; empty for what a closing left."""

    number: int
    in_force: bool
    closed_at: datetime
    fixed_at: datetime
    reason: str
    level: Level
    spent: Decimal
    counts: Counts


def editions_of(organisation_id: int, year: int, round_: Round) -> list[RoundEdition]:
    """The earliest first; none of a round that never closed."""
    spent = select(func.sum(_S.spent_satang)).where(_S.fixed_round_id == _F.id).scalar_subquery()
    rows = db.session.execute(
        select(
            *(_F.edition, _F.in_force, _F.closed_at, _F.fixed_at, _F.reason, _F.level, spent),
            *(_F.in_progress, _F.done, _F.cannot, _F.waiting),
        )
        .where(_F.organisation_id == organisation_id, _F.fiscal_year == year, _F.round == int(round_))
        .order_by(_F.edition)
    )
    facts = len(RoundEdition._fields) - 1
    found = [RoundEdition._make((*row[:facts], Counts(*row[facts:]))) for row in rows]
    return [each._replace(spent=each.spent or NO_BAHT) for each in found]


class ProjectDeed(NamedTuple):
    """What was done to a project last. `what` begins with who did it, the LAO or NACC: no name of a person."""

    at: datetime
    what: str
    reason: str


class ProjectDifference(NamedTuple):
    """A project that stands otherwise now than when the round closed, and the deed that made it so, where known."""

    project_id: int
    name: str
    changes: list[FactChange]
    deed: ProjectDeed | None


def differences(organisation_id: int, year: int, round_: Round, fixed_at: datetime) -> list[ProjectDifference]:
    """Why today's figures of a closed round are others than those that were fixed."""
    then = {project.line.project_id: project.line for project in _fixed(organisation_id, year, round_)}
    now = {line.project_id: line for line in live_lines([organisation_id], year, round_).get(organisation_id, [])}
    moved = [id_ for id_ in sorted(then.keys() | now.keys()) if _weight(then.get(id_)) != _weight(now.get(id_))]
    names = dict(db.session.execute(select(_P.id, _P.name).where(_P.id.in_(moved))).all())
    deeds = _last_deeds(moved, fixed_at)
    return [
        ProjectDifference(
            id_, names[id_], changes(line_facts(then.get(id_), year), line_facts(now.get(id_), year)), deeds.get(id_)
        )
        for id_ in moved
    ]


def _fixed(organisation_id: int, year: int, round_: Round) -> list[FixedProject]:
    return fixed_projects([organisation_id], year, round_).get(organisation_id, [])


def _weight(line: FixedLine | None) -> tuple[Any, ...]:
    return line.weight if line else ()


def _last_deeds(ids: Iterable[int], since: datetime) -> dict[int, ProjectDeed]:
    keys = {str(id_): id_ for id_ in ids}
    rows = db.session.execute(
        select(_H.entity_key, _H.at, _H.actor_role, _H.action, _H.reason)
        .where(_H.entity == Entity.PROJECT.value, _H.entity_key.in_(keys), _H.at >= since)
        .order_by(_H.id)
    )
    return {
        keys[key]: ProjectDeed(at, _by_whom(role, action_label(action)), reason)
        for key, at, role, action, reason in rows
    }


def _by_whom(role: Role, what: str) -> str:
    """NACC's own deeds say so themselves."""
    by = "อปท." if role is Role.LAO else "ป.ป.ช."
    return what if what.startswith(by) else f"{by} {what}"


@dataclass(frozen=True)
class ClosedRoundTold:
    """What is told of a round beside its figures: its editions, and where today's figures differ, these and why."""

    editions: list[RoundEdition]
    live: RoundSummary | None = None
    differences: Sequence[ProjectDifference] = ()

    @property
    def in_force(self) -> RoundEdition | None:
        """None: the round was opened again, its figures are live."""
        return next((each for each in self.editions if each.in_force), None)


def closed_round_told(
    organisation_id: int, province_code: str, fixed: RoundSummary, year: int
) -> ClosedRoundTold | None:
    """None: the round never closed."""
    editions = editions_of(organisation_id, year, fixed.round)
    if not editions:
        return None
    told = ClosedRoundTold(editions)
    if told.in_force is None:
        return told
    live = live_summary(organisation_id, province_code, year, fixed.round)
    if live == fixed:
        return told
    since = told.in_force.fixed_at
    return ClosedRoundTold(editions, live, differences(organisation_id, year, fixed.round, since))
