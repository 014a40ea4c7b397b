"""When a mail is tried again, and what its line in the log says. Facts in, answer out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.clock import thai_date, thai_time
from app.models.enums import Labelled
from app.nacc.desk.rules import DeskFilter

# After a mail was not taken for now, as greylisting does: soon at first, then ever less often, for a day in all.
PAUSES = tuple(timedelta(minutes=each) for each in (5, 10, 20, 40, 80, 160, 240, 240, 240, 240, 165))
GIVEN_UP = "ส่งไม่ได้"
NO_ADDRESS = "อปท. ไม่มีอีเมลผู้ประสานงานแล้ว"


class Letter(NamedTuple):
    """What a mail says."""

    subject: str
    text: str


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a mail that was tried `attempts` times is tried once more; None where it has been for a day."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


class MailState(Labelled):
    """Filters of the log."""

    SENT = "sent", "ส่งแล้ว"
    WAITING = "waiting", "รอส่ง"
    FAILED = "failed", GIVEN_UP


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
