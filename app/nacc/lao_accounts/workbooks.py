"""New activation codes as Excel, for the one who has just been shown them."""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter

from app.access import Actor
from app.clock import BANGKOK
from app.nacc.desk.queries import filter_words
from app.nacc.lao_accounts.queries import AccountRow, CodeLine, every_account
from app.nacc.lao_accounts.rules import AccountFilter
from app.spreadsheets.excel import CellKind, Column, Table, made

CODE_COLUMNS: tuple[Column[CodeLine], ...] = (
    Column("รหัสผู้ใช้งาน", attrgetter("row.code"), 16),
    Column("รหัสเปิดใช้งาน", attrgetter("activation"), 18),
    Column("ชื่อ อปท.", attrgetter("row.name"), 50),
    Column("อำเภอ จังหวัด", attrgetter("row.place"), 30),
    Column("ใช้ได้ถึง", attrgetter("until"), 20),
)


def code_file(actor: Actor, lines: Sequence[CodeLine], now: datetime) -> Table[CodeLine]:
    return Table("รหัสเปิดใช้งาน", ("รหัสเปิดใช้งาน e-PlanNACC", made(now, actor.name)), CODE_COLUMNS, lines)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(BANGKOK).date()


ACCOUNT_COLUMNS: tuple[Column[AccountRow], ...] = (
    Column("รหัส", attrgetter("code"), 12),
    Column("ชื่อ อปท.", attrgetter("name"), 50),
    Column("จังหวัด อำเภอ", attrgetter("place"), 30),
    Column("ตั้งรหัสผ่านแล้ว", lambda row: "แล้ว" if row.claimed else "ยัง", 14),
    Column("ตั้งครั้งแรกเมื่อ", lambda row: _day(row.claimed_at), 20, CellKind.DATE),
    Column("เข้าสู่ระบบล่าสุด", lambda row: _day(row.last_login_at), 20, CellKind.DATE, "ช่องว่างคือไม่เคยเข้าสู่ระบบ"),
    Column("ล็อก", lambda row: "ล็อกอยู่" if row.locked else "", 12),
    Column("รหัสเปิดใช้งาน", attrgetter("code_state"), 40, explain="สถานะของรหัสเปิดใช้งาน ตัวรหัสไม่อยู่ในไฟล์นี้"),
)


def account_list(actor: Actor, asked: AccountFilter, now: datetime) -> Table[AccountRow]:
    """Every account the filters show, and nothing secret of it."""
    title = ("บัญชีของ อปท.", filter_words(asked), made(now, actor.name))
    return Table("บัญชี อปท.", title, ACCOUNT_COLUMNS, every_account(actor, asked, now))
