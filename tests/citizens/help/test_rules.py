"""The manual as data: order, what is found, which chapter explains a screen."""

import pytest

from app.citizens.help.chapters import BY_NAME, CHAPTERS
from app.citizens.help.rules import ManualPart, Text, beside, chapter_about, search
from app.models.enums import Role

TEXTS = [
    Text("/a", "บันทึกแผน", ManualPart.LAO, "กรอกชื่อโครงการ แล้วกดบันทึก"),
    Text("/b", "รายงานผล", ManualPart.LAO, "เลือกสถานะ ของโครงการ แล้วกด Excel " + "ก" * 400),
    Text("/c", "โครงการที่ถูกปฏิเสธ", ManualPart.LAO, "อ่านเหตุผล"),
]


def found(query: str) -> list[str]:
    return [hit.text.path for hit in search(query, TEXTS).hits]


def test_every_word_must_be_there_and_a_title_comes_first() -> None:
    assert found("โครงการ") == ["/c", "/a", "/b"]
    assert found("โครงการ สถานะ") == ["/b"]
    assert found("excel") == ["/b"]
    assert found("ไม่มีคำนี้") == []
    assert found("  ") == []


def test_an_excerpt_holds_what_was_found_and_stays_short() -> None:
    excerpt = search("excel", TEXTS).hits[0].excerpt
    assert "Excel" in excerpt
    assert excerpt.endswith("…")
    assert len(excerpt) < 200


def test_previous_and_next_stay_inside_their_part() -> None:
    for part in ManualPart:
        inside = [chapter for chapter in CHAPTERS if chapter.part is part]
        assert beside(CHAPTERS, inside[0]) == (None, inside[1])
        assert beside(CHAPTERS, inside[-1]) == (inside[-2], None)


def test_names_are_given_once() -> None:
    assert len(BY_NAME) == len(CHAPTERS)


@pytest.mark.parametrize(
    ("address", "role", "name"),
    [
        ("/projects", Role.LAO, "lao-list"),
        ("/projects/5", Role.LAO, "lao-list"),
        ("/projects/new", Role.LAO, "lao-record"),
        ("/reporting/5/2561/6", Role.LAO, "lao-report"),
        ("/nacc/review/5", Role.OFFICER, "officer-review"),
        ("/nacc", Role.OFFICER, "officer-day"),
        ("/nacc/admin/windows/2561/6", Role.ADMINISTRATOR, "officer-windows"),
        ("/nacc/admin/staff", Role.ADMINISTRATOR, "officer-admin"),
        ("/nacc/admin", Role.OFFICER, None),
        ("/projects", Role.OFFICER, None),
        ("/nowhere", Role.LAO, None),
    ],
)
def test_a_screen_knows_its_chapter(address: str, role: Role, name: str | None) -> None:
    chapter = chapter_about(CHAPTERS, address, role)
    assert (chapter.name if chapter else None) == name
