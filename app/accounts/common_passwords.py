"""Passwords that whoever guesses tries first: those chosen most often anywhere, and those that stand to reason here."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

from app.models.enums import OrganisationType
from app.words import arabic_digits

AROUND = re.compile(r"^[\d\W_]+|[\d\W_]+$")
AROUND_SIGNS_FOR_LETTERS = re.compile(r"^(?:(?![@$])[\d\W_])+|(?:(?![@$])[\d\W_])+$")
# Digits and signs that people write for letters: p@55w0rd. A 1 is an i or an l.
FOR_LETTERS = [str.maketrans("@430$5789!|1", f"aaeosstbgii{one}") for one in "il"]
# Names of this system and of what it is about, alone or with digits and signs around them: nacc2569, !แอดมิน!
OWN_WORDS = """
e-plannacc eplannacc eplan-nacc plannacc eplan nacc admin administrator officer staff user login lao gov localgov
thai thailand bangkok siam anticorruption songkhla phitsanulok dla moi sao pao password passwd
ปปช ปปท อบต อบจ อปท สตง เทศบาล เทศบาลตำบล เทศบาลเมือง เทศบาลนคร จังหวัด อำเภอ ตำบล ท้องถิ่น ประเทศไทย ไทย
กรุงเทพ สงขลา พิษณุโลก แอดมิน ผู้ดูแล ผู้ดูแลระบบ เจ้าหน้าที่ ผู้ใช้ ผู้ใช้งาน รหัส รหัสผ่าน
องค์การบริหารส่วนตำบล องค์การบริหารส่วนจังหวัด
ทุจริต ป้องกันทุจริต แผนป้องกันทุจริต แผนปฏิบัติการ โปร่งใส สุจริต
"""
# What stands before a name: the type of an LAO, also in short, what kind of place it is, or how a person is addressed.
BEFORE_NAMES = (
    *(type_.label for type_ in OrganisationType),
    *("อบต", "อบจ", "ทต", "ทม", "ทน", "จังหวัด", "กิ่งอำเภอ", "อำเภอ", "เขต", "ตำบล", "แขวง", "นางสาว", "นาง", "นาย"),
)
SHORT_BEFORE = re.compile(r"^[จอต]\.")  # only with the full stop: half of all names begin with one of these letters
# Rows of keys, as a Thai keyboard has them in both languages.
KEYS = (
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "ๅ/-ภถุึคตจขช",
    "ๆไำพะัีรนยบลฃ",
    "ฟหกดเ้่าสวง",
    "ผปแอิืทมใฝ",
)
LOOKED_AT = 40  # letters: where 72 are signs that may stand for letters, zxcvbn takes three seconds
_ONE_AT_A_TIME = Lock()  # zxcvbn keeps the words of its last caller, for all
STOLEN = Path(__file__).with_name("common_passwords.txt")


def is_common(password: str) -> bool:
    """Whether `password` is one of those: in capitals or not, in Thai digits, with signs written for letters."""
    return any(_walks(each) or each in _stolen() or _bare(each) in _own() for each in spellings(password))


def words_of(username: str, name: str) -> list[str]:
    """What whoever knows the owner tries: the user name, the name and the words of it, with and without their type."""
    return _forms_of((username, name, *name.split()))


@lru_cache(maxsize=1)  # a third of a second for the country; its names are read each time, and seldom others
def words_of_places(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same of other LAOs, provinces and districts."""
    return tuple(_forms_of(names))


def is_named(password: str, words: Collection[str]) -> bool:
    """Whether it is one of these words, with digits and signs around at most: อบต.ดินทอง2569 too."""
    tried = {form for each in spellings(password) for form in _forms_of((each, SHORT_BEFORE.sub("", _core(each))))}
    return any(word in tried for word in words)


def guesses(password: str, words: Collection[str]) -> float:
    """How many tries it takes somebody who puts common words, names, dates and rows of keys together, ours too.

    By zxcvbn, which looks at so much of a password that the rest cannot make it weaker.
    """
    from zxcvbn import zxcvbn  # its dictionaries are read when the first long password is set

    known = [*_before_names(), *_own(), *_parts_of_rows(), *words]  # the commoner first
    lower = arabic_digits(password.lower())
    forms = {each[:LOOKED_AT] for each in (lower, squeezed(lower)) if each}
    with _ONE_AT_A_TIME:
        fewest: float = min(zxcvbn(each, user_inputs=known)["guesses"] for each in forms)
    return fewest


def spellings(password: str) -> Iterator[str]:
    """`password` in small letters and Arabic digits; without what only parts it; and with letters for signs."""
    lower = arabic_digits(password.lower())
    yield lower
    yield squeezed(lower)
    for around in (AROUND, AROUND_SIGNS_FOR_LETTERS):
        core = around.sub("", lower)
        if not core:
            continue
        before, _core, after = lower.partition(core)
        for letters in (core.translate(table) for table in FOR_LETTERS):
            yield letters
            yield f"{before}{letters}{after}"


def squeezed(text: str) -> str:
    """`text` without spaces, punctuation and signs; Thai vowels and tones stay."""
    return "".join(letter for letter in text if unicodedata.category(letter)[0] not in "PZS")


def _bare(text: str) -> str:
    return _core(squeezed(text))


def _core(text: str) -> str:
    return AROUND.sub("", text)


def _forms_of(texts: Iterable[str]) -> list[str]:
    """What is left of each without digits and signs around; also without its type. Each once, in that order."""
    bare = (_bare(text.lower()) for text in texts)
    forms = dict.fromkeys(form for each in bare for form in (each, *map(each.removeprefix, _before_names())))
    forms.pop("", None)
    return list(forms)


@cache
def _before_names() -> tuple[str, ...]:
    return tuple(map(_bare, BEFORE_NAMES))


@cache
def _parts_of_rows() -> frozenset[str]:
    rows = [*KEYS, *(row[::-1] for row in KEYS)]
    return frozenset(
        row[start:end] for row in rows for start in range(len(row)) for end in range(start + 4, len(row) + 1)
    )


def _walks(text: str) -> bool:
    return len(text) > 7 and any(text in row or text in row[::-1] for row in KEYS)


@cache
def _own() -> frozenset[str]:
    return frozenset(map(_bare, OWN_WORDS.split()))


@cache
def _stolen() -> frozenset[str]:
    """Read when the first password is set: most processes never need it."""
    return frozenset(line for line in STOLEN.read_text().splitlines() if not line.startswith("# "))
