"""The three tabs of the profile."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import BooleanField

from app.accounts.forms import Email, NewPassword
from app.accounts.rules import PasswordFor
from app.fields import AtMost, MoneyField, Number, OneOf, OpenedForm, Required, Secret, TextBlock, TextLine
from app.models.enums import SizeClass

TABS = {
    "place": ("size", "address"),
    "area": ("area_km2", "population", "income_own", "income_subsidy", "executive_name", "clerk_name"),
    "contact": (
        "contact_name",
        "contact_position",
        "contact_department",
        "phone",
        "mobile",
        "fax",
        "email",
        "mail_notices",
        "website",
        "password",
        "current",
    ),
}

SECRET = ("password", "current")


def _line(label: str, missing: str = "", length: int = 200) -> TextLine:
    return TextLine(label, validators=[*([Required(missing)] if missing else []), AtMost(length)])


class ProfileForm(OpenedForm):
    size = OneOf("ขนาด", choices=[(size, size.label) for size in SizeClass], missing="เลือกขนาดของ อปท.")
    address = TextBlock("ที่ตั้งที่ทำการ", validators=[Required("กรอกที่ตั้งที่ทำการ"), AtMost(1000)])
    area_km2 = Number(
        "ขนาดพื้นที่ให้บริการ",
        places=2,
        maximum=Decimal("999999.99"),
        unit="ตร.กม.",
        example="58.25",
        validators=[Required("กรอกขนาดพื้นที่ให้บริการเป็นตารางกิโลเมตร")],
    )
    population = Number(
        "ประชากรในพื้นที่",
        maximum=Decimal(99_999_999),
        unit="คน",
        example="7,812",
        validators=[Required("กรอกประชากรในพื้นที่เป็นตัวเลข")],
    )
    income_own = MoneyField("รายได้ไม่รวมเงินอุดหนุน", validators=[Required("กรอกรายได้ไม่รวมเงินอุดหนุน")])
    income_subsidy = MoneyField("รายได้จากเงินอุดหนุน", validators=[Required("กรอกรายได้จากเงินอุดหนุน")])
    executive_name = _line("ชื่อผู้บริหารท้องถิ่น", "กรอกชื่อผู้บริหารท้องถิ่น")
    clerk_name = _line("ชื่อปลัดองค์กรปกครองส่วนท้องถิ่น", "กรอกชื่อปลัดองค์กรปกครองส่วนท้องถิ่น")
    contact_name = _line("ชื่อ - สกุล", "กรอกชื่อ - สกุลของผู้ประสานงาน")
    contact_position = _line("ตำแหน่ง", "กรอกตำแหน่งของผู้ประสานงาน")
    contact_department = _line("สังกัด (ฝ่าย/กลุ่ม/กอง/สำนัก)", "กรอกสังกัดของผู้ประสานงาน")
    phone = _line("โทรศัพท์", "กรอกหมายเลขโทรศัพท์", 60)
    mobile = _line("โทรศัพท์เคลื่อนที่", length=60)
    fax = _line("โทรสาร", length=60)
    email = TextLine("อีเมล", validators=[Required("กรอกอีเมล เพราะใช้ตั้งรหัสผ่านใหม่เมื่อลืม"), AtMost(254), Email()])
    mail_notices = BooleanField("แจ้งเตือนทางอีเมล", default=True)
    website = _line("เว็บไซต์ อปท.", length=254)
    password = Secret("รหัสผ่านสำหรับเข้าสู่ระบบครั้งต่อไป")
    current = Secret("รหัสผ่านปัจจุบัน")

    def __init__(self, *args: Any, claiming: bool, owner: PasswordFor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claiming = claiming
        self.owner = owner
        if claiming:
            del self.current  # there is none yet

    def validate_password(self, field: Secret) -> None:
        """Needed at the first login; later an empty one leaves the password as it is."""
        NewPassword(needed=self.claiming)(self, field)

    def values(self) -> dict[str, Any]:
        """What was typed, without passwords."""
        values = {name: self[name].data for names in TABS.values() for name in names if name not in SECRET}
        return values | {"population": int(values["population"])}

    def show(self, facts: Mapping[str, Any]) -> None:
        for name, value in facts.items():
            self[name].data = value

    def problems_in(self, tab: str) -> int:
        """How many fields of a tab must be corrected: the tab itself says so."""
        there = [name for name in TABS[tab] if name in self]
        return sum(bool(self[name].errors or (name in SECRET and self[name].again)) for name in there)

    @property
    def open_tab(self) -> str:
        """The tab to show: the first one with something to correct."""
        return next((tab for tab in TABS if self.problems_in(tab)), next(iter(TABS)))
