"""Draws docs/measured/*.svg and writes the tables of docs/benchmarks.md, from what was measured.

    python -m docs.benchmarks

docs/measured/before.json is what the work on speed began with; now.json what was measured last, where that is another.
Both are written by `make bench` and `make bench-peers` with BENCH_RESULTS.
"""

import json
from collections.abc import Iterable, Iterator
from html import escape
from math import log10
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "measured"
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- written by python -m docs.benchmarks: begin -->\n", "<!-- end -->\n"
PEERS = {"PocketBase's JSON": "PocketBase", "Django admin": "Django admin", "Flask-Admin editable": "Flask-Admin"}
WIDTH, LABELS, LINE, BAR, HEAD = 1120, 640, 30, 9, 44  # in pixels
ALIKE = ("sqlite", "–")  # engines that a row need not name
Row = dict[str, Any]
STYLE = (
    "<style>text{fill:#222}.n{font-size:11px;fill:#555}.h{font-weight:bold}.b{fill:#c9b48a}.w{fill:#3f6f57}"
    "line{stroke:#a33;stroke-width:2}</style>"
)


def told(name: str) -> dict[str, Any]:
    file = FOLDER / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {"machine": "", "rows": {}}
    return found


def rows(name: str) -> dict[str, Row]:
    """By name and engine, in the order they were measured in."""
    found: dict[str, Row] = told(name)["rows"]
    return found


def against(row: Row) -> str:
    """Which table a row belongs to."""
    if row["unit"] == "kB":
        return "bytes"
    return "peers" if any(peer in row["name"] for peer in (*PEERS, "PATCH", "inline edit")) else "pages"


def number(value: float) -> str:
    """Three digits that say something."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def table(group: str) -> str:
    """Markdown: goal, before and now of every row of the group."""
    before, now = rows("before"), rows("now")
    lines = []
    for key, row in {**before, **now}.items():
        if against(row) == group:
            name = row["name"].replace(" / the goal", "") if group == "bytes" else row["name"]
            what = name if row["engine"] in ALIKE else f"{name} ({row['engine']})"
            goal = f"{number(row['base'])} kB" if group == "bytes" else number(row["limit"])
            lines.append(f"| {what} | {goal} | {_measured(before.get(key))} | {_measured(now.get(key))} |")
    return "\n".join(["| row | goal | before | now |", "|---|---|---|---|", *lines, ""])


def _measured(row: Row | None) -> str:
    if row is None:
        return ""
    if row["unit"] == "kB":
        return f"{number(row['ours'])} kB"
    spread = f"{number(row['low'])}-{number(row['high'])}"
    if against(row) == "peers":
        spread += f"; its {number(1 / row['ratio'])}-fold"
    return f"**{number(row['ratio'])}** ({spread}); {number(row['ours'])} / {number(row['base'])} {row['unit']}"


def when(name: str) -> str:
    """The commits and days of a file of results, with the scale and the load of the machine."""
    found = rows(name).values()
    commits = sorted({(row["date"], row["commit"]) for row in found})
    scales = sorted({row["scale"] for row in found})
    loads = [row["load"] for row in found]
    made = ", ".join(f"{commit} on {date}" for date, commit in commits)
    return (
        f"*{name}*: {made}; scale {', '.join(f'{each:g}' for each in scales)}; load {min(loads):g} to {max(loads):g}; "
        f"{told(name)['machine']}."
    )


def written() -> str:
    """What stands between the marks of the page."""
    files = [name for name in ("before", "now") if rows(name)]
    parts = ["\n".join([*map(when, files), ""])]
    for group, head in (("pages", "Pages and saves"), ("peers", "Beside other programs"), ("bytes", "Bytes")):
        parts.append(f"### {head}\n\n![{head}](measured/{group}.svg)\n\n{table(group)}")
    return "\n".join(parts)


def page() -> str:
    text = PAGE.read_text()
    return text[: text.index(BEGIN) + len(BEGIN)] + "\n" + written() + "\n" + text[text.index(END) :]


def plots() -> dict[str, str]:
    return {
        f"{group}.svg": plot(group, head)
        for group, head in (
            ("pages", "Times the goal: pages and saves, ours ÷ base (logarithmic; the red line is the goal)"),
            ("peers", "Requests a second over those of the other program, or its time over ours (red: the goal)"),
            ("bytes", "kB over the line (logarithmic; red: the goal)"),
        )
    }


def plot(group: str, head: str) -> str:
    """One line a row: before, now, and the goal, as long as their logarithms."""
    before, now = rows("before"), rows("now")
    keys = [key for key, row in {**before, **now}.items() if against(row) == group]
    shown = {key: (before.get(key), now.get(key)) for key in keys}
    values = [value for pair in shown.values() for value in _values(pair)]
    low, high = min(values) / 1.3, max(values) * 1.3
    height = HEAD + LINE * len(shown) + 30

    def across(value: float) -> float:
        return LABELS + (WIDTH - LABELS - 70) * log10(value / low) / log10(high / low)

    body = [line for place, pair in enumerate(shown.values()) for line in _line(pair, HEAD + LINE * place, across)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
            f'font-size="13">{STYLE}',
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/><text class="h" x="12" y="22">{escape(head)}</text>',
            *body,
            f'<rect class="b" x="12" y="{height - 20}" width="20" height="{BAR}"/><text class="n" x="38" '
            f'y="{height - 11}">before</text>',
            f'<rect class="w" x="92" y="{height - 20}" width="20" height="{BAR}"/><text class="n" x="118" '
            f'y="{height - 11}">now</text>',
            "</svg>\n",
        ]
    )


def _shown(row: Row) -> float:
    """What a bar shows: kilobytes, how often the other program fits in, or the ratio by the goal."""
    kind = against(row)
    if kind == "bytes":
        return float(row["ours"])
    return 1 / float(row["ratio"]) if kind == "peers" else float(row["ratio"] / row["limit"])


def _goal(row: Row) -> float:
    kind = against(row)
    if kind == "bytes":
        return float(row["base"])
    return 1 / float(row["limit"]) if kind == "peers" else 1.0


def _values(pair: Iterable[Row | None]) -> Iterator[float]:
    for row in pair:
        if row:
            yield _shown(row)
            yield _goal(row)


def _line(pair: tuple[Row | None, Row | None], top: int, across: Any) -> Iterator[str]:
    row = pair[1] or pair[0]
    assert row
    name = row["name"].removesuffix(" / the goal")
    label = name if row["engine"] in ALIKE else f"{name} ({row['engine']})"
    yield f'<text x="12" y="{top + 14}">{escape(label)}</text>'
    for place, (kind, each) in enumerate(zip("bw", pair, strict=True)):
        if each:
            end, y = across(_shown(each)), top + 1 + place * (BAR + 2)
            yield f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{end - LABELS:.0f}" height="{BAR}"/>'
            yield f'<text class="n" x="{end + 5:.0f}" y="{y + BAR}">{number(_shown(each))}</text>'
    goal = across(_goal(row))
    yield f'<line x1="{goal:.0f}" x2="{goal:.0f}" y1="{top - 2}" y2="{top + 2 * BAR + 5}"/>'


if __name__ == "__main__":
    PAGE.write_text(page())
    for file, svg in plots().items():
        (FOLDER / file).write_text(svg)
