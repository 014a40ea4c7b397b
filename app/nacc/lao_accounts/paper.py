"""New activation codes as letters, one page each: what is sent to an LAO holds nobody else's code."""

from collections.abc import Sequence
from datetime import datetime

from app.clock import thai_date
from app.nacc.lao_accounts.queries import CodeLine

MARGIN = 25.0  # millimetres of A4
TITLE = "รหัสเปิดใช้งานระบบ e-PlanNACC"
STEPS = (
    "เปิด {address}/login",
    "กรอกรหัสผู้ใช้งานในช่อง Username เว้นช่อง Password ไว้ แล้วกรอกรหัสเปิดใช้งาน",
    "กรอกข้อมูลพื้นฐานและตั้งรหัสผ่านของท่าน จากนั้นรหัสเปิดใช้งานนี้ใช้ไม่ได้อีก",
)


def code_letters(lines: Sequence[CodeLine], address: str, at: datetime) -> bytes:
    """A PDF with one page for each LAO."""
    from app.typeset.sheet import (
        Lettering,
        Margins,
        PdfSheet,
    )  # fpdf2 takes half a second, which no start should wait for

    small, plain, bold, large = Lettering(12), Lettering(14), Lettering(16, bold=True), Lettering(24, bold=True)
    sheet = PdfSheet(TITLE, at, Margins(MARGIN, MARGIN, MARGIN, MARGIN))
    for row, activation, until in lines:
        sheet.page()
        sheet.write(TITLE, bold)
        sheet.write(f"วันที่ {thai_date(at)}", small)
        sheet.y += 6
        sheet.write(f"เรียน {row.name}", bold)
        sheet.write(row.place, plain)
        sheet.y += 6
        for label, words in (("รหัสผู้ใช้งาน (Username)", row.code), ("รหัสเปิดใช้งาน", activation)):
            sheet.rule()
            sheet.write(label, plain)
            sheet.write(words, large)
        sheet.rule()
        sheet.write(f"ใช้เข้าสู่ระบบครั้งแรกได้ถึงวันที่ {until}", plain)
        sheet.y += 6
        for number, step in enumerate(STEPS, start=1):
            sheet.write(f"{number}. {step.format(address=address)}", plain)
        sheet.y += 3
        sheet.write("รหัสนี้เป็นของ อปท. ของท่านเท่านั้น อย่าส่งต่อให้ผู้อื่น", plain)
    return sheet.finished()
