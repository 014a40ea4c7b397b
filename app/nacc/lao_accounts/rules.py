"""What NACC may do with an LAO's account. Facts in, answer out; "now" is passed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.models.enums import Labelled
from app.nacc.desk.rules import DeskFilter

SHOWN_FOR = timedelta(hours=1)  # new codes, on the page they are handed out on and as files


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


@dataclass(frozen=True, kw_only=True)
class AccountFilter(DeskFilter):
    """Which accounts the desk shows; empty does not narrow."""

    state: str = ""

    @property
    def narrowed(self) -> tuple[str, ...]:
        return (f"สถานะบัญชี “{AccountState(self.state).label}”",) if self.state else ()
