"""What a file would change: its lines and what stands in the system go in; a preview or every problem comes out."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.uploads.cells import Problems, Sheet, TableLine, digits_of, quoted

CODE, YEAR = "รหัส", "ปีงบประมาณ"
WHEN_MADE = "ค่าเดิมตอนทำไฟล์"  # the last column of our own files: by it a change made since is noticed
WHEN_MADE_EXPLAINED = "ไม่ต้องแก้ เมื่อนำไฟล์กลับเข้าระบบ ใช้ตรวจว่ามีผู้เปลี่ยนค่าในระบบหลังทำไฟล์หรือไม่"
CHANGED_MEANWHILE = "ระหว่างที่ท่านตรวจ มีผู้เปลี่ยนค่าในระบบ ยังไม่มีอะไรถูกนำเข้า ตรวจแถวที่มีเครื่องหมาย แล้วยืนยันอีกครั้ง"
SHOWN = 100


class UploadLao(NamedTuple):
    """The LAO a code of the file leads to; `code` is today's."""

    id: int
    code: str
    name: str
    closed: bool = False


class LineKey(NamedTuple):
    """Whom and which year a line is about, and the cell of the year where it stands in a file."""

    lao: UploadLao
    year: int
    cell: str = ""


def keyed(
    sheet: Sheet, known: Mapping[str, UploadLao], years: Collection[int], problems: Problems
) -> Iterator[tuple[TableLine, LineKey | None]]:
    """Each line with whom and which year it is about; None where that is wrong, which `problems` then tell.

    The first two heads are code and year; `known` has the LAOs the sender may change, by today's and former codes.
    """
    seen: dict[tuple[int, int], int] = {}
    for line in sheet.lines:
        lao, year = known.get(digits_of(line.values[0])), digits_of(line.values[1])
        wrong = [(0, _code_problem(line, lao)), (1, _year_problem(line, year, years))]
        key = (
            LineKey(lao, int(year), f"{sheet.letters[1]}{line.number}")
            if lao and not any(text for _place, text in wrong)
            else None
        )
        if key and (first := seen.setdefault((key.lao.id, key.year), line.number)) != line.number:
            wrong, key = [(0, f"{key.lao.code} {key.lao.name} ปี {year} ซ้ำกับแถวที่ {first}")], None
        for place, text in wrong:
            if text:
                problems.add(sheet.problem(line.number, place, text))
        yield line, key


def _code_problem(line: TableLine, lao: UploadLao | None) -> str:
    code = digits_of(line.values[0])
    if len(code) != 7 or not code.isdecimal():
        return f"{quoted(line.values[0])} ไม่ใช่รหัส 7 หลัก"
    if lao is None:
        return f"ไม่พบรหัส {code} ในจังหวัดที่ท่านดูแล"
    return f"{lao.name} (รหัส {lao.code}) ปิดไปแล้ว ลบแถวนี้ออก" if lao.closed else ""


def _year_problem(line: TableLine, year: str, years: Collection[int]) -> str:
    if year.isdecimal() and int(year) in years:
        return ""
    return f"{quoted(line.values[1])} ไม่ใช่ปีงบประมาณของแผน ({min(years)}–{max(years)})"


class Move(NamedTuple):
    """One value a file would change. `since`: what stands there is not what stood there when the file was made."""

    label: str
    old: Any
    new: Any
    since: bool


class UploadChange(NamedTuple):
    """What a file would change of one LAO in one year."""

    lao: UploadLao
    year: int
    moves: Sequence[Move]

    @property
    def since(self) -> bool:
        return any(move.since for move in self.moves)


@dataclass
class Preview:
    """The dry run of a file: the first of its changes, all of them as numbers, and what confirming them takes.

    `safe`: changes that are not about something changed since; what was is left alone unless everything is confirmed.
    """

    notes: Sequence[str] = ()
    changed: list[UploadChange] = field(default_factory=list)
    changed_since: list[UploadChange] = field(default_factory=list)
    years: Counter[int] = field(default_factory=Counter)  # lines of the file
    changing_years: Counter[int] = field(default_factory=Counter)
    first_cells: dict[int, str] = field(default_factory=dict)  # where a year stands first
    total: int = 0
    since: int = 0
    safe: int = 0
    moves: int = 0
    published: int = 0
    sealed: list[Any] = field(default_factory=list)

    def add(self, key: LineKey, moves: int, since: int, told: Callable[[], Sequence[Move]]) -> None:
        """Count a line that would change so many values, some of them changed since; `told` has them in words."""
        self.years[key.year] += 1
        self.first_cells.setdefault(key.year, key.cell)
        if not moves:
            return
        self.total += 1
        self.changing_years[key.year] += 1
        self.moves += moves
        self.since += since > 0
        self.safe += moves > since
        shown = self.changed_since if since else self.changed
        if len(shown) < SHOWN:
            shown.append(UploadChange(key.lao, key.year, told()))

    @property
    def unchanged(self) -> int:
        return self.years.total() - self.total

    @property
    def shown(self) -> list[UploadChange]:
        """Those to look at first come first: what was changed since, then year by year."""
        changes = self.changed_since + sorted(self.changed, key=lambda change: change.year)
        return changes[:SHOWN]

    def other_years(self, year: int) -> list[tuple[int, int]]:
        """(year, lines) of the years that are not the page's."""
        return sorted((each, lines) for each, lines in self.years.items() if each != year)


def most_common(years: Iterable[int]) -> int:
    """The year most lines are about, 0 where there are none."""
    found = Counter(years).most_common(1)
    return found[0][0] if found else 0
