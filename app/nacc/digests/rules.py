"""What an LAO is told once a day by mail, and in which words. Facts in, answer out; "now" is passed in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clock import BANGKOK, thai_date, thai_time
from app.mails.rules import Letter
from app.nacc.waiting.rules import RoundWork
from app.plans.rules import ReportWindow

DIGEST = "digest"
MORNING = 7  # Thailand's hour from which a day's mails go: found at the beginning of the working day
AHEAD = (timedelta(days=7), timedelta(days=1))  # of a closing
FIRST_LOOK = timedelta(days=1)  # the first run of all tells of no more than a day
# Deeds still under way when a run looks are not seen by it: it looks at what has settled.
SETTLED = timedelta(minutes=5)
MOST_NAMED = 20  # rejected projects; the list on screen has them all


@dataclass(frozen=True)
class RejectedProject:
    name: str
    reason: str
    year: int


@dataclass(frozen=True)
class FailedPlan:
    year: int
    reason: str


@dataclass(frozen=True)
class ClosingRound:
    """A round that closes soon, with what the LAO has done in it."""

    window: ReportWindow
    work: RoundWork


@dataclass
class LaoNews:
    """What one LAO is told; `published`, `corrected`: fiscal years."""

    rejected: list[RejectedProject] = field(default_factory=list)
    failed: list[FailedPlan] = field(default_factory=list)
    published: list[int] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    closing: list[ClosingRound] = field(default_factory=list)

    @property
    def parts(self) -> list[Sequence[object]]:
        return [part for part in (self.closing, self.rejected, self.failed, self.published, self.corrected) if part]


@dataclass(frozen=True)
class Span:
    """What a run tells of: all that happened after `since`, up to `until`."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since < moment <= self.until


def next_span(last: datetime | None, now: datetime) -> Span | None:
    """What today's run tells of, where the run before it came to `last`; None where there is nothing new yet."""
    until = now - SETTLED
    since = last or until - FIRST_LOOK
    return Span(since, until) if since < until else None


def is_morning(now: datetime) -> bool:
    return now.astimezone(BANGKOK).hour >= MORNING


def is_told_of_closing(closes_at: datetime, span: Span, *, set_lately: bool) -> bool:
    """A week and a day ahead, once each; and at once where a closing within the week was set only now."""
    if not span.until < closes_at <= span.until + max(AHEAD):
        return False
    return set_lately or any(closes_at - ahead in span for ahead in AHEAD)


def digest_letter(name: str, news: LaoNews, now: datetime, public_url: str) -> Letter:
    """`public_url`: what links begin with."""
    told = "\n\n".join(_paragraphs(news, now, public_url))
    subject = f"เรื่องที่ต้องทราบ {len(news.parts)} เรื่อง ณ วันที่ {thai_date(now, short=True)} – e-PlanNACC"
    return Letter(subject, DIGEST_MAIL.format(name=name, told=told, settings=f"{public_url}/profile#contact"))


def _paragraphs(news: LaoNews, now: datetime, url: str) -> Iterator[str]:
    for each in news.closing:
        yield _closing(each, now, url)
    if news.rejected:
        yield _rejected(news.rejected, url)
    for plan in news.failed:
        reason = f"\n  เหตุผล: {plan.reason}" if plan.reason else ""
        yield f"● แผนปี {plan.year} ไม่ผ่าน{reason}\n  ดูที่ {url}/home?year={plan.year}"
    for year in news.published:
        yield f"● ป.ป.ช. เผยแพร่ผลประเมินปี {year} แล้ว\n  ดูคะแนนที่ {url}/evaluation?year={year}"
    for year in news.corrected:
        yield f"● ป.ป.ช. แก้ไขผลประเมินปี {year} ที่เผยแพร่แล้ว\n  ดูคะแนนที่ {url}/evaluation?year={year}"


def _closing(closing: ClosingRound, now: datetime, url: str) -> str:
    window, work = closing.window, closing.work
    assert window.closes_at
    until = f"{thai_date(window.closes_at)} เวลา {thai_time(window.closes_at)}"
    head = f"● {window.round.label} ปีงบประมาณ {window.year} ปิดรับรายงานวันที่ {until}"
    if not work.total:
        return f"{head}\n  ยังไม่มีโครงการที่บันทึกไว้ในปีนี้\n  บันทึกที่ {url}/projects/new?year={window.year}"
    missing = f"ณ เวลา {thai_time(now)} ยังไม่ได้รายงาน {work.waiting:,} จาก {work.total:,} โครงการ"
    return f"{head}\n  {missing}\n  รายงานที่ {url}/reporting?year={window.year}&round={int(window.round)}"


def _rejected(projects: Sequence[RejectedProject], url: str) -> str:
    lines = [f"● ป.ป.ช. ปฏิเสธ {len(projects):,} โครงการ แก้ไขแล้วโครงการจะกลับไปพิจารณาใหม่"]
    for each in projects[:MOST_NAMED]:
        lines.append(f"  – {each.name}")
        lines.append(f"    เหตุผล: {each.reason}")
    if len(projects) > MOST_NAMED:
        lines.append(f"  และอีก {len(projects) - MOST_NAMED:,} โครงการ")
    years = sorted({each.year for each in projects})
    lines += [f"  แก้ไขที่ {url}/projects?year={year}&review=rejected" for year in years]
    return "\n".join(lines)


DIGEST_MAIL = """เรียน ผู้ประสานงาน {name}

{told}

อีเมลนี้ส่งไม่เกินวันละ 1 ฉบับ เฉพาะวันที่มีเรื่องของหน่วยงานท่าน
เลิกรับหรือเปลี่ยนที่อยู่อีเมลได้ที่ {settings}

สำนักงาน ป.ป.ช.
"""
