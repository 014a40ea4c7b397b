"""Names of places in English: the official romanisation, from the data files. Nothing is romanised by machine.

One in thirty LAOs is called after no province, district or subdistrict; it keeps its Thai name on English pages.
"""

import csv
import re
from functools import cache, lru_cache
from pathlib import Path

from app.language import in_english, said
from app.models.enums import OrganisationType
from app.registry.finding.english import romanised

DATA = Path(__file__).parent / "data"
_LARGER = re.compile(" (?=อำเภอ|เขต|จังหวัด|กรุงเทพมหานคร)")
_WHOLE = frozenset({OrganisationType.BANGKOK, OrganisationType.PATTAYA})  # the type is the name


def spelled(name: str) -> str:
    """The name of a place in the language of the page; Thai where it has no English one."""
    return _english(name) if in_english() else name


@lru_cache(maxsize=20_000)
def _english(name: str) -> str:
    provinces, districts = _romanised("provinces"), _romanised("districts")
    if name in provinces or name in districts:
        return provinces.get(name) or districts[name]
    for prefix, known, ending in (
        ("จังหวัด", provinces, "Province"),
        ("อำเภอ", districts, "District"),
        ("เขต", districts, "District"),
    ):
        if name.startswith(prefix) and name.removeprefix(prefix) in known:
            return f"{known[name.removeprefix(prefix)]} {ending}"
    parts = _LARGER.split(name)
    if len(parts) > 1:  # with its district and province, as papers name it
        return ", ".join(map(_english, parts))
    return _lao(name) or said(name)


def _lao(name: str) -> str:
    for type_ in OrganisationType:
        if not name.startswith(type_.thai):
            continue
        if type_ in _WHOLE:
            return said(type_.thai)
        short = name.removeprefix(type_.thai)
        english = romanised().get(short) or _romanised("districts").get(short) or _romanised("provinces").get(short)
        return f"{english} {said(type_.thai)}" if english else ""
    return ""


@cache
def _romanised(file: str) -> dict[str, str]:
    with (DATA / f"{file}.csv").open(encoding="utf-8", newline="") as rows:
        return {row["name"]: row["name_en"] for row in csv.DictReader(rows)}
