"""A screen as text, line by line: its words, where its links and forms lead, and what its fields hold.

What is made anew for each answer (tokens, keys, sealed values) is told by its name alone.
"""

import os
import re
from difflib import unified_diff
from pathlib import Path
from typing import Any

from tests.client import XHTML, text_of
from tests.pages import tree

_BLOCKS = frozenset(
    (
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "p",
            "div",
            "section",
            "article",
            "li",
            "tr",
            "dt",
            "dd",
            "form",
            "fieldset",
            "legend",
        ),
        *("table", "ul", "ol", "nav", "details", "summary", "caption", "pre"),
    )
)
_CELLS = frozenset(("td", "th", "label", "button", "a"))
_SKIPPED = frozenset(("script", "style", "template"))
_ANEW = frozenset(("csrf_token", "once", "submission_key", "sealed", "seal", "version_key", "secret", "key"))
_MOST_OPTIONS = 8
# What is told elsewhere or of no meaning to anybody; every other attribute is told, whoever reads it: a person, the
# browser, a script, or a screen reader.
_UNTOLD = frozenset(("class", "href", "name", "value", "cols", "rows", "colspan", "content", "aria-hidden", "scope"))
_SVG = "{http://www.w3.org/2000/svg}"
_ASSET = re.compile(r"\?v=\w+")


def differing(file: Path, shown: str) -> list[str]:
    """The lines in which `shown` is not what a person once read, which stands in `file`; READ_ANEW=1 writes it anew."""
    if os.environ.get("READ_ANEW"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown.replace("\r\n", "\n"), "utf-8")
    return lines_apart(file.name, file.read_text("utf-8"), shown)


def lines_apart(name: str, before: str, now: str) -> list[str]:
    return list(unified_diff(before.splitlines(), now.splitlines(), name, name, n=0, lineterm=""))


def as_read(html: str) -> str:
    """The main part of a page behind its title, its place in the menu and its scripts; or all of a fragment."""
    whole = tree(html)
    start = next((each for each in whole.iter() if each.get("id") == "main"), whole)
    lines: list[list[str]] = [_frame(whole) if start is not whole else []]
    _read(start, lines)
    told = (" ".join(" ".join(words).split()) for words in lines)
    return _ASSET.sub("", "\n".join(filter(None, told))) + "\n"


def _frame(whole: Any) -> list[str]:
    title = [text_of(each) for each in whole.iter(f"{XHTML}title")]
    here = [text_of(each) for each in whole.iter(f"{XHTML}a") if each.get("aria-current")]
    scripts = [each.get("src", "").split("/")[-1] for each in whole.iter(f"{XHTML}script")]
    return [" / ".join(told) for told in (title, here, scripts)]


def _read(element: Any, lines: list[list[str]]) -> None:
    if not isinstance(element.tag, str):
        return
    name = element.tag.removeprefix(XHTML).removeprefix(_SVG)
    if name in _BLOCKS:
        lines.append([])
    lines[-1] += _opening(name, element)
    if name in _TOLD_AS:
        lines[-1].append(_TOLD_AS[name](element))
    elif name not in _SKIPPED:
        lines[-1].append(element.text or "")
        for child in element:
            _read(child, lines)
            lines[-1].append(child.tail or "")
    if name in _CELLS:
        lines[-1].append("|")
    if name in _BLOCKS:
        lines.append([])


def _opening(name: str, element: Any) -> list[str]:
    told = [f"<{element.get('href')}>"] if name == "a" else []
    told += [f"[{each}={words}]" if words else f"[{each}]" for each, words in element.items() if each not in _UNTOLD]
    if name in ("input", "textarea", "button", "select") and element.get("name"):
        value = element.get("value") if element.get("name") not in _ANEW else None
        told.append(f"[{element.get('name')}{'' if value is None else f'={value}'}]")
    classes = set((element.get("class") or "").split()) & {
        "err",
        "warn",
        "ok",
        "bad",
        "info",
        "now",
        "is-saved",
        "part",
    }
    return told + [f"({each})" for each in sorted(classes)]


def _choices(element: Any) -> str:
    options = [each for each in element.iter() if each.tag == f"{XHTML}option"]
    told = [
        ("*" if each.get("selected") is not None else "")
        + (f"{each.get('value')}:" if each.get("value") is not None else "")
        + "".join(each.itertext()).strip()
        for each in options
    ]
    chosen = [each for each in told if each.startswith("*")]
    if len(told) > _MOST_OPTIONS:
        told = [*told[:2], f"… {len(told)} …", told[-1], *chosen]
    return " / ".join(told)


def _icon(element: Any) -> str:
    return " ".join("{" + each.get("href").split("#i-")[-1] + "}" for each in element.iter(f"{_SVG}use"))


_TOLD_AS = {"svg": _icon, "select": _choices}
