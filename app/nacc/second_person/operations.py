"""Proposing a deed to a second person, and what becomes of the proposal. The deeds stand with their desks."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, update

from app.access import Actor
from app.db import db, table
from app.errors import Refusal
from app.history.operations import Facts, entry, record_all
from app.history.rules import PROPOSED_BY
from app.models import ProposedDeed, ProposedRow
from app.models.enums import Action, Entity, ProposalAnswer, ProposedKind
from app.nacc.second_person import queries
from app.nacc.second_person.rules import ANSWERED, AsksSecond, WantedRow, deed_words

_D = table(ProposedDeed).c


def propose(actor: Actor, asked: AsksSecond, now: datetime) -> int:
    """Keep the deed until another person answers; gives how many rows. What waits in a proposal already is left out.

    Raises Refusal where nothing is left of it.
    """
    rows = _not_waiting(asked)
    if not rows:
        raise Refusal("เสนอไว้แล้วและรอเจ้าหน้าที่อีกคนยืนยันอยู่ ดูที่หน้างานของฉันวันนี้")
    deed = ProposedDeed(kind=asked.kind, reason=asked.reason, proposed_by_id=actor.own_account_id, proposed_at=now)
    db.session.add(deed)
    db.session.flush()
    columns = ("organisation_id", "seen", "outcome", "project_id", "fiscal_year", "reason")
    kept = [{"deed_id": deed.id, **dict(zip(columns, row, strict=True))} for row in rows]
    db.session.execute(insert(table(ProposedRow)), kept)
    _tell(actor, Action.PROPOSE_DEED, deed.id, rows, {"proposed": _words(asked.kind, rows)}, asked.reason, now)
    return len(rows)


def _not_waiting(asked: AsksSecond) -> list[WantedRow]:
    if asked.kind is ProposedKind.VERDICTS:
        waiting = queries.open_on([row.project_id for row in asked.rows if row.project_id])
        return [row for row in asked.rows if row.project_id not in waiting]
    places = queries.waiting_places(asked.kind)
    return [row for row in asked.rows if (row.organisation_id, row.year) not in places]


def _words(kind: ProposedKind, rows: Collection[WantedRow]) -> str:
    return deed_words(kind, sorted({row.outcome for row in rows}))


def settle(actor: Actor, deed_id: int, answer: ProposalAnswer, reason: str, now: datetime) -> bool:
    """Write down what became of a proposal; False where somebody was first."""
    values = {"settled_at": now, "settled_by_id": actor.account_id, "answer": answer, "answer_reason": reason}
    settled = db.session.execute(
        update(table(ProposedDeed))
        .where(_D.id == deed_id, _D.settled_at.is_(None))
        .values(values)
        .returning(_D.kind, _D.proposed_by_id)
    ).first()
    if settled is None:
        return False
    rows = queries.wanted_rows(deed_id)
    after = {"proposed": _words(settled.kind, rows), PROPOSED_BY: settled.proposed_by_id}
    _tell(actor, ANSWERED[answer], deed_id, rows, after, reason, now)
    return True


def keep_number(deed_id: int, done: int) -> None:
    """How many rows a confirmed proposal changed: a part of confirming it, which tells of itself."""
    db.session.execute(update(table(ProposedDeed)).where(_D.id == deed_id).values(done=done))


def drop_decided(actor: Actor, project_ids: Collection[int], now: datetime) -> None:
    """Somebody decided on these projects: what was proposed for them alone falls."""
    if queries.any_waits():
        for deed_id in queries.void_deeds(project_ids):
            settle(actor, deed_id, ProposalAnswer.DROP, "", now)


def _tell(
    actor: Actor, action: Action, id_: int, rows: Collection[WantedRow], after: Facts, reason: str, now: datetime
) -> None:
    """One entry for each LAO, so that NACC reads it in the LAO's history."""
    numbers = Counter(row.organisation_id for row in rows)
    record_all(
        [
            entry(actor, action, Entity.PROPOSED_DEED, id_, lao, None, {**after, "number": number}, reason, now)
            for lao, number in numbers.items()
        ]
    )
