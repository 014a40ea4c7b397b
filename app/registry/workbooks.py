"""The look-up of codes as a file, and the lines of an import file."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import BinaryIO

from app.errors import Refusal
from app.language import said
from app.registry.english import spelled
from app.registry.finding.index import KnownPlace
from app.registry.lines import BrokenFile, Lines, Problem
from app.spreadsheets.excel import CellKind, Column, Table
from app.uploads.cells import Marked, column_letters, quoted, text_of
from app.uploads.reader import MOST_ROWS, TOO_MANY_ROWS, FirstSheet, NotAWorkbook, opened

COLUMNS: tuple[Column[KnownPlace], ...] = (
    Column("รหัสผู้ใช้งาน", attrgetter("code"), 14, explain="รหัส 7 หลัก (รหัส info) ใช้เป็นชื่อผู้ใช้เมื่อเข้าสู่ระบบ"),
    Column("ชื่อ อปท.", lambda lao: spelled(lao.name), 50),
    Column("ประเภท", attrgetter("type"), 26, CellKind.CHOICE),
    Column("อำเภอ", lambda lao: spelled(lao.district), 22),
    Column("จังหวัด", lambda lao: spelled(lao.province), 22),
)


def code_list(found: Sequence[KnownPlace], formerly: Mapping[int, str]) -> Table[KnownPlace]:
    """`formerly`: what some were called before, by id."""
    before: Column[KnownPlace] = Column("ชื่อและรหัสเดิม", lambda lao: formerly.get(lao.id), 50)
    return Table("รหัส", (said("รหัสผู้ใช้งาน Username ของ อปท."),), (*COLUMNS, before), found)


def file_lines(file: BinaryIO) -> Lines:
    """The cells of a CSV or a workbook, row by row as it counts them. Raises BrokenFile where it cannot be read."""
    try:
        with opened(file) as raw:
            return _lines(raw)
    except Refusal as refusal:
        raise BrokenFile([Problem(0, "", refusal.message)]) from None


def _lines(raw: FirstSheet) -> Lines:
    lines: Lines = []
    problems = []
    for row in raw.rows:
        if row.number > MOST_ROWS:
            raise NotAWorkbook(TOO_MANY_ROWS)
        lines += [[] for _empty in range(len(lines) + 1, row.number)]
        lines.append([text_of(cell) for cell in row.cells])
        marked = ((place, cell) for place, cell in enumerate(row.cells) if isinstance(cell, Marked))
        problems += [Problem(row.number, column_letters(place), quoted(cell)) for place, cell in marked]
    if problems:
        raise BrokenFile(problems)
    return lines
