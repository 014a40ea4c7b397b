"""A paper as PDF, A4 across, with the margins of Thai offices. Heads stand on every page, rows are not cut."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from itertools import takewhile

from app.typeset.breaks import wrapped
from app.typeset.content import (
    DRAFT,
    Align,
    Paper,
    PaperRow,
    PaperTable,
    RowKind,
    Signature,
    Source,
    column_widths,
    page_mark,
    signed,
)
from app.typeset.sheet import Lettering, Margins, PdfSheet

MARGINS = Margins(left=30, top=25, right=20, bottom=20)
TITLE, LEAD, BODY = Lettering(15, bold=True), Lettering(12, bold=True), Lettering(12)
SMALL, SMALL_BOLD = Lettering(9.5), Lettering(9.5, bold=True)
PAD = 1.0  # millimetres between words and lines
CODE_SIDE = 28.0
SIGNED_ROOM = 90.0
FOOT, HALF_A_PAGE = 62.0, 80.0
KEPT_ROWS = 2  # of a table, that stand on one page with who signs


def paper_pdf(paper: Paper, at: datetime) -> bytes:
    sheet = PdfSheet(paper.name, at, MARGINS, landscape=True)
    sheet.head = lambda number: _head(sheet, paper, number)
    sheet.page()
    for line in paper.title:
        sheet.write(line, TITLE, Align.CENTRE)
    sheet.y += 2
    if paper.draft:
        sheet.write(f"{DRAFT}: {paper.draft}", LEAD, Align.CENTRE)
    for line in paper.lines:
        sheet.write(line, BODY)
    for each in paper.tables:
        _set_table(sheet, each, FOOT if each is paper.tables[-1] else 0)
    _foot(sheet, paper.signature, paper.source)
    return sheet.finished()


def _head(sheet: PdfSheet, paper: Paper, number: int) -> None:
    if number > 1:
        sheet.put(page_mark(number), BODY, MARGINS.left, 14, sheet.room, Align.CENTRE)
    if paper.draft:
        sheet.put(DRAFT, LEAD, MARGINS.left, 14, sheet.room, Align.RIGHT)


class _Setting:
    """A table on its way onto a sheet: how wide its columns are, and what is drawn again on each page."""

    def __init__(self, sheet: PdfSheet, table: PaperTable) -> None:
        self.sheet = sheet
        self.plain, self.bold = (SMALL, SMALL_BOLD) if table.small else (BODY, LEAD)
        self.widths = column_widths(table.columns, sheet.room)
        self.columns = table.columns
        self.fresh = False  # nothing stands yet under the head of this page

    def lines(self, row: PaperRow) -> list[list[str]]:
        wide = [self.sheet.room] if row.kind is RowKind.BAND else self.widths
        measure = self.sheet.measure(self._lettering(row.kind))
        return [wrapped(cell, room - 2 * PAD, measure) for cell, room in zip(row.cells, wide, strict=True)]

    def _lettering(self, kind: RowKind) -> Lettering:
        return self.plain if kind is RowKind.PLAIN else self.bold

    def height(self, cells: Sequence[Sequence[str]]) -> float:
        return max(map(len, cells)) * self.plain.leading + 2 * PAD

    @cached_property
    def most_lines(self) -> int:
        """Of a row that has a page for itself, under the head."""
        room = self.sheet.bottom - self.sheet.margins.top - self.height(self.head_lines) - 2 * PAD
        return int(room / self.plain.leading)

    @cached_property
    def head_lines(self) -> list[list[str]]:
        measure = self.sheet.measure(self.bold)
        return [
            wrapped(column.head, room - 2 * PAD, measure)
            for column, room in zip(self.columns, self.widths, strict=True)
        ]

    def head(self) -> None:
        self._draw(self.head_lines, self.bold, [Align.CENTRE] * len(self.columns), self.widths, fill=230)
        self.fresh = self.sheet.y < self.sheet.margins.top + self.height(self.head_lines) + PAD

    def rows(self, rows: Sequence[PaperRow], tail: float) -> None:
        """`tail`: what must not stand on a page without the last rows."""
        cells = [self.lines(row) for row in rows]
        for place, row in enumerate(rows):
            first = max(0, len(rows) - KEPT_ROWS) == place
            bands = len(list(takewhile(lambda each: each.kind is RowKind.BAND, rows[place:])))
            together = cells[place:] if first else cells[place : place + 1 + bands]
            self._row(row, cells[place], sum(map(self.height, together)) + (tail if first else 0))

    def _row(self, row: PaperRow, cells: Sequence[Sequence[str]], wanted: float) -> None:
        """`wanted`: the height of all that stands together with it, from here on."""
        most = self.most_lines
        for first in range(0, max(map(len, cells)), most):  # in parts only where it is higher than a page
            part = [lines[first : first + most] for lines in cells]
            if self.sheet.y + (self.height(part) if first else wanted) > self.sheet.bottom and not self.fresh:
                self.sheet.page()
                self.head()
            band = row.kind is RowKind.BAND
            widths = [self.sheet.room] if band else self.widths
            sides = [Align.LEFT] if band else [column.side for column in self.columns]
            self._draw(part, self._lettering(row.kind), sides, widths, fill=0 if row.kind is RowKind.PLAIN else 245)
            self.fresh = False

    def _draw(
        self,
        cells: Sequence[Sequence[str]],
        letters: Lettering,
        sides: Sequence[Align],
        widths: Sequence[float],
        fill: int,
    ) -> None:
        sheet, left, high = self.sheet, self.sheet.margins.left, self.height(cells)
        sheet.pdf.set_draw_color(120)
        sheet.pdf.set_fill_color(fill)
        for lines, side, wide in zip(cells, sides, widths, strict=True):
            sheet.pdf.rect(left, sheet.y, wide, high, style="DF" if fill else "D")
            for place, line in enumerate(lines):
                top = sheet.y + PAD + place * letters.leading
                sheet.put(line, letters, left + PAD, top, wide - 2 * PAD, side)
            left += wide
        sheet.y += high


def _set_table(sheet: PdfSheet, table: PaperTable, tail: float) -> None:
    sheet.y += 3
    setting = _Setting(sheet, table)
    first = sum(setting.height(setting.lines(row)) for row in table.rows[:2])
    sheet.keep(min(setting.height(setting.head_lines) + first, HALF_A_PAGE) + LEAD.leading)
    if table.heading:
        sheet.write(table.heading, LEAD)
    setting.head()
    setting.rows(table.rows, tail)


def _foot(sheet: PdfSheet, signature: Signature, source: Source) -> None:
    """Who signs, on the right, and where the same figures stand, on the left; both on one page."""
    sheet.keep(FOOT)
    sheet.y += 6
    top = sheet.y
    sheet.code(source.address, MARGINS.left, top + 4, CODE_SIDE)
    sheet.y = top + 4
    beside = sheet.room - SIGNED_ROOM - CODE_SIDE - 12
    for words in (source.words, source.address):
        sheet.write(words, SMALL, indent=CODE_SIDE + 4, room=beside)
    sheet.y = top
    left = sheet.room - SIGNED_ROOM
    for words in signed(signature):
        sheet.write(words, BODY, Align.CENTRE, indent=left, room=SIGNED_ROOM)
        sheet.y += 1.5
