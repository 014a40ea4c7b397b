"""Packed files in parts. A part of last night's file that was made from the same rows in the same way is taken over.

A part is packed by itself and ends on a byte, so parts stand behind each other as one ordinary gzip file, and whoever
takes one over gets the bytes that packing it again would give. What it was made from is told by a digest of the rows
as they were read, with the program, Python and zlib: nothing has to be forgotten when something changes.
"""

import hashlib
import json
import marshal
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import isal
from isal.isal_zlib import crc32, crc32_combine

INDEX = ".parts.json"  # beside the days
HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # with neither name nor time
END = b"\x03\0"  # an empty last block
LEVEL = 6
SOURCES = Path(__file__).parents[2]


class Part(NamedTuple):
    """Where a part stands in its file, and what gzip's end has to know of it."""

    key: str
    start: int
    size: int
    crc: int
    length: int


def key_of(rows: list[tuple[Any, ...]]) -> str:
    """A digest of rows; `marshal` knows all that SQLite's driver gives, and is ten times faster than `repr`."""
    try:
        told = marshal.dumps(rows, 2)  # a later version writes equal rows in two ways
    except ValueError:
        told = repr(rows).encode()
    return hashlib.blake2b(told, digest_size=20).hexdigest()


def made_by() -> str:
    """A digest of the whole program, and of what packs."""
    digest = hashlib.sha256(f"{sys.version} {zlib.ZLIB_RUNTIME_VERSION} {isal.__version__}".encode())
    for path in sorted(SOURCES.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


class PackedFile:
    """A gzip file that is written part by part."""

    def __init__(self, file: IO[bytes], old: "OldFile") -> None:
        self._file, self._old, self._crc, self._length = file, old, 0, 0
        self.parts: list[Part] = []
        file.write(HEADER)

    def add(self, key: str, make: Callable[[], bytes]) -> None:
        """The part with this key: an old one, or what `make` gives."""
        if old := self._old.parts.get(key):
            self._append(self._old.read(old), old)
            return
        content = make()
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
        self._append(packed, Part(key, 0, len(packed), crc32(content), len(content)))

    def _append(self, packed: bytes, part: Part) -> None:
        self.parts.append(part._replace(start=self._file.tell()))
        self._crc = crc32_combine(self._crc, part.crc, part.length)
        self._length += part.length
        self._file.write(packed)

    def end(self) -> None:
        self._file.write(END + struct.pack("<LL", self._crc, self._length & 0xFFFFFFFF))


class OldFile:
    """A file of the night before with its parts; `path` None: there is none."""

    def __init__(self, path: Path | None, parts: list[Part]) -> None:
        self.parts = {part.key: part for part in parts} if path else {}
        self._file = path.open("rb") if path else None

    def read(self, part: Part) -> bytes:
        assert self._file
        self._file.seek(part.start)
        return self._file.read(part.size)

    def close(self) -> None:
        if self._file:
            self._file.close()


class PartIndex:
    """Which parts the files of the last night have, and, as they are written, those of this one."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path, self._made_by = folder, folder / INDEX, made_by()
        told = self._read()
        self._old = told if told.get("made_by") == self._made_by else {"files": {}}
        self._files: dict[str, Any] = {}

    def _read(self) -> dict[str, Any]:
        """Empty where there is none, or none that was written to its end: then all parts are made anew."""
        try:
            told: dict[str, Any] = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return told

    @contextmanager
    def packed(self, path: Path) -> Iterator[PackedFile]:
        old = OldFile(self.old(path.name), self.old_parts(path.name))
        try:
            with path.open("wb") as file:
                packed = PackedFile(file, old)
                yield packed
                packed.end()
            self.note(path, packed.parts)
        finally:
            old.close()

    def note(self, path: Path, parts: list[Part]) -> None:
        """A file of this night as it now is, for the next one."""
        self._files[path.name] = {"sha256": _sha256(path), "parts": parts}

    def old(self, name: str) -> Path | None:
        """A file of the night before; None where it is not the one that was written."""
        path, told = self._folder / self._old.get("day", "") / name, self._old["files"].get(name)
        return path if told and path.is_file() and _sha256(path) == told["sha256"] else None

    def old_names(self, stem: str) -> list[str]:
        """The files of the night before that are called so, whatever they end in."""
        return [name for name in self._old["files"] if name.startswith(f"{stem}.")]

    def old_parts(self, name: str) -> list[Part]:
        return [Part(*part) for part in self._old["files"].get(name, {"parts": ()})["parts"]]

    def keep(self, day: str) -> None:
        told = {"made_by": self._made_by, "day": day, "files": self._files}
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps(told))
        unfinished.rename(self._path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
