"""Who has not reported, as a file to telephone by."""

from collections.abc import Iterator
from datetime import datetime

from app.access import Actor
from app.nacc.desk.queries import filter_words
from app.nacc.waiting.queries import every_row, shown
from app.nacc.waiting.rules import WaitingFilter, thai_day
from app.spreadsheets.excel import Cell, Column, Table, count, made, summed

COLUMNS = (
    Column("รหัส", 12),
    Column("ชื่อ อปท.", 42),
    Column("จังหวัด อำเภอ", 30),
    Column("สถานะ", 22),
    count("ทั้งหมด", 10, "โครงการที่ต้องรายงานในรอบนี้"),
    count("รายงานแล้ว", 12),
    Column("ผู้ประสานงาน", 30, explain="ข้อมูลส่วนบุคคล ใช้เพื่อติดตามการรายงานเท่านั้น"),
    Column("โทรศัพท์", 18),
    Column("โทรศัพท์เคลื่อนที่", 18),
    Column("อีเมล", 36),
    Column("อีเมลเตือนล่าสุด", 30),
)


def waiting_file(actor: Actor, asked: WaitingFilter, now: datetime) -> Table:
    """Every LAO the filters show, on whatever page."""
    title = ("สถานะการรายงานของ อปท.", filter_words(asked), made(now, actor.name))
    return summed("การรายงาน", title, COLUMNS, _waiting_file_rows(actor, asked, now))


def _waiting_file_rows(actor: Actor, asked: WaitingFilter, now: datetime) -> Iterator[tuple[Cell, ...]]:
    for row in every_row(shown(actor, asked).works, thai_day(now)):
        work = (row.standing.label, row.work.total, row.work.reported)
        yield (row.code, row.name, row.place, *work, row.contact, row.phone, row.mobile, row.email, row.mail)
