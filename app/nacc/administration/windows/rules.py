"""Whom more time is given. Facts in, answer out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipients:
    """The LAOs that get more time together: `field` of the form says them, `words` a person."""

    ids: list[int]
    field: str
    words: str


@dataclass(frozen=True)
class GivenTime:
    """How many got more time, and how many had at least as much already and keep it."""

    given: int
    had: int

    @property
    def words(self) -> str:
        kept = f" อีก {self.had:,} แห่งมีเวลาถึงตอนนั้นหรือนานกว่าอยู่แล้ว" if self.had else ""
        return f"ขยายเวลาให้ {self.given:,} แห่งแล้ว{kept}"


MOST_NAMED = 5


def named(names: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" และอีก {len(names) - MOST_NAMED:,} แห่ง" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
