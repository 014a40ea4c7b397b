"""Long lists, kept as they were last read and drawn for as long as the history they stand on does not go on.

Each process keeps its own. What changes by the clock alone, or behind the system's back, is seen within a minute.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from sys import getsizeof
from threading import Lock
from time import monotonic
from typing import Any

from cachetools import LRUCache
from flask import Flask, current_app, make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.access import actor
from app.history.since import Stand, stand_of
from app.listing import ROWS_KEPT
from app.web import ASKED_AS, etag, known_already, unchanged, wants_fragment

KEPT = "kept-lists"
SECONDS = 60
MOST_BYTES = 24_000_000
Parts = dict[str, Any]


@dataclass(frozen=True)
class KeptList:
    """`facts`: the hash of all that the list shows; `text`: "" until somebody asked for it who did not have it."""

    stand: Stand
    until: float
    facts: str
    text: str = ""

    @property
    def size(self) -> int:
        return getsizeof(self.text) + 1000


class KeptLists:
    """By whose they are, address and part."""

    def __init__(self) -> None:
        self._one = Lock()
        self._lists: LRUCache[Any, KeptList] = LRUCache(MOST_BYTES, getsizeof=lambda kept: kept.size)

    def get(self, key: Any, stand: Stand) -> KeptList | None:
        with self._one:
            kept = self._lists.get(key)
        if kept is None or kept.until < monotonic():
            return None
        return kept if (kept.stand.own, kept.stand.common) == (stand.own, stand.common) else None

    def put(self, key: Any, kept: KeptList) -> None:
        with self._one:
            if kept.stand.settled and kept.size < MOST_BYTES:
                self._lists[key] = kept

    def clear(self) -> None:
        """Begin anew (tests, where something is written without a deed)."""
        with self._one:
            self._lists.clear()


def init_kept_lists(app: Flask) -> None:
    app.extensions[KEPT] = KeptLists()


@dataclass(frozen=True)
class ListPage:
    """A list in its page: `fragment` for an htmx request, else `page` around `main`.

    `page` knows `main` as `drawn`, and nothing of what is in it; `main` is the fragment, if nothing else is said, so a
    fragment cannot ask whether it is one.
    """

    page: str
    fragment: str
    main: str = ""

    @property
    def part(self) -> str:
        return self.fragment if wants_fragment() else self.main or self.fragment


def answer_unless_known(
    what: ListPage, stand: Stand, key: Any, parts: Callable[[], Parts], facts: Callable[[], Any] | None = None
) -> Response:
    """The list; nothing is read where it is kept, and nothing drawn or sent where the browser has just that.

    `key`: whose list it is. `parts` reads all that is shown; `facts` tells it in fewer words, or else it is told by the
    parts, with `rows` among them. Either as values whose `repr` tells them apart.
    """
    lists: KeptLists = current_app.extensions[KEPT]
    # An address may be as long as whoever writes it likes: what is kept by it is not.
    key, read = _hash(repr((key, request.full_path, what.part))), cache(parts)
    kept = lists.get(key, stand)
    if kept is None:
        kept = KeptList(stand, monotonic() + SECONDS, _hash(repr(facts())) if facts else _hash_of(**read()))
        lists.put(key, kept)
    tag = etag(request.full_path, kept.facts)
    if known_already(tag):
        return unchanged(tag)
    if not kept.text:
        kept = replace(kept, text=render_template(what.part, **read()))
        lists.put(key, kept)
    drawn = kept.text if wants_fragment() else render_template(what.page, drawn=Markup(kept.text))  # noqa: S704 - drawn
    response = make_response(drawn)
    response.headers["Vary"], response.headers["ETag"] = ASKED_AS, tag
    return response


def answer_own_list(what: ListPage, parts: Callable[[], Parts]) -> Response:
    """The same of the LAO that is signed in: where it is was read before its history was looked at."""
    who = actor()
    return answer_unless_known(what, stand_of(who.own_organisation_id), (who.organisation_id, who.province_code), parts)


def _hash_of(*, rows: list[Any], **parts: Any) -> str:
    return _hash("".join(map(_words_of_row, rows)) + repr(parts))


def _hash(words: str) -> str:
    return hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=ROWS_KEPT)
def _words_of_row(row: Any) -> str:
    return repr(row)
