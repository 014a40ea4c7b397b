"""NACC's word on projects: one, many, or all that a filter shows; and taking the last one back.

Each of these but taking back raises AsksSecond, and changes nothing, where an administrator wants a second person.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update

from app.access import Actor
from app.db import db, table
from app.errors import Refusal, Stale
from app.history.operations import entry, record_all
from app.lao.fixed_rounds.operations import fix_due
from app.lao.fixed_rounds.queries import closed_windows
from app.lao.projects.rules import counts
from app.models import Project
from app.models.enums import Action, Entity, ProposedKind, ReviewStatus, SecondPerson
from app.nacc.desk.queries import batches
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.review import queries
from app.nacc.review.details import review_detail
from app.nacc.review.rules import ReviewQueue, Verdict, change_refusal, refusal
from app.nacc.second_person.operations import drop_decided
from app.nacc.second_person.queries import second_person
from app.nacc.second_person.rules import AsksSecond, WantedRow, asks

_P = table(Project).c


def decide(actor: Actor, project_id: int, version: int, verdict: Verdict, reason: str, now: datetime) -> int:
    """Approve or reject one project. Raises NotTheirs, Refusal; Stale where it changed since it was read."""
    db.session.execute(select(_P.id).where(_P.id == project_id).with_for_update())
    before = review_detail(actor, project_id)
    if problem := refusal(before.status, verdict, reason):
        raise Refusal(problem, "reason")
    if not _decide(actor, [_P.id == project_id, _P.version == version], {}, verdict, reason, now):
        raise Stale
    return 1


def change_verdict(actor: Actor, project_id: int, version: int, verdict: Verdict, reason: str, now: datetime) -> int:
    """Make an approval of a rejection or the other way round; the LAO is told why.

    Raises NotTheirs, Refusal; Stale where it changed since it was read.
    """
    db.session.execute(select(_P.id).where(_P.id == project_id).with_for_update())
    before = review_detail(actor, project_id)
    if problem := change_refusal(before.status, verdict, reason):
        raise Refusal(problem, "reason")
    here = [_P.id == project_id, _P.version == version]
    if not _decide(actor, here, {}, verdict, reason, now, before.status):
        raise Stale
    return 1


def decide_all(actor: Actor, queue: ReviewQueue, expected: int, verdict: Verdict, reason: str, now: datetime) -> int:
    """Decide on every pending project the filters show, seen or not; gives how many.

    Raises Refusal where their number is no longer the `expected` one that was said before.
    """
    if problem := refusal(queue.status, verdict, reason):
        raise Refusal(problem, "reason")
    ids, values = queries.filtered_ids(actor, queue, now)
    return _decide(actor, [_P.id.in_(ids)], values, verdict, reason, now, expected=expected)


def decide_chosen(actor: Actor, ids: list[int], verdict: Verdict, reason: str, now: datetime) -> int:
    """Decide on the ticked projects that still wait; gives how many."""
    if problem := refusal(ReviewStatus.PENDING, verdict, reason):
        raise Refusal(problem, "reason")
    return _decide(actor, [_P.id.in_(ids), queries.in_scope(actor)], {}, verdict, reason, now)


def _decide(
    actor: Actor,
    which: list[Any],
    values: dict[str, Any],
    verdict: Verdict,
    reason: str,
    now: datetime,
    was: ReviewStatus = ReviewStatus.PENDING,
    expected: int | None = None,
) -> int:
    which = [*which, _P.review_status == was, _P.deleted_at.is_(None)]
    if (wanted := second_person()) is not SecondPerson.OFF:
        found = db.session.execute(select(_P.organisation_id, _P.version, _P.id).where(*which).order_by(_P.id), values)
        rows = [WantedRow(lao, version, verdict.value, id_) for lao, version, id_ in found]
        _refuse_other_number(len(rows), expected)
        if asks(wanted, len(rows), rejects=verdict is Verdict.REJECT):
            raise AsksSecond(ProposedKind.VERDICTS, rows, reason)
    decided = _write_verdicts(actor, which, values, verdict, reason, now, was)
    _refuse_other_number(decided, expected)
    return decided


def _refuse_other_number(found: int, expected: int | None) -> None:
    if expected is not None:
        refuse_unexpected(found, expected, "ตัวกรองมี", "โครงการ")


def decide_proposed(actor: Actor, rows: Sequence[WantedRow], reason: str, now: datetime) -> int:
    """What one person proposed and the actor confirmed: those that are as they were read then; gives how many."""
    decided = 0
    read = {row.project_id: row for row in rows if row.project_id}
    for some in batches(sorted(read)):
        verdict = Verdict(read[some[0]].outcome)  # one for all rows of a proposal
        as_read = tuple_(_P.id, _P.version).in_([(id_, read[id_].seen) for id_ in some])
        for was in (each for each in ReviewStatus if each is not verdict.status):
            which = [as_read, queries.in_scope(actor), _P.review_status == was, _P.deleted_at.is_(None)]
            decided += _write_verdicts(actor, which, {}, verdict, reason, now, was)
    return decided


def _write_verdicts(
    actor: Actor,
    which: list[Any],
    values: dict[str, Any],
    verdict: Verdict,
    reason: str,
    now: datetime,
    was: ReviewStatus,
) -> int:
    status = verdict.status
    _fix_before(which, values, now)
    changed = db.session.execute(
        update(table(Project))
        .where(*which)
        .values(
            review_status=status,
            review_reason=reason if verdict is Verdict.REJECT else None,
            reviewed_at=now,
            reviewed_by_id=actor.account_id,
            counted=counts(status, deleted=False),
            version=_P.version + 1,
        )
        .returning(_P.id, _P.organisation_id),
        values,
    ).all()
    before, after = {"review_status": was}, {"review_status": status}
    record_all(
        [
            entry(actor, verdict.action, Entity.PROJECT, id_, organisation_id, before, after, reason, now)
            for id_, organisation_id in changed
        ]
    )
    drop_decided(actor, [id_ for id_, _lao in changed], now)
    return len(changed)


def _fix_before(which: list[Any], values: dict[str, Any], now: datetime) -> None:
    """What has closed for the LAOs of those projects stays as it was: NACC's word comes after it."""
    if closed_windows(now):  # by far the most days none has
        fix_due(now, now, db.session.scalars(select(_P.organisation_id).distinct().where(*which), values).all())


def take_back(actor: Actor, decided_at: datetime, now: datetime) -> int:
    """Undo the actor's own decision of that moment, for every project nobody has touched since; gives how many."""
    which = [queries.decided_together(actor, decided_at), _P.updated_at < decided_at]
    _fix_before(which, {}, now)
    changed = db.session.execute(
        update(table(Project))
        .where(*which)
        .values(
            review_status=ReviewStatus.PENDING,
            review_reason=None,
            reviewed_at=None,
            reviewed_by_id=None,
            counted=True,
            version=_P.version + 1,
        )
        .returning(_P.id, _P.organisation_id)
    ).all()
    after = {"review_status": ReviewStatus.PENDING}
    record_all(
        [
            entry(actor, Action.TAKE_BACK, Entity.PROJECT, id_, lao, None, after, "เลิกทำผลพิจารณาล่าสุด", now)
            for id_, lao in changed
        ]
    )
    return len(changed)
