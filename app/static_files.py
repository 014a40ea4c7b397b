"""Static files as they are sent: scripts and the sheet without their comments, packed once, kept for ever by browsers.

Each address carries a hash of what it sends, so a browser never asks again, and a new file is fetched at once.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Flask, request
from werkzeug.wrappers import Response

from app.packing import CODINGS_KEPT, asked_coding, may_be_packed, packed_once, told_apart
from app.sentences import script_in_english

MIMETYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"
# The sheet without the part that one door alone uses: everybody else needs the rest.
BUT_NACC = "style-but-nacc.css"
# Scripts that every page has go as one; on an English page they speak English. On a page that is the same for
# everybody, as those all are, nothing is typed that could be lost.
BUT_TYPING, IN_ENGLISH_TOO = "app-but-typing.js", "app-en.js"
TOGETHER = {"app.js": ("typing.js", "app.js"), BUT_TYPING: ("app.js",), IN_ENGLISH_TOO: ("app.js",)}
_NACC = re.compile(r"/\* ===== 6 NACC .*?(?=/\* ===== 7 )", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ASIDE = re.compile(r"\s+// [^\"'`]*$")  # behind code; what has a quote after it may stand in a text
_FONT = re.compile(r"url\((fonts/[^)?]+)\)")


class StaticText(NamedTuple):
    body: bytes
    mimetype: str
    tag: str


def init_static(app: Flask) -> dict[str, str]:
    """Serve them; gives the address of each."""
    folder = Path(str(app.static_folder))
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    changed = max(path.stat().st_mtime_ns for path in paths.values())
    texts, addresses = {}, {}
    also = {BUT_NACC: paths["style.css"], BUT_TYPING: paths["app.js"], IN_ENGLISH_TOO: paths["app.js"]}
    with app.app_context():  # which the catalogue is read in
        for name, path in {**paths, **also}.items():
            texts[name], addresses[name] = _sent(path, name, changed)
    app.view_functions["static"] = _view(app, {name: text for name, text in texts.items() if text}, addresses)
    return addresses


@lru_cache(maxsize=256)
def _sent(path: Path, name: str, changed: int) -> tuple[StaticText | None, str]:
    """A text as it is sent, which none but texts are kept for, and its address."""
    body = path.read_bytes()
    if path.suffix == ".css":
        text = body.decode()
        body = _sheet(_NACC.sub("", text) if name == BUT_NACC else text, path.parent, changed).encode()
    elif path.suffix == ".js" and ".min." not in name:
        scripts = [(path.parent / each).read_text() for each in TOGETHER.get(name, (name,))]
        text = "\n".join(line for script in scripts for line in _without_comments(script))
        body = (script_in_english(text) if name == IN_ENGLISH_TOO else text).encode()
    tag = hashlib.sha256(body).hexdigest()[:10]
    known = StaticText(body, MIMETYPES[path.suffix], tag) if path.suffix in MIMETYPES else None
    return known, f"/static/{name}?v={tag}"


def _sheet(text: str, folder: Path, changed: int) -> str:
    """A style sheet without comments and the spaces between its parts, with the addresses of its fonts."""
    text = re.sub(r"\s+", " ", _COMMENT.sub("", text))
    text = re.sub(r" ?([{};,]) ?", r"\1", text).replace(": ", ":").replace(";}", "}")
    return _FONT.sub(lambda found: f"url({_sent(folder / found[1], found[1], changed)[1]})", text).strip()


def _without_comments(script: str) -> Iterator[str]:
    """Lines without comments and what they are indented by; no text of a script is longer than its line."""
    for line in script.splitlines():
        words = _ASIDE.sub("", line.strip())
        if words and not words.startswith("//"):
            yield words


def _view(app: Flask, texts: dict[str, StaticText], addresses: dict[str, str]) -> Callable[..., Response]:
    def static(filename: str) -> Response:
        text = texts.get(filename)
        response = _answer(text) if text else app.send_static_file(filename)
        response.headers.pop("Content-Disposition", None)
        response.headers.pop("Expires", None)
        # Never asked again: nothing to ask by. But not at the address of a program before or after this one.
        if request.full_path == addresses.get(filename):
            response.headers["Cache-Control"] = FOR_EVER
            response.headers.pop("ETag", None)
            response.headers.pop("Last-Modified", None)
        return response

    return static


def _answer(text: StaticText) -> Response:
    coding = (
        asked_coding(CODINGS_KEPT)
        if may_be_packed(text.mimetype, len(text.body)) and "Range" not in request.headers
        else ""
    )
    response = Response(packed_once(text.body, coding) if coding else text.body, mimetype=text.mimetype)
    if coding:
        response.headers["Content-Encoding"] = coding
    told_apart(response)
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(f"{text.tag}-{coding}" if coding else text.tag)
    if coding:
        return response.make_conditional(request)
    return response.make_conditional(request, accept_ranges=True, complete_length=len(text.body))
