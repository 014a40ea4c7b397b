"""What the processes of this machine count together, each in a file of its own that all of them read.

A file is mapped into memory, so a count costs an addition and no way to anybody. Whoever holds its lock writes it; a
process that starts goes on counting in the file of one that ended, so no count goes back and no file is left over.
What is counted by, too, is known before anything is counted: the names of features, never a word from outside.
"""

import fcntl
import hashlib
import logging
import mmap
import os
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from flask import Flask, current_app

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
NUMBER = 8  # bytes
_OWN_NAME = re.compile(r"[0-9a-f]{12}-\d+")


class Meter(NamedTuple):
    """`labels`: by name the words that may stand there. A gauge is of now, so it ends with its process."""

    kind: str  # counter, gauge or histogram
    words: str
    labels: Mapping[str, Sequence[str]] = {}

    def places(self) -> Iterator[tuple[str, ...]]:
        yield from product(*self.labels.values())


class Meters:
    """The meters of one process."""

    def __init__(self, folder: Path, meters: Mapping[str, Meter]) -> None:
        self.meters, self._folder = meters, folder
        self.at: dict[tuple[str, ...], int] = {}
        self.size = 0
        for name, meter in meters.items():
            for place in meter.places():
                self.at[name, *place] = self.size
                self.size += len(BUCKETS) + 2 if meter.kind == "histogram" else 1
        told = repr((BUCKETS, list(self.at.items())))
        self._prefix = hashlib.sha256(told.encode()).hexdigest()[:12]
        self.at_start: dict[str, float] = {}  # what gauges say from the first count of a process on
        self._lock, self._process = Lock(), 0
        self._cells: memoryview[float] = memoryview(bytearray(self.size * NUMBER)).cast("d")

    def add(self, *place: str, by: float = 1) -> None:
        at = self.at[place]
        with self._lock:
            self._mine()[at] += by

    def set(self, *place: str, to: float) -> None:
        at = self.at[place]
        with self._lock:
            self._mine()[at] = to

    def observe(self, *place: str, seconds: float) -> None:
        """How many there were in each bucket and above, then the sum."""
        at = self.at[place]
        with self._lock:
            cells = self._mine()
            cells[at + bisect_left(BUCKETS, seconds)] += 1
            cells[at + len(BUCKETS) + 1] += seconds

    def sums(self) -> list[float]:
        """Of all processes; gauges of those that live."""
        total = [0.0] * self.size
        gauges = [at for (name, *_), at in self.at.items() if self.meters[name].kind == "gauge"]
        with self._lock:
            self._mine()
        for path in self._folder.glob(f"{self._prefix}-*"):
            cells = array("d", path.read_bytes())
            if len(cells) != self.size:  # it is being made
                continue
            if not _is_held(path):
                for at in gauges:
                    cells[at] = 0
            total = [one + other for one, other in zip(total, cells, strict=True)]
        return total

    def _mine(self) -> "memoryview[float]":
        """The cells of this process: a fork begins with its parent's, and a lock that is not its own."""
        if self._process != os.getpid():
            self._process = os.getpid()
            try:
                self._take()
            except OSError as error:  # nobody goes without an answer for a number
                logging.getLogger("app").warning("what this process counts is not told: %s", error)
        return self._cells

    def _take(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in self._folder.iterdir():
            before = _OWN_NAME.fullmatch(other.name) and not other.name.startswith(self._prefix)
            if before and not _is_held(other):  # of the program before this one
                other.unlink(missing_ok=True)
        number = 0
        while (file := _held(self._folder / f"{self._prefix}-{number}")) is None:
            number += 1
        try:
            # `ftruncate` takes no room: once the disk is full, whoever counts where none was taken is killed.
            os.posix_fallocate(file, 0, self.size * NUMBER)
            self._cells = memoryview(mmap.mmap(file, self.size * NUMBER)).cast("d")
        finally:
            os.close(file)  # the map has one of its own, and with it the lock
        for (name, *_), at in self.at.items():
            if self.meters[name].kind == "gauge":
                self._cells[at] = self.at_start.get(name, 0)


def _held(path: Path) -> int | None:
    """The file, opened and locked; None where another process holds it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _is_held(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def meters_of(app: Flask) -> Meters | None:
    """None where nobody may ask for them: then nothing is counted."""
    found: Meters | None = app.extensions.get("meters")
    return found


def count(*place: str) -> None:
    """One more of these, where they are counted."""
    if meters := meters_of(current_app):
        meters.add(*place)
