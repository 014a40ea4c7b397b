"""What the manual says beside its templates, for the catalogue of translations: `of_manual` in babel.cfg."""

from collections.abc import Iterator
from typing import IO, Any

from app.citizens.help.chapters import CHAPTERS, NEWS, QUESTIONS
from app.citizens.help.screens import SCREENS
from app.sentences import Message


def of_manual(_file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[Message]:
    told = [text for each in CHAPTERS for text in (each.title, each.about, SCREENS[each.name].alt)]
    for text in (*told, *(each.text for each in QUESTIONS)):
        yield 1, "", text, []
    for text in (text for each in NEWS for text in (each.title, *each.lines)):
        yield 1, "", text, []
