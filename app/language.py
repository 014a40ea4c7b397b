"""The language of the page that is made: Thai, or English where its address is below /en.

Every sentence is written once, in Thai, where it is said; the catalogue app/translations has it in English, by that
Thai sentence. `said` is asked for sentences that Python makes; those of templates are exchanged when a template is
compiled (app/bilingual.py). Where nothing asks for English, a sentence costs what it cost before there was any.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token

from flask_babel import gettext

ENGLISH = "/en"  # what addresses of English pages begin with
THAI_LETTER = re.compile("[ก-\u0e3a\u0e40-\u0e5b]")
_english: ContextVar[bool] = ContextVar("english", default=False)


def in_english() -> bool:
    return _english.get()


def speak(*, english: bool) -> Token[bool]:
    """From here on in that language, until `speak_as_before` is given the token."""
    return _english.set(english)


def speak_as_before(token: Token[bool]) -> None:
    _english.reset(token)


@contextmanager
def speaking(*, english: bool) -> Iterator[None]:
    token = speak(english=english)
    try:
        yield
    finally:
        speak_as_before(token)


def is_english(path: str) -> bool:
    return path == ENGLISH or path.startswith(f"{ENGLISH}/")


def localised(path: str) -> str:
    """`path` for a link from the page that is made: an English page leads to English ones."""
    return ENGLISH + path if _english.get() else path


def in_thai(path: str) -> str:
    """`path` for a link to what there is in Thai alone."""
    return path.removeprefix(ENGLISH) if is_english(path) else path


class Composed(str):
    """A Thai sentence with its values, made before any page asks for it: `said` makes it anew for an English one."""

    thai: str
    values: dict[str, object]


def composed(thai: str, **values: object) -> Composed:
    made = Composed(thai.format(**values))
    made.thai, made.values = thai, values
    return made


def said(thai: str, **values: object) -> str:
    """A sentence in the page's language; `{name}` in it is a value. One that nobody has translated stays Thai."""
    if isinstance(thai, Composed) and _english.get():
        values = {name: said(each) if isinstance(each, str) else each for name, each in thai.values.items()}
        return str(gettext(thai.thai).format(**values))
    text = gettext(thai) if _english.get() and thai else thai
    return text.format(**values) if values else text


def english_of(thai: str) -> str:
    """The English of a sentence, for what stands in both languages; inside an app, as all that reads the catalogue."""
    with speaking(english=True):
        return said(thai)
