"""Owing each LAO the one mail of the day that tells it what is new."""

from datetime import datetime

from sqlalchemy import insert

from app.clock import thai_day
from app.db import db, table
from app.models import DigestRun, MailLog
from app.nacc.digests import queries
from app.nacc.digests.rules import DIGEST, next_span


def owe_digests(now: datetime) -> int:
    """Write down today's run with every mail it comes to; how many. Raises Stale where another worker did so first."""
    day, span = thai_day(now), next_span(queries.last_until(), now)
    if span is None or queries.is_done(day):
        return 0
    db.session.add(DigestRun(day=day, since=span.since, until=span.until))
    db.session.flush()  # a second worker waits here, and finds that it is done
    to = queries.addresses(queries.news_of(span))
    mail = {"kind": DIGEST, "day": day, "queued_at": now, "attempts": 0, "error": ""}
    rows = [{"organisation_id": id_, "to_address": address, **mail} for id_, address in sorted(to.items())]
    if rows:
        db.session.execute(insert(table(MailLog)), rows)
    return len(rows)
