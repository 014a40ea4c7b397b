"""The manual as data: what a chapter, a picture and a question are, what stands beside a chapter, what is found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest

from rapidfuzz.fuzz import partial_ratio

from app.alike import alike_key
from app.language import localised, said
from app.models.enums import Labelled, Role
from app.words import clean_line, search_key

NEAR, NEAR_SHOWN = 70, 3  # of a hundred letters in a row of a title, as many agree at least
EXCERPT = 60  # characters shown before what was found, and twice as many after it
PICTURE_WIDTH = 1100  # pixels
FRONT = "/nacc"  # stands above all screens of NACC, and none of them was opened from it


class ManualPart(Labelled):
    """Whom a part of the manual is for; the value is its part of an address."""

    LAO = "lao", "อปท."
    OFFICER = "officer", "เจ้าหน้าที่ ป.ป.ช."
    CITIZEN = "citizen", "ประชาชน"

    @property
    def heading(self) -> str:
        """A space stands before what begins with an abbreviation."""
        words = "คู่มือสำหรับ {part}" if self is ManualPart.LAO else "คู่มือสำหรับ{part}"
        return said(words, part=self.label)


@dataclass(frozen=True)
class Chapter:
    """`address`: the screen it explains. `by`: who may open that screen; nobody named: anybody."""

    part: ManualPart
    key: str
    title: str
    about: str
    address: str
    by: frozenset[Role] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.part.value}-{self.key}"

    @property
    def path(self) -> str:
        return localised(f"/help/{self.part.value}/{self.key}")

    @property
    def screen(self) -> str:
        """The address without what was asked of it."""
        return self.address.split("?")[0]


@dataclass(frozen=True)
class Screen:
    """A picture of the running demo, for one chapter.

    `who`: the demo's user name that is signed in, "" for nobody. `press`: the name of the link that is pressed
    before. `to`: what is brought to the top of the picture. `words`: what the screen says when it still exists.
    """

    address: str
    alt: str
    words: tuple[str, ...]
    who: str = ""
    press: str = ""
    to: str = ""
    height: int = 640


@dataclass(frozen=True)
class Question:
    """Its answer is the macro of the same name in templates/citizens/help/_questions.html, or of _answers.html."""

    key: str
    text: str
    part: ManualPart

    @property
    def path(self) -> str:
        return localised(f"/help/questions#{self.key}")


@dataclass(frozen=True)
class News:
    day: date
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """Something that can be found: its words without any markup."""

    path: str
    title: str
    part: ManualPart
    words: str


@dataclass(frozen=True)
class Hit:
    text: Text
    excerpt: str


def beside(chapters: Sequence[Chapter], chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    """The chapter before and the one after, within the same part."""
    inside = [each for each in chapters if each.part is chapter.part]
    at = inside.index(chapter)
    return (inside[at - 1] if at else None, inside[at + 1] if at + 1 < len(inside) else None)


def chapter_about(chapters: Iterable[Chapter], address: str, role: Role) -> Chapter | None:
    """The chapter that explains the screen at `address`, or the screen it was opened from, to somebody of `role`."""
    known = {each.screen: each for each in reversed(list(chapters)) if role in each.by}
    asked = address
    while address and (address not in known or asked != address == FRONT):
        address = address.rpartition("/")[0]
    return known.get(address)


@dataclass(frozen=True)
class Found:
    """`near`: no text has the words; these have others like them."""

    hits: list[Hit]
    near: bool = False


def search(query: str, texts: Sequence[Text]) -> Found:
    """Texts that hold every word of `query`; those that say one in their title first, else in the manual's order.

    Where none does, those with words that sound alike, or else are near to it.
    """
    words = clean_line(query).split()
    if not any(map(search_key, words)):
        return Found([])
    for key in (search_key, alike_key):
        keys = [each for each in map(key, words) if each]
        found = [text for text in texts if all(each in key(f"{text.title} {text.words}") for each in keys)]
        if found:
            found.sort(key=lambda text: not any(each in key(text.title) for each in keys))
            return Found([Hit(text, _excerpt(text.words, words)) for text in found], near=key is alike_key)
    return Found([Hit(text, _excerpt(text.words, words)) for text in _near(query, texts)], near=True)


def _near(query: str, texts: Sequence[Text]) -> list[Text]:
    asked = alike_key(query)
    scores = [(partial_ratio(asked, alike_key(text.title), score_cutoff=NEAR), text) for text in texts]
    best = nlargest(NEAR_SHOWN, scores, key=lambda each: each[0])
    return [text for score, text in best if score and len(asked) > 2]


def _excerpt(text: str, words: Sequence[str]) -> str:
    """The words around the first that was found."""
    folded = text.casefold()
    places = [place for word in words if (place := folded.find(word.casefold())) >= 0]
    start = max(min(places, default=0) - EXCERPT, 0)
    end = start + 3 * EXCERPT
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"
