"""What in the reports of an LAO should be looked at once more. Facts in, signs out.

A sign says what stands there and what to check, never that anything is wrong. The reasons for each threshold stand in
docs/decisions/0020-odd-patterns.md.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from app.models.enums import Labelled, ReportStatus, Round, SignKind
from app.words import baht, search_key

# All thresholds, so that they can be weighed against each other.
OVER_ORDINANCE = Decimal("1.05")  # times the ordinance budget: less is rounding, or moved between items
AT_ONCE = timedelta(minutes=1)
AT_ONCE_PROJECTS = 8  # one in 7.5 seconds: nobody reads, chooses and types that fast
AT_ONCE_SHARE = Decimal("0.5")  # of the reports of the round
LAST_HOUR = timedelta(hours=1)
LAST_HOUR_REPORTS = 5
LAST_HOUR_SHARE = Decimal("0.5")  # of the reports of the round
SAME_TEXT_LETTERS = 60  # of the search key, about twelve words: stock phrases are shorter
SAME_TEXT_LAOS = 5
# How long an LAO has a sign for itself where its round does not close, or where the sign arose after the closing.
LAO_FIRST = timedelta(days=7)
SEARCHED_EVERY = timedelta(days=1)
NOTHING = Decimal(0)


class TextPlace(Labelled):
    """Where an LAO writes sentences."""

    NOTE = "note", "หมายเหตุ"
    REASON = "reason", "เหตุผลที่ดำเนินการไม่ได้"
    OBSTACLES = "obstacles", "ปัญหาอุปสรรค"
    SUGGESTIONS = "suggestions", "ข้อเสนอแนะ"
    OBJECTIVE = "objective", "วัตถุประสงค์"


class ReportedLine(NamedTuple):
    """A project that counts in a round, with its report. `earlier`: its status in the round before, if there is one.

    Amounts in baht. `saves`: how often the report was saved, corrections included.
    """

    project_id: int
    status: ReportStatus
    planned: Decimal | None
    ordinance: Decimal | None
    spent: Decimal | None
    reported_at: datetime | None
    saves: int
    earlier: ReportStatus | None = None


class FoundSign(NamedTuple):
    """A sign of one project, or (None) of an LAO's whole round. `facts`: what its sentence is made of."""

    kind: SignKind
    project_id: int | None
    facts: dict[str, Any]
    arose_at: datetime

    @property
    def sentence(self) -> str:
        return sentence(self.kind, self.facts)


def earlier_round(round_: Round) -> Round | None:
    """The round of the same year before this one."""
    return max((each for each in Round if each < round_), default=None)


# --- one project ------------------------------------------------------------------------------------
def line_signs(line: ReportedLine, round_: Round) -> list[FoundSign]:
    """What a report shows by itself."""
    at = line.reported_at
    if at is None:
        return []
    told = {
        SignKind.OVER_ORDINANCE: _over_ordinance(line),
        SignKind.DONE_UNSPENT: _done_unspent(line),
        SignKind.DONE_UNDONE: _done_undone(line, round_),
    }
    return [FoundSign(kind, line.project_id, facts, at) for kind, facts in told.items() if facts]


def _over_ordinance(line: ReportedLine) -> dict[str, Any]:
    if line.ordinance is None or not line.spent or line.spent <= line.ordinance * OVER_ORDINANCE:
        return {}
    return {"spent": str(line.spent), "ordinance": str(line.ordinance)}


def _done_unspent(line: ReportedLine) -> dict[str, Any]:
    if line.status is not ReportStatus.DONE or line.spent or not line.planned:
        return {}
    return {"planned": str(line.planned)}


def _done_undone(line: ReportedLine, round_: Round) -> dict[str, Any]:
    if line.earlier is not ReportStatus.DONE or line.status is ReportStatus.DONE:
        return {}
    return {"earlier": int(earlier_round(round_) or 0), "round": int(round_), "status": line.status.value}


# --- the round of one LAO ---------------------------------------------------------------------------
def reported(lines: Iterable[ReportedLine]) -> int:
    return sum(line.reported_at is not None for line in lines)


def done_at_once(lines: Sequence[ReportedLine]) -> FoundSign | None:
    """Many projects reported as done within a minute."""
    done = sorted(line.reported_at for line in lines if line.reported_at and line.status is ReportStatus.DONE)
    number, last = max(((_within_a_minute(done, place), at) for place, at in enumerate(done)), default=(0, None))
    if last is None or number < AT_ONCE_PROJECTS or number < AT_ONCE_SHARE * reported(lines):
        return None
    return FoundSign(SignKind.DONE_AT_ONCE, None, {"number": number, "total": reported(lines)}, last)


def _within_a_minute(moments: Sequence[datetime], place: int) -> int:
    """How many of the ordered moments lie in the minute that ends with the one at `place`, itself included."""
    return place + 1 - bisect_left(moments, moments[place] - AT_ONCE, hi=place)


def saved_last(lines: Iterable[ReportedLine], closing: datetime | None) -> list[ReportedLine]:
    """The reports that were saved more than once, and at last in the hour before the closing."""
    if closing is None:
        return []
    return [
        line
        for line in lines
        if line.reported_at and line.saves > 1 and closing - LAST_HOUR <= line.reported_at < closing
    ]


def mass_change(number: int, reported: int) -> bool:
    """Whether that many changes are a large part of the round's reports."""
    return number >= LAST_HOUR_REPORTS and number >= LAST_HOUR_SHARE * reported


def last_hour(
    lines: Sequence[ReportedLine], closing: datetime | None, reported_late: Collection[int] = ()
) -> FoundSign | None:
    """Many reports changed in the last hour. Not among them: projects whose first report is of that hour too."""
    changed = [line for line in saved_last(lines, closing) if line.project_id not in reported_late]
    if not changed or not mass_change(len(changed), reported(lines)):
        return None
    at = max(line.reported_at for line in changed if line.reported_at)
    return FoundSign(SignKind.LAST_HOUR, None, {"number": len(changed), "total": reported(lines)}, at)


def round_signs(
    lines: Sequence[ReportedLine], round_: Round, closing: datetime | None, reported_late: Collection[int] = ()
) -> Iterator[FoundSign]:
    """Every sign that one LAO's own reports of a round show."""
    for line in lines:
        yield from line_signs(line, round_)
    yield from filter(None, (done_at_once(lines), last_hour(lines, closing, reported_late)))


# --- many LAOs --------------------------------------------------------------------------------------
def text_key(text: str) -> str:
    """What two texts have in common that say the same word for word; empty for one of a few words."""
    key = search_key("".join(text.split()))
    return key if len(key) >= SAME_TEXT_LETTERS else ""


def shared_by_many(laos: Collection[int]) -> bool:
    return len(laos) >= SAME_TEXT_LAOS


def same_text(project_id: int, place: TextPlace, laos: int, projects: int, found_at: datetime) -> FoundSign:
    """Of an LAO's round, shown with one project that says it. The text is not kept: it may have to go one day."""
    facts = {"place": place.value, "laos": laos, "projects": projects}
    return FoundSign(SignKind.SAME_TEXT, project_id, facts, found_at)


# --- in words ---------------------------------------------------------------------------------------
def sentence(kind: SignKind, facts: Mapping[str, Any]) -> str:
    """What stands there, and what should be checked."""
    match kind:
        case SignKind.OVER_ORDINANCE:
            return (
                f"เบิกจ่าย {_baht(facts['spent'])} มากกว่างบประมาณตามข้อบัญญัติ/เทศบัญญัติ {_baht(facts['ordinance'])} "
                "ควรตรวจสอบว่าจำนวนเงินถูกต้อง"
            )
        case SignKind.DONE_UNSPENT:
            return (
                f"รายงานว่าแล้วเสร็จ มีงบประมาณตามแผน {_baht(facts['planned'])} แต่ยังไม่มียอดเบิกจ่าย "
                "ควรตรวจสอบว่ากรอกยอดเบิกจ่ายครบแล้ว"
            )
        case SignKind.DONE_UNDONE:
            earlier, round_ = Round(facts["earlier"]).label, Round(facts["round"]).label
            status = ReportStatus(facts["status"]).label
            return f"{earlier}รายงานว่าแล้วเสร็จ แต่{round_}เป็น “{status}” ควรตรวจสอบสถานะของทั้งสองรอบ"
        case SignKind.DONE_AT_ONCE:
            return f"บันทึกว่าแล้วเสร็จ {_of(facts)} โครงการ ภายใน 1 นาที ควรตรวจสอบว่าสถานะถูกต้องทุกโครงการ"
        case SignKind.LAST_HOUR:
            return f"แก้ไขรายงาน {_of(facts)} รายการ ในชั่วโมงสุดท้ายก่อนปิดรอบ ควรตรวจสอบว่าเป็นข้อมูลที่ต้องการรายงาน"
        case SignKind.SAME_TEXT:
            others = f" (ใน {facts['projects']:,} โครงการ)" if facts["projects"] > 1 else ""
            return (
                f"{TextPlace(facts['place']).label}{others} ตรงกันทุกคำกับของ อปท. อื่น รวม {facts['laos']:,} แห่ง "
                "ควรตรวจสอบว่าตรงกับที่ดำเนินการจริง"
            )


def _baht(kept: str) -> str:
    return f"{baht(Decimal(kept))} บาท"


def _of(facts: Mapping[str, Any]) -> str:
    return f"{facts['number']:,} จาก {facts['total']:,}"


# Where what a sign says is corrected; "" for what no field of a report holds.
FIELDS = {SignKind.OVER_ORDINANCE: "spent", SignKind.DONE_UNSPENT: "spent", SignKind.DONE_UNDONE: "status"}
TEXT_FIELDS = {TextPlace.NOTE: "note", TextPlace.REASON: "cannot_text"}


def field_of(sign: FoundSign) -> str:
    """The field of the report that the sign is about."""
    if sign.kind is SignKind.SAME_TEXT:
        return TEXT_FIELDS.get(TextPlace(sign.facts["place"]), "")
    return FIELDS.get(sign.kind, "")


# --- who is told when -------------------------------------------------------------------------------
def officers_see_until(closing: datetime | None, now: datetime) -> datetime | None:
    """An officer sees the signs that arose by then: the LAO had them first. None: no sign of the round yet."""
    if closing is None:
        return now - LAO_FIRST
    return None if closing > now else max(closing, now - LAO_FIRST)


def search_due(searched_at: datetime | None, closing: datetime | None, now: datetime) -> bool:
    """Whether a round is to be searched: each day, after its closing at once, and no more when it has long closed."""
    if searched_at is None:
        return True
    if closing is not None and closing <= now:
        return searched_at < closing or (searched_at < closing + LAO_FIRST and now - searched_at >= SEARCHED_EVERY)
    return now - searched_at >= SEARCHED_EVERY
