"""One entry of the log with all that proves it: what a receipt is made of, and what anybody holds against it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Select

from app.db import db, table
from app.ledger import heads, merkle, queries
from app.ledger.rules import Told, canonical, entry
from app.models import LogEntry, LogHead

_L = table(LogEntry).c
SHORTEST_CODE = 16  # hex digits that somebody has to type from paper: 64 bits


@dataclass(frozen=True)
class ProvenEntry:
    """An entry that has its place; `entry` and its hash are made anew from the history at each reading.

    `head`: the first one that covers it, so that a receipt is the same whenever it is made; None: not signed yet.
    """

    seq: int
    told: Told
    entry: dict[str, Any]
    kept_leaf: bytes
    head: LogHead | None

    @cached_property
    def leaf(self) -> bytes:
        return merkle.leaf_hash(canonical(self.entry))

    @property
    def code(self) -> str:
        """The beginning of the hash in groups, as it stands on paper."""
        start = self.leaf.hex()[:SHORTEST_CODE]
        return " ".join(start[at : at + 4] for at in range(0, SHORTEST_CODE, 4))

    @cached_property
    def proof(self) -> list[bytes]:
        return merkle.inclusion(self.seq, self.head.size, queries.node) if self.head else []

    def has_code(self, typed: str) -> bool:
        """Whether `typed`, hex digits alone, is its hash, or enough of its beginning."""
        return len(typed) >= SHORTEST_CODE and self.leaf.hex().startswith(typed)

    def holds(self, key: str) -> bool:
        """Whether the history says what was hashed, and the signed head covers it; `key`: the public one."""
        if self.head is None or self.leaf != self.kept_leaf:
            return False
        leads_to = merkle.root_from(self.leaf, self.seq, self.head.size, self.proof)
        return leads_to == self.head.root and heads.signature_holds(self.head, key)

    @property
    def document(self) -> dict[str, Any]:
        """All that `docs/verify.py --receipt` needs, without asking us. Only of an entry under a signed head."""
        assert self.head is not None
        return {
            "entry": self.entry,
            "proof": [each.hex() for each in self.proof],
            "head": heads.published(self.head),
        }


def proven_entry(seq: int) -> ProvenEntry | None:
    """None where the log is not that long."""
    return _proven(queries.IN_LOG.where(_L.seq == seq))


def proven_history(history_id: int) -> ProvenEntry | None:
    """None while the history entry has no place in the log."""
    return _proven(queries.IN_LOG.where(_L.history_id == history_id))


def _proven(wanted: Select[Any]) -> ProvenEntry | None:
    row = db.session.execute(wanted).first()
    if row is None:
        return None
    told = queries.told(row)
    covering = queries.heads(row.seq, 1)
    return ProvenEntry(
        row.seq,
        told,
        entry(row.seq, told, row.pseudonym, row.subject, row.commitments),
        bytes(row.leaf_hash),
        covering[0] if covering else None,
    )
