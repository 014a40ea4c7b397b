"""The tree has the shape of RFC 9162: held against the definition, written down a second time as plainly as it goes."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from app.ledger import merkle

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(200)]


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def nodes_of(size: int, parts: list[int]) -> merkle.Nodes:
    """A tree of `size` leaves, grown in these parts; a node that was never kept is a KeyError."""
    kept = {(0, at): leaf for at, leaf in enumerate(LEAVES[:size])}

    def node(level: int, position: int) -> bytes:
        return kept[level, position]

    at = 0
    for part in [*parts, size]:
        new = LEAVES[at : min(at + part, size)]
        kept.update({(each.level, each.position): each.hash for each in merkle.grown(at, new, node)})
        at += len(new)
    return node


def proven_inclusion(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """The root that a proof leads to: RFC 9162, 2.1.3.2."""
    at, last, hash_ = index, size - 1, leaf
    for each in proof:
        if at % 2 or at == last:
            hash_ = merkle.node_hash(each, hash_)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            hash_ = merkle.node_hash(hash_, each)
        at, last = at >> 1, last >> 1
    assert last == 0
    return hash_


def proven_consistency(old: int, size: int, old_root: bytes, proof: list[bytes]) -> tuple[bytes, bytes]:
    """Both roots that a proof leads to: RFC 9162, 2.1.4.2."""
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    at, last = old - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for each in path[1:]:
        if at % 2 or at == last:
            first, second = merkle.node_hash(each, first), merkle.node_hash(each, second)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            second = merkle.node_hash(second, each)
        at, last = at >> 1, last >> 1
    assert last == 0
    return first, second


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 200), st.lists(st.integers(1, 50), max_size=5), st.data())
def test_root_and_proofs_are_those_of_the_rfc(size: int, parts: list[int], data: st.DataObject) -> None:
    nodes = nodes_of(size, parts)
    root = plain_root(LEAVES[:size])
    assert merkle.subtree(0, size, nodes) == root

    index = data.draw(st.integers(0, size - 1))
    assert proven_inclusion(index, size, LEAVES[index], merkle.inclusion(index, size, nodes)) == root

    old = data.draw(st.integers(1, size))
    old_root = plain_root(LEAVES[:old])
    assert merkle.subtree(0, old, nodes) == old_root
    proof = merkle.consistency(old, size, nodes)
    if old == size:
        assert proof == []
    else:
        assert proven_consistency(old, size, old_root, proof) == (old_root, root)


def test_proofs_of_a_long_log_are_short_and_ask_for_few_nodes() -> None:
    asked = []

    def nodes(level: int, position: int) -> bytes:
        asked.append((level, position))
        return bytes(32)

    merkle.inclusion(1_234_567, 2_999_999, nodes)
    assert len(asked) < 60
    asked.clear()
    merkle.consistency(1_234_567, 2_999_999, nodes)
    assert len(asked) < 60


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    assert merkle.subtree(0, 0, lambda *_key: b"").hex().startswith("e3b0c44298fc1c149afbf4c8996fb924")
