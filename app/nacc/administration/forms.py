"""Shapes of what administrators set."""

from decimal import Decimal
from typing import Any

from wtforms.validators import StopValidation

from app.clock import FIRST_YEAR, LAST_YEAR
from app.fields import AtMost, Digits, Form, ManyOf, Number, OneOf, Required, TextBlock, TextLine, Version, Year
from app.models.enums import Role, Round
from app.moments import DAY_BEGINS, DAY_ENDS, EXAMPLE, MomentField
from app.words import clean_line


def _year(label: str, missing: str) -> Year:
    return Year(label, least=Decimal(FIRST_YEAR), most=Decimal(LAST_YEAR), validators=[Required(missing)])


ROUND_CHOICES = [(int(round_), round_.label) for round_ in Round]


class WindowForm(Form):
    opens_at = MomentField("เวลาเปิด", by_day=DAY_BEGINS, validators=[Required(f"กรอกเวลาเปิด เช่น {EXAMPLE}")])
    closes_at = MomentField("เวลาปิด", by_day=DAY_ENDS)
    version = Version()


class MoreTimeForm(Form):
    code = Digits("รหัส อปท.", validators=[Required("กรอกรหัส 7 หลักของ อปท."), AtMost(7)])
    year = _year("ปีงบประมาณ", "กรอกปีงบประมาณ")
    until = MomentField("รายงานได้ถึง", by_day=DAY_ENDS, validators=[Required(f"กรอกวันเวลาที่รายงานได้ถึง เช่น {EXAMPLE}")])
    why = TextLine("เหตุผล", validators=[Required("กรอกเหตุผลที่ขยายเวลา"), AtMost(500)])
    round = OneOf("รอบ", choices=ROUND_CHOICES, missing="เลือกรอบ")
    version = Version()


class PeriodForm(Form):
    first_year = _year("ปีแรก", "กรอกปีแรกของแผน")
    last_year = _year("ปีสุดท้าย", "กรอกปีสุดท้ายของแผน")
    names = TextBlock("ชื่อมิติ บรรทัดละ 1 มิติ", validators=[Required("กรอกชื่อมิติ บรรทัดละ 1 มิติ"), AtMost(3000)])

    def lines(self) -> list[str]:
        return [clean_line(line) for line in self.names.data.splitlines() if line.strip()]

    def validate_names(self, field: TextBlock) -> None:
        if any(len(line) > 300 for line in self.lines()):
            raise StopValidation("ชื่อมิติยาวได้ไม่เกิน 300 ตัวอักษร")


class DimensionForm(Form):
    name = TextLine("ชื่อมิติ", validators=[Required("กรอกชื่อมิติ"), AtMost(300)])
    max_score = Number(
        "คะแนนเต็ม", places=2, maximum=Decimal(1000), unit="คะแนน", example="25", validators=[Required("กรอกคะแนนเต็ม")]
    )
    version = Version()

    def validate_max_score(self, field: Number) -> None:
        if field.data is not None and field.data <= 0:
            raise StopValidation("คะแนนเต็มต้องมากกว่า 0")


class RejectionReasonForm(Form):
    text = TextLine("เหตุผลที่ปฏิเสธ", validators=[Required("กรอกเหตุผล"), AtMost(300)])


class ContactForm(Form):
    contact = TextBlock("ข้อความติดต่อสอบถาม", validators=[Required("กรอกข้อความติดต่อ"), AtMost(500)])
    version = Version()


LATER = {"provinces": "จังหวัดที่ดูแล"}


class StaffForm(Form):
    username = TextLine("ชื่อผู้ใช้ (Username)", validators=[AtMost(60)])
    name = TextLine("ชื่อ - สกุล", validators=[Required("กรอกชื่อ - สกุล"), AtMost(150)])
    role = OneOf(
        "บทบาท", choices=[(role, role.label) for role in (Role.OFFICER, Role.ADMINISTRATOR)], missing="เลือกบทบาท"
    )
    provinces: ManyOf
    made_later = LATER
    version = Version()


def staff_form(provinces: list[tuple[str, str]]) -> type[StaffForm]:
    """The staff form with the country's provinces to choose from."""
    fields: dict[str, Any] = {"provinces": ManyOf(LATER["provinces"], choices=provinces)}
    return type("StaffFormOfCountry", (StaffForm,), fields)
