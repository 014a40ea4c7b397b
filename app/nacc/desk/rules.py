"""What every desk of NACC has: a filter of places and words, and a number that is said before many rows change."""

from dataclasses import dataclass
from typing import Any

from app.errors import Refusal
from app.listing import MAX_WORDS, in_words, query_of, searched, told_in_address

MOST_IN_A_FILE = 20_000  # rows: that long a request may wait; more is work for an export


@dataclass(frozen=True, kw_only=True)
class DeskFilter:
    """Which rows a desk shows; empty does not narrow. Each desk adds its own fields, and says them in words.

    `lao`: the code of one LAO.
    """

    province: str = ""
    district: str = ""
    lao: str = ""
    q: str = ""
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The query string of this filter with `changes`; leaves out what is empty."""
        return query_of({**self.__dict__, **changes})

    def hidden(self) -> dict[str, Any]:
        """The same as fields of a form that sends the filter along."""
        return told_in_address(self.__dict__)

    def in_words(self, place: str) -> str:
        """`place`: what province and district are called."""
        return in_words(self.about, place, *self.narrowed, searched(self.q))

    @property
    def narrows(self) -> int:
        """How many filters are in force, not counting what the desk is about."""
        return sum(map(bool, (self.province, self.district, self.lao, self.q, *self.narrowed)))

    @property
    def words(self) -> list[str]:
        return self.q.split()[:MAX_WORDS]

    @property
    def about(self) -> str:
        """What is said before the place, such as the year."""
        return ""

    @property
    def narrowed(self) -> tuple[str, ...]:
        """What is said behind the place: the desk's own filters."""
        return ()


def refuse_unexpected(found: int, expected: int, before: str, unit: str = "แห่ง") -> None:
    """Raises Refusal where `found` is not the number that was said before somebody agreed to it.

    `before`: the words before the number, as in ตัวกรองมี 12 แห่ง.
    """
    if found != expected:
        sentence = f"ขณะนี้{before} {found:,} {unit} ไม่ใช่ {expected:,}"
        raise Refusal(f"จำนวนเปลี่ยนไปแล้ว: {sentence} ตรวจแล้วยืนยันอีกครั้ง", "expected")
