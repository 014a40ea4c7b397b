"""What should be checked, as a file."""

from datetime import datetime
from operator import attrgetter

from app.access import Actor
from app.nacc.desk.queries import filter_words
from app.nacc.signs.queries import SignRow, every_row
from app.nacc.signs.rules import SignFilter
from app.spreadsheets.excel import CellKind, Column, Table, made

COLUMNS: tuple[Column[SignRow], ...] = (
    Column("รหัส", attrgetter("code"), 12),
    Column("ชื่อ อปท.", attrgetter("name"), 42),
    Column("จังหวัด อำเภอ", attrgetter("place"), 30),
    Column("เรื่อง", attrgetter("kind"), 36, CellKind.CHOICE),
    Column("โครงการ", attrgetter("project"), 50, explain="ช่องว่างคือเรื่องของทั้งรอบ"),
    Column("สิ่งที่ควรตรวจสอบ", attrgetter("sentence"), 70, explain="ไม่ได้หมายความว่ามีข้อผิดพลาด อปท. เห็นข้อความเดียวกันนี้ก่อน"),
    Column("พบเมื่อ", attrgetter("arose_on"), 16),
    Column("ผลการตรวจสอบ", attrgetter("state"), 28, CellKind.CHOICE),
    Column("เหตุผลหรือสิ่งที่ตรวจสอบ", attrgetter("note"), 40),
)


def sign_file(actor: Actor, asked: SignFilter, now: datetime) -> Table[SignRow]:
    """Every sign the filter shows, on whatever page."""
    title = ("สิ่งที่ควรตรวจสอบ", filter_words(asked), made(now, actor.name))
    return Table("สิ่งที่ควรตรวจสอบ", title, COLUMNS, every_row(actor, asked, now))
