"""What a plan period may be, and when it may be another. Facts in, answer out."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.clock import FIRST_YEAR, LAST_YEAR
from app.words import search_key

LONGEST_PERIOD = 10
MAX_DIMENSIONS = 9


@dataclass(frozen=True)
class PeriodUse:
    """What has been kept for the years of a period: how many rows of each kind."""

    plans: int = 0
    projects: int = 0
    windows: int = 0
    minimums: int = 0

    @property
    def words(self) -> str:
        """What stands against another shape of the period; empty while it is unused."""
        told = (
            (self.plans, "ผลแผนของ อปท. {:,} รายการ"),
            (self.projects, "โครงการ {:,} รายการ"),
            (self.windows, "เวลารับรายงานที่ตั้งไว้ {:,} รอบ"),
            (self.minimums, "คะแนนขั้นต่ำ {:,} ปี"),
        )
        return " ".join(words.format(number) for number, words in told if number)


def years_problem(first: int, last: int, known: Iterable[tuple[int, int]]) -> str:
    """Why these cannot be the years of a period beside those `known`, in Thai; empty where they can."""
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        return f"ปีแรกต้องไม่เกินปีสุดท้าย และอยู่ระหว่าง {FIRST_YEAR} ถึง {LAST_YEAR}"
    if last - first >= LONGEST_PERIOD:
        return f"แผนหนึ่งยาวได้ไม่เกิน {LONGEST_PERIOD} ปี"
    for other_first, other_last in known:
        if first <= other_last and other_first <= last:
            return f"ซ้อนกับแผน {other_first} - {other_last}"
    return ""


def names_problem(names: list[str]) -> str:
    """Why these cannot be the names of its dimensions: too few, too many, or two that say the same."""
    if not 1 <= len(names) <= MAX_DIMENSIONS:
        return f"กรอกชื่อมิติ 1 ถึง {MAX_DIMENSIONS} มิติ บรรทัดละ 1 มิติ"
    keys = [search_key(name) for name in names]
    for number, key in enumerate(keys):
        if (first := keys.index(key)) != number:
            return f"ชื่อมิติที่ {number + 1} ซ้ำกับมิติที่ {first + 1}: {names[number]}"
    return ""


def in_use_problem(use: PeriodUse, deed: str) -> str:
    return f"{deed}ไม่ได้ เพราะมีข้อมูลของปีในแผนนี้แล้ว: {use.words}" if use.words else ""


def maximum_problem(maximum: Decimal, highest: Decimal | None) -> str:
    """Why a dimension cannot score `maximum` at most; `highest` is the best score entered in it, None without any."""
    if highest is not None and maximum < highest:
        return f"มีคะแนนที่บันทึกไว้แล้วถึง {highest:,.2f} ในมิตินี้ ตั้งคะแนนเต็มต่ำกว่านั้นไม่ได้"
    return ""
