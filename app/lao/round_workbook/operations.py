"""Saving a round that was filled in offline: by the one rule for reports, all of it or nothing."""

from collections.abc import Collection, Iterable
from datetime import datetime

from app.access import Actor
from app.errors import Refusal
from app.lao.reporting.operations import SeenReport, save_reports
from app.lao.round_workbook.queries import own_round
from app.lao.round_workbook.rules import SeenRow, together
from app.models.enums import Round

NO_CONSENT = "ทำเครื่องหมายหน้า “นำเข้าเฉพาะแถวที่ถูกต้อง” ก่อน หรือแก้ไขไฟล์แล้วส่งใหม่ทั้งไฟล์"


def save_round(
    actor: Actor, year: int, round_: Round, rows: Iterable[SeenRow], from_file: Collection[str], now: datetime
) -> int:
    """Save what a dry run showed, with the choices made; gives how many projects changed.

    Raises Stale where a report was changed since it was shown, NotTheirs and Refusal; then nothing is written.
    """
    lines = own_round(actor, year, round_).lines
    reports = {
        row.project_id: SeenReport(version, together(row, lines[row.project_id].facts, from_file).facts)
        for row, version in rows
        if row.project_id in lines
    }
    return save_reports(actor, year, round_, reports, now)


def refuse_without_consent(wrong: int, consent: bool) -> None:
    """Raise Refusal where rows would be left out and nobody agreed to that."""
    if wrong and not consent:
        raise Refusal(NO_CONSENT, "consent")
