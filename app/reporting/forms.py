"""The shape of one report."""

from typing import Any

from wtforms import BooleanField

from app.fields import AtMost, Form, Money, OneOf, TextBlock, TextLine, Version
from app.models.enums import CannotReason, ReportStatus
from app.reporting.rules import ReportFacts
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


class ReportForm(Form):
    version = Version()
    in_ordinance = BooleanField("บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ/แผนการดำเนินงาน")
    ordinance_budget = Money("งบประมาณตามข้อบัญญัติ/เทศบัญญัติ")
    spent = Money("เบิกจ่ายจริง")
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
    note = TextBlock("หมายเหตุ", validators=[AtMost(2000)])

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.status.data is ReportStatus.CANNOT:
            self._ask_reason()
        else:
            self.cannot_text.errors = []
        if self.in_ordinance.data and self.ordinance_budget.data is None and not self.ordinance_budget.errors:
            self.ordinance_budget.errors = ["กรอกงบประมาณตามข้อบัญญัติ/เทศบัญญัติ หากไม่ใช้งบประมาณให้กรอก 0"]
        if self.ordinance_budget.data is not None and not self.in_ordinance.data:
            self.in_ordinance.errors = ["เลือกช่องนี้ด้วย หากไม่ได้บรรจุไว้ ให้ลบงบประมาณตามข้อบัญญัติ/เทศบัญญัติออก"]
        return not self.problems

    def _ask_reason(self) -> None:
        if self.cannot_reason.data is None:
            self.cannot_reason.errors = [self.cannot_reason.missing]
        elif self.cannot_reason.data is CannotReason.OTHER and not self.cannot_text.data:
            self.cannot_text.errors = ["ระบุเหตุผลที่ไม่สามารถดำเนินการได้"]

    def facts(self) -> ReportFacts:
        """What was reported. Only for a form that validated; reasons count only where the status asks for one."""
        cannot = self.status.data is ReportStatus.CANNOT
        reason = self.cannot_reason.data if cannot else None
        return ReportFacts(
            status=self.status.data,
            ordinance_budget=self.ordinance_budget.data if self.in_ordinance.data else None,
            spent=self.spent.data,
            cannot_reason=reason,
            cannot_text=self.cannot_text.data if reason is CannotReason.OTHER else None,
            note=self.note.data,
        )

    def show(self, facts: ReportFacts) -> None:
        """Fill the empty form with what was reported."""
        if facts.status is not ReportStatus.NOT_REPORTED:
            self.status.data = facts.status
        self.in_ordinance.data = facts.ordinance_budget is not None
        self.ordinance_budget.data, self.spent.data = facts.ordinance_budget, facts.spent
        self.cannot_reason.data, self.cannot_text.data = facts.cannot_reason, facts.cannot_text or ""
        self.note.data = facts.note


def comparison(theirs: ReportFacts, ours: ReportFacts) -> list[tuple[str, str, str]]:
    """(label, as it stands, as typed) of every fact that differs: what somebody sees whose page was stale."""
    both = zip(_in_words(theirs), _in_words(ours), strict=True)
    return [(label, before, after) for (label, before), (_same, after) in both if before != after]


def _in_words(facts: ReportFacts) -> list[tuple[str, str]]:
    return [
        ("สถานะ", facts.status.label),
        ("เหตุผล", facts.cannot_text or (facts.cannot_reason.label if facts.cannot_reason else "–")),
        ("ตามข้อบัญญัติ/เทศบัญญัติ", baht(facts.ordinance_budget)),
        ("เบิกจ่ายจริง", baht(facts.spent)),
        ("หมายเหตุ", facts.note or "–"),
    ]
