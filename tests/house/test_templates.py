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
