"""The one reading of an amount: money, an area, a population, a score, a year; typed in a form or standing in a file.

Typed text (`read_amount`): white space at the ends, one unit (`MONEY` for baht), `.-` or `/-`, and the amount in words
in brackets are dropped. What is left is digits (Thai ones too), or groups of three joined by commas or by spaces, one
kind in one number; then nothing, or a point and one or two digits. Anything else is refused: a comma taken for a point,
or a point for a comma, would change the amount a hundred times without a word. The sentence quotes what was typed and
shows how it may be meant.

A dash and the rest of `WITHOUT` are no amount: a project without budget, or an amount left out. `0` is an amount. An
accounting zero pasted out of a workbook ("  -   ") is a dash as well: spaces at the ends say nothing, and what was read
is said when it is saved. A cell (`read_number_cell`) keeps the number itself, so an accounting zero there is 0.
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from app.words import arabic_digits, clean_text, half_up

MAX_BAHT = Decimal("99999999999.99")
BAHT = "บาท"
MONEY = ("บาทถ้วน", BAHT, "บ.", "฿", "thb")
WITHOUT = {"-", "–", "—", "ไม่ใช้งบประมาณ", "ไม่มี", "ไม่มีงบประมาณ", "ดำเนินการโดยไม่ใช้งบประมาณ"}
LARGE = {"ล้าน": 10**6, "แสน": 10**5, "หมื่น": 10**4, "พัน": 1000, "ร้อย": 100}
SAME = Decimal("1e-9")  # what Excel's own arithmetic adds to a sum
QUOTED = 40  # characters of what was typed that a sentence repeats

_IN_WORDS = "หนึ่ง|เอ็ด|สอง|ยี่|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|ศูนย์|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน|บาท|สตางค์|ถ้วน"
_WORDS = re.compile(rf"(?<=.)\s*\((?:{_IN_WORDS}|\s)+\)$")
_SPACE = re.compile("[\u2007\u2009\u202f]")  # figure, thin, narrow no-break; `clean_text` has turned the no-break one
_DASH = re.compile(r"(?<=[0-9])\s*[./]-$")
_NUMBER = re.compile(r"([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?:\.([0-9]{1,2}))?")
_NOUGHT_GROUPED = re.compile(r"0[0-9]*[, ]")  # 0,500: nobody groups thousands behind a nought
_NEGATIVE = re.compile(r"(?:[-–—\u2212]|\()\s*([0-9][0-9., ]*)\)?|([0-9](?:[0-9., ]*[0-9])?)[-–—\u2212]")
_LARGE = re.compile(rf"([0-9]{{1,9}}(?:\.[0-9]{{1,9}})?)\s*({'|'.join(LARGE)})")
_TOO_FINE = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)\.[0-9]{3,}")
_SEPARATED = re.compile(r"[0-9][0-9., ]*")
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")


class NotAnAmount(ValueError):
    """What was typed is no amount; the message is for the person who typed it."""


@dataclass(frozen=True)
class Wanted:
    """What an amount is called on screen, its decimals (0 or 2), its largest value and the unit beside the box.

    With a `least` value it is a year: its thousands are not grouped.
    """

    name: str = ""
    places: int = 2
    maximum: Decimal = MAX_BAHT
    unit: str = BAHT
    example: str = "150,000"
    least: Decimal = Decimal(0)

    @property
    def subject(self) -> str:
        """The name, so that Thai words can follow: a digit or a letter needs a space after it."""
        name = self.name or "ค่านี้"
        return f"{name} " if name[-1].isascii() else name

    @property
    def limits(self) -> str:
        """What is said of a value that is too large, or of a year out of range."""
        if self.least:
            return f"{self.subject}อยู่ระหว่าง {self.least} ถึง {self.maximum}"
        return f"{self.subject}มากเกินไป กรอกได้ไม่เกิน {self.maximum:,.{self.places}f}"

    def shown(self, value: Decimal) -> str:
        return f"{value:f}" if self.least else plain(value)


BAHT_AMOUNT = Wanted()


def read_amount(text: str, wanted: Wanted = BAHT_AMOUNT) -> Decimal | None:
    """The amount in typed `text`, from 0 to the maximum; None for nothing and for `WITHOUT`. Raises NotAnAmount."""
    typed = clean_text(text)
    bare = _bare(arabic_digits(_SPACE.sub(" ", typed)), wanted.unit)
    if not typed or bare in WITHOUT:
        return None
    found = None if len(bare) > QUOTED or _NOUGHT_GROUPED.match(bare) else _NUMBER.fullmatch(bare)
    if found is None:
        raise NotAnAmount(_refusal(typed, bare, wanted))
    return _within(Decimal(f"{re.sub('[, ]', '', found[1])}.{found[2] or 0}"), typed, wanted)


def read_number_cell(
    value: object, wanted: Wanted = BAHT_AMOUNT, *, percent: bool = False, uncalculated: bool = False
) -> Decimal | None:
    """The amount in a workbook's cell: text as if typed, a number within 1e-9 of its decimals; None for nothing.

    `percent`: the cell shows a percentage. `uncalculated`: it holds a formula without a result. A date, a truth value
    and an error are refused too. `wanted.name` is the place ("แถว 3 SAR มิติ 1") where the sentence does not stand
    beside it. Raises NotAnAmount.
    """
    lead = f"{wanted.name}: " if wanted.name else ""
    if uncalculated:
        raise NotAnAmount(f"{lead}ช่องนี้เป็นสูตรที่ยังไม่มีผล เปิดไฟล์ด้วย Excel แล้วบันทึกใหม่ หรือพิมพ์ตัวเลขแทนสูตร")
    if value is None or isinstance(value, str):
        return read_amount(value or "", wanted)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        raise NotAnAmount(f"{lead}“{value}” เป็นวันที่ เวลา หรือค่าอื่นที่ไม่ใช่ตัวเลข เปลี่ยนรูปแบบของช่องเป็นตัวเลข แล้วพิมพ์ใหม่")
    number = Decimal(f"{value:.15g}")  # as many digits as Excel keeps
    if percent:
        raise NotAnAmount(f"{lead}“{plain(100 * number)}%” เป็นร้อยละ เปลี่ยนรูปแบบของช่องเป็นตัวเลข แล้วพิมพ์ใหม่")
    exact = round(number, wanted.places)
    if abs(number - exact) > SAME and 0 <= number <= wanted.maximum:
        shown = plain(half_up(number, Decimal(1).scaleb(-wanted.places)))
        raise NotAnAmount(f"{_too_fine(wanted)} {_quoted(f'{number:f}')} ช่องนี้อาจแสดงเป็น {shown}: พิมพ์ {shown}")
    return _within(exact if abs(number - exact) <= SAME else number, f"{number:f}", wanted)


def plain(value: Decimal) -> str:
    """1,500 or 1,500.50: an amount as a person would type it."""
    places = 0 if value == value.to_integral_value() else max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:,.{places}f}"


def readings(typed: str) -> list[Decimal]:
    """What digits with wrong separators may mean: the last one is the point, or all of them group thousands.

    Nothing where two points do neither: nobody can tell what 1.5.0 was.
    """
    if len(typed) > QUOTED or not _SEPARATED.fullmatch(typed):
        return []
    digits = typed.rstrip("., ")
    grouped, pointed = _WHOLE.fullmatch(digits), _with_point(digits)
    if digits.count(".") > 1 and not grouped and not pointed:
        return []
    whole = Decimal(re.sub("[., ]", "", digits))
    return [whole] if grouped and digits != typed else sorted({*pointed, whole})


def _with_point(typed: str) -> list[Decimal]:
    """`typed` with its last separator as the point, where what stands before that can be a whole number."""
    at = max(typed.rfind(","), typed.rfind("."))
    head, tail = typed[: max(at, 0)], typed[at + 1 :]
    whole = _WHOLE.fullmatch(head)
    # 1.500.000: three groups of one kind have no point.
    if whole is None or not tail.isdecimal() or (whole[1] == typed[at] and len(tail) > 2):
        return []
    return [Decimal(f"{re.sub('[., ]', '', head)}.{tail}")]


def _bare(typed: str, unit: str) -> str:
    """`typed` without the amount in words, one unit, and the stroke that ends an amount."""
    bare = _WORDS.sub("", typed).lower()
    for mark in filter(None, MONEY if unit == BAHT else (unit,)):
        rest = (bare.removesuffix(mark) if bare.endswith(mark) else bare.removeprefix(mark)).strip()
        if rest not in ("", bare):
            bare = rest
            break
    return _DASH.sub("", bare)


def _within(value: Decimal, typed: str, wanted: Wanted) -> Decimal:
    if value < 0:
        raise NotAnAmount(_negative(typed, f"{-value:f}", wanted))
    if not wanted.least <= value <= wanted.maximum:
        raise NotAnAmount(f"{wanted.limits} ไม่ใช่ {_quoted(typed)}")
    if value != round(value, wanted.places):
        raise NotAnAmount(f"{_too_fine(wanted)} {_quoted(typed)}")
    return round(value, wanted.places)


def _refusal(typed: str, bare: str, wanted: Wanted) -> str:
    """Why `typed` is no amount, with what it may mean."""
    if match := _NEGATIVE.fullmatch(bare):
        return _negative(typed, match[1] or match[2], wanted)
    match = _LARGE.match(bare)
    if match and (meant := Decimal(match[1]) * LARGE[match[2]]) <= wanted.maximum:
        return f"{wanted.subject.strip()} {_quoted(typed)} พิมพ์เป็นตัวเลขเต็ม เช่น {wanted.shown(meant)}"
    if choices := " หรือ ".join(map(wanted.shown, readings(bare.removesuffix("-")))):
        lead = _too_fine(wanted) if _TOO_FINE.fullmatch(bare) else wanted.subject
        return f"{lead.strip()} {_quoted(typed)}: {choices}? พิมพ์ใหม่ให้ชัดเจน"
    return f"กรอก{wanted.subject}เป็นตัวเลข เช่น {wanted.example} ไม่ใช่ {_quoted(typed)}"


def _negative(typed: str, digits: str, wanted: Wanted) -> str:
    hint = f"หากเป็นจำนวนบวก พิมพ์ {digits.strip()} (บางโปรแกรมอ่าน 1,500.- เป็น -1500)"
    return f"{wanted.subject}ต้องไม่ติดลบ {_quoted(typed)} {hint}"


def _too_fine(wanted: Wanted) -> str:
    return f"{wanted.subject}มีทศนิยม" + (f"ไม่เกิน {wanted.places} ตำแหน่ง" if wanted.places else "ไม่ได้")


def _quoted(typed: str) -> str:
    return f"“{typed}”" if len(typed) <= QUOTED else f"“{typed[:QUOTED]}…”"
