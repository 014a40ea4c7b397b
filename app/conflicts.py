"""Two windows on one row. A form carries a print of each field as it was shown; so it can be told which of them
its window changed, and what was changed elsewhere is not undone by a window that left it alone. Pure.
"""

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2s
from typing import Any, NamedTuple

Fields = Mapping[str, Any]
Differences = list[tuple[str, str, str]]  # label, as it stands, as typed


# Of each field that differs a form asks which side it takes, under this and the field's name.
SIDE, THEIRS = "side-", "theirs"
NO_SIDES: Mapping[str, str] = {}


class Conflict(NamedTuple):
    """What somebody sees whose page was stale: who was first, what differs, and the fields left alone here.

    `sides`: the field that a label stands for, where each is taken on its own.
    """

    sentence: str
    differences: Differences
    taken: Sequence[str] = ()
    sides: Mapping[str, str] = NO_SIDES


def theirs_chosen(sent: Fields) -> list[str]:
    """The fields that somebody wants to leave as they stand, of a form that told of a conflict."""
    return [name.removeprefix(SIDE) for name, side in sent.items() if name.startswith(SIDE) and side == THEIRS]


def seal(fields: Fields) -> str:
    """A form's own name, unlike that of any other form, and a print of each field as the form shows it."""
    name = secrets.token_hex(6)
    return " ".join([name, *(f"{field}={_print(name, value)}" for field, value in fields.items())])


def form_name(sealed: str) -> str:
    return sealed.split(" ", 1)[0]


def together(sealed: str, theirs: Fields, ours: Fields) -> dict[str, Any]:
    """What both windows say: `ours` where this window changed a field since it was sealed, else `theirs`.

    Without a seal everything counts as changed here. A field may be missing on either side: taken out.
    """
    name, *prints = sealed.split(" ")
    shown = dict(each.split("=", 1) for each in prints if "=" in each)
    names = [*theirs, *(field for field in ours if field not in theirs)]
    sides = {field: theirs if shown and shown.get(field) == _of(name, ours, field) else ours for field in names}
    return {field: side[field] for field, side in sides.items() if field in side}


def _of(name: str, fields: Fields, field: str) -> str | None:
    return _print(name, fields[field]) if field in fields else None


def _print(name: str, value: Any) -> str:
    plain = value.normalize() if isinstance(value, Decimal) else value
    return blake2s(f"{name} {plain!r}".encode(), digest_size=4).hexdigest()


def merged(before: Fields, theirs: Fields, ours: Fields) -> tuple[dict[str, Any], list[str]]:
    """What both windows made of `before`, and the fields that each changed in its own way.

    Those stand as `theirs` until somebody has chosen.
    """
    changed = [name for name in theirs if ours[name] not in (before[name], theirs[name])]
    both = [name for name in changed if theirs[name] != before[name]]
    taken = {name: ours[name] for name in changed if name not in both}
    return {**theirs, **taken}, both
