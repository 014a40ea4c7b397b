"""A backup is a folder: the database as it was at one moment, files, and a manifest that both are held against.

It is made while everybody works, and has its name only once it is whole and was read again. Keys are not in it: who
holds a backup must not be able to sign heads of the log, or to make sessions.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from flask import current_app

from app.backups import postgresql, sqlite
from app.backups.errors import BackupError
from app.db import db, is_sqlite
from app.ledger.heads import public_key

MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"
PART = ".part"
# What the system keeps beside the database; mails that became files are for whoever tries it out.
FOLDERS = ("EXPORT_FOLDER", "SNAPSHOT_FOLDER")


@dataclass(frozen=True)
class Manifest:
    """`rows`: how many of each table, and on PostgreSQL a sum over what they say; `files`: SHA-256 by path."""

    engine: str
    revision: str
    made_at: str
    log_key: str
    rows: Mapping[str, list[str]]
    files: Mapping[str, str]

    @property
    def total(self) -> int:
        return sum(int(number) for number, *_sum in self.rows.values())


def backup(folder: Path, now: datetime, *, files: bool) -> tuple[Path, Manifest]:
    """Make a backup in `folder`. Raises BackupError; then nothing is there that looks like one."""
    whole = folder / f"eplannacc-{now:%Y%m%dT%H%M%S}"
    part = folder / f".{whole.name}-{secrets.token_hex(4)}{PART}"
    if whole.exists():
        raise BackupError(f"{whole} is there already.")
    if not _engine().has_tables():
        raise BackupError("The database that DATABASE_URL names has no tables: is it the right one?")
    for name in FOLDERS:
        if folder.resolve().is_relative_to(current_app.config[name].resolve()):
            raise BackupError(f"{folder} is inside {name}, which is copied too: take a folder elsewhere.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f".*{PART}"):
            _remove_if_left(left)
        part.mkdir(mode=0o700)
        with _held(part):
            manifest = _made_in(part, now, files)
            part.rename(whole)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"The backup could not be written: {error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return whole, manifest


def _made_in(part: Path, now: datetime, files: bool) -> Manifest:
    tables, revision = _engine().dump(part / DATABASE)
    for name in FOLDERS if files else ():
        if current_app.config[name].is_dir():
            shutil.copytree(current_app.config[name], part / FILES / name, copy_function=_copied)
    manifest = Manifest(
        engine=db.engine.dialect.name,
        revision=revision,
        made_at=now.isoformat(timespec="seconds"),
        log_key=own_log_key(),
        rows=tables,
        files=_digests(part),
    )
    (part / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
    return manifest


@contextmanager
def _held(part: Path) -> Iterator[None]:
    """Locked while somebody writes into it: the system lets go of what a killed one held. Raises BlockingIOError."""
    opened = os.open(part, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)


def _remove_if_left(part: Path) -> None:
    """Of a backup that was killed; one that is being made stays."""
    with suppress(OSError), _held(part):
        shutil.rmtree(part)


def _copied(source: str, target: str) -> None:
    with suppress(FileNotFoundError):  # files expire while everybody works
        shutil.copy2(source, target)


def own_log_key() -> str:
    """The public half of the key that signs heads of the log here."""
    return public_key(current_app.config["LOG_SIGNING_KEY"])


def read(folder: Path) -> Manifest:
    """The manifest of a backup whose files are as they were. Raises BackupError."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} is no backup: {MANIFEST} cannot be read.") from error
    found = _digests(folder)
    found.pop(MANIFEST, None)
    wrong = sorted(path for path in found.keys() | manifest.files.keys() if found.get(path) != manifest.files.get(path))
    if wrong:
        raise BackupError(f"The backup was damaged or changed: {', '.join(wrong[:3])}. Take another one.")
    return manifest


def restore(folder: Path) -> Manifest:
    """Bring a backup into the empty database of this installation, and compare. Raises BackupError."""
    manifest, engine = read(folder), db.engine.dialect.name
    if manifest.engine != engine:
        raise BackupError(
            f"The backup is of {manifest.engine}, DATABASE_URL of {engine}: set one of {manifest.engine}."
        )
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    if manifest.revision not in {each.revision for each in script.walk_revisions()}:
        raise BackupError(f"The backup is of a newer program (schema {manifest.revision}): install that one first.")
    if _engine().has_tables():
        raise BackupError("The database has tables already: a restore needs an empty one. Nothing was changed.")
    _engine().load(folder / DATABASE)
    _compare(manifest)
    for name in FOLDERS:
        if (folder / FILES / name).is_dir():
            shutil.copytree(folder / FILES / name, current_app.config[name], dirs_exist_ok=True)
    return manifest


def _compare(manifest: Manifest) -> None:
    found = _engine().tables()
    wrong = sorted(name for name in found.keys() | manifest.rows.keys() if found.get(name) != manifest.rows.get(name))
    if wrong:
        raise BackupError(f"What was restored is not what was there: {', '.join(wrong)}. Do not use this database.")


def _engine() -> Any:
    return sqlite if is_sqlite(db.engine) else postgresql


def _digests(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
