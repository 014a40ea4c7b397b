"""Templates in two languages. They are written in Thai, and nothing in them is marked for translation.

An English page is made from the same template, compiled a second time with its sentences (app/sentences.py) from the
catalogue in place of the Thai ones, so neither language costs anything while a page is made. A value may stand at
another place in the English sentence. What is still Thai when a value is printed into an English page was typed by
somebody, or is a name that has no other spelling: it is marked as Thai.
"""

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from itertools import chain
from typing import Any

from flask import Flask, request
from flask.templating import Environment
from flask_babel import Babel
from jinja2 import BaseLoader, Template
from jinja2 import Environment as PlainEnvironment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from app.language import (
    THAI_LETTER,
    in_english,
    in_thai,
    is_english,
    localised,
    said,
    speak,
    speak_as_before,
)
from app.sentences import Sentence, SentenceReader, Value, as_message, has_thai
from config import ROOT

QUOTED = "shown"  # the macro that quotes Thai screens, in Thai on English pages too
IN_ENGLISH = "en:"  # before the name of a template that is compiled in English
_FIRST_TO_LAST = re.compile(f"{THAI_LETTER.pattern}(?:.*{THAI_LETTER.pattern})?[^A-Za-z&]*", re.DOTALL)
_PLACE = re.compile(r"\{[^{}]*\}")


class _English(Extension):
    """Exchanges the sentences of a template whose name says that it is compiled in English."""

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterable[Token]:
        if not (stream.name or "").startswith(IN_ENGLISH):
            return stream
        is_page = str(stream.name).endswith(".html")
        return chain.from_iterable(
            [_in_english(each)] if isinstance(each, Token) else _english_tokens(each[0], each[1] and is_page)
            for each in SentenceReader(stream).read()
        )


def _in_english(token: Token) -> Token:
    """A string in an expression is a sentence of its own."""
    if token.type == "string" and THAI_LETTER.search(str(token.value)):
        return Token(token.lineno, "string", said(str(token.value)))
    return token


def _english_tokens(sentence: Sentence, marked: bool) -> Iterator[Token]:
    before, words, after = sentence.split()
    yield from _tokens_of(before, marked)
    yield from _tokens_of(_exchanged(words) if has_thai(words) else words, marked)
    yield from _tokens_of(after, marked)


def _exchanged(parts: list[str | Value]) -> list[str | Value]:
    """The parts of the English sentence; the space around the Thai one stays."""
    thai, values = as_message(parts)
    english = said(thai)
    if english == thai:
        return parts
    texts, places = _PLACE.split(english), _PLACE.findall(english)
    found: list[str | Value] = [texts[0]]
    for place, text in zip(places, texts[1:], strict=True):
        found += [values[place[1:-1]], text]
    edges = [part if isinstance(part, str) else "" for part in (parts[0], parts[-1])]
    return [edges[0][: len(edges[0]) - len(edges[0].lstrip())], *found, edges[1][len(edges[1].rstrip()) :]]


def _tokens_of(parts: list[str | Value], marked: bool) -> Iterator[Token]:
    for part in parts:
        if isinstance(part, str):
            yield Token(0, "data", part)
            continue
        begin, *inner, end = part.tokens if part.name == QUOTED else map(_in_english, part.tokens)
        if marked and inner:
            line = part.lineno
            inner = [Token(line, "lparen", "("), *inner, Token(line, "rparen", ")")]
            inner += [Token(line, "pipe", "|"), Token(line, "name", "as_thai")]
        yield from (begin, *inner, end)


def as_thai(value: Any) -> Any:
    """A value on its way into an English page: what in it is Thai stands in an element that says so."""
    if isinstance(value, Markup):
        return getattr(value, "as_thai", value)
    return Markup(mark_thai(str(escape(value)))) if isinstance(value, str) else value  # noqa: S704 - escaped


def mark_thai(escaped: str) -> str:
    """The same of words that are escaped already: from the first Thai letter to the last, and what ends them."""
    return _FIRST_TO_LAST.sub(r'<span lang="th">\g<0></span>', escaped)


class Templates(Environment):
    """A template in the language of the page that is made."""

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        named = f"{IN_ENGLISH}{name}" if in_english() and isinstance(name, str) else name
        return super().get_template(named, parent, globals)


class _EitherLanguage(BaseLoader):
    """Finds a template's text, in whichever language it is going to be compiled."""

    def __init__(self, of_app: BaseLoader) -> None:
        self._of_app = of_app

    def get_source(
        self, environment: PlainEnvironment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        return self._of_app.get_source(environment, template.removeprefix(IN_ENGLISH))

    def list_templates(self) -> list[str]:
        return self._of_app.list_templates()


def init_bilingual(app: Flask) -> None:
    """First of all that is done to an app: everything else may say something."""
    app.jinja_environment = Templates
    app.jinja_options = {"extensions": [_English]}
    app.before_request(_listen)
    app.teardown_request(_fall_silent)
    assert app.jinja_env.loader
    app.jinja_env.loader = _EitherLanguage(app.jinja_env.loader)
    app.jinja_env.filters.update(as_thai=as_thai, localised=localised, in_thai=in_thai, said=said)
    app.jinja_env.globals.update(in_english=in_english)
    Babel(configure_jinja=False).init_app(
        app,
        default_locale="th",
        default_translation_directories=str(ROOT / "app" / "translations"),
        locale_selector=lambda: "en" if in_english() else "th",
    )


def _listen() -> None:
    request.environ["eplannacc.language"] = speak(english=is_english(request.path))


def _fall_silent(_error: BaseException | None) -> None:
    token = request.environ.pop("eplannacc.language", None)
    if token is not None:
        speak_as_before(token)
