"""Where a receipt can be held against what is kept: for its own page and for papers that name it."""

from flask import current_app

from app.ledger.receipts import ProvenEntry


def receipt_address(proven: ProvenEntry) -> str:
    """For anybody, without an account."""
    return f"{current_app.config['PUBLIC_URL']}/public/verify?entry={proven.seq}&hash={proven.leaf.hex()}"
