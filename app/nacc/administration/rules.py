"""What an administrator may set. Facts in, answer out."""

from collections.abc import Mapping
from datetime import datetime

from app.clock import thai_date, thai_time
from app.plans.rules import ReportWindow


def window_problem(opens_at: datetime, closes_at: datetime | None) -> str:
    """Why a window cannot be set so; empty where it can."""
    if closes_at is not None and closes_at <= opens_at:
        return "เวลาปิดต้องอยู่หลังเวลาเปิด"
    return ""


def more_time_problem(until: datetime, window: ReportWindow, now: datetime) -> str:
    """Why `until` gives an LAO no more time than everybody has by `window`; empty where it does."""
    if window.closes_at is None:
        return "รอบนี้ไม่มีกำหนดปิด จึงไม่ต้องขยายเวลา"
    if until <= now:
        return f"{said(until)} ผ่านไปแล้ว กรอกเวลาหลังจากนี้"
    if until <= window.closes_at:
        return f"รอบนี้ปิดวันที่ {said(window.closes_at)} สำหรับทุกแห่งอยู่แล้ว กรอกเวลาหลังจากนั้น"
    return ""


def said(moment: datetime) -> str:
    return f"{thai_date(moment)} เวลา {thai_time(moment)}"


def lock_problem(own_account: bool, active_administrators: int, is_administrator: bool) -> str:
    """Why a staff account cannot be locked: somebody must be left who can unlock."""
    if own_account:
        return "ล็อกบัญชีของตนเองไม่ได้"
    if is_administrator and active_administrators <= 1:
        return "ต้องมีผู้ดูแลระบบที่ใช้งานได้อย่างน้อย 1 คน"
    return ""


def in_regions(given: Mapping[str, str], country: Mapping[int | None, list[tuple[str, str]]]) -> list[str]:
    """Provinces, names by code, as a person says them: whole regions first, then each of the others."""
    whole = {region: [code for code, _name in some] for region, some in country.items() if region}
    all_of = {region: codes for region, codes in whole.items() if set(codes) <= given.keys()}
    told = {code for codes in all_of.values() for code in codes}
    regions = [f"ภาค {region} ({len(codes)} จังหวัด)" for region, codes in all_of.items()]
    return regions + [name for code, name in given.items() if code not in told]
