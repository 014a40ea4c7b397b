"""The review queue as a file."""

from collections.abc import Iterator
from datetime import datetime

from app.access import Actor
from app.nacc.desk.queries import filter_words
from app.nacc.review.queries import every_queued
from app.nacc.review.rules import ReviewQueue
from app.spreadsheets.excel import THAI_DATE_FORMAT, Cell, Column, Table, made

COLUMNS = (
    Column("ลำดับที่", 8, "0"),
    Column("รหัส อปท.", 12),
    Column("ชื่อ อปท.", 42),
    Column("ประเภทงาน", 16),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", 60),
    Column("มิติที่", 8, "0", "มิติหลักที่ อปท. เลือก"),
    Column("ผลพิจารณา", 14),
    Column("ตั้งแต่", 20, THAI_DATE_FORMAT, "วันที่แก้ไขหรือพิจารณาล่าสุด"),
)


def queue_file(actor: Actor, queue: ReviewQueue, now: datetime) -> Table:
    """The whole queue under its filters, the longest waiting first."""
    title = ("โครงการที่ ป.ป.ช. พิจารณา", filter_words(queue), made(now, actor.name))
    return Table("พิจารณา", title, COLUMNS, _queue_file_rows(actor, queue, now))


def _queue_file_rows(actor: Actor, queue: ReviewQueue, now: datetime) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(every_queued(actor, queue, now), start=1):
        yield (number, *row)
