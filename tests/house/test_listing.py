"""What an address says of a list, said and read one way: at the edges of each number, and with what makes no sense."""

from typing import Any

import pytest

from app.listing import (
    MAX_SEARCH,
    MAX_WORDS,
    Choice,
    ListState,
    Pager,
    among,
    choice_of,
    in_words,
    list_state,
    number,
    on_a_page,
    query_of,
    searched,
    text,
    whole,
)
from app.nacc.desk.forms import one_of, place_and_words

SORTS = ("name", "-name")
REVIEWS, STATUSES = ("", "pending", "rejected"), ("", "done")


def _state(**args: str) -> ListState:
    return list_state(args, default_year=2561, sorts=SORTS, review=REVIEWS, status=STATUSES, round=(6, 12))


@pytest.mark.parametrize(
    ("args", "changed"),
    [
        ({}, {}),
        ({"year": "all"}, {"year": 0}),
        ({"year": "๒๕๖๓"}, {"year": 2563}),
        ({"year": "2400"}, {"year": 2400}),
        ({"year": "2399"}, {}),
        ({"year": "2799"}, {"year": 2799}),
        ({"year": "2800"}, {}),
        ({"year": "x"}, {}),
        ({"round": "12"}, {"round": 12}),
        ({"round": "7"}, {}),
        ({"review": "rejected", "status": "done"}, {"review": "rejected", "status": "done"}),
        ({"review": "done", "status": "rejected"}, {}),
        ({"sort": "-name"}, {"sort": "-name"}),
        ({"sort": "code"}, {}),
        ({"page": "3"}, {"page": 3}),
        ({"page": "0"}, {}),
        ({"page": "-2"}, {}),
        ({"page": "1000000"}, {}),
        ({"page": "999999"}, {"page": 999999}),
        ({"q": "  น้ำ   ท่วม "}, {"q": "น้ำ ท่วม"}),
        ({"q": "ก" * (MAX_SEARCH + 1)}, {"q": "ก" * MAX_SEARCH}),
    ],
)
def test_an_address_is_read_and_what_makes_no_sense_falls_back(args: dict[str, str], changed: dict[str, Any]) -> None:
    plain: dict[str, Any] = {"year": 2561, "round": 6, "q": "", "review": "", "status": "", "sort": "name", "page": 1}
    assert _state(**args) == ListState(**plain | changed)


def test_a_state_is_told_in_the_address_without_what_is_empty() -> None:
    assert ListState().query() == "year=all"
    state = ListState(2561, 12, "ก ข", "pending", "done", "name", 2)
    assert state.query() == "year=2561&round=12&q=%E0%B8%81+%E0%B8%82&review=pending&status=done&sort=name&page=2"
    assert state.query(page=1, q="", year=0) == "year=all&round=12&review=pending&status=done&sort=name"
    assert _state(**dict(pair.split("=") for pair in state.query(q="x").split("&"))) == ListState(
        2561, 12, "x", "pending", "done", "name", 2
    )


def test_lists_of_one_shape_have_the_same_statement() -> None:
    words = " ".join("กขคงจฉชซฌญ")
    state = ListState(2563, 12, words, "pending", "done", "-name", 9)
    assert len(state.words) == MAX_WORDS
    assert state.shape == ListState(1, 12, " ".join("x" * MAX_WORDS), "x", "x", "-name", 1)
    assert ListState(2561, 6, page=4).shape == ListState(1, 6)
    assert ListState(0).shape == ListState(0)
    for narrowed in (ListState(q="ก"), ListState(review="pending"), ListState(status="done")):
        assert narrowed.filtered
    assert not ListState(2561, 6, sort="name", page=2).filtered


def test_a_choice_of_rows_is_what_was_ticked_or_all_and_never_all_by_leaving_out() -> None:
    assert choice_of(["3", "๔", "x", "0"], "", 9) == Choice((3, 4))
    assert choice_of(["1", "2", "3"], "", 2) == Choice((1, 2))
    assert choice_of([], "1", 9) == Choice(everything=True)
    assert choice_of(["3"], "1", 9) == Choice((3,))
    assert choice_of([], "", 9) == choice_of([], "0", 9) == Choice()
    assert bool(Choice((3,))) is bool(Choice(everything=True)) is True
    assert not Choice()


@pytest.mark.parametrize(
    ("page", "total", "pages", "rows", "shown"),
    [
        (1, 0, 1, (0, 0), [1]),
        (1, 1, 1, (1, 1), [1]),
        (1, 10, 1, (1, 10), [1]),
        (1, 11, 2, (1, 10), [1, 2]),
        (2, 11, 2, (11, 11), [1, 2]),
        (2, 20, 2, (11, 20), [1, 2]),
        (1, 100, 10, (1, 10), [1, 2, 0, 10]),
        (3, 100, 10, (21, 30), [1, 2, 3, 4, 0, 10]),
        (4, 100, 10, (31, 40), [1, 0, 3, 4, 5, 0, 10]),
        (8, 100, 10, (71, 80), [1, 0, 7, 8, 9, 10]),
        (10, 95, 10, (91, 95), [1, 0, 9, 10]),
    ],
)
def test_a_pager_says_which_rows_and_leads_to_the_ends_and_the_neighbours(
    page: int, total: int, pages: int, rows: tuple[int, int], shown: list[int]
) -> None:
    pager = Pager(page, total, 10)
    assert (pager.pages, (pager.first, pager.last), pager.shown) == (pages, rows, shown)


def test_a_total_that_nobody_counted_to_the_end_says_so() -> None:
    assert Pager(1, 1234).total_words == "1,234"
    assert Pager(1, 1001, more=True).total_words == "1,000+"


def test_a_page_that_is_no_longer_there_is_the_last_one() -> None:
    assert on_a_page(ListState(page=9), 250).page == 3
    assert on_a_page(ListState(page=3), 250).page == 3
    assert on_a_page(ListState(page=2), 250).page == 2
    assert on_a_page(ListState(page=4), 0).page == 1


def test_numbers_and_words_of_an_address_are_read_one_way() -> None:
    assert [number(each, 7) for each in ("5", " ๕ ", "", "-1", "1.5", "1234567890", "999999999")] == [
        *(5, 5, 7, 7, 7, 7, 999999999)
    ]
    assert number("9", 7, range(9)) == 7
    assert number("8", 7, range(9)) == 8
    assert (whole([6, 12])("๑๒"), whole([6, 12])("7"), whole([6, 12])("x")) == ("12", None, None)
    assert (among([6, "a"])("6"), among(["a"])("b")) == ("6", None)
    assert text(3)("  กขคง ") == "กขค"
    assert (in_words("ก", "", "ข"), searched("น้ำ"), searched("")) == ("ก · ข", "มีคำว่า “น้ำ”", "")
    assert query_of({"q": "", "page": 1, "year": 2561, "state": STATUSES[1]}) == "year=2561&state=done"
    assert query_of({"page": 2}) == "page=2"


def test_the_place_and_words_of_a_desk_are_cut_to_what_they_can_be() -> None:
    sent = {"province": " 9012 ", "district": "90011", "lao": "๖๙๐๐๑๐๑๙", "q": "  น้ำ  ", "page": "๓"}
    assert place_and_words(sent) == {"province": "90", "district": "9001", "lao": "6900101", "q": "น้ำ", "page": 3}
    assert place_and_words({}) == {"province": "", "district": "", "lao": "", "q": "", "page": 1}
    assert place_and_words({"page": "0", "q": "ก" * 300})["q"] == "ก" * MAX_SEARCH
    assert (one_of("a", "abc"), one_of("d", "abc")) == ("a", "")
