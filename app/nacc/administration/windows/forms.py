"""Shapes of windows and of more time."""

from app.fields import AtMost, Digits, Form, OneOf, Required, TextLine, Version, fiscal_year_field
from app.models.enums import Round
from app.moments import DAY_BEGINS, DAY_ENDS, EXAMPLE, MomentField

ROUND_CHOICES = [(int(round_), round_.label) for round_ in Round]


class WindowForm(Form):
    opens_at = MomentField("เวลาเปิด", by_day=DAY_BEGINS, validators=[Required(f"กรอกเวลาเปิด เช่น {EXAMPLE}")])
    closes_at = MomentField("เวลาปิด", by_day=DAY_ENDS)
    version = Version()


class MoreTimeForm(Form):
    code = Digits("รหัส อปท.", validators=[Required("กรอกรหัส 7 หลักของ อปท."), AtMost(7)])
    year = fiscal_year_field("ปีงบประมาณ", "กรอกปีงบประมาณ")
    until = MomentField("รายงานได้ถึง", by_day=DAY_ENDS, validators=[Required(f"กรอกวันเวลาที่รายงานได้ถึง เช่น {EXAMPLE}")])
    why = TextLine("เหตุผล", validators=[Required("กรอกเหตุผลที่ขยายเวลา"), AtMost(500)])
    round = OneOf("รอบ", choices=ROUND_CHOICES, missing="เลือกรอบ")
    version = Version()
