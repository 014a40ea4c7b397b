"""Reading what a plan-year file says, and what it would change; a broken file is refused whole."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from app.models.enums import Labelled, PlanStatus
from app.nacc.desk.rules import DeskFilter
from app.spreadsheets.csv_files import STARTS_FORMULA
from app.uploads.cells import Marked, Problems, Sheet, Value, quoted, text_of
from app.uploads.rules import CODE, WHEN_MADE, YEAR, LineKey, Move, Preview, UploadLao, keyed
from app.words import clean_text

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

    `since`: it was told before that somebody changed it since the file was made. `reason`: why it failed, and
    `reason_before`: why it had failed when that was shown.
    """

    key: LineKey
    status: PlanStatus
    before: PlanStatus | None = None
    since: bool = False
    reason: str = ""
    reason_before: str | None = None


def read_lines(
    sheet: Sheet, years: Collection[int], known: Mapping[str, UploadLao], failed: Collection[tuple[int, int]] = ()
) -> tuple[list[PlanLine], Problems]:
    """Each filled row, and every problem with its cell; `years` are those of the plan periods.

    `failed`: (organisation id, year) of plans that failed already, of which a row need not say why.
    """
    lines, problems = [], Problems()
    for problem in sheet.problems:
        problems.add(problem)
    for line, key in keyed(sheet, known, years, problems):
        _code, _year, word, before, why = (*line.values, None)[:5]
        status, reason = STATUS_BY_WORD.get(text_of(word)), _reason_in(why)
        if status is None:
            labels = ", ".join(each.label for each in PlanStatus)
            problems.add(sheet.problem(line.number, 2, f"{quoted(word)} ไม่ใช่ผลแผน ใช้ {labels}"))
        elif isinstance(why, Marked):
            problems.add(sheet.problem(line.number, 4, f"{quoted(why)} พิมพ์เหตุผลเป็นข้อความ ไม่เกิน {MAX_REASON:,} ตัวอักษร"))
        elif len(reason) > MAX_REASON:
            problems.add(sheet.problem(line.number, 4, f"เหตุผลยาวเกิน {MAX_REASON:,} ตัวอักษร ย่อให้สั้นลง"))
        elif key and status is PlanStatus.FAILED and not reason and (key.lao.id, key.year) not in failed:
            problems.add(sheet.problem(line.number, 4, NO_REASON))
        elif key:
            said = reason if status is PlanStatus.FAILED else ""
            lines.append(PlanLine(key, status, STATUS_BY_WORD.get(text_of(before)), reason=said))
    return lines, problems


def _reason_in(value: Value) -> str:
    """The reason in a cell, without the apostrophe that keeps a spreadsheet from reading it as a formula."""
    text = clean_text("" if value is None else str(value))
    return text[1:] if text.startswith("'") and text[1:].startswith(STARTS_FORMULA) else text


def preview(
    lines: Iterable[PlanLine],
    kept: Mapping[tuple[int, int], PlanStatus],
    because: Mapping[tuple[int, int], str] | None = None,
) -> Preview:
    """What the lines change; `kept` has the status by LAO and year, and none for a plan that was not sent, and
    `because` why it failed."""
    found = Preview()
    for line in lines:
        place = line.key.lao.id, line.key.year
        old, why = kept.get(place, PlanStatus.NOT_SENT), (because or {}).get(place, "")
        since = line.since or line.before not in (None, old) or line.reason_before not in (None, why)
        moves = [Move("", old, line.status, since)] if old is not line.status else []
        if line.reason and line.reason != why:
            moves.append(Move("เหตุผล", why or None, line.reason, since))
        found.add(line.key, len(moves), len(moves) * since, partial(list, moves))
        if moves:
            found.sealed.append((*place, line.status.value, old.value, since, line.reason, why))
    return found


class SeenStatus(NamedTuple):
    """A line of a file that was checked: what to set, and what stood there when it was shown.

    `why`: why it had failed then.
    """

    organisation_id: int
    year: int
    status: PlanStatus
    seen: PlanStatus
    since: bool
    reason: str = ""
    why: str = ""

    @classmethod
    def of(cls, plain: list[Any]) -> "SeenStatus":
        id_, year, status, seen, since, reason, why = plain
        return cls(id_, year, PlanStatus(status), PlanStatus(seen), since, reason, why)

    def was_changed(self, status: PlanStatus, why: str) -> bool:
        """Whether what stands there now is neither what was shown nor what is to be set."""
        return status not in (self.seen, self.status) or (bool(self.reason) and why not in (self.why, self.reason))

    def again(self, lao: UploadLao) -> PlanLine:
        """The line to be shown once more: what was seen is what it was made from."""
        return PlanLine(LineKey(lao, self.year), self.status, self.seen, self.since, self.reason, self.why)


class PlanMove(NamedTuple):
    """What an LAO's plan of a year is to be. `reason`: why it fails."""

    organisation_id: int
    year: int
    status: PlanStatus
    reason: str = ""


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
