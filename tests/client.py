"""A test client that reads pages as a person does, and distrusts them."""

import contextvars
import re
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import html5lib
import lxml.html
from flask import Flask, has_app_context, has_request_context
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.citizens.results.kept import KEPT
from app.db import db
from app.history.kept_lists import KEPT as LISTS

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
TWICE_ESCAPED = re.compile(r'(?:href|action|data-hx-\w+)="[^"]*&amp;amp;[^"]*"')
XHTML = "{http://www.w3.org/1999/xhtml}"


def watch_for_unsaved_changes(app: Flask) -> None:
    """Fail any request that changed something and did not keep it: a half save."""
    pending: set[int] = set()

    @event.listens_for(db.session, "after_flush")
    def _flushed(session: Any, _context: Any) -> None:
        pending.add(id(session))

    @event.listens_for(db.session, "after_transaction_end")
    def _ended(session: Any, transaction: Any) -> None:
        if transaction.parent is None:
            pending.discard(id(session))

    @app.teardown_request
    def _check(error: BaseException | None) -> None:
        session = db.session()
        assert error or not (session.new or session.dirty or session.deleted or id(session) in pending), (
            "the request left unsaved changes behind"
        )


def forget_what_is_written_behind(app: Flask) -> None:
    """What a test writes is in no history: what is kept by that must not hide it. A session is in no figure."""
    with app.app_context():
        engine = db.engine

    @event.listens_for(engine, "before_cursor_execute")
    def _written(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        behind = not has_request_context() and statement.startswith(("INSERT", "UPDATE", "DELETE"))
        if behind and not statement.startswith("INSERT INTO sessions"):
            app.extensions[KEPT].clear()
            app.extensions[LISTS].clear()


class Client(FlaskClient):
    """Requests run in a context of their own, as on a server; every whole page is checked.

    On one engine: the other's pages come from the same templates, and reading each letter costs a fifth of the suite.
    """

    def __init__(self, app: Flask, **kwargs: Any) -> None:
        super().__init__(app, app.response_class, use_cookies=True, **kwargs)
        self.last: TestResponse | None = None
        self.reads_each_letter = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        _forget_reads()  # what the test made so far must be committed; what the request does must be seen
        response = contextvars.Context().run(lambda: super(Client, self).open(*args, **kwargs))
        _forget_reads()
        if "Content-Encoding" in response.headers:
            return response  # a test of packing: no other asks for it
        if response.mimetype == "text/html":
            twice = TWICE_ESCAPED.search(response.text)
            assert not twice, f"an ampersand escaped twice: {twice}"
        if self.reads_each_letter and response.mimetype == "text/html" and "<html" in response.text:
            check_page(response.text)
        if response.mimetype == "text/html":  # a file has no token
            self.last = response
        return response

    def sign_in(self, username: str, password: str) -> TestResponse:
        self.get("/login")
        return self.send("/login", {"username": username, "password": password}, follow_redirects=True)

    def send(self, path: str, data: dict[str, Any], *, htmx: bool = False, **kwargs: Any) -> TestResponse:
        """Post a form with the token of the page last seen, else of /login, or of /help for somebody signed in."""
        match = TOKEN.search(self.last.text) if self.last is not None else None
        match = match or TOKEN.search(self.get("/login").text) or TOKEN.search(self.get("/help").text)
        headers = dict(kwargs.pop("headers", {}))
        if htmx:
            headers["HX-Request"] = "true"
        token = {"csrf_token": match[1]} if match else {}
        return self.post(path, data={**token, **data}, headers=headers, **kwargs)


def _forget_reads() -> None:
    if has_app_context():  # a redirect that is followed runs without one
        db.session.rollback()


def check_page(html: str) -> None:
    """One h1 that the title repeats, one description, ids that are unique, HTML that parses without an error."""
    check_syntax(html)
    tree = lxml.html.document_fromstring(html)
    ids = tree.xpath("//@id[. != '']")
    assert len(ids) == len(set(ids)), f"ids twice: {sorted({i for i in ids if ids.count(i) > 1})}"
    headings = [text_of(element) for element in tree.iter("h1")]
    assert len(headings) == 1, f"h1: {headings}"
    title = text_of(tree.xpath("//head/title")[0])
    assert headings[0] in title or title.split(" – ")[0] in headings[0], f"title {title!r} is not of h1 {headings[0]!r}"
    described = tree.xpath("//meta[@name='description']/@content[. != '']")
    led_on = headings == ["Redirecting..."]  # what the framework says to whoever does not go on by itself
    assert len(described) == 1 or led_on, f"descriptions: {described}"
    for form in tree.iter("form"):
        target = form.get("action") or ""
        assert urlsplit(target).path.startswith("/"), f"a form without JavaScript needs a real action, not {target!r}"
        if (form.get("method") or "get").lower() == "post":
            assert form.xpath(".//input[@name='csrf_token']"), f"the form to {target} has no CSRF token"


# What stands in a page that no rule of HTML asks about: words, and the values of attributes. Whatever might be against
# a rule stays as it is: a lone & or <, letters that are none, a value without quotes.
_ESCAPED = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#34|#39);")
_ODD = r"\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff"
_VALUE = re.compile(rf'(?<=[\w-])(?<!type)="[^"<>&{_ODD}]*"')
_WORDS = re.compile(rf">\s*[^<>&\s{_ODD}][^<>&{_ODD}]*<")
_SPACE = re.compile(r">\s+<")
_seen: set[bytes] = set()


def _bones(html: str) -> str:
    """The tags of a page: what else it says makes no error, and two rows alike make none that one does not make."""
    html = _SPACE.sub("> <", _WORDS.sub(">x<", _VALUE.sub('="x"', _ESCAPED.sub("x", html))))
    for row in ("<option", "<li", "<tr"):
        first, *rows = html.split(row)
        html = row.join([first, *(one for one, before in zip(rows, [first, *rows], strict=False) if one != before)])
    return html


def _errors(html: str) -> list[tuple[Any, str]]:
    """What is wrong where."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    parser.parse(html)
    return [(place, code) for place, code, _data in parser.errors]


def check_syntax(html: str) -> None:
    """That it parses without an error: the bones alone, once for pages of the same tags; reading letters takes long."""
    bones = _bones(html)
    known = sha256(bones.encode("utf-8", "surrogatepass")).digest()
    if known not in _seen:
        errors = _errors(bones) and _errors(html)  # the page says where
        assert not errors, f"HTML errors (line, column): {errors[:5]}"
        _seen.add(known)


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
