"""The history as a file, entry by entry."""

from datetime import datetime
from operator import attrgetter

from app.access import Actor
from app.clock import BANGKOK, thai_time
from app.history.queries import HistoryLine, every_entry
from app.history.rules import HistoryFilter
from app.spreadsheets.excel import CellKind, Column, Table, made


def _changes(entry: HistoryLine) -> str:
    return "\n".join(f"{what}: {before} → {after}" for what, before, after in entry.changes)


COLUMNS: tuple[Column[HistoryLine], ...] = (
    Column("วันที่", lambda entry: entry.at.astimezone(BANGKOK).date(), 20, CellKind.DATE),
    Column("เวลา", lambda entry: thai_time(entry.at), 10, explain="เวลาประเทศไทย"),
    Column("ทำอะไร", attrgetter("action"), 26),
    Column("เรื่อง", attrgetter("subject"), 20, explain="เลขที่ของโครงการ หรือปีและรอบ ที่เปลี่ยน"),
    Column("เหตุผล", attrgetter("reason"), 40),
    Column("โดย", attrgetter("by"), 30, explain="ชื่อในขณะที่ทำรายการ"),
    Column("ก่อน → หลัง", _changes, 70, explain="ทุกช่องที่เปลี่ยน บรรทัดละช่อง"),
)


def history(
    actor: Actor, organisation_id: int | None, name: str, asked: HistoryFilter, now: datetime
) -> Table[HistoryLine]:
    """All that was ever changed in one LAO, or by the administration, as far as it was asked for; the latest first."""
    title = ("ประวัติการเปลี่ยนแปลง", " · ".join(filter(None, (name, asked.in_words))), made(now, actor.name))
    rules = ("ทุกการเปลี่ยนแปลงถูกเก็บไว้ ไม่มีผู้ใดลบหรือแก้ไขได้",)
    return Table("ประวัติ", title, COLUMNS, every_entry(actor, organisation_id, asked), rules=rules)
