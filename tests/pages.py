"""Reading answers as a person does: what stands in a form, which sentence stands beside a field, where links lead."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
import werkzeug.test
from flask import current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access import Actor
from app.accounts.operations import begin_session
from app.accounts.queries import actor_of
from app.citizens.results.kept import KEPT, province_summaries
from app.db import Base, db, transaction
from app.models.enums import Round
from app.registry.queries import provinces
from app.tokens import token_seed
from tests.client import XHTML, Client, text_of
from tests.factories import YEAR

SVG = "{http://www.w3.org/2000/svg}"
FORGIVING = lxml.html.HTMLParser(remove_comments=True)
BARE = frozenset(("checked", "defer", "disabled", "hidden", "multiple", "open", "readonly", "required", "selected"))
REGISTRY = ("provinces", "districts", "plan_periods", "dimensions", "rejection_reasons")


def enter(client: Client, account_id: int | None, *, claiming: bool = False) -> Actor:
    """Sign in without the login page and its slow hash."""
    assert account_id is not None
    actor = actor_of(account_id, claiming=claiming)
    with transaction():  # it never runs out, whatever the test makes of the clock
        key = begin_session(actor, "", "", datetime(9000, 1, 1, tzinfo=UTC))
    with client.session_transaction() as session:
        session.clear()
        session["_user_id"] = key
        session["csrf_token"] = token_seed(actor.account_id)
    client.last = None
    return actor


def form_token(account_id: int | None) -> str:
    """The CSRF token of a form that the account opened in a session now over."""
    key = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(token_seed(account_id))


def forms(html: str) -> list[str]:
    """Addresses of the forms that a page sends with POST."""
    return [each["action"] for tag, each in tags(html) if tag == "form" and each.get("method") == "post"]


def facts_shown(html: str) -> dict[str, str]:
    """The words beside each label of the list of facts; a label that stands there twice fails."""
    labels, words = ([text_of(each) for each in elements(html, name)] for name in ("dt", "dd"))
    assert len(labels) == len(set(labels)), labels
    return dict(zip(labels, words, strict=True))


@lru_cache(maxsize=4)
def tree(html: str) -> Any:
    """A page, or a fragment of one, as a tree of elements, which nobody changes: with names and texts as in HTML 5.

    Made by a parser that forgives and is fast: of each page another one has seen that nothing is wrong in it.
    """
    part_of_a_table = html.lstrip().startswith(("<tbody", "<tr", "<td", "<thead", "<caption"))
    if "<html" not in html:
        html = f"<!doctype html><title>-</title>{f'<table>{html}</table>' if part_of_a_table else html}"
    whole = lxml.html.document_fromstring(html, parser=FORGIVING)
    for element in whole.iter():
        element.tag = XHTML + element.tag
        for name in BARE.intersection(element.keys()):
            element.set(name, "")
    for drawing in whole.iter(f"{XHTML}svg"):
        for element in drawing.iter():
            element.tag = element.tag.replace(XHTML, SVG)
    for block in whole.iter(f"{XHTML}textarea", f"{XHTML}pre"):
        block.text = (block.text or "").removeprefix("\n")
    return whole


def elements(html: str, *names: str) -> Iterator[Any]:
    for element in tree(html).iter():
        if isinstance(element.tag, str) and element.tag.removeprefix(XHTML) in names:
            yield element


def fields(html: str) -> dict[str, list[str]]:
    """Values by field name, as a browser would send them back; without buttons and tokens."""
    found: dict[str, list[str]] = {}
    for element in elements(html, "input", "textarea"):
        name = element.get("name")
        unchecked = element.get("type") in ("radio", "checkbox") and element.get("checked") is None
        if name is None or name == "csrf_token" or unchecked or element.get("disabled") is not None:
            continue
        is_block = element.tag == f"{XHTML}textarea"
        value = "".join(element.itertext()) if is_block else element.get("value") or ""
        found.setdefault(name, []).append(value)
    return found


def both_values(html: str) -> dict[str, list[str]]:
    """The two values beside each label of a comparison."""
    rows = ([text_of(cell) for cell in row if cell.tag in (f"{XHTML}th", f"{XHTML}td")] for row in elements(html, "tr"))
    return {row[0]: row[1:] for row in rows if len(row) == 3}


def sentences(html: str) -> dict[str, str]:
    """The sentence beside each field, by the field's id; "" holds those above the form."""
    found = {
        (element.get("id") or "-e").removesuffix("-e"): text_of(element)
        for element in elements(html, "p")
        if "err" in (element.get("class") or "").split()
    }
    for element in elements(html, "div"):
        classes = (element.get("class") or "").split()
        stale = "warn" in classes and element.get("role") == "alert"
        if "errors" in classes or stale:
            found[""] = text_of(element)
    return found


_TAG = re.compile(r"""<([a-zA-Z][^\s/>]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_INSIDE = re.compile(r"(<(script|style)\b[^>]*>).*?(?=</\2>)", re.DOTALL)


@lru_cache(maxsize=4)
def tags(html: str) -> list[tuple[str, dict[str, str]]]:
    """(name, attributes) of every tag: all a crawl needs, at a fraction of what a tree costs."""
    return [
        (tag.lower(), _attributes(words)) for tag, words in _TAG.findall(_INSIDE.sub(r"\1", _COMMENT.sub("", html)))
    ]


def _attributes(words: str) -> dict[str, str]:
    return {name.lower(): unescape(one or two or bare) for name, one, two, bare in _ATTRIBUTE.findall(words)}


def links(html: str) -> Iterator[tuple[str, bool]]:
    """(address, whether htmx fetches it) of all a page leads to with GET."""
    for tag, attributes in tags(html):
        if tag == "a" and "href" in attributes:
            yield attributes["href"], False
        if tag == "form" and attributes.get("method", "get") == "get":
            yield attributes["action"], False
        if "data-hx-get" in attributes:
            yield attributes["data-hx-get"], True


def shape(path: str) -> tuple[str, tuple[str, ...]]:
    """What addresses that differ only in their values have in common: following each row would only cost time."""
    parts = urlsplit(path)
    path = re.sub(r"/figures/[a-z-]+", "/figures/any", re.sub(r"\d+", "0", parts.path))
    path = re.sub(r"/help/([a-z]+)/[a-z-]+", r"/help/\1/any", path)
    return path, tuple(sorted(pair.split("=")[0] for pair in parts.query.split("&")))


def crawl(client: werkzeug.test.Client, start: str, most: int) -> dict[str, TestResponse]:
    """Answers of all that can be reached from `start`, `most` of each shape; htmx links are fetched as htmx does."""
    waiting, seen, shapes = [(start, False)], {}, {}
    while waiting:
        path, htmx = waiting.pop(0)
        path = path.split("#")[0]
        alike = (shape(path), htmx)
        if (path, htmx) in seen or shapes.get(alike, 0) >= most:
            continue
        shapes[alike] = shapes.get(alike, 0) + 1
        answer = client.get(path, headers={"HX-Request": "true"} if htmx else {})
        seen[path, htmx] = answer
        if answer.location:
            waiting.append((answer.location, False))
        if answer.mimetype == "text/html":
            waiting += [(urljoin(path, to), way) for to, way in links(answer.text) if to.startswith(("/", "?"))]
    return {f"{'htmx ' if htmx else ''}{path}": answer for (path, htmx), answer in seen.items()}


def kept() -> dict[str, list[str]]:
    """All that is stored, history and all: equal before and after means nothing was half saved.

    Without the forms that were done, for also one that changes nothing is; without who is signed in, or failed to.
    """
    db.session.rollback()
    return {
        table.name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        for table in Base.metadata.sorted_tables
        if table.name not in (*REGISTRY, "done_deeds", "sessions", "failed_sign_ins")
    }


def check_refused(
    client: Client,
    path: str,
    typed: Mapping[str, Any],
    wrong: Mapping[str, str],
    *,
    htmx: bool = False,
    forgets: tuple[str, ...] = (),
) -> TestResponse:
    """Send a bad form: 422, each sentence of `wrong` beside its field, everything typed still there, nothing saved.

    `wrong`: sentence by the field's id. `forgets`: fields that are not shown again, such as passwords.
    """
    before = kept()
    answer = client.send(path, dict(typed), htmx=htmx)
    assert answer.status_code == 422, (answer.status_code, answer.text[:300])
    beside = sentences(answer.text)
    for field, sentence in wrong.items():
        assert sentence in beside.get(field, ""), f"{field}: {beside}"
    shown = fields(answer.text)
    for name, value in typed.items():
        if name not in forgets:
            values = value if isinstance(value, list) else [value]
            sent = [each for each in values if each or name in shown]  # an empty one need not be sent
            assert shown.get(name, []) == sent, f"{name} was {values}, the page shows {shown.get(name)}"
    assert kept() == before
    check_fragment(answer, htmx=htmx)
    return answer


def check_fragment(answer: TestResponse, *, htmx: bool) -> None:
    """An htmx answer is a row and nothing around it."""
    text = answer.text.lstrip()
    assert text.startswith("<tbody" if htmx else "<!doctype html>"), text[:80]
    assert ("<html" in text) is not htmx


def without_choices(html: str) -> str:
    """A page without what its lists offer to choose from."""
    return re.sub(r"<select.*?</select>", "", html, flags=re.DOTALL)


def check_kept_provinces(years: Iterable[int] = (YEAR,)) -> None:
    """What is kept of whole provinces is what they come to when they are counted anew; and is kept from now on."""
    db.session.rollback()
    codes = [code for code, _name in provinces()]
    moments = [(year, round_) for year in years for round_ in Round]
    found = [province_summaries(codes, *moment) for moment in moments]
    current_app.extensions[KEPT].clear()
    assert found == [province_summaries(codes, *moment) for moment in moments]
    db.session.rollback()
