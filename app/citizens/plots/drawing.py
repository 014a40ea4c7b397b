"""A plot as a file of its own: its lines of text with their places, and the colours of the light pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.citizens.plots.rules import Key
from app.typeset.breaks import wrapped
from app.typeset.letters import FONTS, width

WIDE, EDGE = 800, 24
UNITS = 1000  # of Sarabun, to one em
WIDER = 1.2  # than Sarabun are letters of a machine that has no Sarabun
KEY_HIGH = 28
# Size and height of a line by what it is for; the class of the same name has the size, too.
SIZES = {"title": (22, 31), "said": (16, 25), "sub": (15, 23), "src": (13, 20)}
_PART = re.compile(r"/\* Drawn: .*?\*/(.*?)/\* Drawn until here \*/", re.DOTALL)
_LIGHT = re.compile(r":root \{(.*?)\}", re.DOTALL)
_TOKEN = re.compile(r"(--[\w-]+): ([^;]+);")
_USED = re.compile(r"var\((--[\w-]+)\)")
LETTERS = """
svg { font-family: Sarabun, "Leelawadee UI", Thonburi, "Noto Sans Thai", Tahoma, sans-serif; }
.f-title { font-size: 22px; font-weight: 700; fill: var(--ink); }
.f-said { font-size: 16px; fill: var(--ink); }
.f-sub { font-size: 15px; fill: var(--ink-2); }
.f-src { font-size: 13px; fill: var(--ink-2); }
"""
WHITE = {"--surface": "#fff", "--paper": "#fff", "--idle-fill": "#fff"}  # the ground of a file


class PlacedWords(NamedTuple):
    """A line of text, or an entry of the legend."""

    look: str
    y: int
    text: str


@dataclass(frozen=True)
class PlotSheet:
    """Where each part of the file stands, from above."""

    lines: list[PlacedWords]
    keys: list[PlacedWords]
    top: int
    room: int
    wide: int
    high: int
    edge: int = EDGE


def sheet(
    texts: Iterable[tuple[str, str]], room: int, keys: Iterable[Key], source: Iterable[str], *, wide: int = WIDE
) -> PlotSheet:
    """`texts` stand above the drawing, which is `room` high; below it the legend, then the source."""
    y, lines, placed = EDGE, list[PlacedWords](), list[PlacedWords]()
    for look, text in texts:
        found, y = _placed(look, text, y, wide)
        lines += found
    top = y + 14
    y = top + room + 10
    for key in keys:
        placed.append(PlacedWords(key.look, y, key.text))
        y += KEY_HIGH
    y += 8
    for text in source:
        found, y = _placed("src", text, y, wide)
        lines += found
    return PlotSheet(lines, placed, top, room, wide, y + EDGE // 2)


def _placed(look: str, text: str, y: int, wide: int) -> tuple[list[PlacedWords], int]:
    """The lines of a text from `y` down, and where the next one begins."""
    size, high = SIZES[look]
    weight = str(FONTS / ("sarabun-700.ttf" if look == "title" else "sarabun-400.ttf"))
    found = wrapped(text, (wide - 2 * EDGE) * UNITS / size / WIDER, lambda piece: width(weight, piece))
    lines = [PlacedWords(look, y + high * place + size, line) for place, line in enumerate(found)]
    return lines, y + high * len(found)


@lru_cache(maxsize=4)
def in_light(*sheets: str) -> str:
    """What style sheets say of drawings, with the colours of the light pages: a file has no variables around it."""
    tokens = {name: value for each in sheets for name, value in _TOKEN.findall("".join(_LIGHT.findall(each)[:1]))}
    tokens |= WHITE
    text = LETTERS + "".join(part for each in sheets for part in _PART.findall(each))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", _USED.sub(lambda found: tokens[found[1]], text)).strip()
