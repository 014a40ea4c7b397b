"""Public pages are kept for a short while: whoever asks next gets the same bytes, and the clerks' database its rest.

A page lives SERVER_SECONDS here and BROWSER_SECONDS in browsers and proxies: a new report shows after a minute at the
latest. Somebody signed in gets every page fresh. Each process keeps its own pages.

Nothing in them is anybody's own: a page is made in a request of its own, which has the address and nothing else of
whoever asks, and of the address only the parameters the page declares (`@knows`), each in one way of writing it.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from threading import Condition
from time import monotonic, perf_counter
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from cachetools import LRUCache
from flask import Flask, current_app, make_response, request, url_for
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from app.access import public
from app.extensions import SHARE, limiter, neighbourhood
from app.language import localised
from app.listing import Reader
from app.packing import CODINGS_KEPT, asked_coding, may_be_packed, packed_for_all, told_apart
from app.web import wants_fragment

SERVER_SECONDS = 25
BROWSER_SECONDS = 30
MOST_BYTES = 64_000_000
WAIT = 60  # seconds: PUBLIC_LIMIT_ADDRESS is told by the minute
View = Callable[..., Any]


class Kept(NamedTuple):
    body: bytes
    tag: str
    headers: list[tuple[str, str]]
    mimetype: str
    until: float
    packed: dict[str, bytes]  # by coding, each made for the first who asks for it


class PageCache:
    """Pages by address. One thread at a time makes a page; the others get the old one meanwhile, or wait for it."""

    def __init__(self) -> None:
        self._pages: LRUCache[Any, Kept] = LRUCache(MOST_BYTES, getsizeof=lambda kept: len(kept.body) * 3 // 2 + 500)
        self._being_made: set[Any] = set()
        self._changed = Condition()

    def get(self, key: Any) -> Kept | None:
        """The page as it is kept; None where it is this thread's turn to make it, until it says `made`."""
        with self._changed:
            while True:
                kept, in_the_making = self._pages.get(key), key in self._being_made
                if kept is not None and (in_the_making or kept.until > monotonic()):
                    return kept
                if not in_the_making:
                    self._being_made.add(key)
                    return None
                self._changed.wait()

    def put(self, key: Any, kept: Kept) -> None:
        with self._changed:
            if len(kept.body) < MOST_BYTES // 8:
                self._pages[key] = kept

    def clear(self) -> None:
        """Forget every page (tests)."""
        with self._changed:
            self._pages.clear()

    def made(self, key: Any) -> None:
        """The turn is over, also where the page could not be made."""
        with self._changed:
            self._being_made.discard(key)
            self._changed.notify_all()


def knows(parameters: Mapping[str, Reader]) -> Callable[[View], View]:
    """Declare which parameters of the address a page kept for all depends on; it never sees another one."""

    def declare(view: View) -> View:
        view.parameters = parameters  # type: ignore[attr-defined]
        return view

    return declare


def kept_for_all(view: View) -> View:
    """`view`, answered from what is kept, for everybody who is not signed in."""

    @wraps(view)
    def answered(**given: Any) -> Any:
        if current_user.is_authenticated:
            return view(**given)
        cache: PageCache = current_app.extensions["public-pages"]
        query = _query(getattr(view, "parameters", {}))
        key = (request.path, query, wants_fragment())
        kept = cache.get(key)
        if kept is None:
            try:
                fresh = _made_for_a_stranger(view, given, query)
                if fresh.status_code != 200:
                    return fresh
                kept = _kept(fresh)
                cache.put(key, kept)
            finally:
                cache.made(key)
        return _answer(kept)

    answered.is_kept = True  # type: ignore[attr-defined]
    return answered


def for_everybody(view: View) -> View:
    """Declare that anybody may open `view`, and keep what it answers."""
    return public(kept_for_all(view))


def _query(known: Mapping[str, Reader]) -> str:
    """What the address says to the page, in one order and one way of writing it."""
    told = {name: read(request.args[name]) for name, read in known.items() if name in request.args}
    return urlencode({name: value for name, value in told.items() if value is not None})


def canonical(code: str = "") -> str:
    """The one address of the page that is made: what it knows of the parameters, and the place's code of today."""
    view = current_app.view_functions[request.endpoint or ""]
    given = dict(request.view_args or {})
    if "code" in given:
        given["code"] = code
    query = _query(getattr(view, "parameters", {}))
    path = localised(url_for(request.endpoint or "", **given))
    return f"{current_app.config['PUBLIC_URL']}{path}" + (f"?{query}" if query else "")


def _made_for_a_stranger(view: View, given: Mapping[str, Any], query: str) -> Response:
    """Raises TooManyRequests where the stranger's neighbourhood had as much made in a minute as one may."""
    begun = perf_counter()
    _count(1)
    fresh = _made(view, given, query)
    _count(int((perf_counter() - begun) / SHARE), refuse=False)
    return fresh


def _count(cost: int, *, refuse: bool = True) -> None:
    limits, where = current_app.config["PUBLIC_LIMIT_ADDRESS"], neighbourhood(request.remote_addr)
    if cost and not limiter.hit(limits, "public", where, cost=cost) and refuse:
        raise TooManyRequests(retry_after=WAIT)


def _made(view: View, given: Mapping[str, Any], query: str) -> Response:
    """The page, made in a request that nobody sent: no cookie, no session, no header but the one for a fragment."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    address = {"path": quote(request.path), "query_string": query, "base_url": app.config["PUBLIC_URL"]}
    headers = {"HX-Request": "true"} if wants_fragment() else {}
    with app.app_context(), app.test_request_context(**address, headers=headers):
        return make_response(view(**given))


def _kept(response: Response) -> Kept:
    body = response.get_data()
    tag = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    headers = [(name, value) for name, value in response.headers if name != "Content-Length"]
    return Kept(body, tag, headers, response.mimetype or "", monotonic() + SERVER_SECONDS, {})


def _answer(kept: Kept) -> Response:
    known = request.if_none_match.contains_weak(kept.tag)
    packs = not known and may_be_packed(kept.mimetype, len(kept.body))
    coding = asked_coding(CODINGS_KEPT) if packs else ""
    body = b"" if known else kept.packed.get(coding) if coding else kept.body
    if body is None:
        body = kept.packed[coding] = packed_for_all(kept.body, coding)
    response = Response(body, 304 if known else 200, kept.headers)
    if coding:
        response.headers["Content-Encoding"] = coding
    told_apart(response)
    response.headers["ETag"] = f'W/"{kept.tag}"'  # of the page, in whatever coding
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}"
    return response
