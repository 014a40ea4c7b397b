"""The history as a file, entry by entry."""

from collections.abc import Iterator
from datetime import datetime

from app.access import Actor
from app.clock import BANGKOK, thai_time
from app.history.queries import every_entry
from app.spreadsheets.excel import THAI_DATE_FORMAT, Cell, Column, Table, made

COLUMNS = (
    Column("วันที่", 20, THAI_DATE_FORMAT),
    Column("เวลา", 10, explain="เวลาประเทศไทย"),
    Column("ทำอะไร", 26),
    Column("เรื่อง", 20, explain="เลขที่ของโครงการ หรือปีและรอบ ที่เปลี่ยน"),
    Column("เหตุผล", 40),
    Column("โดย", 30, explain="ชื่อในขณะที่ทำรายการ"),
    Column("ก่อน → หลัง", 70, explain="ทุกช่องที่เปลี่ยน บรรทัดละช่อง"),
)


def history(actor: Actor, organisation_id: int, name: str, now: datetime) -> Table:
    """All that was ever changed in one LAO, the latest first."""
    title = ("ประวัติการเปลี่ยนแปลง", name, made(now, actor.name))
    rules = ("ทุกการเปลี่ยนแปลงถูกเก็บไว้ ไม่มีผู้ใดลบหรือแก้ไขได้",)
    return Table("ประวัติ", title, COLUMNS, _rows(actor, organisation_id), rules=rules)


def _rows(actor: Actor, organisation_id: int) -> Iterator[tuple[Cell, ...]]:
    for entry in every_entry(actor, organisation_id):
        changes = "\n".join(f"{what}: {before} → {after}" for what, before, after in entry.changes)
        moment = (entry.at.astimezone(BANGKOK).date(), thai_time(entry.at))
        yield (*moment, entry.action, entry.subject, entry.reason, entry.by, changes)
