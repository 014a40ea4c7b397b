"""Entering, closing and publishing scores. Each deed stands in the history.

What is published changes only with two persons: one proposes, another one confirms.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from app.access import Actor
from app.db import db, table
from app.errors import Refusal, Stale
from app.history.operations import Facts, entry, plain_facts, record_all
from app.history.rules import PROPOSED_BY
from app.models import Organisation, PlanYear, Score, ScoreChange
from app.models.enums import Action, Entity, PlanStatus, ProposedKind, Role, Which
from app.nacc.desk.queries import batches
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.evaluation import queries
from app.nacc.evaluation.rules import (
    ProposedChange,
    ScoreCell,
    ScoreDeed,
    ScoreEntry,
    ScoreValues,
    YearScores,
    applies,
    changes,
    problem_with,
    proposal_refusal,
    refusal,
    stale_cells,
)
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.second_person.queries import second_person
from app.nacc.second_person.rules import AsksSecond, WantedRow, asks

_O, _PY, _S = (table(model).c for model in (Organisation, PlanYear, Score))
_NEW_SCORE = insert(table(Score))
_CHANGED_SCORE = (
    update(table(Score))
    .where(
        _S.organisation_id == bindparam("lao"), _S.fiscal_year == bindparam("year"), _S.dimension == bindparam("part")
    )
    .values(
        sar_hundredths=bindparam("new_sar", type_=_S.sar_hundredths.type),
        evaluation_hundredths=bindparam("new_evaluation", type_=_S.evaluation_hundredths.type),
        version=_S.version + 1,
    )
)

Moving = Mapping[int, tuple[YearScores, ScoreValues]]  # by LAO: what is kept, and what is to be

DEED_ACTIONS = {
    ScoreDeed.CLOSE: Action.CLOSE_SCORES,
    ScoreDeed.OPEN: Action.OPEN_SCORES,
    ScoreDeed.PUBLISH: Action.PUBLISH_SCORES,
}


class SavedScores(NamedTuple):
    """How many cells were entered, and how many became a proposal because they are published."""

    entered: int = 0
    proposed: int = 0

    def __add__(self, other: "SavedScores") -> "SavedScores":  # type: ignore[override]
        return SavedScores(self.entered + other.entered, self.proposed + other.proposed)


def save_scores(
    actor: Actor, organisation_id: int, year: int, entries: Mapping[ScoreCell, ScoreEntry], reason: str, now: datetime
) -> SavedScores:
    """Save cells of one LAO, or propose them where they are published; of a double click tells what the first one did.

    Raises NotTheirs, Stale where a cell no longer holds what was seen, and Refusal beside the cell or "reason".
    """
    _hold_laos(actor, [organisation_id])
    kept = queries.scores_of_one(actor, organisation_id, year)
    if stale_cells(entries, kept):
        raise Stale
    wanted = {cell: typed.value for cell, typed in entries.items()}
    before = sum(entry.seen != entry.value == kept.value(cell) for cell, entry in entries.items())
    saved = _write_scores(actor, year, {organisation_id: (kept, wanted)}, reason, now)
    return saved if any(saved) else SavedScores(before)


def save_from_file(
    actor: Actor, lines: Mapping[tuple[int, int], Mapping[ScoreCell, ScoreEntry]], reason: str, now: datetime
) -> SavedScores:
    """Save what a checked file says, by organisation id and fiscal year; what is published is proposed.

    Raises Stale where a cell was changed since it was shown, and Refusal.
    """
    saved = SavedScores()
    for year in sorted({year for _id, year in lines}):
        for some in batches(sorted(id_ for id_, each in lines if each == year)):
            saved += _save_some(actor, year, {id_: lines[id_, year] for id_ in some}, reason, now)
    return saved


def _save_some(
    actor: Actor, year: int, lines: Mapping[int, Mapping[ScoreCell, ScoreEntry]], reason: str, now: datetime
) -> SavedScores:
    _hold_laos(actor, lines)
    kept = queries.scores_of(actor, lines, year)
    if any(stale_cells(lines[id_], scores) for id_, scores in kept.items()):
        raise Stale
    values = {id_: {cell: typed.value for cell, typed in lines[id_].items()} for id_ in kept}
    return _write_scores(actor, year, {id_: (kept[id_], values[id_]) for id_ in kept}, reason, now)


def _hold_laos(actor: Actor, ids: Collection[int]) -> None:
    """Hold the LAOs, so that two people entering the first score do not both make the plan year."""
    held = select(_O.id).where(_O.id.in_(ids), queries.seen_by(actor)).order_by(_O.id)
    db.session.execute(held.with_for_update(key_share=True))


def _write_scores(
    actor: Actor, year: int, wanted: Mapping[int, tuple[YearScores, ScoreValues]], reason: str, now: datetime
) -> SavedScores:
    maxima = queries.max_scores(year)
    moving = {id_: (kept, new) for id_, (kept, values) in wanted.items() if (new := changes(values, kept))}
    for kept, new in moving.values():
        _check_scores(actor, kept, new, maxima, reason)
    published = {id_: each for id_, each in moving.items() if each[0].published_at is not None}
    entered = {id_: each for id_, each in moving.items() if id_ not in published}
    _enter(actor, entered, year, reason, now)
    _propose(actor, published, year, reason, now)
    return SavedScores(*(sum(len(new) for _kept, new in some.values()) for some in (entered, published)))


def _enter(actor: Actor, moving: Moving, year: int, reason: str, now: datetime) -> None:
    _make_plan_years(moving, year)
    _store_scores(moving, year)
    record_all(
        [
            _score_entry(actor, Action.ENTER_SCORES, id_, year, *_before_and_after(kept, new), reason, now)
            for id_, (kept, new) in moving.items()
        ]
    )


def _propose(actor: Actor, moving: Moving, year: int, reason: str, now: datetime) -> None:
    """Put changes of published scores before a second person, one for each LAO; a double click proposes once."""
    waiting = queries.waiting_changes(actor, moving, year)
    for id_, change in waiting.items():
        if problem := proposal_refusal(change, actor.account_id, queries.lao_name(actor, id_)):
            raise Refusal(problem)
    known = {id_: (each.after, each.reason) for id_, each in waiting.items()}
    new = {id_: each for id_, each in moving.items() if known.get(id_) != (each[1], reason.strip())}
    facts = {id_: _before_and_after(*each) for id_, each in new.items()}
    _store_changes(actor, facts, year, reason.strip(), now)
    record_all(
        [_score_entry(actor, Action.PROPOSE_SCORES, id_, year, *each, reason, now) for id_, each in facts.items()]
    )


def _store_changes(
    actor: Actor, facts: Mapping[int, tuple[Facts, Facts]], year: int, reason: str, now: datetime
) -> None:
    here = ScoreChange.organisation_id.in_(facts), ScoreChange.fiscal_year == year
    rows = {row.organisation_id: row for row in db.session.scalars(select(ScoreChange).where(*here))}
    for id_, (before, after) in facts.items():
        row = rows.get(id_) or ScoreChange(organisation_id=id_, fiscal_year=year)
        row.before, row.after, row.reason = plain_facts(before), plain_facts(after), reason
        row.proposed_by_id, row.proposed_at, row.settled_at = actor.own_account_id, now, None
        db.session.add(row)


def enter_confirmed(actor: Actor, organisation_id: int, year: int, change: ProposedChange, now: datetime) -> None:
    """Enter what one person proposed and the actor, who is another one, confirmed. Raises NotTheirs and Refusal."""
    kept = queries.scores_of_one(actor, organisation_id, year)
    _check_scores(actor, kept, change.after, queries.max_scores(year), change.reason)
    _store_scores({organisation_id: (kept, change.after)}, year)
    before, after = _before_and_after(kept, change.after)
    told = after | {PROPOSED_BY: change.by_id}
    record_all([_score_entry(actor, Action.CONFIRM_SCORES, organisation_id, year, before, told, change.reason, now)])


def _before_and_after(kept: YearScores, new: ScoreValues) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts of an entry, by the names of the cells."""
    return {cell.name: kept.value(cell) for cell in new}, {cell.name: value for cell, value in new.items()}


def _check_scores(actor: Actor, kept: YearScores, new: ScoreValues, maxima: Mapping[int, Decimal], reason: str) -> None:
    for cell, value in new.items():
        if problem := problem_with(value, maxima.get(cell.dimension)):
            raise Refusal(problem, cell.name)
    if problem := refusal(actor.role, {cell.which for cell in new}, kept, reason):
        raise Refusal(problem, "" if actor.role is Role.LAO else "reason")


def _score_entry(
    actor: Actor, action: Action, id_: int, year: int, before: Any, after: Any, reason: str, now: datetime
) -> dict[str, Any]:
    entity = Entity.SCORE_CHANGE if action is Action.PROPOSE_SCORES else Entity.SCORES
    return entry(actor, action, entity, f"{id_}/{year}", id_, before, after, reason.strip(), now)


def _make_plan_years(ids: Collection[int], year: int) -> None:
    """A score needs its plan year; one that is not there yet was not sent in."""
    have = set(
        db.session.scalars(select(_PY.organisation_id).where(_PY.organisation_id.in_(ids), _PY.fiscal_year == year))
    )
    rows = [
        {"organisation_id": id_, "fiscal_year": year, "status": PlanStatus.NOT_SENT, "version": 1}
        for id_ in ids
        if id_ not in have
    ]
    if rows:
        db.session.execute(insert(table(PlanYear)), rows)


def _store_scores(moving: Moving, year: int) -> None:
    new, changed = [], []
    for id_, (kept, values) in moving.items():
        for dimension in sorted({cell.dimension for cell in values}):
            sar, evaluation = (
                values.get(cell, kept.value(cell)) for cell in (ScoreCell(which, dimension) for which in Which)
            )
            if ScoreCell(Which.SAR, dimension) in kept.values:
                changed.append(
                    {"lao": id_, "year": year, "part": dimension, "new_sar": sar, "new_evaluation": evaluation}
                )
            else:
                place = {"organisation_id": id_, "fiscal_year": year, "dimension": dimension, "version": 1}
                new.append(place | {"sar_hundredths": sar, "evaluation_hundredths": evaluation})
    if new:
        db.session.execute(_NEW_SCORE, new)
    if changed:
        db.session.execute(_CHANGED_SCORE, changed)


def do_one(actor: Actor, organisation_id: int, year: int, deed: ScoreDeed, now: datetime) -> None:
    """Close, open or publish one LAO's scores. Raises NotTheirs; Refusal where there is nothing to publish."""
    kept = queries.scores_of_one(actor, organisation_id, year)
    if deed is ScoreDeed.PUBLISH and not kept.evaluated:
        raise Refusal("ยังไม่มีผลประเมินให้เผยแพร่")
    _do_together(actor, [organisation_id], year, deed, now)


def do_filtered(actor: Actor, asked: PlanFilter, expected: int, deed: ScoreDeed, now: datetime) -> int:
    """The deed for all LAOs the filters show. Raises Refusal where their number is not the one that was said before.

    Raises AsksSecond, and changes nothing, where publishing many wants a second person: it cannot be taken back.
    """
    ids = queries.affected(actor, asked, deed)
    refuse_unexpected(len(ids), expected, "มี")
    if deed is ScoreDeed.PUBLISH and asks(second_person(), len(ids), rejects=False):
        read = queries.versions(ids, asked.year)
        raise AsksSecond(ProposedKind.PUBLISHING, [WantedRow(id_, read.get(id_, 0), year=asked.year) for id_ in ids])
    return sum(_do_together(actor, some, asked.year, deed, now) for some in batches(ids))


def publish_proposed(actor: Actor, rows: Collection[WantedRow], _reason: str, now: datetime) -> int:
    """What one person proposed and the actor confirmed: those with the scores of then; gives how many."""
    published = 0
    for year in sorted({row.year for row in rows if row.year}):
        seen = {row.organisation_id: row.seen for row in rows if row.year == year}
        for some in batches(sorted(seen)):
            _hold_laos(actor, some)
            read = queries.versions(some, year)
            as_read = [id_ for id_ in some if read.get(id_, 0) == seen[id_]]
            published += _do_together(actor, as_read, year, ScoreDeed.PUBLISH, now)
    return published


def _do_together(actor: Actor, ids: Collection[int], year: int, deed: ScoreDeed, now: datetime) -> int:
    _hold_laos(actor, ids)
    found = queries.scores_of(actor, ids, year)
    moving = [id_ for id_, kept in found.items() if applies(deed, kept)]
    _make_plan_years(moving, year)
    column, value = (
        ("published_at" if deed is ScoreDeed.PUBLISH else "sar_closed_at"),
        (None if deed is ScoreDeed.OPEN else now),
    )
    db.session.execute(
        update(table(PlanYear))
        .where(_PY.organisation_id.in_(moving), _PY.fiscal_year == year)
        .values({column: value, "version": _PY.version + 1})
    )
    record_all(
        [
            _score_entry(
                actor,
                DEED_ACTIONS[deed],
                id_,
                year,
                {column: getattr(found[id_], column)},
                {column: value},
                "",
                now,
            )
            for id_ in moving
        ]
    )
    return len(moving)
