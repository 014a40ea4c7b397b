"""What is near to what was typed, by letters: a few candidates by their pairs of letters, then each compared whole."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import nlargest
from itertools import pairwise
from math import log

from rapidfuzz.distance import OSA

CANDIDATES = 300
MOST_LETTERS = 60
LEAST = 0.55  # of letters that agree: below, nobody sees why it was offered
FEWEST_SHARED = 0.4  # of what the likeliest shares
PLACE_SHARE = 0.5  # what a pair of letters of the place counts beside one of the name
COMMON = 0.3  # of all there are: so many share a pair of letters of a place that it tells nothing

Names = Sequence[str]


class Nearby:
    """Places by the letters of their names. `add` in the order of ids, from 0; then `find`."""

    def __init__(self, texts: Iterable[tuple[Names, Names]]) -> None:
        """Of each place: its names, and what may stand behind a name to tell it from others of that name."""
        names: defaultdict[str, list[int]] = defaultdict(list)
        places: defaultdict[str, list[int]] = defaultdict(list)
        self._forms: list[tuple[str, ...]] = []
        for id_, (own, larger) in enumerate(texts):
            self._forms.append(tuple(dict.fromkeys([*own, *(name + place for name in own for place in larger)])))
            of_names = set().union(*map(_pairs, own))
            for pair in of_names:
                names[pair].append(id_)
            for pair in set().union(*(_pairs(each, alone=False) for each in larger)) - of_names:
                places[pair].append(id_)
        total = len(self._forms)
        self._weighed = {pair: (log(1 + total / len(ids)), ids) for pair, ids in names.items()}
        self._placed = {
            pair: (PLACE_SHARE * log(1 + total / len(ids)), ids)
            for pair, ids in places.items()
            if len(ids) < max(50, COMMON * total)
        }

    def find(self, *keys: str) -> dict[int, float]:
        """Ids of places near to any of `keys`, with the share of letters that agree."""
        found: dict[int, float] = {}
        for key in {key[:MOST_LETTERS]: None for key in keys if len(key) > 1}:
            for id_ in self._candidates(key):
                score = max((self._compared(form, key) for form in self._forms[id_]), default=0.0)
                if score > found.get(id_, LEAST):
                    found[id_] = score
        return found

    def _candidates(self, key: str) -> list[int]:
        shared = [0.0] * len(self._forms)
        nothing = 0.0, ()
        for pair in _pairs(key):
            for weight, ids in (self._weighed.get(pair, nothing), self._placed.get(pair, nothing)):
                for id_ in ids:
                    shared[id_] += weight
        least = FEWEST_SHARED * max(shared, default=0)
        return nlargest(CANDIDATES, [id_ for id_, share in enumerate(shared) if share > least], key=shared.__getitem__)

    @staticmethod
    def _compared(form: str, key: str) -> float:
        return OSA.normalized_similarity(form, key, score_cutoff=LEAST)


def _pairs(text: str, *, alone: bool = True) -> set[str]:
    """Letters side by side, or with one between, in either order: two that changed places are the same pair."""
    text = f"^{text}$" if alone else text
    near = [*pairwise(text), *zip(text, text[2:], strict=False)]
    return {one + other if one < other else other + one for one, other in near}
