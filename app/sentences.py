"""What there is to translate: the sentences of templates, modules and scripts.

In a template a sentence is what stands between two tags, or in one attribute: words and the values among them. A value
is `{its.name}` in the catalogue. `pybabel` reads by the two functions at the end (babel.cfg).
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

from jinja2 import Environment
from jinja2.lexer import Token

from app.language import THAI_LETTER, english_of

HOLD_NO_TAGS = ("title", "option", "textarea", "script", "style", "svg", "text")
BREAK = "<br>"
_BREAK = {"": re.compile("<"), "<": re.compile("[\"'>]"), '"': re.compile('"'), "'": re.compile("'")}
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_SPACE = re.compile(r"\s+")
_OPERATORS = frozenset({"if", "else", "not", "and", "or", "in", "is"})
Message = tuple[int, str, str, list[str]]


class Value:
    """A value in a sentence: the tokens of its `{{ … }}`."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.lineno = tokens[0].lineno
        inner = tokens[1:-1]
        names = [at for at, each in enumerate(inner) if each.type == "name" and each.value not in _OPERATORS]
        first = names[0] if names else 0
        last = first + 1
        while [each.type for each in inner[last : last + 2]] == ["dot", "name"]:
            last += 2
        self.name = "".join(str(each.value) for each in inner[first:last]) if names else "value"
        called = last < len(inner) and inner[last].type == "lparen"
        # A picture or a whole element that stands beside the words is no part of the sentence.
        self.apart = not first and (called or self.name.startswith("icon"))


class Sentence:
    """Words and values between two tags, or in one attribute."""

    def __init__(self) -> None:
        self.parts: list[str | Value] = []

    def split(self) -> tuple[list[str | Value], list[str | Value], list[str | Value]]:
        """What stands before the sentence, the sentence, and what stands after it."""
        first, last = 0, len(self.parts)
        while first < last and self._is_beside(self.parts[first]):
            first += 1
        while last > first and self._is_beside(self.parts[last - 1]):
            last -= 1
        return self.parts[:first], self.parts[first:last], self.parts[last:]

    @staticmethod
    def _is_beside(part: str | Value) -> bool:
        return part.apart if isinstance(part, Value) else not part.strip()


def has_thai(parts: Iterable[str | Value]) -> bool:
    return any(isinstance(part, str) and THAI_LETTER.search(part) for part in parts)


def as_message(parts: list[str | Value]) -> tuple[str, dict[str, Value]]:
    """The sentence as the catalogue has it, and its values by the names they have there."""
    values: dict[str, Value] = {}
    words = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
            continue
        name, again = part.name, 2
        while name in values:
            name, again = f"{part.name}-{again}", again + 1
        values[name] = part
        words.append(f"{{{name}}}")
    return _SPACE.sub(" ", "".join(words)).strip(), values


class SentenceReader:
    """Goes through the tokens of a template, and knows where in the HTML it is."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self.tokens = iter(tokens)
        self.place = ""  # "": between tags; "<": in a tag; a quote: in an attribute
        self.no_tags = ""  # the element around it that holds text alone
        self.in_title = False

    @property
    def may_be_marked(self) -> bool:
        return not (self.place or self.no_tags or self.in_title)

    def read(self) -> Iterator[Token | tuple[Sentence, bool]]:
        """Tokens as they are, and sentences; with each whether its values may be marked with tags."""
        sentence = Sentence()
        for token in self.tokens:
            if token.type == "variable_begin":
                sentence.parts.append(Value([token, *self._until("variable_end")]))
            elif token.type == "data":
                for piece, is_words in self._pieces(str(token.value)):
                    if is_words:
                        sentence.parts.append(piece)
                        continue
                    yield sentence, self.may_be_marked
                    sentence = Sentence()
                    yield Token(token.lineno, "data", piece)
                    self._pass(piece)
            else:
                yield sentence, self.may_be_marked
                sentence = Sentence()
                block = [token, *self._until("block_end")]
                self._enter(block)
                yield from block
        yield sentence, self.may_be_marked

    def _until(self, type_: str) -> Iterator[Token]:
        for token in self.tokens:
            yield token
            if token.type == type_:
                return

    def _enter(self, block: list[Token]) -> None:
        words = [str(each.value) for each in block[1:3]]
        if words == ["block", "title"]:
            self.in_title = True
        elif words[0] == "endblock":
            self.in_title = False

    def _pieces(self, data: str) -> Iterator[tuple[str, bool]]:
        """Words and markup in turn; after a piece of markup, `_pass` is to be told of it."""
        at = 0
        while at < len(data):
            if data.startswith("<!--", at) and not self.place:
                end = data.index("-->", at) + 3
                yield data[at:end], False
                at = end
                continue
            found = _BREAK[self.place].search(data, at)
            while found and data.startswith(BREAK, found.start()):  # a new line is no end of a sentence
                found = _BREAK[self.place].search(data, found.end())
            end = found.start() if found else len(data)
            if end > at:
                yield data[at:end], self.place != "<"
            if found:
                tag = _TAG.match(data, end) if not self.place else None
                at = tag.end() if tag else end + 1
                yield data[end:at], False
            else:
                at = end

    def _pass(self, markup: str) -> None:
        tag = _TAG.fullmatch(markup)
        if tag or (markup == "<" and not self.place):
            self.place = "<"
            if tag and tag[2] in HOLD_NO_TAGS:
                self._hold(tag[2], closed=bool(tag[1]))
        elif markup == ">" and self.place == "<":
            self.place = ""
        elif markup in ('"', "'"):
            self.place = "<" if self.place == markup else markup

    def _hold(self, name: str, *, closed: bool) -> None:
        if not closed:
            self.no_tags = self.no_tags or name
        elif self.no_tags == name:
            self.no_tags = ""


# --- scripts ---
_SCRIPT_TEXT = re.compile(rf'"([^"\n]*{THAI_LETTER.pattern}[^"\n]*)"')


def sentences_of_script(source: str) -> Iterator[tuple[int, str]]:
    """Every Thai text in quotes, but for comments."""
    for number, line in enumerate(source.splitlines(), start=1):
        if not line.lstrip().startswith("//"):
            yield from ((number, found[1].strip()) for found in _SCRIPT_TEXT.finditer(line))


def script_in_english(script: str) -> str:
    """The same script, saying what it says in English; one without comments."""
    return _SCRIPT_TEXT.sub(lambda found: json.dumps(_around(found[1]), ensure_ascii=False), script)


def _around(text: str) -> str:
    """The English of a text; the space around it stays."""
    return text.replace(text.strip(), english_of(text.strip()))


# --- for pybabel ------------------------------------------------------------------------------------------
_LEXER = Environment()  # noqa: S701 - draws nothing


def sentences_of_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence."""
    line = 1
    for each in SentenceReader(_LEXER.lexer.tokenize(source)).read():
        if isinstance(each, Token):
            line = each.lineno
            yield from _strings([each])
            continue
        _before, words, _after = each[0].split()
        if has_thai(words):
            yield line, as_message(words)[0]
        yield from _strings(token for part in each[0].parts if isinstance(part, Value) for token in part.tokens)


def _strings(tokens: Iterable[Token]) -> Iterator[tuple[int, str]]:
    for each in tokens:
        if each.type == "string" and THAI_LETTER.search(str(each.value)):
            yield each.lineno, str(each.value)


def sentences_of_module(source: str) -> Iterator[tuple[int, str]]:
    """Every Thai string: in a module that public pages ask, each is something that one of them may say."""
    tree = ast.parse(source)
    parts = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in parts:
            continue
        if isinstance(node.value, str) and THAI_LETTER.search(node.value):
            yield node.lineno, node.value


def of_template(file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[Message]:
    for line, text in sentences_of_template(file.read().decode()):
        yield line, "", text, []


def of_module(file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[Message]:
    for line, text in sentences_of_module(file.read().decode()):
        yield line, "", text, []


def of_script(file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[Message]:
    for line, text in sentences_of_script(file.read().decode()):
        yield line, "", text, []
