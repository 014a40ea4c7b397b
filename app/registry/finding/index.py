"""The registry ready to be searched, and who fits what was asked, the likeliest first. No database here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz.distance import OSA

from app.alike import alike_key, as_on_thai_keys, is_roman, roman_key
from app.models.enums import OrganisationType, PlaceKind
from app.registry.finding.asked import Asked, AskedPart, AskedWord, asked
from app.registry.finding.english import asked_in_english
from app.registry.finding.near import Nearby
from app.registry.rules import TYPES
from app.words import search_key

FEW = 5  # where not as many fit, what is near fills up the list, and where none does, is all of it
NEAR_SHOWN = 8
WORSE = 0.22  # than the nearest: no longer offered
SURE = 0.8  # of its letters: below, what was typed may be Thai, on a keyboard that was set to English
OF_THAT_TYPE, VERY_LETTERS = 0.04, 0.1  # what these count beside the share of letters that sound alike
_LARGER_FIRST = {PlaceKind.PROVINCE: 0, PlaceKind.DISTRICT: 1, PlaceKind.ORGANISATION: 2}
_EXACT, _BEGINS, _HAS = range(3)


@dataclass(frozen=True)
class Named:
    """A name that a place has, had, or goes on under; `today`: the one it bears itself."""

    name: str
    short: str  # without its type
    today: bool = True
    type: OrganisationType | None = None
    english: str = ""

    @cached_property
    def key(self) -> str:
        return search_key(self.name)

    @cached_property
    def short_key(self) -> str:
        return search_key(self.short)


@dataclass(frozen=True)
class KnownPlace:
    """A province, a district or an LAO as a search finds it. `codes`: that of today first."""

    kind: PlaceKind
    id: int
    codes: tuple[str, ...]
    names: tuple[Named, ...]
    closed: bool
    province_code: str
    province: str
    province_english: str
    district_code: str | None = None
    district: str = ""
    district_english: str = ""

    @property
    def code(self) -> str:
        return self.codes[0]

    @property
    def name(self) -> str:
        return self.names[0].name

    @property
    def type(self) -> OrganisationType | None:
        return self.names[0].type

    def larger(self, key: Callable[[str], str]) -> list[str]:
        """What people write behind the name, as keys: district, province, or both."""
        return _larger(self.kind, key(self.district), key(self.province))

    def larger_english(self) -> list[str]:
        return _larger(self.kind, roman_key(self.district_english), roman_key(self.province_english))


def _larger(kind: PlaceKind, district: str, province: str) -> list[str]:
    ways = (district, province, district + province)
    return [] if kind is PlaceKind.PROVINCE else [each for each in dict.fromkeys(ways) if each]


@dataclass(frozen=True)
class Finding:
    """`fitting`: who has every word in its name or place. `near`: who may be meant where they are few."""

    fitting: list[KnownPlace] = field(default_factory=list)
    near: list[KnownPlace] = field(default_factory=list)

    @property
    def in_order(self) -> list[KnownPlace]:
        return [*self.fitting, *self.near]


class Index:
    """`places` in the order in which those that fit alike are to stand."""

    def __init__(self, places: Iterable[KnownPlace]) -> None:
        self._places = list(places)
        self._alike = Nearby(
            ([alike_key(each.short) for each in place.names], place.larger(alike_key)) for place in self._places
        )
        # A text for each place: to look for letters in strings is what makes it fast.
        self._codes = ["".join(f"\n{code}" for code in place.codes) for place in self._places]
        self._today = ["\n".join(each.key for each in place.names if each.today) for place in self._places]
        self._ever = ["\n".join(each.key for each in place.names) for place in self._places]
        self._in = [f"\n{search_key(place.district)}\n{search_key(place.province)}" for place in self._places]
        self._names = [(id_, each) for id_, place in enumerate(self._places) for each in place.names]

    @cached_property
    def _roman(self) -> Nearby:
        return Nearby(
            ([roman_key(each.english) for each in place.names if each.english], place.larger_english())
            for place in self._places
        )

    def find(self, q: str, among: "Among") -> Finding:
        wanted = asked(q)
        if is_roman(q):
            return self._find_roman(q, among)
        fitting = self._fitting(wanted, among)
        near = self._near(wanted, among, set(fitting)) if len(fitting) < FEW and wanted.named else []
        return self._finding(fitting, near[: FEW - len(fitting)] if fitting else near)

    def _find_roman(self, q: str, among: "Among") -> Finding:
        """By its English name; or else what the same keys say in Thai, where they say something."""
        named, types = asked_in_english(q)
        scores = {
            id_: score for id_, score in self._roman.find(roman_key(named)).items() if among.has(self._places[id_])
        }
        best = self._nearest({id_: score + self._agrees(id_, types) for id_, score in scores.items()})
        if not best or scores[best[0]] < SURE:
            thai = self.find(as_on_thai_keys(q), among)
            if thai.fitting:
                return thai
        same = [id_ for id_ in best if scores[id_] == 1]
        return self._finding(same, [id_ for id_ in best if id_ not in same])

    def _finding(self, fitting: Sequence[int], near: Sequence[int]) -> Finding:
        return Finding([self._places[id_] for id_ in fitting], [self._places[id_] for id_ in near])

    # --- who fits ---
    def _fitting(self, wanted: Asked, among: "Among") -> list[int]:
        holders = [self._holders(word) for word in wanted.words]
        found = self._in_all(holders, among)
        if not found and len(holders) > 1:
            larger = (self._holding(f"\n{word.key}", self._in) for word in wanted.words)
            found = self._in_all([own | inside for own, inside in zip(holders, larger, strict=True)], among)
        return sorted(found, key=lambda id_: (*self._rank(wanted, id_), id_))

    def _in_all(self, holders: list[set[int]], among: "Among") -> list[int]:
        found = set[int].intersection(*holders) if holders else range(len(self._places))
        return [id_ for id_ in found if among.has(self._places[id_])]

    def _holders(self, word: AskedWord) -> set[int]:
        """With the word in a name, with or without its type, as digits a code begins with, or as what it says it is."""
        found = self._holding(word.typed, self._today if _is_type(word.typed) else self._ever)
        if word.is_code:
            found |= self._holding(f"\n{word.typed}", self._codes)
        if word.types or word.part is AskedPart.NAME:
            found |= {
                id_
                for id_, each in self._names
                if word.key in each.short_key
                and (each.today or word.key)
                and (not word.types or each.type in word.types)
            }
        if word.part is AskedPart.DISTRICT:
            found |= {id_ for id_, each in enumerate(self._in) if word.key in each.split("\n")[1]}
        if word.part is AskedPart.PROVINCE:
            found |= {id_ for id_, each in enumerate(self._in) if word.key in each.split("\n")[2]}
        return found

    @staticmethod
    def _holding(letters: str, texts: Sequence[str]) -> set[int]:
        return {id_ for id_, text in enumerate(texts) if letters in text}

    def _rank(self, wanted: Asked, id_: int) -> tuple[int, bool, int]:
        place = self._places[id_]
        words = [word.key for word in wanted.words if word.key and word.part in (AskedPart.ANY, AskedPart.NAME)]
        keys = ["".join(words[:count]) for count in range(1, len(words) + 1)] or ["".join(w.key for w in wanted.words)]
        how = _HAS
        if any(each.short_key in keys or each.key in keys for each in place.names) or wanted.named in place.codes:
            how = _EXACT
        elif words and any(each.short_key.startswith(words[0]) for each in place.names):
            how = _BEGINS
        return how, place.closed, _LARGER_FIRST[place.kind]

    # --- who is near ---
    def _near(self, wanted: Asked, among: "Among", known: set[int]) -> list[int]:
        found = self._alike.find(alike_key(wanted.named), alike_key(wanted.turned))
        scores = {
            id_: score + self._agrees(id_, wanted.types) + VERY_LETTERS * self._letters(wanted, id_)
            for id_, score in found.items()
            if id_ not in known and among.has(self._places[id_])
        }
        return self._nearest(scores)

    def _agrees(self, id_: int, types: frozenset[OrganisationType]) -> float:
        return OF_THAT_TYPE if types and self._places[id_].type in types else 0.0

    def _letters(self, wanted: Asked, id_: int) -> float:
        """How near it is by the very letters, which tells among those that sound alike."""
        place = self._places[id_]
        forms = (
            each.short_key + search_key(larger) for each in place.names for larger in ("", *place.larger(search_key))
        )
        return max(OSA.normalized_similarity(form, wanted.named) for form in forms)

    def _nearest(self, scores: dict[int, float]) -> list[int]:
        def order(id_: int) -> tuple[float, bool, int, int]:
            place = self._places[id_]
            return -round(scores[id_], 6), place.closed, _LARGER_FIRST[place.kind], id_

        best = sorted(scores, key=order)
        return [id_ for id_ in best[:NEAR_SHOWN] if scores[id_] > scores[best[0]] - WORSE]


@dataclass(frozen=True)
class Among:
    """Which places are asked for."""

    kinds: frozenset[PlaceKind]
    province_code: str = ""
    district_code: str = ""
    closed: bool = False

    def has(self, place: KnownPlace) -> bool:
        return (
            place.kind in self.kinds
            and (self.closed or not place.closed)
            and (not self.province_code or place.province_code == self.province_code)
            and (not self.district_code or place.district_code == self.district_code)
        )


def _is_type(key: str) -> bool:
    """A type alone is no name: it is asked of what the LAOs are today."""
    return any(key in search_key(type_) for type_ in TYPES)
