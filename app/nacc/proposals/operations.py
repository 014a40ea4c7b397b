"""Setting a year's minimum score, and letting it say who passes."""

from datetime import datetime
from decimal import Decimal

from app.access import Actor
from app.db import db, write
from app.errors import Refusal
from app.history.operations import record
from app.models import MinimumScore
from app.models.enums import Action, Entity, PlanStatus
from app.nacc.evaluation.queries import max_scores
from app.nacc.plan_years.operations import set_moves
from app.nacc.plan_years.rules import PlanFilter, PlanMove
from app.nacc.proposals import queries


def set_minimum(actor: Actor, year: int, score: Decimal, version: int, now: datetime) -> bool:
    """Set the minimum total of a year; False where it is that already.

    Raises Refusal where nobody could reach it; Stale at the commit where somebody was first.
    """
    highest = sum(max_scores(year).values(), Decimal())
    if score > highest:
        raise Refusal(f"คะแนนขั้นต่ำต้องไม่เกินคะแนนเต็มรวม {highest:,.2f}", "minimum")
    kept = db.session.get(MinimumScore, year, with_for_update=True)
    before = {"score": kept.score} if kept else None
    if kept is None:
        db.session.add(MinimumScore(fiscal_year=year, score=score))
        db.session.flush()
    elif kept.score == score:
        return kept.version != version  # a double click: the first one saved it
    else:
        write(kept, version, score=score)
    record(actor, Action.SET_MINIMUM_SCORE, Entity.MINIMUM_SCORE, year, before=before, after={"score": score}, at=now)
    return True


def confirm_proposals(actor: Actor, asked: PlanFilter, expected: tuple[int, int], now: datetime) -> int:
    """Set what the minimum score proposes. Raises Refusal where (passing, failing) is not what was said before."""
    found = queries.proposals(actor, asked)
    by_status: dict[PlanStatus, list[int]] = {PlanStatus.PASSED: [], PlanStatus.FAILED: []}
    for proposal in found:
        by_status[proposal.status].append(proposal.row.lao.organisation_id)
    passing, failing = (len(ids) for ids in by_status.values())
    if (passing, failing) != expected:
        raise Refusal(f"จำนวนเปลี่ยนไปแล้ว: ขณะนี้ผ่าน {passing:,} แห่ง ไม่ผ่าน {failing:,} แห่ง ตรวจแล้วยืนยันอีกครั้ง")
    why = {PlanStatus.FAILED: f"ผลประเมินรวมต่ำกว่าคะแนนขั้นต่ำของปี {asked.year}"}
    reasons = {status: why.get(status, "") for status in by_status}
    moves = [PlanMove(id_, asked.year, status, reasons[status]) for status, ids in by_status.items() for id_ in ids]
    return set_moves(actor, moves, now)
