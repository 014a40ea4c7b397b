"""What NACC may say of a project, and what it must say with it. Facts in, answer out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from app.lao.projects.rules import same_words
from app.models.enums import Action, Kind, ReviewStatus
from app.nacc.desk.rules import DeskFilter

MAX_REASON = 1000
ALIKE_FROM = 15  # letters: a shorter name stands in many others by chance


class HistoryWord(Protocol):
    """An entry of a project's history."""

    @property
    def action(self) -> str: ...


Word = TypeVar("Word", bound=HistoryWord)


def sent_back(history: Iterable[Word]) -> Word | None:
    """The rejection after which a project that waits was corrected; `history`: the latest first.

    None where it never was rejected, or the officer took the word back.
    """
    settles = {Action.REJECT.value, Action.TAKE_BACK.value, Action.APPROVE.value}
    last = next((entry for entry in history if entry.action in settles), None)
    return last if last is not None and last.action == Action.REJECT else None


def alike(name: str, other: str) -> bool:
    """Whether two names may stand for one project: the same words, or one of them inside the other."""
    short, long_ = sorted((same_words(name), same_words(other)), key=len)
    return short == long_ or (len(short) >= ALIKE_FROM and short in long_)


class Verdict(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"

    @property
    def status(self) -> ReviewStatus:
        return ReviewStatus.APPROVED if self is Verdict.APPROVE else ReviewStatus.REJECTED

    @property
    def action(self) -> Action:
        return Action.APPROVE if self is Verdict.APPROVE else Action.REJECT


APART = " – "


def reason_text(picked: str, note: str) -> str:
    """The reason an LAO reads: the picked one, then the officer's own words."""
    return APART.join(part for part in (picked, note) if part)


def picked_reason(reason: str, known: Collection[str]) -> str:
    """Which of the `known` reasons of the pick list a reason begins with, as `reason_text` made it; "" for none."""
    return next((each for each in known if reason == each or reason.startswith(f"{each}{APART}")), "")


def refusal(status: ReviewStatus, verdict: Verdict, reason: str) -> str:
    """Why a verdict cannot be given, in Thai; empty where it can. Only a pending project waits for one."""
    if status is not ReviewStatus.PENDING:
        return f"โครงการนี้มีผลพิจารณาแล้ว: {status.label}"
    if verdict is Verdict.REJECT and not reason:
        return "เลือกหรือเขียนเหตุผลที่ปฏิเสธ เพราะ อปท. จะเห็นข้อความนี้"
    if len(reason) > MAX_REASON:
        return f"เหตุผลยาว {len(reason):,} ตัวอักษร ย่อให้ไม่เกิน {MAX_REASON:,} ตัวอักษร"
    return ""


def change_refusal(status: ReviewStatus, verdict: Verdict, reason: str) -> str:
    """Why a verdict that was given cannot become another one, in Thai; empty where it can. It always needs a reason."""
    if status is ReviewStatus.PENDING:
        return "โครงการนี้กลับไปรอพิจารณาแล้ว พิจารณาตามปกติ"
    if status is verdict.status:
        return f"โครงการนี้มีผลพิจารณาเป็น “{status.label}” อยู่แล้ว"
    if not reason:
        return "เลือกหรือเขียนเหตุผลที่เปลี่ยนผลพิจารณา เพราะ อปท. จะเห็นข้อความนี้"
    return refusal(ReviewStatus.PENDING, verdict, reason)


@dataclass(frozen=True, kw_only=True)
class ReviewQueue(DeskFilter):
    """Which projects an officer looks at; empty or 0 does not narrow. `days`: waiting at least so long.

    `again`: "1" for those that were rejected before and came back corrected.
    """

    status: ReviewStatus = ReviewStatus.PENDING
    dimension: int = 0
    kind: str = ""
    year: int = 0
    days: int = 0
    again: str = ""

    @property
    def about(self) -> str:
        return self.status.label

    @property
    def narrowed(self) -> tuple[str, ...]:
        return (
            f"มิติที่ {self.dimension}" if self.dimension else "",
            f"ประเภทงาน {Kind(self.kind).label}" if self.kind else "",
            f"ปีงบประมาณ {self.year}" if self.year else "",
            f"รอมาแล้ว {self.days} วันขึ้นไป" if self.days else "",
            "ส่งกลับมาแก้แล้ว" if self.again else "",
        )

    @property
    def shape(self) -> "ReviewQueue":
        """The queue without its values: queues of one shape are asked for by one statement."""
        return ReviewQueue(
            status=self.status,
            province="x" if self.province else "",
            district="x" if self.district else "",
            lao="x" if self.lao else "",
            q=" ".join("x" for _word in self.words),
            dimension=min(self.dimension, 1),
            kind="x" if self.kind else "",
            year=min(self.year, 1),
            days=min(self.days, 1),
            again=self.again,
        )
