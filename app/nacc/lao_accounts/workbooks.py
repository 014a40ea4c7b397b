"""New activation codes as Excel, for the one who has just been shown them."""

from collections.abc import Sequence
from datetime import date, datetime

from app.access import Actor
from app.clock import BANGKOK
from app.nacc.desk.queries import filter_words
from app.nacc.lao_accounts.queries import every_account, rows_by_code
from app.nacc.lao_accounts.rules import SHEET_COLUMNS, AccountFilter
from app.spreadsheets.excel import THAI_DATE_FORMAT, Column, Table, made

SHEET = tuple(Column(head, width) for head, width in zip(SHEET_COLUMNS, (16, 18, 50, 30, 20), strict=True))


def code_file(actor: Actor, issued: Sequence[tuple[str, str]], until: str, now: datetime) -> Table:
    """`issued`: (LAO code, activation code) each; those outside the actor's provinces are left out."""
    known = rows_by_code(actor, [code for code, _activation in issued], now)
    rows = (
        (code, activation, known[code].name, known[code].place, until) for code, activation in issued if code in known
    )
    return Table("รหัสเปิดใช้งาน", ("รหัสเปิดใช้งาน e-PlanNACC", made(now, actor.name)), SHEET, rows)


LIST = (
    Column("รหัส", 12),
    Column("ชื่อ อปท.", 50),
    Column("จังหวัด อำเภอ", 30),
    Column("ตั้งรหัสผ่านแล้ว", 14),
    Column("ตั้งครั้งแรกเมื่อ", 20, THAI_DATE_FORMAT),
    Column("เข้าสู่ระบบล่าสุด", 20, THAI_DATE_FORMAT, "ช่องว่างคือไม่เคยเข้าสู่ระบบ"),
    Column("ล็อก", 12),
    Column("รหัสเปิดใช้งาน", 40, explain="สถานะของรหัสเปิดใช้งาน ตัวรหัสไม่อยู่ในไฟล์นี้"),
)


def account_list(actor: Actor, asked: AccountFilter, now: datetime) -> Table:
    """Every account the filters show, and nothing secret of it."""
    rows = (
        (
            *(row.code, row.name, row.place, "แล้ว" if row.claimed else "ยัง"),
            *(_day(row.claimed_at), _day(row.last_login_at), "ล็อกอยู่" if row.locked else "", row.code_state),
        )
        for row in every_account(actor, asked, now)
    )
    return Table("บัญชี อปท.", ("บัญชีของ อปท.", filter_words(asked), made(now, actor.name)), LIST, rows)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(BANGKOK).date()
