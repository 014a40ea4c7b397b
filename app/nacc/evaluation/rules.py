"""What may be entered as a score, by whom and until when; totals; what a file says. Scores have two decimals."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, NamedTuple

from app.amounts import NotAnAmount, Wanted
from app.models.enums import Role, Which
from app.uploads.cells import CellProblem, Problems, Sheet, TableLine, Value, amount_in, quoted, text_of
from app.uploads.rules import CODE, YEAR, LineKey, Move, Preview, UploadLao, keyed

APART = "|"
AS_MADE = re.compile(r"(\d{1,9}\.\d\d)?")
LIKE_OURS = re.compile(r"(SAR|ผลประเมิน)\s*มิติ(ที่)?\s*\d+", re.IGNORECASE)
NO_SUCH_COLUMN = "ไม่ใช่หัวตารางคะแนนของช่วงปีนี้ ระบบไม่อ่านคอลัมน์นี้ ลบคอลัมน์ หรือเลือกปีที่มีมิตินี้แล้วส่งไฟล์ใหม่"


class ScoreDeed(StrEnum):
    """What is done to the scores of a plan year as a whole."""

    CLOSE = "close"
    OPEN = "open"
    PUBLISH = "publish"

    @property
    def label(self) -> str:
        return {"close": "ปิดรับคะแนน SAR", "open": "เปิดรับคะแนน SAR", "publish": "เผยแพร่คะแนน"}[self.value]


class ScoreCell(NamedTuple):
    """One cell of the grid; also the name of its field, in forms and in the history: sar_1."""

    which: Which
    dimension: int

    @property
    def name(self) -> str:
        return f"{self.which.value}_{self.dimension}"

    @classmethod
    def named(cls, name: str) -> "ScoreCell":
        which, dimension = name.rsplit("_", 1)
        return cls(Which(which), int(dimension))

    @property
    def label(self) -> str:
        return f"{self.which.label} มิติที่ {self.dimension}"

    @property
    def head(self) -> str:
        """The name of its column in a file."""
        short = {Which.SAR: "SAR", Which.EVALUATION: "ผลประเมิน"}
        return f"{short[self.which]} มิติ {self.dimension}"


class ScoreEntry(NamedTuple):
    """What somebody typed into a cell, and what stood there when they began."""

    value: Decimal | None
    seen: Decimal | None


ScoreValues = Mapping[ScoreCell, Decimal | None]


@dataclass(frozen=True)
class YearScores:
    """The scores of one LAO in one fiscal year; what is missing in `values` was never entered."""

    values: ScoreValues = field(default_factory=dict)
    sar_closed_at: datetime | None = None
    published_at: datetime | None = None

    def value(self, cell: ScoreCell) -> Decimal | None:
        return self.values.get(cell)

    def evaluation(self, dimension: int) -> Decimal | None:
        return self.value(ScoreCell(Which.EVALUATION, dimension))

    def total(self, which: Which) -> Decimal | None:
        """The sum of what was entered; None where nothing was: no score is not zero. A template may say "sar"."""
        return total(value for cell, value in self.values.items() if cell.which == which)

    @property
    def sar_open(self) -> bool:
        """Whether the LAO itself may still enter its SAR."""
        return self.sar_closed_at is None and self.published_at is None

    @property
    def evaluated(self) -> int:
        """In how many dimensions NACC gave a score."""
        return sum(cell.which is Which.EVALUATION and value is not None for cell, value in self.values.items())


NO_SCORES = YearScores()


@dataclass(frozen=True)
class ProposedChange:
    """A change of published scores that waits for a second person. `by`: the name of who proposed it."""

    before: ScoreValues
    after: ScoreValues
    reason: str
    by_id: int
    by: str
    at: datetime
    version: int

    @property
    def moves(self) -> list[tuple[str, Decimal | None, Decimal | None]]:
        """(label, old, new) of each cell, in the order they are shown."""
        in_order = sorted(self.after, key=lambda cell: (cell.dimension, list(Which).index(cell.which)))
        return [(cell.label, self.before.get(cell), self.after[cell]) for cell in in_order]


def as_the_lao_sees(kept: YearScores) -> YearScores:
    """Without NACC's scores until they are published."""
    if kept.published_at is not None:
        return kept
    own = {cell: value for cell, value in kept.values.items() if cell.which is Which.SAR}
    return replace(kept, values=own)


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    given = [value for value in values if value is not None]
    return sum(given, Decimal("0.00")) if given else None


def cells(dimensions: Iterable[int]) -> list[ScoreCell]:
    """Every cell of one LAO, in the order they are shown."""
    numbers = list(dimensions)
    return [ScoreCell(which, dimension) for which in Which for dimension in numbers]


def refusal(role: Role, which: Iterable[Which], kept: YearScores, reason: str) -> str:
    """The Thai sentence why those scores cannot be changed; empty where they can."""
    if role is Role.LAO:
        return _lao_refusal(set(which), kept)
    if kept.published_at is not None and not reason.strip():
        return "เผยแพร่คะแนนแล้ว ระบุเหตุผลที่แก้ไข"
    return ""


def _lao_refusal(which: set[Which], kept: YearScores) -> str:
    if which - {Which.SAR}:
        return "ผลประเมินเป็นคะแนนของ ป.ป.ช. แก้ไขจากหน้านี้ไม่ได้"
    if kept.published_at is not None:
        return "ป.ป.ช. เผยแพร่ผลประเมินปีนี้แล้ว แก้ไขคะแนน SAR ไม่ได้ หากต้องแก้ไข ให้ติดต่อ ป.ป.ช."
    if kept.sar_closed_at is not None:
        return "ป.ป.ช. ปิดรับคะแนน SAR ปีนี้แล้ว หากต้องแก้ไข ให้ติดต่อ ป.ป.ช."
    return ""


def proposal_refusal(waiting: ProposedChange | None, account_id: int | None, name: str) -> str:
    """Why no other change can be proposed, in Thai; empty where one can. Whoever proposed may propose anew.

    `name`: of the LAO.
    """
    if waiting is None or waiting.by_id == account_id:
        return ""
    return f"{name} มีข้อเสนอแก้ไขคะแนนของ {waiting.by} รออยู่ ยืนยันหรือยกเลิกข้อเสนอนั้นก่อน แล้วจึงเสนอใหม่"


def problem_with(value: Decimal | None, maximum: Decimal | None) -> str:
    """The Thai sentence why `value` is no score; empty where it is one. `maximum` None: there is no such dimension."""
    if maximum is None:
        return "ไม่มีมิตินี้ในแผนของปีนี้"
    if value is None:
        return ""
    if not 0 <= value <= maximum:
        return f"คะแนนต้องอยู่ระหว่าง 0 ถึง {maximum:,.2f}"
    return "" if value == round(value, 2) else "คะแนนมีทศนิยมได้ไม่เกิน 2 ตำแหน่ง"


def stale_cells(entries: Mapping[ScoreCell, ScoreEntry], kept: YearScores) -> list[ScoreCell]:
    """Cells somebody else changed meanwhile to something this person neither saw nor typed."""
    return [cell for cell, entry in entries.items() if kept.value(cell) not in (entry.seen, entry.value)]


def changes(wanted: ScoreValues, kept: YearScores) -> dict[ScoreCell, Decimal | None]:
    """What is really different."""
    return {cell: value for cell, value in wanted.items() if kept.value(cell) != value}


def applies(deed: ScoreDeed, kept: YearScores) -> bool:
    """Whether the deed would change anything: nothing without a score of NACC's is published."""
    if deed is ScoreDeed.PUBLISH:
        return kept.published_at is None and kept.evaluated > 0
    return (kept.sar_closed_at is None) is (deed is ScoreDeed.CLOSE)


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One row of a score file; an empty cell is not in `values`, and changes nothing.

    `before`: the scores when the file was made, None where it does not say; `since`: cells of which it was told before
    that somebody changed them since.
    """

    key: LineKey
    values: Mapping[ScoreCell, Decimal]
    before: ScoreValues | None = None
    since: Collection[ScoreCell] = ()


def heading(maxima: Mapping[int, Decimal]) -> list[str]:
    """The columns a score file needs."""
    return [CODE, YEAR, *(cell.head for cell in cells(maxima))]


def as_made(kept: YearScores, shown: Iterable[ScoreCell]) -> str:
    """All scores of a row in one cell of our own file, to tell later what was changed since."""
    return APART.join("" if kept.value(cell) is None else f"{kept.value(cell)}" for cell in shown)


def _made_with(value: Value, shown: Sequence[ScoreCell]) -> ScoreValues | None:
    """What `as_made` wrote, None where it is not there or not whole."""
    if value is None:
        return None
    parts = text_of(value).split(APART)
    if len(parts) != len(shown) or not all(AS_MADE.fullmatch(part) for part in parts):
        return None
    return {cell: Decimal(part) if part else None for cell, part in zip(shown, parts, strict=True)}


def read_file(
    sheet: Sheet, maxima: Mapping[int, Decimal], years: Collection[int], known: Mapping[str, UploadLao]
) -> tuple[list[ScoreLine], Problems]:
    """Each filled row, and every problem with its cell; `years` and `maxima` are those of one plan period."""
    shown, lines, problems = cells(maxima), list[ScoreLine](), Problems()
    for problem in (*sheet.problems, *_strange_columns(sheet)):
        problems.add(problem)
    for line, key in keyed(sheet, known, years, problems):
        values = _read_scores(sheet, line, shown, maxima, problems)
        if key:
            lines.append(ScoreLine(key, values, _made_with(line.values[len(shown) + 2], shown)))
    return lines, problems


def _strange_columns(sheet: Sheet) -> Iterator[CellProblem]:
    """Columns of scores that would be passed over: of a dimension the period does not have."""
    for head, letter in sheet.beside:
        if LIKE_OURS.fullmatch(head):
            yield CellProblem(sheet.head_row, head, NO_SUCH_COLUMN, letter)


def _read_scores(
    sheet: Sheet, line: TableLine, shown: Sequence[ScoreCell], maxima: Mapping[int, Decimal], problems: Problems
) -> dict[ScoreCell, Decimal]:
    values = {}
    for place, cell in enumerate(shown, start=2):
        typed = line.values[place]
        if typed is None:
            continue
        try:
            value = read_score(typed, maxima[cell.dimension])
        except NotAnAmount as error:
            problems.add(sheet.problem(line.number, place, str(error)))
            continue
        if value is not None:
            values[cell] = value
    return values


@lru_cache(maxsize=4096, typed=True)
def read_score(value: Value, maximum: Decimal) -> Decimal | None:
    """The score in a cell, None for a blank one. Raises NotAnAmount. The same few numbers come again and again."""
    wanted = Wanted("คะแนน", maximum=maximum, unit="คะแนน", example=f"0 ถึง {maximum:,.2f}")
    score = amount_in(value, wanted)
    if score is None and text_of(value):  # a dash takes no score away, and is not passed over either
        raise NotAnAmount(f"{quoted(value)} ไม่ใช่คะแนน เว้นว่างไว้หากไม่แก้คะแนนช่องนี้ หรือลบคะแนนในหน้าตารางคะแนน")
    return score


def preview(lines: Iterable[ScoreLine], kept: Mapping[tuple[int, int], YearScores]) -> Preview:
    """What the lines change; `kept` has the scores by LAO and year."""
    found, same = Preview(), dict[Any, Any]()  # the same scores stand in file after file: each is kept once
    for line in lines:
        id_, year = line.key.lao.id, line.key.year
        scores = kept.get((id_, year), NO_SCORES)
        moving = changes(line.values, scores)
        since = {cell for cell in moving if cell in line.since or _changed_since(line, cell, scores)}
        found.add(line.key, len(moving), len(since), partial(_moves, moving, scores, since))
        if moving:
            found.published += scores.published_at is not None
            sealed = [(cell, value, scores.values.get(cell), cell in since) for cell, value in moving.items()]
            found.sealed.append(
                (id_, year, [same.get(each) or same.setdefault(each, _sealed_score(*each)) for each in sealed])
            )
    return found


def _changed_since(line: ScoreLine, cell: ScoreCell, kept: YearScores) -> bool:
    return line.before is not None and line.before.get(cell) != kept.value(cell)


def _moves(moving: ScoreValues, kept: YearScores, since: Collection[ScoreCell]) -> list[Move]:
    return [Move(cell.head, kept.value(cell), value, cell in since) for cell, value in moving.items()]


def _sealed_score(
    cell: ScoreCell, value: Decimal | None, old: Decimal | None, since: bool
) -> tuple[str, int, str, str | None, bool]:
    """A change as JSON can hold it, for `SeenScores.of`."""
    return cell.which.value, cell.dimension, str(value), None if old is None else str(old), since


class SeenScores(NamedTuple):
    """A line of a file that was checked: what to enter, and what stood there when it was shown."""

    organisation_id: int
    year: int
    entries: dict[ScoreCell, ScoreEntry]
    since: frozenset[ScoreCell]

    @classmethod
    def of(cls, plain: list[Any]) -> "SeenScores":
        id_, year, scores = plain
        entries, since = {}, set()
        for which, dimension, value, seen, changed in scores:
            cell = ScoreCell(Which(which), dimension)
            entries[cell] = ScoreEntry(Decimal(value), None if seen is None else Decimal(seen))
            since |= {cell} if changed else set()
        return cls(id_, year, entries, frozenset(since))

    def chosen(self, everything: bool) -> dict[ScoreCell, ScoreEntry]:
        """What to enter: without what was changed since the file was made, unless everything is wanted."""
        return {cell: entry for cell, entry in self.entries.items() if everything or cell not in self.since}

    def again(self, lao: UploadLao) -> ScoreLine:
        """The line to be shown once more: what was seen is what it was made from."""
        values = {cell: entry.value for cell, entry in self.entries.items() if entry.value is not None}
        return ScoreLine(
            LineKey(lao, self.year), values, {c: entry.seen for c, entry in self.entries.items()}, self.since
        )
