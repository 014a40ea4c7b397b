"""The report list as Excel: the rows of the screen, with numbers as numbers."""

from dataclasses import replace
from datetime import datetime
from operator import attrgetter

from app.access import Actor
from app.lao.reporting.queries import ExportedReport, every_reported, exported_reports
from app.lao.reporting.rules import cannot_words
from app.listing import ListState
from app.models.enums import Round
from app.spreadsheets.excel import CellKind, Column, Table, baht, made

NUMBER = Column("ลำดับที่", attrgetter("number"), 8, CellKind.NUMBER)
PROJECT: tuple[Column[ExportedReport], ...] = (
    Column("ประเภทงาน", attrgetter("kind"), 16, CellKind.CHOICE),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", attrgetter("name"), 60),
    Column(
        "สอดคล้อง",
        lambda report: f"มิติที่ {report.dimension}",
        10,
        explain="มิติหลักของโครงการ โครงการหนึ่งนับครั้งเดียวในมิติหลัก",
    ),
)
PLANNED = baht("แผนป้องกันฯ (บาท)", attrgetter("planned"), "งบประมาณตามแผนของปีนั้น ช่องว่างคือดำเนินการโดยไม่ใช้งบประมาณ")
AMOUNTS = (
    baht("ตามข้อบัญญัติ/เทศบัญญัติ (บาท)", attrgetter("ordinance"), "ช่องว่างคือไม่ได้บรรจุไว้ในข้อบัญญัติ/เทศบัญญัติ"),
    baht("ตามที่เบิกจ่ายจริง (บาท)", attrgetter("spent"), "ยอดที่เบิกจ่ายจริงถึงรอบที่รายงาน"),
)
STATUS = Column("สถานะ", attrgetter("status"), 24, CellKind.CHOICE, "สถานะที่รายงานในรอบนี้")
REMARKS: tuple[Column[ExportedReport], ...] = (
    Column(
        "เหตุผลที่ดำเนินการไม่ได้",
        lambda report: cannot_words(report.cannot_reason, report.cannot_text),
        30,
        explain="เฉพาะโครงการที่ไม่สามารถดำเนินการได้",
    ),
    Column("หมายเหตุ", attrgetter("note"), 30),
    Column("ปัญหาอุปสรรค", attrgetter("obstacles"), 30),
    Column("ข้อเสนอแนะ", attrgetter("suggestions"), 30),
)
COLUMNS = (NUMBER, *PROJECT, PLANNED, *AMOUNTS, STATUS, *REMARKS)
REPORTED_COLUMNS = (
    NUMBER,
    Column("เลขที่", attrgetter("id"), 10, CellKind.NUMBER, "เลขที่ของโครงการในระบบ"),
    *PROJECT,
    replace(PLANNED, head="แผนพัฒนาท้องถิ่น (บาท)"),  # as the screen of this list has it, after the manual
    *AMOUNTS,
    replace(STATUS, head="สถานะโครงการ"),
    *REMARKS,
    Column("รอบการรายงาน", attrgetter("round"), 16, CellKind.CHOICE),
    Column("ปีงบประมาณ", attrgetter("year"), 12, CellKind.NUMBER),
)
RULES = ("โครงการที่ ป.ป.ช. ปฏิเสธ และโครงการที่ลบแล้ว ไม่ต้องรายงานและไม่นับรวม",)


def report_list(actor: Actor, state: ListState, place: str, now: datetime) -> Table[ExportedReport]:
    """Every project of the list, on whatever page of it; an empty money cell: no budget, or not in the ordinance."""
    title = (
        "รายงานผลการดำเนินงานตามแผนปฏิบัติการป้องกันการทุจริต",
        place,
        f"ปีงบประมาณ {state.year} {Round(state.round).label}",
        made(now, actor.name),
    )
    return Table("รายงานผล", title, COLUMNS, exported_reports(actor, state), rules=RULES)


def all_reports(actor: Actor, state: ListState, place: str, now: datetime) -> Table[ExportedReport]:
    """Every project that was reported in the round, the latest first."""
    when = f"ปีงบประมาณ {state.year} {Round(state.round).label}"
    title = ("รายงานโครงการทั้งหมด", place, when, made(now, actor.name))
    return Table("รายงานทั้งหมด", title, REPORTED_COLUMNS, every_reported(actor, state), rules=RULES)
