"""What a list page shows, as its address says it: filters, search, order and page."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from app.words import arabic_digits, clean_line, search_key

PAGE_SIZE = 100
SHORT_PAGE = 50  # of entries for everybody: at most 6,000 pixels of a telephone
# Rows that a process keeps ready to show: those of 40 long lists, mostly 12 MB. The oldest make room.
ROWS_KEPT = 4000
MAX_SEARCH = 200
MAX_WORDS = 8
# What the columns can hold: an address beyond that asks for nothing there is.
YEARS = range(2400, 2800)
PAGES = range(10**6)
# Reads what an address says of one thing, and tells it in the one way it is written here; None where it says nothing.
Reader = Callable[[str], str | None]


@dataclass(frozen=True)
class ListState:
    """The state of a list. `year` 0: all years. An address that makes no sense falls back to the default."""

    year: int = 0
    round: int = 0
    q: str = ""
    review: str = ""
    status: str = ""
    sort: str = ""
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The query string of this state with `changes`; leaves out what is empty, and says "all" for all years."""
        state = {**self.__dict__, **changes}
        pairs = [("year", state["year"] or "all")]
        pairs += [(name, state[name]) for name in ("round", "q", "review", "status", "sort") if state[name]]
        if state["page"] > 1:
            pairs.append(("page", state["page"]))
        return urlencode(pairs)

    @property
    def words(self) -> list[str]:
        return self.q.split()[:MAX_WORDS]

    @property
    def shape(self) -> "ListState":
        """The state without its values: lists of one shape are asked for by one statement."""
        return ListState(
            year=int(self.year > 0),
            round=self.round,
            q=" ".join("x" for _word in self.words),
            review="x" if self.review else "",
            status="x" if self.status else "",
            sort=self.sort,
        )

    @property
    def filtered(self) -> bool:
        return bool(self.q or self.review or self.status)


def list_state(args: Mapping[str, str], *, default_year: int, sorts: tuple[str, ...], **choices: Any) -> ListState:
    """The state an address asks for. `choices`: for `review`, `status` and `round`, the values allowed."""
    year = args.get("year", "")
    state = ListState(
        year=0 if year == "all" else number(year, default_year, YEARS),
        q=clean_line(args.get("q", ""))[:MAX_SEARCH],
        sort=args.get("sort", "") if args.get("sort") in sorts else sorts[0],
        page=max(1, number(args.get("page", ""), 1, PAGES)),
    )
    for name, allowed in choices.items():
        value: Any = args.get(name, "")
        if name == "round":
            value = number(value, 0)
        state = replace(state, **{name: value if value in allowed else next(iter(allowed))})
    return state


def told_in_address(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an address says of a filter: what is empty is left out, and so is the first page."""
    told = {name: getattr(value, "value", value) for name, value in values.items()}
    return {name: value for name, value in told.items() if value and (name, value) != ("page", 1)}


def query_of(values: Mapping[str, Any]) -> str:
    """The query string of a filter."""
    return urlencode(told_in_address(values))


@dataclass(frozen=True)
class Choice:
    """What a request for many rows is about: the ticked ones, or, said with `all=1`, all that the filters show.

    Neither is nothing: leaving the ticks out must never mean everything.
    """

    ids: tuple[int, ...] = ()
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.ids) or self.everything


EVERYTHING = Choice(everything=True)


def choice_of(ticked: Sequence[str], everything: str, most: int) -> Choice:
    """The choice that a form or an address brings in `ids` and `all`; at most `most` ticks, as many as a page has."""
    ids = tuple(found for found in (number(each, 0) for each in ticked[:most]) if found)
    return Choice(ids, everything == "1" and not ticked)


def in_words(*filters: str) -> str:
    """The filters in force, for a page that asks before many rows are changed."""
    return " · ".join(filter(None, filters))


def searched(q: str) -> str:
    return f"มีคำว่า “{q}”" if q else ""


def number(typed: str, default: int, known: range = range(10**9)) -> int:
    """A whole number out of an address, or `default` where it is none, or none of `known`."""
    digits = arabic_digits(typed.strip())
    return int(digits) if digits.isdecimal() and len(digits) < 10 and int(digits) in known else default


def whole(known: Collection[int]) -> Reader:
    """A whole number out of `known`."""

    def read(typed: str) -> str | None:
        found = number(typed, -1)
        return str(found) if found in known else None

    return read


def among(known: Iterable[str]) -> Reader:
    values = frozenset(str(each) for each in known)
    return lambda typed: typed if typed in values else None


def text(most: int) -> Reader:
    """Words, at most so many letters of them; empty ones were said, too."""
    return lambda typed: clean_line(typed)[:most]


def on_a_page(state: ListState, total: int) -> ListState:
    """`state`, on its last page where the address asks for one that is not, or no longer, there."""
    return replace(state, page=pager_at(state.page, total).page)


def like_pattern(word: str) -> str:
    """A LIKE pattern (escape "/") for a text whose search key has that of `word` in it."""
    escaped = search_key(word).replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{escaped}%"


def pager_at(page: int, total: int, size: int = PAGE_SIZE) -> "Pager":
    """At `page`, or at the first or the last where there is no such page."""
    return Pager(min(max(1, page), Pager(1, total, size).pages), total, size)


@dataclass(frozen=True)
class Pager:
    """Which rows of how many a page shows. `more`: nobody counted them all, and there are at least `total`."""

    page: int
    total: int
    size: int = PAGE_SIZE
    more: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.size, self.total)

    @property
    def total_words(self) -> str:
        return f"{self.total - 1:,}+" if self.more else f"{self.total:,}"

    @property
    def shown(self) -> list[int]:
        """Pages to link to: the ends and the neighbours; 0 stands for a gap."""
        near = sorted({1, self.pages, *range(max(1, self.page - 1), min(self.pages, self.page + 1) + 1)})
        out: list[int] = []
        for page in near:
            if out and page - out[-1] > 1:
                out.append(0)
            out.append(page)
        return out
