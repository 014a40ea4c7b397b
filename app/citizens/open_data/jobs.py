"""The files for download, made by the worker each night."""

from datetime import timedelta

from flask import current_app

from app import clock
from app.citizens.open_data import archive
from app.citizens.open_data.snapshots import AlreadyThere, forget_all_but, publication, take_snapshot
from app.db import db, transaction
from app.jobs import upkeep
from app.last_done import last_done, note_done

TRIED = "tried: open data"
AGAIN = timedelta(hours=1)  # after a night that failed, as on a disk without room


@upkeep
def publish_at_night() -> None:
    """From SNAPSHOT_HOUR on, Thai time, once a day; raises nothing: what went wrong stands in the log."""
    config, now = current_app.config, clock.now()
    folder, hour = config["SNAPSHOT_FOLDER"], config["SNAPSHOT_HOUR"]
    about = publication(now)
    if now < clock.day_start(now) + timedelta(hours=hour) or about.day in archive.days(folder):
        return
    tried = last_done(TRIED)
    if tried and tried <= now < tried + AGAIN:
        return
    try:
        with transaction():
            note_done(TRIED, now)
        take_snapshot(folder, about)
        forget_all_but(folder, config["SNAPSHOTS_KEPT"])
    except AlreadyThere:  # another worker was first
        return
    except Exception:
        current_app.logger.exception("no open data tonight")
        db.session.rollback()
