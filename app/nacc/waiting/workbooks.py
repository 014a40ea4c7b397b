"""Who has not reported, as a file to telephone by."""

from datetime import datetime
from operator import attrgetter

from app.access import Actor
from app.nacc.desk.queries import filter_words
from app.nacc.waiting.queries import WaitingRow, every_row, shown
from app.nacc.waiting.rules import WaitingFilter
from app.spreadsheets.excel import CellKind, Column, Table, count, made

COLUMNS: tuple[Column[WaitingRow], ...] = (
    Column("รหัส", attrgetter("code"), 12),
    Column("ชื่อ อปท.", attrgetter("name"), 42),
    Column("จังหวัด อำเภอ", attrgetter("place"), 30),
    Column("สถานะ", attrgetter("standing"), 22, CellKind.CHOICE),
    count("ทั้งหมด", attrgetter("work.total"), 10, "โครงการที่ต้องรายงานในรอบนี้"),
    count("รายงานแล้ว", attrgetter("work.reported"), 12),
    Column("ผู้ประสานงาน", attrgetter("contact"), 30, explain="ข้อมูลส่วนบุคคล ใช้เพื่อติดตามการรายงานเท่านั้น"),
    Column("โทรศัพท์", attrgetter("phone"), 18),
    Column("โทรศัพท์เคลื่อนที่", attrgetter("mobile"), 18),
    Column("อีเมล", attrgetter("email"), 36),
    Column("อีเมลเตือนล่าสุด", attrgetter("mail"), 30),
)


def waiting_file(actor: Actor, asked: WaitingFilter, now: datetime) -> Table[WaitingRow]:
    """Every LAO the filters show, on whatever page."""
    title = ("สถานะการรายงานของ อปท.", filter_words(asked), made(now, actor.name))
    return Table("การรายงาน", title, COLUMNS, every_row(shown(actor, asked).works, asked, now))
