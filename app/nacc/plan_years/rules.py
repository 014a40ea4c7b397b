"""Reading what a plan-year file says, and what it would change; a broken file is refused whole."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from app.models.enums import Labelled, PlanStatus
from app.nacc.desk.rules import DeskFilter
from app.uploads.cells import Problems, Sheet, Value, quoted, text_of
from app.uploads.rules import CODE, WHEN_MADE, YEAR, LineKey, Move, Preview, UploadLao, keyed

RESULT = "ผลแผน"
REASON = "เหตุผลที่แผนไม่ผ่าน"
OPTIONAL = (WHEN_MADE, REASON)
MAX_REASON = 1000
NO_REASON = "เขียนเหตุผลที่แผนไม่ผ่าน เพราะ อปท. จะเห็นข้อความนี้"
COLUMNS = (CODE, YEAR, RESULT)
STATUS_BY_WORD = {status.label: status for status in PlanStatus} | {
    "ผ่าน": PlanStatus.PASSED,
    "ไม่ผ่าน": PlanStatus.FAILED,
    "ไม่ส่ง": PlanStatus.NOT_SENT,
}


def listed(counts: Mapping[PlanStatus, int], status: str) -> int:
    """How many LAOs a filter by `status` leaves of those counted; "" leaves all."""
    return counts[PlanStatus(status)] if status else sum(counts.values())


class PlanLine(NamedTuple):
    """One row of a file. `before`: the status when the file was made, None where it does not say.

    `since`: it was told before that somebody changed it since the file was made. `reason`: why it failed.
    """

    key: LineKey
    status: PlanStatus
    before: PlanStatus | None = None
    since: bool = False
    reason: str = ""


def read_lines(sheet: Sheet, years: Collection[int], known: Mapping[str, UploadLao]) -> tuple[list[PlanLine], Problems]:
    """Each filled row, and every problem with its cell; `years` are those of the plan periods."""
    lines, problems = [], Problems()
    for problem in sheet.problems:
        problems.add(problem)
    for line, key in keyed(sheet, known, years, problems):
        _code, _year, word, *before = line.values
        status = STATUS_BY_WORD.get(text_of(word))
        if status is None:
            labels = ", ".join(each.label for each in PlanStatus)
            problems.add(sheet.problem(line.number, 2, f"{quoted(word)} ไม่ใช่ผลแผน ใช้ {labels}"))
        elif len(text_of(before[-1])) > MAX_REASON if len(before) > 1 else False:
            problems.add(sheet.problem(line.number, 4, f"เหตุผลยาวเกิน {MAX_REASON:,} ตัวอักษร ย่อให้สั้นลง"))
        elif key:
            lines.append(_plan_line(key, status, *before))
    return lines, problems


def _plan_line(key: LineKey, status: PlanStatus, before: Value = None, reason: Value = None) -> PlanLine:
    why = text_of(reason) if status is PlanStatus.FAILED else ""
    return PlanLine(key, status, STATUS_BY_WORD.get(text_of(before)), reason=why)


def preview(lines: Iterable[PlanLine], kept: Mapping[tuple[int, int], PlanStatus]) -> Preview:
    """What the lines change; `kept` has the status by LAO and year, and none for a plan that was not sent."""
    found = Preview()
    for line in lines:
        id_, year = line.key.lao.id, line.key.year
        move = Move("", kept.get((id_, year), PlanStatus.NOT_SENT), line.status, line.since)
        if line.before not in (None, move.old):
            move = move._replace(since=True)
        moves = [move] if move.old is not move.new else []
        found.add(line.key, len(moves), len(moves) * move.since, partial(list, moves))
        found.sealed += [(id_, year, each.new.value, each.old.value, each.since, line.reason) for each in moves]
    return found


class SeenStatus(NamedTuple):
    """A line of a file that was checked: what to set, and what stood there when it was shown."""

    organisation_id: int
    year: int
    status: PlanStatus
    seen: PlanStatus
    since: bool
    reason: str = ""

    @classmethod
    def of(cls, plain: list[Any]) -> "SeenStatus":
        id_, year, status, seen, since, reason = plain
        return cls(id_, year, PlanStatus(status), PlanStatus(seen), since, reason)

    def again(self, lao: UploadLao) -> PlanLine:
        """The line to be shown once more: what was seen is what it was made from."""
        return PlanLine(LineKey(lao, self.year), self.status, self.seen, self.since, self.reason)


class ScoreStanding(Labelled):
    """How far NACC's scores of a plan year are."""

    NONE = "none", "ยังไม่ให้คะแนน"
    PARTLY = "partly", "ให้คะแนนไม่ครบทุกมิติ"
    UNPUBLISHED = "unpublished", "ยังไม่เผยแพร่"
    PUBLISHED = "published", "เผยแพร่แล้ว"


@dataclass(frozen=True, kw_only=True)
class PlanFilter(DeskFilter):
    """Which LAOs the desk shows for `year`; empty does not narrow."""

    year: int
    status: str = ""
    scores: str = ""

    @property
    def about(self) -> str:
        return f"ปีงบประมาณ {self.year}"

    @property
    def narrowed(self) -> tuple[str, ...]:
        return (
            f"ผลแผน “{PlanStatus(self.status).label}”" if self.status else "",
            f"คะแนน “{ScoreStanding(self.scores).label}”" if self.scores else "",
        )
