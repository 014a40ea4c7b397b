"""The reminder as it is mailed, written at the moment it goes."""

from typing import NamedTuple

from sqlalchemy import select

from app.db import db
from app.models import MailLog, Organisation
from app.models.enums import Round
from app.nacc.waiting.rules import body, subject
from app.plans.queries import window_for


class Letter(NamedTuple):
    """What a mail says."""

    subject: str
    text: str


def reminder(owed: MailLog, public_url: str) -> Letter:
    """With the numbers of the moment it was queued, and the closing as it is now."""
    round_ = Round(owed.round)
    name = db.session.scalar(select(Organisation.name).where(Organisation.id == owed.organisation_id)) or ""
    window = window_for(owed.organisation_id, owed.fiscal_year, round_)
    text = body(name, owed.total, owed.waiting, owed.queued_at, window, public_url)
    return Letter(subject(owed.fiscal_year, round_), text)
