"""What a dry run found goes along in the page, sealed, until it is confirmed by the same account."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app.access import Actor
from app.errors import NotTheirs, Refusal
from app.tokens import SIGNED_BEFORE
from app.uploads.cells import Marked
from app.uploads.reader import Grid, SheetRow


def seal(kind: str, actor: Actor, lines: list[Any]) -> str:
    return _serializer(kind).dumps([actor.account_id, lines])


def unseal(kind: str, actor: Actor, sealed: str) -> list[Any]:
    """The lines. Raises NotTheirs for what we did not seal, Refusal where another account checked the file."""
    try:
        account_id, lines = _serializer(kind).loads(sealed)
    except (BadData, ValueError, TypeError):
        raise NotTheirs from None
    if account_id != actor.account_id:
        raise Refusal("ไฟล์นี้ตรวจโดยบัญชีอื่น เลือกไฟล์แล้วตรวจอีกครั้ง", "file")
    return list(lines)


def mark(kind: str, facts: Any) -> str:
    """What goes along in a file that may come back from anybody: `facts` that nobody else can have made."""
    return str(_serializer(kind).dumps(facts))


def marked_facts(kind: str, text: str) -> Any:
    """What `mark` was made of; None where it is nothing of ours, or not whole."""
    try:
        return _serializer(kind, fallback_signers=SIGNED_BEFORE).loads(
            text
        )  # an office may have had the file for weeks
    except (BadData, ValueError, TypeError):
        return None


def _serializer(kind: str, **more: Any) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=kind, **more)


def packed(grids: Sequence[Grid]) -> list[Any]:
    """Grids as a seal keeps them: a file is read once, and checked again with other answers."""
    return [[grid.name, grid.kind, grid.merged, grid.above, grid.notes, grid.blind, grid.rows] for grid in grids]


def unpacked(plain: list[Any]) -> list[Grid]:
    """What `packed` was given."""
    return [
        Grid(name, kind, [_row(*row) for row in rows], merged, above, notes, blind)
        for name, kind, merged, above, notes, blind, rows in plain
    ]


def _row(number: int, hidden: bool, cells: list[Any]) -> SheetRow:
    return SheetRow(number, hidden, [Marked(*cell) if isinstance(cell, list) else cell for cell in cells])
