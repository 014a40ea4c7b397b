"""Thai text as it comes in: one right form, nothing invisible; and the order of Thai dictionaries."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.words import arabic_digits, clean_line, clean_text, search_key, thai_sort_key

GOLDEN = (Path(__file__).parent / "data" / "thai_order.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  เทศบาล \t ตำบล\u00a0 ก \n", "เทศบาล ตำบล ก"),
        ("\ufeffตำบล\u200bดินทอง\u200d", "ตำบลดินทอง"),
        ("ต\u0e4d\u0e32บล", "ตำบล"),  # nikhahit and sara aa, as some keyboards and PDFs write sara am
        ("น\u0e4d\u0e49\u0e32", "น้ำ"),
        ("น\u0e49\u0e4d\u0e32", "น้ำ"),
        ("เเม่สาย", "แม่สาย"),  # two เ typed for one แ
        ("ท\u0e48\u0e35ทำการ", "ที่ทำการ"),  # a tone mark typed before its vowel
        ("สิทธ\u0e4c\u0e34 พันธ\u0e4c\u0e38", "สิทธิ์ พันธุ์"),
        ("ท\u0e35\uf70a ป\uf701\uf714น \uf70fาต\uf702", "ที่ ปิ้น ญาตี"),  # marks at other heights, out of a PDF
        ("ดิน\x00ทอง\x1b\x7f", "ดินทอง"),
        ("\ud800ดินทอง", "ดินทอง"),
        ("", ""),
        ("\u200b \ufeff", ""),
    ],
)
def test_a_line_is_kept_in_its_one_right_form(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_a_text_keeps_its_line_breaks() -> None:
    assert clean_text(" หนึ่ง\r\nสอง\rสาม\u200b\n ") == "หนึ่ง\nสอง\nสาม"
    assert clean_text("1500\x0b2000\u2028ก") == "1500\n2000\nก", "Word's own break is one too"


def test_thai_digits_become_arabic() -> None:
    assert arabic_digits("๒๙๐๐๑๐๑ รอบ 6") == "2900101 รอบ 6"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("สุไหงโกลก", "เทศบาลเมืองสุไหงโก-ลก"),
        ("สุไหงโก–ลก", "เทศบาลเมืองสุไหงโก-ลก"),
        ("กม.๕", "เทศบาลตำบล กม. 5"),
        ("กม5", "เทศบาลตำบล กม.๕"),
        ("จปร", "เทศบาลตำบล จ.ป.ร."),
        ("จ.ป.ร.", "เทศบาลตำบล จปร"),
        ("ต้นตาลพระยาทด", "องค์การบริหารส่วนตำบลต้นตาล-พระยาทด"),
        ("กรุงเทพฯ", "กรุงเทพมหานคร"),
        ("ANTI", "โครงการ anti-corruption"),
    ],
)
def test_a_search_forgives_hyphens_dots_spaces_and_digits(typed: str, name: str) -> None:
    assert search_key(typed) in search_key(name)


def test_thai_digits_stand_beside_the_others_and_paiyannoi_is_punctuation() -> None:
    """The order of ICU 72.1, locale th_TH."""
    ordered = ["กรุงเทพฯ", "กรุงเทพก", "กรุงเทพมหานคร", "กม. ๑", "กม. 2", "กม. ๓", "กม. ๓ก", "กม. 4", "กมก"]
    ordered.sort(key=lambda name: random.Random(name).random())

    assert sorted(ordered, key=thai_sort_key) == [
        *("กม. ๑", "กม. 2", "กม. ๓", "กม. ๓ก", "กม. 4", "กมก"),
        *("กรุงเทพฯ", "กรุงเทพก", "กรุงเทพมหานคร"),
    ]


TROUBLESOME = "กเแาำ\u0e34\u0e38\u0e4c\uf70a\uf710\u0e4d\u0e48\u0e49\u200b\ufeff\x00\ud800 \n\r\t\u00a0\u2028๑1,"


@given(st.text(TROUBLESOME, max_size=12))
@settings(deadline=None, database=None, max_examples=300)
def test_cleaning_once_more_changes_nothing(text: str) -> None:
    once = clean_line(text)

    assert clean_line(once) == once
    assert clean_text(clean_text(text)) == clean_text(text)
    once.encode("utf-8")
    assert not set(once) & set("\n\r\t\x00\u200b\ufeff\u00a0")


@pytest.mark.parametrize("hidden", ["\u200b", "\x00"])
def test_an_invisible_character_between_vowel_and_tone_leaves_the_same_word(hidden: str) -> None:
    assert clean_line(f"ท\u0e49{hidden}\u0e38ง") == clean_line("ทุ้ง")


def test_every_name_of_the_country_sorts_as_thai_dictionaries_do() -> None:
    """7,707 names of LAOs, provinces and districts in the order of ICU 72.1, locale th_TH."""
    names = GOLDEN.copy()
    random.Random(1).shuffle(names)

    assert len(names) == 7_707
    assert sorted(names, key=thai_sort_key) == GOLDEN


@given(st.text(st.sampled_from([*map(chr, range(0x0E01, 0x0E5C)), *" \nab-“”–…"]), max_size=12))
def test_a_usual_text_is_read_as_an_unusual_one(text: str) -> None:
    """The short way for texts without anything invisible ends where the long one does."""
    assert clean_text(text) == clean_text(f"\u200b{text}")
