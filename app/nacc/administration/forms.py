"""Shapes of what administrators set."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from wtforms import StringField
from wtforms.validators import StopValidation

from app.clock import BANGKOK, BUDDHIST_OFFSET
from app.fields import AtMost, Digits, Form, ManyOf, Number, OneOf, Required, TextBlock, TextLine, Version, Year
from app.models.enums import Role, Round
from app.nacc.administration.rules import FIRST_YEAR, LAST_YEAR
from app.words import arabic_digits, clean_line

EXAMPLE = "31/10/2561 16.30"
DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]+(\d{1,2})[.:](\d{2})(?: ?น\.?)?)?", re.ASCII)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?", re.ASCII)


class MomentField(StringField):
    """A moment in Thailand's time, as 31/10/2561 16.30 (Buddhist era) or as a browser's date field sends it.

    `by_day`: hour and minute of a day that is typed without a time.
    """

    data: datetime | None
    placeholder: ClassVar[str] = EXAMPLE

    def __init__(self, label: str, *, by_day: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.by_day = by_day

    def _value(self) -> str:
        if self.raw_data:
            return clean_line(str(self.raw_data[0]))
        if self.data is None:
            return ""
        local = self.data.astimezone(BANGKOK)
        return f"{local.day}/{local.month}/{local.year + BUDDHIST_OFFSET} {local:%H.%M}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = arabic_digits(clean_line(valuelist[0])) if valuelist else ""
        self.data: datetime | None = None
        self.data = self._parse(typed) if typed else None

    def _parse(self, typed: str) -> datetime:
        if match := DAY_FIRST.fullmatch(typed):
            day, month, year, hour, minute = match.groups()
        elif match := ISO.fullmatch(typed):
            year, month, day, hour, minute = match.groups()
        else:
            raise ValueError(f"กรอก{self.label.text}เป็น วัน/เดือน/ปี พ.ศ. ชั่วโมง.นาที เช่น {EXAMPLE}")
        time = self.by_day if hour is None else (int(hour), int(minute))
        return self._moment(typed, int(year), (int(month), int(day)), time)

    def _moment(self, typed: str, year: int, day: tuple[int, int], time: tuple[int, int]) -> datetime:
        buddhist = year if year > 2400 else year + BUDDHIST_OFFSET
        if not FIRST_YEAR <= buddhist <= LAST_YEAR:
            raise ValueError(f"{self.label.text} “{typed}” ปีต้องอยู่ระหว่าง พ.ศ. {FIRST_YEAR} ถึง {LAST_YEAR} เช่น {EXAMPLE}")
        if time[0] == 24:
            raise ValueError(f"ไม่มีเวลา 24.{time[1]:02} ใช้ 23.59 หรือ 00.00 ของวันถัดไป")
        try:
            return datetime(buddhist - BUDDHIST_OFFSET, *day, *time, tzinfo=BANGKOK)
        except ValueError:
            raise ValueError(f"ไม่มีวันหรือเวลา {typed} กรอกใหม่ เช่น {EXAMPLE}") from None


DAY_BEGINS, DAY_ENDS = (0, 0), (23, 59)


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
