"""Signed heads: what is signed, as bytes and as JSON, and with which key."""

from datetime import datetime
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from app.ledger.rules import canonical, moment
from app.models import LogHead


def signed(size: int, root: bytes, chain: bytes, at: datetime, key: str) -> LogHead:
    """A head with its signature; `key`: 32 secret bytes in hex."""
    signing = SigningKey(bytes.fromhex(key))
    head = LogHead(size=size, root=root, chain_hash=chain, at=at, key=public_key(key), signature=b"")
    head.signature = signing.sign(canonical(said(head))).signature
    return head


def public_key(key: str) -> str:
    """Whoever knows it can check a head and sign none; in hex."""
    return SigningKey(bytes.fromhex(key)).verify_key.encode().hex()


def said(head: LogHead) -> dict[str, Any]:
    """What the signature is over, as canonical JSON."""
    return {
        "at": moment(head.at),
        "chain": head.chain_hash.hex(),
        "key": head.key,
        "root": head.root.hex(),
        "size": head.size,
    }


def published(head: LogHead) -> dict[str, Any]:
    return said(head) | {"signature": head.signature.hex()}


def signature_holds(head: LogHead, key: str) -> bool:
    """Whether the head is signed as it is, with that public key."""
    try:
        VerifyKey(bytes.fromhex(key)).verify(canonical(said(head)), head.signature)
    except (BadSignatureError, ValueError):
        return False
    return head.key == key
