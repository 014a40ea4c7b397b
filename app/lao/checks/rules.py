"""What is missing in a round, and what looks odd in one report. Facts in, answer out.

What the reports of an LAO show beside each other is app/lao/signs; unusual amounts are those of `amount_question`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from app.lao.reporting.rules import ReportFacts
from app.models.enums import CannotReason, Labelled, ReportStatus, Round
from app.words import search_key

SHORTEST_REASON = 6  # letters of the search key: "-", "อื่นๆ" and the like explain nothing


class CheckKind(Labelled):
    """What a checklist is grouped by, in the order it is shown."""

    NOT_REPORTED = "not_reported", "ยังไม่รายงานผล"
    NO_REASON = "no_reason", "ไม่สามารถดำเนินการได้ แต่ไม่ได้อธิบายเหตุผล"
    NO_OBSTACLES = "no_obstacles", "ไม่สามารถดำเนินการได้ แต่ไม่ได้เขียนปัญหาอุปสรรค"
    REJECTED = "rejected", "ป.ป.ช. ปฏิเสธ และยังไม่แก้ไข"
    NOT_IN_PROFILE = "not_in_profile", "ข้อมูลพื้นฐานที่ต้องใช้ในเอกสารลงนาม"
    NO_ORDINANCE_BUDGET = "no_ordinance_budget", "บรรจุในข้อบัญญัติ/เทศบัญญัติ แต่งบประมาณเป็น 0 บาท"
    SPENT_CANNOT = "spent_cannot", "ไม่สามารถดำเนินการได้ แต่มียอดเบิกจ่าย"
    UNUSUAL_AMOUNT = "unusual_amount", "จำนวนเงินที่ผิดไปจากปกติ"
    UNFINISHED = "unfinished", "อยู่ระหว่างดำเนินการ"

    @property
    def missing(self) -> bool:
        """Whether something is left to be done; the others are only to be looked at."""
        return self in MISSING

    @property
    def hint(self) -> str:
        return HINTS.get(self, "")


MISSING = frozenset(list(CheckKind)[:5])
HINTS = {
    CheckKind.REJECTED: "ไม่ต้องรายงานและไม่นับ ถ้าแก้ไขแล้ว ป.ป.ช. จะพิจารณาใหม่",
    CheckKind.NO_ORDINANCE_BUDGET: "ถ้าไม่ใช้งบประมาณจริงไม่ต้องทำอะไร",
    CheckKind.UNFINISHED: "ทั้งที่เป็นรอบสุดท้ายของปี ตรวจว่ายังไม่แล้วเสร็จจริง",
}


class CheckedReport(NamedTuple):
    """A project that counts in a round, with its report; `planned` in baht."""

    project_id: int
    name: str
    planned: Decimal | None
    facts: ReportFacts


class CheckItem(NamedTuple):
    """One thing to look at: where it stands, what it is called there, and more where the kind does not say all."""

    address: str
    name: str
    sentence: str = ""


CheckGroups = Mapping[CheckKind, Sequence[CheckItem]]


def _no_reason(each: CheckedReport, _round: Round) -> bool:
    said = search_key("".join((each.facts.cannot_text or "").split()))
    return each.facts.cannot_reason is CannotReason.OTHER and len(said) < SHORTEST_REASON


def _no_obstacles(each: CheckedReport, _round: Round) -> bool:
    return each.facts.status is ReportStatus.CANNOT and not each.facts.obstacles


def _no_ordinance_budget(each: CheckedReport, _round: Round) -> bool:
    return each.facts.ordinance_budget == 0 and bool(each.planned)


def _spent_cannot(each: CheckedReport, _round: Round) -> bool:
    return each.facts.status is ReportStatus.CANNOT and bool(each.facts.spent)


def _unfinished(each: CheckedReport, round_: Round) -> bool:
    return each.facts.status is ReportStatus.IN_PROGRESS and round_ is max(Round)


# Of one report: whether it is of this kind, and the field that says so.
BY_REPORT: Mapping[CheckKind, tuple[Callable[[CheckedReport, Round], bool], str]] = {
    CheckKind.NOT_REPORTED: (lambda each, _round: each.facts.status is ReportStatus.NOT_REPORTED, "status"),
    CheckKind.NO_REASON: (_no_reason, "cannot_text"),
    CheckKind.NO_OBSTACLES: (_no_obstacles, "obstacles"),
    CheckKind.NO_ORDINANCE_BUDGET: (_no_ordinance_budget, "ordinance_budget"),
    CheckKind.SPENT_CANNOT: (_spent_cannot, "spent"),
    CheckKind.UNFINISHED: (_unfinished, "status"),
}


def kinds_of(report: CheckedReport, round_: Round) -> Iterable[tuple[CheckKind, str]]:
    """(kind, field) of everything that one report shows by itself."""
    return [(kind, field) for kind, (shows, field) in BY_REPORT.items() if shows(report, round_)]


def number_of(groups: CheckGroups, *, missing: bool) -> int:
    return sum(len(found) for kind, found in groups.items() if kind.missing is missing)
