"""A receipt on paper."""

from typing import TYPE_CHECKING, NamedTuple

from app.clock import thai_date, thai_time
from app.lao.sending.rules import NOTHING_TO_REPORT, Receipt, in_words
from app.ledger.receipts import ProvenEntry

if TYPE_CHECKING:
    from app.typeset.sheet import PdfSheet

TITLE = "ใบรับการส่งรายงานทั้งรอบ"
MARGIN = 20.0  # millimetres of A4
LINE = 7.4
QR_SIDE = 40.0


class PaperLine(NamedTuple):
    label: str
    words: str
    small: bool = False


def receipt_paper(receipt: Receipt, proven: ProvenEntry, address: str) -> bytes:
    """One page A4, as PDF; the same bytes whenever it is made. Only of an entry under a signed head."""
    from app.typeset.sheet import Margins, PdfSheet  # fpdf2 takes half a second, which no start should wait for

    sheet = PdfSheet(f"{TITLE} {receipt.name}", receipt.at, Margins(MARGIN, MARGIN, MARGIN, MARGIN))
    sheet.page()
    _title(sheet, receipt)
    _lines(sheet, "ผลของรอบที่ส่ง", [PaperLine(*each) for each in in_words(receipt.figures)], label_width=82)
    _lines(sheet, "หลักฐานในบันทึกสาธารณะ", _evidence(proven), label_width=60)
    _how_to_check(sheet, address)
    return sheet.finished()


def _title(sheet: "PdfSheet", receipt: Receipt) -> None:
    sent = f"ส่งเมื่อวันที่ {thai_date(receipt.at)} เวลา {thai_time(receipt.at)}"
    _text(sheet, f"{TITLE} {receipt.round.label}", 18, bold=True)
    _text(sheet, f"ปีงบประมาณ {receipt.year}", 14)
    _text(sheet, receipt.name, 14, bold=True)
    _text(sheet, f"รหัส อปท. {receipt.code} · {sent}", 12)
    if receipt.says_nothing:
        _text(sheet, NOTHING_TO_REPORT, 14, bold=True)


def _text(sheet: "PdfSheet", words: str, size: float, *, bold: bool = False, indent: float = 0) -> None:
    from app.typeset.sheet import Lettering

    sheet.write(words, Lettering(size, bold), indent=indent)


def _lines(sheet: "PdfSheet", heading: str, lines: list[PaperLine], *, label_width: float) -> None:
    sheet.y += 3
    _text(sheet, heading, 14, bold=True)
    for label, words, small in lines:
        sheet.rule()
        top = sheet.y
        _text(sheet, label, 12)
        below, sheet.y = sheet.y, top
        _text(sheet, words, 8 if small else 12, bold=not small, indent=label_width)
        sheet.y = max(below, sheet.y)


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


def _how_to_check(sheet: "PdfSheet", address: str) -> None:
    sheet.y += 5
    sheet.code(address, MARGIN, sheet.y, QR_SIDE)
    how = (
        "ผู้ใดก็ตรวจใบรับนี้ได้: สแกน QR code หรือเปิดหน้าตรวจใบรับ แล้วกรอกเลขที่รายการและรหัสตรวจสอบ "
        "จากนั้นเทียบตัวเลขบนใบรับนี้กับตัวเลขที่หน้าจอแสดง"
    )
    _text(sheet, how, 11, indent=QR_SIDE + 5)
    sheet.y += 1
    _text(sheet, address.partition("?")[0], 9, indent=QR_SIDE + 5)
