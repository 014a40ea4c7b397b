"""What a mail's line in the log says. Facts in, answer out."""

from dataclasses import dataclass
from datetime import date, datetime

from app.clock import thai_date, thai_time
from app.mails.rules import ALARM, NEW_EMAIL, NEW_FACTOR, NEW_PASSWORD, RESET, SIGN_IN_CODE
from app.models.enums import Labelled, Round
from app.nacc.desk.rules import DeskFilter

ABOUT = {
    RESET: "ลิงก์ตั้งรหัสผ่านใหม่",
    NEW_EMAIL: "แจ้งการเปลี่ยนอีเมล",
    NEW_PASSWORD: "แจ้งการเปลี่ยนรหัสผ่าน",
    NEW_FACTOR: "แจ้งการเปลี่ยนการยืนยันตัวตนขั้นที่สอง",
    SIGN_IN_CODE: "รหัสเข้าสู่ระบบขั้นที่สอง",
    ALARM: "แจ้งการเข้าสู่ระบบที่ไม่สำเร็จ",
}
GIVEN_UP = "ส่งไม่ได้"


class MailState(Labelled):
    """Filters of the log."""

    SENT = "sent", "ส่งแล้ว"
    WAITING = "waiting", "รอส่ง"
    FAILED = "failed", GIVEN_UP


def about(kind: str, round_: int | None, fiscal_year: int | None) -> str:
    """What a mail of the log is about, in a few words."""
    if kind in ABOUT:
        return ABOUT[kind]
    return f"เตือน {Round(round_).label} ปี {fiscal_year}" if round_ else "เรื่องที่ต้องทราบประจำวัน"


def mail_words(day: date, sent_at: datetime | None, given_up_at: datetime | None, next_try_at: datetime | None) -> str:
    """What became of a mail that was queued on `day`."""
    if sent_at is not None:
        return f"ส่งแล้ว {_short(sent_at)}"
    if given_up_at is not None:
        return f"{GIVEN_UP} {_short(given_up_at)}"
    if next_try_at is not None:
        return f"รอส่ง ลองอีกครั้ง {_short(next_try_at)}"
    return f"รอส่ง {thai_date(day, short=True)}"


def _short(moment: datetime) -> str:
    return f"{thai_date(moment, short=True)} {thai_time(moment)}"


@dataclass(frozen=True, kw_only=True)
class MailFilter(DeskFilter):
    """A page of the mails; the year and round last chosen go along."""

    year: int = 0
    round: int = 0
    state: str = ""

    @property
    def state_label(self) -> str:
        return MailState(self.state).label
