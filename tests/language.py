"""What of an English page is still Thai."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, String, cast, select

from app.db import Base, db
from app.language import THAI_LETTER
from tests.pages import tree

THAI_WORDS = re.compile(rf"{THAI_LETTER.pattern}+(?:\.{THAI_LETTER.pattern}+)*")
# What cannot hold an element that says which language its words are in.
ATTRIBUTES_TO_READ = ("title", "alt", "aria-label", "content", "data-l", "label", "placeholder", "value", "summary")


def thai_left(html: str) -> list[str]:
    """Words between tags that no element calls Thai."""
    return [words for words, marked in _words(tree(html), marked=False) if not marked and THAI_LETTER.search(words)]


def thai_words(html: str) -> set[str]:
    """All Thai words of a page, with those of its attributes."""
    root = tree(html)
    words = [words for words, _marked in _words(root, marked=False)]
    words += [value for each in root.iter() for name, value in each.attrib.items() if name in ATTRIBUTES_TO_READ]
    words += [each.text or "" for each in root.iter() if str(each.tag).endswith("title")]
    return set(THAI_WORDS.findall(" ".join(words)))


def _words(element: Any, *, marked: bool) -> Iterator[tuple[str, bool]]:
    if not isinstance(element.tag, str):
        return
    marked = {"th": True, "en": False}.get(element.get("lang", ""), marked)
    if not element.tag.endswith("}title"):  # a name in it can be marked in no way
        yield element.text or "", marked
    for child in element:
        yield from _words(child, marked=marked)
        yield child.tail or "", marked


def typed_words() -> set[str]:
    """Every Thai word that stands in the database: somebody typed it, or it is a name."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        columns = [cast(each, String) for each in table.columns if not isinstance(each.type, LargeBinary)]
        for row in db.session.execute(select(*columns)):
            for value in row:
                found |= set(THAI_WORDS.findall(_plain(value or "")))
    return found


def _plain(text: str) -> str:
    """JSON keeps Thai letters as numbers, in one of the databases."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text
