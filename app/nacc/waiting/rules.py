"""Where an LAO stands in one round, who is reminded, and what the reminder says. Facts in, answer out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.clock import thai_date, thai_time
from app.models.enums import Labelled, Round
from app.nacc.desk.rules import DeskFilter
from app.plans.rules import ReportWindow

REMINDER = "reminder"


class RoundStanding(Labelled):
    """What one LAO has done in one fiscal year and round."""

    NOTHING_RECORDED = "nothing_recorded", "ยังไม่บันทึกโครงการ"
    NOTHING_REPORTED = "nothing_reported", "ยังไม่รายงานเลย"
    PARTLY = "partly", "รายงานบางส่วน"
    COMPLETE = "complete", "รายงานครบแล้ว"
    SAID_NOTHING = "said_nothing", "แจ้งว่าไม่มีโครงการ"
    NOTHING_TO_REPORT = "nothing_to_report", "ไม่ต้องรายงาน"


REMINDED = frozenset({RoundStanding.NOTHING_RECORDED, RoundStanding.NOTHING_REPORTED, RoundStanding.PARTLY})
EVERYONE, DUE = "all", "due"
STATE_WORDS = {DUE: "ต้องรายงานและยังไม่ครบ"} | {each.value: each.label for each in RoundStanding}


@dataclass(frozen=True)
class RoundWork:
    """Facts of one LAO, year and round: projects that count.

    Where there is none, `rejected`: all it recorded was; `said_nothing`: it answered that there is nothing to report.
    """

    passed: bool
    total: int = 0
    reported: int = 0
    rejected: bool = False
    said_nothing: bool = False

    @property
    def waiting(self) -> int:
        return self.total - self.reported


def standing(work: RoundWork) -> RoundStanding:
    """Nothing to report: the plan did not pass, or all that was recorded is rejected. Saying so is no silence."""
    if not work.passed:
        return RoundStanding.NOTHING_TO_REPORT
    if not work.total and work.said_nothing:
        return RoundStanding.SAID_NOTHING
    if not work.total:
        return RoundStanding.NOTHING_TO_REPORT if work.rejected else RoundStanding.NOTHING_RECORDED
    if not work.reported:
        return RoundStanding.NOTHING_REPORTED
    return RoundStanding.PARTLY if work.waiting else RoundStanding.COMPLETE


def state_choices(counts: Mapping[RoundStanding, int]) -> list[tuple[str, str]]:
    """What the list can be narrowed to, with how many LAOs each leaves."""
    due = sum(counts[each] for each in REMINDED)
    numbers = {DUE: due} | {each.value: counts[each] for each in RoundStanding}
    return [(value, f"{words} ({numbers[value]:,})") for value, words in STATE_WORDS.items()]


@dataclass(frozen=True, kw_only=True)
class WaitingFilter(DeskFilter):
    """Which LAOs the desk shows for one fiscal year and round; empty does not narrow."""

    year: int
    round: Round
    state: str = EVERYONE

    @property
    def about(self) -> str:
        return f"{self.round.label} ปีงบประมาณ {self.year}"

    @property
    def narrowed(self) -> tuple[str, ...]:
        return () if self.state == EVERYONE else (f"สถานะ “{STATE_WORDS[self.state]}”",)

    def leaves(self, found: RoundStanding) -> bool:
        """Whether an LAO that stands so is shown."""
        if self.state == DUE:
            return found in REMINDED
        return self.state in (EVERYONE, found)


@dataclass(frozen=True)
class ReminderCandidate:
    """An LAO that was chosen for a reminder. No `email`: its coordinator has not given one.

    `can_report`: its window of the round is open.
    """

    organisation_id: int
    name: str
    work: RoundWork
    email: str
    mailed_today: bool
    can_report: bool = True


@dataclass(frozen=True)
class SortedCandidates:
    """Whom a reminder goes to, and how many it does not go to and why."""

    mailed: list[ReminderCandidate]
    without_email: int
    already_today: int
    not_needed: int
    not_open: int = 0


def sort_out(candidates: Iterable[ReminderCandidate]) -> SortedCandidates:
    """Each candidate stands in exactly one place.

    Not needed comes first, then a window that is not open, then no address, then reminded today.
    """
    mailed: list[ReminderCandidate] = []
    without_email = already_today = not_needed = not_open = 0
    for each in candidates:
        if standing(each.work) not in REMINDED:
            not_needed += 1
        elif not each.can_report:
            not_open += 1
        elif not each.email:
            without_email += 1
        elif each.mailed_today:
            already_today += 1
        else:
            mailed.append(each)
    return SortedCandidates(mailed, without_email, already_today, not_needed, not_open)


def subject(year: int, round_: Round) -> str:
    return f"แจ้งเตือนรายงานผล {round_.label} ปีงบประมาณ {year} – e-PlanNACC"


def body(name: str, total: int, waiting: int, counted_at: datetime, window: ReportWindow, public_url: str) -> str:
    """The reminder: what is missing as of `counted_at`, until when, and where to do it."""
    when = f"ณ วันที่ {thai_date(counted_at)} เวลา {thai_time(counted_at)}"
    if total:
        missing = f"{when} ยังไม่ได้รายงานผล {waiting:,} โครงการ จากทั้งหมด {total:,} โครงการ"
        path = f"/reporting?year={window.year}"
    else:
        missing = f"{when} ยังไม่มีโครงการที่บันทึกไว้ในปีงบประมาณ {window.year}"
        path = "/projects/new"
    closing = ""
    if window.closes_at is not None and counted_at < window.closes_at:
        closing = f"ปิดรับรายงานวันที่ {thai_date(window.closes_at)} เวลา {thai_time(window.closes_at)}\n"
    return REMINDER_MAIL.format(
        name=name,
        round=window.round.label,
        year=window.year,
        missing=missing,
        closing=closing,
        link=f"{public_url}{path}",
    )


REMINDER_MAIL = """เรียน ผู้ประสานงาน {name}

รายงานผลการดำเนินงานตามแผนปฏิบัติการป้องกันการทุจริต {round} ปีงบประมาณ พ.ศ. {year}
{missing}
{closing}
เข้าสู่ระบบเพื่อดำเนินการได้ที่

{link}

หากดำเนินการครบถ้วนแล้วหลังจากเวลาข้างต้น ไม่ต้องทำอะไร

สำนักงาน ป.ป.ช.
"""
