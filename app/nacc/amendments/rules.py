"""What NACC may write into a round that closed. Facts in, answer out."""

from decimal import Decimal
from typing import NamedTuple

from app.lao.fixed_rounds.rules import FixedLine
from app.models.enums import CannotReason, ReportStatus

NOT_CLOSED = "รอบนี้ยังไม่ปิดสำหรับ อปท. แห่งนี้ ตัวเลขเป็นของปัจจุบันอยู่แล้ว จึงไม่ต้องแก้ไขผลของรอบ"


class LineAmendment(NamedTuple):
    """What a project of a closed round is said to be. Amounts in baht; None: without one."""

    status: ReportStatus
    cannot_reason: CannotReason | None
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None


def amended(line: FixedLine, said: LineAmendment) -> FixedLine:
    """A reason belongs to its status; what was not reported has no amounts but that of the plan."""
    reported = said.status is not ReportStatus.NOT_REPORTED
    return line._replace(
        status=said.status,
        cannot_reason=said.cannot_reason if said.status is ReportStatus.CANNOT else None,
        planned=said.planned,
        ordinance=said.ordinance if reported else None,
        spent=said.spent if reported else None,
    )
