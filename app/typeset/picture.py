"""A picture of a few figures, for where a link to them is shown. Letters are filled outlines, placed by HarfBuzz.

Pillow's own way to shape Thai asks for a library of the machine it runs on, and puts marks upon each other without it.
"""

from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from app.typeset.breaks import wrapped
from app.typeset.content import FigureCard
from app.typeset.letters import FONTS, drawn, width

WIDE, HIGH, EDGE = 1200, 630, 64  # what those who show links ask for
FINER = 2  # drawn so many times larger, for smooth edges
CURVE_STEPS = 6
NAVY, PAPER, INK, INK_2, REST, DONE = "#14284b", "#f6f3ec", "#1d2129", "#575247", "#dcd5c7", "#2a7d4f"
NAME_LINES = {56: 2, 40: 3}  # most of each size: a name gets smaller, and its end says in which province the place is
_READING = Lock()  # what fontTools reads of a font when it is first asked for is no work for two
Point = tuple[float, float]


class _Outline(BasePen):
    """The contours of a glyph as polygons."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.contours: list[list[Point]] = []

    def _moveTo(self, to: Point) -> None:
        self.contours.append([to])

    def _lineTo(self, to: Point) -> None:
        self.contours[-1].append(to)

    def _curveToOne(self, first: Point, second: Point, to: Point) -> None:
        begin = self.contours[-1][-1]
        for step in range(1, CURVE_STEPS + 1):
            t = step / CURVE_STEPS
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            points = (begin, first, second, to)
            x, y = (sum(w * p[axis] for w, p in zip(weights, points, strict=True)) for axis in (0, 1))
            self.contours[-1].append((x, y))


class _Weight:
    """One weight of the font."""

    def __init__(self, name: str) -> None:
        self.path = str(FONTS / name)
        self._font = TTFont(self.path)
        self._glyphs = self._font.getGlyphSet()
        self.units: int = self._font["head"].unitsPerEm

    @lru_cache(maxsize=500)  # noqa: B019 - both weights live as long as the program
    def contours(self, glyph: int) -> list[tuple[bool, list[Point]]]:
        """Each with whether it is a hole; the holes last. In a TrueType font they run the other way round."""
        pen = _Outline(self._glyphs)
        with _READING:
            self._glyphs[self._font.getGlyphName(glyph)].draw(pen)
        return sorted(((_area(each) > 0, each) for each in pen.contours), key=lambda each: each[0])


def _area(points: list[Point]) -> float:
    following = [*points[1:], points[0]]
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(points, following, strict=True))


@lru_cache(maxsize=2)
def _weight(name: str) -> _Weight:
    return _Weight(name)


class _Canvas:
    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDE * FINER, HIGH * FINER), PAPER)
        self.drawing = ImageDraw.Draw(self.image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self.drawing.rectangle([each * FINER for each in (left, top, right, bottom)], fill=colour)

    def write(
        self, text: str, base: float, size: float, colour: str, *, bold: bool = False, ground: str = PAPER
    ) -> None:
        """One line; `base`: where its letters stand."""
        weight = _font_of(bold)
        pen: float = EDGE * FINER
        scale = size * FINER / weight.units
        for letter in drawn(weight.path, text):
            for part in letter.parts:
                x, y = pen + part.across * scale, base * FINER - part.up * scale
                for hole, points in weight.contours(part.glyph):
                    placed = [(x + px * scale, y - py * scale) for px, py in points]
                    self.drawing.polygon(placed, fill=ground if hole else colour)
            pen += letter.width * scale

    def png(self) -> bytes:
        file = BytesIO()
        self.image.reduce(FINER).quantize(64).save(file, "PNG")
        return file.getvalue()


def _font_of(bold: bool) -> _Weight:
    return _weight("sarabun-700.ttf" if bold else "sarabun-400.ttf")


def _name(name: str) -> tuple[int, list[str]]:
    """Size and lines. Of what is longer than any place is named, the middle is left out."""
    bold, lines = _font_of(bold=True), list[str]()
    for size, most in NAME_LINES.items():
        lines = wrapped(name, (WIDE - 2 * EDGE) * bold.units / size, lambda text: width(bold.path, text))
        if len(lines) <= most:
            break
    else:
        lines = [*lines[: most - 2], f"{lines[most - 2]} …", lines[-1]]
    return size, lines


def picture(card: FigureCard) -> bytes:
    """As PNG."""
    canvas = _Canvas()
    canvas.box(0, 0, WIDE, 96, NAVY)
    canvas.write(card.head, 62, 34, "#fffefb", ground=NAVY)
    size, lines = _name(card.name)
    bases = [128 + size * (1 + 1.39 * place) for place in range(len(lines))]
    for line, base in zip(lines, bases, strict=True):
        canvas.write(line, base, size, INK, bold=True)
    canvas.write(card.moment, bases[-1] + 62, 34, INK_2)
    canvas.write(card.figure, 430, 72, NAVY, bold=True)
    canvas.box(EDGE, 462, WIDE - EDGE, 490, REST)
    canvas.box(EDGE, 462, EDGE + int((WIDE - 2 * EDGE) * min(card.percent, Decimal(100)) / 100), 490, DONE)
    for place, line in enumerate(card.lines):
        canvas.write(line, 546 + place * 46, 34, INK)
    return canvas.png()
