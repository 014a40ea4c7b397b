"""Where a line of Thai may end: between words, which have no spaces, and never before a mark of the letter before."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from budoux import Parser

# What cannot be drawn apart: leading vowels with their consonant, and all that stands behind or upon it.
_UNIT = re.compile(r"[เ-ไ]*[^ะ-ฺๅ-๎เ-ไ\s]?[ะ-ฺๅ-๎]+|[เ-ไ]*[^\s]|\s", re.DOTALL)
_AFTER = re.compile(r"(?<=[/?&=#.,:;_-])(?=[^\s/?&=#.,:;_-])")  # in an address, which has no words
Measure = Callable[[str], float]


@cache
def _parser() -> "Parser":
    import budoux  # takes a moment, which no start of the program should wait for

    return budoux.load_default_thai_parser()


@lru_cache(maxsize=20_000)
def words(text: str) -> list[str]:
    """The pieces of one line between which it may be broken; together they are the text."""
    found: list[str] = []
    for piece in re.split(r"(\s+)", text):
        if re.search("[ก-๛]", piece):
            found += _whole_units(_parser().parse(piece))
        elif piece:
            found += [each for each in _AFTER.split(piece) if each]
    return found


def _whole_units(pieces: list[str]) -> list[str]:
    """What was cut before a mark, or behind a leading vowel, is one piece again."""
    found: list[str] = []
    for piece in pieces:
        if found and (re.match("[ะ-ฺๅ-๎ฯ]", piece) or re.search('[เ-ไ(“‘"]$', found[-1]) or re.match('[)”’"]', piece)):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def wrapped(text: str, room: float, measure: Measure) -> list[str]:
    """Lines of at most `room`, in the unit of `measure`; a word that is wider is broken where no letter is hurt."""
    return [line for part in text.splitlines() or [""] for line in _wrapped_line(part, room, measure)]


def _wrapped_line(text: str, room: float, measure: Measure) -> Iterator[str]:
    line, used = "", 0.0
    for word in _fitting(text, room, measure):
        wide = measure(word)
        if line and used + wide > room and not word.isspace():
            yield line.rstrip()
            line, used = "", 0.0
        if line or not word.isspace():
            line, used = line + word, used + wide
    yield line.rstrip()


def _fitting(text: str, room: float, measure: Measure) -> Iterator[str]:
    for word in words(text):
        if measure(word) <= room:
            yield word
        else:
            yield from _UNIT.findall(word)
