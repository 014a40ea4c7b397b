"""Rounds that close: what tests of fixed rounds start from."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app import clock
from app.access import Actor
from app.db import db, transaction
from app.lao.fixed_rounds.jobs import AFTER_CLOSING, fix_some
from app.models import FixedDocument, FixedRound, Window
from app.models.enums import ReportStatus, Round
from tests.factories import YEAR, facts, make_project, make_report


def close(round_: Round = Round.SIX, year: int = YEAR, *, at: datetime | None = None) -> datetime:
    """The window of a round closes a while ago, or then; gives when."""
    closes_at = at or clock.now() - AFTER_CLOSING - timedelta(minutes=1)
    with transaction():
        window = db.session.get(Window, (year, int(round_)))
        if window is None:
            opens_at = clock.fiscal_year_start(year)
            db.session.add(Window(fiscal_year=year, round=int(round_), opens_at=opens_at, closes_at=closes_at))
        else:
            window.closes_at = closes_at
    return closes_at


def fix() -> int:
    """Fix all that is due; gives how many."""
    total = 0
    while number := fix_some():
        total += number
    return total


def reported(lao: Actor, *statuses: ReportStatus, round_: Round = Round.SIX) -> list[int]:
    """Projects of an LAO with those reports in a round."""
    ids = [make_project(lao, facts(f"โครงการที่ {place}"), key=str(place)) for place, _status in enumerate(statuses)]
    for id_, status in zip(ids, statuses, strict=True):
        if status is not ReportStatus.NOT_REPORTED:
            make_report(lao, id_, status, round_)
    return ids


def editions(lao: Actor) -> list[FixedRound]:
    found = select(FixedRound).where(FixedRound.organisation_id == lao.organisation_id).order_by(FixedRound.edition)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def document(lao: Actor) -> dict[str, object]:
    """The document in force, of an LAO with one closed round."""
    (one,) = (each for each in editions(lao) if each.in_force)
    return db.session.get_one(FixedDocument, one.id).document
