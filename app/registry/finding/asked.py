"""What somebody asks for: words of a name, a type, a place, the first digits of a code. No database here."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from rapidfuzz.distance import OSA

from app.models.enums import OrganisationType
from app.registry.rules import NAME_LIMIT
from app.words import clean_line, search_key

_T = OrganisationType
# What people type for a type, with or without a full stop.
ABBREVIATIONS = {
    "อบต": _T.SAO,
    "อบจ": _T.PAO,
    "ทต": _T.SUBDISTRICT_MUNICIPALITY,
    "ทม": _T.TOWN,
    "ทน": _T.CITY,
    "เทศบาลต": _T.SUBDISTRICT_MUNICIPALITY,
    "เทศบาลม": _T.TOWN,
    "เทศบาลน": _T.CITY,
    "กทม": _T.BANGKOK,
}
MUNICIPALITIES = frozenset({_T.CITY, _T.TOWN, _T.SUBDISTRICT_MUNICIPALITY})
MOST_WORDS = 8
# Without a full stop a name can only follow the three-letter ones: ทน begins ทนง too.
_ABBREVIATED = re.compile(rf"({'|'.join(ABBREVIATIONS)})(?:\.(.*)|)|(อบต|อบจ)(.+)")
_LABELS = {type_.label: frozenset({type_}) for type_ in _T if type_ not in (_T.BANGKOK, _T.PATTAYA)}
_WRITTEN_OUT = re.compile(rf"({'|'.join(sorted(_LABELS, key=len, reverse=True))}|เทศบาล)(.*)")
_PLACE = re.compile(r"(?:(ตำบล|แขวง|ต\.)|(อำเภอ|เขต|กิ่งอำเภอ|อ\.)|(จังหวัด|จ\.))(.*)")
# Two things that were typed without a space between them; the first alternative is one thing.
_GLUED = re.compile(
    rf"(?:{'|'.join((*_LABELS, *ABBREVIATIONS))})\.?|(?<=[ก-๛])((?:[จอต]\.\s*(?=[เแโใไ]?[ก-ฮ][ก-๛]{{2}}))|จังหวัด|อำเภอ)"
)
_DOTTED = re.compile(r"อ\.\s?บ\.\s?([ตจ])\.?|ท\.\s?([ตมน])\.")  # อ.บ.ต.
MISSPELT = 0.25  # of a type's letters, at most


class AskedPart(Enum):
    """What a word can be part of, as whoever typed it says."""

    ANY = "any"
    NAME = "name"
    DISTRICT = "district"
    PROVINCE = "province"


@dataclass(frozen=True)
class AskedWord:
    """`said`: as it was typed; `key`: that of what is left of it without what it says of its part or type."""

    said: str
    key: str
    part: AskedPart = AskedPart.ANY
    types: frozenset[OrganisationType] = frozenset()

    @cached_property
    def typed(self) -> str:
        return search_key(self.said)

    @property
    def is_code(self) -> bool:
        return self.typed.isascii() and self.typed.isdecimal()


@dataclass(frozen=True)
class Asked:
    words: tuple[AskedWord, ...]

    @property
    def types(self) -> frozenset[OrganisationType]:
        return frozenset().union(*(word.types for word in self.words))

    @property
    def named(self) -> str:
        """All that names something, in one: what is compared with names and places when no word fits."""
        return "".join(word.key for word in self.words)

    @property
    def turned(self) -> str:
        """The same with the place first."""
        return "".join(word.key for word in (*self.words[1:], *self.words[:1]))


def asked(q: str) -> Asked:
    line = _DOTTED.sub(lambda dots: f"อบ{dots[1]}." if dots[1] else f"ท{dots[2]}.", clean_line(q)[:NAME_LIMIT])
    line = _GLUED.sub(lambda found: f" {found[1]}" if found[1] else found[0], line)
    words: list[AskedWord] = []
    waiting: AskedWord | None = None
    for typed in line.split()[:MOST_WORDS]:
        word = _word(typed)
        if waiting and not word.types and word.part is AskedPart.ANY:  # จ. สงขลา
            word = replace(word, part=waiting.part, said=f"{waiting.said} {word.said}")
            words.remove(waiting)
        waiting = word if word.part is not AskedPart.ANY and not word.key else None
        words.append(word)
    return Asked(tuple(word for word in words if word.typed))


def _word(typed: str) -> AskedWord:
    if match := _ABBREVIATED.fullmatch(typed):
        short, rest = match[1] or match[3], match[2] or match[4] or ""
        return AskedWord(typed, search_key(rest), types=frozenset({ABBREVIATIONS[short]}))
    if match := _WRITTEN_OUT.fullmatch(typed):
        return AskedWord(typed, search_key(match[2]), types=_LABELS.get(match[1], MUNICIPALITIES))
    if match := _PLACE.fullmatch(typed):
        part = AskedPart.NAME if match[1] else AskedPart.DISTRICT if match[2] else AskedPart.PROVINCE
        return AskedWord(typed, search_key(match[4]), part)
    if meant := _misspelt(typed):
        return AskedWord(typed, search_key(meant[1]), types=meant[0])
    return AskedWord(typed, search_key(typed))


def _misspelt(typed: str) -> tuple[frozenset[OrganisationType], str] | None:
    """A type with a mistake in it, and what stands behind it: องค์การบริหารส่วนต่ำบลดินทอง, อปต.ดินทอง."""
    head, dot, rest = typed.partition(".")
    if dot and len(head) < 5:
        near = [each for each in ABBREVIATIONS if OSA.distance(head, each) <= 1]
        return (frozenset(ABBREVIATIONS[each] for each in near), rest) if near else None
    found = min((_begins_like(typed, label), label) for label in _LABELS)
    (wrong, end), label = found
    return (_LABELS[label], typed[end:]) if wrong <= MISSPELT else None


def _begins_like(typed: str, label: str) -> tuple[float, int]:
    """The share of letters of `label` that are wrong at the beginning of `typed`, and where that beginning ends."""
    if len(typed) < len(label) - 3 or label[0] not in typed[:2]:
        return 1.0, 0
    ends = range(len(label) - 3, min(len(label) + 3, len(typed)) + 1)
    return min((OSA.distance(typed[:end], label) / len(label), end) for end in ends)
