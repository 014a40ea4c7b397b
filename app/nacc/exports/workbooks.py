"""The tables of the files: the columns, and rows that come while they are read."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from app.access import Actor
from app.citizens.results.columns import COUNTS, LEVEL, MONEY, LaoLine, ResultColumn
from app.db import read_at_one_moment
from app.lao.reporting.rules import budget_percent, cannot_words
from app.lao.reporting.workbooks import STATUS
from app.models.enums import ExportWhat
from app.nacc.exports import queries
from app.nacc.exports.queries import ExportedProject
from app.nacc.exports.rules import ExportPlace, ExportRequest
from app.spreadsheets.excel import CellKind, Column, Table, baht, made, percent

PLANNED = baht("งบประมาณตามแผน (บาท)", attrgetter("planned"), "ช่องว่างคือดำเนินการโดยไม่ใช้งบประมาณ ต่างจาก 0.00")
ORDINANCE = baht("ตามข้อบัญญัติ/เทศบัญญัติ (บาท)", attrgetter("ordinance"), "ช่องว่างคือไม่ได้บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ")
SPENT = baht("เบิกจ่ายจริง (บาท)", attrgetter("spent"), "ช่องว่างคือยังไม่ได้รายงานยอดเบิกจ่าย")
BUDGET_PERCENT = percent(
    "ร้อยละงบประมาณ",
    budget_percent,
    SPENT,
    PLANNED,
    12,
    "เบิกจ่ายจริง ÷ งบประมาณตามแผน × 100 เกิน 100 ได้ ช่องว่างคือไม่มีงบประมาณตามแผน",
)
CODE_EXPLAINED = "รหัส 7 หลักของ อปท."
PROJECT_COLUMNS: tuple[Column[ExportedProject], ...] = (
    Column("รหัส อปท.", attrgetter("code"), 12, explain=CODE_EXPLAINED),
    Column("ชื่อ อปท.", attrgetter("lao"), 42),
    Column("อำเภอ", lambda line: line.district or "", 18),
    Column("จังหวัด", attrgetter("province"), 18),
    Column("ประเภทงาน", attrgetter("kind"), 14, CellKind.CHOICE),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", attrgetter("project"), 60),
    Column("มิติที่", attrgetter("dimension"), 8, CellKind.COUNT, "มิติหลัก โครงการหนึ่งนับครั้งเดียวในมิติหลัก"),
    PLANNED,
    ORDINANCE,
    SPENT,
    STATUS,
    BUDGET_PERCENT,
    Column(
        "เหตุผลที่ดำเนินการไม่ได้",
        lambda line: cannot_words(line.cannot_reason, line.cannot_text),
        30,
        explain="เฉพาะโครงการที่ไม่สามารถดำเนินการได้",
    ),
)
# Where this file has words of its own for a column of results; any other is called here as in the API.
OWN_WORDS: dict[str, Column[Any]] = {
    "percent": replace(BUDGET_PERCENT, head="ร้อยละที่แล้วเสร็จ", explain="แล้วเสร็จ ÷ โครงการทั้งหมด × 100 ปัดครึ่งขึ้น 2 ตำแหน่ง"),
    "plan_budget": PLANNED,
    "ordinance_budget": ORDINANCE,
    "spent": SPENT,
    "budget_percent": BUDGET_PERCENT,
}


def _called_here(column: ResultColumn) -> ResultColumn:
    own = OWN_WORDS.get(column.name)
    if own:
        return replace(column, head=own.head, width=own.width, explain=own.explain)
    return replace(column, head=column.title, width=12, explain=column.note)


RESULT_COLUMNS: tuple[Column[LaoLine], ...] = (
    Column("รหัส อปท.", attrgetter("row.code"), 12, explain=CODE_EXPLAINED),
    Column("ชื่อ อปท.", attrgetter("row.marked_name"), 42, explain="** คือยังไม่ส่งแผน หรือแผนไม่ผ่าน"),
    Column("อำเภอ", lambda line: line.row.district if line.row.district_code else "", 18),
    Column("จังหวัด", attrgetter("province"), 18),
    *map(_called_here, COUNTS),
    LEVEL,
    *map(_called_here, MONEY),
)
RULES = ("โครงการที่ ป.ป.ช. ปฏิเสธ และโครงการที่ลบแล้ว ไม่อยู่ในตารางและไม่นับรวม",)


@contextmanager
def export_table(actor: Actor, asked: ExportRequest, place: ExportPlace, now: datetime) -> Iterator[Table[Any]]:
    """What was asked for, as it is at one moment; projects are read while they are taken, inside the block."""
    title = (asked.what.label, place.label, asked.period, made(now, actor.name))
    if asked.what is ExportWhat.RESULTS:
        with read_at_one_moment():  # before the first is taken: a job commits while it writes
            lines = list(_results(asked, place))
        yield Table("ผลการดำเนินงาน", title, RESULT_COLUMNS, lines, rules=RULES)
    else:
        with queries.one_moment() as connection, closing(_projects(asked, place, connection)) as found:
            yield Table("โครงการ", title, PROJECT_COLUMNS, found, rules=RULES)


def _projects(
    asked: ExportRequest, place: ExportPlace, connection: Connection
) -> Generator[ExportedProject, None, None]:
    for area in place.provinces:
        yield from queries.projects(connection, area, asked.year, asked.round)


def _results(asked: ExportRequest, place: ExportPlace) -> Iterator[LaoLine]:
    for area in place.provinces:
        for row, money in queries.results(area, asked.year, asked.round):
            yield LaoLine(0, row, row.counts, money, province=area.name)
