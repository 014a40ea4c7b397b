"""The tree over the log's entries, in the shape of RFC 9162 (2.1): pure, over hashes of full subtrees.

Only full subtrees are kept, 2**level leaves wide: they never change while the log grows. The root of any size and both
proofs are made of O(log n) of them. `Nodes` reads one: (level, index) to its hash.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

Nodes = Callable[[int, int], bytes]
EMPTY = hashlib.sha256(b"").digest()


class Node(NamedTuple):
    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(size: int, leaves: Iterable[bytes], nodes: Nodes) -> Iterator[Node]:
    """The subtrees that become full when `leaves` are added to a tree of `size`, the leaves themselves left out."""
    new: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(leaves, start=size):
        level, at, hash_ = 0, index, leaf
        new[0, index] = leaf
        while at & 1:
            left = new.get((level, at - 1)) or nodes(level, at - 1)
            level, at, hash_ = level + 1, at >> 1, node_hash(left, hash_)
            new[level, at] = hash_
            yield Node(level, at, hash_)


def subtree(start: int, end: int, nodes: Nodes) -> bytes:
    """The hash over the leaves from `start` to before `end`."""
    width = end - start
    if width == 0:
        return EMPTY
    level = width.bit_length() - 1
    if width == 1 << level and start % width == 0:
        return nodes(level, start >> level)
    middle = start + _split(width)
    return node_hash(subtree(start, middle, nodes), subtree(middle, end, nodes))


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that leaf `index` stands in the tree of `size` leaves: siblings from the leaf upwards."""
    return _path(index, 0, size, nodes)


def _path(index: int, start: int, end: int, nodes: Nodes) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, nodes), subtree(middle, end, nodes)]
    return [*_path(index, middle, end, nodes), subtree(start, middle, nodes)]


def root_from(leaf: bytes, index: int, size: int, proof: Iterable[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2); nothing where it is none for that place."""
    at, last, hash_ = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return b""
        if at & 1 or at == last:
            hash_ = node_hash(each, hash_)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, each)
        at, last = at >> 1, last >> 1
    return b"" if last else hash_


def consistency(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `size`; empty where they are the same."""
    return [] if old in (0, size) else _consistent(old, 0, size, nodes, whole=True)


def _consistent(old: int, start: int, end: int, nodes: Nodes, *, whole: bool) -> list[bytes]:
    if old == end - start:
        return [] if whole else [subtree(start, end, nodes)]
    middle = start + _split(end - start)
    if old <= middle - start:
        return [*_consistent(old, start, middle, nodes, whole=whole), subtree(middle, end, nodes)]
    rest = old - (middle - start)
    return [*_consistent(rest, middle, end, nodes, whole=False), subtree(start, middle, nodes)]


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)
