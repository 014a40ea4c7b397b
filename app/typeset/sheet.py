"""Pages of a PDF that are written downwards, in millimetres; every text of it can be copied out as it was written."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from fpdf import FPDF

from app.typeset.breaks import Measure, wrapped
from app.typeset.codes import code_squares
from app.typeset.content import Align
from app.typeset.letters import FONTS, LetterFont

MM = 25.4 / 72  # of a point
LEADING, BASE = 1.45, 1.14  # of the size: from line to line, and from the top of a line to its letters' foot


class Margins(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class Lettering(NamedTuple):
    """How words are set; size in points."""

    size: float
    bold: bool = False

    @property
    def leading(self) -> float:
        return self.size * MM * LEADING


class PdfSheet:
    """`head` draws what stands in the upper margin of a new page, by its number."""

    def __init__(self, title: str, at: datetime, margins: Margins, *, landscape: bool = False) -> None:
        self.pdf = FPDF("L" if landscape else "P", format="A4")
        self.pdf.set_title(title)
        self.pdf.set_lang("th")
        self.pdf.set_creator("e-PlanNACC")
        self.pdf.set_creation_date(at)
        self.pdf.set_auto_page_break(False)
        self._fonts: dict[bool, LetterFont] = {}
        for bold, style, weight in ((False, "", 400), (True, "B", 700)):
            font = LetterFont(self.pdf, FONTS / f"sarabun-{weight}.ttf", style)
            self.pdf.fonts[font.fontkey] = self._fonts[bold] = font
        self.margins, self.y = margins, margins.top
        self.head: Callable[[int], None] = lambda _number: None

    @property
    def room(self) -> float:
        """Between the margins."""
        return float(self.pdf.w) - self.margins.left - self.margins.right

    @property
    def bottom(self) -> float:
        return float(self.pdf.h) - self.margins.bottom

    def page(self) -> None:
        self.pdf.add_page()
        self.head(self.pdf.page)
        self.y = self.margins.top

    def keep(self, height: float) -> None:
        """Go on to a new page where that much does not fit on this one."""
        if self.y + height > self.bottom:
            self.page()

    def measure(self, letters: Lettering) -> Measure:
        font, scale = self._fonts[letters.bold], letters.size * MM
        return lambda text: font.wide(text) * scale

    def put(
        self, words: str, letters: Lettering, left: float, top: float, room: float = 0, side: Align = Align.LEFT
    ) -> None:
        """One line, whatever its width; `left` from the edge of the paper."""
        if not words:
            return
        if side is not Align.LEFT:
            spare = room - self.measure(letters)(words)
            left += spare / 2 if side is Align.CENTRE else spare
        self.pdf.set_font("Sarabun", "B" if letters.bold else "", letters.size)
        self.pdf.text(left, top + letters.size * MM * BASE, words)

    def write(
        self, words: str, letters: Lettering, side: Align = Align.LEFT, *, indent: float = 0, room: float | None = None
    ) -> None:
        """As many lines as it takes, downwards; on a new page where this one is full."""
        wide = self.room - indent if room is None else room
        for line in wrapped(words, wide, self.measure(letters)):
            self.keep(letters.leading)
            self.put(line, letters, self.margins.left + indent, self.y, wide, side)
            self.y += letters.leading

    def rule(self, grey: int = 200) -> None:
        """A thin line across, where the next words will stand."""
        self.pdf.set_draw_color(grey)
        self.pdf.line(self.margins.left, self.y, self.margins.left + self.room, self.y)

    def code(self, address: str, left: float, top: float, side: float) -> None:
        """A QR code as squares, which stay sharp at any size."""
        rows = code_squares(address)
        square = side / len(rows)
        self.pdf.set_fill_color(0)
        for down, row in enumerate(rows):
            for along, dark in enumerate(row):
                if dark:
                    self.pdf.rect(left + along * square, top + down * square, square, square, style="F")

    def finished(self) -> bytes:
        return bytes(self.pdf.output())
