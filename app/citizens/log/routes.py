"""The public log: a page for people; entries, heads, proofs and what the tables hold for programs. Nobody signs in."""

import json
from collections.abc import Callable

from flask import Blueprint, Response, abort, current_app, render_template, request

from app.access import public
from app.citizens.public.cache import for_everybody
from app.citizens.results.sites import FOR_CITIZENS
from app.ledger import heads, merkle, queries, state
from app.ledger.live import TABLES
from app.ledger.rules import canonical
from config import ROOT

blueprint = Blueprint("log", __name__, url_prefix="/public/log")
MOST_ENTRIES, MOST_ROWS, MOST_HEADS = 1000, 500, 500
JSON, LINES = "application/json", "application/x-ndjson"
MOST = 2**31 - 1
LATEST = 20
TABLE_NAMES = ",".join(f"'{name}'" for name in TABLES)


def _open_answer(body: bytes, mimetype: str = JSON, following: str = "") -> Response:
    """Open to every site's scripts, and kept by proxies for a short while: what may be told changes."""
    response = Response(body, content_type=mimetype)
    response.headers["Cache-Control"] = "public, max-age=15"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _problem(status: int, detail: str) -> Response:
    body = json.dumps({"status": status, "detail": detail}).encode()
    return Response(body, status, content_type="application/problem+json")


def _asked_number(name: str, default: int | None = None) -> int:
    """A number in the address, from 0 on. 400 where it is none."""
    typed = request.args.get(name, "")
    if not typed and default is not None:
        return default
    if not (typed.isascii() and typed.isdecimal()) or len(typed) > 10 or int(typed) > MOST:
        abort(_problem(400, f"'{name}' must be a whole number"))
    return int(typed)


def _json_lines(lines: list[bytes], following: str = "") -> Response:
    return _open_answer(b"".join(line + b"\n" for line in lines), LINES, following)


@blueprint.get("")
@for_everybody
def page() -> str:
    """What the log proves, for people: the latest head and how anybody checks it."""
    return render_template(
        "citizens/log/page.html",
        site=FOR_CITIZENS,
        head=queries.latest_head(),
        size=queries.size(),
        latest=queries.latest_in_words(LATEST),
        address=current_app.config["PUBLIC_URL"],
        tables=list(TABLES),
    )


@blueprint.get("/verify.py")
@public
def verifier() -> Response:
    """The program that checks all of it; it shares no code with this one."""
    response = _open_answer((ROOT / "docs" / "verify.py").read_bytes(), "text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@blueprint.get("/key")
@public
def key() -> Response:
    known = heads.public_key(current_app.config["LOG_SIGNING_KEY"])
    return _open_answer(canonical({"algorithm": "Ed25519", "key": known}))


@blueprint.get("/head")
@public
def head() -> Response:
    latest = queries.latest_head()
    return _open_answer(canonical(heads.published(latest))) if latest else _problem(404, "Nothing is signed yet.")


@blueprint.get("/heads")
@public
def all_heads() -> Response:
    """Every head that was ever signed, one a line, from `after` entries on."""
    found = queries.heads(_asked_number("after", 0), MOST_HEADS)
    following = f"{request.path}?after={found[-1].size}" if len(found) == MOST_HEADS else ""
    return _json_lines([canonical(heads.published(each)) for each in found], following)


@blueprint.get("/entries")
@public
def entries() -> Response:
    """Entries from `start` to before `end`, one a line; at most MOST_ENTRIES at once."""
    start = _asked_number("start", 0)
    end = min(_asked_number("end", MOST), start + MOST_ENTRIES)
    found = queries.entry_lines(start, end)
    return _json_lines(found, f"{request.path}?start={end}" if len(found) == MOST_ENTRIES else "")


@blueprint.get("/proof/inclusion")
@public
def inclusion() -> Response:
    """That entry `index` stands in the log of `size` entries."""
    index, size = _asked_number("index"), _asked_number("size")
    if index >= size:
        return _problem(400, "'index' must be below 'size'")
    return _proof(size, lambda: merkle.inclusion(index, size, queries.node))


@blueprint.get("/proof/consistency")
@public
def consistency() -> Response:
    """That the log of `first` entries is the beginning of that of `second`."""
    first, second = _asked_number("first"), _asked_number("second")
    if not 0 < first <= second:
        return _problem(400, "'first' must be above 0 and at most 'second'")
    return _proof(second, lambda: merkle.consistency(first, second, queries.node))


def _proof(size: int, made: Callable[[], list[bytes]]) -> Response:
    if size > queries.size():
        return _problem(404, "The log is not that long.")
    try:
        return _open_answer(canonical({"proof": [each.hex() for each in made()]}))
    except LookupError as error:
        return _problem(500, str(error))


@blueprint.get(f"/state/<any({TABLE_NAMES}):table>")
@public
def table_state(table: str) -> Response:
    """The rows of a covered table, one a line, in pages: `Link` leads to the next one."""
    return _state_page(table, request.args.get("after", ""))


def _state_page(name: str, after: str) -> Response:
    try:
        lines, cursor = state.state_lines(name, after, MOST_ROWS)
    except ValueError:
        return _problem(400, "'after' is the cursor of a page")
    return _json_lines(lines, f"{request.path}?after={cursor}" if cursor else "")
