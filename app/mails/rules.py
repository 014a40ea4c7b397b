"""When a mail that is owed is tried again, and what it says. Facts in, answer out."""

from datetime import datetime, timedelta
from typing import NamedTuple

# After a mail was not taken for now, as greylisting does: soon at first, then ever less often, for a day in all.
PAUSES = tuple(timedelta(minutes=each) for each in (5, 10, 20, 40, 80, 160, 240, 240, 240, 240, 165))
RESET = "reset"  # the kind of mail that brings a link for a new password
# Word of a change, to where the LAO's mail went before it; and of many tries to sign in that failed.
NEW_EMAIL, NEW_PASSWORD, NEW_FACTOR, ALARM = "new_email", "new_password", "new_factor", "alarm"
TO_THE_OLD_ADDRESS = (NEW_EMAIL, NEW_PASSWORD, NEW_FACTOR)
SIGN_IN_CODE = "sign_in_code"  # the second step of a sign-in from a new device
URGENT = (RESET, SIGN_IN_CODE)  # somebody sits and waits for it
MAILS_KEPT = timedelta(days=2 * 365)  # that an LAO was reminded, and where the mail went
NO_ADDRESS = "อปท. ไม่มีอีเมลผู้ประสานงานแล้ว"


class Letter(NamedTuple):
    """What a mail says."""

    subject: str
    text: str


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When a mail that was tried `attempts` times is tried once more; None where it has been for a day."""
    return now + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
