"""What NACC may do with an LAO's account. Facts in, answer out; "now" is passed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.listing import in_words, query_of, searched
from app.models.enums import Labelled

# How long the page that shows new codes can still be made into an Excel file.
SHOWN_SECONDS = 3600
SHEET_COLUMNS = ("รหัสผู้ใช้งาน", "รหัสเปิดใช้งาน", "ชื่อ อปท.", "อำเภอ จังหวัด", "ใช้ได้ถึง")


class AccountState(Labelled):
    """Filters of the list; an account can be in several."""

    UNCLAIMED = "unclaimed", "ยังไม่ตั้งรหัสผ่าน"
    NO_CODE = "no_code", "ยังไม่ตั้งรหัสผ่าน ไม่มีรหัสเปิดใช้งาน"
    CLAIMED = "claimed", "ตั้งรหัสผ่านแล้ว"
    NEVER = "never", "ไม่เคยเข้าสู่ระบบ"
    LOCKED = "locked", "ล็อกอยู่"


def code_words(claimed: bool, expires_at: datetime | None, now: datetime, date_text: str) -> str:
    """State of the activation code; `date_text` is `expires_at` in Thai."""
    if claimed:
        return "ไม่ต้องใช้"
    if expires_at is None:
        return "ยังไม่ออกรหัส"
    return f"ออกแล้ว ใช้ได้ถึง {date_text}" if now < expires_at else f"หมดอายุ {date_text}"


@dataclass(frozen=True)
class AccountFilter:
    """Which accounts the desk shows; empty does not narrow."""

    province: str = ""
    district: str = ""
    state: str = ""
    q: str = ""
    page: int = 1

    def query(self, **changes: Any) -> str:
        return query_of({**self.__dict__, **changes})

    def in_words(self, place: str) -> str:
        """`place`: what province and district are called."""
        state = f"สถานะบัญชี “{AccountState(self.state).label}”" if self.state else ""
        return in_words(place, state, searched(self.q))
