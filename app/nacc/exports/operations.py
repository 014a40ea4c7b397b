"""Asking for a file, and letting go of it. Making it is the job's work, in `jobs.py`."""

from datetime import datetime

from sqlalchemy import select

from app.access import Actor
from app.db import db
from app.errors import Refusal
from app.models import ExportJob
from app.models.enums import ExportState
from app.nacc.exports.queries import OPEN, own_file
from app.nacc.exports.rules import KEPT, MOST_WAITING, ExportPlace, ExportRequest


def ask(actor: Actor, asked: ExportRequest, place: ExportPlace, rows: int, now: datetime) -> int:
    """The id of the job that makes the file: the one that waits already, where the same was asked for before.

    Raises Refusal where too many wait.
    """
    assert actor.account_id is not None
    waiting = list(
        db.session.scalars(select(ExportJob).where(ExportJob.account_id == actor.account_id, ExportJob.state.in_(OPEN)))
    )
    for job in waiting:
        if (job.what, job.place, job.fiscal_year, job.round, job.kind) == (
            *(asked.what, asked.place, asked.year, asked.round, asked.kind),
        ):
            return job.id
    if len(waiting) >= MOST_WAITING:
        raise Refusal(f"มีไฟล์ที่กำลังสร้างอยู่ {len(waiting)} ไฟล์ รอให้เสร็จหรือยกเลิกก่อน แล้วสั่งใหม่")
    job = ExportJob(
        account_id=actor.account_id,
        what=asked.what,
        place=asked.place,
        fiscal_year=asked.year,
        round=int(asked.round),
        kind=asked.kind,
        name=file_name(asked, place),
        rows_total=rows,
        heartbeat_at=now,
        created_at=now,
        expires_at=now + KEPT,
    )
    db.session.add(job)
    db.session.flush()
    return job.id


def file_name(asked: ExportRequest, place: ExportPlace) -> str:
    return f"{asked.what.label} {place.label} {asked.period}"


def cancel(actor: Actor, job_id: int, now: datetime) -> None:
    """The worker finds out at its next sign of life, and throws away what it has. A file that is done stays."""
    job = own_file(actor, job_id, lock=True)
    if job.state in OPEN:
        job.state, job.finished_at = ExportState.CANCELLED, now


def remove(actor: Actor, job_id: int) -> str:
    """Forget a file that is not being made; gives its name on disk, "" where there is none. Raises Refusal."""
    job = own_file(actor, job_id, lock=True)
    if job.state in OPEN:
        raise Refusal("ไฟล์นี้กำลังสร้างอยู่ ยกเลิกก่อนแล้วจึงลบ")
    db.session.delete(job)
    return f"{job.claim}.{job.kind.value}" if job.claim else ""
