"""A snapshot: all data sets of one moment as files, the same bytes whenever and on whichever database they are made.

Everything is read in one transaction, LAO by LAO, so memory stays flat and no row is of another moment than the next.
Nothing in a file tells when or where it was made but the moment that is handed in.
"""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import current_app

from app.citizens.open_data import counts, metadata, queries
from app.citizens.open_data.archive import SUMS, days
from app.citizens.open_data.datasets import DATASETS
from app.citizens.open_data.metadata import Made, Publication
from app.citizens.open_data.packed import PackedFile, PartIndex, key_of
from app.citizens.open_data.rules import Dataset
from app.citizens.open_data.texts import Texts
from app.citizens.open_data.workbooks import cell_table, table
from app.contact import contact
from app.db import read_at_one_moment
from app.spreadsheets.csv_files import csv_text
from app.spreadsheets.excel import write_again, write_workbook
from app.spreadsheets.tables import Cell

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
        for left in folder.glob(".????-??-??"):  # by runs that were stopped, also on other days: nobody else writes now
            shutil.rmtree(left, ignore_errors=True)
        unfinished.mkdir()
        index = PartIndex(folder)
        try:
            _write_all(unfinished, about, index)
        except BaseException:  # half a gigabyte that somebody else may need now
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        unfinished.rename(place)
        index.keep(about.day)
    return place


def forget_all_but(folder: Path, number: int) -> list[str]:
    """Delete the oldest snapshots, all but `number` of them; gives the days that are gone."""
    gone = days(folder)[number:]
    for day in gone:
        shutil.rmtree(folder / day)
    return gone


def _write_all(folder: Path, about: Publication, index: PartIndex) -> None:
    with read_at_one_moment():
        numbers = {each.name: _write(folder, each, about, index) for each in DATASETS.values()}
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


def _write(folder: Path, dataset: Dataset, about: Publication, index: PartIndex) -> int:
    """CSV, JSON lines and, where the rows fit, Excel in one go; gives the number of rows."""
    named = partial("{}.{}".format, dataset.name)
    as_before = _as_before(dataset, [part.key for part in index.old_parts(named("csv.gz"))])
    if as_before is not None and _taken_over(folder, dataset, as_before, about, index):
        return as_before
    with index.packed(folder / named("csv.gz")) as csv, index.packed(folder / named("jsonl.gz")) as lines:
        csv.add("head", partial(csv_text, table(dataset, ())))
        told = _Telling(dataset, csv, lines)
        if dataset.name == "results" or not queries.has_more_than(dataset, MOST_EXCEL_ROWS):
            with open(folder / named("xlsx"), "wb") as file:
                write_workbook(file, cell_table(dataset, told.cells()), at=about.at)
            index.note(folder / named("xlsx"), [])
        else:
            told.all()
    if told.number > MOST_EXCEL_ROWS:
        (folder / named("xlsx")).unlink(missing_ok=True)
    return told.number


def _as_before(dataset: Dataset, keys: list[str]) -> int | None:
    """How many rows there are, if they are those of the night before, part by part; reads no further than they are."""
    number, left = 0, iter(keys[1:])  # below the head
    for rows in filter(None, _parts(dataset) if keys else ()):
        if key_of(rows) != next(left, None):
            return None
        number += len(rows)
    return number if keys and next(left, None) is None else None


def _taken_over(folder: Path, dataset: Dataset, number: int, about: Publication, index: PartIndex) -> bool:
    """Whether all files of the night before could be taken: none where one is not what was written."""
    names = index.old_names(dataset.name)
    old = [path for path in map(index.old, names) if path]
    if len(old) < len(names):
        return False
    for path in old:
        if path.suffix == ".xlsx":
            with open(folder / path.name, "wb") as file:
                write_again(file, path, number, about.at)
        else:
            shutil.copyfile(path, folder / path.name)
        index.note(folder / path.name, index.old_parts(path.name))
    return True


def _parts(dataset: Dataset) -> Iterator[list[tuple[Any, ...]]]:
    return counts.every_result() if dataset.name == "results" else queries.every_row(dataset)


class _Telling:
    """The rows of a data set on their way into its files, counted."""

    def __init__(self, dataset: Dataset, csv: PackedFile, lines: PackedFile) -> None:
        is_made = dataset.name == "results"
        self.parts = _parts(dataset)
        self.texts = Texts(dataset, [None] * len(dataset.fields) if is_made else queries.field_reads(dataset))
        self.csv, self.lines, self.number = csv, lines, 0

    def _columns(self) -> Iterator[list[tuple[Any, ...]]]:
        for rows in filter(None, self.parts):
            key, columns = key_of(rows), list(zip(*rows, strict=True))
            self.csv.add(key, partial(self.texts.csv, columns))
            self.lines.add(key, partial(self.texts.lines, columns))
            self.number += len(rows)
            yield columns

    def cells(self) -> Iterator[tuple[Cell, ...]]:
        for columns in self._columns():
            yield from self.texts.cells(columns)

    def all(self) -> None:
        for _columns in self._columns():
            pass


def _made(path: Path) -> Made:
    with open(path, "rb") as file:
        return Made(path.name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
