"""The round as a workbook to be filled in offline: every project with what is reported, and where it was taken from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from app.access import Actor
from app.lao.reporting.details import ReportDetail
from app.lao.reporting.rules import ReportFacts
from app.lao.reporting.workbooks import AMOUNTS, PLANNED, PROJECT, STATUS
from app.lao.round_workbook.rules import MadeFrom, RoundOf, name_print
from app.models.enums import CannotReason, Labelled, ReportStatus
from app.spreadsheets.excel import CellKind, Column, Table, made
from app.uploads.seals import mark

MARKED_AS = "round workbook"
PIECE = 3900  # letters of a mark in one cell: the reader of uploads takes no longer one
MOST_PIECES = 9
PIECES = tuple(f"รหัสรุ่น {number}" for number in range(1, MOST_PIECES + 1))
STATUSES = tuple(status.label for status in ReportStatus if status is not ReportStatus.NOT_REPORTED)
REASONS = tuple(reason.label for reason in CannotReason)


class FilledRow(NamedTuple):
    """A project of the file; `pieces` of the mark by which we know, when it comes back, what it was made from."""

    id: int
    name: str
    dimension: int
    planned: Decimal | None
    facts: ReportFacts
    pieces: Sequence[str]


def _label(choice: Labelled | None) -> str | None:
    return None if choice in (None, ReportStatus.NOT_REPORTED) else choice.label


def _typed(column: Column[Any], get: str, **more: Any) -> Column[FilledRow]:
    return replace(column, get=attrgetter(f"facts.{get}"), summed=False, typed=True, **more)


ID: Column[FilledRow] = Column("เลขที่", attrgetter("id"), 10, CellKind.NUMBER, "เลขที่ของโครงการในระบบ ไม่ต้องแก้")
NAME: Column[Any] = PROJECT[1]
DIMENSION: Column[Any] = PROJECT[2]
REASON: Column[FilledRow] = Column(
    "เหตุผลที่ดำเนินการไม่ได้",
    lambda row: _label(row.facts.cannot_reason),
    30,
    explain="เฉพาะโครงการที่ไม่สามารถดำเนินการได้ เลือกจากรายการ",
    typed=True,
    choices=REASONS,
)
OTHER: Column[FilledRow] = Column(
    "โปรดระบุเหตุผลอื่นๆ",
    attrgetter("facts.cannot_text"),
    30,
    explain="เฉพาะเหตุผล “อื่นๆ”",
    typed=True,
)
# The typed columns by the field of the form that reads them.
TYPED: Mapping[str, Column[FilledRow]] = {
    "status": replace(
        STATUS,
        get=lambda row: _label(row.facts.status),
        kind=CellKind.TEXT,
        explain="เลือกจากรายการ เว้นว่างถ้ายังไม่รายงาน",
        typed=True,
        choices=STATUSES,
    ),
    "ordinance_budget": _typed(AMOUNTS[0], "ordinance_budget"),
    "spent": _typed(AMOUNTS[1], "spent"),
    "cannot_reason": REASON,
    "cannot_text": OTHER,
    "note": Column("หมายเหตุ", attrgetter("facts.note"), 30, typed=True),
    "obstacles": Column("ปัญหาอุปสรรค", attrgetter("facts.obstacles"), 30, typed=True),
    "suggestions": Column("ข้อเสนอแนะ", attrgetter("facts.suggestions"), 30, typed=True),
}
COLUMNS: tuple[Column[FilledRow], ...] = (ID, NAME, DIMENSION, replace(PLANNED, summed=False), *TYPED.values())
RULES = (
    "กรอกเฉพาะช่องสีขาว ช่องสีเทาใช้ดูเท่านั้น ลบแถวที่ไม่ต้องการส่งได้",
    "แถวที่เว้นสถานะว่างไว้ ระบบถือว่ายังไม่รายงาน",
    "เมื่อนำไฟล์กลับเข้าระบบ ระบบแสดงก่อนว่าจะเปลี่ยนอะไร และไม่ทับค่าที่มีผู้แก้ในระบบหลังดาวน์โหลด เว้นแต่ท่านเลือก",
)


def round_workbook(
    actor: Actor, of: RoundOf, lines: Sequence[ReportDetail], known: Mapping[int, Decimal], place: str, now: datetime
) -> Table[FilledRow]:
    """`known`: ordinance budgets of other rounds, which a report that is not there yet starts from."""
    rows = [_filled(of, line, known.get(line.project_id)) for line in lines]
    pieces = max((len(row.pieces) for row in rows), default=0)
    hidden = [Column(PIECES[at], _piece(at), 14, hidden=True) for at in range(pieces)]
    title = ("กรอกรายงานผลการดำเนินงาน", place, of.words, made(now, actor.name))
    return Table("รายงานผล", title, (*COLUMNS, *hidden), rows, rules=RULES)


def _piece(at: int) -> Any:
    return lambda row: row.pieces[at] if at < len(row.pieces) else None


def _filled(of: RoundOf, line: ReportDetail, known: Decimal | None) -> FilledRow:
    facts = line.facts
    if facts.status is ReportStatus.NOT_REPORTED:
        facts = replace(facts, ordinance_budget=known)
    made_from = MadeFrom(of, line.project_id, line.version, name_print(line.name), facts)
    text = mark(MARKED_AS, made_from.plain())
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return FilledRow(line.project_id, line.name, line.dimension, line.planned, facts, pieces)


OPTIONAL = (NAME.head, *(column.head for name, column in TYPED.items() if name != "status"), *PIECES)
