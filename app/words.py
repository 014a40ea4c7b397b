"""Thai text: normalising what was typed, sorting, and writing numbers and money."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_THAI_DIGIT = re.compile("[๐-๙]")
# Zero-width and direction marks come along with text pasted from office programs and web pages.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# \v is Word's and Excel's break inside a paragraph or cell: dropped, it would join two numbers into one.
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# The marks that Windows' old Thai fonts, and PDFs made with them, keep at other heights: U+F700 to U+F71A.
_RAISED = str.maketrans(dict(zip(map(chr, range(0xF700, 0xF71B)), "ฐิีึื่้๊๋์่้๊๋์ญัํ็่้๊๋์ฺุู", strict=True)))
# Of these, only vowels and tones can stand in the wrong order. Without phinthu, which NFC would move.
_USUAL = re.compile("[\n -~ก-\u0e39฿-๛\u2013\u2014\u2018-\u201d\u2026]*")
_TONE_BEFORE_VOWEL = re.compile("[\u0e48-\u0e4c][\u0e31\u0e34-\u0e39\u0e48-\u0e4c]+")
_NIKHAHIT_AA = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_TONE_AFTER_AM = re.compile("ำ[ำ\u0e48-\u0e4b]+")
_LEADING = "เแโใไ"
_LEADING_VOWEL = re.compile(f"([{_LEADING}])([ก-ฮ])")
# Only break ties: tone marks and the other signs above, spaces and punctuation, ฯ too.
_TIE_BREAKERS = re.compile("[^\\w\u0e30-\u0e3a]|[\u0e2f\u0e46-\u0e4f]")
# What nobody remembers of a name: สุไหงโก-ลก, กม. 5, จ.ป.ร., กรุงเทพฯ.
UNSEARCHED = " -\u2010\u2011\u2012\u2013\u2014.ฯ"
THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_SEARCHED = str.maketrans(THAI_DIGITS, "0123456789", UNSEARCHED)


def clean_line(text: str) -> str:
    """`text` as one line: Thai joined and ordered the one right way, nothing invisible, single spaces."""
    return " ".join(clean_text(text).split())


def clean_text(text: str) -> str:
    """`text` with line breaks kept, invisible and control characters gone, Thai vowels in their one right form."""
    if not _USUAL.fullmatch(text):  # nearly all is: a file has ten thousand cells
        text = _LINE_BREAK.sub("\n", text).replace("\u00a0", " ")
        text = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", text)).translate(_RAISED))
    text = _TONE_BEFORE_VOWEL.sub(_vowels_first, text)
    text = _NIKHAHIT_AA.sub(lambda m: m[1] + "ำ", text).replace("เเ", "แ")
    return _TONE_AFTER_AM.sub(_tones_first, text).strip()


def _tones_first(run: re.Match[str]) -> str:
    return "".join(sorted(run[0], key="ำ".__eq__))


def _vowels_first(run: re.Match[str]) -> str:
    return "".join(sorted(run[0], key="\u0e48\u0e49\u0e4a\u0e4b\u0e4c".__contains__))


def arabic_digits(text: str) -> str:
    """`text` with Thai digits as 0-9."""
    return text.translate(_THAI_DIGITS) if _THAI_DIGIT.search(text) else text  # most have none; looking is faster


def thai_sort_key(text: str) -> str:
    """A key whose plain code-point order is the order of Thai dictionaries.

    Leading vowels stand after their consonant, Thai digits beside the others; tone marks, spaces and punctuation
    decide only between names that are otherwise alike.
    """
    swapped = _LEADING_VOWEL.sub(_consonant_first, arabic_digits(text))
    return f"{_TIE_BREAKERS.sub('', swapped)} {swapped}"


def _consonant_first(pair: re.Match[str]) -> str:
    return pair[2] + pair[1]


def search_key(text: str) -> str:
    """What is compared when somebody searches: no case, hyphens, dots or spaces, and one kind of digits."""
    return text.lower().translate(_SEARCHED)


def baht(amount: Decimal | None, *, missing: str = "–") -> str:
    """1,234.50, or `missing` where there is no amount: 0 baht is an amount."""
    return missing if amount is None else f"{amount:,.2f}"


def baht_of(satang: int | None, *, missing: str = "–") -> str:
    """The same of whole satang, as a column holds them: a long list has no time for a Decimal of each."""
    return missing if satang is None else f"{satang // 100:,}.{satang % 100:02}"


def count_text(number: int) -> str:
    """1,234."""
    return f"{number:,}"


def percent_text(value: Decimal | None) -> str:
    """28.24, or – where there is nothing to divide by."""
    return "–" if value is None else f"{value:.2f}"


def half_up(value: Decimal, step: Decimal = HUNDREDTH) -> Decimal:
    """`value` rounded half up to a multiple of `step`, as Thai offices round."""
    return value.quantize(step, rounding=ROUND_HALF_UP)
