"""The shape of one report."""

from typing import Any

from wtforms import BooleanField, HiddenField

from app.conflicts import Differences
from app.fields import AtMost, MoneyField, OneOf, OpenedForm, TextBlock, TextLine
from app.lao.reporting.rules import SAID_TOGETHER, ReportFacts
from app.models.enums import CannotReason, ReportStatus
from app.words import baht

EXPLAINED = {
    ReportStatus.IN_PROGRESS: "โครงการที่อยู่ระหว่างดำเนินการ หรือยังไม่ได้ดำเนินการแต่มีแผนว่าจะดำเนินการในปีงบประมาณนี้",
    ReportStatus.DONE: "โครงการที่ดำเนินการเสร็จสิ้น หรือดำเนินการต่อเนื่องทั้งปีงบประมาณ",
    ReportStatus.CANNOT: "โครงการที่ไม่สามารถดำเนินการได้ภายในปีงบประมาณนี้",
}


class OptionalChoice(OneOf):
    """A choice that is asked for only together with another answer."""

    def pre_validate(self, form: Any) -> None:
        return None


class ReportForm(OpenedForm):
    sure = HiddenField()
    status = OneOf(
        "สถานะการดำเนินงาน",
        choices=[(status, status.label) for status in EXPLAINED],
        missing="เลือกสถานะการดำเนินงาน 1 ข้อ",
    )
    cannot_reason = OptionalChoice(
        "เหตุผลที่ไม่สามารถดำเนินการได้",
        choices=[(reason, reason.label) for reason in CannotReason],
        missing="เลือกเหตุผล 1 ข้อ",
    )
    cannot_text = TextLine("โปรดระบุเหตุผลอื่นๆ", validators=[AtMost(500)])
    in_ordinance = BooleanField("บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน")
    ordinance_budget = MoneyField("งบประมาณตามข้อบัญญัติ/เทศบัญญัติ")
    spent = MoneyField("เบิกจ่ายจริง")
    note = TextBlock("หมายเหตุ", validators=[AtMost(2000)])
    obstacles = TextBlock("ปัญหาอุปสรรค", validators=[AtMost(2000)])
    suggestions = TextBlock("ข้อเสนอแนะ", validators=[AtMost(2000)])

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        cannot = self.status.data is ReportStatus.CANNOT
        self.ask_only(self.cannot_reason, cannot, self.cannot_reason.missing)
        other = cannot and self.cannot_reason.data is CannotReason.OTHER
        self.ask_only(self.cannot_text, other, "ระบุเหตุผลที่ไม่สามารถดำเนินการได้")
        missing = "กรอกงบประมาณตามข้อบัญญัติ/เทศบัญญัติ หากไม่ใช้งบประมาณให้กรอก 0"
        self.ask_only(self.ordinance_budget, self.in_ordinance.data, missing)
        return not self.problems

    def facts(self) -> ReportFacts:
        """What was reported, once the form validated; reasons count only where the status asks for one."""
        cannot = self.status.data is ReportStatus.CANNOT
        reason = self.cannot_reason.data if cannot else None
        return ReportFacts(
            status=self.status.data,
            ordinance_budget=self.ordinance_budget.data if self.in_ordinance.data else None,
            spent=self.spent.data,
            cannot_reason=reason,
            cannot_text=self.cannot_text.data if reason is CannotReason.OTHER else None,
            note=self.note.data,
            obstacles=self.obstacles.data,
            suggestions=self.suggestions.data,
        )

    def parts(self, name: str) -> tuple[str, ...]:
        together = {"status": SAID_TOGETHER, "ordinance_budget": ("in_ordinance", "ordinance_budget")}
        return together.get(name, (name,))

    def show(self, facts: ReportFacts) -> None:
        """Fill the empty form with what was reported."""
        if facts.status is not ReportStatus.NOT_REPORTED:
            self.status.data = facts.status
        self.in_ordinance.data = facts.ordinance_budget is not None
        self.ordinance_budget.data, self.spent.data = facts.ordinance_budget, facts.spent
        self.cannot_reason.data, self.cannot_text.data = facts.cannot_reason, facts.cannot_text or ""
        self.note.data = facts.note
        self.obstacles.data, self.suggestions.data = facts.obstacles, facts.suggestions


# What each label of a comparison stands for: a reason is taken together with its status.
SIDES = {
    "สถานะ": "status",
    "เหตุผล": "status",
    "ตามข้อบัญญัติ/เทศบัญญัติ": "ordinance_budget",
    "เบิกจ่ายจริง": "spent",
    "หมายเหตุ": "note",
    "ปัญหาอุปสรรค": "obstacles",
    "ข้อเสนอแนะ": "suggestions",
}


def comparison(theirs: ReportFacts, ours: ReportFacts) -> Differences:
    """(label, as it stands, as typed) of every fact that differs: what somebody sees whose page was stale."""
    both = zip(_in_words(theirs), _in_words(ours), strict=True)
    return [(label, before, after) for (label, before), (_same, after) in both if before != after]


def _in_words(facts: ReportFacts) -> list[tuple[str, str]]:
    said = [
        facts.status.label,
        facts.cannot_text or (facts.cannot_reason.label if facts.cannot_reason else "–"),
        baht(facts.ordinance_budget),
        baht(facts.spent),
        *(text or "–" for text in (facts.note, facts.obstacles, facts.suggestions)),
    ]
    return list(zip(SIDES, said, strict=True))
