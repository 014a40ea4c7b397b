"""A snapshot: all data sets of one moment as files, the same bytes whenever and on whichever database they are made.

Everything is read in one transaction, LAO by LAO, so memory stays flat and no row is of another moment than the next.
Nothing in a file tells when or where it was made but the moment that is handed in.
"""

import fcntl
import gzip
import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from flask import current_app

from app.citizens.open_data import counts, metadata, queries
from app.citizens.open_data.archive import SUMS, days
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.metadata import Made, Publication
from app.citizens.open_data.queries import DataRow
from app.citizens.open_data.rules import Dataset, plain_row
from app.citizens.open_data.workbooks import table
from app.contact import contact
from app.db import read_at_one_moment
from app.spreadsheets.csv_files import write_csv
from app.spreadsheets.excel import write_workbook

MOST_EXCEL_ROWS = 1_048_575  # below the head


def publication(at: datetime) -> Publication:
    """Where the data are published, and whom to ask: an office, never a person."""
    config = current_app.config
    return Publication(config["PUBLIC_URL"], contact(), config["CONTACT_EMAIL"], at.replace(microsecond=0))


class AlreadyThere(Exception):
    """The day has its snapshot. What was published is not changed any more."""


def take_snapshot(folder: Path, about: Publication) -> Path:
    """Write the snapshot of `about.at` below `folder`; it is there as a whole, or not at all. Raises AlreadyThere."""
    place, unfinished = folder / about.day, folder / f".{about.day}"
    folder.mkdir(parents=True, exist_ok=True)
    with _one_writer(folder):
        if place.exists():
            raise AlreadyThere
        shutil.rmtree(unfinished, ignore_errors=True)  # what a stopped run left
        unfinished.mkdir()
        _write_all(unfinished, about)
        unfinished.rename(place)
    return place


def forget_all_but(folder: Path, number: int) -> list[str]:
    """Delete the oldest snapshots, all but `number` of them; gives the days that are gone."""
    gone = days(folder)[number:]
    for day in gone:
        shutil.rmtree(folder / day)
    return gone


def _write_all(folder: Path, about: Publication) -> None:
    with read_at_one_moment():
        numbers = {each.name: _write(folder, each, about) for each in DATASETS.values()}
    files = [_made(path) for path in sorted(folder.iterdir())]
    _write_json(folder / "datapackage.json", metadata.datapackage(about, files, numbers))
    _write_json(folder / "dcat.jsonld", metadata.catalogue(about, files))
    (folder / "CHANGELOG.md").write_text(metadata.changelog())
    sums = [f"{each.sha256}  {each.name}\n" for each in map(_made, sorted(folder.iterdir()))]
    (folder / SUMS).write_text("".join(sums))


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Whoever comes second waits; the operating system lets go of a dead one's lock."""
    with open(folder / ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(folder: Path, dataset: Dataset, about: Publication) -> int:
    """CSV and JSON lines in one go, and Excel where the rows fit; gives the number of rows."""
    with _packed(folder / f"{dataset.name}.csv.gz") as csv, _packed(folder / f"{dataset.name}.jsonl.gz") as lines:
        told = _Telling(dataset, _rows(dataset), lines)
        write_csv(csv, table(dataset, told))
    if told.number <= MOST_EXCEL_ROWS:
        with open(folder / f"{dataset.name}.xlsx", "wb") as file:
            write_workbook(file, table(dataset, _rows(dataset)), at=about.at)
    return told.number


def _rows(dataset: Dataset) -> Iterator[DataRow]:
    return counts.every_result() if dataset.name == "results" else queries.every_row(dataset)


class _Telling:
    """The rows once more, each written as a line of JSON while it passes, and counted."""

    def __init__(self, dataset: Dataset, rows: Iterable[DataRow], lines: TextIO) -> None:
        self.plain, self.rows, self.lines, self.number = plain_row(dataset.fields), rows, lines, 0

    def __iter__(self) -> Iterator[DataRow]:
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        for row in self.rows:
            self.lines.write(encode(self.plain(row)) + "\n")
            self.number += 1
            yield row


@contextmanager
def _packed(path: Path) -> Iterator[TextIO]:
    """A text file, packed, with neither name nor time of its own inside."""
    with (
        open(path, "wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
        TextIOWrapper(packed, encoding="utf-8", newline="", write_through=False) as text,
    ):
        yield text


def _made(path: Path) -> Made:
    with open(path, "rb") as file:
        return Made(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
