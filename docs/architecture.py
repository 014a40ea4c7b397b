"""Draws docs/architecture.svg: who imports whom, as the code has it and .importlinter orders it.

    python -m docs.architecture

Floors are those of the first contract, top to bottom; a line says how many imports run from one room to another.
What every room stands on (the ground) is drawn once, without lines.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from configparser import ConfigParser
from html import escape
from pathlib import Path

from grimp import build_graph

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
DOORS = {"nacc": "NACC", "citizens": "citizens", "lao": "LAOs"}
ROOMS = ("accounts", "plans", "registry", "history", "uploads", "spreadsheets", "models")
FRONT = ("cli", "error_pages", "seeds")  # put everything together, and nothing imports them
WIDTH, MARGIN, GAP = 1120, 20, 60  # in pixels, as all below
LINE, LETTER, PAD = 20, 8.2, 12

Box = tuple[float, float, float, float]  # left, top, width, height
Pair = tuple[str, str]


def floors() -> list[list[str]]:
    """The layers of the first contract: names of rooms, top to bottom."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:floors"]["layers"].strip().splitlines()
    return [[room.strip() for room in layer.split(":")] for layer in layers]


def arrows() -> Counter[Pair]:
    """(room, room) -> number of imports from a module of the one to a module of the other."""
    graph, found = build_graph("app"), Counter[Pair]()
    for module in graph.modules:
        for used in graph.find_modules_directly_imported_by(module):
            one, other = _room(module), _room(used)
            if one and other and one != other:
                found[one, other] += 1
    return found


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def picture() -> str:
    """The whole SVG."""
    rows = [row for row in floors() if _drawn(row)]
    ground = sorted(room for row in floors() for room in row if room not in (*DOORS, *ROOMS, *FRONT))
    places, top = dict[str, Box](), float(MARGIN)
    for row in rows:
        places |= _placed(_drawn(row), top)
        top = max(places[room][1] + places[room][3] for room in _drawn(row)) + GAP
    drawn = {pair: count for pair, count in sorted(arrows().items()) if _runs_down(places, pair)}
    lines = [_line(places, pair, list(drawn), count) for pair, count in drawn.items()]
    boxes = [_box(places[room], _title(room), _features(room)) for room in places]
    words = _wrapped(ground)
    height = (len(words) + 1) * LINE + PAD
    boxes.append(_box((MARGIN, top, WIDTH - 2 * MARGIN, height), "the ground, which all stand on", words))
    return "\n".join([HEAD.format(width=WIDTH, height=int(top + height + MARGIN)), *lines, *boxes, "</svg>", ""])


def _runs_down(places: Mapping[str, Box], pair: Pair) -> bool:
    """Rooms of one floor may use each other: that is said once, not drawn."""
    return set(pair) <= set(places) and places[pair[0]][1] < places[pair[1]][1]


def _drawn(row: Iterable[str]) -> list[str]:
    return [room for room in row if room in DOORS or room in ROOMS]


def _title(room: str) -> str:
    return f"{room}/  the door of {DOORS[room]}" if room in DOORS else f"{room}/"


def _features(room: str) -> list[str]:
    """The folders of a door, in lines that fit."""
    if room not in DOORS:
        return []
    return _wrapped(sorted(path.parent.name for path in (ROOT / "app" / room).glob("*/__init__.py")))


def _wrapped(words: Sequence[str], most: int = 110) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] += ("   " if lines[-1] else "") + word
    return lines


def _placed(row: Sequence[str], top: float) -> dict[str, Box]:
    """The rooms of a floor side by side, in the middle of the picture."""
    texts = {room: [_title(room), *_features(room)] for room in row}
    widths = {room: max(len(line) for line in lines) * LETTER + 2 * PAD for room, lines in texts.items()}
    left, places = (WIDTH - sum(widths.values()) - GAP * (len(row) - 1)) / 2, dict[str, Box]()
    for room, lines in texts.items():
        places[room] = (left, top, widths[room], len(lines) * LINE + PAD)
        left += widths[room] + GAP
    return places


def _line(places: Mapping[str, Box], pair: Pair, pairs: Sequence[Pair], count: int) -> str:
    """From the lower edge of the one to the upper edge of the other; ends on an edge keep their distance."""
    x, y = _end(places, pair, [each for each in pairs if each[0] == pair[0]], lower=True)
    to_x, to_y = _end(places, pair, [each for each in pairs if each[1] == pair[1]], lower=False)
    bend = (to_y - y) / 2
    path = f"M{x:.0f} {y:.0f}C{x:.0f} {y + bend:.0f} {to_x:.0f} {to_y - bend:.0f} {to_x:.0f} {to_y:.0f}"
    label = f'<text class="n" x="{x + 3:.0f}" y="{y + 13:.0f}">{count}</text>'
    return f'<path d="{path}" stroke-width="{1 + count**0.5 / 4:.1f}"/>{label}'


def _end(places: Mapping[str, Box], pair: Pair, along: Sequence[Pair], *, lower: bool) -> tuple[float, float]:
    """Where a line meets its box: those along one edge stand in the order of what they lead to."""
    left, top, width, height = places[pair[0 if lower else 1]]
    far = 1 if lower else 0
    order = sorted(along, key=lambda each: (places[each[far]][0] + places[each[far]][2] / 2, each))
    share = (order.index(pair) + 1) / (len(order) + 1)
    return left + width * share, top + height if lower else top


def _box(box: Box, title: str, lines: Sequence[str]) -> str:
    left, top, width, height = box
    rows = [
        f'<text class="l{place}" x="{left + PAD:.0f}" y="{top + (place + 1) * LINE - 2:.0f}">{escape(line)}</text>'
        for place, line in enumerate([title, *lines])
    ]
    return f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="6"/>{"".join(rows)}'


HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="monospace" font-size="13">
<style>rect{{fill:#faf8f3;stroke:#7a6a4f}}path{{fill:none;stroke:#b08d57;opacity:.7}}text{{fill:#222}}
.l0{{font-weight:bold}}.n{{font-size:11px;fill:#7a4a00}}</style>
<rect x="0" y="0" width="{width}" height="{height}" style="fill:#fff;stroke:none"/>"""


if __name__ == "__main__":
    PICTURE.write_text(picture())
