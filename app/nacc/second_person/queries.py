"""Proposed deeds: whoever oversees all the provinces of one sees it, and nobody else."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select

from app.access import Actor
from app.db import db, table
from app.models import Account, Organisation, Project, ProposedDeed, ProposedRow, Setting
from app.models.enums import ProposalAnswer, ProposedKind, SecondPerson
from app.nacc.desk.queries import batches, in_scope
from app.nacc.second_person.rules import OUTCOMES, SETTING, UNITS, WantedRow, deed_words

SHOWN = 50  # rows of one proposal: the page says how many there are
_D, _R, _A, _P, _O = (table(model).c for model in (ProposedDeed, ProposedRow, Account, Project, Organisation))
_SETTLER = table(Account).alias()


def second_person() -> SecondPerson:
    """For which deeds the administrator wants a second person."""
    kept = db.session.get(Setting, SETTING)
    return SecondPerson(kept.value) if kept else SecondPerson.OFF


class ShownRow(NamedTuple):
    """A row of a proposal, ready to print. `project_id`: where there is a project to look at."""

    project_id: int | None
    name: str
    outcome: str
    reason: str


class Proposal(NamedTuple):
    """A proposed deed, ready to print. `by_id`: who proposed it; `answer` and what follows: once it was answered."""

    id: int
    kind: ProposedKind
    words: str
    number: int
    unit: str
    reason: str
    by_id: int
    by: str
    at: datetime
    answer: ProposalAnswer | None
    answered_by: str
    answer_reason: str
    done: int
    rows: list[ShownRow]


def _overseen(actor: Actor) -> ColumnElement[bool]:
    """No row of the deed lies outside the provinces the actor has today."""
    laos = table(ProposedRow).join(table(Organisation), _O.id == _R.organisation_id)
    return ~exists().select_from(laos).where(_R.deed_id == _D.id, ~in_scope(actor))


def waiting_proposals(actor: Actor) -> list[Proposal]:
    """All that wait and the actor may see, its own too: what waits longest first."""
    return _proposals(_D.settled_at.is_(None), _overseen(actor))


def settled_since(actor: Actor, since: datetime) -> list[Proposal]:
    """What became of the actor's own proposals."""
    return _proposals(_D.proposed_by_id == actor.account_id, _D.settled_at >= since)


def proposal(actor: Actor, id_: int) -> Proposal | None:
    """One that waits; None for one that was answered or that the actor may not see."""
    return next(iter(_proposals(_D.id == id_, _D.settled_at.is_(None), _overseen(actor))), None)


def was_answered(actor: Actor, id_: int) -> bool:
    """Whether it is one that the actor may see, and waits no more."""
    answered = _D.id == id_, _D.settled_at.is_not(None), _overseen(actor)
    return db.session.scalar(select(exists().where(*answered))) or False


def waiting_number(actor: Actor) -> int:
    """How many wait for the actor, who is not who proposed them."""
    wanted = _D.settled_at.is_(None), _D.proposed_by_id != actor.account_id, _overseen(actor)
    return db.session.scalar(select(func.count()).select_from(table(ProposedDeed)).where(*wanted)) or 0


def _proposals(*wanted: ColumnElement[bool]) -> list[Proposal]:
    joined = table(ProposedDeed).join(table(Account), _A.id == _D.proposed_by_id)
    joined = joined.outerjoin(_SETTLER, _SETTLER.c.id == _D.settled_by_id)
    columns = table(ProposedDeed), _A.display_name.label("by"), _SETTLER.c.display_name.label("answered_by")
    found = db.session.execute(select(*columns).select_from(joined).where(*wanted).order_by(_D.proposed_at, _D.id))
    return [_shown_proposal(row) for row in found.all()]


def _shown_proposal(row: Any) -> Proposal:
    of_deed = _R.deed_id == row.id
    outcomes = db.session.execute(
        select(_R.outcome, func.count()).where(of_deed).group_by(_R.outcome).order_by(_R.outcome)
    ).all()
    return Proposal(
        *(row.id, row.kind, deed_words(row.kind, [outcome for outcome, _number in outcomes])),
        *(sum(number for _outcome, number in outcomes), UNITS[row.kind], row.reason),
        *(row.proposed_by_id, row.by, row.proposed_at),
        row.answer,
        *(row.answered_by or "", row.answer_reason, row.done or 0),
        rows=_shown_rows(of_deed),
    )


def _shown_rows(of_deed: ColumnElement[bool]) -> list[ShownRow]:
    joined = table(ProposedRow).join(table(Organisation), _O.id == _R.organisation_id)
    joined = joined.outerjoin(table(Project), _P.id == _R.project_id)
    columns = _R.project_id, _P.name.label("project"), _O.name, _R.fiscal_year, _R.outcome, _R.reason
    rows = db.session.execute(select(*columns).select_from(joined).where(of_deed).order_by(_R.id).limit(SHOWN))
    return [
        ShownRow(id_, f"{project} · {lao}" if id_ else f"{lao} ปี {year}", OUTCOMES.get(outcome, ""), reason)
        for id_, project, lao, year, outcome, reason in rows
    ]


def wanted_rows(deed_id: int) -> list[WantedRow]:
    """The exact rows of a proposal, in their order."""
    columns = _R.organisation_id, _R.seen, _R.outcome, _R.project_id, _R.fiscal_year, _R.reason
    return [
        WantedRow(*row) for row in db.session.execute(select(*columns).where(_R.deed_id == deed_id).order_by(_R.id))
    ]


class OpenOn(NamedTuple):
    """What is proposed for a project and waits."""

    deed_id: int
    outcome: str
    by: str
    at: datetime


def open_on(project_ids: Collection[int]) -> dict[int, OpenOn]:
    """Of these projects those with a proposal that waits; none where the project is another since."""
    joined = table(ProposedRow).join(table(ProposedDeed), and_(_D.id == _R.deed_id, _D.settled_at.is_(None)))
    joined = joined.join(table(Project), and_(_P.id == _R.project_id, _P.version == _R.seen))
    joined = joined.join(table(Account), _A.id == _D.proposed_by_id)
    found: dict[int, OpenOn] = {}
    for some in batches(sorted(project_ids)):
        columns = _R.project_id, _D.id, _R.outcome, _A.display_name, _D.proposed_at
        rows = db.session.execute(select(*columns).select_from(joined).where(_R.project_id.in_(some)))
        found |= {id_: OpenOn(deed, OUTCOMES[outcome], by, at) for id_, deed, outcome, by, at in rows}
    return found


def waiting_places(kind: ProposedKind) -> set[tuple[int, int | None]]:
    """(organisation id, fiscal year) of all rows of this kind that wait."""
    open_ = select(_D.id).where(_D.settled_at.is_(None), _D.kind == kind)
    rows = db.session.execute(select(_R.organisation_id, _R.fiscal_year).where(_R.deed_id.in_(open_)))
    return {(lao, year) for lao, year in rows}


def any_waits() -> bool:
    return db.session.scalar(select(exists().where(_D.settled_at.is_(None)))) or False


def void_deeds(project_ids: Collection[int]) -> list[int]:
    """Proposals on these projects of which no project is any more as it was read."""
    still = table(ProposedRow).alias()
    as_read = and_(_P.id == still.c.project_id, _P.version == still.c.seen, _P.deleted_at.is_(None))
    alive = exists().select_from(still.join(table(Project), as_read)).where(still.c.deed_id == _D.id)
    found: set[int] = set()
    for some in batches(sorted(project_ids)):
        touched = select(_R.deed_id).where(_R.project_id.in_(some))
        found |= set(db.session.scalars(select(_D.id).where(_D.settled_at.is_(None), _D.id.in_(touched), ~alive)))
    return sorted(found)


def dropped_at(actor: Actor, at: datetime) -> int:
    """How many proposals fell with what the actor decided at that moment."""
    mine = _D.settled_at == at, _D.settled_by_id == actor.account_id, _D.answer == ProposalAnswer.DROP
    return db.session.scalar(select(func.count()).select_from(table(ProposedDeed)).where(*mine)) or 0
