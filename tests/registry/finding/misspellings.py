"""Misspellings made by rule from the real registry: who is meant, and what is typed. The same ones on every run.

A name that several LAOs share is typed as a person would who means one of them: with its type, its district or its
province, whatever tells it from the others; mostly with the short words (อบต. อ. จ.), or bare behind a space.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

DATA = Path(__file__).parents[3] / "app" / "registry" / "data"
SHORT = {
    "องค์การบริหารส่วนตำบล": "อบต.",
    "องค์การบริหารส่วนจังหวัด": "อบจ.",
    "เทศบาลตำบล": "ทต.",
    "เทศบาลเมือง": "ทม.",
    "เทศบาลนคร": "ทน.",
    "กรุงเทพมหานคร": "",
    "เมืองพัทยา": "",
}
SAME_SOUND = (
    "ซสศษ",
    "ณน",
    "ฏต",
    "ฎด",
    "ทธฑฒ",
    "ถฐ",
    "ไใ",
    "ญย",
    "พภ",
    "คฆ",
    "ลร",
    "ลฬ",
    "\u0e34\u0e35",
    "\u0e36\u0e37",
    "\u0e38\u0e39",
)
TONES = "\u0e48\u0e49\u0e4a\u0e4b"
VOWELS = "ะ\u0e31าำ\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39เแโใไ\u0e47"
KEYS = ("ๅ/-ภถ\u0e38\u0e36คตจขช", "ๆไำพะ\u0e31\u0e35รนยบล", "ฟหกดเ\u0e49\u0e48าสวง", "ผปแอ\u0e34\u0e37ทมใฝ")
SPELLINGS = (
    *(
        ("th", "t"),
        ("ph", "p"),
        ("kh", "k"),
        ("ch", "j"),
        ("ae", "ea"),
        ("ue", "u"),
        ("ue", "eu"),
        ("u", "oo"),
        ("i", "ee"),
    ),
    *(
        ("aeng", "ang"),
        ("k", "g"),
        ("ai", "y"),
        ("r", "l"),
        ("w", "v"),
        ("t", "d"),
        ("p", "b"),
        ("a", "aa"),
        ("o", "or"),
        (" ", ""),
    ),
)


@dataclass(frozen=True)
class MisspeltLao:
    """`code`: of whoever is meant. `meant`: what was to be typed."""

    rule: str
    code: str
    meant: str
    typed: str


@dataclass(frozen=True)
class RealLao:
    code: str
    type: str
    short: str
    district: str
    province: str
    english: str
    district_english: str
    province_english: str


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def real_laos() -> list[RealLao]:
    """As `flask registry load` has them: those raised to a higher type by their new code and name."""
    upgrades = {row["old_code"]: row for row in _rows("upgrades_2025")}
    districts, provinces = ({row["code"]: row for row in _rows(name)} for name in ("districts", "provinces"))
    roman = {row["name"]: row["name_en"] for row in _rows("subdistricts")}
    nowhere = {"name": "", "name_en": ""}
    found = []
    for row in _rows("organisations"):
        new = upgrades.get(row["code"], {})
        type_, name = new.get("new_type", row["type"]), new.get("new_name", row["name"])
        short = name.removeprefix(type_) or name
        district, province = districts.get(row["district_code"], nowhere), provinces[row["province_code"]]
        found.append(
            RealLao(
                new.get("new_code", row["code"]),
                type_,
                short,
                *(district["name"], province["name"], roman.get(short, "")),
                *(district["name_en"], province["name_en"]),
            )
        )
    return found


Way = tuple[bool, str]  # with its type; with which place


class Speaker:
    """Says what a person would type who means one LAO and no other."""

    def __init__(self, laos: list[RealLao], random: Random) -> None:
        self._random = random
        self._same = Counter(self._told(lao, way) for lao in laos for way in self._ways())

    @staticmethod
    def _ways() -> Iterator[Way]:
        yield from ((typed, place) for typed in (False, True) for place in ("", "province", "district"))

    @staticmethod
    def _told(lao: RealLao, way: Way) -> tuple[Way, str, str, str]:
        return way, lao.short, lao.type if way[0] else "", getattr(lao, way[1]) if way[1] else ""

    def ways(self, lao: RealLao) -> list[Way]:
        """Those that tell it from every other; without a place where that is enough."""
        alone = [way for way in self._ways() if self._same[self._told(lao, way)] == 1]
        return [way for way in alone if not way[1]] or alone

    def said(self, lao: RealLao, *, typed: bool | None = None, placed: bool = False) -> str:
        ways = [way for way in self.ways(lao) if typed is None or way[0] is typed]
        if placed:
            ways = [way for way in self._ways() if way[1] and self._same[self._told(lao, way)] == 1] or ways
        if not ways:
            return ""
        with_type, place = self._random.choice(ways)
        kind = SHORT[lao.type] if self._random.random() < 0.7 else lao.type if lao.type != lao.short else ""
        words = [f"{kind}{lao.short}" if with_type else lao.short]
        if place:
            prefix = {"district": "อ.", "province": "จ."}[place] if self._random.random() < 0.5 else ""
            words.append(prefix + getattr(lao, place))
        return " ".join(words)


# --- the rules: each gives nothing where it has nothing to change ---
def _at(text: str, random: Random, letters: str = "") -> int | None:
    places = [at for at, letter in enumerate(text) if letter not in " ." and (not letters or letter in letters)]
    return random.choice(places) if places else None


def drop(text: str, random: Random) -> str:
    at = _at(text, random)
    return "" if at is None else text[:at] + text[at + 1 :]


def swap(text: str, random: Random) -> str:
    places = [
        at
        for at, (one, next_) in enumerate(pairwise(text))
        if one != next_ and " " not in one + next_ and "." not in one + next_
    ]
    if not places:
        return ""
    at = random.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def double(text: str, random: Random) -> str:
    at = _at(text, random)
    return "" if at is None else text[: at + 1] + text[at:]


def same_sound(text: str, random: Random) -> str:
    at = _at(text, random, "".join(SAME_SOUND))
    if at is None:
        return ""
    group = next(each for each in SAME_SOUND if text[at] in each)
    return text[:at] + random.choice([each for each in group if each != text[at]]) + text[at + 1 :]


def no_tone(text: str, random: Random) -> str:
    at = _at(text, random, TONES)
    return "" if at is None else text[:at] + text[at + 1 :]


def no_vowel(text: str, random: Random) -> str:
    at = _at(text, random, VOWELS)
    return "" if at is None else text[:at] + text[at + 1 :]


def neighbour_key(text: str, random: Random) -> str:
    at = _at(text, random, "".join(KEYS))
    if at is None:
        return ""
    row = next(each for each in KEYS if text[at] in each)
    place = row.index(text[at])
    near = [row[each] for each in (place - 1, place + 1) if 0 <= each < len(row)]
    return text[:at] + random.choice(near) + text[at + 1 :]


def glued(text: str, _random: Random) -> str:
    joined = text.replace(" ", "").replace(".", "")
    return joined if joined != text else ""


ON_THAI: dict[str, Callable[[str, Random], str]] = {
    "a letter left out": drop,
    "two letters swapped": swap,
    "a letter twice": double,
    "a letter of the same sound": same_sound,
    "no tone mark": no_tone,
    "no vowel": no_vowel,
    "the key beside": neighbour_key,
}
ENGLISH, UNTYPED, GLUED = "in English letters", "no prefix, and a slip", "words joined"
RULES = (*ON_THAI, UNTYPED, GLUED, ENGLISH)


def misspellings(number: int = 2_000, seed: int = 1) -> list[MisspeltLao]:
    """As many by each rule. Those for Thai make one letter wrong, anywhere in what is typed: prefix, name or place."""
    random, laos = Random(seed), real_laos()
    speaker, found = Speaker(laos, random), list[MisspeltLao]()
    for rule in RULES:
        made = 0
        while made < number // len(RULES):
            lao = random.choice(laos)
            meant, typed = _misspelt(rule, lao, speaker, random)
            if typed and typed != meant:
                found.append(MisspeltLao(rule, lao.code, meant, typed))
                made += 1
    return found


def _misspelt(rule: str, lao: RealLao, speaker: Speaker, random: Random) -> tuple[str, str]:
    if rule == ENGLISH:
        return _in_english(lao, speaker, random)
    if rule == UNTYPED:
        meant = speaker.said(lao, typed=False).replace("อ.", "").replace("จ.", "")
        return meant, random.choice(list(ON_THAI.values()))(meant, random) if meant else ""
    meant = speaker.said(lao, placed=rule == GLUED)
    return meant, glued(meant, random) if rule == GLUED else ON_THAI[rule](meant, random)


def _in_english(lao: RealLao, speaker: Speaker, random: Random) -> tuple[str, str]:
    """The official name, in one or two spellings of its own; with its place where the name is shared."""
    ways = [way for way in speaker.ways(lao) if not way[0]]
    if not lao.english or not ways:
        return "", ""
    place = random.choice(ways)[1]
    meant = f"{lao.english} {getattr(lao, f'{place}_english')}" if place else lao.english
    typed = meant.lower()
    changes = [(plain, own) for plain, own in SPELLINGS if plain in typed]
    for plain, own in random.sample(changes, min(len(changes), random.choice((1, 2)))):
        typed = typed.replace(plain, own, 1)
    return meant, typed
