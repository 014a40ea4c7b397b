"""Public pages are kept for a short while: whoever asks next gets the same bytes, and the clerks' database its rest.

A page lives SERVER_SECONDS here and BROWSER_SECONDS in browsers and proxies: a new report shows after a minute at the
latest. Somebody signed in gets every page fresh. Each process keeps its own pages; nothing in them is anybody's own.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from cachetools import LRUCache
from flask import current_app, make_response, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from app.access import public
from app.web import wants_fragment

SERVER_SECONDS = 25
BROWSER_SECONDS = 30
MOST_BYTES = 64_000_000
View = Callable[..., Any]


class Kept(NamedTuple):
    body: bytes
    tag: str
    headers: list[tuple[str, str]]
    until: float


class PageCache:
    """Pages by address. One thread at a time makes a page anew; the others get the old one meanwhile."""

    def __init__(self) -> None:
        self._pages: LRUCache[Any, Kept] = LRUCache(MOST_BYTES, getsizeof=lambda kept: len(kept.body) + 500)
        self._being_made: set[Any] = set()
        self._lock = Lock()

    def get(self, key: Any) -> Kept | None:
        """The page as it is kept; None where it is not, or where it is this thread's turn to make it."""
        with self._lock:
            kept = self._pages.get(key)
            if kept is None or kept.until > monotonic() or key in self._being_made:
                return kept
            self._being_made.add(key)
            return None

    def put(self, key: Any, kept: Kept) -> None:
        with self._lock:
            if len(kept.body) < MOST_BYTES // 8:
                self._pages[key] = kept

    def clear(self) -> None:
        """Forget every page (tests)."""
        with self._lock:
            self._pages.clear()

    def made(self, key: Any) -> None:
        """The turn is over, also where the page could not be made."""
        with self._lock:
            self._being_made.discard(key)


def kept_for_all(view: View) -> View:
    """`view`, answered from what is kept, for everybody who is not signed in."""

    @wraps(view)
    def answered(**given: Any) -> Any:
        if current_user.is_authenticated:
            return view(**given)
        cache: PageCache = current_app.extensions["public-pages"]
        key = (request.full_path, wants_fragment())
        kept = cache.get(key)
        if kept is None:
            try:
                fresh = make_response(view(**given))
                if fresh.status_code != 200 or session.modified:  # what is somebody's own is kept for nobody
                    return fresh
                kept = _kept(fresh)
                cache.put(key, kept)
            finally:
                cache.made(key)
        return _answer(kept)

    return answered


def for_everybody(view: View) -> View:
    """Declare that anybody may open `view`, and keep what it answers."""
    return public(kept_for_all(view))


def _kept(response: Response) -> Kept:
    body = response.get_data()
    tag = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
    return Kept(body, tag, headers, monotonic() + SERVER_SECONDS)


def _answer(kept: Kept) -> Response:
    known = request.if_none_match.contains_weak(kept.tag)
    response = Response(b"" if known else kept.body, 304 if known else 200, kept.headers)
    response.headers["ETag"] = f'"{kept.tag}"'
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}"
    return response
