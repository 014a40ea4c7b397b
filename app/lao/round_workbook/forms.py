"""Reading a round that was filled in: every row against the one form of a report, every mistake at its cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField

from app.amounts import NotAnAmount, Wanted
from app.lao.reporting.details import ReportDetail
from app.lao.reporting.forms import ReportForm
from app.lao.reporting.rules import ReportFacts
from app.lao.round_workbook.rules import MadeFrom, ReadRow, name_print
from app.lao.round_workbook.workbooks import ID, MARKED_AS, NAME, OPTIONAL, PIECES, TYPED
from app.models.enums import CannotReason, Labelled, ReportStatus
from app.uploads.cells import Marked, Problems, Sheet, TableLine, Value, amount_in, digits_of, quoted, text_of
from app.uploads.forms import UploadForm
from app.uploads.seals import marked_facts
from app.words import clean_text

NEEDED = (ID.head, TYPED["status"].head)
HEADS = (*NEEDED, *OPTIONAL)
PLACES = {name: HEADS.index(column.head) for name, column in TYPED.items()}
FIRST_PIECE = HEADS.index(PIECES[0])
CHOICES: Mapping[str, type[Labelled]] = {"status": ReportStatus, "cannot_reason": CannotReason}
AMOUNTS = ("ordinance_budget", "spent")
MOST_ROWS = 5000


class RoundFileForm(UploadForm):
    consent = BooleanField("นำเข้าเฉพาะแถวที่ถูกต้อง")


@dataclass
class RoundFile:
    """What a file says. `rows`: those that say something new; `wrong`: rows with a mistake; `unmarked`: rows that do
    not say what they were made from; `gone`: names of projects that no longer have to be reported."""

    rows: list[ReadRow] = field(default_factory=list)
    problems: Problems = field(default_factory=lambda: Problems(most=500))
    made_from: list[MadeFrom] = field(default_factory=list)
    unchanged: int = 0
    wrong: int = 0
    unmarked: int = 0
    gone: list[str] = field(default_factory=list)
    projects: set[int] = field(default_factory=set)


class NotThis(Exception):
    """A cell is wrong: `name` of its field, and why."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text


@dataclass(frozen=True)
class RoundReader:
    """What the reading of a row is held against: today's lines by project, and what a file of today would show."""

    lines: Mapping[int, ReportDetail]
    starting: Mapping[int, ReportFacts]

    def read(self, sheet: Sheet) -> RoundFile:
        found = RoundFile()
        for problem in sheet.problems:
            found.problems.add(problem)
        made_from = {each.project_id: each for each in _made_from(sheet)}
        found.made_from = list(made_from.values())
        seen: dict[int, int] = {}
        for line in sheet.lines:
            before = found.problems.total
            self._read_line(sheet, line, made_from, seen, found)
            found.wrong += found.problems.total > before
        found.projects = set(seen)
        return found

    def _read_line(
        self,
        sheet: Sheet,
        line: TableLine,
        made_from: Mapping[int, MadeFrom],
        seen: dict[int, int],
        found: RoundFile,
    ) -> None:
        typed = digits_of(line.values[0])
        id_ = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
        base = made_from.get(id_)
        if wrong := self._wrong_id(line, id_, base, seen):
            found.problems.add(sheet.problem(line.number, 0, wrong))
        elif id_ not in self.lines:
            found.gone.append(text_of(line.values[HEADS.index(NAME.head)]) or str(id_))
        elif wrong := self._wrong_name(sheet, line, self.lines[id_], base):
            found.problems.add(sheet.problem(line.number, HEADS.index(NAME.head), wrong))
        else:
            self._read_facts(sheet, line, id_, base, found)

    def _wrong_id(self, line: TableLine, id_: int, base: MadeFrom | None, seen: dict[int, int]) -> str:
        if not id_:
            return f"{quoted(line.values[0])} ไม่ใช่เลขที่โครงการ ใช้เลขที่ในไฟล์ที่ดาวน์โหลด หรือลบแถวนี้"
        if id_ not in self.lines and base is None:
            return f"ไม่มีโครงการเลขที่ {id_} ให้รายงานในรอบนี้ ตรวจเลขที่ หรือลบแถวนี้"
        first = seen.setdefault(id_, line.number)
        return f"เลขที่ {id_} ซ้ำกับแถวที่ {first}" if first != line.number else ""

    def _wrong_name(self, sheet: Sheet, line: TableLine, now: ReportDetail, base: MadeFrom | None) -> str:
        """Rows that were put in another order in some columns only would report one project as another."""
        place = HEADS.index(NAME.head)
        name = text_of(line.values[place])
        known = {name_print(now.name), base.name if base else ""}
        if not sheet.letters[place] or not name or name_print(name) in known:
            return ""
        return (
            f"{quoted(line.values[place])} ไม่ใช่ชื่อของโครงการเลขที่ {now.project_id} (“{now.name[:60]}”) ตรวจว่าแถวไม่สลับกัน"
        )

    def _read_facts(
        self, sheet: Sheet, line: TableLine, id_: int, made_from: MadeFrom | None, found: RoundFile
    ) -> None:
        found.unmarked += made_from is None
        shown = made_from.facts if made_from else self.starting[id_]
        cells: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name, place in PLACES.items():
            kept = not sheet.letters[place] or (made_from is None and line.values[place] is None)
            try:
                cells[name] = getattr(shown, name) if kept else _read_cell(name, line.values[place])
            except NotThis as no:
                wrong[no.name] = no.text
        if not wrong and _same(cells, shown):
            found.unchanged += 1
            return
        facts, more = _facts(cells, shown) if not wrong else (None, {})
        for name, text in (wrong | more).items():
            found.problems.add(sheet.problem(line.number, PLACES[name], text))
        if facts is not None and not more:
            found.rows.append(ReadRow(line.number, id_, facts, made_from.facts if made_from else None))


def _made_from(sheet: Sheet) -> Iterator[MadeFrom]:
    """What the rows say they were made from, wherever they stand by now."""
    for line in sheet.lines:
        text = "".join(text_of(value) for value in line.values[FIRST_PIECE:])
        plain = marked_facts(MARKED_AS, text) if text else None
        if plain is not None:
            yield MadeFrom.read(plain)


def _read_cell(name: str, value: Value) -> Any:
    """What a cell says in its field. Raises NotThis."""
    if name in CHOICES:
        return _read_choice(name, value)
    if name in AMOUNTS:
        try:
            return amount_in(value, Wanted(TYPED[name].head.removesuffix(" (บาท)")))
        except NotAnAmount as no:
            raise NotThis(name, str(no)) from None
    if isinstance(value, Marked):
        raise NotThis(name, f"{quoted(value)} พิมพ์เป็นข้อความ")
    return clean_text(text_of(value) if not isinstance(value, str) else value)


def _read_choice(name: str, value: Value) -> Labelled | None:
    text = text_of(value)
    if not text or text == ReportStatus.NOT_REPORTED.label:
        return ReportStatus.NOT_REPORTED if name == "status" else None
    known = CHOICES[name]
    found = next((each for each in known if text.replace(" ", "") == each.label.replace(" ", "")), None)
    if found is None:
        words = " หรือ ".join(each.label for each in known if each != ReportStatus.NOT_REPORTED)
        raise NotThis(name, f"{quoted(value)} ไม่มีในรายการ เลือก {words}")
    return found


def _same(cells: Mapping[str, Any], shown: ReportFacts) -> bool:
    """A text that is not there is None or empty; an amount that is not there is no amount of 0."""
    return all(
        cells[name] == getattr(shown, name) or (name not in AMOUNTS and not cells[name] and not getattr(shown, name))
        for name in cells
    )


def _facts(cells: Mapping[str, Any], shown: ReportFacts) -> tuple[ReportFacts | None, dict[str, str]]:
    """The report that a row makes, by the form's own rules; or what is wrong, by field."""
    if cells["status"] is ReportStatus.NOT_REPORTED:
        said = "ลบสถานะที่รายงานแล้วไม่ได้ เลือกสถานะ" if shown.status is not ReportStatus.NOT_REPORTED else ""
        return None, {"status": said or "เลือกสถานะ เพราะแถวนี้กรอกช่องอื่นไว้"}
    wrong = _not_asked(cells, shown)
    form = ReportForm(formdata=MultiDict(_as_typed(cells)))
    if not form.validate() or wrong:
        return None, {each.name: str(each.errors[0]) for each in form if each.errors} | wrong
    return form.facts(), {}


def _not_asked(cells: Mapping[str, Any], shown: ReportFacts) -> dict[str, str]:
    """A reason that was filled in where none is asked for would be lost without a word; what stood there goes along."""
    cannot = cells["status"] is ReportStatus.CANNOT
    wrong = {}
    if cells["cannot_reason"] and not cannot and cells["cannot_reason"] != shown.cannot_reason:
        wrong["cannot_reason"] = f"เหตุผลใช้กับสถานะ “{ReportStatus.CANNOT.label}” เท่านั้น ลบเหตุผล หรือเปลี่ยนสถานะ"
    other = cannot and cells["cannot_reason"] is CannotReason.OTHER
    if cells["cannot_text"] and not other and cells["cannot_text"] != shown.cannot_text:
        wrong["cannot_text"] = f"ข้อความนี้ใช้กับเหตุผล “{CannotReason.OTHER.label}” เท่านั้น ลบข้อความ หรือเลือกเหตุผลนี้"
    return wrong


def _as_typed(cells: Mapping[str, Any]) -> dict[str, str]:
    """As a browser would send it."""
    typed = {name: _one(value) for name, value in cells.items() if value is not None}
    return typed | ({"in_ordinance": "y"} if cells["ordinance_budget"] is not None else {})


def _one(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else value.value if isinstance(value, Labelled) else str(value)
