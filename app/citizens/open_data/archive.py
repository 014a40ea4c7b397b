"""Reads of the folder with the snapshots: which there are, and what stands in each."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.citizens.open_data.metadata import moment_of
from app.errors import NotTheirs

DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
LATEST = "latest"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class File:
    name: str
    size: int
    sha256: str

    @property
    def ending(self) -> str:
        return self.name.split(".", 1)[1]

    @property
    def size_text(self) -> str:
        """1.8 MB, or 12 kB."""
        return f"{self.size / 1e6:,.1f} MB" if self.size >= 1e6 else f"{max(self.size / 1e3, 1):,.0f} kB"


@dataclass(frozen=True)
class Snapshot:
    """One published day: its files, the rows of each data set, the moment the data are of."""

    folder: Path
    day: str
    at: datetime
    rows: dict[str, int]
    files: dict[str, list[File]]


def days(folder: Path) -> list[str]:
    """Every day with a snapshot, newest first."""
    if not folder.is_dir():
        return []
    return sorted((each.name for each in folder.iterdir() if DAY.fullmatch(each.name)), reverse=True)


def snapshot(folder: Path, day: str) -> Snapshot:
    """The snapshot of a day, or the latest one. Raises NotTheirs."""
    known = days(folder)
    if day == LATEST and known:
        day = known[0]
    if day not in known:
        raise NotTheirs
    package = json.loads((folder / day / "datapackage.json").read_text())
    resources = package["resources"]
    return Snapshot(
        folder / day,
        day,
        moment_of(package),
        {each["name"]: each["rows"] for each in resources},
        {each["name"]: [_file(each), *map(_file, each["alternatives"])] for each in resources},
    )


def checksum(found: Snapshot, name: str) -> str:
    """The SHA-256 of a file of the snapshot, "" for the list of them itself. Raises NotTheirs for any other name."""
    sums = (found.folder / SUMS).read_text()
    by_name = {file: digest for digest, file in (line.split("  ", 1) for line in sums.splitlines())}
    if name == SUMS:
        return ""
    if name not in by_name:
        raise NotTheirs
    return by_name[name]


def _file(told: dict[str, Any]) -> File:
    return File(told["path"], told["bytes"], told["hash"].removeprefix("sha256:"))
