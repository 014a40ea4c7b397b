"""Thai is broken between words, never inside of what belongs together, and nothing gets lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.typeset.breaks import words, wrapped

PLAN = "โครงการส่งเสริมคุณธรรมและจริยธรรมผู้บริหาร สมาชิกสภา และพนักงานของเทศบาลตำบลลำน้ำ"


def test_lines_end_between_words() -> None:
    assert "ส่งเสริม" in words(PLAN)
    lines = wrapped(PLAN, 20, len)
    assert max(map(len, lines)) <= 20
    assert "".join(lines).replace(" ", "") == PLAN.replace(" ", "")
    assert not any(line.startswith(tuple("ะัาำิีึืุู่้๊๋์ๆฯ")) for line in lines)


@pytest.mark.parametrize(
    ("text", "room"),
    [("น้ำ" * 100, 10), ("http://127.0.0.1/public/organisations/2900101?year=2561&round=6", 20), ("x" * 300, 7)],
)
def test_what_has_no_words_is_broken_too(text: str, room: int) -> None:
    lines = wrapped(text, room, len)
    assert "".join(lines) == text
    assert max(map(len, lines)) <= room


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("กขเแโนำ้่ิีุู์ะๆฯ (a/.,\n1๑"), max_size=60))
def test_no_letter_gets_lost_whatever_is_written(text: str) -> None:
    assert "".join("".join(wrapped(text, 5, len)).split()) == "".join(text.split())
