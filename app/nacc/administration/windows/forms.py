"""Shapes of windows and of more time."""

import re

from wtforms import HiddenField
from wtforms.validators import StopValidation

from app.fields import AtMost, Digits, Form, OneOf, Required, TextLine, Version, fiscal_year_field
from app.models.enums import Round
from app.moments import DAY_BEGINS, DAY_ENDS, EXAMPLE, MomentField
from app.nacc.administration.windows.rules import Recipients

ROUND_CHOICES = [(int(round_), round_.label) for round_ in Round]


class WindowForm(Form):
    opens_at = MomentField("เวลาเปิด", by_day=DAY_BEGINS, validators=[Required(f"กรอกเวลาเปิด เช่น {EXAMPLE}")])
    closes_at = MomentField("เวลาปิด", by_day=DAY_ENDS)
    version = Version()


class MoreTimeForm(Form):
    code = Digits("รหัส อปท.", validators=[AtMost(4000)])
    area = Digits("หรือทุกแห่งในพื้นที่", validators=[AtMost(4)])
    year = fiscal_year_field("ปีงบประมาณ", "กรอกปีงบประมาณ")
    until = MomentField("รายงานได้ถึง", by_day=DAY_ENDS, validators=[Required(f"กรอกวันเวลาที่รายงานได้ถึง เช่น {EXAMPLE}")])
    why = TextLine("เหตุผล", validators=[Required("กรอกเหตุผลที่ขยายเวลา"), AtMost(500)])
    round = OneOf("รอบ", choices=ROUND_CHOICES, missing="เลือกรอบ")
    version = Version()
    sure = HiddenField()

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(re.findall(r"[^\s,;]+", self.code.data or "")))

    def validate_code(self, _field: Digits) -> None:
        if self.codes and self.area.data:
            raise StopValidation("กรอกรหัส อปท. หรือเลือกพื้นที่ อย่างใดอย่างหนึ่ง")
        if not self.codes and not self.area.data:
            raise StopValidation("กรอกรหัส 7 หลักของ อปท. หรือเลือกพื้นที่")

    def second_look(self, found: Recipients, until: str) -> bool:
        """Say once more how many get more time; whether the answer is still to come."""
        return self.ask({found.field: f"จะขยายเวลาให้ {len(found.ids):,} แห่ง: {found.words}", "until": until})


class WithdrawalForm(Form):
    """Why some of those that were given the same time lose it again; which, the ticks say."""

    why = TextLine("เหตุผลที่ถอน", validators=[Required("กรอกเหตุผลที่ถอนการขยายเวลา"), AtMost(500)])
