"""An LAO's lists, kept as they were last read and drawn for as long as the history of that LAO does not go on.

Each process keeps its own. What changes by the clock alone, or behind the system's back, is seen within a minute.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from time import monotonic
from typing import Any

from cachetools import LRUCache
from flask import Flask, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from app.access import actor
from app.history.since import Stand, stand_of
from app.listing import ROWS_KEPT
from app.web import ASKED_AS, etag, known_already, unchanged, wants_fragment

KEPT = "kept-lists"
SECONDS = 60
MOST_BYTES = 16_000_000
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
        return 2 * len(self.text) + 1000  # a text with Thai letters has two bytes for each


class KeptLists:
    """By LAO, address and part."""

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


def answer_unless_known(page: str, fragment: str, parts: Callable[[], Parts], main: str = "") -> Response:
    """`fragment` for an htmx request, else `page` around `main`; nothing is drawn or sent where the browser has that.

    `parts` reads all that is shown, `rows` among them, as values whose `repr` tells them apart. `main`: the fragment,
    if nothing else is said; `page` knows it as `drawn`, and nothing of the parts.
    """
    part = fragment if wants_fragment() else main or fragment
    lists: KeptLists = current_app.extensions[KEPT]
    key = (actor().own_organisation_id, request.full_path, part)
    stand, read = stand_of(actor().own_organisation_id), None
    kept = lists.get(key, stand)
    if kept is None:
        read = parts()
        kept = KeptList(stand, monotonic() + SECONDS, _hash_of(**read))
        lists.put(key, kept)
    tag = etag(request.full_path, kept.facts)
    if known_already(tag):
        return unchanged(tag)
    if not kept.text:
        kept = replace(kept, text=render_template(part, **(read or parts())))
        lists.put(key, kept)
    response = make_response(kept.text if wants_fragment() else render_template(page, drawn=kept.text))
    response.headers["Vary"], response.headers["ETag"] = ASKED_AS, tag
    return response


def _hash_of(*, rows: list[Any], **parts: Any) -> str:
    words = "".join(map(_words_of_row, rows)) + repr(parts)
    return hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()


@lru_cache(maxsize=ROWS_KEPT)
def _words_of_row(row: Any) -> str:
    return repr(row)
