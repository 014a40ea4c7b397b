"""What is copied out of a PDF is what was written, letter by letter, in three readers; and it looks right."""

import csv
import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pdfminer.high_level import extract_text
from pypdf import PdfReader

from app.typeset.letters import FONTS, drawn
from app.typeset.sheet import Lettering, Margins, PdfSheet
from app.words import clean_line

PDFTOTEXT = shutil.which("pdftotext")
NAMES = Path(__file__).parents[2] / "app" / "registry" / "data" / "organisations.csv"
WORDS = (
    *("น้ำ ล้ำค่ำ ดำเนินการ ตำบลลำน้ำ คว่ำ ป้ำเป๋อ ฉ่ำ กำ", "ที่ว่าการ ปั้น ฝั่ง ฟ้า ป้าย ปู่ย่า ฝ้าย ปีที่ ฟื้น เป๊ปซี่ เก๋ง"),
    *("ญู ญุ ฐุ ฐู ฎุ ฏู กตัญญู กฎหมาย ปฏิบัติการ บัญญัติ", "สัตว์ สิทธิ์ พันธุ์ ผู้ว่าฯ ต่างๆ ฤๅษี ก็ เล็ก ใหญ่"),
    *("๑๒๓ ๒๕๖๑ 15,679,000.00 ฿5.50 (ก) “ข้อความ” office fi", "http://127.0.0.1/public/organisations/2900101?year=2561"),
)


def written(lines: list[str], size: float = 8) -> bytes:
    sheet = PdfSheet("ทดสอบ", datetime(2026, 1, 1, tzinfo=UTC), Margins(10, 10, 10, 10))
    sheet.page()
    for line in lines:
        sheet.keep(5)
        sheet.put(line, Lettering(size), 10, sheet.y)
        sheet.y += 5
    return sheet.finished()


def pdftotext(pdf: bytes) -> str:
    assert PDFTOTEXT
    done = subprocess.run([PDFTOTEXT, "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def read_by_pypdf(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def read_by_pdfminer(pdf: bytes) -> str:
    return extract_text(io.BytesIO(pdf))


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("read", [read_by_pypdf, read_by_pdfminer, pdftotext])
def test_every_letter_of_the_names_of_all_laos_is_read_back(read: object) -> None:
    """Names with every pair of letters that any of the 7,850 names has."""
    if read is pdftotext and not PDFTOTEXT:
        pytest.skip("needs poppler-utils: tools/debian-packages pdftotext")
    with NAMES.open(encoding="utf-8", newline="") as file:
        names = [clean_line(row["name"]) for row in csv.DictReader(file)]
    seen: set[str] = set()
    some = []
    for name in names:
        triples = {name[at : at + 3] for at in range(len(name) - 2)}
        if triples - seen:
            seen |= triples
            some.append(name)
    wanted = [*WORDS, *some]
    assert lines_of(read(written(wanted))) == wanted  # type: ignore[operator]


def test_each_letter_has_one_glyph_in_the_order_it_was_written() -> None:
    font = str(FONTS / "sarabun-400.ttf")
    for word in ("น้ำ", "ปู่", "กตัญญู", "ป้ำ", "ฉํ้า"):
        letters = drawn(font, word)
        assert "".join(letter.letter for letter in letters) == word
        assert all(letter.parts and letter.width for letter in letters)
    _consonant, tone, _vowel = drawn(font, "น้ำ")
    assert tone.letter == "้"


def test_a_tone_mark_stands_above_the_vowel_below_it_and_left_of_a_tall_stem() -> None:
    """Else marks lie upon each other: as HarfBuzz has it, not as the font's letters stand by themselves."""
    font = str(FONTS / "sarabun-400.ttf")
    plain = drawn(font, "ก่")[1].parts[0]
    assert drawn(font, "กี่")[2].parts[0] != plain
    assert drawn(font, "ป่")[1].parts[0] != plain
