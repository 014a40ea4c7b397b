"""New activation codes as Excel, for the one who has just been shown them."""

from collections.abc import Sequence
from datetime import datetime

from app.access import Actor
from app.excel import Column, Table, made
from app.nacc_accounts.queries import rows_by_code
from app.nacc_accounts.rules import SHEET_COLUMNS

SHEET = tuple(Column(head, width) for head, width in zip(SHEET_COLUMNS, (16, 18, 50, 30, 20), strict=True))


def code_file(actor: Actor, issued: Sequence[tuple[str, str]], until: str, now: datetime) -> Table:
    """`issued`: (LAO code, activation code) each; those outside the actor's provinces are left out."""
    known = rows_by_code(actor, [code for code, _activation in issued], now)
    rows = (
        (code, activation, known[code].name, known[code].place, until) for code, activation in issued if code in known
    )
    return Table("รหัสเปิดใช้งาน", ("รหัสเปิดใช้งาน e-PlanNACC", made(now, actor.name)), SHEET, rows)
