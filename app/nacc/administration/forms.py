"""Shapes of what administrators set."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.fields import AtMost, Form, ManyOf, OneOf, Required, TextBlock, TextLine, Version
from app.models.enums import Role, SecondPerson

WHY = [Required("บอกเหตุผล เช่น ย้ายหรือพ้นจากตำแหน่ง"), AtMost(1000)]


class RejectionReasonForm(Form):
    text = TextLine("เหตุผลที่ปฏิเสธ", validators=[Required("กรอกเหตุผล"), AtMost(300)])


class ContactForm(Form):
    contact = TextBlock("ข้อความติดต่อสอบถาม", validators=[Required("กรอกข้อความติดต่อ"), AtMost(500)])
    version = Version()


class SecondPersonForm(Form):
    wanted = OneOf("ผู้ยืนยันคนที่สอง", choices=[(each, each.label) for each in SecondPerson], missing="เลือกว่าใช้เมื่อใด")
    version = Version()


class StaffReasonForm(Form):
    """Why an account of staff is locked or opened; what is changed of it says so in its own form."""

    reason = TextBlock("เหตุผล", validators=WHY)


LATER = {"provinces": "จังหวัดที่ดูแล", "regions": "ทั้งภาค", "reason": "เหตุผล"}
Regions = Mapping[int | None, list[tuple[str, str]]]


class StaffForm(Form):
    username = TextLine("ชื่อผู้ใช้ (Username)", validators=[AtMost(60)])
    name = TextLine("ชื่อ - สกุล", validators=[Required("กรอกชื่อ - สกุล"), AtMost(150)])
    role = OneOf(
        "บทบาท", choices=[(role, role.label) for role in (Role.OFFICER, Role.ADMINISTRATOR)], missing="เลือกบทบาท"
    )
    regions: ManyOf
    provinces: ManyOf
    reason: TextBlock
    made_later = LATER
    version = Version()

    country: ClassVar[Regions] = {}

    @property
    def chosen(self) -> tuple[str, ...]:
        """The provinces ticked, and all of the regions ticked."""
        whole = {code for region in self.regions.data for code, _name in self.country[region]}
        return tuple(sorted(whole.union(self.provinces.data)))


def staff_form(country: Regions) -> type[StaffForm]:
    """The staff form with the country's provinces to choose from, by NACC region."""
    regions = [(region, f"ภาค {region}") for region in country if region]
    provinces = [each for some in country.values() for each in some]
    fields: dict[str, Any] = {
        "regions": ManyOf(LATER["regions"], choices=regions),
        "provinces": ManyOf(LATER["provinces"], choices=provinces),
        "reason": TextBlock(LATER["reason"], validators=WHY),  # behind the provinces, as on the page
        "country": country,
    }
    return type("StaffFormOfCountry", (StaffForm,), fields)
