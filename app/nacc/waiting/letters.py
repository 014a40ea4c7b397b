"""The reminder as it is mailed, written at the moment it goes."""

from sqlalchemy import select

from app import clock
from app.db import db
from app.mails.jobs import letter
from app.mails.rules import Letter
from app.models import MailLog, Organisation
from app.models.enums import Round
from app.nacc.waiting.rules import REMINDER, body, subject
from app.plans.queries import window_for


@letter(REMINDER)
def reminder(owed: MailLog, public_url: str) -> Letter | None:
    """With the numbers of the moment it was queued, and the closing as it is now.

    None where the LAO can no longer report the round, or not yet: nobody is asked for what is not taken.
    """
    year, round_, total, waiting = owed.fiscal_year or 0, Round(owed.round or 0), owed.total or 0, owed.waiting or 0
    lao = owed.organisation_id or 0
    name = db.session.scalar(select(Organisation.name).where(Organisation.id == lao)) or ""
    window = window_for(lao, year, round_)
    if not window.is_open(clock.now()):
        return None
    text = body(name, total, waiting, owed.queued_at, window, public_url)
    return Letter(subject(year, round_), text)
