"""What stands on a receipt, as somebody types it."""

import re
from typing import Any

from wtforms.validators import StopValidation

from app.fields import Digits, Form, Required
from app.ledger.receipts import SHORTEST_CODE

_HEX = re.compile(r"[0-9a-f]+")


def _is_number(_form: Any, field: Any) -> None:
    if not (field.data.isascii() and field.data.isdecimal()) or len(field.data) > 9:
        raise StopValidation("เลขที่รายการเป็นตัวเลขไม่เกิน 9 หลัก ตรวจกับใบรับ แล้วพิมพ์ใหม่")


def _is_code(_form: Any, field: Any) -> None:
    if not _HEX.fullmatch(field.data) or not SHORTEST_CODE <= len(field.data) <= 64:
        raise StopValidation("รหัสตรวจสอบมี 16 ตัว เป็นตัวเลข 0-9 และตัวอักษร a-f ตรวจกับใบรับ แล้วพิมพ์ใหม่")


class Code(Digits):
    """Hex digits in groups, in any case."""

    def process_formdata(self, valuelist: Any) -> None:
        super().process_formdata(valuelist)
        self.data = (self.data or "").lower().replace(" ", "").replace("-", "")


class VerifyForm(Form):
    entry = Digits("เลขที่รายการ", validators=[Required("กรอกเลขที่รายการจากใบรับ"), _is_number])
    hash = Code("รหัสตรวจสอบ", validators=[Required("กรอกรหัสตรวจสอบจากใบรับ"), _is_code])
