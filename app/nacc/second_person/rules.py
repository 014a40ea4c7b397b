"""Which deeds ask for a second person, and what that person may say. Facts in, answer out."""

from collections.abc import Sequence
from typing import NamedTuple

from app.models.enums import Action, PlanStatus, ProposalAnswer, ProposedKind, SecondPerson

SETTING = "second person"  # the name it is kept under
OUTCOMES = {"approve": "รับรอง", "reject": "ปฏิเสธ"} | {each.value: each.label for each in PlanStatus}
UNITS = {ProposedKind.VERDICTS: "โครงการ", ProposedKind.PLAN_YEARS: "แห่ง", ProposedKind.PUBLISHING: "แห่ง"}
ANSWERED = {
    ProposalAnswer.CONFIRM: Action.CONFIRM_DEED,
    ProposalAnswer.DECLINE: Action.DECLINE_DEED,
    ProposalAnswer.WITHDRAW: Action.WITHDRAW_DEED,
    ProposalAnswer.DROP: Action.DROP_DEED,
}


def asks(wanted: SecondPerson, rows: int, *, rejects: bool) -> bool:
    """Whether a deed on so many rows is done by two: one row is no bulk. `rejects`: it rejects projects."""
    rejections, bulk = (wanted in (each, SecondPerson.BOTH) for each in (SecondPerson.REJECTIONS, SecondPerson.BULK))
    return bool(rows) and ((rejects and rejections) or (rows > 1 and bulk))


class WantedRow(NamedTuple):
    """A row that a deed is to change: `outcome` is what it is to be, `seen` its version as it was read."""

    organisation_id: int
    seen: int
    outcome: str = ""
    project_id: int | None = None
    year: int | None = None
    reason: str = ""


class AsksSecond(Exception):
    """Nothing is done: the deed is one for two persons, and this is what would be proposed."""

    def __init__(self, kind: ProposedKind, rows: Sequence[WantedRow], reason: str = "") -> None:
        super().__init__(kind)
        self.kind, self.rows, self.reason = kind, rows, reason


def deed_words(kind: ProposedKind, outcomes: Sequence[str]) -> str:
    """What is proposed: เปลี่ยนผลแผนเป็น แผนผ่าน."""
    return " ".join([kind.label, " / ".join(OUTCOMES[each] for each in outcomes if each)]).strip()


def answer_refusal(answer: ProposalAnswer, *, own: bool, reason: str) -> str:
    """Why a proposal cannot be answered so, in Thai; empty where it can. Only its proposer takes it back."""
    if answer is ProposalAnswer.WITHDRAW:
        return "" if own else "ถอนได้เฉพาะข้อเสนอของท่านเอง หากไม่เห็นด้วย กดไม่รับ"
    if own:
        return "ผู้เสนอยืนยันเองไม่ได้ ต้องให้เจ้าหน้าที่ ป.ป.ช. อีกคนที่ดูแลจังหวัดเหล่านี้หรือผู้ดูแลระบบเป็นผู้ยืนยัน"
    return "เขียนเหตุผลที่ไม่รับ เพราะผู้เสนอจะเห็นข้อความนี้" if answer is ProposalAnswer.DECLINE and not reason else ""
