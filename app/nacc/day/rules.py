"""What the day of somebody at NACC is made of: figures that lead to their desk, and how old things are.

Facts in, answer out; "now" is passed in.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from app.clock import thai_date, thai_time
from app.models.enums import Action, Role
from app.nacc.desk.rules import DeskFilter
from app.nacc.review.rules import picked_reason
from app.plans.rules import ReportWindow
from app.words import half_up

LONG = 30  # days, from which something waits long
CLOSES_SOON, CLOSED_LATELY = timedelta(days=30), timedelta(days=14)
EXTRA_ENDS_SOON = timedelta(days=14)
MOST_NAMED = 10  # of those whose extra time ends, and of provinces at first sight
DAY_SECONDS = timedelta(days=1).total_seconds()


@dataclass(frozen=True)
class DeskNumber:
    """A number, and the desk whose list has just so many rows.

    `hint`: what else to know of it. `below`: it is a part of the number above.
    """

    words: str
    number: int
    unit: str
    address: str
    hint: str = ""
    below: bool = False


def desk_number(words: str, number: int, unit: str, path: str, asked: DeskFilter, **more: Any) -> DeskNumber:
    """The number of rows that the desk at `path` shows for `asked`."""
    query = asked.query()
    return DeskNumber(words, number, unit, f"{path}?{query}" if query else path, **more)


@dataclass(frozen=True)
class Due:
    """A day by which something ends, and where to see whom it is about."""

    words: str
    when: str
    address: str
    number: DeskNumber | None = None


def closing_words(window: ReportWindow, now: datetime) -> str:
    """Until when a round can be reported, or since when it cannot."""
    assert window.closes_at is not None
    when = f"{thai_date(window.closes_at)} เวลา {thai_time(window.closes_at)}"
    if window.closes_at <= now:
        return f"ปิดแล้วเมื่อ {when}"
    return f"ปิด {when} ({in_days(window.closes_at - now)})"


def in_days(left: timedelta) -> str:
    return f"อีก {left.days:,} วัน" if left.days else "ภายใน 24 ชั่วโมง"


def days(since: datetime, now: datetime) -> int:
    """Whole days since then, as the filter of waiting days counts them."""
    return max((now - since).days, 0)


def middle_days(spans: Sequence[timedelta]) -> int | None:
    """The median in whole days; None of nothing."""
    return int(median(span.total_seconds() for span in spans) // DAY_SECONDS) if spans else None


@dataclass(frozen=True)
class Age:
    """How long what waits has waited, in days: half of it at least `median`, the first `longest`."""

    median: int
    longest: int


@dataclass(frozen=True)
class ProvinceLoad:
    """What waits in one province. `oldest`: in days, of the projects that wait; None where none does."""

    code: str
    name: str
    waiting: int
    oldest: int | None
    long: int
    without_status: int
    unclaimed: int
    never: int


def heaviest_first(loads: Iterable[ProvinceLoad]) -> list[ProvinceLoad]:
    """By the projects that wait; those alike stay in the order they come in."""
    return sorted(loads, key=lambda load: -load.waiting)


@dataclass(frozen=True)
class Verdicts:
    """How many projects somebody approved and rejected."""

    approved: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        return self.approved + self.rejected

    @property
    def rejected_percent(self) -> Decimal:
        return half_up(Decimal(100) * self.rejected / self.total) if self.total else Decimal(0)


def verdicts_of(numbers: Iterable[tuple[str, int]]) -> Verdicts:
    """Out of actions and how often each was done."""
    found = dict(numbers)
    return Verdicts(found.get(Action.APPROVE, 0), found.get(Action.REJECT, 0))


@dataclass(frozen=True)
class StaffLoad:
    """What one person of NACC decided, and when they were here last."""

    id: int
    username: str
    name: str
    role: Role
    provinces: Sequence[str]
    today: Verdicts
    month: Verdicts
    last_login_at: datetime | None
    locked: bool


@dataclass(frozen=True)
class DeedLine:
    """A line of what somebody did: how many today, and in this month. `below`: it is a part of the line above."""

    words: str
    unit: str
    today: int
    month: int
    below: bool = False


Tally = dict[tuple[str, str], int]  # by action and reason
OWN_WORDS = "เหตุผลที่เขียนเอง"
LINES = (
    (Action.APPROVE, "รับรอง", "โครงการ"),
    (Action.REJECT, "ปฏิเสธ", "โครงการ"),
    (Action.TAKE_BACK, "เลิกทำผลพิจารณา", "โครงการ"),
    (Action.SET_PLAN_YEAR, "เปลี่ยนผลแผน", "แห่ง"),
)


def deed_lines(today: Tally, month: Tally, known_reasons: Collection[str]) -> list[DeedLine]:
    """What somebody did, the rejections by reason: those of the pick list, and all others together."""
    lines: list[DeedLine] = []
    for action, words, unit in LINES:
        lines.append(DeedLine(words, unit, _done(today, action), _done(month, action)))
        if action is Action.REJECT:
            of_today, of_month = (_by_reason(tally, known_reasons) for tally in (today, month))
            reasons = sorted(of_month, key=lambda reason: (-of_month[reason], reason))
            lines += [DeedLine(each, unit, of_today.get(each, 0), of_month[each], True) for each in reasons]
    return lines


def _done(tally: Tally, action: Action) -> int:
    return sum(number for (each, _reason), number in tally.items() if each == action)


def _by_reason(tally: Tally, known: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (action, reason), number in tally.items():
        if action == Action.REJECT:
            picked = picked_reason(reason, known) or OWN_WORDS
            found[picked] = found.get(picked, 0) + number
    return found
