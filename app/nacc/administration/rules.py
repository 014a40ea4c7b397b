"""What an administrator may set. Facts in, answer out."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from app.clock import FIRST_YEAR, LAST_YEAR, thai_date, thai_time
from app.plans.rules import ReportWindow

LONGEST_PERIOD = 10
MAX_DIMENSIONS = 9


def period_problem(first: int, last: int, names: list[str], known: Iterable[tuple[int, int]]) -> str:
    """Why a plan period cannot be made, in Thai; empty where it can. Periods share no year."""
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        return f"ปีแรกต้องไม่เกินปีสุดท้าย และอยู่ระหว่าง {FIRST_YEAR} ถึง {LAST_YEAR}"
    if last - first >= LONGEST_PERIOD:
        return f"แผนหนึ่งยาวได้ไม่เกิน {LONGEST_PERIOD} ปี"
    for other_first, other_last in known:
        if first <= other_last and other_first <= last:
            return f"ซ้อนกับแผน {other_first} - {other_last}"
    if not 1 <= len(names) <= MAX_DIMENSIONS:
        return f"กรอกชื่อมิติ 1 ถึง {MAX_DIMENSIONS} มิติ บรรทัดละ 1 มิติ"
    return ""


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


def maximum_problem(maximum: Decimal, highest: Decimal | None) -> str:
    """Why a dimension cannot score `maximum` at most; `highest` is the best score entered in it, None without any."""
    if highest is not None and maximum < highest:
        return f"มีคะแนนที่บันทึกไว้แล้วถึง {highest:,.2f} ในมิตินี้ ตั้งคะแนนเต็มต่ำกว่านั้นไม่ได้"
    return ""


def lock_problem(own_account: bool, active_administrators: int, is_administrator: bool) -> str:
    """Why a staff account cannot be locked: somebody must be left who can unlock."""
    if own_account:
        return "ล็อกบัญชีของตนเองไม่ได้"
    if is_administrator and active_administrators <= 1:
        return "ต้องมีผู้ดูแลระบบที่ใช้งานได้อย่างน้อย 1 คน"
    return ""
