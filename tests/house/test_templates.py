"""A template is read and compared line by line; a stylesheet has no rule that nothing wears."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST = 160
# What cannot be broken: one attribute's sentence, the outline of a drawing.
ONE_VALUE = re.compile(r'\s*[\w-]+="[^<>]*">?|.*<path\b.*')


def test_a_template_has_no_line_too_long_to_compare() -> None:
    """djLint was tried: it would put spaces between words and boxes that belong together, and leave longer lines."""
    long = [
        f"{path.relative_to(ROOT)}:{number}: {len(line)}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LONGEST and not ONE_VALUE.fullmatch(line)
    ]
    assert not long, f"break these lines at a space: {long}"


# Each was looked at: it has words of our own only.
HTML_IN_SCRIPTS = {"app.js": 1, "drafts.js": 1}
AS_HTML = re.compile(r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage")


def test_scripts_put_in_as_text_what_came_from_data() -> None:
    scripts = {path.name: len(AS_HTML.findall(path.read_text())) for path in (ROOT / "static").glob("*.js")}
    assert {name: number for name, number in scripts.items() if number} == HTML_IN_SCRIPTS


STYLE = ROOT / "static" / "style.css"
PLOTS = ROOT / "static" / "plots.css"
WORN = re.compile(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\}|\{)*)"', re.DOTALL)
SAID = re.compile(r"""["'`]([\w -]+)["'`]""")  # words of a script or of an expression in a template
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def test_every_class_of_the_stylesheet_is_worn_somewhere() -> None:
    """A rule for what no page has any more is read, and feared, for nothing."""
    both = STYLE.read_text() + PLOTS.read_text()
    sheet = re.sub(r"/\*.*?\*/|url\(.*?\)|\{[^{}]*\}", " ", both, flags=re.DOTALL)
    classes = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", sheet))
    words, stems = _worn()
    stray = {each for each in classes - words if not any(each.startswith(stem) for stem in stems)}
    assert not stray, f"nothing wears these: {sorted(stray)}"


def _worn() -> tuple[set[str], set[str]]:
    """Classes as they are written, and beginnings of those that end in a value, as q{{ shade }}."""
    scripts = [path.read_text() for path in (ROOT / "static").glob("*.js")]
    views = [path.read_text() for path in (ROOT / "app").rglob("*.py")]
    pages = [path.read_text() for path in (*TEMPLATES, *(ROOT / "templates").rglob("*.svg"))]
    attributes = " ".join(found for text in (*pages, *views) for found in WORN.findall(text))
    said = " ".join(found for text in (*pages, *scripts) for found in SAID.findall(text))
    stems = set(re.findall(r"(?<![\w-])([\w-]+)\{\{", attributes))
    return {*re.findall(r"[\w-]+", EXPRESSION.sub(" ", attributes)), *said.split(), "htmx-request"}, stems


def test_the_stylesheet_has_the_parts_its_contents_say() -> None:
    sheet = STYLE.read_text()
    told = re.findall(r"^ +(\d+ \w+)", sheet.partition("*/")[0], re.MULTILINE)
    assert told == re.findall(r"^/\* ===== (\d+ \w+) ===== \*/$", sheet, re.MULTILINE)
    assert len(told) == 10
