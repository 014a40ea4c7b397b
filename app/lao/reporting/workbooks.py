"""The report list as Excel: the rows of the screen, with numbers as numbers."""

from dataclasses import replace
from datetime import datetime

from app.access import Actor
from app.lao.reporting.queries import every_reported, exported_rows
from app.listing import ListState
from app.models.enums import Round
from app.spreadsheets.excel import Cell, Column, Table, baht, made, summed

COLUMNS = (
    Column("ลำดับที่", 8, "0"),
    Column("ประเภทงาน", 16),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", 60),
    Column("สอดคล้อง", 10, explain="มิติหลักของโครงการ โครงการหนึ่งนับครั้งเดียวในมิติหลัก"),
    baht("แผนป้องกันฯ (บาท)", "งบประมาณตามแผนของปีนั้น ช่องว่างคือดำเนินการโดยไม่ใช้งบประมาณ"),
    baht("ตามข้อบัญญัติ/เทศบัญญัติ (บาท)", "ช่องว่างคือไม่ได้บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ"),
    baht("ตามที่เบิกจ่ายจริง (บาท)", "ยอดที่เบิกจ่ายจริงถึงรอบที่รายงาน"),
    Column("สถานะ", 24, explain="สถานะที่รายงานในรอบนี้"),
    Column("เหตุผลที่ดำเนินการไม่ได้", 30, explain="เฉพาะโครงการที่ไม่สามารถดำเนินการได้"),
    Column("หมายเหตุ", 30),
)
REPORTED_COLUMNS = (
    COLUMNS[0],
    Column("เลขที่", 10, "0", "เลขที่ของโครงการในระบบ"),
    *COLUMNS[1:4],
    replace(COLUMNS[4], head="แผนพัฒนาท้องถิ่น (บาท)"),  # as the screen of this list has it, after the manual
    *COLUMNS[5:7],
    replace(COLUMNS[7], head="สถานะโครงการ"),
    *COLUMNS[8:],
    Column("รอบการรายงาน", 16),
    Column("ปีงบประมาณ", 12, "0"),
)
RULES = ("โครงการที่ ป.ป.ช. ปฏิเสธ และโครงการที่ลบแล้ว ไม่ต้องรายงานและไม่นับรวม",)


def report_list(actor: Actor, state: ListState, place: str, now: datetime) -> Table:
    """Every project of the list, on whatever page of it; an empty money cell: no budget, or not in the ordinance."""
    title = (
        "รายงานผลการดำเนินงานตามแผนปฏิบัติการป้องกันการทุจริต",
        place,
        f"ปีงบประมาณ {state.year} {Round(state.round).label}",
        made(now, actor.name),
    )
    rows: list[list[Cell]] = [[number, *row] for number, row in enumerate(exported_rows(actor, state), start=1)]
    return summed("รายงานผล", title, COLUMNS, rows, rules=RULES)


def all_reports(actor: Actor, state: ListState, place: str, now: datetime) -> Table:
    """Every project that was reported in the round, the latest first."""
    round_ = Round(state.round).label
    title = ("รายงานโครงการทั้งหมด", place, f"ปีงบประมาณ {state.year} {round_}", made(now, actor.name))
    rows: list[list[Cell]] = [
        [number, *row, round_, state.year] for number, row in enumerate(every_reported(actor, state), start=1)
    ]
    return summed("รายงานทั้งหมด", title, REPORTED_COLUMNS, rows, rules=RULES)
