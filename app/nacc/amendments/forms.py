"""The forms that amend a round that closed."""

from typing import Any

from app.fields import AtMost, Form, MoneyField, OneOf, Required, TextLine, Version
from app.lao.fixed_rounds.rules import FixedLine
from app.lao.reporting.forms import OptionalChoice
from app.models.enums import CannotReason, ReportStatus
from app.nacc.amendments.rules import LineAmendment

WHY = [Required("กรอกเหตุผลที่แก้ไข ประชาชนจะเห็นเหตุผลนี้"), AtMost(500)]


class TodayForm(Form):
    """Takes the whole round as it stands today."""

    why = TextLine("เหตุผลที่แก้ไข", validators=WHY)
    version = Version()


class LineForm(Form):
    """One project of the round. An amount left empty: there is none."""

    status = OneOf(
        "สถานะการดำเนินงาน", choices=[(each, each.label) for each in ReportStatus], missing="เลือกสถานะการดำเนินงาน 1 ข้อ"
    )
    cannot_reason = OptionalChoice(
        "เหตุผลที่ไม่สามารถดำเนินการได้",
        choices=[(each, each.label) for each in CannotReason],
        missing="เลือกเหตุผลที่ไม่สามารถดำเนินการได้ 1 ข้อ",
    )
    planned = MoneyField("งบประมาณตามแผน")
    ordinance = MoneyField("งบประมาณตามข้อบัญญัติ/เทศบัญญัติ")
    spent = MoneyField("เบิกจ่ายจริง")
    why = TextLine("เหตุผลที่แก้ไข", validators=WHY)
    version = Version()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self.ask_only(self.cannot_reason, self.status.data is ReportStatus.CANNOT, self.cannot_reason.missing)
        return not self.problems

    @property
    def said(self) -> LineAmendment:
        return LineAmendment(
            self.status.data, self.cannot_reason.data, self.planned.data, self.ordinance.data, self.spent.data
        )


def shown(line: FixedLine) -> dict[str, Any]:
    """The fields of `LineForm` as the line stands."""
    return {name: getattr(line, name) for name in LineAmendment._fields}
