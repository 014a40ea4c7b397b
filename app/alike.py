"""What people mean by what they type: keys under which names that sound alike are one, in Thai and in Roman letters."""

import re
from functools import lru_cache

from app.words import clean_line, search_key

MOST_KEPT = 20_000  # keys: there are 7,000 names of places, in each of the two ways of writing
# Letters of one sound, whatever their tone, and vowels that differ in length alone: each stands for those behind it.
_SOUNDS = (
    *("คขฃฅฆ", "ชฉฌ", "ซศษส", "ดฎ", "ตฏ", "ทฐฑฒถธ", "นณ", "ยญ", "พผภ", "ฟฝ", "หฮ", "ลรฬ"),
    *("ไใ", "\u0e34\u0e35\u0e36\u0e37", "\u0e38\u0e39", "าะ\u0e31"),
)
_UNHEARD = "\u0e47-\u0e4e\u0e3aๆ"  # tone marks, the one over silent letters, short vowels' own, doubling
_ALIKE = str.maketrans({each: alike[0] for alike in _SOUNDS for each in alike[1:]})
_UNSAID = re.compile(f"[{_UNHEARD}]")
_RO_HAN = re.compile("รร(?=[ก-ฮ])")
_RU = re.compile("[ฤฦ]ๅ?")

_SPELLINGS = (  # of Roman letters, in this order; what stands there is heard alike
    *(("ph", "p"), ("bh", "p"), ("th", "t"), ("dh", "t"), ("kh", "k"), ("gh", "k"), ("ck", "k"), ("sh", "s")),
    *(("ch", "j"), ("q", "k"), ("x", "k"), ("z", "s"), ("v", "w"), ("r", "l"), ("y", "i")),
    *(("uea", "ua"), ("eua", "ua"), ("ee", "i"), ("ea", "i"), ("oo", "u"), ("ou", "u"), ("ue", "u"), ("eu", "u")),
    *(("ae", "e"), ("oe", "o"), ("er", "o"), ("au", "o"), ("aw", "o"), ("ao", "o"), ("or", "o"), ("ie", "i")),
)
_G = re.compile("(?<!n)g")
_TWICE = re.compile(r"(.)\1+")
_ROMAN = re.compile("[A-Za-z]")
_THAI = re.compile("[ก-๛]")

_KEYS = "1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"
_LETTERS = (
    "ๅ/-ภถ\u0e38\u0e36คตจขช"
    "ๆไำพะ\u0e31\u0e35รนยบลฃ"
    "ฟหกดเ\u0e49\u0e48าสวง"
    "ผปแอ\u0e34\u0e37ทมใฝ"
    "+๑๒๓๔\u0e39฿๕๖๗๘๙"
    '๐"ฎฑธ\u0e4d\u0e4aณฯญฐ,ฅ'
    "ฤฆฏโฌ\u0e47\u0e4bษศซ."
    "()ฉฮ\u0e3a\u0e4c?ฒฬฦ"
)
_KEDMANEE = str.maketrans(dict(zip(_KEYS, _LETTERS, strict=True)))


@lru_cache(maxsize=MOST_KEPT)
def alike_key(text: str) -> str:
    """What is left of Thai words when tone marks, the length of vowels and letters of one sound do not count."""
    heard = _RU.sub("ริ", _RO_HAN.sub("า", search_key(clean_line(text))))
    return _UNSAID.sub("", heard).translate(_ALIKE)


@lru_cache(maxsize=MOST_KEPT)
def roman_key(text: str) -> str:
    """What is left of a name in Roman letters, of which each office and sign has a spelling of its own."""
    key = "".join(each for each in text.lower() if "a" <= each <= "z")
    for spelling, heard in _SPELLINGS:
        key = key.replace(spelling, heard)
    return _TWICE.sub(r"\1", _G.sub("k", key))


def is_roman(text: str) -> bool:
    return bool(_ROMAN.search(text)) and not _THAI.search(text)


def as_on_thai_keys(text: str) -> str:
    """What the same keys (Kedmanee, as on all keyboards sold) had written if the keyboard had been set to Thai."""
    return clean_line(text.translate(_KEDMANEE))
