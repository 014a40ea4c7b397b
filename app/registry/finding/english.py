"""Names in Roman letters: what the data say of them, and what of a question is no name."""

import csv
import re
from functools import cache
from pathlib import Path

from app.models.enums import OrganisationType

_T = OrganisationType
SUBDISTRICTS = Path(__file__).parents[1] / "data" / "subdistricts.csv"
_TYPES = (
    (re.compile(r"\b(?:subdistrict|tambon) administrati\w+ organi[sz]ations?\b|\b[st]ao\b|\bobt\b"), {_T.SAO}),
    (re.compile(r"\bprovincial administrati\w+ organi[sz]ations?\b|\bpao\b"), {_T.PAO}),
    (re.compile(r"\b(?:subdistrict|tambon) municipality\b|\bthesaban tambon\b"), {_T.SUBDISTRICT_MUNICIPALITY}),
    (re.compile(r"\btown municipality\b|\bthesaban mueang\b"), {_T.TOWN}),
    (re.compile(r"\bcity municipality\b|\bthesaban nakhon\b"), {_T.CITY}),
    (re.compile(r"\bmunicipality\b|\bthesaban\b"), {_T.SUBDISTRICT_MUNICIPALITY, _T.TOWN, _T.CITY}),
)
_NO_NAMES = re.compile(
    r"\b(?:sub-?district|district|province|tambon|tambol|amphoe|amphur|changwat|city|town|khet|khwaeng|of|the|in)\b"
)


def asked_in_english(q: str) -> tuple[str, frozenset[OrganisationType]]:
    """What of `q` is a name, and the types it may be of; any where it says none."""
    left, types = q.lower(), frozenset[OrganisationType]()
    for pattern, meant in _TYPES:
        if pattern.search(left):
            left, types = pattern.sub(" ", left), types | meant
            break
    named = _NO_NAMES.sub(" ", left)
    return (named if named.strip() else left), types


@cache
def romanised() -> dict[str, str]:
    """Official names of subdistricts in Roman letters, by their Thai name: most LAOs are called after theirs."""
    with SUBDISTRICTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["name_en"] for row in csv.DictReader(file)}
