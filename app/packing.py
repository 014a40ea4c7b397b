"""Answers as they go over the line: packed for whoever can read that, unless a secret stands in them (decision 0037).

The length of a packed answer tells whether two parts of it are alike, so whoever watches the line and makes a browser
ask can guess a secret letter by letter, where words of the asking stand beside it. So a page with a secret goes as it
is, as does whatever another site made the browser ask for; and the CSRF token has other letters in each answer.
"""

import sys
import zlib
from functools import lru_cache

import brotli
from flask import Flask, g, request
from isal import igzip
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

WORTH_PACKING = 500  # bytes: below that it saves no packet
# A page with a list of 100 rows has 200,000: two milliseconds of a processor spare the slowest line fifty, and an old
# browser 150. What is larger still is no page that a clerk waits for.
LONG = range(50_000, 500_000)
TEXTS = (
    "application/atom+xml",
    "application/json",
    "application/xml",
    "image/svg+xml",
    "text/calendar",
    "text/css",
    "text/csv",
    "text/html",
    "text/javascript",
    "text/plain",
)
CODINGS = ("zstd", "gzip")  # as we like them
CODINGS_KEPT = ("br", *CODINGS)  # brotli is the smallest where there is time, and the slowest where there is none
OTHER_SITES = ("cross-site", "same-site")


def secret(value: str | None) -> str:
    """`value`, as a template prints it: where there is one, the answer goes as it is."""
    if value:
        g.plain = True
    return value or ""


def may_be_packed(mimetype: str, length: int) -> bool:
    return mimetype in TEXTS and length >= WORTH_PACKING


@lru_cache(maxsize=256)
def _chosen(accepted: str, known: tuple[str, ...]) -> str:
    wanted = parse_accept_header(accepted, Accept)
    return next((coding for coding in known if wanted[coding] > 0), "")


def asked_coding(known: tuple[str, ...] = CODINGS) -> str:
    """The coding this browser gets its answer in; "" for none."""
    return _chosen(request.headers.get("Accept-Encoding", "")[:200], known)


def packed(body: bytes, coding: str) -> bytes:
    """For an answer that is made for one browser: what costs next to nothing."""
    return zstd.compress(body, 3) if coding == "zstd" else igzip.compress(body, 1, mtime=0)


@lru_cache(maxsize=128)
def packed_once(body: bytes, coding: str) -> bytes:
    """For what is the same as long as the program runs: the smallest of each, kept by its content."""
    return _small(body, coding, 11, 22)


def packed_for_all(body: bytes, coding: str) -> bytes:
    """For what many get within a short while, and for what is long: small, within some milliseconds."""
    return _small(body, coding, 6, 9)


def _small(body: bytes, coding: str, quality: int, level: int) -> bytes:
    if coding == "br":
        return bytes(brotli.compress(body, quality=quality))
    if coding == "zstd":
        return zstd.compress(body, level)
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(body) + packer.flush()


def told_apart(response: Response) -> None:
    """Tell caches on the way that this address has an answer for each coding."""
    vary = response.headers.get("Vary")
    response.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"


def set_packed(response: Response, body: bytes, coding: str) -> None:
    response.set_data(body)
    response.headers["Content-Encoding"] = coding


def pack(response: Response) -> Response:
    """After every request: the answer packed. What says `Vary: Accept-Encoding` already has seen to it by itself."""
    headers = response.headers
    if response.mimetype not in TEXTS or "Accept-Encoding" in headers.get("Vary", ""):
        return response
    told_apart(response)
    if response.status_code in (204, 206, 304) or "Content-Encoding" in headers or response.is_streamed:
        return response
    if g.get("plain") or "no-store" in headers.get("Cache-Control", ""):
        response.cache_control.no_transform = True  # nor may a proxy pack it
        return response
    if request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
        return response
    body = response.get_data()
    is_long = len(body) in LONG and response.mimetype == "text/html"
    coding = asked_coding(CODINGS_KEPT if is_long else CODINGS)
    if coding and may_be_packed(response.mimetype, len(body)):
        set_packed(response, (packed_for_all if is_long else packed)(body, coding), coding)
    return response


def init_packing(app: Flask) -> None:
    app.jinja_env.filters["secret"] = secret
    app.after_request(pack)
