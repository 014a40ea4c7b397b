"""The tables of the files: the columns, and rows that come while they are read."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from app.access import Actor
from app.lao.reporting.rules import NO_BAHT, Money, ProvinceTableRow, budget_percent, cannot_words, percent_done
from app.models.enums import ExportWhat
from app.nacc.exports import queries
from app.nacc.exports.rules import ExportPlace, ExportRequest
from app.spreadsheets.excel import COUNT_FORMAT, PERCENT_FORMAT, Cell, Column, Table, baht, count, made, summed

CODE = Column("รหัส อปท.", 12, explain="รหัส 7 หลักของ อปท.")
LAO = Column("ชื่อ อปท.", 42)
DISTRICT = Column("อำเภอ", 18)
PROVINCE = Column("จังหวัด", 18)
PLANNED = baht("งบประมาณตามแผน (บาท)", "ช่องว่างคือดำเนินการโดยไม่ใช้งบประมาณ ต่างจาก 0.00")
ORDINANCE = baht("ตามข้อบัญญัติ/เทศบัญญัติ (บาท)", "ช่องว่างคือไม่ได้บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ")
SPENT = baht("เบิกจ่ายจริง (บาท)", "ช่องว่างคือยังไม่ได้รายงานยอดเบิกจ่าย")
BUDGET_PERCENT = Column(
    "ร้อยละงบประมาณ", 12, PERCENT_FORMAT, "เบิกจ่ายจริง ÷ งบประมาณตามแผน × 100 เกิน 100 ได้ ช่องว่างคือไม่มีงบประมาณตามแผน"
)
PROJECT_COLUMNS = (
    *(CODE, LAO, DISTRICT, PROVINCE),
    Column("ประเภทงาน", 14),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", 60),
    Column("มิติที่", 8, COUNT_FORMAT, "มิติหลัก โครงการหนึ่งนับครั้งเดียวในมิติหลัก"),
    *(PLANNED, ORDINANCE, SPENT),
    Column("สถานะ", 24, explain="สถานะที่รายงานในรอบนี้"),
    BUDGET_PERCENT,
    Column("เหตุผลที่ดำเนินการไม่ได้", 30, explain="เฉพาะโครงการที่ไม่สามารถดำเนินการได้"),
)
RESULT_COLUMNS = (
    *(CODE, Column("ชื่อ อปท.", 42, explain="** คือยังไม่ส่งแผน หรือแผนไม่ผ่าน"), DISTRICT, PROVINCE),
    count("โครงการทั้งหมด", 12),
    count("แล้วเสร็จ", 12),
    count("อยู่ระหว่างดำเนินการ", 12),
    count("ไม่สามารถดำเนินการได้", 12),
    count("ยังไม่รายงานผล", 12),
    Column("ร้อยละที่แล้วเสร็จ", 12, PERCENT_FORMAT, "แล้วเสร็จ ÷ โครงการทั้งหมด × 100 ปัดครึ่งขึ้น 2 ตำแหน่ง"),
    Column("ระดับการนำแผนไปปฏิบัติ", 24),
    *(PLANNED, ORDINANCE, SPENT, BUDGET_PERCENT),
)
RULES = ("โครงการที่ ป.ป.ช. ปฏิเสธ และโครงการที่ลบแล้ว ไม่อยู่ในตารางและไม่นับรวม",)


@contextmanager
def export_table(actor: Actor, asked: ExportRequest, place: ExportPlace, now: datetime) -> Iterator[Table]:
    """What was asked for; its rows are read from the database while they are taken, inside the block."""
    title = (asked.what.label, place.label, asked.period, made(now, actor.name))
    with queries.one_moment() as connection:
        if asked.what is ExportWhat.RESULTS:
            rows = _results(asked, place)
            yield summed("ผลการดำเนินงาน", title, RESULT_COLUMNS, rows, percents=_result_percents, rules=RULES)
        else:
            with closing(_projects(asked, place, connection)) as found:
                yield summed("โครงการ", title, PROJECT_COLUMNS, found, percents=_project_percents, rules=RULES)


def _project_percents(row: Sequence[Cell]) -> Sequence[Cell]:
    *before, planned, _ordinance, spent, status, _percent, reason = row
    return [*before, planned, _ordinance, spent, status, budget_percent(_money(spent), _money(planned)), reason]


def _result_percents(row: Sequence[Cell]) -> Sequence[Cell]:
    *place, total, done, in_progress, cannot, waiting, _percent, level, planned, ordinance, spent, _budget = row
    return [
        *(*place, total, done, in_progress, cannot, waiting, percent_done(_number(done), _number(total)), level),
        *(planned, ordinance, spent, budget_percent(_money(spent), _money(planned))),
    ]


def _number(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0


def _money(cell: Cell) -> Decimal:
    return cell if isinstance(cell, Decimal) else NO_BAHT


def _projects(
    asked: ExportRequest, place: ExportPlace, connection: Connection
) -> Generator[tuple[Cell, ...], None, None]:
    for area in place.provinces:
        with closing(queries.projects(connection, area, asked.year, asked.round)) as found:
            for row in found:
                yield _project(row, area.name)


def _project(row: Row[*tuple[Any, ...]], province: str) -> tuple[Cell, ...]:
    code, lao, district, kind, name, dimension, planned, ordinance, spent, status, reason, text = row
    percent = None if planned is None or spent is None else budget_percent(spent, planned)
    return (
        *(code, lao, district or "", province, kind.label, name, dimension),
        *(planned, ordinance, spent, status.label, percent, cannot_words(reason, text)),
    )


def _results(asked: ExportRequest, place: ExportPlace) -> Iterator[tuple[Cell, ...]]:
    for area in place.provinces:
        for row, money in queries.results(area, asked.year, asked.round):
            yield _result(row, money, area.name)


def _result(row: ProvinceTableRow, money: Money, province: str) -> tuple[Cell, ...]:
    counts = row.counts
    return (
        *(row.code, row.marked_name, row.district if row.district_code else "", province),
        *(counts.total, counts.done, counts.in_progress, counts.cannot, counts.waiting),
        *(row.percent, row.level.label, money.planned, money.ordinance, money.spent, money.percent),
    )
