"""What the manual says to citizens, for the catalogue of translations: pybabel asks `of_manual` (babel.cfg).

The other parts are for people who work in the system, which they do in Thai.
"""

from collections.abc import Iterator
from typing import IO, Any

from app.citizens.help.chapters import CHAPTERS, NEWS, QUESTIONS
from app.citizens.help.rules import ManualPart
from app.citizens.help.screens import SCREENS
from app.sentences import Message


def of_manual(_file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[Message]:
    chapters = [each for each in CHAPTERS if each.part is ManualPart.CITIZEN]
    told = [text for each in chapters for text in (each.title, each.about, SCREENS[each.name].alt)]
    for text in (*told, *(each.text for each in QUESTIONS if each.part is ManualPart.CITIZEN)):
        yield 1, "", text, []
    for text in (text for each in NEWS for text in (each.title, *each.lines)):
        yield 1, "", text, []
