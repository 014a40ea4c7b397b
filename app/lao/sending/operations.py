"""Sending a round whole. The receipt is the entry of the history itself: nothing else is kept of it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.errors import Refusal
from app.history.operations import record
from app.lao.sending import queries
from app.lao.sending.rules import Differences, changed_since
from app.models import Organisation
from app.models.enums import Action, Entity, Round


class FiguresChanged(Refusal):
    """The round is another than the form showed: nothing is sent, and both are told."""

    def __init__(self, differences: Differences) -> None:
        super().__init__("ยังไม่ได้ส่ง เพราะข้อมูลของรอบนี้เปลี่ยนไปหลังจากเปิดหน้านี้ ตรวจตัวเลขล่าสุด แล้วกดยืนยันอีกครั้ง")
        self.differences = differences


class SentRound(NamedTuple):
    """`entry_id`: of the receipt; not `new` where the very same had been sent before."""

    entry_id: int
    new: bool


def send_round(actor: Actor, year: int, round_: Round, shown: str, now: datetime, reason: str = "") -> SentRound:
    """Send what the form showed (`rules.sealed`); a round without projects is sent as that, with a reason.

    Raises FiguresChanged, Refusal; then nothing is written.
    """
    _hold(actor.own_organisation_id)
    round_now = queries.round_to_send(actor, year, round_, now)
    if round_now.refusal:
        raise Refusal(round_now.refusal)
    if differences := changed_since(shown, round_now.figures):
        raise FiguresChanged(differences)
    if refusal := round_now.reason_refusal(reason):
        raise Refusal(refusal, "reason")
    reason = reason if round_now.empty else ""
    before = queries.receipts(round_now.organisation_id, year, round_)
    if before and (before[0].figures, before[0].reason) == (round_now.figures, reason):
        return SentRound(before[0].id, new=False)
    record(
        actor,
        Action.SEND_ROUND,
        Entity.SENT_ROUND,
        queries.round_key(round_now.organisation_id, year, round_),
        organisation_id=actor.organisation_id,
        after={"code": round_now.code, "name": round_now.name, **round_now.figures._asdict()},
        reason=reason,
        at=now,
    )
    return SentRound(queries.receipts(round_now.organisation_id, year, round_)[0].id, new=True)


def _hold(organisation_id: int) -> None:
    """Whatever else is done to the LAO's projects comes before or after: its history names the row that is held."""
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
