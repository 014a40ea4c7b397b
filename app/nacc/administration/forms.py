"""Shapes of what administrators set."""

from typing import Any

from app.fields import AtMost, Form, ManyOf, OneOf, Required, TextBlock, TextLine, Version
from app.models.enums import Role


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
