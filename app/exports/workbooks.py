"""The tables of the files: the columns, and rows that come while they are read."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from app.access import Actor
from app.excel import BAHT_FORMAT, COUNT_FORMAT, PERCENT_FORMAT, Cell, Column, Table, made
from app.exports import queries
from app.exports.rules import Asked, Place
from app.models.enums import ExportWhat
from app.reporting.rules import Money, PlaceRow, budget_percent

CODE = Column("รหัส อปท.", 12, explain="รหัส 7 หลักของ อปท.")
LAO = Column("ชื่อ อปท.", 42)
DISTRICT = Column("อำเภอ", 18)
PROVINCE = Column("จังหวัด", 18)
PLANNED = Column("งบประมาณตามแผน (บาท)", 24, BAHT_FORMAT, "ช่องว่างคือดำเนินการโดยไม่ใช้งบประมาณ ต่างจาก 0.00")
ORDINANCE = Column("ตามข้อบัญญัติ/เทศบัญญัติ (บาท)", 24, BAHT_FORMAT, "ช่องว่างคือไม่ได้บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ")
SPENT = Column("เบิกจ่ายจริง (บาท)", 24, BAHT_FORMAT, "ช่องว่างคือยังไม่ได้รายงานยอดเบิกจ่าย")
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
)
RESULT_COLUMNS = (
    *(CODE, Column("ชื่อ อปท.", 42, explain="** คือยังไม่ส่งแผน หรือแผนไม่ผ่าน"), DISTRICT, PROVINCE),
    Column("โครงการทั้งหมด", 12, COUNT_FORMAT),
    Column("แล้วเสร็จ", 12, COUNT_FORMAT),
    Column("อยู่ระหว่างดำเนินการ", 12, COUNT_FORMAT),
    Column("ไม่สามารถดำเนินการได้", 12, COUNT_FORMAT),
    Column("ยังไม่รายงานผล", 12, COUNT_FORMAT),
    Column("ร้อยละที่แล้วเสร็จ", 12, PERCENT_FORMAT, "แล้วเสร็จ ÷ โครงการทั้งหมด × 100 ปัดครึ่งขึ้น 2 ตำแหน่ง"),
    Column("ระดับการนำแผนไปปฏิบัติ", 24),
    *(PLANNED, ORDINANCE, SPENT, BUDGET_PERCENT),
)
RULES = ("โครงการที่ ป.ป.ช. ปฏิเสธ และโครงการที่ลบแล้ว ไม่อยู่ในตารางและไม่นับรวม",)


@contextmanager
def export_table(actor: Actor, asked: Asked, place: Place, now: datetime) -> Iterator[Table]:
    """What was asked for; its rows are read from the database while they are taken, inside the block."""
    title = (asked.what.label, place.label, asked.period, made(now, actor.name))
    with queries.one_moment() as connection:
        if asked.what is ExportWhat.RESULTS:
            yield Table("ผลการดำเนินงาน", title, RESULT_COLUMNS, _results(asked, place), rules=RULES)
        else:
            with closing(_projects(asked, place, connection)) as rows:
                yield Table("โครงการ", title, PROJECT_COLUMNS, rows, rules=RULES)


def _projects(asked: Asked, place: Place, connection: Connection) -> Generator[tuple[Cell, ...], None, None]:
    for area in place.provinces:
        with closing(queries.projects(connection, area, asked.year, asked.round)) as found:
            for row in found:
                yield _project(row, area.name)


def _project(row: Row[*tuple[Any, ...]], province: str) -> tuple[Cell, ...]:
    code, lao, district, kind, name, dimension, planned, ordinance, spent, status = row
    percent = None if planned is None or spent is None else budget_percent(spent, planned)
    return (
        *(code, lao, district or "", province, kind.label, name, dimension),
        *(planned, ordinance, spent, status.label, percent),
    )


def _results(asked: Asked, place: Place) -> Iterator[tuple[Cell, ...]]:
    for area in place.provinces:
        for row, money in queries.results(area, asked.year, asked.round):
            yield _result(row, money, area.name)


def _result(row: PlaceRow, money: Money, province: str) -> tuple[Cell, ...]:
    counts = row.counts
    return (
        *(row.code, row.marked_name, row.district, province),
        *(counts.total, counts.done, counts.in_progress, counts.cannot, counts.waiting),
        *(row.percent, row.level.label, money.planned, money.ordinance, money.spent, money.percent),
    )
