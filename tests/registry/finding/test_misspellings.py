"""Of what people type wrong, nearly everything still finds whom they mean, among the first five."""

import os
import sys
from collections import Counter

import pytest
from flask import Flask

from app.citizens.places.queries import search
from app.db import transaction
from app.models.enums import PlaceKind
from app.registry.operations import load_provinces, load_registry
from tests.registry.finding.misspellings import RULES, MisspeltLao, misspellings

FIRST = 5
SHARE, SHARE_BY_RULE = 0.95, 0.85
SAMPLE = int(os.environ.get("MISSPELLINGS", "400"))  # MISSPELLINGS=2000 for all of them


@pytest.fixture
def real(app: Flask) -> None:
    with transaction():
        load_provinces()
        load_registry()


def found(each: MisspeltLao) -> bool:
    """In the very list of the public search, where provinces and districts stand, too."""
    places = search(each.typed)
    first = [*places.fitting, *places.near][:FIRST]
    return each.code in [place.code for place in first if place.kind is PlaceKind.ORGANISATION]


def shares(right: Counter[str], number: int) -> str:
    by_rule = [f"{rule:28} {right[rule] * len(RULES) / number:6.1%}" for rule in RULES]
    return "\n".join(["", *by_rule, f"{'all':28} {right.total() / number:6.1%}", ""])


@pytest.mark.usefixtures("real")
def test_a_misspelt_name_finds_its_lao_among_the_first_five() -> None:
    # given
    asked = misspellings(SAMPLE)

    # when
    right = Counter(each.rule for each in asked if found(each))

    # then
    told = shares(right, SAMPLE)
    sys.stdout.write(told)
    assert right.total() / len(asked) >= SHARE, told
    assert [rule for rule in RULES if right[rule] * len(RULES) / SAMPLE < SHARE_BY_RULE] == [], told


def test_misspellings_are_the_same_on_every_run() -> None:
    assert misspellings(50) == misspellings(50)
    assert len({(each.rule, each.typed) for each in misspellings()}) > 1_900
    assert [each for each in misspellings(50) if each.typed == each.meant] == []
