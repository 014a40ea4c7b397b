"""An officer's word on signs, one or many. The LAO finds it in its history."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.access import Actor
from app.db import db, table, write
from app.history.operations import entry, record_all
from app.models import Sign
from app.models.enums import Action, Entity, SignVerdict
from app.nacc.desk.queries import batches
from app.nacc.desk.rules import refuse_unexpected
from app.nacc.signs import queries
from app.nacc.signs.rules import SignFilter

_S = table(Sign).c
_TOLD = (_S.id, _S.organisation_id, _S.fiscal_year, _S.round, _S.kind)


def judge(actor: Actor, id_: int, version: int, verdict: SignVerdict, note: str, now: datetime) -> bool:
    """Say what came of one sign, also anew; False where just that was said before.

    Raises NotTheirs for a sign the actor may not see; Stale at the commit where somebody was first.
    """
    queries.sign_row(actor, id_, now)
    sign = db.session.scalars(select(Sign).where(Sign.id == id_).with_for_update()).one()
    before = sign.verdict
    if (before, sign.note) == (verdict, note):
        return sign.version != version  # a double click: the first one saved it
    write(sign, version, verdict=verdict, note=note, judged_at=now, judged_by_id=actor.account_id)
    _tell(actor, [(sign.id, sign.organisation_id, sign.fiscal_year, sign.round, sign.kind)], before, verdict, note, now)
    return True


def judge_chosen(
    actor: Actor, ids: Collection[int], asked: SignFilter, verdict: SignVerdict, note: str, now: datetime
) -> int:
    """Say it of the ticked signs that still wait; gives how many."""
    return _judge(actor, queries.chosen(actor, ids, asked, now), verdict, note, now)


def judge_filtered(
    actor: Actor, asked: SignFilter, expected: int, verdict: SignVerdict, note: str, now: datetime
) -> int:
    """Say it of every sign the filter shows that waits. Raises Refusal where they are not the number said before."""
    ids = queries.filtered(actor, asked, now)
    refuse_unexpected(len(ids), expected, "ตัวกรองมี", "เรื่อง")
    return _judge(actor, ids, verdict, note, now)


def _judge(actor: Actor, ids: Collection[int], verdict: SignVerdict, note: str, now: datetime) -> int:
    number = 0
    for some in batches(ids):
        rows = db.session.execute(
            update(table(Sign))
            .where(_S.id.in_(some), _S.verdict.is_(None))
            .values(verdict=verdict, note=note, judged_at=now, judged_by_id=actor.account_id, version=_S.version + 1)
            .returning(*_TOLD)
        ).all()
        _tell(actor, rows, None, verdict, note, now)
        number += len(rows)
    return number


def _tell(
    actor: Actor, rows: Collection[Any], before: SignVerdict | None, verdict: SignVerdict, note: str, now: datetime
) -> None:
    record_all(
        [
            entry(
                *(actor, Action.JUDGE_SIGN, Entity.SIGN, f"{lao}/{year}/{round_}/{id_}", lao),
                {"sign": kind, "verdict": before} if before else None,
                {"sign": kind, "verdict": verdict},
                note,
                now,
            )
            for id_, lao, year, round_, kind in rows
        ]
    )
