"""Sending a round whole: what is in it, what keeps it from being sent, what a receipt says. Facts in, answer out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from app.lao.fixed_rounds.rules import FixedLine, digest_of_reports, sums_of
from app.lao.reporting.rules import RoundSummary
from app.models.enums import Level, ReportStatus, ReviewStatus, Round
from app.words import baht, count_text, percent_text

FigureLines = list[tuple[str, str]]  # label, words
Differences = list[tuple[str, str, str]]  # label, as the form showed it, as it is now


class Figures(NamedTuple):
    """What is sent, and stands on the receipt. Amounts in baht; `sha256` of the projects it was counted from."""

    total: int
    done: int
    in_progress: int
    cannot: int
    percent: Decimal
    level: Level
    planned: Decimal
    ordinance_budget: Decimal
    spent: Decimal
    budget_percent: Decimal | None
    sha256: str


EXACT = ("percent", "planned", "ordinance_budget", "spent", "budget_percent")


def figures_of(summary: RoundSummary, lines: Sequence[FixedLine]) -> Figures:
    counts, money = summary.counts, summary.money
    return Figures(
        *(counts.total, counts.done, counts.in_progress, counts.cannot, counts.percent, summary.level),
        *(money.planned, money.ordinance, money.spent, money.percent, digest_of_reports(lines)),
    )


def figures_in(kept: Mapping[str, Any]) -> Figures:
    """The figures of an entry of the history, where they stand in JSON."""
    exact: dict[str, Any] = {name: kept[name] and Decimal(kept[name]) for name in EXACT}
    return Figures(**{**{name: kept[name] for name in Figures._fields}, **exact, "level": Level(kept["level"])})


class FigureWords(NamedTuple):
    """How screen, paper and the page for checking name a figure and write it."""

    name: str
    label: str
    write: Callable[[Any], str]


def _label(level: Level) -> str:
    return level.label


FIGURES = (
    FigureWords("total", "โครงการที่ต้องรายงาน", count_text),
    FigureWords("done", ReportStatus.DONE.label, count_text),
    FigureWords("in_progress", ReportStatus.IN_PROGRESS.label, count_text),
    FigureWords("cannot", ReportStatus.CANNOT.label, count_text),
    FigureWords("percent", "แล้วเสร็จคิดเป็นร้อยละ", percent_text),
    FigureWords("level", "ระดับ", _label),
    FigureWords("planned", "งบประมาณตามแผน (บาท)", baht),
    FigureWords("ordinance_budget", "งบประมาณตามข้อบัญญัติ/เทศบัญญัติ (บาท)", baht),
    FigureWords("spent", "เบิกจ่ายจริง (บาท)", baht),
    FigureWords("budget_percent", "เบิกจ่ายคิดเป็นร้อยละของแผน", percent_text),
)


def in_words(figures: Figures) -> FigureLines:
    """(label, words) of every figure, in the order of the paper."""
    return [(each.label, each.write(getattr(figures, each.name))) for each in FIGURES]


NOTHING_TO_REPORT = "แจ้งว่าไม่มีโครงการที่ต้องรายงานในรอบนี้"
MOST_REASON = 500  # letters
OTHER_PROJECTS = "สถานะ เหตุผล หรือจำนวนเงินของบางโครงการ"


def sealed(figures: Figures) -> str:
    """What a form carries of the figures it shows."""
    return urlencode([*((label, words) for label, words in in_words(figures)), ("sha256", figures.sha256)])


def changed_since(shown: str, figures: Figures) -> Differences:
    """What is another than in the form; empty where it showed what is sent now."""
    before = dict(parse_qsl(shown))
    if before.get("sha256") == figures.sha256 and sealed(figures) == shown:
        return []
    found = [(label, before.get(label, "–"), words) for label, words in in_words(figures) if before.get(label) != words]
    return found or [(OTHER_PROJECTS, "ตามที่แสดงไว้เดิม", "มีการแก้ไข")]


@dataclass(frozen=True)
class RoundToSend:
    """One round of one LAO as it stands now. `closed`: why nothing can be reported in it, in Thai; empty: it is open.

    `code`, `name`: of the LAO as papers name it.
    """

    organisation_id: int
    code: str
    name: str
    year: int
    round: Round
    passed: bool
    closed: str
    lines: Sequence[FixedLine]

    @cached_property
    def summary(self) -> RoundSummary:
        sums = {number: (each.counts, each.money) for number, each in sums_of(self.lines).items() if each.counts.total}
        return RoundSummary(self.round, self.passed, sums)

    @cached_property
    def figures(self) -> Figures:
        return figures_of(self.summary, self.lines)

    @property
    def refusal(self) -> str:
        """Why it cannot be sent, and what to do, in Thai; empty where it can."""
        counts = self.summary.counts
        if self.closed:
            return self.closed
        if counts.waiting:
            return f"ยังส่งไม่ได้ เพราะยังไม่รายงานผล {counts.waiting:,} โครงการ รายงานให้ครบก่อน แล้วกลับมาส่ง"
        return ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to report: what can be sent then is that answer, with a reason."""
        return not self.closed and not self.summary.counts.total

    def reason_refusal(self, reason: str) -> str:
        """Why the round cannot be sent with this reason, in Thai; empty where it can."""
        return "" if reason or not self.empty else "เขียนเหตุผลว่าทำไมไม่มีโครงการที่ต้องรายงานในรอบนี้"

    @property
    def hints(self) -> list[str]:
        """What to look at before sending, in Thai; it keeps nobody from it."""
        pending = sum(line.counted and line.review is ReviewStatus.PENDING for line in self.lines)
        if not pending:
            return []
        return [f"ป.ป.ช. ยังไม่พิจารณา {pending:,} โครงการ ส่งได้เลย หากภายหลังมีโครงการถูกปฏิเสธ ให้ส่งใหม่อีกครั้ง"]


@dataclass(frozen=True)
class Receipt:
    """A round that was sent, as the history keeps it. `id`: of its entry; `reason`: why there was nothing to report."""

    id: int
    at: datetime
    organisation_id: int
    year: int
    round: Round
    code: str
    name: str
    figures: Figures
    reason: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether it is the answer that there was nothing to report: not the same as silence."""
        return not self.figures.total

    def word_since(self, newest: int, lines: Sequence[FixedLine]) -> str:
        """What became of it, in Thai; empty where it is the last word. `newest`: the last receipt of the round."""
        if self.id != newest:
            return "มีการแก้ไขหลังส่ง และ อปท. ส่งใหม่แล้ว ใบรับนี้ไม่ใช่ฉบับล่าสุด"
        if self.figures.sha256 != digest_of_reports(lines):
            return "มีการแก้ไขหลังส่ง ข้อมูลปัจจุบันไม่ตรงกับใบรับนี้แล้ว"
        return ""


def receipt_of(id_: int, at: datetime, key: str, kept: Mapping[str, Any], reason: str = "") -> Receipt:
    """`key`: LAO, year and round as the history has it; `kept`: what the entry tells. Its reason is not public."""
    organisation_id, year, round_ = map(int, key.split("/"))
    of = (organisation_id, year, Round(round_))
    return Receipt(id_, at, *of, kept["code"], kept["name"], figures_in(kept), reason)
