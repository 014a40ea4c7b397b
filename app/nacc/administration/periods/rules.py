"""What a plan period may be, and when it may be another. Facts in, answer out."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.clock import FIRST_YEAR, LAST_YEAR
from app.plans.rules import dimension_of, heading_order
from app.words import arabic_digits, clean_line, search_key

LONGEST_PERIOD = 10
MAX_DIMENSIONS = 9
MAX_HEADING_NAME = 300
_HEADING = re.compile(r"([1-9](?:\.[1-9][0-9]?){1,2})\.?\s+(\S.*)")


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


def sub_headings_in(text: str) -> list[tuple[str, str]]:
    """Number and name of each line, in their order; a line that begins with no number of theirs is all name."""
    lines = [clean_line(line) for line in text.splitlines() if line.strip()]
    found = [(line, _HEADING.fullmatch(arabic_digits(line))) for line in lines]
    read = [(match[1], line[match.start(2) :]) if match else ("", line) for line, match in found]
    return sorted(read, key=lambda each: heading_order(each[0]) if each[0] else ())


def sub_headings_text(sub_headings: Mapping[str, str]) -> str:
    return "\n".join(f"{number} {name}" for number, name in sub_headings.items())


def sub_headings_problem(dimension: int, lines: list[tuple[str, str]]) -> str:
    """Why these cannot be the sub-headings of a dimension: a number that does not fit, or stands there twice."""
    known = {number for number, _name in lines}
    for place, (number, name) in enumerate(lines):
        if not number or dimension_of(number) != dimension:
            line = f"{number} {name}".strip()
            return f"“{line}” ต้องขึ้นต้นด้วยเลข เช่น {dimension}.1 หรือ {dimension}.1.1 เว้นวรรค แล้วตามด้วยชื่อ"
        above = number.rpartition(".")[0]
        if above.count(".") and above not in known:
            return f"มี {number} แต่ไม่มี {above} เพิ่มบรรทัดของ {above} ด้วย"
        if number in (other for other, _name in lines[:place]):
            return f"เลข {number} มี 2 บรรทัด แก้ให้เหลือบรรทัดเดียว"
        if len(name) > MAX_HEADING_NAME:
            return f"ชื่อหัวข้อย่อย {number} ยาวได้ไม่เกิน {MAX_HEADING_NAME} ตัวอักษร"
    return ""


def sub_headings_told(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """What another list of sub-headings comes to: which are new, called otherwise, gone; empty where it is the same."""
    told = [
        ("เพิ่ม", [f"{number} {name}" for number, name in after.items() if number not in before]),
        ("เปลี่ยนชื่อ", [f"{number} {name}" for number, name in after.items() if before.get(number, name) != name]),
        ("ลบ", [f"{number} {name}" for number, name in before.items() if number not in after]),
    ]
    return " · ".join(f"{deed} {len(some)}: {', '.join(some)}" for deed, some in told if some)


def headings_in_use_problem(gone: Iterable[str], used: Mapping[str, int]) -> str:
    """Why sub-headings cannot go; `used`: projects by number, the deleted ones too, for they may come back."""
    number = next((each for each in sorted(gone, key=heading_order) if used.get(each)), "")
    if not number:
        return ""
    count = f"{used[number]:,} โครงการ (รวมที่ลบแล้ว)"
    return f"ลบหรือเปลี่ยนเลขหัวข้อย่อย {number} ไม่ได้ เพราะใช้กับ {count} แล้ว เปลี่ยนชื่อได้"


def in_use_problem(use: PeriodUse, deed: str) -> str:
    return f"{deed}ไม่ได้ เพราะมีข้อมูลของปีในแผนนี้แล้ว: {use.words}" if use.words else ""


def maximum_problem(maximum: Decimal, highest: Decimal | None) -> str:
    """Why a dimension cannot score `maximum` at most; `highest` is the best score entered in it, None without any."""
    if highest is not None and maximum < highest:
        return f"มีคะแนนที่บันทึกไว้แล้วถึง {highest:,.2f} ในมิตินี้ ตั้งคะแนนเต็มต่ำกว่านั้นไม่ได้"
    return ""
