"""A receipt on paper, and the QR code on both paper and screen."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import segno
from markupsafe import Markup

from app.clock import thai_date, thai_time
from app.lao.sending.rules import NOTHING_TO_REPORT, Receipt, in_words
from app.ledger.receipts import ProvenEntry

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
TITLE = "ใบรับการส่งรายงานทั้งรอบ"
MARGIN, WIDTH = 20.0, 170.0  # millimetres of A4
LINE = 7.4
UNREAD = 0x200B  # a space without width
QR_SIDE, QUIET = 40.0, 4


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)


def qr_picture(address: str) -> Markup:
    """The code for the page, drawn by attributes alone: the page's rules allow no style in it."""
    drawn = _code(address).svg_inline(scale=4, border=QUIET, dark="#000", light="#fff", omitsize=False)
    return Markup(drawn)  # noqa: S704 - from our own address


class PaperLine(NamedTuple):
    label: str
    words: str
    small: bool = False


def receipt_paper(receipt: Receipt, proven: ProvenEntry, address: str) -> bytes:
    """One page A4, as PDF; the same bytes whenever it is made. Only of an entry under a signed head."""
    paper = _blank(receipt)
    _title(paper, receipt)
    _lines(paper, "ผลของรอบที่ส่ง", [PaperLine(*each) for each in in_words(receipt.figures)], label_width=82)
    _lines(paper, "หลักฐานในบันทึกสาธารณะ", _evidence(proven), label_width=60)
    _how_to_check(paper, address)
    _leave_marks_unread(paper)
    return bytes(paper.output())


def _blank(receipt: Receipt) -> "FPDF":
    from fpdf import FPDF  # takes half a second, which no start of the program should wait for

    paper = FPDF(format="A4")
    paper.set_title(f"{TITLE} {receipt.name}")
    paper.set_lang("th")
    paper.set_creator("e-PlanNACC")
    paper.set_creation_date(receipt.at)
    paper.set_margins(MARGIN, MARGIN, MARGIN)
    paper.set_auto_page_break(auto=False)
    for style, weight in (("", 400), ("B", 700)):
        paper.add_font("Sarabun", style, FONTS / f"sarabun-{weight}.ttf")
    paper.set_font("Sarabun", size=12)
    paper.set_text_shaping(True, script="thai", language="tha")  # else tone marks lie upon the vowels below them
    paper.add_page()
    return paper


def _leave_marks_unread(paper: "FPDF") -> None:
    """Of letters that are drawn together fpdf2 reads all from the first, and the others as what their number happens
    to be: "ดำ0เนินการ" (findings/fpdf2-marks-read-as-other-letters.sh)."""
    from fpdf.fonts import TTFFont

    fonts = (font for font in paper.fonts.values() if isinstance(font, TTFFont))
    for glyph, _number in (each for font in fonts for each in font.subset.items()):
        if glyph is not None and glyph.unicode == ():
            glyph.unicode = (UNREAD,)


def _title(paper: "FPDF", receipt: Receipt) -> None:
    _text(paper, f"{TITLE} {receipt.round.label}", 18, bold=True, height=9)
    _text(paper, f"ปีงบประมาณ {receipt.year}", 14, height=8)
    _text(paper, receipt.name, 14, bold=True, height=7.5)
    sent = f"ส่งเมื่อวันที่ {thai_date(receipt.at)} เวลา {thai_time(receipt.at)}"
    _text(paper, f"รหัส อปท. {receipt.code} · {sent}", 12, height=LINE)
    if receipt.says_nothing:
        _text(paper, NOTHING_TO_REPORT, 14, bold=True, height=8)


def _text(paper: "FPDF", words: str, size: float, *, bold: bool = False, height: float = LINE) -> None:
    paper.set_font("Sarabun", "B" if bold else "", size)
    paper.multi_cell(WIDTH, height, words, align="L", new_x="LMARGIN", new_y="NEXT")


def _lines(paper: "FPDF", heading: str, lines: list[PaperLine], *, label_width: float) -> None:
    paper.ln(3)
    _text(paper, heading, 14, bold=True, height=8)
    for label, words, small in lines:
        paper.set_draw_color(200)
        paper.line(MARGIN, paper.y, MARGIN + WIDTH, paper.y)
        paper.set_font("Sarabun", size=12)
        paper.cell(label_width, LINE, label)
        paper.set_font("Sarabun", "" if small else "B", 8 if small else 12)
        paper.multi_cell(WIDTH - label_width, LINE, words, align="L", new_x="LMARGIN", new_y="NEXT")


def _evidence(proven: ProvenEntry) -> list[PaperLine]:
    assert proven.head is not None
    signed = f"{thai_date(proven.head.at)} เวลา {thai_time(proven.head.at)}"
    return [
        PaperLine("เลขที่รายการ", str(proven.seq)),
        PaperLine("รหัสตรวจสอบ", proven.code),
        PaperLine("รหัสของรายการ (SHA-256)", proven.leaf.hex(), small=True),
        PaperLine("อยู่ในหัวบันทึกที่ลงลายมือชื่อแล้ว", f"{proven.head.size:,} รายการ เมื่อ {signed}"),
        PaperLine("รหัสสรุปของทุกรายการ (root)", proven.head.root.hex(), small=True),
    ]


def _how_to_check(paper: "FPDF", address: str) -> None:
    paper.ln(5)
    top = paper.y
    _draw_code(paper, address, MARGIN, top)
    paper.set_xy(MARGIN + QR_SIDE + 5, top)
    paper.set_font("Sarabun", size=11)
    how = (
        "ผู้ใดก็ตรวจใบรับนี้ได้: สแกน QR code หรือเปิดหน้าตรวจใบรับ แล้วกรอกเลขที่รายการและรหัสตรวจสอบ "
        "จากนั้นเทียบตัวเลขบนใบรับนี้กับตัวเลขที่หน้าจอแสดง"
    )
    paper.multi_cell(WIDTH - QR_SIDE - 5, 6.4, how, align="L", new_x="LEFT", new_y="NEXT")
    paper.ln(1)
    paper.set_x(MARGIN + QR_SIDE + 5)
    paper.set_font("Sarabun", size=9)
    page = address.partition("?")[0]
    paper.multi_cell(WIDTH - QR_SIDE - 5, 5, page, align="L", new_x="LEFT", new_y="NEXT")


def _draw_code(paper: "FPDF", address: str, left: float, top: float) -> None:
    """As squares, which stay sharp at any size."""
    rows = _code(address).matrix
    side = QR_SIDE / len(rows)
    paper.set_fill_color(0)
    for down, row in enumerate(rows):
        for along, dark in enumerate(row):
            if dark:
                paper.rect(left + along * side, top + down * side, side, side, style="F")
