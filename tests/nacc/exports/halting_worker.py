"""A worker that stops half way through its first file and does nothing more until it is killed."""

import time

from app.jobs import engine
from app.nacc.exports import jobs
from wsgi import app

plain = jobs.ExportTry.note


def note(attempt: jobs.ExportTry, **values: object) -> None:
    plain(attempt, **values)
    if "rows_done" in values:
        time.sleep(600)


jobs.TELL_SECONDS, jobs.LOOK_EVERY, jobs.ExportTry.note = 0, 1, note
engine(app).work()
