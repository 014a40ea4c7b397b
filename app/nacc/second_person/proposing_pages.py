"""What every route of a deed that may need a second person does."""

from collections.abc import Callable
from typing import NamedTuple

from app import clock
from app.access import actor
from app.db import transaction
from app.nacc.second_person import operations
from app.nacc.second_person.rules import AsksSecond


class DoneOrProposed(NamedTuple):
    """How many rows were changed, or how many are proposed instead."""

    done: int = 0
    proposed: int = 0

    def told(self, done: str) -> str:
        """`done`, or that it waits."""
        if not self.proposed:
            return done
        return f"เสนอแล้ว {self.proposed:,} รายการ ยังไม่มีอะไรเปลี่ยนจนกว่าเจ้าหน้าที่อีกคนจะยืนยันที่หน้างานของฉันวันนี้"


def done_or_proposed(deed: Callable[[], int]) -> DoneOrProposed:
    """Do `deed`; where it is one for two persons, put it before the second instead. Raises what the deed raises."""
    try:
        with transaction():
            return DoneOrProposed(done=deed())
    except AsksSecond as asked:
        with transaction():
            return DoneOrProposed(proposed=operations.propose(actor(), asked, clock.now()))
