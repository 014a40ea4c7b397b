"""The review queue as a file."""

from datetime import datetime
from operator import attrgetter

from app.access import Actor
from app.clock import BANGKOK
from app.nacc.desk.queries import filter_words
from app.nacc.review.queries import QueuedProject, every_queued
from app.nacc.review.rules import ReviewQueue
from app.spreadsheets.excel import CellKind, Column, Table, made

COLUMNS: tuple[Column[QueuedProject], ...] = (
    Column("ลำดับที่", attrgetter("number"), 8, CellKind.NUMBER),
    Column("รหัส อปท.", attrgetter("code"), 12),
    Column("ชื่อ อปท.", attrgetter("lao"), 42),
    Column("ประเภทงาน", attrgetter("kind"), 16, CellKind.CHOICE),
    Column("ชื่อโครงการ/กิจกรรม/มาตรการ/แนวปฏิบัติงาน", attrgetter("project"), 60),
    Column("มิติที่", attrgetter("dimension"), 8, CellKind.NUMBER, "มิติหลักที่ อปท. เลือก"),
    Column("ผลพิจารณา", attrgetter("status"), 14, CellKind.CHOICE),
    Column(
        "ตั้งแต่",
        lambda project: project.since.astimezone(BANGKOK).date(),
        20,
        CellKind.DATE,
        "วันที่แก้ไขหรือพิจารณาล่าสุด",
    ),
)


def queue_file(actor: Actor, queue: ReviewQueue, now: datetime) -> Table[QueuedProject]:
    """The whole queue under its filters, the longest waiting first."""
    title = ("โครงการที่ ป.ป.ช. พิจารณา", filter_words(queue), made(now, actor.name))
    return Table("พิจารณา", title, COLUMNS, every_queued(actor, queue, now))
