"""docs/security.md tells of each requirement of OWASP ASVS 5.0, levels 1 and 2, and each test it names is there."""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
STANDARD = Path(__file__).with_name("asvs_5.0.0.csv")
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| (met|not applicable|open)(: [^|]+)? \| ([^|]*)\|")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PLACE = re.compile(r"`((?:app|docs|static|templates|tests|bench|tools)/[\w./-]+|config\.py)`")
# What is missing today, all of level 2: whoever mends one takes it out of here, and says so in its row.
OPEN = {"6.5.2", "11.5.1", "13.2.1", "13.3.1", "14.3.2"}


class Requirement(NamedTuple):
    """A row of the document; `how` says why or what is missing, `shown` the tests, files or commands."""

    id: str
    level: str
    short: str
    state: str
    how: str
    shown: str


def rows() -> list[Requirement]:
    lines = [line for line in DOCUMENT.read_text().splitlines() if re.match(r"\| \d+\.\d", line)]
    found = [ROW.fullmatch(line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if match is None] == []
    return [Requirement(*(part or "" for part in match.groups())) for match in found if match]


def told() -> dict[str, str]:
    """What the document says the level of each requirement is."""
    return {row.id: row.level for row in rows()}


def standard() -> Iterator[tuple[str, str]]:
    lines = (line for line in STANDARD.read_text().splitlines() if not line.startswith("#"))
    yield from ((row["id"], row["level"]) for row in csv.DictReader(lines))


@cache
def names_in(path: str) -> set[str]:
    file = ROOT / path
    body = ast.parse(file.read_text()).body if file.exists() else []
    return {node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_requirement_of_level_1_and_2_has_its_row_in_order() -> None:
    asked = list(standard())
    assert (len(asked), sum(level == "1" for _id, level in asked)) == (253, 70)
    assert list(told().items()) == asked
    assert len(rows()) == len(asked)


def test_every_test_and_file_that_is_named_is_there() -> None:
    text = DOCUMENT.read_text()
    named = TEST.findall(text)
    assert len(set(named)) > 100
    assert [(path, name) for path, name in named if name not in names_in(path)] == []
    assert [place for place in PLACE.findall(text) if not (ROOT / place).exists()] == []


def test_what_is_met_is_shown_and_what_is_not_is_explained() -> None:
    for row in rows():
        assert row.shown.strip() or row.state != "met", f"{row.id}: shown by what?"
        assert row.how or row.state == "met", f"{row.id}: why?"


def test_what_is_open_is_known_and_nothing_of_level_1_is() -> None:
    assert {row.id for row in rows() if row.state == "open"} == OPEN
    assert [row.id for row in rows() if row.state == "open" and row.level == "1"] == []
