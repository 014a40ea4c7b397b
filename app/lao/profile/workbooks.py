"""What is kept of the persons in a profile, as a file of their own."""

from datetime import datetime
from operator import attrgetter

from app.access import Actor
from app.clock import thai_date
from app.history.rules import label_of
from app.lao.profile import queries
from app.lao.profile.rules import PersonalDetail
from app.spreadsheets.excel import Column, Table, made

COLUMNS: tuple[Column[PersonalDetail], ...] = (
    Column("ข้อมูล", lambda row: label_of(row.name), 30),
    Column("ค่าที่เก็บ", attrgetter("text"), 50),
    Column("เปลี่ยนเมื่อ", lambda row: thai_date(row.until) if row.until else "ข้อมูลปัจจุบัน", 24),
)


def personal_file(actor: Actor, now: datetime) -> Table[PersonalDetail]:
    """Those of today first, then who stood there before, as far as they are still kept."""
    title = ("ข้อมูลส่วนบุคคลในข้อมูลพื้นฐาน", made(now, actor.name))
    return Table("ข้อมูลส่วนบุคคล", title, COLUMNS, queries.personal_details(actor, now))
