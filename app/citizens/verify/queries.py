"""What is kept of a receipt that somebody holds in their hand. All of it is public."""

from typing import NamedTuple

from app.lao.sending.queries import word_since
from app.lao.sending.rules import FigureLines, Receipt, in_words, receipt_of
from app.ledger.receipts import ProvenEntry, proven_entry
from app.models.enums import Entity


class CheckedReceipt(NamedTuple):
    """`since`: what became of the round afterwards, in Thai; empty where nothing did."""

    receipt: Receipt
    figures: FigureLines
    proven: ProvenEntry
    since: str


def provable_receipt(seq: int) -> ProvenEntry | None:
    """The entry, where it is a round that was sent and a signed head covers it."""
    proven = proven_entry(seq)
    sent = proven is not None and proven.told.entity == Entity.SENT_ROUND and proven.head is not None
    return proven if sent else None


def checked_receipt(seq: int, code: str, key: str) -> CheckedReceipt | None:
    """The receipt with that number and code, if it holds under the public `key`; None: it does not, or is none."""
    proven = provable_receipt(seq)
    if proven is None or not proven.has_code(code) or not proven.holds(key):
        return None
    told = proven.told
    receipt = receipt_of(told.id, told.at, told.key, told.after or {})
    return CheckedReceipt(receipt, in_words(receipt.figures), proven, word_since(receipt))
