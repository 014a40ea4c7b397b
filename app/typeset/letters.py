"""A font in a PDF whose every drawn letter reads as the one letter it is.

HarfBuzz draws Thai right: it moves marks, changes glyphs, and takes ำ apart, putting half of it before a tone mark.
What readers make of that is wrong (docs/decisions/0026-papers.md). So each letter gets a glyph of its own: all that
HarfBuzz drew for it, where it drew it, as one composite glyph with that letter's number. A line is then one plain
string in the order it was written, and nothing has to be guessed from places on the page.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import uharfbuzz as hb
from fontTools.ttLib.tables import _g_l_y_f as glyf
from fpdf import FPDF
from fpdf.fonts import Glyph, TTFFont

FONTS = Path(__file__).parent / "fonts"
CHARACTERS = 2  # HarfBuzz's cluster level at which it says of every glyph which letter it belongs to
PLAIN = {"kern": False, "liga": False}  # a pair of letters drawn nearer to each other would need more glyphs
HAIR = 1  # pdfminer ends a line between two letters without any width, of which a vowel and its tone mark are two
WORDS_REMEMBERED = 20_000


class DrawnPart(NamedTuple):
    """One glyph of the font as HarfBuzz placed it, in font units from where its letter begins."""

    glyph: int
    across: int
    up: int


PlacedPart = tuple[DrawnPart, int]  # and how far it moves the pen


class DrawnLetter(NamedTuple):
    """A letter, or the few that the font has only one glyph for."""

    letter: str
    parts: tuple[DrawnPart, ...]
    width: int  # font units


class _Shaper:
    """One weight of the font, for every paper."""

    def __init__(self, path: str) -> None:
        self._font = hb.Font(hb.Face(hb.Blob.from_file_path(path)))

    def letters(self, text: str) -> list[DrawnLetter]:
        """As they were written: a tone mark comes before its ำ, also where HarfBuzz drew it behind."""
        found: list[list[PlacedPart]] = [[] for _letter in text]
        pen = 0
        for info, place in zip(*self._shaped(text), strict=True):
            at = DrawnPart(info.codepoint, pen + place.x_offset, place.y_offset)
            found[info.cluster].append((at, place.x_advance))
            pen += place.x_advance
        return _in_writing_order(text, found)

    def _shaped(self, text: str) -> tuple[Sequence[Any], Sequence[Any]]:
        buffer = hb.Buffer()
        buffer.cluster_level = CHARACTERS
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", "thai", "tha"
        hb.shape(self._font, buffer, PLAIN)
        return buffer.glyph_infos, buffer.glyph_positions


def _in_writing_order(text: str, found: list[list[PlacedPart]]) -> list[DrawnLetter]:
    pen, letters = 0, list[DrawnLetter]()
    for at, letter in enumerate(text):
        drawn = found[at]
        if not drawn and at + 1 < len(text) and len(found[at + 1]) > 1:
            drawn = [found[at + 1].pop(0)]  # a tone mark and the half of its ำ are one glyph: drawn as the mark
        if not drawn and letters:
            letters[-1] = letters[-1]._replace(letter=letters[-1].letter + letter)
            continue
        parts = tuple(part._replace(across=part.across - pen) for part, _advance in drawn)
        advance = sum(advance for _part, advance in drawn)
        letters.append(DrawnLetter(letter, parts, advance or HAIR))
        pen += advance
    return letters


@cache
def _shaper(path: str) -> _Shaper:
    return _Shaper(path)


@lru_cache(maxsize=WORDS_REMEMBERED)
def drawn(path: str, text: str) -> list[DrawnLetter]:
    return _shaper(path).letters(text)


def width(path: str, text: str) -> int:
    """Of a text in one line, in font units."""
    return sum(letter.width for letter in drawn(path, text))


class LetterFont(TTFFont):
    """fpdf2's font, with a glyph for each drawn letter."""

    def __init__(self, paper: FPDF, path: Path, style: str) -> None:
        super().__init__(paper, path, f"sarabun{style}", style)
        self.known: dict[DrawnLetter, Glyph] = {}

    def encode_text(self, text: str) -> str:
        """What FPDF.text draws: one plain string."""
        codes = (self.subset.pick_glyph(self._glyph(letter)) for letter in drawn(str(self.ttffile), text))
        return f"({self.escape_text(''.join(chr(code) for code in codes if code is not None))}) Tj"

    def wide(self, text: str) -> float:
        """Of one line, in parts of the size it is set in."""
        return width(str(self.ttffile), text) * float(self.scale) / 1000

    def _glyph(self, letter: DrawnLetter) -> Glyph:
        if letter not in self.known:
            self.known[letter] = self._made(letter)
        return self.known[letter]

    def _made(self, letter: DrawnLetter) -> Glyph:
        first = letter.parts[0]
        name = self.ttfont.getGlyphName(first.glyph)
        if len(letter.parts) > 1 or first.across or first.up:
            name = self._composite(letter)
        return Glyph(
            self.ttfont.getGlyphID(name), tuple(map(ord, letter.letter)), name, round(self.scale * letter.width)
        )

    def _composite(self, letter: DrawnLetter) -> str:
        """A glyph made of others, which take no room in the file a second time; gives its name."""
        number = len(self.ttfont.getGlyphOrder())
        name = f"letter{number:05}"
        glyph = glyf.Glyph()
        glyph.numberOfContours = -1
        glyph.components = [self._component(part) for part in letter.parts]
        self.ttfont["glyf"][name] = glyph  # which puts it at the end of the order of glyphs, too
        self.ttfont.getReverseGlyphMap()[name] = number
        glyph.recalcBounds(self.ttfont["glyf"])
        self.ttfont["hmtx"][name] = (letter.width, glyph.xMin)
        return name

    def _component(self, part: DrawnPart) -> glyf.GlyphComponent:
        component = glyf.GlyphComponent()
        component.glyphName = self.ttfont.getGlyphName(part.glyph)
        component.x, component.y = part.across, part.up
        component.flags = glyf.ROUND_XY_TO_GRID
        return component
