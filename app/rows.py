"""Rows of long lists, fast, from a template that stays readable.

A page of 100 rows costs Jinja thousands of small steps. But rows differ only in their words, and in a few
choices (a status, whether there is a reason). So the row's template is drawn once for each combination of
choices, with marks where words go; a row is then one filling-in. Words are escaped as Jinja escapes them.

Most rows are shown again as they were: finished ones are kept, each by all that it says.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import Enum
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, NoReturn, cast, get_type_hints

from flask import Flask, current_app, render_template
from jinja2 import nodes
from markupsafe import Markup, escape

from app.bilingual import mark_thai
from app.language import in_english
from app.listing import ROWS_KEPT

# Private-use characters: no template has them, and words come in only after the marks are gone.
MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\w+\\*?)\ue001")
AS_THAI = "*"  # behind a word's name: where it may stand in an element of its own
BETWEEN, ROW_BETWEEN = "\ue002", "\ue003"
# Each template has some dozens at most; more would mean that a key holds what never comes twice.
MOST_PATTERNS = 2000


# Letters of a finished row that is kept: one with notes of 2,000 letters each is drawn when it is shown.
LONGEST_KEPT = 5000


class RowTemplateError(Exception):
    """A row's template asks for more of a word than a pattern can know."""


class Choices(tuple[Any, ...]):
    """Choices of a row that come together: its template may go through them, and ask each for what it likes."""

    __slots__ = ()

    def __str__(self) -> str:
        return ""  # no words


class Shape(NamedTuple):
    """How a row type is read: its fields, which of them are choices instead of words, and the columns it knows of."""

    fields: tuple[str, ...]
    choices: tuple[int, ...]
    chosen: Callable[[Any], Any]
    columns: Sequence[Any]


class Pattern(NamedTuple):
    """A row's template drawn: the text with places to fill in, and what picks their words out of all the words."""

    text: str
    words: Callable[[Sequence[str]], tuple[str, ...]]


def init_rows(app: Flask) -> None:
    app.extensions["row-patterns"] = {}
    app.extensions["finished-rows"] = {}
    app.jinja_env.filters["drawn"] = drawn


def drawn(rows: Iterable[Any], template: str, **same: str | int) -> Markup:
    """`template` for each of `rows`, which it knows as `r`; `same` are words all rows share, as `r.query`.

    Rows are named tuples. A bool, Enum or Choices field is a choice the template may ask for; any other is words,
    of which the template may only ask whether there are any. A row type with `columns` gives them to its template,
    which may go through them and print `r[column.name]`. Raises RowTemplateError for one that asks more.
    """
    rows = list(rows)
    shared = [str(escape(value)) for value in same.values()]
    given = (template, in_english(), *map(bool, same.values()))
    finished: dict[Any, str] = current_app.extensions["finished-rows"]
    keys = [(row, type(row), given, BETWEEN.join(shared)) for row in rows]
    texts = list(map(finished.get, keys))
    lacking = [key for key, text in zip(keys, texts, strict=True) if text is None]
    if lacking:
        made = dict(zip(lacking, _made([key[0] for key in lacking], given, same, shared), strict=True))
        texts = [made[key] if text is None else text for key, text in zip(keys, texts, strict=True)]
        _keep(finished, made)
    return Markup("".join(map(str, texts)))  # noqa: S704 - every word in it went through escape


def _made(rows: list[Any], given: tuple[Any, ...], same: dict[str, str | int], shared: list[str]) -> list[str]:
    """The finished text of each of `rows`; `given`: the template, and which of the words all rows share are there."""
    patterns: dict[Any, Pattern] = current_app.extensions["row-patterns"]
    shape, out, english = _shape(cast(Hashable, type(rows[0]))), list[str](), in_english()
    for row, words in zip(rows, _all_escaped(rows), strict=True):
        key = (given, *map(bool, row), shape.chosen(row))
        pattern = patterns.get(key)
        if pattern is None:
            if len(patterns) >= MOST_PATTERNS:
                patterns.clear()
            pattern = patterns[key] = _pattern(given[0], shape, row, same)
        said = (*words, *shared)
        out.append(pattern.text % pattern.words((*said, *map(mark_thai, said)) if english else said))
    return out


def _keep(finished: dict[Any, str], made: dict[Any, str]) -> None:
    if len(made) > ROWS_KEPT // 4:
        return  # one table of the whole country would drive out all others
    if len(finished) + len(made) > ROWS_KEPT:
        for key in list(finished)[: ROWS_KEPT // 2]:
            finished.pop(key, None)  # another thread may have been first
    finished.update((key, text) for key, text in made.items() if len(text) <= LONGEST_KEPT)


def _all_escaped(rows: list[Any]) -> list[Sequence[str]]:
    """The words of every row, escaped: all in one go, which takes a tenth of the time of one by one."""
    whole = str.split(escape(ROW_BETWEEN.join([BETWEEN.join(map(str, row)) for row in rows])), ROW_BETWEEN)
    split: list[Sequence[str]] = [words.split(BETWEEN) for words in whole] if rows else []
    right = len(split) == len(rows) and all(len(words) == len(row) for words, row in zip(split, rows, strict=True))
    return split if right else [_escaped(row) for row in rows]


def _escaped(row: Sequence[Any]) -> Sequence[str]:
    """The words of one row, also where somebody typed what else stands between them."""
    words = str.split(escape(BETWEEN.join(map(str, row))), BETWEEN)
    return words if len(words) == len(row) else [escape(value) for value in row]


@lru_cache(maxsize=64)
def _shape(kind: Any) -> Shape:
    hints = get_type_hints(kind)
    choices = tuple(place for place, name in enumerate(kind._fields) if issubclass(hints[name], bool | Enum | Choices))
    chosen = itemgetter(*choices) if choices else lambda _row: ()
    return Shape(kind._fields, choices, chosen, getattr(kind, "columns", ()))


def _pattern(template: str, shape: Shape, row: Any, same: dict[str, str | int]) -> Pattern:
    """The template drawn with a place for each word of a row like `row`."""
    words: dict[str, Any] = {name: _Word(name, bool(value)) for name, value in same.items()}
    for place, name in enumerate(shape.fields):
        words[name] = row[place] if place in shape.choices else _Word(name, bool(row[place]))
    check_row_template(template, {name for name, word in words.items() if isinstance(word, _Word)}, set(words))
    text = render_template(template, r=words, columns=shape.columns).replace("%", "%%")
    names = (*shape.fields, *same)
    places = {name: place for place, name in enumerate((*names, *(name + AS_THAI for name in names)))}
    return Pattern(_MARKED.sub("%s", text), _picker([places[name] for name in _MARKED.findall(text)]))


def _picker(places: list[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Takes the words at `places`, in that order: by position they are filled in twice as fast as by name."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda words: tuple(words[place] for place in places)


class _Word(Markup):
    """The mark of a word, as false as the word is: a number 0 is false and still printed."""

    there: bool
    as_thai: Markup

    def __new__(cls, name: str, there: bool) -> "_Word":
        word = super().__new__(cls, MARK.format(name))
        word.there = there
        word.as_thai = Markup(MARK.format(name + AS_THAI))  # noqa: S704 - a mark
        return word

    def __bool__(self) -> bool:
        return self.there


def check_row_template(template: str, words: set[str], known: set[str]) -> None:
    """Raise RowTemplateError, with template and line, where it asks of a word more than whether there is any.

    `known`: all that `r` has; those in `words` are marks while the pattern is drawn, the others are as they are.
    """
    environment = current_app.jinja_env
    assert environment.loader
    source, _path, _fresh = environment.loader.get_source(environment, template)
    _Check(template, words, known).body(environment.parse(source).body)


class _Check:
    """Follows words through a row's template: a word may be printed, joined, named anew, and asked for being there."""

    def __init__(self, template: str, words: set[str], known: set[str]) -> None:
        self.template, self.words, self.known = template, words, known
        self.named: set[str] = set()  # by {% set %}: these hold words

    def body(self, statements: Iterable[nodes.Node]) -> None:
        for each in statements:
            match each:
                case nodes.Output():
                    self.any_word(each.nodes)
                case nodes.If():
                    self.any_word([each.test])
                    self.body([*each.body, *each.elif_, *each.else_])
                case nodes.Assign(target=nodes.Name(name=name)) if self.any_word([each.node]):
                    self.named.add(name)
                case nodes.Assign(target=nodes.Name()):
                    pass
                case nodes.For() if self.goes_through_choices(each):
                    self.body(each.body)
                case _ if any(name.name in {"r", *self.named} for name in each.find_all(nodes.Name)):
                    self.refuse(each, f"no {type(each).__name__} around what is known of the row")

    def goes_through_choices(self, loop: nodes.For) -> bool:
        """Whether what the loop goes through is known as it is: the row type's columns, or choices of the row."""
        match loop.iter:
            case nodes.Getattr(node=nodes.Name(name="r"), attr=field):
                return not self.is_word_field(loop, field)
            case nodes.Name(name=name):
                return name == "columns"
        return False

    def any_word(self, expressions: Iterable[nodes.Node]) -> bool:
        found = [self.is_word(each) for each in expressions]  # each is looked at
        return any(found)

    def is_word(self, node: nodes.Node) -> bool:
        """Whether the value is words of the row; refuses what a mark would answer wrongly."""
        match node:
            case nodes.Getattr(node=nodes.Name(name="r"), attr=field):
                return self.is_word_field(node, field)
            case nodes.Getitem(node=nodes.Name(name="r"), arg=nodes.Getattr(attr="name")):
                return True  # of a column
            case nodes.Name(name=name):
                return name in self.named or (name == "r" and self.refuse(node, "the row as a whole is not known"))
            case nodes.Concat() | nodes.And() | nodes.Or():
                return self.any_word(node.iter_child_nodes())
            case nodes.CondExpr(test=test, expr1=yes, expr2=no):
                self.is_word(test)
                return self.any_word([yes] if no is None else [yes, no])
            case nodes.Not():
                self.is_word(node.node)
            case _ if self.any_word(node.iter_child_nodes()):
                self.refuse(node, f"{type(node).__name__} of a word: only whether it is there can be asked")
        return False

    def is_word_field(self, node: nodes.Node, field: str) -> bool:
        if field not in self.known:
            self.refuse(node, f"a row has no {field}")
        return field in self.words

    def refuse(self, node: nodes.Node, why: str) -> NoReturn:
        line = node.lineno or next((each.lineno for each in node.iter_child_nodes()), "?")  # an Operand has none
        raise RowTemplateError(f"{self.template}, line {line}: {why}")
