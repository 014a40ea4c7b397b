"""What another person may say to a proposed change of published scores. Facts in, answer out."""

from enum import StrEnum

from app.nacc.evaluation.rules import ProposedChange, YearScores


class ChangeAnswer(StrEnum):
    """What is said to a proposed change of published scores."""

    CONFIRM = "confirm"
    CANCEL = "cancel"

    @property
    def label(self) -> str:
        return {"confirm": "ยืนยันการแก้ไขคะแนน", "cancel": "ยกเลิกข้อเสนอแก้ไขคะแนน"}[self.value]


def answer_refusal(answer: ChangeAnswer, waiting: ProposedChange, account_id: int | None, kept: YearScores) -> str:
    """Why the proposal cannot be answered so, in Thai; empty where it can."""
    if answer is ChangeAnswer.CANCEL:
        return ""
    if account_id is None or waiting.by_id == account_id:
        return "ผู้เสนอยืนยันเองไม่ได้ ต้องให้เจ้าหน้าที่ ป.ป.ช. อีกคนที่ดูแลจังหวัดนี้หรือผู้ดูแลระบบเป็นผู้ยืนยัน"
    if any(kept.value(cell) != value for cell, value in waiting.before.items()):
        return "คะแนนเปลี่ยนไปหลังจากเสนอแล้ว ยกเลิกข้อเสนอนี้ แล้วเสนอใหม่จากคะแนนล่าสุด"
    return ""
