"""Answering with the page or with its fragment, and the headers every answer carries."""

import hashlib
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, abort, current_app, flash, g, make_response, redirect, render_template, request, session
from flask import Response as FlaskResponse
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import LengthRequired, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.routing import IntegerConverter, RequestRedirect
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from app.errors import NotTheirs
from app.listing import YEARS, number

MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "svg": "image/svg+xml; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
URLENCODED = "application/x-www-form-urlencoded"
FORMS = (URLENCODED, "multipart/form-data")
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
CSP_OF_DATA = "default-src 'none'; frame-ancestors 'none'"  # no document, so it loads nothing; each saved row brings it

MENU_NUMBERS: list[Callable[[], int]] = []  # what stands in menus beside a name, by whose feature it is
ASKED_AS = "HX-Request, HX-Request-Type, Cookie"  # headers by which caches tell page, part and reader apart


def is_htmx() -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def wants_fragment() -> bool:
    """True for an htmx request that is neither boosted nor a history restore: only that one gets a fragment."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
        and headers.get("HX-Request-Type", "partial") == "partial"
    )


def answer(page: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """`fragment` for an htmx request, else `page`, which includes it; `as_fragment` tells the template which."""
    as_fragment = wants_fragment()
    text = render_template(fragment if as_fragment else page, as_fragment=as_fragment, **context)
    response = make_response(text, status)
    response.headers["Vary"] = ASKED_AS
    return response


def into_main(template: str, status: int = 200, **context: Any) -> Response:
    """A whole page even for an htmx request, which then shows its main part in place of the present one."""
    response = make_response(render_template(template, **context), status)
    if is_htmx():
        response.headers["HX-Retarget"] = "#main"
        response.headers["HX-Reswap"] = "outerHTML"
        response.headers["HX-Reselect"] = "#main"
    return response


def nothing_chosen(address: str) -> Response:
    """Back to the list at `address`, with a word, for whoever asked for the ticked rows and had ticked none."""
    flash("ยังไม่ได้เลือกรายการ ทำเครื่องหมายหน้ารายการที่ต้องการก่อน", "warn")
    return redirect(address, 303)


def form_status(status: int) -> int:
    """The status of a form that comes back for another reason than its fields: app.js shows of all errors only 422."""
    return 422 if is_htmx() else status


def lead_on(response: Response) -> Response:
    """A form that app.js sent is not led on inside its page: the browser opens the next page as after any form.

    One that is to be sent once more (307) the browser sends by itself.
    """
    if request.headers.get("HX-Boosted") != "true" or response.location is None or response.status_code == 307:
        return response
    response.headers["HX-Redirect"] = iri_to_uri(response.headers.pop("Location"))
    response.status_code, response.data = 204, b""
    return response


def stay_here(response: Response) -> Response:
    """The router's own redirects repeat the Host header, which anybody can write: they lead to a path of this site."""
    if not isinstance(request.routing_exception, RequestRedirect) or response.location is None:
        return response
    parts = urlsplit(response.location)
    return redirect(f"{parts.path}?{parts.query}" if parts.query else parts.path, response.status_code)


def attachment(name: str, kind: str, content: bytes) -> FlaskResponse:
    """A file to keep; `kind` is one of MIMETYPES, and `name` Thai, without the ending."""
    headers = {"Content-Disposition": disposition(name, kind)}
    return FlaskResponse(content, content_type=MIMETYPES[kind], headers=headers)


_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\\/:*?"<>|.\s]+')


def disposition(name: str, kind: str) -> str:
    """The header that names a download: Thai as RFC 6266 has it, and a plain name for old browsers.

    The only dot is that of the ending: programs that look for one cut a name at the first they find.
    """
    plain = _NOT_IN_A_NAME.sub(" ", name.removesuffix(f".{kind}")).strip()
    return f"attachment; filename=\"report.{kind}\"; filename*=UTF-8''{quote(plain, safe='')}.{kind}"


def etag(*facts: Any) -> str:
    """The tag of a page made of `facts` for whoever is asking: program, session, name, menu and part decide it too.

    A weak one: the page is the same in each coding, and but for the letters of its token.
    """
    if "csrf_token" not in session:
        generate_csrf()  # else the very page would put it there, and have another tag the next time
    who = (session.get("_user_id"), getattr(current_user, "name", ""), getattr(current_user, "role", ""))
    once = session.get("_flashes")  # a page that says something once is none to come back to
    menu = () if wants_fragment() else tuple(number() for number in MENU_NUMBERS)
    asking = (current_app.config["BUILD"], who, once, session.get("csrf_token"), wants_fragment(), menu)
    return f'W/"{hashlib.sha1(repr((asking, facts)).encode(), usedforsecurity=False).hexdigest()}"'


def known_already(tag: str) -> bool:
    """Whether the browser has that page: it asks with the tag it was given. What is to be said once is said, though:
    it would wait for the next page."""
    return not session.get("_flashes") and request.if_none_match.contains_weak(tag.removeprefix("W/").strip('"'))


def unchanged(tag: str) -> Response:
    """The answer to a browser that has the page. It takes over these headers, so they tell page and part apart, too."""
    return FlaskResponse(status=304, headers={"ETag": tag, "Vary": ASKED_AS})


def along(path: str) -> str:
    """`path` with the year and round last chosen: those in the address of the page that is being made.

    An address of its own says them to whoever opens it, in any tab, and a page stays one and the same for its address.
    """
    if not path or "?" in path:
        return path
    chosen: str | None = g.get("chosen_moment")
    if chosen is None:
        given = {**(request.view_args or {}), **request.args}
        moment = {
            "year": number(str(given.get("year", "")), 0, YEARS),
            "round": number(str(given.get("round", given.get("round_", ""))), 0),
        }
        chosen = g.chosen_moment = urlencode({name: value for name, value in moment.items() if value})
    return f"{path}?{chosen}" if chosen else path


def asked_year(known: Collection[int], default: int) -> int:
    """The fiscal year in the address, else `default`. A deed for a year that is none is refused: 404.

    A page may fall back to another year, for it says which; a deed would be done where nobody meant it.
    """
    typed = request.args.get("year", "")
    year = number(typed, 0)
    if year not in known and typed and request.method == "POST":
        abort(404)
    return year if year in known else default


def sent_moment() -> datetime:
    """The moment a page sent back to us; one that we cannot have written is none. Raises NotTheirs."""
    try:
        moment = datetime.fromisoformat(request.form.get("at", ""))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise NotTheirs


def same_origin() -> bool:
    """True when the browser says the request came from a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is not None and urlsplit(origin).netloc == request.host


def local_path(path: str | None) -> str:
    """`path` when it leads to this site, else "": a link must not send somebody elsewhere after signing in."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(c) < 32 for c in path):
        return ""
    return path


def page_behind() -> str:
    """The page that a request came from, where it is one of this site's."""
    address = request.headers.get("HX-Current-URL") or request.referrer or ""
    parts = urlsplit(address)
    return local_path(f"{parts.path}?{parts.query}".rstrip("?")) or "/"


def read_at() -> float:
    """When this request did its last deed, in seconds; 0 for none. What it read since holds all that was done before.

    Of two answers to deeds done side by side, the later one has the sums of both, whichever arrives first.
    """
    at: float = g.get("committed_at", 0.0)
    return at


def add_headers(response: Response) -> Response:
    headers = response.headers
    if read_at() and wants_fragment():
        headers["X-Read-At"] = f"{read_at():.6f}"
    headers["X-Content-Type-Options"] = "nosniff"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static":
        return response  # what follows is for what a browser opens in a window: half of a small file
    headers["Content-Security-Policy"] = CSP_OF_DATA if response.is_json else CSP
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.setdefault("X-Answer", "page")  # app.js shows nothing else: a proxy has error pages of its own
    # Not `no-store`: it would empty a half-filled form when a clerk goes back to it.
    headers.setdefault("Cache-Control", "private, no-cache")
    return response


def take_forms_only() -> None:
    """Before every request that changes something: a form as browsers send it, whole, of at most MAX_FORM_PARTS fields.

    Libraries read other bodies, too (Flask-WTF takes JSON for a form), with lists and numbers where a field has text.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or request.routing_exception is not None:
        return
    if "Transfer-Encoding" in request.headers:  # in pieces: nobody here can tell whether the last one came
        raise LengthRequired
    if request.mimetype not in FORMS and (request.mimetype or request.content_length):
        raise UnsupportedMediaType
    # Flask bounds the parts of a multipart body alone. What is read here is kept for whoever reads the form.
    most = current_app.config["MAX_FORM_PARTS"]
    if request.mimetype == URLENCODED and request.get_data().count(b"&") >= most:
        raise RequestEntityTooLarge


class RowNumber(IntegerConverter):
    """A number in an address, of at most nine digits, which every column of ids holds: a longer one is a 404.

    Written in one way only, so that a page has one address: without zeros in front and in these digits. The pattern
    says so: what `max` would refuse were a 405 where the same address also takes a form.
    """

    regex = "0|[1-9][0-9]{0,8}"


class SmallNumber(RowNumber):
    """A year, a round or a dimension: their columns hold two bytes."""

    regex = "0|[1-9][0-9]{0,3}"


def init_web(app: Flask) -> None:
    app.url_map.converters |= {"int": RowNumber, "small": SmallNumber}
    # Known to macros without the page's context: such are compiled once, the others at each import.
    app.jinja_env.globals.update(along=along, current_user=current_user)
    app.after_request(add_headers)
    app.after_request(lead_on)
    app.after_request(stay_here)  # the first of the three: the last one named runs first
