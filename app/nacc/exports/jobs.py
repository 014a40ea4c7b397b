"""Making the files. A file grows under a name of its own and gets its real one when it is whole.

Each try has a claim, taken by one UPDATE that only one worker can win. Whoever no longer holds the claim, because
the file was cancelled or another worker took over from one that seemed dead, finds out at the next sign of life and
throws away what it has.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import delete, select, update

from app import clock
from app.accounts.queries import actor_of
from app.db import db, table, transaction
from app.jobs import job, queue, upkeep
from app.models import ExportJob
from app.models.enums import ExportKind, ExportState, Round
from app.nacc.exports import queries, workbooks
from app.nacc.exports.rules import MOST_TRIES, STALE, ExportRequest
from app.spreadsheets.excel import Table, write_csv, write_workbook

TELL_SECONDS = 0.5
LOOK_EVERY = 200  # rows
OWN_NAME = re.compile(r"[0-9a-f]{32}\.(part|xlsx|csv)")  # what else lies in the folder is somebody else's
_J = table(ExportJob).c


class LostFile(Exception):
    """The file was cancelled, or another worker makes it now."""


@dataclass(frozen=True)
class ExportTry:
    """One worker's try at one file."""

    job_id: int
    claim: str

    @property
    def part(self) -> Path:
        return folder() / f"{self.claim}.part"

    def note(self, **values: Any) -> None:
        """Write down how far it is. Raises Lost."""
        mine = update(table(ExportJob)).where(
            _J.id == self.job_id, _J.claim == self.claim, _J.state == ExportState.RUNNING
        )
        with transaction():
            changed = db.session.execute(mine.values(heartbeat_at=clock.now(), **values))
        if not changed.rowcount:  # type: ignore[attr-defined]
            raise LostFile


def folder() -> Path:
    """This system's own: another that shares EXPORT_FOLDER, by another JOBS_NAME, keeps its files."""
    path: Path = current_app.config["EXPORT_FOLDER"] / current_app.config["JOBS_NAME"]
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(file: ExportJob) -> Path:
    return folder() / f"{file.claim}.{file.kind.value}"


@job
def make_export(job_id: int) -> None:
    """Make the file, unless somebody else does or did."""
    claim = secrets.token_hex(16)
    free = update(table(ExportJob)).where(_J.id == job_id, _J.state == ExportState.QUEUED)
    with transaction():
        won = db.session.execute(
            free.values(
                state=ExportState.RUNNING,
                claim=claim,
                attempts=_J.attempts + 1,
                rows_done=0,
                heartbeat_at=clock.now(),
            )
        )
    if won.rowcount:  # type: ignore[attr-defined]
        _make(ExportTry(job_id, claim))


def _make(attempt: ExportTry) -> None:
    try:
        _write_export(attempt)
    except LostFile:
        current_app.logger.info("export %s was taken away", attempt.job_id)
    except Exception:
        current_app.logger.exception("export %s failed", attempt.job_id)
        db.session.rollback()
        _fail(attempt)
    finally:
        attempt.part.unlink(missing_ok=True)


def _fail(attempt: ExportTry) -> None:
    try:
        attempt.note(state=ExportState.FAILED, finished_at=clock.now())
    except LostFile:
        current_app.logger.info("export %s was taken away", attempt.job_id)


def _write_export(attempt: ExportTry) -> None:
    file = db.session.get_one(ExportJob, attempt.job_id, populate_existing=True)
    actor, now = actor_of(file.account_id), clock.now()
    asked = ExportRequest(file.what, file.place, file.fiscal_year, Round(file.round), file.kind)
    place = queries.place_of(actor, asked.place)
    attempt.note(rows_total=queries.row_total(asked, place))
    with workbooks.export_table(actor, asked, place, now) as whole:
        _save_export(attempt, replace(whole, rows=_counted(attempt, whole.rows)), asked.kind)
    _keep(attempt, path_of(file))


def _counted(attempt: ExportTry, rows: Iterable[Any]) -> Iterator[Any]:
    """The rows, with a sign of life now and then."""
    told = time.monotonic()
    number = 0
    for number, row in enumerate(rows, start=1):
        if number % LOOK_EVERY == 0 and time.monotonic() - told >= TELL_SECONDS:
            attempt.note(rows_done=number)
            told = time.monotonic()
        yield row
    attempt.note(rows_done=number, rows_total=number)


def _save_export(attempt: ExportTry, whole: Table[Any], kind: ExportKind) -> None:
    if kind is ExportKind.CSV:
        with attempt.part.open("w", encoding="utf-8", newline="") as text:
            write_csv(text, whole)
    else:
        with attempt.part.open("wb") as content:
            write_workbook(content, whole)


def _keep(attempt: ExportTry, path: Path) -> None:
    with attempt.part.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        size = os.fstat(content.fileno()).st_size
    attempt.part.rename(path)
    try:
        attempt.note(state=ExportState.DONE, finished_at=clock.now(), sha256=sha256, size=size)
    except LostFile:
        path.unlink()
        raise


@upkeep
def look_after() -> None:
    """Take up what a dead worker left, and let go of what is past its time."""
    _take_up()
    # Before the claims are read: a worker claims first and writes then.
    on_disk = [path for path in folder().iterdir() if OWN_NAME.fullmatch(path.name)]
    with transaction():
        db.session.execute(delete(table(ExportJob)).where(_J.expires_at <= clock.now(), ~_J.state.in_(queries.OPEN)))
        claims = set(db.session.scalars(select(_J.claim)))
    for path in on_disk:
        if path.stem not in claims:
            path.unlink(missing_ok=True)
    for path in folder().parent.iterdir():  # where the last release kept them
        if path.stem in claims and OWN_NAME.fullmatch(path.name):
            path.rename(folder() / path.name)


def _take_up() -> None:
    now = clock.now()
    silent = update(table(ExportJob)).where(_J.heartbeat_at <= now - STALE)
    with transaction():
        db.session.execute(
            silent.where(_J.state == ExportState.RUNNING, _J.attempts >= MOST_TRIES).values(
                state=ExportState.FAILED, finished_at=now
            )
        )
        # Those that still wait are handed over once more, too: the engine may have lost them.
        ids = db.session.scalars(
            silent.where(_J.state.in_(queries.OPEN))
            .values(state=ExportState.QUEUED, heartbeat_at=now, claim=None, rows_done=0)
            .returning(_J.id)
        ).all()
    for job_id in ids:
        queue(make_export, job_id)
