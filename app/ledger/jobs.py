"""The sequencer at work: behind every save, each minute and whenever somebody needs a head at once."""

from datetime import datetime, timedelta
from math import inf
from time import monotonic, sleep

from flask import current_app

from app import clock, mail
from app.db import db, transaction
from app.jobs import job, queue, upkeep
from app.ledger import live, operations, queries
from app.ledger.heads import published
from app.ledger.rules import canonical
from app.models import LogHead

HEAD_EVERY = timedelta(hours=1)
PAUSE_SECONDS = 0.02  # between two parts: savers come in
SECONDS_OF_A_MINUTE = 20.0  # for the beginning; the rest is for other work


@upkeep
def look_after_the_log() -> None:
    """Begin where that is not done, place what waits, and sign a head: every hour, and at once for a receipt."""
    try:
        begin(SECONDS_OF_A_MINUTE)
        sequence_all()
        last = queries.latest_head()
        if last is None or clock.now() - last.at >= HEAD_EVERY or queries.receipt_waits():
            head = sign_now()
            if head is not None and _opens_an_hour(last, head):
                tell_witnesses(head)
    except Exception:  # a log that somebody broke must not stop the worker's other work
        current_app.logger.exception("the public log does not grow")
        db.session.rollback()


def begin(seconds: float = inf) -> bool:
    """Give rows that are older than the log, or were loaded past the history, an entry each; False: not yet all."""
    until = monotonic() + seconds
    for name in live.TABLES:
        more = True
        while more:
            if monotonic() >= until:
                return False
            with transaction():
                more = operations.stand(name, operations.part(), clock.now())
    return True


def sequence_all(*, from_the_beginning: bool = False) -> int:
    """Give a place to every history entry that has none; how many. A transaction for each part: savers go on."""
    placed, limit = 0, operations.part()
    while True:
        with transaction():
            some = operations.sequence(limit, from_the_beginning=from_the_beginning)
        placed += some
        if some < limit:
            return placed
        sleep(PAUSE_SECONDS)


def sign_now() -> LogHead | None:
    """A signed head over all that has its place."""
    with transaction():
        return operations.sign_head(current_app.config["LOG_SIGNING_KEY"], clock.now())


def head_of_now() -> LogHead | None:
    """A signed head over all that is committed now: what a receipt needs."""
    sequence_all()
    last = queries.latest_head()
    head = sign_now()
    if head is not None and _opens_an_hour(last, head) and current_app.config["LOG_WITNESSES"]:
        queue(tell_of_head, head.size)
    return head


def _opens_an_hour(last: LogHead | None, head: LogHead) -> bool:
    """Witnesses get the first head of each hour, however many receipts are asked for in it."""
    return last is None or (head.size > last.size and _hour(head) != _hour(last))


def _hour(head: LogHead) -> datetime:
    return head.at.replace(minute=0, second=0, microsecond=0)


@job
def tell_of_head(size: int) -> None:
    tell_witnesses(db.session.get_one(LogHead, size))


WITNESS_MAIL = """หัวบันทึกสาธารณะของระบบ e-PlanNACC ที่ลงลายมือชื่อแล้ว

{head}

เก็บอีเมลนี้ไว้: บันทึก JSON ข้างต้นเป็นไฟล์ head.json แล้วตรวจได้ทุกเมื่อด้วย
python verify.py {address} --head head.json
วิธีตรวจและโปรแกรมตรวจ: {address}/public/log
"""


def tell_witnesses(head: LogHead) -> None:
    """Mail a head to whoever keeps it for us. One that is lost is not sent again: the next one covers the same."""
    text = WITNESS_MAIL.format(head=canonical(published(head)).decode(), address=current_app.config["PUBLIC_URL"])
    for address in current_app.config["LOG_WITNESSES"]:
        try:
            mail.send(address.strip(), f"หัวบันทึกสาธารณะ e-PlanNACC {head.size:,} รายการ", text)
        except OSError:
            current_app.logger.exception("a witness was not told of the head of %s entries", head.size)
