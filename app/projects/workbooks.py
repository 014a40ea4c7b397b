"""The project list as a file: the rows of the screen, with numbers as numbers."""

from datetime import datetime

from app.access import Actor
from app.excel import BAHT_FORMAT, Cell, Column, Table, made
from app.listing import ListState
from app.projects.queries import every_project

COLUMNS = (
    Column("ลำดับที่", 8, "0"),
    Column("ประเภทงาน", 16),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", 60),
    Column("งบประมาณตามแผนพัฒนาท้องถิ่น (บาท)", 24, BAHT_FORMAT, "ของปีที่เลือก หรือรวมทุกปี ช่องว่างคือไม่ใช้งบประมาณ"),
    Column("สอดคล้อง", 12, explain="มิติหลัก โครงการหนึ่งนับครั้งเดียวในมิติหลัก"),
    Column("ดำเนินการปีงบประมาณ พ.ศ.", 18),
    Column("ผลพิจารณา", 14, explain="ป.ป.ช. พิจารณาว่าสอดคล้องกับมิติที่กำหนดหรือไม่"),
    Column("เหตุผลที่ปฏิเสธ", 40),
)


def project_list(actor: Actor, state: ListState, place: str, now: datetime) -> Table:
    """Every project of the list, on whatever page of it."""
    years = f"ปีงบประมาณ {state.year}" if state.year else "ทุกปีงบประมาณ"
    title = ("รายการโครงการตามแผนปฏิบัติการป้องกันการทุจริต", place, years, made(now, actor.name))
    rows: list[list[Cell]] = [[number, *row] for number, row in enumerate(every_project(actor, state), start=1)]
    return Table("โครงการ", title, COLUMNS, rows)
